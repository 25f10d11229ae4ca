"""Begin a chapter: write the five files of a slug from the templates in `.ci/chapter`; `make new-chapter` runs it.

A template lies where its file will lie, with SLUG for the slug in path and text.
Nothing is listed in `_toc.yml`: the chapter is a draft until its author publishes it.
"""

from __future__ import annotations

import builtins
import keyword
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TEMPLATES = ROOT / ".ci" / "chapter"
LONGEST = 20
"""A slug stands in titles of cells, which have at most 64 letters, and in lines of code."""

USED = {"axes", "canvas", "checks", "figure", "figures", "found", "np", "plt", "rng", "show", "value", "x"}
"""Names that the skeletons use for something else."""


class BadSlug(Exception):
    """A slug cannot be taken; the message says why, and what to do."""


def files_of(slug: str) -> dict[Path, str]:
    """Return the files of a new chapter: their paths and what stands in them."""
    return {
        ROOT / fill(str(path.relative_to(TEMPLATES)).removesuffix(".in"), slug): fill(
            path.read_text(encoding="utf-8"), slug
        )
        for path in sorted(TEMPLATES.rglob("*.in"))
    }


def fill(text: str, slug: str) -> str:
    """Return a text with the slug in the place of SLUG."""
    return text.replace("SLUG", slug)


def require_good(slug: str) -> None:
    """Refuse what cannot be a slug.

    Raises:
        BadSlug: It is no name, or it is taken.
    """
    if not slug:
        raise BadSlug("name the chapter's slug, one word: make new-chapter SLUG=half_life")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", slug):
        raise BadSlug(
            f"'{slug}' is no slug: it names Python modules, so take lower-case letters a to z, digits and '_', "
            "and begin with a letter, such as half_life"
        )
    if keyword.iskeyword(slug):
        raise BadSlug(f"'{slug}' is a keyword of Python and cannot name a module; take another word")
    if slug in USED or hasattr(builtins, slug):
        raise BadSlug(f"'{slug}' means something else in Python or in every chapter; take another word")
    if len(slug) > LONGEST:
        raise BadSlug(f"'{slug}' has {len(slug)} letters; a slug has at most {LONGEST}")
    taken = [path.relative_to(ROOT) for path in files_of(slug) if path.exists()]
    if taken:
        raise BadSlug(f"'{slug}' exists: {', '.join(map(str, taken))}; take another word")


def main(slug: str) -> int:
    """Write the five files, or say why not; return the exit status."""
    try:
        require_good(slug)
    except BadSlug as reason:
        print(reason, file=sys.stderr)
        return 2
    for path, text in files_of(slug).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    print(
        "\nA draft: no page lists it. Begin with the mathematics; the tests say what is missing:\n"
        f"  .venv/bin/python -m pytest -q tests/concepts/test_{slug}.py\n"
        f"  .venv/bin/autograder release {slug} && .venv/bin/python -m pytest -q tests/course -k {slug}\n"
        "CONTRIBUTING.md goes through a small chapter, file by file."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) == 2 else ""))
