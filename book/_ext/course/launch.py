"""Links that open a chapter or an assignment on Binder or Colab, once `_config.yml` says where the repository is.

    html_theme_options:
      repository_url: https://github.com/owner/name

Both take notebooks from a repository, and neither has the course installed.  So the build writes a folder beside the
site, `_build/notebooks`, to be published as the branch `notebooks`: every chapter and assignment as a notebook whose
first cell fetches what is missing, the checks, and what Binder installs.  Without the setting there is neither.
"""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

from course import assignments, browser

BRANCH = "notebooks"
_GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")

# An assignment goes back to its course with this cell, and the grader has the checks: it then does nothing.
_CHECKS = """\
# Fetches the course's checks where they are missing.
from importlib.util import find_spec

if find_spec("autograder") is None:
    get_ipython().run_line_magic("pip", "install --quiet {wheel}")"""
_COURSE = """\
# Fetches the course's code where it is missing.
import sys
from importlib.util import find_spec
from pathlib import Path

if not Path("course").is_dir():
    get_ipython().system("git clone --quiet --depth 1 {repository} course")
if find_spec("anywidget") is None:
    get_ipython().run_line_magic("pip", "install --quiet {anywidget}")
if "google.colab" in sys.modules:  # it shows figures that move when it is asked to
    from google.colab import output

    output.enable_custom_widget_manager()"""
_README = """\
# Notebooks of the course, as they open on Binder and Colab

Made from {repository} with every publication of its site; changes belong there.
"""


def repository(config: Any) -> tuple[str, str] | None:
    """Return owner and name of the repository on GitHub that `_config.yml` names, or None if it names none."""
    found = _GITHUB.fullmatch(str(config.html_theme_options.get("repository_url") or ""))
    return (found[1], found[2]) if found else None


def links(owner: str, name: str, page: str) -> dict[str, str]:
    """Return the addresses that open a page's notebook, by service.

    >>> links("o", "n", "book/he")["Colab"]
    'https://colab.research.google.com/github/o/n/blob/notebooks/book/he.ipynb'
    """
    return {
        "Binder": f"https://mybinder.org/v2/gh/{owner}/{name}/{BRANCH}?urlpath=lab/tree/{page}.ipynb",
        "Colab": f"https://colab.research.google.com/github/{owner}/{name}/blob/{BRANCH}/{page}.ipynb",
    }


def with_first_cell(notebook: bytes, source: str, *, course: str = "") -> str:
    """Return a notebook with one more cell at its beginning.

    Args:
        notebook: The notebook.
        source: The cell's code.
        course: Where a chapter's own first cell then finds the course.
    """
    held = json.loads(notebook)
    cell = {"cell_type": "code", "execution_count": None, "id": "fetch", "metadata": {}, "outputs": []}
    held["cells"].insert(0, {**cell, "source": source.splitlines(keepends=True)})
    text = json.dumps(held, indent=1, ensure_ascii=False) + "\n"
    return text.replace(r"COURSE = \"\"", rf"COURSE = \"{course}\"", 1) if course else text


def pins(root: Path) -> dict[str, str]:
    """Return `name==version` by name, as requirements.txt has it."""
    lines = re.findall(r"^([\w.-]+)==([\w.]+)", (root / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    return {name: f"{name}=={version}" for name, version in lines}


def branch(root: Path, chapters: dict[str, bytes], owner: str, name: str) -> dict[str, bytes]:
    """Return the files of the branch by name.

    Args:
        root: The course.
        chapters: The chapters' notebooks by page, such as `book/he`.
        owner: Who has the repository.
        name: The repository's name.
    """
    address = f"https://github.com/{owner}/{name}"
    wheel, checks = assignments.wheel(root)
    anywidget = pins(root)["anywidget"]
    fetch_course = _COURSE.format(repository=address, anywidget=anywidget)
    fetch_checks = _CHECKS.format(wheel=f"{address}/raw/{BRANCH}/{wheel}")
    students = (root / ".binder" / "requirements.txt").read_text("utf-8").rstrip("\n")
    files = {
        "README.md": _README.format(repository=address),
        ".binder/requirements.txt": f"{students}\n{anywidget}\n./{wheel}\n",
        ".binder/runtime.txt": (root / ".binder" / "runtime.txt").read_text("utf-8"),
    }
    files |= {
        f"{page}.ipynb": with_first_cell(held, fetch_course, course="course")
        for page, held in chapters.items()
    }
    for slug, path in browser.released(root).items():
        files[f"{browser.FOLDER}/{slug}.ipynb"] = with_first_cell(path.read_bytes(), fetch_checks)
    return {wheel: checks, **{path: text.encode() for path, text in files.items()}}


def offer(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Put the links into the header of every page that has a notebook."""
    known = repository(app.config)
    if known is None or not (context.get("ipynb_source") or pagename in browser.names(Path(app.srcdir))):
        return
    logos = {"Binder": "logo_binder.svg", "Colab": "logo_colab.png"}
    buttons = [
        {
            "type": "link",
            "text": service,
            "tooltip": f"Open on {service}",
            "icon": f"_static/images/{logos[service]}",
            "url": url,
        }
        for service, url in links(*known, pagename).items()
    ]
    group = {
        "type": "group",
        "tooltip": "Open this page as a notebook",
        "icon": "fas fa-rocket",
        "label": "launch-buttons",
    }
    context["header_buttons"].append({**group, "buttons": buttons})


def write(app: Sphinx, exception: Exception | None) -> None:
    """Write the branch's files beside the site."""
    if exception or app.builder.format != "html":
        return
    target, sources = Path(app.outdir).parent / BRANCH, Path(app.outdir, "_sources")
    shutil.rmtree(target, ignore_errors=True)
    if (known := repository(app.config)) is None:
        return
    chapters = {
        path.relative_to(sources).with_suffix("").as_posix(): path.read_bytes()
        for path in sorted(sources.rglob("*.ipynb"))
    }
    for name, content in branch(Path(app.srcdir), chapters, *known).items():
        path = target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def setup(app: Sphinx) -> None:
    """Register everything; the links come after the theme's own buttons."""
    app.connect("html-page-context", offer, priority=510)
    app.connect("build-finished", write)
