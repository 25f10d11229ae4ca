"""Our own mistakes and the instructor's, as a tree; what a student's notebook does is a value, never an exception.

AutograderError
├── UsageError            the command was called wrongly: unknown slug, missing folder   (exit status 2)
│   └── EnvironmentMissing  a tool is not there: bubblewrap, a cage level, a package    (exit status 2)
├── SourceError           an assignment's own source is wrong: markers, points, names    (exit status 2)
├── CanaryFailed          the solution or the untouched exercise got a wrong mark        (exit status 3)
├── GradebookError        the gradebook could not be read or written                    (exit status 4)
└── BridgeError           a value may not or cannot cross between the two processes
    ├── StudentProcessEnded  the other side is gone
    └── DeadlinePassed       the other side did not answer in time
"""


class AutograderError(Exception):
    """Base of all errors of this package; its text says what, where and what to do next."""

    exit_status = 2


class UsageError(AutograderError):
    """The command was called wrongly."""


class EnvironmentMissing(UsageError):
    """A tool that the command needs is not on this machine."""


class SourceError(AutograderError):
    """The source of an assignment breaks the marker dialect."""


class CanaryFailed(AutograderError):
    """The solution did not earn full marks, or the untouched exercise earned some: nothing was graded."""

    exit_status = 3


class GradebookError(AutograderError):
    """The gradebook could not be read or written."""

    exit_status = 4


class BridgeError(AutograderError):
    """A value may not or cannot cross between the student's process and ours."""


class StudentProcessEnded(BridgeError):
    """The student's process is gone, or closed its end of the bridge."""


class DeadlinePassed(BridgeError):
    """The student's process did not answer in time."""
