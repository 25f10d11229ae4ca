"""From text to a JSON document when it is not quite JSON: merges left unresolved, scripts, rubbish at the end."""

from __future__ import annotations

import json
import re
from typing import Any

MAX_PARTS = 3_000_000
"""Lists, dictionaries and strings of a file: parsed, an empty list takes thirty times its two characters."""
_CELL_MARK = re.compile(r"^# (?:%%|In\[)(.*)$", re.M)
_FUNCTION = re.compile(r"^(?:def|class)\s+\w+", re.M)


class Damaged(ValueError):
    """The text holds no document; it says why."""


def parse(text: str) -> Any:
    """Return the document that a text is.

    Raises:
        Damaged: It is no JSON.
    """
    _refuse_masses(text)
    try:
        return json.loads(text, parse_int=_integer)
    except ValueError as error:
        raise Damaged(str(error)[:120]) from error
    except RecursionError as error:
        raise Damaged("it is nested too deeply") from error


def parse_beginning(text: str) -> Any:
    """Return the document at the beginning of a text, whatever follows it.

    Raises:
        Damaged: There is none.
    """
    _refuse_masses(text)
    try:
        document, _ = json.JSONDecoder(parse_int=_integer).raw_decode(text)
    except (ValueError, RecursionError) as error:
        raise Damaged(str(error)[:120]) from error
    return document


def sides(text: str) -> tuple[str, str] | None:
    """Return the two sides of a text with Git's marks of unresolved merges; None if there are no marks.

    It reads line by line: no pattern may look again and again for the end of a conflict that never ends.
    """
    ours, theirs = [], []
    side, conflicts = "both", 0
    for line in text.replace("\r\n", "\n").splitlines(keepends=True):
        if line.startswith("<<<<<<< ") and side == "both":
            side = "ours"
        elif line.startswith("||||||| ") and side == "ours":
            side = "base"
        elif line.rstrip() == "=======" and side in ("ours", "base"):
            side = "theirs"
        elif line.startswith(">>>>>>> ") and side == "theirs":
            side, conflicts = "both", conflicts + 1
        else:
            ours += [line] if side in ("both", "ours") else []
            theirs += [line] if side in ("both", "theirs") else []
    return ("".join(ours), "".join(theirs)) if conflicts else None


def script_cells(text: str) -> list[dict[str, Any]] | None:
    """Return the cells of a Python script that was handed in as a notebook; None if it is no script.

    A script may hold marks of cells, as editors and `jupyter nbconvert` write them, with titles.
    """
    if text.lstrip().startswith(("{", "[", "<")) or not _FUNCTION.search(text):
        return None
    first, *rest = _CELL_MARK.split(text)
    pairs = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
    return [_script_cell(title, source) for title, source in pairs if source.strip()]


def _script_cell(title: str, source: str) -> dict[str, Any]:
    kind = "markdown" if "[markdown]" in title else "code"
    name = title.split()[0] if title.split() else ""
    return {"cell_type": kind, "source": source.strip("\n"), "metadata": {"nbgrader": {"grade_id": name}}}


def _refuse_masses(text: str) -> None:
    if text.count("[") + text.count("{") + text.count(",") > MAX_PARTS:
        raise Damaged("it holds millions of parts")


def _integer(digits: str) -> int:
    return int(digits[:300])  # Python refuses longer ones, and no notebook means one
