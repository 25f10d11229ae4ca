"""From the bytes that a student handed in to the list of cells to run, with the key as the only authority.

`reading` turns bytes into cells, `matching` finds which cell answers which cell of the key,
`runlist` lays them out in the key's order.  All of it is pure: no file is opened, nothing is run.
"""

from autograder.sanitise.reading import Unreadable, read_notebook
from autograder.sanitise.runlist import RunList, Step, rebuild

__all__ = ["RunList", "Step", "Unreadable", "read_notebook", "rebuild"]
