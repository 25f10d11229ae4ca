"""The guide to a term is true: its own commands, in its order, on a small class, with a person at formgrader."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import signal
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.autograder.test_lms import as_canvas_reads
from tests.cohort.build import members, notebook_of
from tests.cohort.test_scheduler import await_that
from tests.conftest import ROOT

pytestmark = [pytest.mark.sandbox, pytest.mark.browser, pytest.mark.slow]

GUIDE = ROOT / "docs" / "guide" / "term.md"
CLASS = {"perfect": 11, "half_right": 12, "blank": 13}
TOKEN = "forthetest"
QUESTION = "explain_thirty_layers"
FIRST_CHECK = '# %% check_relu_second_moment tags=["check", "points=1"]\n'


def steps() -> list[tuple[str, str]]:
    """Heading and commands of every console block, in order."""
    found, heading = [], ""
    for part in re.split(r"^(## .+)$", GUIDE.read_text(encoding="utf-8"), flags=re.MULTILINE):
        if part.startswith("## "):
            heading = part[3:]
        found += [(heading, block) for block in re.findall(r"```console\n(.*?)```", part, re.DOTALL)]
    return found


class Term:
    """An instructor's machine: the course with one assignment, and what happens in between."""

    def __init__(self, root: Path, browser: Browser) -> None:
        self.root, self.course, self._browser = root, root / "course", browser
        shutil.copytree(ROOT / "solutions" / "he", root / "solutions" / "he")
        shutil.copy(ROOT / "nbgrader_config.py", root)
        (root / ".venv").symlink_to(ROOT / ".venv")
        (root / ".gitignore").write_text("/build/\n/course/\n/downloads/\n")
        config = {
            "ServerApp": {"open_browser": False, "allow_root": True, "ip": "127.0.0.1", "port": 0},
            "IdentityProvider": {"token": TOKEN},
        }
        (root / "home").mkdir()
        (root / "home" / "jupyter_server_config.json").write_text(json.dumps(config))
        self.run("git init -q")

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the user's is read or written; git knows who commits."""
        home = str(self.root / "home")
        people = {f"GIT_{who}_{what}": "x@x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        places = {"HOME": home, "JUPYTER_CONFIG_DIR": home, "JUPYTER_RUNTIME_DIR": f"{home}/runtime"}
        return {"PATH": os.environ["PATH"], "OMP_NUM_THREADS": "1", **people, **places}

    def run(self, commands: str) -> str:
        """Run a block as a person's shell would, and stop at the first command that fails."""
        run = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", commands],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
            check=False,
        )
        assert run.returncode == 0, f"{commands}\n{run.stdout}"
        return run.stdout

    @contextmanager
    def serve(self, commands: str) -> Iterator[str]:
        """Run a block that serves, and yield the server's address."""
        known: list[str] = []

        def has_started() -> bool:
            for record in (self.root / "home" / "runtime").glob("jpserver-*.json"):
                text = record.read_text()
                known[:] = [json.loads(text)["url"]] if text.endswith("}") else []  # else it is being written
            return bool(known) or server.poll() is not None

        with subprocess.Popen(
            ["bash", "-c", f"exec env {commands}"],
            cwd=self.root,
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as server:
            try:
                await_that(has_started, "the server")
                yield known[0].rstrip("/")
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(60)

    def list_students(self) -> None:
        """Canvas' export of the gradebook: the class, and one who hands in nothing."""
        rows = [f'"Right, {name}",{number},S{number},{name},Tuesday,' for name, number in CLASS.items()]
        head = ["Student,ID,SIS User ID,SIS Login ID,Section,he (4711)", "    Points Possible,,,,,26"]
        (self.root / "downloads").mkdir()
        text = "\r\n".join([*head, *rows, '"Late, Too",14,S14,absent,Tuesday,', ""])
        (self.root / "downloads" / "gradebook.csv").write_text(text, encoding="utf-8")

    def hand_in(self) -> None:
        """What Canvas makes of the class's uploads."""
        known = {member.student: member for member in members("he")}
        with zipfile.ZipFile(self.root / "downloads" / "submissions.zip", "w") as archive:
            for name, number in CLASS.items():
                content = notebook_of(known[name], self.root)
                archive.writestr(f"right{name.replace('_', '')}_{number}_{900 + number}_he.ipynb", content)

    def mend(self) -> None:
        """Change a check: its text, and what it is worth."""
        source = self.root / "solutions" / "he" / "he.py"
        text = source.read_text(encoding="utf-8")
        assert text.count(FIRST_CHECK) == 1
        mended = (
            FIRST_CHECK.replace("points=1", "points=2") + "# Three variances, each with its own sample.\n"
        )
        source.write_text(text.replace(FIRST_CHECK, mended), encoding="utf-8")

    def mark_in_formgrader(self, server: str, student: str, points: str, comment: str) -> None:
        """Be a person: find the submission in formgrader, type a mark and a comment."""
        context = self._browser.new_context(viewport={"width": 1280, "height": 1600})
        tab: Page = context.new_page()
        tab.set_default_timeout(120_000)
        tab.goto(f"{server}/lab?token={TOKEN}", wait_until="commit")  # which logs in
        tab.goto(f"{server}/formgrader/gradebook/he/he")
        tab.get_by_role("link", name=re.compile("Submission #")).first.wait_for()
        found = tab.request.get(f"{server}/formgrader/api/submitted_notebooks/he/he").json()
        (submission,) = [one["id"] for one in found if one["student"] == student]
        with tab.expect_response(lambda response: "/api/comments" in response.url):
            tab.locator(f'a[href*="{submission}"]').first.click()
        tab.locator(f"input#{QUESTION}.needs_manual_grade").wait_for()  # now it listens to what is typed
        for field, value in ((f"input#{QUESTION}.score", points), (f"#{QUESTION}-comment", comment)):
            with tab.expect_response(lambda response: response.request.method == "PUT" and response.ok):
                tab.locator(field).fill(value)
                tab.keyboard.press("Tab")
        context.close()

    def rows(self) -> dict[str, dict]:
        """The last results, by student."""
        text = (self.course / "report" / "results.jsonl").read_text(encoding="utf-8")
        return {row["student"]: row for row in map(json.loads, text.splitlines())}

    def page(self, student: str) -> str:
        """The feedback of a student."""
        return (self.course / "feedback" / student / "he" / "he.html").read_text(encoding="utf-8")


def test_the_guide_to_a_term_is_true(tmp_path, browser):
    term = Term(tmp_path, browser)
    todo = iter(steps())

    def commands(heading: str) -> str:
        found, block = next(todo)
        assert found == heading
        return block

    term.list_students()
    assert "4 students: 4 new" in term.run(commands("Set up"))
    term.run(commands("Release"))
    term.hand_in()
    assert term.run(commands("Collect")).splitlines() == ["3 new"]

    printed = term.run(commands("Grade"))
    before = {student: row["points"] for student, row in term.rows().items()}
    assert "3 submissions: 3 finished" in printed
    assert "The same run again:" in printed
    assert "--cell-seconds 10" in printed
    assert before == {"perfect": 22.0, "half_right": 6.0, "blank": 0.0}
    assert "half_right Right (half_right)" in (term.course / "report" / "report.html").read_text(
        encoding="utf-8"
    )

    with term.serve(commands("Mark by hand")) as server:
        term.mark_in_formgrader(server, "perfect", "1.5", "Nearly: <i>which</i> layers?")

    term.mend()
    printed = term.run(commands("Mend a check"))
    assert "2 submissions earned other points than before" in printed
    assert {s: row["points"] for s, row in term.rows().items()} == {
        "perfect": 23.0,
        "half_right": 7.0,
        "blank": 0.0,
    }
    assert not [flag for row in term.rows().values() for flag in row["flags"] if "edited" in flag]
    with (term.course / "report" / "changes.csv").open(encoding="utf-8", newline="") as file:
        changed = {(row["student"], row["check"], row["now"]) for row in csv.DictReader(file)}
    assert changed == {(student, "check_relu_second_moment", "2.0") for student in ("perfect", "half_right")}

    printed = term.run(commands("Return feedback"))
    assert "3 of them graded before" in printed
    assert printed.endswith("feedback-he-canvas.zip\nfeedback for 3 students\n")
    with zipfile.ZipFile(term.course / "exports" / "feedback-he-canvas.zip") as archive:
        assert "24.5 of 25 points" in archive.read("rightperfect_11_911_he.ipynb").decode()
    assert "24.5 of 25 points" in term.page("perfect")
    assert "<b>1.5 of 2 points</b>, given by a person:" in term.page("perfect")
    assert "Nearly: &lt;i&gt;which&lt;/i&gt; layers?" in term.page("perfect")

    assert "to be marked by a person" in term.run(commands("Export the marks"))
    exported = (term.course / "exports" / "canvas.csv").read_bytes().decode("utf-8")
    titles, numbers, possible, scores = as_canvas_reads(exported)
    assert (titles, numbers, possible) == (["Assignment 3 (4711)"], [4711], ["27"])
    assert scores == {"11": ["24.5"], "12": ["7"], "13": ["0"], "14": [""]}
    assert next(todo, None) is None
