"""What would break if every package were as new as it may be: `.ci/newest.py wanted` and `.ci/newest.py moved`.

`wanted` prints a requirements file: the packages that we chose, without their versions, except those in HELD.
`.ci/environment` installs it in the place of requirements.txt when the variable REQUIREMENTS names it.
`moved` prints, as a table, what is installed there and differs from requirements.txt.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

REQUIREMENTS = Path(__file__).resolve().parents[1] / "requirements.txt"
HELD = {
    "jupyter-book": "<2",  # docs/decisions/0001
    "sphinx-book-theme": "<1.3",  # 1.3 shows two search boxes
    "pydata-sphinx-theme": "<0.17",  # goes with sphinx-book-theme 1.2
    "torch": "==2.13.0",  # the numbers of the measurements page are its
}
"""Newer versions are known to break the course, or to change its numbers."""


def pins(text: str) -> dict[str, str]:
    """Return the versions by package in a requirements file."""
    return dict(re.findall(r"^([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", text, flags=re.MULTILINE))


def chosen(text: str) -> dict[str, str]:
    """Return the pins of the packages that we chose ourselves; what those need stands below them."""
    return pins(text.partition("# What those need")[0])


def wanted(text: str) -> str:
    """Return the requirements file of the newest versions that are allowed."""
    return "".join(f"{name}{HELD.get(name, '')}\n" for name in chosen(text))


def moved(text: str) -> str:
    """Return a table in Markdown of the packages whose installed version is not the pinned one."""
    rows = ["| package | pinned | installed |", "|---|---|---|"]
    for name, pinned in pins(text).items():
        try:
            installed = version(name)
        except PackageNotFoundError:
            installed = "gone"
        if installed.partition("+")[0] != pinned:
            rows.append(f"| {name} | {pinned} | {installed} |")
    return "\n".join(rows) + "\n" if len(rows) > 2 else "Every package is the pinned one.\n"


if __name__ == "__main__":
    told = {"wanted": wanted, "moved": moved}.get("".join(sys.argv[1:]))
    if told is None:
        sys.exit(f"{__doc__}\nusage: python .ci/newest.py wanted|moved")
    print(told(REQUIREMENTS.read_text(encoding="utf-8")), end="")
