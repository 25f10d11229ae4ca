"""What the benchmark writes of what it measured."""

from __future__ import annotations

from pathlib import Path

from tests.bench.report import summary, write_readme
from tests.bench.sides import Timing
from tests.conftest import ROOT

RESULTS = {
    "chain_rule": [
        Timing("autograder grade, 2 workers", 200, 40.0),
        Timing("lower bound: fork and run the cells, 2 workers", 200, 16.0),
        Timing("nbgrader autograde + generate_feedback", 5, 30.0),
        Timing("otter run", 5, 6.0),
    ],
    "pytorch": [
        Timing("autograder grade, 2 workers", 200, 60.0),
        Timing("lower bound: fork and run the cells, 2 workers", 200, 30.0),
        Timing("nbgrader autograde + generate_feedback", 5, 60.0),
    ],
    "chain_rule, a class of 100": [Timing("autograder grade, 2 workers", 100, 20.0)],
}


def test_the_summary_has_a_row_for_each_assignment_that_others_graded_too():
    assert summary(RESULTS).splitlines()[2:] == [
        "| chain_rule | 300 | 30 | 6 | 2.5 |",
        "| pytorch | 200 | 40 |  | 2.0 |",
    ]


def test_the_readme_keeps_all_but_the_table_between_its_marks(tmp_path: Path):
    path = tmp_path / "README.md"
    path.write_text((ROOT / "README.md").read_text(encoding="utf-8"), encoding="utf-8")
    before = path.read_text(encoding="utf-8")
    write_readme(RESULTS, path)
    after = path.read_text(encoding="utf-8")

    assert [line for line in after.splitlines() if line not in before.splitlines()] == summary(
        RESULTS
    ).splitlines()[2:]
    assert len(after.splitlines()) == len(before.splitlines())
