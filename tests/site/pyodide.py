"""Python for the browser as a folder, from npm: what a site has that does without another host.

npm has the core of Pyodide; NumPy for it comes out of a package that carries a build of it for its own use.
It is good enough to test with, and is never part of the site: students get Pyodide's own build, whose hash its
own list of packages gives.  matplotlib for the browser is not in npm, so a stand-in shows that figures arrive;
the real one is tested where the tests run, in `test_browser_cells.py`.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import shutil
import subprocess
from pathlib import Path

from tests.conftest import ROOT

TARGET = ROOT / "build" / "pyodide"
_PINS = Path(__file__).parent / "npm"
_CORE = ("pyodide.js", "pyodide.asm.js", "pyodide.asm.wasm", "python_stdlib.zip")
_NUMPY = "@bentopdf/pymupdf-wasm/assets/numpy-2.2.5-cp313-cp313-pyodide_2025_0_wasm32.whl"
_STAND_IN = {
    "matplotlib/__init__.py": "",
    "matplotlib/backends/__init__.py": "",
    "matplotlib/backends/backend_agg.py": "class FigureCanvasAgg: ...\n",
    "matplotlib/_pylab_helpers.py": """\
class Gcf:
    figures = []
    get_all_fig_managers = classmethod(lambda cls: list(cls.figures))
    destroy_all = classmethod(lambda cls: cls.figures.clear())
""",
    "matplotlib/pyplot.py": """\
import base64, importlib, os
from types import SimpleNamespace
from matplotlib._pylab_helpers import Gcf

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

class Anything:
    def __init__(self):
        self.labels = {"title": "", "xlabel": "", "ylabel": ""}
    def set(self, **labels):
        self.labels.update(labels)
    def get_title(self):
        return self.labels["title"]
    def get_xlabel(self):
        return self.labels["xlabel"]
    def get_ylabel(self):
        return self.labels["ylabel"]
    def savefig(self, file, **how):
        file.write(base64.b64decode(DOT))
    def __getattr__(self, name):
        return lambda *args, **kwargs: Anything()

def subplots(**size):
    figure, axes = Anything(), Anything()
    figure.axes = [axes]
    Gcf.figures.append(SimpleNamespace(canvas=SimpleNamespace(figure=figure)))
    return figure, axes

def show():
    importlib.import_module(os.environ["MPLBACKEND"].removeprefix("module://")).show()
""",
}


def folder() -> Path:
    """Return the folder, made once for each version of the pins.

    Raises:
        RuntimeError: When npm is missing or cannot fetch the packages; with what to do.
    """
    pins = {name: (_PINS / name).read_bytes() for name in ("package.json", "package-lock.json")}
    wanted = hashlib.sha256(b"".join(pins.values()) + Path(__file__).read_bytes()).hexdigest()
    made, stamp = TARGET / "full", TARGET / "made-from"
    TARGET.mkdir(parents=True, exist_ok=True)
    with (TARGET / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.is_file() or stamp.read_text() != wanted:
            stamp.unlink(missing_ok=True)
            for name, content in pins.items():
                (TARGET / name).write_bytes(content)
            _install(TARGET)
            _assemble(TARGET / "node_modules", made)
            stamp.write_text(wanted)
    return made


def _install(place: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise RuntimeError("npm is missing, with which the tests fetch Pyodide. As root: apt install npm")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    run = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
    if run.returncode:
        raise RuntimeError(
            "npm could not fetch Pyodide, with which the tests run assignments in Chromium. "
            f"It needs the network, or a mirror named in npm's configuration.\n{run.stdout}{run.stderr}"
        )


def _assemble(packages: Path, made: Path) -> None:
    """Lay the core, NumPy and the stand-in side by side, and name the last two in the list of packages."""
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir()
    for name in _CORE:
        shutil.copyfile(packages / "pyodide" / name, made / name)
    numpy = packages / _NUMPY
    wheels = {"numpy": (numpy.name, numpy.read_bytes()), "matplotlib": _stand_in()}
    listed = json.loads((packages / "pyodide" / "pyodide-lock.json").read_text(encoding="utf-8"))
    for name, (file, content) in wheels.items():
        (made / file).write_bytes(content)
        digest = hashlib.sha256(content).hexdigest()
        listed["packages"][name] |= {"file_name": file, "sha256": digest, "depends": []}
    (made / "pyodide-lock.json").write_text(json.dumps(listed), encoding="utf-8")


def _stand_in() -> tuple[str, bytes]:
    from course.assignments import archive

    files = {name: text.encode() for name, text in _STAND_IN.items()}
    info = "matplotlib-0.0.dist-info"
    files[f"{info}/METADATA"] = b"Metadata-Version: 2.1\nName: matplotlib\nVersion: 0.0\n"
    files[f"{info}/WHEEL"] = b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files[f"{info}/RECORD"] = b""
    return "matplotlib-0.0-py3-none-any.whl", archive(files)
