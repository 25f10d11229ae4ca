"""A checkout or an interpreter below /tmp, which the cage covers with a folder of the student's own."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.sandbox


@pytest.fixture
def interpreter():
    """A virtual environment below /tmp with the packages of ours."""
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    packages = next((folder / "venv" / "lib").glob("python*")) / "site-packages"
    packages.rmdir()
    packages.symlink_to(sysconfig.get_path("purelib"))
    yield folder / "venv" / "bin" / "python"
    shutil.rmtree(folder)


def test_the_interpreter_stays_readable_in_the_strict_cage(interpreter):
    notebook = ROOT / "exercises" / "xavier" / "xavier.ipynb"
    run = subprocess.run(
        [interpreter, "-m", "autograder.cli", "check", notebook, "--min-cage", "strict"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert (run.returncode, run.stderr) == (1, "")
    assert "is not written yet" in run.stdout
    assert "0 of 18 points" in run.stdout
