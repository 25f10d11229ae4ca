"""Documents, folders and commands say the same thing."""

from __future__ import annotations

import ast
import configparser
import doctest
import importlib
import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from autograder import cli
from autograder.release import slugs
from tests.conftest import ROOT, autograder, published

MADE = {
    ".git",
    ".hypothesis",
    ".venv",
    "build",
    "_build",
    "__pycache__",
    ".ipynb_checkpoints",
}  # and caches, `.…_cache`
FILES = [
    path
    for path in sorted(ROOT.rglob("*"))
    if path.is_file()
    and not any(
        part in MADE or part.endswith(("_cache", ".egg-info")) for part in path.relative_to(ROOT).parts
    )
]
DOCUMENTS = [path for path in FILES if path.suffix == ".md" and ROOT / "book" not in path.parents]
MODULES = [
    path
    for path in FILES
    if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in ("autograder", "concepts")
]


def read(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def floors() -> list[str]:
    config = configparser.ConfigParser(comment_prefixes="#")
    config.read_string(read(".importlinter"))
    return config["importlinter:contract:floors"]["layers"].split("\n")[1:]


def make_targets() -> set[str]:
    return set(re.findall(r"^\.PHONY: ([\w-]+)$", read("Makefile"), flags=re.MULTILINE))


def test_the_table_of_the_readme_lists_the_chapters_in_the_order_of_the_book():
    rows = re.findall(r"^\| \[(\w+)\]\(book/", read("README.md"), flags=re.MULTILINE)

    assert rows == published()


@pytest.mark.parametrize("slug", published())
def test_a_published_slug_has_its_files_in_every_folder(slug):
    files = [
        f"book/{slug}.md",
        f"book/figures/{slug}.py",
        f"concepts/{slug}.py",
        f"solutions/{slug}/{slug}.py",
        f"exercises/{slug}/{slug}.ipynb",
        f"tests/concepts/test_{slug}.py",
        f"tests/course/answers/{slug}.py",
    ]

    assert [file for file in files if not (ROOT / file).is_file()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_to_files_of_the_repository_lead_somewhere(path: Path):
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))
    local = [link.split("#")[0] for link in links if not link.startswith(("http:", "https:", "#"))]

    assert [link for link in local if not (path.parent / link).exists()] == []


def test_links_to_headings_lead_somewhere():
    for path in DOCUMENTS:
        for target, anchor in re.findall(r"\]\(([\w./]*\.md)#([\w-]+)\)", path.read_text(encoding="utf-8")):
            headings = re.findall(
                r"^#+ (.+)$", (path.parent / target).read_text(encoding="utf-8"), re.MULTILINE
            )

            assert anchor in {
                re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings
            }


def test_every_make_target_is_documented_and_every_documented_one_exists():
    documented = set(re.findall(r"^\| `make ([\w-]+)(?: SLUG=…)?` ", read("README.md"), flags=re.MULTILINE))

    assert documented == make_targets() - {"all"}


def test_make_help_lists_every_target():
    listed = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert set(re.findall(r"^make ([\w-]+)", listed, flags=re.MULTILINE)) == make_targets()


def test_every_command_of_the_autograder_is_documented_and_has_help():
    commands = set(re.findall(r"^    (\w+)(?: {2,}\S|$)", autograder("--help").stdout, flags=re.MULTILINE))
    documented = set(re.findall(r"^\| `autograder (\w+)", read("README.md"), flags=re.MULTILINE))

    assert commands == documented != set()
    assert [command for command in commands if autograder(command, "--help").returncode != 0] == []


def test_every_option_of_every_command_says_what_it_is_for():
    (commands,) = (action for action in cli.parser()._actions if isinstance(action.choices, dict))
    silent = [
        f"{name} {action.option_strings or action.dest}"
        for name, command in commands.choices.items()
        for action in command._actions
        if not action.help
    ]

    assert silent == []


@pytest.mark.parametrize(
    "option", ["--workers=two", "--workers=0", "--cell-seconds=soon", "--cell-seconds=0"]
)
def test_a_number_that_is_none_is_named(capsys, option):
    with pytest.raises(SystemExit, match="2"):
        cli.main(["grade", "--course", "course", option])

    assert f"{option.partition('=')[2]!r} is no" in capsys.readouterr().err


def test_the_floors_of_the_architecture_are_the_enforced_ones():
    drawn = read("ARCHITECTURE.md").split("## The floors")[1].split("```text\n")[1].split("```")[0]

    assert drawn.splitlines() == [floor for floor in floors() if floor]


def test_every_module_stands_on_a_floor_and_every_floor_holds_modules():
    on_floors = {name.strip() for floor in floors() for name in floor.split("|") if name.strip()}
    modules = {
        path.relative_to(ROOT / "autograder").parts[0].removesuffix(".py")
        for path in MODULES
        if ROOT / "autograder" in path.parents
    }

    assert on_floors == modules - {"__init__"}


def test_every_package_is_pinned_once():
    lines = [line.split("#")[0].strip() for line in read("requirements.txt").splitlines()]
    pins = [line for line in lines if line]
    names = [re.sub(r"[-_.]+", "-", pin.split("==")[0]).lower() for pin in pins]

    assert [pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", pin)] == []
    assert len(names) == len(set(names))


def test_the_environment_is_the_pinned_one():
    from importlib.metadata import version

    pins = re.findall(r"^([A-Za-z0-9._-]+)==([A-Za-z0-9.]+)", read("requirements.txt"), flags=re.MULTILINE)
    installed = {name: version(name).split("+")[0] for name, _ in pins}  # 2.13.0+cpu is the pinned 2.13.0

    assert installed == dict(pins)


def test_every_package_runs_on_the_python_of_debian_12():
    from importlib.metadata import metadata

    from packaging.specifiers import SpecifierSet

    names = re.findall(r"^([A-Za-z0-9._-]+)==", read("requirements.txt"), flags=re.MULTILINE)
    wanted = {name: metadata(name).get("Requires-Python") or "" for name in names}

    assert {name: python for name, python in wanted.items() if "3.11.2" not in SpecifierSet(python)} == {}


def declared_licence(package: str) -> str:
    """Return what a package says of its licence, wherever it says it."""
    from importlib.metadata import distribution

    about = distribution(package).metadata
    files = [f for f in distribution(package).files or [] if "licen" in f.name.lower()]
    return " ".join(
        [
            about.get("License-Expression") or "",
            about.get("License") or "",
            *(line for line in about.get_all("Classifier") or [] if line.startswith("License")),
            *(str(f.read_text()[:400]) for f in files if f.name.isupper()),
        ]
    )


def test_the_table_of_dependencies_names_every_direct_one_with_the_licence_that_it_declares():
    rows = re.findall(
        r"^\| ([\w-]+) \| ([\w-]+) \| .+ \| .+ \|$", read("docs/dependencies.md"), flags=re.MULTILINE
    )
    direct = read("requirements.txt").split("# What those need")[0]
    names = re.findall(r"^([A-Za-z0-9._-]+)==", direct, flags=re.MULTILINE)
    spelled = {"PSF": "Python Software Foundation"}

    assert [name for name, licence in rows if licence != "licence"] == names
    for name, licence in rows:
        if licence != "licence":
            assert spelled.get(licence, licence) in declared_licence(name), name


def test_decisions_are_numbered_without_a_gap():
    numbers = sorted(path.name[:4] for path in (ROOT / "docs" / "decisions").glob("*.md"))

    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]


def test_changelog_entries_speak_of_the_book_the_exercises_or_the_autograder():
    entries = re.findall(r"^- (.*)$", read("CHANGELOG.md"), flags=re.MULTILINE)

    assert [entry for entry in entries if not re.match(r"(book|exercises|autograder): ", entry)] == []
    assert f"## {tomllib.loads(read('pyproject.toml'))['project']['version']}" in read("CHANGELOG.md")


def test_nothing_of_the_machine_that_it_was_written_on_is_in_a_file():
    """Absolute paths of home folders and workspaces, addresses of package mirrors."""
    trace = re.compile(r"/(root|home|work|farm|opt)/\w|file:///|localhost:\d|(index-url|find-links)\s*=\s*\S")
    found = {}
    for path in FILES:
        if path.is_file() and path.suffix in {
            "",
            ".py",
            ".md",
            ".yml",
            ".toml",
            ".txt",
            ".js",
            ".ipynb",
            ".css",
            ".sh",
        }:
            lines = [line for line in path.read_text(encoding="utf-8").splitlines() if trace.search(line)]
            if lines and path != Path(__file__).resolve():
                found[str(path.relative_to(ROOT))] = lines

    assert found == {}


def test_notebooks_of_the_repository_are_the_released_ones():
    notebooks = {str(path.relative_to(ROOT)) for path in FILES if path.suffix == ".ipynb"}

    assert notebooks == {f"exercises/{slug}/{slug}.ipynb" for slug in slugs(ROOT)}


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_modules_and_functions_stay_small(path: Path):
    source = path.read_text(encoding="utf-8")
    functions = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    long = {node.name: lines for node in functions if (lines := code_lines(node)) > 40}

    assert len(source.splitlines()) <= 300
    assert long == {}


def code_lines(function: ast.FunctionDef) -> int:
    """Return the lines of a function without its docstring."""
    has_docstring = ast.get_docstring(function) is not None
    first = function.body[1 if has_docstring and len(function.body) > 1 else 0]
    return (function.end_lineno or 0) - first.lineno + 2


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if re.search(r"^\s*>>> ", path.read_text(encoding="utf-8"), re.MULTILINE)],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_examples_in_docstrings_run(path: Path):
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
    result = doctest.testmod(importlib.import_module(name), optionflags=doctest.NORMALIZE_WHITESPACE)

    assert result.attempted > 0
    assert result.failed == 0


def test_workflows_and_configuration_are_readable():
    for path in FILES:
        if path.suffix in {".yml", ".yaml"}:
            assert yaml.safe_load(path.read_text(encoding="utf-8"))
