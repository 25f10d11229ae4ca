"""All assignments as one archive, `assignments.zip`, at the root of the site.

It holds every released notebook, the checks as a wheel, the versions of the packages that the notebooks import,
and a page that says how to begin.  Time stamps are fixed: the same course gives the same bytes.
"""

from __future__ import annotations

import ast
import base64
import hashlib
import io
import json
import re
import tomllib
import zipfile
from pathlib import Path

from sphinx.application import Sphinx

NAME = "assignments.zip"
WHEEL = "gradients_checks"
_DAY = (2026, 1, 1, 0, 0, 0)
# Where the package's name is not the module's.
_PACKAGES = {"sklearn": "scikit-learn"}

README = """\
# Assignments: vanishing and exploding gradients

You need Python 3.11 or newer. In this folder:

    python3 -m venv .venv
    .venv/bin/python -m pip install -r requirements.txt
    .venv/bin/jupyter lab

(On Windows the programs lie in `.venv\\Scripts` instead of `.venv/bin`.)

Open a notebook, write the functions, run the cells below them.
The file `{wheel}` holds the checks, the package `autograder.checks`; they need NumPy and nothing else of the course.
Where the whole course is installed, leave that file out: the course brings the checks itself.

{notebooks}
"""


def archive(files: dict[str, bytes]) -> bytes:
    """Return a zip of these files, in this order, without a trace of when and where it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # as on Unix, wherever it is made
            entry.external_attr = 0o100644 << 16
            packed.writestr(entry, content)
    return out.getvalue()


def wheel(root: Path) -> tuple[str, bytes]:
    """Return the name and the bytes of a wheel that holds `autograder.checks` and nothing else."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = project["version"]
    package = root / "autograder"
    sources = [package / "__init__.py", *sorted((package / "checks").rglob("*.py"))]
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in sources}
    info = f"{WHEEL}-{version}.dist-info"
    lines = [
        "Metadata-Version: 2.1",
        f"Name: {WHEEL.replace('_', '-')}",
        f"Version: {version}",
        "Summary: The checks of the course on vanishing and exploding gradients",
        f"License: {project['license']}",
        f"Requires-Python: {project['requires-python']}",
        *(f"Requires-Dist: {name}" for name in project["dependencies"]),
    ]
    files[f"{info}/METADATA"] = "\n".join([*lines, ""]).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: course\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/LICENSE"] = (root / "LICENSE").read_bytes()
    record = [f"{name},sha256={_hash(content)},{len(content)}" for name, content in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,", ""]).encode()
    return f"{WHEEL}-{version}-py3-none-any.whl", archive(files)


def _hash(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def imports(notebook: bytes) -> set[str]:
    """Return the top-level modules that a notebook's cells import."""
    found: set[str] = set()
    for cell in json.loads(notebook)["cells"]:
        if cell["cell_type"] == "code":
            for node in ast.walk(ast.parse("".join(cell["source"]))):
                if isinstance(node, ast.Import):
                    found |= {alias.name.partition(".")[0] for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    found.add(node.module.partition(".")[0])
    return found


def requirements(root: Path, modules: set[str]) -> list[str]:
    """Return the course's pins of the packages that bring these modules, and of JupyterLab."""
    text = (root / "requirements.txt").read_text(encoding="utf-8")
    pins = dict(re.findall(r"^([\w.-]+)==([\w.]+)", text, re.MULTILINE))
    wanted = {"jupyterlab", "numpy", *(_PACKAGES.get(name, name) for name in modules)}
    return [f"{name}=={pins[name]}" for name in sorted(wanted & pins.keys())]


def assignments(root: Path) -> bytes:
    """Return the archive of a course."""
    found = {path.stem: path for path in root.glob("exercises/*/*.ipynb") if path.stem == path.parent.name}
    notebooks = {f"assignments/{slug}.ipynb": found[slug].read_bytes() for slug in sorted(found)}
    modules = set().union(*map(imports, notebooks.values()))
    name, checks = wheel(root)
    listed = "\n".join(f"- `{Path(notebook).name}`" for notebook in notebooks)
    needs = [f"./{name}", *requirements(root, modules)]
    return archive(
        {
            "assignments/README.md": README.format(wheel=name, notebooks=listed).encode(),
            "assignments/requirements.txt": "\n".join([*needs, ""]).encode(),
            f"assignments/{name}": checks,
            **notebooks,
        }
    )


def write(app: Sphinx, exception: Exception | None) -> None:
    """Put the archive beside the pages."""
    if exception is None and app.builder.format == "html":
        Path(app.outdir, NAME).write_bytes(assignments(Path(app.srcdir)))


def setup(app: Sphinx) -> None:
    """Register it."""
    app.connect("build-finished", write)
