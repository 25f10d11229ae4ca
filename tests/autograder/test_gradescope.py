"""The zip for Gradescope grades in Gradescope's layout, with nothing but what it brings and asks for."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import pytest

from autograder.cage import Level
from autograder.cli import main
from autograder.errors import UsageError
from autograder.gradescope import bundle, pins
from autograder.lms.gradescope import results_json
from autograder.release import release
from tests.autograder.test_lms import as_gradescope_reads
from tests.conftest import ROOT

ANSWER = "def he_std(fan_in):\n    return (2 / fan_in) ** 0.5"
WRONG = "def he_std(fan_in):\n    return 1"
SPY = """\
import pathlib
for folder in ("build", "concepts", "exercises"):
    assert not pathlib.Path({course!r}, folder).exists(), "there are the answers"
"""


def notebook(root: Path, answer: str) -> str:
    """The released notebook with an answer."""
    found = json.loads((root / "exercises" / "he" / "he.ipynb").read_text(encoding="utf-8"))
    for cell in found["cells"]:
        if cell["id"] == "he_std":
            cell["source"] = answer
    return json.dumps(found)


@pytest.fixture
def container(tiny_course: Path, tmp_path_factory) -> Path:
    """`/autograder` as Gradescope makes it, but for `setup.sh`, which fetches packages."""
    release("he", tiny_course)
    place = tmp_path_factory.mktemp("autograder")
    path = bundle("he", tiny_course, tiny_course / "he.zip", Level.RLIMITS)
    with zipfile.ZipFile(path) as archive:
        archive.extractall(place / "source")
    (place / "source" / "run_autograder").chmod(0o755)  # zipfile forgets it; the first test looks at it
    shutil.copy(place / "source" / "run_autograder", place)
    (place / "results").mkdir()
    (place / "submission").mkdir()
    users = {"users": [{"email": "ann@x.edu", "id": 1, "name": "Ann"}], "previous_submissions": []}
    (place / "submission_metadata.json").write_text(json.dumps(users))
    return place


def environment(place: Path, requirements: Path) -> Path:
    """An environment with the packages that `requirements.txt` names and no others, and return its interpreter."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    (packages,) = place.glob("lib/python*/site-packages")
    for pin in requirements.read_text().split():
        for file in distribution(pin.split("==")[0]).files or []:
            source, target = Path(file.locate()), packages / file
            if ".." not in file.parts and "__pycache__" not in file.parts and source.is_file():
                target.parent.mkdir(parents=True, exist_ok=True)
                try:
                    os.link(source, target)
                except OSError:
                    shutil.copy(source, target)
    return place / "bin" / "python"


def test_the_zip_has_what_gradescope_asks_for(tiny_course):
    release("he", tiny_course)
    path = bundle("he", tiny_course, tiny_course / "he.zip", Level.LANDLOCK)
    with zipfile.ZipFile(path) as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
        scripts = [archive.read(name).decode() for name in ("setup.sh", "run_autograder")]
        everything = b"\n".join(archive.read(name) for name in modes)

    assert modes["setup.sh"] & modes["run_autograder"] & 0o111 == 0o111
    assert all(script.startswith("#!/usr/bin/env bash\n") for script in scripts)
    for script in scripts:
        subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    assert "--min-cage landlock" in scripts[1]
    assert str(tiny_course).encode() not in everything
    assert str(ROOT).encode() not in everything
    assert (
        path.read_bytes() == bundle("he", tiny_course, tiny_course / "again.zip", Level.LANDLOCK).read_bytes()
    )


def graded(container: Path, python: Path, text: str) -> dict:
    """What Gradescope reads after it has run the grader on a submission."""
    (container / "submission" / "my he.ipynb").write_text(text)
    run = subprocess.run(
        [str(container / "run_autograder")],
        env={"PATH": os.environ["PATH"], "AUTOGRADER": str(container), "PYTHON": str(python)},
        cwd="/",
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return as_gradescope_reads((container / "results" / "results.json").read_text())


@pytest.mark.slow
@pytest.mark.sandbox
def test_it_grades_in_gradescopes_layout_with_only_what_it_asks_for(container, tiny_course, tmp_path):
    python = environment(tmp_path / "environment", container / "source" / "requirements.txt")
    spy = SPY.format(course=str(container / "source" / "course"))
    right = graded(container, python, notebook(tiny_course, spy + ANSWER))
    wrong = graded(container, python, notebook(tiny_course, WRONG))

    assert (right["score"], right["extra_data"]["outcome"]) == (2.0, "finished")
    assert right["extra_data"]["flags"][0] == "the notebook is called my he.ipynb, not he.ipynb"
    assert [(one["name"], one["score"]) for one in wrong["tests"]] == [("check_he_std", 0.0)]
    assert "fan_in is 50" in wrong["tests"][0]["output"]


def test_a_submission_without_a_notebook_has_a_result(tiny_course, tmp_path, capsys):
    release("he", tiny_course)
    (tmp_path / "submission").mkdir()
    places = [f"--{name}={tmp_path / name}" for name in ("submission", "metadata", "results")]

    assert main(["gradescope", "he", *places, "--root", str(tiny_course), "--no-cage", "--seed", "7"]) == 0
    assert "seed: 7 · unreadable · 0 of 2 points" in capsys.readouterr().out
    data = as_gradescope_reads((tmp_path / "results").read_text())
    assert (data["score"], data["output"]) == (0.0, "the folder holds no notebook")


def test_an_assignment_that_is_not_there_is_named(tiny_course, capsys):
    assert main(["bundle", "hee", "--root", str(tiny_course)]) == 2
    assert "did you mean 'he'?" in capsys.readouterr().err


def test_the_versions_are_those_of_the_course():
    known = (ROOT / "requirements.txt").read_text(encoding="utf-8").lower().replace("_", "-")

    found = pins(["matplotlib", "ipykernel", "torch"])
    assert all(pin in known for pin in found)
    assert any(pin.startswith("torch==") and "+" not in pin for pin in found)
    with pytest.raises(UsageError, match="no-such-package is not installed"):
        pins(["no_such_package"])


def test_results_keep_lone_surrogates_out_of_the_file(tiny_course):
    from autograder.records import CellScore, Graded, Outcome

    row = Graded("ann", "he", Outcome.FINISHED, (CellScore("c", 0.0, 1.0, "\ud800"),), "", 0.1, 7, "strict")
    results_json(row).encode("utf-8")
