"""The command `autograder`: release assignments, check one notebook, grade a class, tell how it did."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from autograder import paperwork
from autograder.cage import Level
from autograder.errors import AutograderError, EnvironmentMissing, UsageError
from autograder.records import Graded, Limits

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
    check.add_argument("notebook", type=Path, metavar="NOTEBOOK")
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
        _add_limits(command)
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
        "--workers", type=_positive, metavar="N", help="submissions at a time; as many as cores"
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
    explain.add_argument("slug", metavar="SLUG")
    explain.add_argument("--submitted", type=Path, metavar="DIR", help="by default that of the run")
    explain.set_defaults(command=explain_command)

    for command in (report, explain):
        command.add_argument(
            "--course", type=Path, required=True, metavar="DIR", help="where `grade` left everything"
        )


def _add_limits(command: argparse.ArgumentParser) -> None:

    default = Limits()
    command.add_argument(
        "--seed", type=int, metavar="N", help="of the checks' draws; drawn once for a course"
    )
    command.add_argument("--cell-seconds", type=_seconds, metavar="S", default=default.cell_seconds)
    command.add_argument("--call-seconds", type=_seconds, metavar="S", default=default.call_seconds)
    command.add_argument("--notebook-seconds", type=_seconds, metavar="S", default=default.notebook_seconds)
    command.add_argument("--memory", type=_positive, metavar="MB", default=default.memory_bytes >> 20)
    levels = [str(level) for level in Level if level is not Level.NONE]
    command.add_argument("--min-cage", choices=levels, help="refuse to grade with less confinement")
    command.add_argument("--no-cage", action="store_true", help="run students' code without any confinement")


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return value


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 < value < 86_400:
        raise argparse.ArgumentTypeError("must be a number of seconds")
    return value


def _limits(options: argparse.Namespace) -> Limits:
    seconds = {
        "cell_seconds": options.cell_seconds,
        "call_seconds": min(options.call_seconds, options.cell_seconds),
        "notebook_seconds": options.notebook_seconds,
    }
    return Limits(**seconds, memory_bytes=options.memory << 20)


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

    level = choose_level(options) if options.min_cage else detect().level
    seed = 0 if options.seed is None else options.seed
    row = check_notebook(options.notebook, options.root, level, seed, _limits(options), options.student)
    print(as_text(row))
    return 0 if row.points == row.max_points else 1


def grade_command(options: argparse.Namespace) -> int:
    """Grade a class."""
    from autograder.pipeline import Run, grade_class
    from autograder.pool import DaskExecutor
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
        limits=_limits(options),
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
    from autograder.gradescope import run
    from autograder.key import load_key

    key, level = load_key(options.slug, options.root), choose_level(options)
    places = options.submission, options.metadata, options.results
    row = run(key, *places, level, options.seed, _limits(options))
    print(f"cage: {level} · seed: {row.seed} · {row.outcome} · {row.points:g} of {row.max_points:g} points")
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


def choose_level(options: argparse.Namespace) -> Level:
    """Return the strongest level of confinement that this machine offers, or what the options ask for.

    Raises:
        EnvironmentMissing: The machine offers less than is asked for, or nothing at all.
    """
    if options.no_cage:
        print(
            "autograder: NO CAGE: students' code runs with all of your rights on this machine",
            file=sys.stderr,
        )
        return Level.NONE
    from autograder.cage import detect

    found = detect()
    least = Level(options.min_cage) if options.min_cage else Level.RLIMITS
    if found.level < least:
        reasons = "\n".join(f"  {level}: {reason}" for level, reason in found.reasons.items())
        raise EnvironmentMissing(
            f"this machine offers the cage '{found.level}', and '{least}' is asked for:\n{reasons}\n"
            "Install bubblewrap (apt-get install bubblewrap), or, on a machine that has nothing to lose, use --no-cage."
        )
    return found.level


def print_summary(rows: Sequence[Graded], resumed: int, notices: Sequence[str], course: Path) -> None:
    """Print how many ended how, what a person should look at, and where everything lies."""
    outcomes = Counter(str(row.outcome) for row in rows)
    counted = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
    print(f"{len(rows)} submissions: {counted}" + (f"; {resumed} of them graded before" if resumed else ""))
    for slug in sorted({row.assignment for row in rows}):
        marks = [row.points for row in rows if row.assignment == slug]
        most = next(row.max_points for row in rows if row.assignment == slug)
        print(f"  {slug}: mean {sum(marks) / len(marks):.2f} of {most:g} points")
    flagged = sum(bool(row.flags) for row in rows)
    if flagged:
        print(f"  {flagged} have flags for a person to look at (report/grades.csv)")
    for notice in notices:
        print(f"  look again: {notice}")
    for name in ("gradebook.db", "feedback", "autograded", "report/grades.csv", "report/results.jsonl"):
        print(f"  {course / name}")


if __name__ == "__main__":
    sys.exit(main())
