"""The cells of pages run side by side, as myst-nb would run them, and only where no result is stored."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
from course import execution
from jupyter_cache import get_cache
from myst_nb.core.config import NbParserConfig
from myst_parser.config.main import MdParserConfig

HEAD = """\
---
file_format: mystnb
kernelspec:
  name: python3
---
"""


def page(*cells: str, head: str = HEAD) -> str:
    return head + "# A page\n" + "".join(f"\n```{{code-cell}}\n{cell}\n```\n" for cell in cells)


class Book(SimpleNamespace):
    """What the event of Sphinx hands over, with the pages of a folder."""

    def __init__(self, folder: Path, **pages: str) -> None:
        config = NbParserConfig(execution_mode="cache", execution_cache_path=str(folder / "cache"))
        super().__init__(myst_config=MdParserConfig(), mystnb_config=config, folder=folder, names=[*pages])
        for name, text in pages.items():
            Path(self.doc2path(name)).write_text(text, encoding="utf-8")

    def doc2path(self, name: str) -> str:
        return str(self.folder / f"{name}.md")

    @property
    def waiting(self) -> dict[str, execution.Job]:
        cache = get_cache(self.mystnb_config.execution_cache_path)
        return {job.name: job for job in execution.missing(cache, self, self.names)}


def outputs(book: Book, name: str) -> str:
    """What the cells of a page printed, as myst-nb takes it from the cache."""
    cache = get_cache(book.mystnb_config.execution_cache_path)
    text = Path(book.doc2path(name)).read_text(encoding="utf-8")
    notebook = execution.create_nb_reader("", book.myst_config, book.mystnb_config, text).read(text)
    _, merged = cache.merge_match_into_notebook(notebook)
    return "".join(output.text for cell in merged.cells for output in cell.get("outputs", []))


@pytest.mark.slow
def test_results_are_stored_where_they_are_looked_for_and_what_fails_is_left(tmp_path):
    (tmp_path / "beside.txt").write_text("read where the page lies")
    book = Book(
        tmp_path,
        first=page("print(open('beside.txt').read())"),
        second=page("print(1)", "print(2)"),
        wrong=page("print(1)", "1 / 0"),
        prose="# Prose\n",
        without=page(),
    )
    assert [*book.waiting] == ["first", "second", "wrong"]

    execution.run_ahead(None, book, book.names)

    assert [*book.waiting] == ["wrong"]
    assert outputs(book, "first") == "read where the page lies\n"
    assert outputs(book, "second") == "1\n2\n"


def test_a_page_may_say_how_long_its_cells_take_or_that_they_do_not_run(tmp_path):
    head = HEAD.replace("kernelspec", "mystnb:\n  {}\nkernelspec")
    book = Book(
        tmp_path,
        usual=page("1"),
        long=page("2", head=head.format("execution_timeout: 240")),
        still=page("3", head=head.format("execution_mode: 'off'")),
    )

    assert {name: job.timeout for name, job in book.waiting.items()} == {"usual": 30, "long": 240}


class Sleeper(SimpleNamespace):
    """A job that notes how many are at work with it."""

    def run(self):
        with self.lock:
            self.busy.append(self.name)
            self.most.append(len(self.busy))
        time.sleep(0.05)
        with self.lock:
            self.busy.remove(self.name)


@pytest.mark.parametrize("at_a_time", [1, 2, 9])
def test_so_many_run_at_a_time_and_every_one_once(at_a_time):
    common = {"lock": threading.Lock(), "busy": [], "most": []}
    jobs = [Sleeper(name=name, **common) for name in "abcde"]

    found = [job.name for job, _ in execution.finished(jobs, at_a_time)]

    assert sorted(found) == [*"abcde"]
    assert max(common["most"]) == min(at_a_time, 5)


@pytest.mark.slow
def test_who_takes_no_more_leaves_nothing_running(tmp_path):
    """As Ctrl-C does: the kernels end, and no thread is left that starts another."""
    text = "from pathlib import Path\nimport time\nPath('{}').touch()\ntime.sleep({})"
    book = Book(
        tmp_path,
        short=page(text.format("short", 0)),
        long=page(text.format("long", 600)),
        last=page(text.format("last", 600)),
        never=page(text.format("never", 0)),
    )
    before = set(threading.enumerate())
    results = execution.finished([*book.waiting.values()], 2)
    first, _ = next(results)
    while not (tmp_path / "last").exists():
        time.sleep(0.05)
    results.close()

    assert first.name == "short"
    assert set(threading.enumerate()) <= before
    assert [one for one in psutil.Process().children() if "ipykernel_launcher" in one.cmdline()] == []
    assert not (tmp_path / "never").exists()


def test_a_page_that_cannot_be_read_is_left_to_sphinx(tmp_path):
    unknown = HEAD.replace("kernelspec", "mystnb:\n  execution_tmieout: 9\nkernelspec")
    book = Book(
        tmp_path,
        good=page("1"),
        unknown=page("2", head=unknown),
        torn=HEAD.replace("3\n", "3: [\n"),
        bytes="",
    )
    (tmp_path / "bytes.md").write_bytes(b"\xff\xfe")

    assert [*book.waiting] == ["good"]
