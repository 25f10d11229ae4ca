"""The settings of the last run, kept beside its results: what a program needs to repeat a grading exactly."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from autograder.files import write_atomically
from autograder.records import Limits


@dataclass(frozen=True)
class Settings:
    """How one assignment was graded.

    Attributes:
        root: The repository.
        submitted: The folder of submissions.
        seed: Decides every draw of the checks.
        cage: The level of confinement.
        limits: What a notebook might use.
        key: Digest of the answer key: other checks have another.
    """

    root: str
    submitted: str
    seed: int
    cage: str
    limits: Limits
    key: str


def settings_path(course: Path) -> Path:
    """Return where a course keeps them."""
    return course / "report" / "settings.json"


def write_settings(course: Path, of: Mapping[str, Settings]) -> None:
    """Write down how assignments were graded; what is known of others stays."""
    known = {slug: asdict(found) for slug, found in {**read_settings(course), **of}.items()}
    write_atomically(settings_path(course), json.dumps(known, indent=1, sort_keys=True) + "\n")


def read_settings(course: Path) -> dict[str, Settings]:
    """Return how each assignment was graded; nothing, where that is not known."""
    try:
        known = json.loads(settings_path(course).read_text(encoding="utf-8"))
        return {str(slug): _settings(found) for slug, found in known.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _settings(found: dict[str, Any]) -> Settings:
    return Settings(**{**found, "limits": Limits(**found["limits"])})
