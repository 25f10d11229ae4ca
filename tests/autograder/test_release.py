"""What students get is made from the source, byte for byte the same each time, and tells nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autograder import release as module
from autograder.errors import SourceError, UsageError
from autograder.leaks import flaw_of_cleared, leaked_lines, outside, secret_lines
from autograder.release import build_source, generate_assignment, release, slugs, source_cells


def cells_of(path):
    return {cell["id"]: cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]}


def test_the_assignments_are_the_folders_that_hold_a_source(tiny_course):
    (tiny_course / "solutions" / "notes").mkdir()
    (tiny_course / "solutions" / "he" / "draft.py").write_text("")

    assert slugs(tiny_course) == ["he"]


def test_an_unknown_assignment_is_named_with_the_one_that_was_meant(tiny_course):
    with pytest.raises(UsageError, match=r"no assignment 'hee'.*did you mean 'he'"):
        release("hee", tiny_course)


@pytest.mark.parametrize("slug", ["", ".", "..", "../he", "he/../he", "he/he"])
def test_a_path_is_no_assignment(tiny_course, slug):
    with pytest.raises(UsageError, match="no assignment"):
        release(slug, tiny_course)


def test_students_get_stubs_instead_of_answers(tiny_course):
    cells = cells_of(release("he", tiny_course))

    assert "".join(cells["he_std"]["source"]).endswith(
        "    # YOUR CODE HERE\n    raise NotImplementedError()"
    )
    assert "".join(cells["check_he_std"]["source"]) == "assert he_std(2) == 1"
    assert (
        "".join(cells["explain_root"]["source"])
        == "Why does a root stand in the formula?\n\nYOUR ANSWER HERE"
    )


def test_titles_are_cell_ids_and_nbgrader_names(tiny_course):
    for name, cell in cells_of(release("he", tiny_course)).items():
        metadata = cell["metadata"].get("nbgrader", {"grade_id": name})

        assert metadata["grade_id"] == name


def test_given_code_and_checks_cannot_be_edited(tiny_course):
    cells = cells_of(release("he", tiny_course))

    editable = {name: cell["metadata"].get("editable", True) for name, cell in cells.items()}

    assert [name for name, may in editable.items() if not may] == ["setup", "check_he_std"]


def test_two_builds_are_the_same_bytes(tiny_course):
    first = (build_source("he", tiny_course).read_bytes(), release("he", tiny_course).read_bytes())
    (tiny_course / "build" / "source" / "he" / "he.ipynb").unlink()
    (tiny_course / "exercises" / "he" / "he.ipynb").unlink()

    assert first == (build_source("he", tiny_course).read_bytes(), release("he", tiny_course).read_bytes())


def test_a_build_that_changes_nothing_writes_nothing(tiny_course):
    path = release("he", tiny_course)
    before = path.stat()
    release("he", tiny_course)

    assert (path.stat().st_mtime_ns, path.stat().st_ino) == (before.st_mtime_ns, before.st_ino)


def test_files_beside_a_source_are_not_released(tiny_course):
    (tiny_course / "solutions" / "he" / "notes.txt").write_text("the answer is 2 / fan_in")
    path = release("he", tiny_course)
    (tiny_course / "build" / "source" / "he" / "he.py").write_text("the answer is 2 / fan_in")
    release("he", tiny_course)

    assert [file.name for file in path.parent.iterdir()] == ["he.ipynb"]


def test_an_interrupted_write_leaves_the_old_file_whole(tiny_course, monkeypatch):
    path = release("he", tiny_course)
    before = path.read_bytes()
    source = tiny_course / "solutions" / "he" / "he.py"
    source.write_text(source.read_text().replace("# One question", "# Just one question"))

    def interrupted(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        release("he", tiny_course)

    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == ["he.ipynb"]


def test_what_nbgrader_refuses_is_reported_with_its_log(tiny_course):
    path = build_source("he", tiny_course)
    path.write_text(path.read_text().replace('"grade_id": "setup"', '"grade_id": "he_std"'))

    with pytest.raises(SourceError, match=r"(?s)he\.ipynb: nbgrader cannot.*Duplicate grade id: he_std"):
        generate_assignment("he", path)


def spoil(course, old, new):
    source = course / "solutions" / "he" / "he.py"
    assert old in source.read_text()
    source.write_text(source.read_text().replace(old, new))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "    ### END SOLUTION\n\n",
            "    ### END SOLUTION\n    return float(np.sqrt(2 / fan_in))\n\n",
            "8: the solution cell 'he_std' goes on after the cleared answer",
        ),
        ("def he_std", "def he_sd", "8: the solution cell 'he_std' does not define 'he_std'"),
        (
            "    return float(np.sqrt(2 / fan_in))\n    ### END SOLUTION\n",
            "    ### END SOLUTION\n    return float(np.sqrt(2 / fan_in))\n",
            "8: the solution cell 'he_std' goes on after the cleared answer",
        ),
    ],
)
def test_a_solution_that_would_leak_is_not_released(tiny_course, old, new, message):
    spoil(tiny_course, old, new)

    with pytest.raises(SourceError, match=message):
        release("he", tiny_course)

    assert not (tiny_course / "exercises").exists()


def test_a_line_that_clearing_missed_is_found(tiny_course, monkeypatch):
    """Were nbgrader to leave an answer in, the release would be refused."""
    import nbformat

    monkeypatch.setattr(module, "generate_assignment", lambda slug, path: nbformat.read(path, 4))

    with pytest.raises(SourceError, match=r"'he_std' would show students the line 'return float"):
        release("he", tiny_course)


def test_secrets_are_the_lines_that_stand_nowhere_else(tiny_course):
    assert secret_lines(source_cells("he", tiny_course)) == {
        "return float(np.sqrt(2 / fan_in))",
        'assert he_std(50) == 0.2, "fan_in is 50"',
        "A standard deviation is the root of a variance.",
    }


def test_a_published_line_is_no_secret(tiny_course):
    cells = source_cells("he", tiny_course)

    assert "return float(np.sqrt(2 / fan_in))" not in secret_lines(
        cells, "def f():\n  return float(np.sqrt(2 / fan_in))"
    )


def test_leaks_are_found_whatever_their_indentation():
    assert leaked_lines("a\n        secret = 42\nb", {"secret = 42", "other = 1"}) == ["secret = 42"]


def test_text_outside_the_markers_is_kept():
    assert outside("a\n### BEGIN SOLUTION\nb\n### END SOLUTION\nc") == "a\nc"


@pytest.mark.parametrize(
    ("source", "flaw"),
    [
        ("def f(x):\n    raise NotImplementedError()", None),
        ("def f(x):\n    y = x\n    raise NotImplementedError()", None),
        (
            "class f:\n    def g(self):\n        raise NotImplementedError()\n    def h(self):\n        pass",
            None,
        ),
        ("def f(x):\n    return x", "does not raise"),
        ("def g(x):\n    raise NotImplementedError()", "does not define 'f'"),
        ("def f(x):\n    if x:\n        raise NotImplementedError()\n        x += 1", "goes on"),
    ],
)
def test_a_cleared_solution_defines_its_name_raises_and_ends(source, flaw):
    found = flaw_of_cleared("f", source)

    assert found is None if flaw is None else found is not None and flaw in found
