"""The links to Binder and Colab, and the notebooks to which they lead."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pytest
import yaml
from course import launch
from IPython.core.interactiveshell import InteractiveShell

from tests.conftest import ROOT
from tests.site import built
from tests.site.assignments import slugs

OPTIONS = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))["sphinx"]["config"]["html_theme_options"]


def config(url: str | None) -> Any:
    return SimpleNamespace(html_theme_options={} if url is None else {"repository_url": url})


def app(url: str | None, out: Path = ROOT) -> Any:
    return SimpleNamespace(
        config=config(url), srcdir=ROOT, outdir=out, builder=SimpleNamespace(format="html")
    )


@pytest.fixture(scope="module")
def files(site: Path) -> dict[str, bytes]:
    chapters = {
        f"book/{slug}": (site / f"_sources/book/{slug}.ipynb").read_bytes() for slug in built.chapters()
    }
    return launch.branch(ROOT, chapters, "owner", "name")


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://github.com/owner/a.course_1", ("owner", "a.course_1")),
        ("https://github.com/owner/name.git", ("owner", "name")),
        ("https://github.com/owner/name/", ("owner", "name")),
        ("https://gitlab.com/owner/name", None),
        ("https://github.com/owner", None),
        ('https://github.com/owner/na"me', None),
        ("", None),
        (None, None),
    ],
)
def test_only_a_repository_on_github_is_one_that_both_services_can_open(
    url: str | None, known: tuple[str, str] | None
):
    assert launch.repository(config(url)) == known


def test_pages_with_a_notebook_get_both_links_and_others_none():
    def buttons(page: str, url: str | None = "https://github.com/owner/name", **context: str) -> list[Any]:
        held: dict[str, Any] = {"header_buttons": [], **context}
        launch.offer(app(url), page, "page.html", held, None)
        return [button["url"] for group in held["header_buttons"] for button in group["buttons"]]

    assert buttons("assignments/he") == list(launch.links("owner", "name", "assignments/he").values())
    assert len(buttons("book/he", ipynb_source="book/he.ipynb")) == 2
    assert buttons("book/how_to_use") == []
    assert buttons("assignments/he", url=None) == []


def test_the_site_has_the_links_when_the_repository_is_named_and_only_then(site: Path):
    page = (site / "book" / "he.html").read_text(encoding="utf-8")

    assert ("mybinder.org" in page and "colab" in page) == bool(
        launch.repository(config(OPTIONS.get("repository_url")))
    )


def test_every_link_leads_to_a_file_of_the_branch(files: dict[str, bytes]):
    for page in (
        *(f"book/{slug}" for slug in built.chapters()),
        *(f"assignments/{slug}" for slug in slugs()),
    ):
        for address in launch.links("owner", "name", page).values():
            assert f"/{launch.BRANCH}" in address and address.endswith(f"{page}.ipynb")
        nbformat.validate(nbformat.reads(files[f"{page}.ipynb"].decode(), as_version=4))
    (wheel,) = (name for name in files if name.endswith(".whl"))
    assert f"\n./{wheel}\n" in files[".binder/requirements.txt"].decode()
    assert f"/raw/{launch.BRANCH}/{wheel}" in files["assignments/he.ipynb"].decode()


def test_an_assignment_is_the_released_one_but_for_a_cell_that_does_nothing_where_the_checks_are(
    files: dict[str, bytes],
):
    first, *others = json.loads(files["assignments/he.ipynb"])["cells"]

    assert others == json.loads((ROOT / "exercises/he/he.ipynb").read_bytes())["cells"]
    exec("".join(first["source"]), {})  # without `get_ipython`: it would fail if it asked for anything


def test_a_chapter_fetches_the_course_and_finds_it(
    files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The first two cells as Colab runs them, with this very repository in the place of GitHub's."""
    subprocess.run(["git", "init", "--quiet", tmp_path / "origin"], check=True)
    (tmp_path / "origin" / "book" / "figures").mkdir(parents=True)
    (tmp_path / "origin" / "book" / "figures" / "here.py").write_text("found = True\n")
    identity = ["-c", "user.name=test", "-c", "user.email=test@example.org"]
    for command in (["add", "."], [*identity, "commit", "--quiet", "--message", "course"]):
        subprocess.run(["git", *command], cwd=tmp_path / "origin", check=True)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(sys, "path", list(sys.path))
    fetch, find = ("".join(cell["source"]) for cell in json.loads(files["book/he.ipynb"])["cells"][:2])
    address = "https://github.com/owner/name"
    assert address in fetch
    shell = InteractiveShell()
    names = {"get_ipython": lambda: shell}
    exec(fetch.replace(address, str(tmp_path / "origin")), names)
    exec(f"{find}\nfound_course = course", names)

    assert str(names["found_course"]) == "course" and Path("course/book/figures/here.py").is_file()
    exec(fetch, names)  # a second run fetches nothing


def test_the_folder_is_written_with_the_setting_and_goes_without_it(tmp_path: Path):
    out = tmp_path / "html"
    (out / "_sources" / "book").mkdir(parents=True)
    (out / "_sources" / "book" / "x.ipynb").write_text('{"cells": []}')
    launch.write(app("https://github.com/owner/name", out), None)
    assert (tmp_path / "notebooks" / "book" / "x.ipynb").is_file()

    launch.write(app(None, out), None)
    assert not (tmp_path / "notebooks").exists()
