"""The archive of all assignments: complete, the same bytes at every build, and enough to work with."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from course import assignments

from autograder.release import slugs
from tests.conftest import ROOT
from tests.site.links import read


@pytest.fixture(scope="module")
def folder(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of the site, unpacked."""
    target = tmp_path_factory.mktemp("student")
    with zipfile.ZipFile(site / assignments.NAME) as packed:
        assert packed.testzip() is None
        packed.extractall(target)
    return target / "assignments"


def test_two_builds_give_the_bytes_that_the_site_offers(site: Path):
    assert (
        assignments.assignments(ROOT)
        == assignments.assignments(ROOT)
        == (site / "assignments.zip").read_bytes()
    )


def test_it_is_offered_on_the_page_about_the_course(site: Path):
    assert "../assignments.zip" in read(site / "book" / "how_to_use.html").links


def test_it_holds_every_released_notebook_and_no_answer(folder: Path):
    assert sorted(path.stem for path in folder.glob("*.ipynb")) == slugs(ROOT)
    for path in folder.glob("*.ipynb"):
        assert path.read_bytes() == (ROOT / "exercises" / path.stem / path.name).read_bytes()
        assert path.name in (folder / "README.md").read_text(encoding="utf-8")


def test_what_the_notebooks_import_comes_with_python_the_checks_or_the_requirements(folder: Path):
    modules = set().union(*(assignments.imports(path.read_bytes()) for path in folder.glob("*.ipynb")))
    lines = (folder / "requirements.txt").read_text(encoding="utf-8").splitlines()
    packages = {line.partition("==")[0] for line in lines}
    named = {assignments._PACKAGES.get(module, module) for module in modules - {"autograder"}}

    assert named - set(sys.stdlib_module_names) <= packages
    assert {"numpy", "torch", "scikit-learn", "jupyterlab"} <= packages
    assert lines[0].startswith("./") and (folder / lines[0]).is_file()
    assert set(lines[1:]) <= set(
        re.findall(r"^[\w.-]+==[\w.]+", (ROOT / "requirements.txt").read_text(), re.M)
    )


def test_pip_installs_the_wheel_and_its_checks_work_without_the_rest_of_the_course(
    folder: Path, tmp_path: Path
):
    (wheel,) = folder.glob("*.whl")
    options = ["--no-index", "--no-deps", "--quiet", "--disable-pip-version-check", "--target", str(tmp_path)]
    pip = subprocess.run(
        [sys.executable, "-m", "pip", "install", *options, wheel.name],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert pip.returncode == 0, pip.stderr
    source = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from autograder import checks
assert checks.__file__.startswith({str(tmp_path)!r})
checks.close(checks.call(lambda: 0.25), 0.25, what="it")
try:
    checks.close(checks.call(lambda: 0.5), 0.25, what="it")
except AssertionError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", source], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.stderr == ""
    assert "it is 0.5, expected 0.25" in done.stdout
    brought = {path.relative_to(tmp_path).parts[1] for path in (tmp_path / "autograder").rglob("*.py")}
    assert brought == {"__init__.py", "checks"}


def test_the_wheel_names_every_file_with_its_hash():
    name, content = assignments.wheel(ROOT)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        (record,) = (entry for entry in packed.namelist() if entry.endswith("/RECORD"))
        rows = [line.split(",") for line in packed.read(record).decode().splitlines()]

        assert sorted(row[0] for row in rows) == sorted(packed.namelist())
        for entry, digest, size in rows:
            if entry != record:
                assert digest == f"sha256={assignments._hash(packed.read(entry))}"
                assert int(size) == packed.getinfo(entry).file_size
    assert re.fullmatch(r"gradients_checks-[\d.]+-py3-none-any\.whl", name)


def test_imports_are_read_from_code_cells():
    cells = [
        {"cell_type": "code", "source": ["import numpy as np\n", "from torch import nn"]},
        {"cell_type": "markdown", "source": ["import nothing"]},
    ]

    assert assignments.imports(json.dumps({"cells": cells}).encode()) == {"numpy", "torch"}
