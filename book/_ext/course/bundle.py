"""One style sheet and four scripts for a page instead of a dozen of each, and nothing in the head that holds it up.

The theme's sheets are written for every site there may be.  A rule goes when one of the classes or names that its
selector needs occurs in no page and no script; what stands in :not(), :is() or :where() is never needed.
Scripts go to the end of the body, in their order, but for those that must run before the page is painted;
the sheets and scripts themselves stay where they were, so that a test can set a page with them beside the page as
it is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any

import tinycss2
from sphinx.application import Sphinx

_SHEET = re.compile(r'\s*<link[^>]*\brel="stylesheet"[^>]*>')
_PRELOAD = re.compile(r'\s*<link[^>]*\brel="preload" as="script"[^>]*>')
_SCRIPT = re.compile(r"[ \t]*<script\b(?P<attributes>[^>]*)>(?P<body>.*?)</script>\n?", re.S)
_ADDRESS = re.compile(r'\b(?:src|href)="([^"?#]+)')
_PARTS = re.compile(r'\bdata-parts="([^"]*)"')
_NAMES = re.compile(r'\b(?:class|id)="([^"]*)"')
_IMPORT = re.compile(r"""@import\s+(?:url\()?["']?([^"')?;]+)[^;]*;""")
_URL = re.compile(r"""url\((["']?)(?!data:|https?:|/|#)([^)"']+)\1\)""")
# A script in the page that others read, such as `let toggleHintShow = …`, comes before them; others come after.
_SETTING = re.compile(r"\s*(?:let|var|const|window\.\w+ =)")
_WORD = re.compile(r"[\w-]+")
# Each takes a phone a twelfth of a second to start.
_THEME = ("scripts/bootstrap.js", "scripts/pydata-sphinx-theme.js")


def words(pages: Iterable[str], scripts: Iterable[str]) -> set[str]:
    """Return every name that a class or an id of a page may have, now or when a script has run.

    >>> sorted(words(['<p class="a-b c" id="d">e</p>'], ["add('f')"]))
    ['a-b', 'add', 'c', 'd', 'f']
    """
    found: set[str] = set()
    for page in pages:
        for names in _NAMES.findall(page):
            found.update(names.split())
        for script in _SCRIPT.finditer(page):
            found.update(_WORD.findall(script["body"]))
    for text in scripts:
        found.update(_WORD.findall(text))
    return found


def purged(css: str, used: set[str]) -> str:
    """Return a style sheet without the rules that can apply to nothing.

    >>> purged(".a, .b > #c { color: red } @media print { .b { margin: 0 } }", {"a"})
    '.a{ color: red }'
    """
    rules = tinycss2.parse_stylesheet(css, skip_comments=True, skip_whitespace=True)
    return "".join(_kept(rules, used))


def _kept(rules: Iterable[Any], used: set[str]) -> Iterator[str]:
    for rule in rules:
        if rule.type == "qualified-rule":
            selectors = [selector for selector in _split(rule.prelude) if _needs(selector) <= used]
            if selectors:
                named = ",".join(tinycss2.serialize(selector).strip() for selector in selectors)
                yield f"{named}{{{_text(rule.content)}}}"
        elif (
            rule.type == "at-rule"
            and rule.content is not None
            and rule.lower_at_keyword in ("media", "supports")
        ):
            inner = tinycss2.parse_rule_list(rule.content, skip_comments=True, skip_whitespace=True)
            if text := "".join(_kept(inner, used)):
                yield f"@{rule.at_keyword}{tinycss2.serialize(rule.prelude)}{{{text}}}"
        elif rule.type == "at-rule":
            yield rule.serialize()


def _text(tokens: list[Any]) -> str:
    return re.sub(r"\s+", " ", tinycss2.serialize([token for token in tokens if token.type != "comment"]))


def _split(prelude: list[Any]) -> Iterator[list[Any]]:
    selector: list[Any] = []
    for token in prelude:
        if token == ",":
            yield selector
            selector = []
        elif token.type != "comment":
            selector.append(token)
    yield selector


def _needs(selector: list[Any]) -> set[str]:
    """Return the classes and ids without which a selector matches nothing."""
    needed = {token.value for token in selector if token.type == "hash"}
    for dot, name in pairwise(selector):
        if dot == "." and name.type == "ident":
            needed.add(name.value)
    return needed


def rebased(css: str, sheet: str) -> str:
    """Return a sheet as it reads from `_static`, where the bundle lies, instead of from its own folder."""
    return _URL.sub(lambda url: f"url({url[1]}{_moved(sheet, url[2])}{url[1]})", css)


def _moved(sheet: str, address: str) -> str:
    """Return an address that stands in a sheet as it reads from `_static`."""
    parts: list[str] = []
    for part in (PurePosixPath(sheet).parent / address).parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


class Bundles:
    """Makes the bundles of a site; the same parts make the same bundle, once."""

    def __init__(self, static: Path, used: set[str]) -> None:
        self.static = static
        self.used = used
        self.made: dict[tuple[str, ...], str] = {}

    def of(self, parts: tuple[str, ...]) -> str:
        """Return the name of the bundle of these files, which lie in `_static`."""
        if parts not in self.made:
            text = "".join(map(self._part, parts))
            name = f"site.{hashlib.sha256(text.encode()).hexdigest()[:12]}{Path(parts[0]).suffix}"
            (self.static / name).write_text(text, encoding="utf-8")
            self.made[parts] = name
        return self.made[parts]

    def _part(self, part: str) -> str:
        text = (self.static / part).read_text(encoding="utf-8")
        if part.endswith(".css"):
            text = _IMPORT.sub(lambda other: self._part(_moved(part, other[1])), text)
            return rebased(purged(text, self.used), part)
        # A script that ends without a semicolon or in a comment must not touch the next.
        return re.sub(r"^//# sourceMappingURL=.*$", "", text, flags=re.MULTILINE) + "\n;\n"


def _parts(tags: Iterable[str]) -> tuple[str, ...]:
    """Return the files in `_static` that tags name, or of which they are bundles, each once and in order."""
    found: list[str] = []
    for tag in tags:
        known, address = _PARTS.search(tag), _ADDRESS.search(tag)
        names = known[1].split() if known else [address[1].partition("_static/")[2]] if address else []
        found += [name for name in names if name and name not in found]
    return tuple(found)


def lightened(page: str, root: str, bundles: Bundles) -> str:
    """Return a page that loads bundles; one that does so already is renewed.

    Args:
        page: The page's HTML.
        root: What leads from the page to the site, such as `../`.
        bundles: The site's bundles.
    """
    head, end, body = page.partition("</head>")
    sheets = [tag for tag in _SHEET.findall(head) if "_static/" in tag]
    if not end or not sheets:
        return page
    parts = _parts(sheets)
    link = (
        f'\n<link rel="stylesheet" href="{root}_static/{bundles.of(parts)}" data-parts="{" ".join(parts)}" />'
    )
    head = head.replace(sheets[0], link, 1)
    for tag in sheets[1:]:
        head = head.replace(tag, "", 1)
    head = _PRELOAD.sub("", head)
    moved: list[re.Match[str]] = [
        tag
        for tag in _SCRIPT.finditer(head)
        if "documentElement" not in tag["body"] and "data-first" not in tag["attributes"]
    ]
    for tag in moved:
        head = head.replace(tag[0], "", 1)
    body, last, rest = body.rpartition("</body>")
    at_end = [
        tag
        for tag in _SCRIPT.finditer(body)
        if "_static/" in tag["attributes"] or "data-moved" in tag["attributes"]
    ]
    for tag in at_end:
        body = body.replace(tag[0], "", 1)
    return f"{head}{end}{body}{_scripts([*moved, *at_end], root, bundles)}{last}{rest}"


def _tasks(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """Return what is loaded as one file: the theme's scripts apart, since a phone answers between two files.

    >>> _tasks(("a.js", "scripts/bootstrap.js", "b.js", "c.js"))
    [('a.js',), ('scripts/bootstrap.js',), ('b.js', 'c.js')]
    """
    tasks: list[tuple[str, ...]] = []
    for part in parts:
        if tasks and not {part, tasks[-1][-1]} & set(_THEME):
            tasks[-1] += (part,)
        else:
            tasks.append((part,))
    return tasks


def _scripts(tags: list[re.Match[str]], root: str, bundles: Bundles) -> str:
    """Return what stands at the end of the body: data, plain scripts, those in the page, and deferred ones."""
    local = [tag for tag in tags if "_static/" in tag["attributes"]]
    deferred = [tag[0] for tag in local if "defer" in tag["attributes"]]
    plain = [tag[0] for tag in local if "defer" not in tag["attributes"]]
    before: list[str] = []
    after: list[str] = []
    for tag in tags:
        if "_static/" not in tag["attributes"]:
            marked = (
                tag["attributes"] if "data-moved" in tag["attributes"] else f"{tag['attributes']} data-moved"
            )
            line = f"<script{marked}>{tag['body']}</script>"
            where = before if _SETTING.match(tag["body"]) else after
            where += [] if line in where else [line]
    lines = before
    if parts := _parts(plain):
        lines.append(
            f'<script src="{root}_static/{bundles.of(parts)}" data-parts="{" ".join(parts)}"></script>'
        )
    lines += after
    for parts in _tasks(_parts(deferred)):
        lines.append(
            f'<script defer src="{root}_static/{bundles.of(parts)}" data-parts="{" ".join(parts)}"></script>'
        )
    return "".join(f"{line}\n" for line in lines)


def write(app: Sphinx, exception: Exception | None) -> None:
    """Let every page load bundles."""
    if exception or app.builder.format != "html":
        return
    out = Path(app.outdir)
    static = out / "_static"
    for old in static.glob("site.*"):
        old.unlink()
    pages = {
        path: path.read_text(encoding="utf-8")
        for path in sorted(out.rglob("*.html"))
        if static not in path.parents
    }
    scripts = [path.read_text(encoding="utf-8") for path in static.rglob("*.js")]
    bundles = Bundles(static, words(pages.values(), scripts))
    for path, page in pages.items():
        root = "../" * (len(path.relative_to(out).parts) - 1)
        if (light := lightened(page, root, bundles)) != page:
            path.write_text(light, encoding="utf-8")


def setup(app: Sphinx) -> None:
    """Register the pass; after the icons, whose rules it takes over."""
    app.connect("build-finished", write, priority=940)
