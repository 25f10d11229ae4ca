"""Every folder of a student becomes a submission, whatever lies in it, and nothing is followed or waited for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from autograder.errors import UsageError
from autograder.records import Submission
from autograder.roster import MAX_FILES, find_submissions, loaded, read_submission

BODY = b'{"cells": []}'


@pytest.fixture
def folder(tmp_path):
    """The folder of Ann's submission to `he`."""
    place = tmp_path / "submitted" / "ann" / "he"
    place.mkdir(parents=True)
    return place


def found(folder):
    (submission,) = find_submissions(folder.parents[1], ["he"])
    return submission


def test_submissions_are_found_in_order(tmp_path):
    for student in ("bob", "ann"):
        for slug in ("xavier", "he"):
            (tmp_path / student / slug).mkdir(parents=True)
            (tmp_path / student / slug / f"{slug}.ipynb").write_bytes(BODY)
    (tmp_path / "notes.txt").write_text("not a student")
    (tmp_path / ".git").mkdir()
    (tmp_path / "carl").mkdir()

    names = [(s.student, s.assignment, s.path.name) for s in find_submissions(tmp_path, ["he", "xavier"])]

    assert names == [
        ("ann", "he", "he.ipynb"),
        ("ann", "xavier", "xavier.ipynb"),
        ("bob", "he", "he.ipynb"),
        ("bob", "xavier", "xavier.ipynb"),
    ]


def test_a_notebook_in_its_place_has_no_flags(folder):
    (folder / "he.ipynb").write_bytes(BODY)
    (folder / "other.ipynb").write_bytes(BODY)

    assert found(folder) == Submission("ann", "he", folder / "he.ipynb")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(
        UsageError, match=r"there is no folder .*nowhere; give the folder that holds <student>"
    ):
        find_submissions(tmp_path / "nowhere", ["he"])


def test_an_empty_class_is_named(tmp_path):
    with pytest.raises(UsageError, match="holds no submission to he, xavier"):
        find_submissions(tmp_path, ["he", "xavier"])


def test_a_folder_that_cannot_be_read_is_named(folder, monkeypatch):
    def refused(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(folder), "iterdir", refused)

    with pytest.raises(UsageError, match=r"submitted cannot be read \(Permission denied\)"):
        found(folder)


@pytest.mark.parametrize(
    "name",
    [
        "solution.ipynb",
        "he (1).ipynb",
        "he.ipynb.txt",
        "HE.IPYNB",
        "a b/'q\"/c.ipynb",
        "-rf.ipynb",
        "ü.ipynb",
    ],
)
def test_a_renamed_notebook_is_graded(folder, name):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(BODY)

    submission = found(folder)

    assert submission.path == folder / name
    assert submission.flags == (f"the notebook is called {name}, not he.ipynb",)


def test_names_that_break_lines_do_not_break_flags(folder):
    (folder / "a\nb\x1b[31m.ipynb").write_bytes(BODY)

    assert all(flag.isprintable() for flag in found(folder).flags)


def test_of_several_notebooks_the_likeliest_is_graded(folder):
    for name in ("draft.ipynb", "deep/he.ipynb", "my he final.ipynb", ".ipynb_checkpoints/he.ipynb"):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(BODY)

    submission = found(folder)

    assert submission.path.name == "my he final.ipynb"
    assert "the folder holds 3 notebooks; my he final.ipynb was graded" in submission.flags


def test_a_checkpoint_alone_is_no_notebook(folder):
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "he-checkpoint.ipynb").write_bytes(BODY)

    assert found(folder) == Submission("ann", "he", None, ("the folder holds no notebook",))


@pytest.mark.parametrize("link", ["ann", "ann/he"])
def test_a_folder_that_is_a_link_is_not_followed(tmp_path, link):
    secret = tmp_path / "secret" / "he"
    secret.mkdir(parents=True)
    (secret / "he.ipynb").write_bytes(BODY)
    place = tmp_path / "submitted" / link
    place.parent.mkdir(parents=True)
    place.symlink_to(secret if link.endswith("he") else secret.parent)

    (submission,) = find_submissions(tmp_path / "submitted", ["he"])

    assert (submission.path, submission.flags) == (None, ("the folder is a link; links are not followed",))


@pytest.mark.parametrize(
    ("make", "what"),
    [
        (lambda path: path.symlink_to("/etc/passwd"), "a link"),
        (lambda path: path.symlink_to(path), "a link"),
        (lambda path: path.mkdir(), "a folder"),
        (lambda path: os.mkfifo(path), "a device or pipe"),
    ],
)
def test_what_is_no_file_is_not_opened(folder, make, what):
    make(folder / "he.ipynb")

    assert found(folder) == Submission(
        "ann", "he", None, (f"he.ipynb is {what}, not a file", "the folder holds no notebook")
    )
    with pytest.raises(OSError):
        read_submission(folder / "he.ipynb", 100)


def test_a_notebook_beside_a_link_is_graded(folder):
    (folder / "he.ipynb").symlink_to("/etc/passwd")
    (folder / "he-2.ipynb").write_bytes(BODY)

    assert found(folder).path == folder / "he-2.ipynb"


def test_a_link_among_others_is_not_chosen(folder):
    (folder / "he-1.ipynb").symlink_to("/etc/passwd")

    assert found(folder).path is None


def test_a_file_in_the_place_of_the_folder_is_a_row(tmp_path):
    (tmp_path / "ann").mkdir()
    (tmp_path / "ann" / "he").write_bytes(BODY)

    (submission,) = find_submissions(tmp_path, ["he"])

    assert submission.flags == ("he is a file, where a folder should be",)


ODD = [
    "a b",
    "o'neil",
    'q"uote',
    "two\nlines",
    "-dash",
    "ünï",
    "名前",
    "x" * 200,
    "a;b,c",
    "<script>",
    "=1+1",
    "%s{0}",
]


@pytest.mark.parametrize("student", ODD)
def test_names_of_students_stay_as_they_are(tmp_path, student):
    (tmp_path / student / "he").mkdir(parents=True)
    (tmp_path / student / "he" / "he.ipynb").write_bytes(BODY)

    assert find_submissions(tmp_path, ["he"]) == [
        Submission(student, "he", tmp_path / student / "he" / "he.ipynb")
    ]


def test_a_name_that_is_no_text_becomes_one(tmp_path):
    place = tmp_path / os.fsdecode(b"ann\xff") / "he"
    place.mkdir(parents=True)
    (place / "he.ipynb").write_bytes(BODY)

    (submission,) = find_submissions(tmp_path, ["he"])

    assert (submission.student, read_submission(submission.path, 100)) == ("ann\\xff", BODY)
    assert submission.flags == ("the folder's name is not UTF-8; it was rewritten",)


def test_a_wilderness_of_files_is_searched_only_so_far(folder):
    deep = folder / "a/b/c/d/e"
    deep.mkdir(parents=True)
    (deep / "he.ipynb").write_bytes(BODY)
    for number in range(MAX_FILES + 10):
        (folder / f"{number}.dat").touch()

    assert found(folder).path is None


def test_no_more_is_read_than_asked_for_and_nothing_stays_open(folder):
    (folder / "he.ipynb").write_bytes(b"x" * 1000)
    before = len(list(Path("/proc/self/fd").iterdir()))

    assert read_submission(folder / "he.ipynb", 10) == b"x" * 11
    with pytest.raises(OSError):
        read_submission(folder, 10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_submission_is_loaded_with_its_contents_or_the_reason_why_not(folder):
    assert loaded(found(folder)).trouble == "the folder holds no notebook"
    (folder / "he.ipynb").write_bytes(BODY)
    submission = found(folder)

    assert loaded(submission).contents == BODY
    assert len(loaded(submission).digest) == 64
    (folder / "he.ipynb").unlink()
    assert loaded(submission).trouble == "the file cannot be read: No such file or directory"
    (folder / "he.ipynb").mkdir()
    assert loaded(submission).trouble == "the file cannot be read: he.ipynb is not an ordinary file"
    assert loaded(submission).digest == ""
