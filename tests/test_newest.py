"""The weekly run with the newest packages asks for what it says."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from importlib.metadata import version
from types import ModuleType

import pytest
from packaging.requirements import Requirement

from tests.conftest import ROOT

TEXT = """\
# The book
jupyter-book==1.0.4.post1        # version 2 reads another format
numpy==2.4.6

# What those need
anyio==4.16.0
"""


@pytest.fixture(scope="module")
def newest() -> ModuleType:
    spec = importlib.util.spec_from_file_location("newest", ROOT / ".ci" / "newest.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_only_held_packages_keep_a_version(newest):
    assert newest.wanted(TEXT) == "jupyter-book<2\nnumpy\n"


def test_the_pins_are_versions_that_the_weekly_run_may_take(newest):
    text = newest.REQUIREMENTS.read_text(encoding="utf-8")
    chosen = newest.chosen(text)

    assert set(newest.HELD) <= set(chosen)
    for line in newest.wanted(text).splitlines():
        requirement = Requirement(line)
        assert requirement.specifier.contains(chosen[requirement.name])


def test_what_has_moved_is_told_package_by_package(newest):
    here = version("pytest")

    assert newest.moved(f"pytest=={here}\n") == "Every package is the pinned one.\n"
    assert newest.moved(f"pytest==1.0\nno-such-package==2.0\nnumpy=={version('numpy')}\n").splitlines()[
        2:
    ] == [
        f"| pytest | 1.0 | {here} |",
        "| no-such-package | 2.0 | gone |",
    ]


def test_a_wrong_call_says_how():
    run = subprocess.run(
        [sys.executable, ROOT / ".ci" / "newest.py"], capture_output=True, text=True, check=False
    )

    assert run.returncode == 1
    assert "wanted|moved" in run.stderr
