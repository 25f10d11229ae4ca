"""The strictly built site, made once and reused while nothing that it is made of has changed."""

from __future__ import annotations

import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import ROOT

# Beside `_build/html`, which a reader may have built without -W, so that "no warning" is known to be true.
TARGET = ROOT / "build" / "site"
HTML = TARGET / "_build" / "html"
_PACKED = ("autograder/__init__.py", "autograder/checks", "pyproject.toml", "requirements.txt", "LICENSE")
_SOURCES = ("_config.yml", "_toc.yml", "book", "concepts", "exercises", *_PACKED)
_STRICT = ("-W", "-n", "--keep-going", "--all", "--path-output", str(TARGET))


def digest() -> str:
    """Return a hash of everything that the site is made of."""
    total = hashlib.sha256()
    for source in _SOURCES:
        root = ROOT / source
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and "__pycache__" not in path.parts and ".ipynb_checkpoints" not in path.parts:
                total.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


@contextmanager
def alone() -> Iterator[None]:
    """Let one process at a time build; others wait and then find the site built."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(*, shown: bool = False) -> Path:
    """Return the folder of the site, built strictly.

    Args:
        shown: Whether what the build prints is shown as it goes.

    Raises:
        RuntimeError: When the build warns or fails; with its output.
    """
    with alone():
        stamp = TARGET / "built-from"
        wanted = digest()
        if stamp.is_file() and stamp.read_text() == wanted:
            return HTML
        stamp.unlink(missing_ok=True)
        command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", *_STRICT]
        output = None if shown else subprocess.PIPE
        run = subprocess.run(command, cwd=ROOT, stdout=output, stderr=output, text=True, check=False)
        if run.returncode:
            printed = "see above" if shown else f"{run.stdout}\n{run.stderr}"
            raise RuntimeError(f"the strict build of the book failed:\n{printed}")
        stamp.write_text(wanted)
    return HTML


def pages(site: Path) -> list[str]:
    """Return the addresses of the book's own pages, relative to the site."""
    return sorted(path.relative_to(site).as_posix() for path in (site / "book").glob("*.html"))


def chapters() -> list[str]:
    """Return the slugs of the chapters in `_toc.yml`: the pages whose mathematics stands in `concepts`."""
    lines = (ROOT / "_toc.yml").read_text().splitlines()
    files = [line.partition("file: book/")[2].strip() for line in lines if "file: book/" in line]
    return [slug for slug in files if (ROOT / "concepts" / f"{slug}.py").is_file()]


if __name__ == "__main__":
    build(shown=True)
