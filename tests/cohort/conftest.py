"""The small class, and what an undisturbed run makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cohort import small


@pytest.fixture(scope="session")
def root(tmp_path_factory) -> Path:
    """The small course with the submissions of its class; nobody changes it."""
    folder = tmp_path_factory.mktemp("small")
    small.make(folder)
    return folder


@pytest.fixture(scope="session")
def undisturbed(root, tmp_path_factory) -> list[dict[str, object]]:
    """The rows of a run that nothing happened to."""
    course = tmp_path_factory.mktemp("undisturbed")
    run = small.start(root, course)
    text = small.finished(run)

    assert run.returncode == 0, text
    return small.settled(course)
