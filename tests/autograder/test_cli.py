"""The command line ends with the status that it promises, and says what to do."""

from __future__ import annotations

import pytest

from autograder import cli
from autograder.cli import main


def test_ctrl_c_is_no_error_of_ours(monkeypatch, capsys):
    def interrupted(options):
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "release_command", interrupted)

    assert main(["release"]) == 130
    assert "interrupted; what was graded is kept" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["release"], ["grade", "--course", "course"]])
def test_elsewhere_than_in_the_repository_it_says_so(command, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert main(command) == 2
    assert "there are no assignments in solutions; run this in the repository" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
