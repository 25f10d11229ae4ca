"""What is released is current, tells no answer, and can be solved."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from autograder.leaks import leaked_lines, outside, secret_lines
from autograder.markers import role_of
from autograder.records import Role
from autograder.release import (
    build_source,
    generate_assignment,
    release,
    slugs,
    source_cells,
    source_notebook,
)
from tests.conftest import ROOT

SLUGS = slugs(ROOT)
TEXTS = {".ipynb", ".html", ".js", ".json", ".txt", ".md", ".py", ".csv", ".css"}


def files_of(folder: Path) -> list[Path]:
    return sorted(
        path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts
    )


def text_of(path: Path) -> str:
    """Return a file's text as its reader sees it: a notebook's cells, a page without tags."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return "\n".join("".join(cell["source"]) for cell in json.loads(text)["cells"])
    if path.suffix == ".html":
        return html.unescape(re.sub(r"<[^>]*>", "", text))
    return text


@cache
def given() -> str:
    """Return what the sources show students: all that stands outside the markers."""
    return "\n".join(outside(cell.source) for slug in SLUGS for cell in source_cells(slug, ROOT))


@cache
def published() -> str:
    """Return what readers have anyway: that, the text of the book, and the mathematics that it imports."""
    return given() + "\n".join(
        path.read_text(encoding="utf-8") for path in [*ROOT.glob("book/**/*.md"), *ROOT.glob("concepts/*.py")]
    )


@pytest.mark.parametrize("slug", SLUGS)
def test_the_tracked_notebook_is_what_the_source_says(slug, tmp_path):
    """Otherwise run `make exercises` and commit the result."""
    for folder in ("solutions",):
        (tmp_path / folder).symlink_to(ROOT / folder)
    fresh = release(slug, tmp_path)

    assert (ROOT / "exercises" / slug / f"{slug}.ipynb").read_bytes() == fresh.read_bytes()


@pytest.mark.parametrize("slug", SLUGS)
def test_an_exercise_is_one_notebook(slug):
    assert [path.name for path in files_of(ROOT / "exercises" / slug)] == [f"{slug}.ipynb"]


def test_every_exercise_has_a_source():
    assert sorted(path.name for path in (ROOT / "exercises").iterdir()) == SLUGS


@pytest.mark.parametrize("slug", SLUGS)
def test_two_conversions_are_equal(slug):
    path = build_source(slug, ROOT)

    assert source_notebook(slug, ROOT) == source_notebook(slug, ROOT)
    assert generate_assignment(slug, path) == generate_assignment(slug, path)


@pytest.mark.parametrize("slug", SLUGS)
def test_there_is_something_to_keep(slug):
    """The tests below would say nothing if no line counted as a secret."""
    cells = source_cells(slug, ROOT)
    secrets = secret_lines(cells, published())
    hidden_in = [cell.name for cell in cells if secret_lines([cell]) & secrets]

    assert len(hidden_in) >= sum(cell.role in (Role.SOLUTION, Role.MANUAL) for cell in cells) / 2


@pytest.mark.parametrize("slug", SLUGS)
def test_no_released_file_tells_an_answer_or_a_hidden_test(slug):
    secrets = secret_lines(source_cells(slug, ROOT), given())

    assert {path: leaked_lines(text_of(path), secrets) for path in files_of(ROOT / "exercises")} == {
        path: [] for path in files_of(ROOT / "exercises")
    }


@pytest.mark.parametrize("slug", SLUGS)
def test_no_page_of_the_site_tells_an_answer_or_a_hidden_test(slug):
    """Lines that the chapters print on purpose are no secrets; all else that the site holds is searched."""
    secrets = secret_lines(source_cells(slug, ROOT), published())
    site = ROOT / "_build" / "html"
    leaks = {
        path.relative_to(site): lines
        for path in files_of(site)
        if path.suffix in TEXTS and (lines := leaked_lines(text_of(path), secrets))
    }

    assert leaks == {}


def test_no_source_of_an_assignment_is_in_the_site():
    names = {path.name for path in files_of(ROOT / "_build" / "html")}

    assert names & {f"{slug}.py" for slug in SLUGS} == set()


@pytest.mark.parametrize(
    "slug", [pytest.param(slug, marks=pytest.mark.slow) if slug == "rescue" else slug for slug in SLUGS]
)
def test_the_solution_runs_from_start_to_end(slug, tmp_path):
    """Every code cell, experiments included, with each warning an error."""
    code = [cell["source"] for cell in source_notebook(slug, ROOT).cells if cell["cell_type"] == "code"]
    program = tmp_path / f"{slug}.py"
    program.write_text("\n\n".join(line for cell in code for line in [runnable(cell)]), encoding="utf-8")
    run = subprocess.run(
        [sys.executable, "-W", "error", program],
        cwd=tmp_path,
        env={**os.environ, "MPLBACKEND": "agg", "MPLCONFIGDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert run.returncode == 0, run.stderr


def runnable(cell: str) -> str:
    return "\n".join(line for line in cell.splitlines() if not line.startswith("%"))


@pytest.mark.parametrize("slug", SLUGS)
def test_the_untouched_exercise_raises_not_implemented_in_every_check(slug):
    notebook = json.loads((ROOT / "exercises" / slug / f"{slug}.ipynb").read_text(encoding="utf-8"))
    names: dict[str, object] = {}
    survived = []
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if role_of(cell) in (Role.LOCKED, Role.SOLUTION):
            exec(compile(source, cell["id"], "exec"), names)
        elif role_of(cell) is Role.CHECK:
            try:
                exec(compile(source, cell["id"], "exec"), names)
            except NotImplementedError:
                continue
            except Exception as error:
                if "NotImplementedError" in str(error):
                    continue
                raise
            survived.append(cell["id"])

    assert survived == []
