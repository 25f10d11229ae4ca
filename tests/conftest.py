"""What several tests need: the course itself, and a tiny one that a test may spoil."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]

# Every run tries the same examples, so that a commit passes or does not; a slow machine is no failure.
# HYPOTHESIS_PROFILE=fresh looks for new ones.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("fresh", deadline=None, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the files with long tests come first, so that no core has nothing to do at the end of a run."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Let a test have the same draws of NumPy and torch in every run, whichever tests its process ran before."""
    seed = zlib.crc32(item.nodeid.encode())
    np.random.seed(seed)
    if torch := sys.modules.get("torch"):
        torch.manual_seed(seed)


def published() -> list[str]:
    """Return the slugs of the chapters that `_toc.yml` lists, in its order; the others are drafts."""
    listed = re.findall(
        r"^\s*- file: book/(\w+)$", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE
    )
    return [slug for slug in listed if (ROOT / "concepts" / f"{slug}.py").is_file()]


HE = '''\
# %% [markdown]
# # He's initialisation

# %% setup tags=["locked"]
import numpy as np


# %% he_std tags=["solution"]
def he_std(fan_in):
    """Return the standard deviation of He's initialisation.

    >>> he_std(50)
    0.2
    """
    ### BEGIN SOLUTION
    return float(np.sqrt(2 / fan_in))
    ### END SOLUTION


# %% check_he_std tags=["check", "points=2"]
assert he_std(2) == 1
### BEGIN HIDDEN TESTS
assert he_std(50) == 0.2, "fan_in is 50"
### END HIDDEN TESTS

# %% figure_scales
# %matplotlib inline
[he_std(n) for n in (1, 2, 4)]

# %% [markdown]
# One question in words is left.

# %% explain_root [markdown] tags=["manual", "points=1.5"]
# Why does a root stand in the formula?
#
# ### BEGIN SOLUTION
# A standard deviation is the root of a variance.
# ### END SOLUTION
'''


@pytest.fixture(scope="session")
def course() -> Path:
    """The root of the course."""
    return ROOT


@pytest.fixture
def tiny_course(tmp_path: Path) -> Path:
    """A course with one small assignment, `he`."""
    source = tmp_path / "solutions" / "he" / "he.py"
    source.parent.mkdir(parents=True)
    source.write_text(HE, encoding="utf-8")
    return tmp_path


def autograder(*arguments: object, timeout: float = 600) -> subprocess.CompletedProcess[str]:
    """Run the command `autograder` in the course, as a user does."""
    return subprocess.run(
        [sys.executable, "-m", "autograder.cli", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, without a window; one for all, since two drivers in one process get in each other's way."""
    path = shutil.which("chromium")
    if path is None:
        pytest.fail("Chromium is missing: apt-get install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        yield chromium
        chromium.close()
