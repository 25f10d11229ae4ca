"""Runs student code: real IPython kernels, forked from a process that has imported everything beforehand.

One process of ours talks to three of the cage::

    grader ──request──▶ zygote        imported once, forks, never runs anybody's code
       │                  └─▶ warden      one per child: confines, watches, sweeps up, reports how it ended
       │                        └─▶ child     the IPython kernel with the student's code, or another entry point
       ├──status──────────────┘ │
       ├──ZeroMQ (cells)────────┤
       └──bridge (calls)────────┘
"""

from autograder.kernel.kernel import CellRun, Kernel
from autograder.kernel.zygote import Zygote

__all__ = ["CellRun", "Kernel", "Zygote"]
