"""Bytes to cells: every notebook format and encoding that can be recognised, and a reason for what cannot."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from autograder.records import MAX_BYTES
from autograder.sanitise import repair

MAX_CELLS = 20_000
MAX_SOURCE = 1 << 20

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_STARTS = (
    (b"{\0\0\0", "utf-32-le"),
    (b"\0\0\0{", "utf-32-be"),
    (b"{\0", "utf-16-le"),
    (b"\0{", "utf-16-be"),
)
"""How a notebook begins whose encoding is not marked: with a brace."""


class Unreadable(ValueError):
    """No cell can be recognised in the file; the text is the reason, for the student to read."""


@dataclass(frozen=True)
class Cell:
    """One cell as submitted: the parts that matching may look at, none of them trusted."""

    kind: str
    source: str
    grade_id: str = ""
    cell_id: str = ""

    @property
    def name(self) -> str:
        """What the cell is called, if anything."""
        return self.grade_id or self.cell_id


@dataclass(frozen=True)
class Notebook:
    """The cells of a submission in its own order, and what was odd about reading them."""

    cells: tuple[Cell, ...]
    flags: tuple[str, ...] = field(default=())


def read_notebook(data: bytes) -> Notebook:
    """Return the cells of a notebook file.

    Raises:
        Unreadable: It is no notebook: empty, no JSON, cut off, too large, or without cells.
    """
    if len(data) > MAX_BYTES:
        raise Unreadable(
            f"the file is larger than {MAX_BYTES >> 20} MB; clear its outputs and hand it in again"
        )
    if not data.strip(b"\0 \t\r\n"):
        raise Unreadable("the file is empty")
    text, flags = _decode(data)
    text = text.strip("\0 \t\r\n\ufeff")
    try:
        return _notebook(repair.parse(text), flags)
    except repair.Damaged as damage:
        notebook = _repaired(text, flags)
        if notebook is None:
            raise Unreadable(
                f"the file is not a notebook: its JSON breaks off or is damaged ({damage})"
            ) from damage
        return notebook


def _repaired(text: str, flags: tuple[str, ...]) -> Notebook | None:
    """Return what can be recognised in a text that is no JSON; None if nothing can."""
    both = repair.sides(text)
    if both is not None:
        return _merged(both, (*flags, "the file holds an unresolved merge; both of its sides were looked at"))
    cells = repair.script_cells(text)
    if cells is not None:
        return _notebook(
            {"cells": cells, "nbformat": 4}, (*flags, "the file is a Python script, not a notebook")
        )
    try:
        document = repair.parse_beginning(text)
    except repair.Damaged:
        return None
    if not isinstance(document, dict):  # a page of numbers begins with a document, too
        return None
    return _notebook(document, (*flags, "what stands behind the end of the notebook was left out"))


def _merged(both: Sequence[str], flags: tuple[str, ...]) -> Notebook | None:
    """Return the first side, with the other's version before each cell that differs: the last one counts."""
    notebooks = []
    for text in both:
        try:
            notebooks.append(_notebook(repair.parse(text.strip()), flags))
        except (repair.Damaged, Unreadable):
            continue
    if len(notebooks) < 2:
        return notebooks[0] if notebooks else None
    ours, theirs = notebooks
    others = {cell.name: cell for cell in theirs.cells if cell.name}
    cells = []
    for cell in ours.cells:
        other = others.pop(cell.name, cell)
        cells += [other, cell] if other.source != cell.source else [cell]
    return Notebook((*cells, *others.values()), ours.flags)


def _notebook(document: Any, flags: tuple[str, ...]) -> Notebook:
    raw = _cells(document)
    if len(raw) > MAX_CELLS:
        flags = (*flags, f"only the first {MAX_CELLS} of {len(raw)} cells were looked at")
    cells = [_cell(item) for item in raw[:MAX_CELLS]]
    bad = sum(cell is None for cell in cells)
    if bad:
        flags = (*flags, f"{bad} damaged cell(s) were left out")
    return Notebook(tuple(cell for cell in cells if cell is not None), (*flags, *_format_flags(document)))


def _decode(data: bytes) -> tuple[str, tuple[str, ...]]:
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data.decode(encoding, errors="replace"), (f"the file is encoded as {encoding}",)
    for start, encoding in _STARTS:
        if data.startswith(start):
            return data.decode(encoding, errors="replace"), (f"the file is encoded as {encoding}",)
    text = data.decode("utf-8", errors="replace")
    damaged = text.count("\ufffd")
    if not damaged:
        return text, ()
    if sum(not character.isascii() for character in text) > 2 * damaged:  # most of it is UTF-8
        return text, ("some characters of the file are damaged",)
    return data.decode("latin-1"), ("the file is not UTF-8; it was read as Latin-1",)


def _cells(document: Any) -> list[Any]:
    """Return the list of cells of a notebook of any format, 3 (worksheets) and 4."""
    if not isinstance(document, dict):
        raise Unreadable("the file is JSON, but not a notebook")
    found = document.get("cells")
    worksheets = document.get("worksheets")
    if found is None and isinstance(worksheets, list):
        sheets = [sheet.get("cells") for sheet in worksheets if isinstance(sheet, dict)]
        found = [cell for sheet in sheets if isinstance(sheet, list) for cell in sheet]
    if not isinstance(found, list):
        raise Unreadable("the file is JSON, but holds no list of cells")
    if not found:
        raise Unreadable("the notebook has no cells")
    return found


def _cell(item: Any) -> Cell | None:
    if not isinstance(item, dict):
        return None
    source = item.get("source", item.get("input", ""))  # format 3 calls the source of a code cell its input
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str) or len(source) > MAX_SOURCE:
        return None
    metadata = item.get("metadata")
    nbgrader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None
    return Cell(
        kind=_text(item.get("cell_type")),
        source=_encodable(source).replace("\r\n", "\n").replace("\r", "\n"),
        grade_id=_text(grade_id),
        cell_id=_text(item.get("id")),
    )


def _text(value: Any) -> str:
    return _encodable(value) if isinstance(value, str) else ""


def _encodable(text: str) -> str:
    """Return `text` without lone surrogates: JSON can spell them, no file or socket can carry them."""
    return text.encode("utf-8", errors="replace").decode("utf-8")


def _format_flags(document: dict[str, Any]) -> list[str]:
    flags, version = [], document.get("nbformat")
    if version != 4:
        known = f"format {version}" if type(version) is int and 0 < version < 100 else "an unknown format"
        flags.append(f"the notebook has {known}, not format 4")
    language = _language(document.get("metadata"))
    # Conda and Colab name their Python kernels as they like; only another language is worth a flag.
    if language.lower() not in ("", "python", "python3", "ipython"):
        flags.append(f"the notebook was saved for {language[:40]!r}; it was run with Python")
    return flags


def _language(metadata: Any) -> str:
    """Return the language that a notebook says it is in; empty if it does not say."""
    described = metadata if isinstance(metadata, dict) else {}
    spec, info = (described.get(part) for part in ("kernelspec", "language_info"))
    spec, info = (part if isinstance(part, dict) else {} for part in (spec, info))
    kernel = _text(spec.get("name"))
    known = kernel if kernel.split("-")[0] in ("ir", "julia") else ""  # so R and Julia name their kernels
    return _text(spec.get("language")) or _text(info.get("name")) or known
