"""What platforms and people name in their own ways ends in one place; nothing is lost, followed or unpacked."""

from __future__ import annotations

import io
import json
import os
import resource
import stat
import zipfile
from pathlib import Path

import pytest

from autograder.cli import main
from autograder.collecting import as_text, collect, source
from autograder.errors import UsageError
from autograder.people import LONGEST_ID, People, Person

PEOPLE = People(
    [
        Person("jdoe", "Jane", "Doe", "jane@x.edu", "1042"),
        Person("zo", "Zoë", "O'Neil", "zo@x.edu", "1043"),
        Person("lee1", "Kim", "Lee", "lee1@x.edu", "1044"),
        Person("lee2", "Kim", "Lee", "lee2@x.edu", "1045"),
    ]
)
NOBODY = People()


def notebook(text):
    return json.dumps({"cells": [], "metadata": {"is": text}}).encode()


def archive(path, files, time=(2026, 2, 3, 4, 5, 6)):
    """A zip of these files; a value may be bytes, or bytes and a time of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            content, when = content if isinstance(content, tuple) else (content, time)
            packed.writestr(zipfile.ZipInfo(name, when), content, zipfile.ZIP_DEFLATED)
    return path


def packed(files):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as inner:
        for name, content in files.items():
            inner.writestr(name, content)
    return buffer.getvalue()


def tree(folder):
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def submitted(course):
    return {
        path.split("/")[0]: text
        for path, text in tree(course / "submitted").items()
        if path.endswith("ipynb")
    }


@pytest.fixture
def course(tmp_path):
    return tmp_path / "course"


def test_a_download_of_canvas(tmp_path, course):
    files = {
        "doejane_1042_501_he.ipynb": notebook("first"),
        "doejane_LATE_1042_502_he-1.ipynb": notebook("second"),
        "doejane_1042_503_notes.pdf": b"%PDF",
        "oneilzo_1043_504_he.zip": packed({"work/he.ipynb": notebook("zipped"), "work/data.csv": b"1"}),
    }
    found = collect("he", archive(tmp_path / "submissions.zip", files), course, PEOPLE)

    assert (found.new, found.lost) == (["jdoe", "zo"], False)
    assert tree(course / "submitted") == {
        "jdoe/he/he.ipynb": notebook("second"),
        "zo/he/he.ipynb": notebook("zipped"),
    }
    assert found.notices == [
        "jdoe: Canvas says that it came late",
        "jdoe: 2 notebooks; he-1.ipynb is the newest and was taken, not he.ipynb",
    ]


@pytest.mark.parametrize(
    "form",
    [
        "{}_4711_assignsubmission_file/he.ipynb",  # Moodle 4.1 and newer
        "{}_4711_assignsubmission_file_/he.ipynb",
        "{}_4711_assignsubmission_file_he.ipynb",  # without folders
    ],
)
def test_a_download_of_moodle(tmp_path, course, form):
    files = {
        form.format("Jane Doe"): notebook("jane"),
        form.format("Group A-Zoë O'Neil").replace("4711", "4712"): notebook("zoe"),
        form.format("Kim Lee").replace("4711", "4713"): notebook("kim"),
        "Jane Doe_4711_assignsubmission_onlinetext_/onlinetext.html": b"<p>done</p>",
    }
    found = collect("he", archive(tmp_path / "he.zip", files), course, PEOPLE)

    assert submitted(course) == {"jdoe": notebook("jane"), "zo": notebook("zoe")}
    assert found.lost
    (notice,) = found.notices
    assert "may belong to lee1, lee2; it is set_aside/he/unknown/" in notice
    assert list(tree(course / "set_aside").values()) == [notebook("kim")]


def test_the_inbound_of_nbgraders_exchange(tmp_path, course):
    inbound = tmp_path / "exchange" / "gradients" / "inbound"
    for name, text in {
        "jdoe+he+2026-02-02 15:58:23.000000 UTC+abc": "old",
        "jdoe+he+2026-02-03 15:58:23.000000 UTC+abd": "new",
        "jdoe+depth+2026-02-04 15:58:23.000000 UTC+abe": "another",
    }.items():
        (inbound / name).mkdir(parents=True)
        (inbound / name / "he.ipynb").write_bytes(notebook(text))
        (inbound / name / "timestamp.txt").write_text("x")
        (inbound / name / "submission_secret.txt").write_text(f"secret of {text}")
    found = collect("he", inbound, course, PEOPLE)

    assert tree(course / "submitted") == {
        "jdoe/he/he.ipynb": notebook("new"),
        "jdoe/he/submission_secret.txt": b"secret of new",
        "jdoe/he/timestamp.txt": b"2026-02-03 15:58:23.000000 UTC",
    }
    assert any("belongs to the user" in notice for notice in found.notices)  # it is ours, not jdoe's
    assert not found.lost


@pytest.mark.parametrize(
    "name",
    ["jdoe/he/he.ipynb", "jdoe/he.ipynb", "jdoe/any.ipynb", "jdoe.ipynb", "jdoe_he.ipynb", "he-jdoe (2).ipynb",
     "x/y/Jane Doe/he.ipynb", "Doe, Jane he.ipynb", "jane@x.edu_he-3.ipynb", "JDOE_HE.IPYNB", "in.zip/jdoe_he.ipynb"],
)  # fmt: skip
def test_a_folder_of_downloads(tmp_path, course, name):
    path = tmp_path / "in" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(notebook("x"))

    assert collect("he", tmp_path / "in", course, PEOPLE).new == ["jdoe"]


@pytest.mark.parametrize(
    ("name", "student"),
    [("ann/he.ipynb", "ann"), ("ann_he.ipynb", "ann"), ("leeann_1042_501_he.ipynb", "leeann"),
     ("Ann Lee_4711_assignsubmission_file_/he.ipynb", "Ann Lee"), ("heather-he-2.ipynb", "heather")],
)  # fmt: skip
def test_without_a_list_students_are_called_what_the_platform_calls_them(tmp_path, course, name, student):
    found = collect("he", archive(tmp_path / "x.zip", {name: notebook("x")}), course, NOBODY)

    assert (found.new, found.lost) == ([student], False)


def test_without_a_list_two_of_one_name_are_not_mixed_up(tmp_path, course):
    files = {"leekim_1044_501_he.ipynb": notebook("one"), "leekim_1045_502_he.ipynb": notebook("two")}
    found = collect("he", archive(tmp_path / "x.zip", files), course, NOBODY)

    assert (submitted(course), found.lost) == ({}, True)
    assert sorted(tree(course / "set_aside").values()) == [notebook("one"), notebook("two")]


def test_the_newest_attempt_wins_whatever_is_collected_last(tmp_path, course):
    first = archive(tmp_path / "1.zip", {"doejane_1042_501_he.ipynb": notebook("old")})
    second = archive(tmp_path / "2.zip", {"doejane_1042_777_he-1.ipynb": notebook("new")})
    collect("he", first, course, PEOPLE)
    collect("he", first, course, PEOPLE)
    later = collect("he", second, course, PEOPLE)

    assert (later.replaced, later.lost) == (["jdoe"], False)
    assert submitted(course) == {"jdoe": notebook("new")}
    assert list(tree(course / "set_aside" / "he" / "earlier").values()) == [notebook("old")]
    back = collect("he", first, course, PEOPLE)
    assert (back.kept, submitted(course)) == (["jdoe"], {"jdoe": notebook("new")})
    assert "older than what was collected" in as_text(back)
    assert collect("he", second, course, PEOPLE).unchanged == ["jdoe"]


def test_of_equal_names_the_newest_by_its_time(tmp_path, course):
    files = {
        "jdoe/b/he.ipynb": (notebook("new"), (2026, 3, 1, 0, 0, 0)),
        "jdoe/a/he.ipynb": (notebook("old"), (2026, 2, 1, 0, 0, 0)),
        "jdoe/a/draft.ipynb": (notebook("draft"), (2026, 4, 1, 0, 0, 0)),
    }
    collect("he", archive(tmp_path / "x.zip", files), course, PEOPLE)

    assert submitted(course) == {"jdoe": notebook("new")}


def test_who_is_unknown_is_set_aside_until_the_list_knows(tmp_path, course):
    path = archive(tmp_path / "x.zip", {"newkid_2000_501_he.ipynb": notebook("kid")})
    found = collect("he", path, course, PEOPLE)

    assert (found.lost, submitted(course)) == (True, {})
    (name,) = tree(course / "set_aside")
    assert name.endswith("-newkid_2000_501_he.ipynb")
    again = collect("he", path, course, People([*PEOPLE, Person("kid", "New", "Kid", "", "2000")]))
    assert (again.lost, submitted(course), tree(course / "set_aside")) == (
        False,
        {"kid": notebook("kid")},
        {},
    )


def test_who_handed_in_no_notebook_is_named(tmp_path, course):
    found = collect("he", archive(tmp_path / "x.zip", {"doejane_1042_501_he.pdf": b"%PDF"}), course, PEOPLE)

    assert (found.notices, found.lost) == (["jdoe: no notebook among he.pdf"], True)


TRAVERSALS = [
    "../../evil_he.ipynb",
    "/etc/jdoe_he.ipynb",
    "..\\..\\jdoe_he.ipynb",
    "C:\\jdoe_he.ipynb",
    "jdoe/../../../../he.ipynb",
    "a\x1b[31m\n/jdoe_he.ipynb",
]


@pytest.mark.parametrize("name", TRAVERSALS)
@pytest.mark.parametrize("people", [PEOPLE, NOBODY], ids=["list", "no list"])
def test_no_name_leads_out_of_the_course(tmp_path, course, name, people):
    path = archive(tmp_path / "in" / "x.zip", {name: notebook("x")})
    found = collect("he", path, course, people)

    assert [p.name for p in sorted(tmp_path.iterdir())] == ["course", "in"]
    assert {p.name for p in course.iterdir()} <= {"collected", "set_aside", "submitted"}
    assert notebook("x") in tree(course).values()
    assert not any(".." in part for path in course.rglob("*") for part in path.parts if part == "..")
    assert all(c.isprintable() or c == "\n" for c in as_text(found))


def test_a_link_in_an_archive_is_a_text_and_one_in_a_folder_is_not_followed(tmp_path, course):
    link = zipfile.ZipInfo("jdoe_he.ipynb")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "in").mkdir()
    with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as packed_:
        packed_.writestr(link, "/etc/passwd")
    (tmp_path / "in" / "zo_he.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(tmp_path / "in" / "lee1_he.ipynb")
    found = collect("he", tmp_path / "in", course, PEOPLE)

    assert submitted(course) == {"jdoe": b"/etc/passwd"}
    assert not (course / "submitted/jdoe/he/he.ipynb").is_symlink()
    assert sorted(found.notices) == [
        "lee1_he.ipynb: a link or device; it was not followed",
        "zo_he.ipynb: a link or device; it was not followed",
    ]


def test_what_swells_is_not_read_to_its_end(tmp_path, course, monkeypatch):
    monkeypatch.setattr(source, "MAX_BYTES", 10_000)
    monkeypatch.setattr("autograder.collecting.collection.MAX_BYTES", 10_000)
    bomb = archive(tmp_path / "x.zip", {"jdoe_he.ipynb": b"0" * 10_000_000, "zo_data.bin": b"0" * 10_000_000})
    found = collect("he", bomb, course, PEOPLE)

    assert submitted(course) == {}
    assert any(notice.startswith("jdoe: jdoe_he.ipynb has more than") for notice in found.notices)


def test_a_bomb_of_archives_is_refused(tmp_path, course, monkeypatch):
    monkeypatch.setattr(source, "MAX_TOTAL", 50_000)
    inner = packed({"he.ipynb": b"0" * 20_000})
    with pytest.raises(UsageError, match="zip bomb"):
        collect("he", archive(tmp_path / "x.zip", {f"{n}.zip": inner for n in range(9)}), course, NOBODY)
    assert not (course / "submitted").exists()


def test_a_crowd_of_files_is_refused(tmp_path, course, monkeypatch):
    monkeypatch.setattr(source, "MAX_ENTRIES", 3)
    with pytest.raises(UsageError, match="more than 3 files"):
        collect("he", archive(tmp_path / "x.zip", {f"{n}.txt": b"" for n in range(4)}), course, NOBODY)


def test_damaged_and_locked_files_lose_their_student_nothing_else(tmp_path, course):
    path = archive(
        tmp_path / "x.zip", {"jdoe_he.ipynb": notebook("A" * 500), "zo_he.ipynb": notebook("fine")}
    )
    content = bytearray(path.read_bytes())
    at = content.index(b"jdoe_he.ipynb") + len("jdoe_he.ipynb")
    content[at + 10 : at + 30] = bytes(20)
    path.write_bytes(content)
    found = collect("he", path, course, PEOPLE)

    assert submitted(course) == {"zo": notebook("fine")}
    assert found.lost
    assert "jdoe: jdoe_he.ipynb cannot be read (" in found.notices[0]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no more", b"not an archive"])
def test_what_is_no_archive_is_refused(tmp_path, course, content):
    (tmp_path / "x.zip").write_bytes(content)

    with pytest.raises(UsageError, match=r"no archive that zip can read; give a folder, or the \.zip"):
        collect("he", tmp_path / "x.zip", course, PEOPLE)
    with pytest.raises(UsageError, match="does not exist"):
        collect("he", tmp_path / "nowhere", course, PEOPLE)


def test_a_student_archive_that_is_damaged_is_no_notebook(tmp_path, course):
    files = {
        "doejane_1042_501_he.zip": packed({"he.ipynb": b"1"})[:-10],
        "oneilzo_1043_502_he.zip": b"no zip",
    }
    found = collect("he", archive(tmp_path / "x.zip", files), course, PEOPLE)

    assert found.notices == ["jdoe: no notebook among he.zip", "zo: no notebook among he.zip"]


def test_a_class_may_hand_in_more_archives_than_a_process_may_have_files(tmp_path, course):
    (tmp_path / "in").mkdir()
    inner = packed({"he.ipynb": notebook("x")})
    for n in range(40):
        (tmp_path / "in" / f"s{n}.zip").write_bytes(inner)
    archive(tmp_path / "in" / "rest.zip", {f"t{n}.zip": inner for n in range(40)})
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    open_now = len(list(Path("/proc/self/fd").iterdir()))
    resource.setrlimit(resource.RLIMIT_NOFILE, (open_now + 2 * source.OPEN, hard))
    try:
        found = collect("he", tmp_path / "in", course, NOBODY)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert (len(found.new), found.lost, found.notices) == (80, False, [])


def test_an_archive_of_a_folder_that_is_none_is_said(tmp_path, course):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "jdoe_he.zip").write_bytes(packed({"he.ipynb": notebook("x")})[:-10])
    (tmp_path / "in" / "zo_he.ipynb").write_bytes(notebook("fine"))
    found = collect("he", tmp_path / "in", course, PEOPLE)

    assert submitted(course) == {"zo": notebook("fine")}
    assert found.lost
    assert found.notices == [
        "jdoe_he.zip: no archive that zip can read; download it again",
        "jdoe: no notebook among jdoe_he.zip",
    ]


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2, zipfile.ZIP_DEFLATED])
def test_whatever_packed_it_what_is_damaged_cannot_be_read(tmp_path, course, method):
    with zipfile.ZipFile(tmp_path / "x.zip", "w", method) as whole:
        whole.writestr("jdoe_he.ipynb", notebook("A" * 500))
        start = whole.infolist()[0].header_offset + zipfile.sizeFileHeader + len("jdoe_he.ipynb")
    content = bytearray((tmp_path / "x.zip").read_bytes())
    content[start + 10 : start + 40] = b"\xff" * 30
    (tmp_path / "x.zip").write_bytes(content)
    found = collect("he", tmp_path / "x.zip", course, PEOPLE)

    assert submitted(course) == {}
    assert found.lost
    (notice,) = found.notices
    assert notice.startswith("jdoe: jdoe_he.ipynb cannot be read (")


def test_a_long_name_of_nobody_in_a_list_is_cut_to_what_a_folder_may_have(tmp_path, course):
    name = "张" * 60
    path = archive(tmp_path / "x.zip", {f"{name}_4711_assignsubmission_file_/he.ipynb": notebook("x")})
    found = collect("he", path, course, NOBODY)

    (student,) = found.new
    assert student and name.startswith(student)
    assert len(student.encode()) <= LONGEST_ID
    assert submitted(course) == {student: notebook("x")}


def test_a_date_that_never_was_and_an_owner_whom_nobody_knows_do_no_harm(tmp_path, course, monkeypatch):
    (tmp_path / "in").mkdir()
    without_date = zipfile.ZipInfo("jdoe_he.ipynb")
    without_date.date_time = (1980, 0, 0, 0, 0, 0)  # as programs write it that know no time
    with zipfile.ZipFile(tmp_path / "in" / "x.zip", "w") as whole:
        whole.writestr(without_date, notebook("x"))
    (tmp_path / "in" / "zo_he.ipynb").write_bytes(notebook("y"))

    def unknown(path):
        raise KeyError(f"getpwuid(): uid not found: {path}")

    monkeypatch.setattr(source.Path, "owner", unknown)
    assert collect("he", tmp_path / "in", course, PEOPLE).new == ["jdoe", "zo"]


def test_an_archive_that_its_archive_lost_is_no_notebook(tmp_path, course):
    inner = packed({"he.ipynb": notebook("A" * 500)})
    path = archive(tmp_path / "x.zip", {"doejane_1042_501_he.zip": inner})
    content = bytearray(path.read_bytes())
    at = content.index(b"he.zip") + len("he.zip")
    content[at + 10 : at + 30] = bytes(20)
    path.write_bytes(content)

    assert collect("he", path, course, PEOPLE).notices == ["jdoe: no notebook among he.zip"]


def test_a_folder_of_the_class_may_hold_hidden_and_other_things(tmp_path, course):
    files = {
        "__MACOSX/._jdoe_he.ipynb": b"x",
        ".ipynb_checkpoints/jdoe_he.ipynb": b"x",
        "jdoe_he.ipynb": notebook("x"),
    }
    found = collect("he", archive(tmp_path / "x.zip", files), course, PEOPLE)

    assert (found.new, found.notices) == (["jdoe"], [])


def test_the_command(tmp_path, tiny_course, capsys):
    (tiny_course / "course").mkdir()
    (tiny_course / "course" / "students.csv").write_text("id,canvas_id\njdoe,1042\n")
    files = {"doejane_1042_501_he.ipynb": notebook("x"), "kid_2000_502_he.ipynb": notebook("y")}
    download = archive(tmp_path / "submissions.zip", files)
    arguments = [str(download), "--course", str(tiny_course / "course"), "--root", str(tiny_course)]

    assert main(["collect", "he", *arguments]) == 1
    assert capsys.readouterr().out.startswith("1 new\n  look: kid_2000_502_he.ipynb belongs to nobody")
    assert Path(tiny_course, "course/submitted/jdoe/he/he.ipynb").read_bytes() == notebook("x")
    assert main(["collect", "hee", *arguments]) == 2
    assert "did you mean 'he'?" in capsys.readouterr().err
