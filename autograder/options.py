"""The options that several commands share: what a notebook may use, and how it is confined."""

from __future__ import annotations

import argparse
import sys
from contextlib import suppress

from autograder.cage import Level
from autograder.errors import EnvironmentMissing
from autograder.records import Limits


def add_limits(command: argparse.ArgumentParser) -> None:
    """Add what a run draws, what a notebook may use, and how it is confined."""
    default = Limits()
    command.add_argument(
        "--seed", type=int, metavar="N", help="of the checks' draws; drawn once for a course"
    )
    for name, seconds, what in (
        ("cell", default.cell_seconds, "one of the student's cells"),
        ("call", default.call_seconds, "one call of a student's function by a check"),
        ("notebook", default.notebook_seconds, "a whole notebook, its checks included"),
    ):
        said = f"time for {what}; {seconds:g}"
        command.add_argument(f"--{name}-seconds", type=_seconds, metavar="S", default=seconds, help=said)
    megabytes = default.memory_bytes >> 20
    said = f"memory that a notebook may use; {megabytes}"
    command.add_argument("--memory", type=positive, metavar="MB", default=megabytes, help=said)
    levels = [str(level) for level in Level if level is not Level.NONE]
    command.add_argument("--min-cage", choices=levels, help="refuse to grade with less confinement")
    command.add_argument("--no-cage", action="store_true", help="run students' code without any confinement")


def positive(text: str) -> int:
    """Read a number of things, at least one."""
    with suppress(ValueError):
        if (value := int(text)) >= 1:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no whole number of at least 1")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 < (value := float(text)) < 86_400:
            return value
    raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0 and below a day")


def limits_of(options: argparse.Namespace) -> Limits:
    """Return what a notebook may use."""
    seconds = {
        "cell_seconds": options.cell_seconds,
        "call_seconds": min(options.call_seconds, options.cell_seconds),
        "notebook_seconds": options.notebook_seconds,
    }
    return Limits(**seconds, memory_bytes=options.memory << 20)


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
