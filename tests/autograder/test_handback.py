"""Feedback comes back to whom the platform's own reader finds in the names, and to nobody else."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile

import nbformat
import pytest

from autograder.cli import main
from autograder.errors import UsageError
from autograder.handback import as_notebook, hand_back
from autograder.ledger import Collected, Ledger

PAGE = "<!doctype html><html><head></head><body>\n<main>\n<h1>he: 2 of 3</h1>{}\n</main>\n</body></html>"


def collected(course, student, platform, path, page="", older=False):
    """A submission in the ledger, and its page of feedback unless that is None."""
    ledger = Ledger(course, "he")
    ledger.taken[student] = Collected(platform, 1, path, "abc")
    ledger.write()
    notebook = course / "submitted" / student / "he" / "he.ipynb"
    feedback = course / "feedback" / student / "he" / "he.html"
    for file, text in ((notebook, "{}"), (feedback, page)):
        if text is not None:
            file.parent.mkdir(parents=True)
            file.write_text(PAGE.format(text) if file is feedback else text, encoding="utf-8")
    os.utime(notebook, (1000, 1000))
    if older:
        os.utime(feedback, (999, 999))


def files_of(path):
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def as_moodle_reads(files):
    """Name of the feedback by number of the participant, as `importziplib.php` takes a path apart."""
    found = {}
    for path in files:
        parts = path.split("/")
        for depth, part in enumerate(parts):
            info = part.split("_", 4)
            if len(info) >= 4 and info[1].isdigit() and info[2:4] == ["assignsubmission", "file"]:
                found[int(info[1])] = "/".join([*info[4:], *parts[depth + 1 :]]).strip("/")
                break
        else:
            pytest.fail(f"Moodle would ignore {path}")
    return found


def as_canvas_reads(files):
    """User, attachment and name of each file, as `infer_comment_context_from_filename` finds them."""
    found = {}
    for name in files:
        user, attachment = [part for part in name.split("_") if re.fullmatch(r"\d+", part)][:2]
        assert "/" not in name and not name.startswith("._")
        found[int(user)] = (int(attachment), name)
    return found


@pytest.fixture
def course(tmp_path):
    return tmp_path / "course"


@pytest.mark.parametrize(
    "path",
    [
        "Zoë O'Neil_4711_assignsubmission_file/he.ipynb",
        "download.zip/Group A-Zoë O'Neil_4711_assignsubmission_file_/a/he.ipynb",
        "Zoë O'Neil_4711_assignsubmission_file_he.ipynb",
    ],
)
def test_moodle_finds_the_participant_in_every_name_that_it_gave(course, path):
    collected(course, "zo", "moodle", path, "né")
    handed = hand_back(course, "he", "moodle")

    files = files_of(handed.path)
    assert as_moodle_reads(files) == {4711: "he.html"}
    assert [*files.values()] == [PAGE.format("né").encode()]
    assert (handed.path, handed.number, handed.notices) == (
        course / "exports" / "feedback-he-moodle.zip",
        1,
        (),
    )


def test_canvas_finds_user_and_upload_and_gives_back_what_its_name_says(course):
    collected(course, "jdoe", "canvas", "doejane_LATE_1042_502_he-1.ipynb", "<b>well</b>")
    collected(course, "zo", "canvas", "x.zip/oneilzo_1043_504_he.zip/a/he.ipynb", "zipped")
    files = files_of(hand_back(course, "he", "canvas").path)

    assert as_canvas_reads(files) == {
        1042: (502, "doejane_LATE_1042_502_he-1.ipynb"),
        1043: (504, "oneilzo_1043_504_he.zip"),
    }
    notebook = nbformat.reads(files["doejane_LATE_1042_502_he-1.ipynb"].decode(), as_version=4)
    nbformat.validate(notebook)
    assert notebook.cells[1].outputs[0].data["text/html"].strip() == "<h1>he: 2 of 3</h1><b>well</b>"
    assert not any(cell.source for cell in notebook.cells if cell.cell_type == "code")
    inner = files_of(io.BytesIO(files["oneilzo_1043_504_he.zip"]))
    assert inner == {"he.html": PAGE.format("zipped").encode()}


def test_who_has_no_feedback_yet_or_came_another_way_is_named(course):
    collected(course, "jdoe", "moodle", "Jane Doe_1_assignsubmission_file_/he.ipynb")
    collected(course, "zo", "moodle", "Zo_2_assignsubmission_file_/he.ipynb", page=None)
    collected(course, "old", "moodle", "Old_3_assignsubmission_file_/he.ipynb", older=True)
    collected(course, "post", "names", "post_he.ipynb")
    handed = hand_back(course, "he", "moodle")

    assert as_moodle_reads(files_of(handed.path)) == {1: "he.html"}
    assert handed.notices == (
        "no feedback, or older than what was collected: old, zo; grade, and write the zip again",
        "did not hand in by Moodle, and are not in the zip: post",
    )


def test_what_cannot_be_handed_back_is_refused_and_nothing_is_written(course):
    with pytest.raises(UsageError, match=r"nothing of 'he' was collected from a download of Moodle"):
        hand_back(course, "he", "moodle")
    collected(course, "zo", "moodle", "Zo_2_assignsubmission_file_/he.ipynb", page=None)
    with pytest.raises(UsageError, match="there is no feedback yet; run `autograder grade he"):
        hand_back(course, "he", "moodle")
    assert not (course / "exports").exists()


def test_the_page_of_a_notebook_is_the_page(course):
    notebook = json.loads(as_notebook(PAGE.format("<pre>&lt;main&gt; &lt;/main&gt;</pre>")))

    (output,) = notebook["cells"][1]["outputs"]
    assert output["data"]["text/html"] == "\n<h1>he: 2 of 3</h1><pre>&lt;main&gt; &lt;/main&gt;</pre>\n"


def test_the_command(course, tmp_path, capsys):
    collected(course, "zo", "moodle", "Zo_2_assignsubmission_file_/he.ipynb")
    arguments = ["feedback", "he", "--course", str(course), "--format", "moodle"]

    assert main([*arguments, "--output", str(tmp_path / "f.zip")]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'f.zip'}\nfeedback for 1 student\n"
    assert main(["feedback", "hee", *arguments[2:]]) == 2
    assert "nothing of 'hee' was collected" in capsys.readouterr().err
