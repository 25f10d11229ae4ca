"""The images cannot be built in a test; what they copy, install and start must at least be there, at our versions."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

FILES = sorted((ROOT / "containers").glob("*.Dockerfile"))
PINS = dict(
    re.findall(
        r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE
    )
)


def instructions(path: Path) -> list[tuple[str, str]]:
    """The instructions of a Dockerfile: continued lines joined, comments dropped."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n", " ", "\n".join(lines))
    found = [line.split(maxsplit=1) for line in whole.splitlines() if line.strip()]
    return [(word, rest) for word, rest in found]


def names(path: Path) -> list[str]:
    """The lines of a list of packages."""
    return [
        line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_an_image_is_made_of_what_is_there(path):
    found = instructions(path)

    assert {word for word, _ in found} <= {
        "FROM",
        "RUN",
        "COPY",
        "WORKDIR",
        "ENV",
        "USER",
        "EXPOSE",
        "CMD",
        "ENTRYPOINT",
    }
    assert found[0][0] == "FROM"
    assert re.fullmatch(r"(python:3\.11\.\d+-slim-bookworm|debian:12\.\d+-slim)", found[0][1])
    for word, rest in found:
        if word == "COPY":
            *sources, _ = [part for part in rest.split() if not part.startswith("--")]
            assert [source for source in sources if not (ROOT / source).exists()] == []


def test_the_students_image_has_no_answers_and_no_grader():
    (copies,) = [
        [rest for word, rest in instructions(path) if word == "COPY"]
        for path in FILES
        if "students" in path.name
    ]
    copied = " ".join(copies)

    assert not re.search(r"solutions|concepts|build|autograder(?!/(__init__\.py|checks))", copied)
    assert not re.search(r"(^|\s)\.(\s|$)", copied)


def test_the_grading_image_takes_the_steps_of_make():
    (steps,) = [" ".join(rest for _, rest in instructions(path)) for path in FILES if "grading" in path.name]
    packages = re.search(r"--no-install-recommends ([\w -]+?) +&&", steps)

    assert "make environment exercises" in steps
    assert {"bubblewrap", "git", "make", "python3", "python3-venv"} <= set(packages[1].split())
    assert ".git" not in names(ROOT / ".dockerignore")


def test_students_get_the_packages_that_their_notebooks_import_at_our_versions():
    wanted = names(ROOT / "containers" / "students.txt")
    imported = set()
    for path in (ROOT / "exercises").glob("*/*.ipynb"):
        imported |= set(re.findall(r'"\s*(?:from|import) (\w+)', path.read_text(encoding="utf-8")))
    known = {"sklearn": "scikit-learn", "matplotlib": "matplotlib", "numpy": "numpy", "torch": "torch"}

    assert {known[name] for name in imported & set(known)} <= set(wanted) <= set(PINS)
    assert names(ROOT / ".binder" / "requirements.txt") == [f"{name}=={PINS[name]}" for name in wanted]


def test_binder_finds_what_it_runs():
    script = ROOT / ".binder" / "postBuild"

    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111
    assert (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8") == "python-3.11\n"
