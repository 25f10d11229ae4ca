"""nbgrader is imported and set up without what costs time, and what it finds is as if it had done so itself."""

from __future__ import annotations

import sqlite3
import subprocess
import sys

import pytest
from nbgrader.api import Gradebook

from autograder.gradebook import Writer, default_url
from autograder.gradebook.library import stamp


def versions(path) -> list[str]:
    with sqlite3.connect(path) as connection:
        return [version for (version,) in connection.execute("SELECT version_num FROM alembic_version")]


def test_a_new_gradebook_has_the_version_that_nbgrader_gives_its_own(tmp_path):
    with Gradebook(f"sqlite:///{tmp_path / 'theirs.db'}"):
        pass
    with Writer(default_url(tmp_path)):
        pass

    assert len(versions(tmp_path / "gradebook.db")) == 1
    assert versions(tmp_path / "gradebook.db") == versions(tmp_path / "theirs.db")


def test_a_gradebook_that_is_there_keeps_its_version(tmp_path):
    with sqlite3.connect(tmp_path / "old.db") as connection:
        connection.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        connection.execute("INSERT INTO alembic_version VALUES ('of long ago')")

    stamp(f"sqlite:///{tmp_path / 'old.db'}")

    assert versions(tmp_path / "old.db") == ["of long ago"]


def test_a_new_gradebook_needs_no_program_on_the_path(tmp_path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with Writer(default_url(tmp_path)):
        assert versions(tmp_path / "gradebook.db")


def test_the_grammar_of_web_addresses_is_not_compiled():
    program = (
        "import sys; from autograder import gradebook as g; g.load_nbgrader(); print('lark' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert run.stdout.strip() == "False"
