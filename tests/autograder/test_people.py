"""The list of a class, whoever wrote it, becomes one list; what names nobody is refused with its line."""

from __future__ import annotations

import pytest
from nbgrader.api import Gradebook, Student

from autograder.cli import main
from autograder.errors import UsageError
from autograder.gradebook import Writer, default_url
from autograder.people import People, Person, import_people, letters, read_people, write_people

OWN = "id,first_name,last_name,email\njdoe,Jane,Doe,jane@x.edu\n"
CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,He (77),Current Score\r\n"
    "    Points Possible,,,,,10,(read only)\r\n"
    '"Doe, Jane",1042,S-7,jdoe,Tuesday,9,90\r\n'
    '"Student, Test",9,,,Tuesday,,\r\n'
)
CANVAS_TWO_NAMES = "LastName,FirstName,ID,SIS User ID,SIS Login ID,Section\nDoe,Jane,1042,S-7,jdoe,Tuesday\n"
MOODLE = '"First name","Last name",Username,"ID number","Email address"\nJane,Doe,jdoe,S-7,jane@x.edu\n'
WORKSHEET = (
    'Identifier,"Full name","Email address",Status,Grade\n"Participant 4711","Jane Doe",jane@x.edu,x,\n'
)
NBGRADER = "id,first_name,last_name,email,lms_user_id\njdoe,Jane,Doe,jane@x.edu,1042\n"

JANE = Person("jdoe", "Jane", "Doe", "jane@x.edu")
LISTS = {
    OWN: JANE,
    CANVAS: Person("jdoe", "Jane", "Doe", "", "1042", "S-7", "jdoe", "Tuesday"),
    CANVAS_TWO_NAMES: Person("jdoe", "Jane", "Doe", "", "1042", "S-7", "jdoe", "Tuesday"),
    MOODLE: Person("jdoe", "Jane", "Doe", "jane@x.edu", "", "S-7", "jdoe"),
    WORKSHEET: Person("jane@x.edu", "Jane", "Doe", "jane@x.edu"),
    NBGRADER: Person("jdoe", "Jane", "Doe", "jane@x.edu", "1042"),
}


@pytest.fixture
def table(tmp_path):
    def write(text):
        path = tmp_path / "class.csv"
        path.write_text(text, encoding="utf-8", newline="")
        return path

    return write


@pytest.mark.parametrize(
    "text", LISTS, ids=["own", "canvas", "canvas in two columns", "moodle", "worksheet", "nbgrader"]
)
def test_every_platforms_list_is_understood(table, text):
    assert import_people(table(text)) == [LISTS[text]]


ODD = [
    Person("=1+1", "=cmd|' /C calc'!A0", "@SUM(A1)", "+1@x.edu"),
    Person("o'neil, zoë", "Zoë", 'O\'Neil, the "second"', "a;b@x.edu", "1", "-2", "x y", "\tTab"),
    Person("名前"),
]


def test_the_list_of_a_course_is_read_as_it_was_written(tmp_path):
    write_people(tmp_path, ODD)

    expected = {p.id: p for p in [*ODD[:1], Person(*[*ODD[1].__dict__.values()][:-1], "Tab"), ODD[2]]}
    assert read_people(tmp_path).by_id == expected


def test_a_course_without_a_list_has_nobody(tmp_path):
    assert len(read_people(tmp_path)) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,first_name\n", "lists no students"),
        ("first_name,last_name\nJane,Doe\n", "no column names every student; it must have one of `id`"),
        ("id,email\njdoe,a\njdoe,b\n", "line 3: 'jdoe' stands in line 2 as well"),
        ("id,email\njdoe,a\n,b\n", "line 3: the column for `id` is empty"),
        ("id\n../../etc\n", r"line 2: '\.\./\.\./etc' cannot be the name of a folder"),
        ("id\n.hidden\n", "cannot be the name of a folder"),
        ("id\na/b\n", "cannot be the name of a folder"),
        (f"id\n{'x' * 129}\n", "at most 128 characters"),
    ],
)
def test_what_names_nobody_is_refused(table, text, words):
    with pytest.raises(UsageError, match=words):
        import_people(table(text))


def test_people_are_found_by_what_platforms_call_them():
    people = People([LISTS[CANVAS], Person("zo", "Zoë", "O'Neil", "z.oneil@x.edu")])

    assert people.of_canvas("1042") == {"jdoe"}
    assert people.of_canvas("") == people.called("nobody") == people.called("") == set()
    for what in ("JDOE", "s-7", "doejane", "Jane Doe", "Doe, Jane"):
        assert people.called(what) == {"jdoe"}
    for what in ("z.oneil", "Z.ONEIL@x.edu", "ONeil Zoe", "Zoe O’Neil"):
        assert people.called(what) == {"zo"}


def test_two_of_one_name_are_both_found():
    people = People([Person("a", "Jane", "Doe"), Person("b", "Jane", "Doe")])

    assert people.called("Jane Doe") == {"a", "b"}
    assert letters("ß") == "ss"


def test_the_command_says_what_changed_and_the_gradebook_learns_the_names(tmp_path, table, capsys):
    course = tmp_path / "course"

    assert main(["roster", str(table(OWN)), "--course", str(course)]) == 0
    assert "1 student: 1 new, 0 not in the list any more" in capsys.readouterr().out
    assert not (course / "gradebook.db").exists()
    Writer(default_url(course)).close()
    assert main(["roster", str(table(CANVAS + '"Zed, Al",7,,al,,,\n')), "--course", str(course)]) == 0
    assert "2 students: 1 new, 0 not" in capsys.readouterr().out
    with Gradebook(default_url(course)) as gradebook:
        found = {s.id: (s.first_name, s.last_name, s.lms_user_id) for s in gradebook.db.query(Student)}
    assert found == {"jdoe": ("Jane", "Doe", "1042"), "al": ("Al", "Zed", "7")}


def test_a_bad_list_leaves_the_old_one(tmp_path, table, capsys):
    main(["roster", str(table(OWN)), "--course", str(tmp_path)])

    assert main(["roster", str(table("id\na\na\n")), "--course", str(tmp_path)]) == 2
    assert "line 3: 'a' stands in line 2 as well" in capsys.readouterr().err
    assert list(read_people(tmp_path)) == [JANE]
