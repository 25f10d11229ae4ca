"""Tries a level of confinement on this machine: everything that a real run does, in a process that then ends."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

from autograder.cage.confinement import Confinement
from autograder.cage.place import Place

_LATE_MODULE = "wave"
"""A module of the standard library that nothing here has imported yet: the interpreter must stay readable."""


def main(data: str) -> int:
    """Confine a child of a child as the data say, have it live a little, and return 0 if all went well."""
    setup = json.loads(data)
    confinement = Confinement.from_dict(setup["confinement"])
    place = Place(Path(setup["folder"]), setup["user"])
    with confinement.new_process_table():
        warden = os.fork()
    if warden == 0:
        os._exit(_as_warden(confinement, place))
    return os.waitstatus_to_exitcode(os.waitpid(warden, 0)[1])


def _as_warden(confinement: Confinement, place: Place) -> int:
    try:
        confinement.enter(place)
        child = os.fork()
        if child == 0:
            os._exit(_as_child(confinement, place))
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        confinement.seal(place)
    except Exception:
        _complain()
        return 1
    return status


def _as_child(confinement: Confinement, place: Place) -> int:
    try:
        confinement.confine(place)
        confinement.close_the_door()
        with tempfile.TemporaryFile(dir=place.tmp) as stream:
            stream.write(b"a student may write here")
        __import__(_LATE_MODULE)
    except Exception:
        _complain()
        return 1
    return 0


def _complain() -> None:
    """Leave the last line of the traceback, which says what failed."""
    print(traceback.format_exc().strip().splitlines()[-1], file=sys.stderr, flush=True)
