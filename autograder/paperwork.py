"""The commands around grading: who takes the course, what was handed in, and where the marks go."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TypeAlias

from autograder.cage import Level
from autograder.errors import UsageError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add_commands(commands: Commands) -> None:
    """Add the commands to the command line."""
    for add in (_add_roster, _add_collect, _add_feedback, _add_export):
        command = add(commands)
        command.add_argument(
            "--course", type=Path, required=True, metavar="DIR", help="the folder of `grade --course`"
        )
    _add_bundle(commands)


def _add_roster(commands: Commands) -> argparse.ArgumentParser:
    roster = commands.add_parser(
        "roster", help="take over a list of students: our columns, Canvas' or Moodle's"
    )
    roster.add_argument("table", type=Path, metavar="FILE", help="CSV")
    roster.add_argument("--database", metavar="URL", help="of the gradebook; SQLite in the course folder")
    roster.set_defaults(command=roster_command)
    return roster


def _add_collect(commands: Commands) -> argparse.ArgumentParser:
    collect = commands.add_parser("collect", help="put what was handed in where `grade` looks for it")
    collect.add_argument("slug", metavar="SLUG", help="the assignment")
    source = "a download of Canvas or Moodle, the exchange's inbound, a folder"
    collect.add_argument("source", type=Path, metavar="SOURCE", help=source)
    collect.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR", help="the repository; the current folder"
    )
    collect.set_defaults(command=collect_command)
    return collect


def _add_feedback(commands: Commands) -> argparse.ArgumentParser:
    feedback = commands.add_parser("feedback", help="write the zip by which a platform takes feedback back")
    feedback.add_argument("slug", metavar="SLUG", help="the assignment")
    feedback.add_argument("--format", required=True, choices=("canvas", "moodle"), help="the platform")
    feedback.add_argument("--output", type=Path, metavar="FILE", help="in `exports/` of the course folder")
    feedback.set_defaults(command=feedback_command)
    return feedback


def _add_export(commands: Commands) -> argparse.ArgumentParser:
    export = commands.add_parser("export", help="write the marks for a spreadsheet or a learning platform")
    export.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments; all by default")
    formats = "csv", "canvas", "moodle", "gradescope"
    export.add_argument("--format", required=True, choices=formats, help="a spreadsheet's, or a platform's")
    export.add_argument("--output", type=Path, metavar="PATH", help="`exports/` in the course folder")
    export.add_argument("--database", metavar="URL", help="of the gradebook; SQLite in the course folder")
    titled = "the platform's name of an assignment; may be repeated"
    export.add_argument("--title", action="append", default=[], metavar="SLUG=TITLE", help=titled)
    export.set_defaults(command=export_command)
    return export


def _add_bundle(commands: Commands) -> None:
    bundle = commands.add_parser(
        "bundle", help="make the zip by which Gradescope grades an assignment with us"
    )
    bundle.add_argument("slug", metavar="SLUG", help="the assignment")
    bundle.add_argument("--output", type=Path, metavar="FILE", help="`build/gradescope/<slug>.zip`")
    bundle.add_argument(
        "--root", type=Path, default=Path(), metavar="DIR", help="the repository; the current folder"
    )
    least = "the least that its container must offer"
    bundle.add_argument("--min-cage", choices=[str(level) for level in Level], default="landlock", help=least)
    bundle.set_defaults(command=bundle_command)


def add_gradescope(commands: Commands) -> argparse.ArgumentParser:
    """Add the command that runs in Gradescope's container."""
    parser = commands.add_parser("gradescope", help="grade one submission in Gradescope's container")
    parser.add_argument("slug", metavar="SLUG", help="the assignment")
    for name, what in (
        ("submission", "the folder of what the student uploaded"),
        ("metadata", "submission_metadata.json: who uploaded it, and when"),
        ("results", "results.json, which Gradescope reads: written here"),
    ):
        parser.add_argument(f"--{name}", type=Path, required=True, metavar="PATH", help=what)
    return parser


def roster_command(options: argparse.Namespace) -> int:
    """Take over a list of students; the gradebook, if there is one, learns their names."""
    from autograder.checks import counted
    from autograder.gradebook import Writer, default_url
    from autograder.people import import_people, read_people, write_people

    before, now = read_people(options.course).by_id, import_people(options.table)
    print(write_people(options.course, now))
    new = sum(person.id not in before for person in now)
    gone = len(before) - (len(now) - new)
    if options.database or (options.course / "gradebook.db").is_file():
        with Writer(options.database or default_url(options.course)) as writer:
            writer.enrol(now)
    print(f"{counted(len(now), 'student')}: {new} new, {gone} not in the list any more")
    return 0


def collect_command(options: argparse.Namespace) -> int:
    """Collect submissions; the status is 1 when something has no owner, or cannot be read."""
    from autograder.collecting import as_text, collect
    from autograder.people import read_people
    from autograder.pipeline import only_one_run
    from autograder.release import source_path

    source_path(options.slug, options.root)  # raises, with the names that there are, for an unknown one
    people = read_people(options.course)
    with only_one_run(options.course):
        collected = collect(options.slug, options.source, options.course, people)
    print(as_text(collected))
    return 1 if collected.lost else 0


def feedback_command(options: argparse.Namespace) -> int:
    """Write the zip by which a platform takes feedback back."""
    from autograder.checks import counted
    from autograder.handback import hand_back

    handed = hand_back(options.course, options.slug, options.format, options.output)
    print(handed.path)
    print(f"feedback for {counted(handed.number, 'student')}")
    for notice in handed.notices:
        print(f"  look: {notice}")
    return 0


def bundle_command(options: argparse.Namespace) -> int:
    """Make the zip for Gradescope."""
    from autograder.gradescope import bundle
    from autograder.release import release

    release(options.slug, options.root)
    output = options.output or options.root / "build" / "gradescope" / f"{options.slug}.zip"
    print(bundle(options.slug, options.root, output, Level(options.min_cage)))
    return 0


def export_command(options: argparse.Namespace) -> int:
    """Write the marks for a platform."""
    from autograder.marks import export_marks

    titles = dict(_title(text) for text in options.title)
    exported = export_marks(
        options.course,
        options.format,
        options.slugs,
        database=options.database,
        titles=titles,
        output=options.output,
    )
    for path in exported.paths:
        print(path)
    for notice in exported.notices:
        print(f"  look: {notice}")
    return 0


def _title(text: str) -> tuple[str, str]:
    slug, sign, title = text.partition("=")
    if not (slug and sign and title):
        raise UsageError(f"--title {text!r} is not SLUG=TITLE, such as 'he=Assignment 3 (4711)'")
    return slug, title
