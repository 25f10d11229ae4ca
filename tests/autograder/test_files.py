"""A file is whole or not there, whatever happens in between; trouble says where and what to do."""

from __future__ import annotations

import errno
import os

import pytest

from autograder import files
from autograder.errors import AutograderError
from autograder.files import write_atomically

STEPS = [(files.os, "fsync"), (files.Path, "replace"), (files.Path, "chmod"), (files.tempfile, "mkstemp")]


@pytest.mark.parametrize("text", ["", "a\nb\r\nc", "é 名前", "x" * 100_000])
def test_what_was_written_is_read(tmp_path, text):
    write_atomically(tmp_path / "deep" / "er" / "file", text)

    assert (tmp_path / "deep" / "er" / "file").read_bytes() == text.encode()
    assert (tmp_path / "deep" / "er" / "file").stat().st_mode & 0o777 == 0o644


def test_lone_surrogates_do_not_stop_a_class(tmp_path):
    write_atomically(tmp_path / "file", "a\ud800b")

    assert (tmp_path / "file").read_text() == "a?b"


@pytest.mark.parametrize(("module", "step"), STEPS, ids=lambda it: it if isinstance(it, str) else "")
@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_end_at_any_step_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, module, step, end):
    write_atomically(tmp_path / "file", "old")

    def ended(*args, **kwargs):
        raise end

    monkeypatch.setattr(module, step, ended)
    with pytest.raises(end):
        write_atomically(tmp_path / "file", "new")

    assert (tmp_path / "file").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.parametrize(("module", "step"), STEPS, ids=lambda it: it if isinstance(it, str) else "")
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.EDQUOT])
def test_trouble_of_the_disk_names_the_place(tmp_path, monkeypatch, module, step, code):
    def failed(*args, **kwargs):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(module, step, failed)
    with pytest.raises(AutograderError, match="run the same command again") as caught:
        write_atomically(tmp_path / "file", "new")

    assert str(tmp_path / "file") in str(caught.value)
    assert os.strerror(code) in str(caught.value)
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_the_place_of_a_folder_is_named(tmp_path):
    (tmp_path / "course").write_text("")

    with pytest.raises(AutograderError, match="course/seed cannot be written"):
        write_atomically(tmp_path / "course" / "seed", "1")


def test_a_folder_in_the_place_of_a_file_is_named(tmp_path):
    (tmp_path / "file").mkdir()

    with pytest.raises(AutograderError, match="file cannot be written"):
        write_atomically(tmp_path / "file", "1")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_a_reader_sees_the_old_file_until_the_new_one_is_whole(tmp_path, monkeypatch):
    write_atomically(tmp_path / "file", "old")
    seen = []
    real = files.os.fsync
    monkeypatch.setattr(
        files.os, "fsync", lambda fd: (seen.append((tmp_path / "file").read_text()), real(fd))
    )
    write_atomically(tmp_path / "file", "new")

    assert (seen, (tmp_path / "file").read_text()) == (["old"], "new")
