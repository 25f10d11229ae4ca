"""Pages stay current with the code that they import.

jupyter-cache knows a notebook by its cells alone: when a module that a cell imports changes, it would go on
showing the old results. So for every page the course's own modules that it imports, directly or not, are
hashed; when the hash changes, the stored results of that page are forgotten and the page is read again.
"""

from __future__ import annotations

import ast
import hashlib
import json
from pathlib import Path
from typing import Any

import jupytext
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_cache import get_cache
from sphinx.application import Sphinx
from sphinx.util import logging

_LOG = logging.getLogger(__name__)


def imported(source: str) -> set[str]:
    """Return the dotted names that Python source imports, with every name that could be a module.

    >>> sorted(imported("from figures import chain_rule as f"))
    ['figures', 'figures.chain_rule']
    """
    names: set[str] = set()
    try:
        tree = ast.parse(source)
    except SyntaxError:
        # Running the cell reports it, with its place.
        return names
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def code_of(page: str) -> str:
    """Return the Python of a page's code cells; IPython's magics become calls, as they do when the cells run."""
    cells = (cell.source for cell in jupytext.reads(page, fmt="md:myst").cells if cell.cell_type == "code")
    return "".join(map(TransformerManager().transform_cell, cells))


def modules_of(source: str, roots: list[Path]) -> set[Path]:
    """Return the files below `roots` that `source` imports, directly or through one another.

    A module's scripts and style sheet (`<slug>.js`, `<slug>_engine.js`, `<slug>.css`) count with it.
    """
    found: set[Path] = set()
    waiting = [source]
    while waiting:
        for name in imported(waiting.pop()):
            for path in _files(name, roots):
                if path not in found:
                    found.add(path)
                    if path.suffix == ".py":
                        waiting.append(path.read_text(encoding="utf-8"))
    return found


def _files(name: str, roots: list[Path]) -> list[Path]:
    parts = name.split(".")
    found = []
    for root in roots:
        base = root.joinpath(*parts)
        candidates = [base / "__init__.py", *(base.with_suffix(end) for end in (".py", ".js", ".css"))]
        found += [path for path in candidates if path.is_file()]
        found += sorted(base.parent.glob(f"{base.name}_*.js"))
    return found


def fingerprint(page: Path, roots: list[Path]) -> str:
    """Return a hash of all code of ours that a page imports."""
    source = code_of(page.read_text(encoding="utf-8"))
    digest = hashlib.sha256()
    common = ("plot.js", "plot.css", "numerics.js") if "widgets" in source else ()
    shared = [path for name in common if (path := page.parent / "widgets" / name).is_file()]
    for path in sorted({*modules_of(source, roots), *shared}):
        digest.update(path.as_posix().encode() + path.read_bytes())
    return digest.hexdigest()


def _forget(cache_path: Path, page: Path) -> None:
    """Drop the page's stored results."""
    cache = get_cache(cache_path)
    for record in cache.list_cache_records():
        if Path(record.uri).resolve() == page.resolve():
            cache.remove_cache(record.pk)


def outdated(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Return the pages whose imported code has changed since the last build, and forget their results."""
    source = Path(app.srcdir)
    cache = source / str(app.config.nb_execution_cache_path)
    record = cache / "imported-code.json"
    known: dict[str, str] = json.loads(record.read_text()) if record.is_file() else {}
    pages = {name: Path(env.doc2path(name)) for name in sorted(env.found_docs)}
    hashes = {
        name: fingerprint(page, [source, page.parent]) for name, page in pages.items() if page.suffix == ".md"
    }
    stale = [name for name, value in hashes.items() if known.get(name) != value]
    for name in stale:
        _LOG.info("%s: the code that it imports is new; its cells run again", name)
        _forget(cache, pages[name])
    cache.mkdir(parents=True, exist_ok=True)
    record.write_text(json.dumps(hashes, indent=1, sort_keys=True))
    return stale


def setup(app: Sphinx) -> None:
    """Register the check."""
    app.connect("env-get-outdated", outdated)
