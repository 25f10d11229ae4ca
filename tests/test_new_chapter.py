"""`make new-chapter` begins a chapter as CONTRIBUTING says; followed to the end, its text gives one that passes."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from autograder.release import release
from tests.conftest import ROOT

TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## Add a chapter")[1]
TEXT = TEXT.split("\n## Add an exercise")[0]
FILES = [
    "book/figures/half_life.py",
    "book/half_life.md",
    "concepts/half_life.py",
    "solutions/half_life/half_life.py",
    "tests/concepts/test_half_life.py",
]
LONGEST = "twenty_letters_long_"
COURSE = ["tests/course/test_assignments.py", "tests/course/test_exercises.py", "tests/course/test_corpus.py"]
NEEDED = [
    *("Makefile", "README.md", "_toc.yml", "pyproject.toml", ".ci/new_chapter.py", "concepts/__init__.py"),
    *("book/notation.md", "book/figures/__init__.py", "book/figures/style.py", "concepts/mean_field.py"),
    *("tests/conftest.py", "tests/test_project.py", "tests/course/corpus.py", *COURSE),
]


def walk_through() -> dict[str, str]:
    """Return the files that CONTRIBUTING gives in full: the path at the end of a line, then a block of code."""
    blocks = re.findall(r"`([\w/]+\.\w+)`:\n\n(`{3,})\w+\n(.*?)^\2$", TEXT, flags=re.MULTILINE | re.DOTALL)
    return {path: code for path, _, code in blocks}


def commands(program: str) -> list[str]:
    """Return the commands of a program that CONTRIBUTING tells to run, without its name."""
    return re.findall(rf"^{re.escape(program)} (.*)$", TEXT, flags=re.MULTILINE)


def files_of(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What the command and the tests of a draft need of the course, and no other assignment."""
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / ".ci" / "chapter", tmp_path / ".ci" / "chapter")
    (tmp_path / "exercises").mkdir()
    return tmp_path


def run(checkout: Path, *command: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "PYTEST_"))
    }
    return subprocess.run(
        command,
        cwd=checkout,
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1", **variables},
        capture_output=True,
        text=True,
        check=False,
    )


def new_chapter(checkout: Path, slug: str) -> subprocess.CompletedProcess[str]:
    return run(checkout, "make", "new-chapter", f"SLUG={slug}")


def outcome(checkout: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit status of pytest in the copy, and what it wrote."""
    done = run(checkout, sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments)
    return done.returncode, done.stdout + done.stderr


def failed(output: str) -> set[str]:
    """Return the names of the tests that failed, without their parameters."""
    return set(re.findall(r"^FAILED \S+::(\w+)", output, flags=re.MULTILINE))


def complaints_of_ruff(checkout: Path, *slugs: str) -> str:
    """Return what lint and format say of the files of some chapters."""
    # Imports are sorted by what is the course's own.
    (checkout / "autograder").symlink_to(ROOT / "autograder")
    ruff = Path(sys.executable).with_name("ruff")
    modules = [name.replace("half_life", slug) for name in FILES if name.endswith(".py") for slug in slugs]
    done = [
        run(checkout, str(ruff), *action, "--no-cache", *modules)
        for action in (["check"], ["format", "--check"])
    ]
    return "".join(one.stdout + one.stderr for one in done if one.returncode)


def test_the_command_of_the_text_writes_the_five_files_and_nothing_else(checkout: Path):
    before = files_of(checkout)
    (command,) = commands("make")
    done = run(checkout, "make", *command.split())

    assert done.returncode == 0, done.stderr
    assert sorted(files_of(checkout).keys() - before.keys()) == FILES
    assert {name: files_of(checkout)[name] for name in before} == before
    assert sorted(done.stdout.splitlines()[: len(FILES)]) == FILES


def test_the_skeletons_are_clean_and_can_be_imported(checkout: Path):
    for slug in ("half_life", "a", LONGEST):
        assert new_chapter(checkout, slug).returncode == 0
    mypy = ["-m", "mypy", "--cache-dir", str(checkout / "mypy"), "concepts/half_life.py"]

    assert [name for name in FILES if re.search("SLUG|TODO", (checkout / name).read_text())] == []
    assert complaints_of_ruff(checkout, "half_life", "a", LONGEST) == ""
    for arguments in (mypy, ["-c", "import figures.half_life"]):
        done = run(checkout, sys.executable, *arguments, PYTHONPATH="book:.")
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
def test_the_tests_say_what_an_untouched_skeleton_lacks(checkout: Path):
    new_chapter(checkout, "half_life")
    release("half_life", checkout)

    chosen = "half_life and (test_half_life or from_start_to_end or hints or points)"  # for the sake of time
    tests = ["tests/concepts/test_half_life.py", *COURSE]
    status, said = outcome(checkout, *tests, "-k", chosen)

    assert status == 1
    assert failed(said) == {
        "test_every_example_in_a_docstring_runs",
        "test_it_agrees_with_something_independent",
        "test_the_solution_runs_from_start_to_end",
    }
    assert "no docstring ends with an example" in said
    assert "nothing independent confirms the mathematics yet" in said
    assert "returned None" in said


@pytest.mark.slow
def test_the_chapter_of_the_text_is_complete(checkout: Path):
    new_chapter(checkout, "half_life")
    chapter = walk_through()
    assert sorted(chapter) == FILES
    for name, text in chapter.items():
        assert (checkout / name).is_file()
        (checkout / name).write_text(text, encoding="utf-8")
    assert commands(".venv/bin/autograder") == ["release half_life"]
    release("half_life", checkout)
    (tests,) = commands(".venv/bin/python -m pytest")

    status, said = outcome(checkout, *tests.split())
    assert status == 0, said
    assert int(re.findall(r"(\d+) passed", said)[-1]) > 20
    assert complaints_of_ruff(checkout, "half_life") == ""
    cells = re.findall(r"^```\{code-cell\} ipython3\n(.*?)^```$", chapter["book/half_life.md"], re.M | re.S)
    done = run(checkout, sys.executable, "-W", "error", "-c", "\n".join(cells), PYTHONPATH="book:.")
    assert done.returncode == 0, done.stderr


def test_once_published_the_tests_ask_for_the_rest(checkout: Path):
    new_chapter(checkout, "half_life")
    release("half_life", checkout)
    toc = checkout / "_toc.yml"
    assert "half_life" not in toc.read_text(encoding="utf-8")
    line = "      - file: book/depth\n"
    toc.write_text(
        toc.read_text(encoding="utf-8").replace(line, line + "      - file: book/half_life\n"),
        encoding="utf-8",
    )

    _, said = outcome(checkout, "tests/test_project.py", "-k", "half_life or the_table_of_the_readme")

    assert failed(said) == {
        "test_a_published_slug_has_its_files_in_every_folder",
        "test_the_table_of_the_readme_lists_the_chapters_in_the_order_of_the_book",
    }
    assert "Left contains one more item: 'tests/course/answers/half_life.py'" in said


@pytest.mark.parametrize(
    ("slug", "reason"),
    [
        ("", "name the chapter's slug"),
        ("Dropout", "is no slug"),
        ("half-life", "is no slug"),
        ("2nd", "is no slug"),
        ("größe", "is no slug"),
        ("../up", "is no slug"),
        ("two words", "is no slug"),
        ("it's; touch x", "is no slug"),
        ("lambda", "is a keyword"),
        ("plt", "means something else"),
        ("print", "means something else"),
        (LONGEST + "a", "at most 20"),
        ("mean_field", "'mean_field' exists: concepts/mean_field.py"),
        ("notation", "'notation' exists: book/notation.md"),
    ],
)
def test_a_bad_slug_is_refused_before_anything_is_written(checkout: Path, slug: str, reason: str):
    before = files_of(checkout)
    done = new_chapter(checkout, slug)

    assert done.returncode == 2
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert files_of(checkout) == before
