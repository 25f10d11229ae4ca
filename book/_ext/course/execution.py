"""The cells of several pages run at a time, one page on each core, before Sphinx reads the pages one by one.

Results go into jupyter-cache, where myst-nb finds them.  A page that fails here is left to myst-nb, which runs it
again and reports the error with its place.

jupyter-cache can do several at a time, too, but hands out shares of pages before it knows which take long.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn, JupyterCacheAbstract
from jupyter_cache.executors.utils import ExecutionResult, single_nb_execution
from jupyter_core.utils import ensure_event_loop
from myst_nb.core.read import create_nb_reader
from nbformat import NotebookNode
from sphinx.application import Sphinx
from sphinx.util import logging

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """A page whose cells have to run.

    Attributes:
        timeout: Seconds that one cell may take.
    """

    name: str
    page: Path
    notebook: NotebookNode
    timeout: int

    def run(self) -> ExecutionResult | Exception:
        """Run the cells, where myst-nb would."""
        try:
            return single_nb_execution(self.notebook, str(self.page.parent), self.timeout, allow_errors=False)
        except Exception as error:  # whatever it is, myst-nb meets it again, and reports it
            return error


def missing(cache: JupyterCacheAbstract, env: Any, names: list[str]) -> Iterator[Job]:
    """Yield the pages with cells whose results are not stored."""
    for name in names:
        # A page that cannot be read is Sphinx's to report.
        with suppress(Exception):
            job = _job(env, name)
            if job is not None and not _is_known(cache, job.notebook):
                yield job


def _job(env: Any, name: str) -> Job | None:
    """Return how a page is run; None if nothing of it is."""
    page = Path(env.doc2path(name))
    text = page.read_text(encoding="utf-8")
    reader = create_nb_reader(str(page), env.myst_config, env.mystnb_config, text)
    if reader is None:
        return None
    notebook = reader.read(text)
    config = env.mystnb_config.copy(**notebook.metadata.get("mystnb", {}))
    if config.execution_mode != "cache" or not any(cell.cell_type == "code" for cell in notebook.cells):
        return None
    return Job(name, page, notebook, config.execution_timeout)


def _is_known(cache: JupyterCacheAbstract, notebook: NotebookNode) -> bool:
    with suppress(KeyError):
        cache.match_cache_notebook(notebook)
        return True
    return False


def finished(jobs: list[Job], at_a_time: int) -> Iterator[tuple[Job, ExecutionResult | Exception]]:
    """Run jobs side by side; yield each with its result as it is finished.

    When the caller takes no more, or at Ctrl-C, what is under way is ended.
    """
    waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
    results: queue.SimpleQueue[tuple[Job, ExecutionResult | Exception]] = queue.SimpleQueue()
    for job in jobs:
        waiting.put(job)

    def work() -> None:
        with closing(ensure_event_loop()), suppress(queue.Empty):  # nbclient runs in it, and leaves it open
            while True:
                job = waiting.get_nowait()
                results.put((job, job.run()))

    threads = [threading.Thread(target=work, daemon=True) for _ in range(min(at_a_time, len(jobs)))]
    for thread in threads:
        thread.start()
    try:
        for _ in jobs:
            yield results.get()
    except BaseException:
        with suppress(queue.Empty):
            while True:
                waiting.get_nowait()
        while any(thread.is_alive() for thread in threads):
            _end_kernels()
            time.sleep(0.1)
        raise


def _end_kernels() -> None:
    """End the kernels of this process; nbclient's own way waits five seconds for each, then prints tracebacks."""
    for child in psutil.Process().children():
        with suppress(psutil.Error):
            if "ipykernel_launcher" in child.cmdline():
                child.kill()


def run_ahead(app: Sphinx, env: Any, names: list[str]) -> None:
    """Run the cells of all pages that Sphinx is about to read, and store the results."""
    cache = get_cache(env.mystnb_config.execution_cache_path)
    jobs = list(missing(cache, env, names))
    cores = len(os.sched_getaffinity(0))
    if jobs:
        _LOG.info("running the cells of %d pages, %d at a time", len(jobs), min(cores, len(jobs)))
    for job, result in finished(jobs, cores):
        if isinstance(result, Exception) or result.err is not None:
            _LOG.info("%s: failed; runs once more when it is read", job.name)
            continue
        _LOG.info("%s: %.0f s", job.name, result.time)
        bundle = CacheBundleIn(result.nb, str(job.page), data={"execution_seconds": result.time})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)


def setup(app: Sphinx) -> None:
    """Register what runs the cells."""
    app.connect("env-before-read-docs", run_ahead)
