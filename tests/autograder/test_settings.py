"""The settings of a run are kept beside its results; what is damaged is as if it were not there."""

from __future__ import annotations

import pytest

from autograder.records import Limits
from autograder.settings import Settings, read_settings, settings_path, write_settings

SETTINGS = Settings(
    "root", "submitted", 2**53 - 1, "strict", Limits(cell_seconds=5.0, memory_bytes=1 << 30), "abc"
)


def test_settings_are_read_as_they_were_written_and_those_of_other_assignments_stay(tmp_path):
    write_settings(tmp_path, {"he": SETTINGS})
    write_settings(tmp_path, {"xavier": SETTINGS})

    assert read_settings(tmp_path) == {"he": SETTINGS, "xavier": SETTINGS}


@pytest.mark.parametrize("text", ["", "[]", "{", '{"he": {}}', '{"he": {"limits": {"x": 1}}}', "null"])
def test_damaged_settings_are_none(tmp_path, text):
    write_settings(tmp_path, {})
    settings_path(tmp_path).write_text(text)

    assert read_settings(tmp_path) == {}
