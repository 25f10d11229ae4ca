"""The command `autograder`: release assignments, check one notebook, grade a class, tell how it did."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder import paperwork
from autograder.errors import AutograderError, UsageError
from autograder.options import add_limits, choose_level, limits_of, positive
from autograder.records import Graded

DESCRIPTION = "Release assignments and grade classes. What a student's notebook does never decides its mark."


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status: 0 done, 2 wrong usage, 3 a canary failed, 4 gradebook, 130 Ctrl-C."""
    options = parser().parse_args(arguments)
    try:
        status: int = options.command(options)
        return status
    except AutograderError as error:
        print(f"autograder: {error}", file=sys.stderr)
        return error.exit_status
    except KeyboardInterrupt:
        print(
            "autograder: interrupted; what was graded is kept, the same command goes on from there",
            file=sys.stderr,
        )
        return 130


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    top = argparse.ArgumentParser(prog="autograder", description=DESCRIPTION)
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")

    release = commands.add_parser("release", help="make the students' notebooks from solutions/")
    release.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments; all by default")
    release.set_defaults(command=release_command)

    check = commands.add_parser("check", help="check one notebook on your own machine")
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK", help="the .ipynb file")
    check.add_argument("--student", metavar="NAME", help="draw what this student's grading drew")
    check.set_defaults(command=check_command)

    grade = _add_grade(commands)
    _add_readers(commands)
    paperwork.add_commands(commands)
    gradescope = paperwork.add_gradescope(commands)
    gradescope.set_defaults(command=gradescope_command)
    for command in (release, check, grade, gradescope):
        command.add_argument(
            "--root", type=Path, default=Path(), metavar="DIR", help="the repository; the current folder"
        )
    for command in (check, grade, gradescope):
        add_limits(command)
    return top


def _add_grade(commands: paperwork.Commands) -> argparse.ArgumentParser:
    """Add the command that grades a class."""
    grade = commands.add_parser("grade", help="grade a class into an nbgrader gradebook")
    grade.add_argument("slugs", nargs="*", metavar="SLUG", help="assignments; all by default")
    grade.add_argument(
        "--submitted",
        type=Path,
        metavar="DIR",
        help="holds <student>/<slug>/<slug>.ipynb; in the course folder",
    )
    grade.add_argument("--course", type=Path, required=True, metavar="DIR", help="where everything is left")
    grade.add_argument(
        "--workers", type=positive, metavar="N", help="submissions at a time; as many as cores"
    )
    grade.add_argument("--scheduler", metavar="ADDRESS", help="of dask.distributed; its workers grade")
    grade.add_argument("--database", metavar="URL", help="of the gradebook; SQLite in the course folder")
    grade.add_argument("--force", action="store_true", help="grade again what was graded")
    grade.add_argument(
        "--again",
        action="append",
        default=[],
        metavar="STUDENT",
        help="grade this student again; may be repeated",
    )
    grade.set_defaults(command=grade_command)
    return grade


def _add_readers(commands: paperwork.Commands) -> None:
    """Add the commands that read what `grade` left."""
    report = commands.add_parser("report", help="make a page on how the class did, and a table of its checks")
    report.add_argument("--anonymous", action="store_true", help="numbers instead of the students' names")
    report.set_defaults(command=report_command)

    explain = commands.add_parser("explain", help="tell what happened to one submission")
    explain.add_argument("student", metavar="STUDENT", help="the name of the student's folder")
    explain.add_argument("slug", metavar="SLUG", help="the assignment")
    explain.add_argument("--submitted", type=Path, metavar="DIR", help="by default that of the run")
    explain.set_defaults(command=explain_command)

    for command in (report, explain):
        command.add_argument(
            "--course", type=Path, required=True, metavar="DIR", help="where `grade` left everything"
        )


def release_command(options: argparse.Namespace) -> int:
    """Make the students' notebooks."""
    from autograder.release import release, slugs

    wanted = options.slugs or slugs(options.root)
    if not wanted:
        raise UsageError(
            f"there are no assignments in {options.root / 'solutions'}; run this in the repository"
        )
    for slug in wanted:
        print(release(slug, options.root))
    return 0


def check_command(options: argparse.Namespace) -> int:
    """Check one notebook; the status is 1 when a check failed."""
    from autograder.cage import detect
    from autograder.check_one import as_text, check_notebook

    level = choose_level(options) if options.min_cage or options.no_cage else detect().level
    seed = 0 if options.seed is None else options.seed
    row = check_notebook(options.notebook, options.root, level, seed, limits_of(options), options.student)
    print(as_text(row))
    return 0 if row.points == row.max_points else 1


def grade_command(options: argparse.Namespace) -> int:
    """Grade a class."""
    from autograder.executors import DaskExecutor
    from autograder.pipeline import Run, grade_class
    from autograder.progress import live
    from autograder.release import slugs, source_path
    from autograder.roster import find_submissions
    from autograder.store import seed_of

    for slug in options.slugs:
        source_path(slug, options.root)  # raises, with the names that there are, for an unknown one
    wanted = options.slugs or slugs(options.root)
    if not wanted:
        raise UsageError(
            f"there are no assignments in {options.root / 'solutions'}; run this in the repository"
        )
    submitted = options.submitted or options.course / "submitted"
    find_submissions(submitted, wanted)  # raises before anything is written
    dask = DaskExecutor(options.scheduler) if options.scheduler else None
    run = Run(
        root=options.root,
        submitted=submitted,
        course=options.course,
        slugs=wanted,
        level=choose_level(options),
        seed=seed_of(options.course, options.seed),
        limits=limits_of(options),
        workers=options.workers or (dask.workers if dask else available_cores()),
        make_executor=(lambda: dask) if dask else None,
        database=options.database,
        force=options.force,
        again=options.again,
    )
    console = Console(stderr=True)
    console.print(f"cage: {run.level} · seed: {run.seed} · workers: {run.workers}", highlight=False)
    with live(console) as progress:
        summary = grade_class(run, progress)
    print_summary(summary.rows, summary.resumed, summary.notices, run.course)
    return 0


def gradescope_command(options: argparse.Namespace) -> int:
    """Grade one submission in Gradescope's container."""
    from autograder.checks import counted
    from autograder.gradescope import run
    from autograder.key import load_key

    key, level = load_key(options.slug, options.root), choose_level(options)
    places = options.submission, options.metadata, options.results
    row = run(key, *places, level, options.seed, limits_of(options))
    earned = f"{row.points:g} of {counted(row.max_points, 'point')}"
    print(f"cage: {level} · seed: {row.seed} · {row.outcome} · {earned}")
    return 0


def report_command(options: argparse.Namespace) -> int:
    """Make the page on the class."""
    from autograder.report import write_report

    for path in write_report(options.course, anonymous=options.anonymous):
        print(path)
    return 0


def explain_command(options: argparse.Namespace) -> int:
    """Tell what happened to one submission."""
    from autograder.explain import explain

    print(explain(options.course, options.student, options.slug, options.submitted))
    return 0


def available_cores() -> int:
    """Return the number of cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0))


def print_summary(rows: Sequence[Graded], resumed: int, notices: Sequence[str], course: Path) -> None:
    """Print how many ended how, what a person should look at, and where everything lies."""
    from autograder.checks import counted

    outcomes = Counter(str(row.outcome) for row in rows)
    endings = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    before = f"; {resumed} of them graded before" if resumed else ""
    print(f"{counted(len(rows), 'submission')}: {endings}{before}")
    for slug in sorted({row.assignment for row in rows}):
        marks = [row.points for row in rows if row.assignment == slug]
        most = next(row.max_points for row in rows if row.assignment == slug)
        print(f"  {slug}: mean {sum(marks) / len(marks):.2f} of {counted(most, 'point')}")
    flagged = sum(bool(row.flags) for row in rows)
    if flagged:
        print(f"  flags for a person to look at (report/grades.csv): {counted(flagged, 'submission')}")
    for notice in notices:
        print(f"  look again: {notice}")
    for name in ("gradebook.db", "feedback", "autograded", "report/grades.csv", "report/results.jsonl"):
        print(f"  {course / name}")


if __name__ == "__main__":
    sys.exit(main())
