"""The levels of confinement, which can be compared: `Level.STRICT > Level.LANDLOCK > Level.RLIMITS > Level.NONE`."""

from __future__ import annotations

from enum import StrEnum


class Level(StrEnum):
    """How far a student's process is confined; the order of the members is the order of strength."""

    NONE = "none"
    """Not at all: time-outs, bounded output and nothing left running, but the user's own rights."""
    RLIMITS = "rlimits"
    """Resource limits, no privileges, no new sockets."""
    LANDLOCK = "landlock"
    """The same, and no files but its own and the interpreter's, no signals to other processes."""
    STRICT = "strict"
    """The same, and namespaces: a file system, network and process table of its own."""

    @property
    def rank(self) -> int:
        """Its place in the order, 0 for none."""
        return list(Level).index(self)

    def __lt__(self, other: str) -> bool:
        return self.rank < Level(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Level(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Level(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= Level(other).rank
