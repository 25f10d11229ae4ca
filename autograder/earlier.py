"""What students were given before: earlier releases of an assignment, from the history of `exercises/`.

When a check is mended and the assignment released again, honest notebooks still hold the cell of the earlier release.
Released notebooks are tracked, so git knows every one of them; without its history only the present one is known.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from autograder.records import AnswerKey

ABSENT = ""
"""The digest of a cell in a release that did not have it."""
PATIENCE = 60.0
"""Seconds that git may take."""


def squeezed(text: str) -> str:
    """Return a text without blank lines and spaces at the ends of lines."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines() if line.strip())


def digest(text: str) -> str:
    """Return by what a released text is known, spaces and blank lines aside."""
    return hashlib.sha256(squeezed(text).encode("utf-8", "replace")).hexdigest()


def with_earlier(keys: Iterable[AnswerKey], root: Path) -> list[AnswerKey]:
    """Return the keys with what their cells were in every earlier release that was committed.

    Args:
        keys: The answer keys.
        root: The repository; in a folder without history there was nothing earlier.
    """
    known = list(keys)
    paths = {f"exercises/{key.assignment}/{key.assignment}.ipynb": key.assignment for key in known}
    blobs = dict(_blobs(root, list(paths)))
    versions: dict[str, list[dict[str, str]]] = defaultdict(list)
    for blob, content in _contents(root, list(blobs)):
        versions[paths[blobs[blob]]].append(dict(_cells(content)))
    return [replace(key, earlier=_earlier(key, versions[key.assignment])) for key in known]


def _earlier(key: AnswerKey, versions: list[dict[str, str]]) -> dict[str, tuple[str, ...]]:
    found = {
        name: {version.get(name, ABSENT) for version in versions if version} - {digest(source)}
        for name, source in key.released.items()
    }
    return {name: tuple(sorted(digests)) for name, digests in found.items() if digests}


def _blobs(root: Path, paths: list[str]) -> Iterator[tuple[str, str]]:
    """Yield every version of some files: the hash of its content, and its path."""
    for line in _git(
        root, "log", "--format=", "--raw", "--no-abbrev", "--no-renames", "--relative", "--", *paths
    ).splitlines():
        about, _, path = line.decode("utf-8", "replace").partition("\t")
        blob = about.split()[3] if about.startswith(":") else "0"
        if blob.strip("0"):
            yield blob, path


def _contents(root: Path, blobs: list[str]) -> Iterator[tuple[str, bytes]]:
    text = _git(root, "cat-file", "--batch", stdin="\n".join(blobs)) if blobs else b""
    while text:
        head, _, text = text.partition(b"\n")
        blob, *about = head.decode().split()
        if len(about) == 2:  # else it is missing, as in a clone that fetches contents later
            size = int(about[1])
            yield blob, text[:size]
            text = text[size + 1 :]


def _cells(content: bytes) -> Iterator[tuple[str, str]]:
    try:
        for cell in json.loads(content)["cells"]:
            yield str(cell["id"]), digest("".join(cell["source"]))
    except (ValueError, LookupError, TypeError):
        return  # a version that was no notebook


def _git(root: Path, *arguments: str, stdin: str = "") -> bytes:
    """Return what git says; nothing, where there is no git, no history, or none that it trusts."""
    command = ["git", "-C", str(root), *arguments]
    try:
        run = subprocess.run(
            command, input=stdin.encode(), capture_output=True, timeout=PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return b""
    return run.stdout if run.returncode == 0 else b""
