"""A page's stored results are forgotten when the code that it imports has changed, and only then."""

from __future__ import annotations

from pathlib import Path

import pytest
from course.freshness import code_of, fingerprint, imported, modules_of

PAGE = """\
---
kernelspec:
  display_name: Python 3
  language: python
  name: python3
---
# A page

```{code-cell} ipython3
:tags: [hide-input]

%matplotlib inline
from figures import chain as figures
from widgets.chain import (
    Chain,
)
```

import textwrap is prose here.
"""


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A course in small: one page, a figure that uses a concept, a widget with its script."""
    files = {
        "book/chain.md": PAGE,
        "book/other.md": PAGE.replace("chain", "other"),
        "book/figures/__init__.py": "",
        "book/figures/chain.py": "def f():\n    from concepts.chain import product\n",
        "book/figures/other.py": "",
        "book/widgets/chain.py": "import widgets.base",
        "book/widgets/chain.js": "1",
        "book/widgets/base.py": "",
        "book/widgets/plot.js": "1",
        "book/widgets/plot.css": "",
        "concepts/chain.py": "import numpy",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def roots(course: Path) -> list[Path]:
    return [course, course / "book"]


def test_imports_are_read_from_cells_not_from_prose():
    assert "widgets.chain" in imported(code_of(PAGE))
    assert "textwrap" not in imported(code_of(PAGE))


def test_a_cell_that_is_no_python_is_left_to_the_kernel_to_report():
    assert imported("def (:") == set()


def test_modules_are_followed_through_one_another(course: Path):
    found = {path.relative_to(course).as_posix() for path in modules_of(code_of(PAGE), roots(course))}

    assert found == {
        "book/figures/__init__.py",
        "book/figures/chain.py",
        "book/widgets/base.py",
        "book/widgets/chain.js",
        "book/widgets/chain.py",
        "concepts/chain.py",
    }


@pytest.mark.parametrize(
    "name", ["concepts/chain.py", "book/figures/chain.py", "book/widgets/chain.js", "book/widgets/plot.js"]
)
def test_a_change_anywhere_below_a_page_changes_its_fingerprint(course: Path, name: str):
    page = course / "book/chain.md"
    before = fingerprint(page, roots(course))
    (course / name).write_text("changed = True")

    assert fingerprint(page, roots(course)) != before


def test_a_change_elsewhere_does_not(course: Path):
    page = course / "book/chain.md"
    before = fingerprint(page, roots(course))
    (course / "book/figures/other.py").write_text("changed = True")

    assert fingerprint(page, roots(course)) == before
