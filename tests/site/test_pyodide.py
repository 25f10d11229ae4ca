"""The folder with Python for the browser: what is said when it cannot be fetched."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.site import pyodide
from tests.site.assignments import BASE


def test_without_npm_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError, match="apt install npm"):
        pyodide._install(tmp_path)


def test_when_npm_fails_its_own_words_are_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    npm = tmp_path / "npm"
    npm.write_text("#!/bin/sh\necho no such host >&2\nexit 1\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")

    with pytest.raises(RuntimeError, match=r"needs the network.*\n.*no such host"):
        pyodide._install(tmp_path)


def test_the_version_tested_is_the_one_that_readers_get():
    pins = json.loads((Path(pyodide.__file__).parent / "npm" / "package.json").read_text(encoding="utf-8"))

    assert f"/v{pins['dependencies']['pyodide']}/" in BASE
