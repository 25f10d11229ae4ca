"""Terms of the glossary in the text: the first mention on each page leads to its entry and carries what it means.

Nobody has to mark a term: the names are looked for in paragraphs, not in headings, links, code, formulas or choices.
terms.js shows meaning and Chinese name beside the word; without scripts it is an ordinary link.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from docutils import nodes
from pylatexenc.latex2text import LatexNodes2Text
from sphinx import addnodes
from sphinx.application import Sphinx

from course.elements import Element

_TEX = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
# A mention inside of these is something else, or is already a link.
_NOT_TEXT = (
    nodes.title, nodes.reference, nodes.literal, nodes.math, nodes.math_block, nodes.term, nodes.caption,
    nodes.raw, nodes.citation, nodes.thead, addnodes.download_reference,
)  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """A term of the glossary: the page and anchor where it stands, its names, and what it means."""

    page: str
    anchor: str
    term: str
    meaning: str

    @property
    def english(self) -> str:
        """Its English name."""
        return self.term.partition(" · ")[0]

    @property
    def chinese(self) -> str:
        """Its Chinese name."""
        return self.term.partition(" · ")[2]


def plain(tex: str) -> str:
    r"""Return a formula as text that can be read in a line.

    >>> plain(r"\\(\\sigma_w^2 = \\tfrac{1}{n}\\)".replace("\\\\", "\\"))
    'σ_w^2 = 1/n'
    """
    inner = re.sub(r"^\s*\\[(\[]|\\[)\]]\s*$", "", tex).replace(r"\displaystyle", "").replace(r"\|", "‖")
    inner = re.sub(r"\\operatorname\*?\{(\w+)\}|\\[td]?frac", lambda m: m[1] or r"\frac", inner)
    return " ".join(_TEX.latex_to_text(inner).split())


def _words(node: nodes.Node) -> str:
    if isinstance(node, nodes.math):
        return plain(node.astext())
    if isinstance(node, nodes.Text):
        return node.astext()
    return "".join(map(_words, node.children))


def entries(env: Any) -> list[Entry]:
    """Return the terms of all glossaries of the book."""
    pages = sorted({page for (kind, _), (page, _) in env.domains["std"].objects.items() if kind == "term"})
    return [entry for page in pages for entry in _entries(page, env.get_doctree(page))]


def _entries(page: str, doctree: nodes.document) -> Iterator[Entry]:
    for glossary in doctree.findall(addnodes.glossary):
        for item in glossary.findall(nodes.definition_list_item):
            term, meaning = (next(item.findall(kind)) for kind in (nodes.term, nodes.definition))
            # What follows the arrow is where to read more.
            words = " ".join(_words(meaning).partition("→")[0].split())
            yield Entry(page, term["ids"][0], " ".join(term.astext().split()), words)


def names(english: str) -> list[str]:
    """Return the names under which a term stands in a text.

    >>> names("long short-term memory (LSTM)")
    ['long short-term memory', 'LSTM']
    >>> names("Xavier (Glorot) initialisation")
    ['Xavier initialisation', 'Glorot initialisation']
    >>> names("fan-in, fan-out")
    ['fan-in', 'fan-out']
    """
    inner = re.fullmatch(r"(?P<before>.*?) ?\((?P<other>.*)\)(?P<after>.*)", english)
    if inner is None:
        return english.split(", ")
    before, other, after = inner["before"], inner["other"], inner["after"]
    return [before + after, other + after]


def pattern(names: list[str]) -> re.Pattern[str]:
    """Return what finds one of these names, in the singular or plural, in British or American spelling.

    >>> bool(pattern(["batch normalisation"]).search("Batch-normalization layers"))
    True
    """
    words = (re.escape(name).replace("isation", "i[sz]ation").replace(r"\ ", r"[\s-]") for name in names)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})s?(?![\w-])", re.IGNORECASE)


def _mentionable(text: nodes.Text) -> bool:
    node: nodes.Node | None = text.parent
    in_paragraph = False
    while node is not None:
        if isinstance(node, _NOT_TEXT) or node.get("nb_element"):
            return False
        if isinstance(node, Element) and node["tag"] in ("summary", "a", "label"):
            return False
        in_paragraph = in_paragraph or isinstance(node, nodes.paragraph)
        node = node.parent
    return in_paragraph


def _link(app: Sphinx, docname: str, entry: Entry, words: str) -> Element:
    address = f"{app.builder.get_relative_uri(docname, entry.page)}#{entry.anchor}"
    attributes = {"class": "term", "href": address, "data-zh": entry.chinese, "data-meaning": entry.meaning}
    return Element.of("a", attributes, nodes.Text(words))


def mention(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make a link of the first mention of each term on a page."""
    known = entries(app.env)
    if app.builder.format != "html" or docname in {entry.page for entry in known}:
        return
    # Longer names first, so that "layer normalisation" is not found as something shorter.
    wanted = [
        (pattern(names(entry.english)), entry) for entry in sorted(known, key=lambda e: -len(e.english))
    ]
    for text in [node for node in doctree.findall(nodes.Text) if _mentionable(node)]:
        waiting = [text]
        while waiting:
            part = waiting.pop()
            hit = next(((m, pair) for pair in wanted if (m := pair[0].search(part.astext()))), None)
            if hit is None:
                continue
            found, pair = hit
            wanted.remove(pair)
            whole = part.astext()
            before, after = nodes.Text(whole[: found.start()]), nodes.Text(whole[found.end() :])
            part.parent.replace(part, [before, _link(app, docname, pair[1], found[0]), after])
            waiting += [before, after]


def setup(app: Sphinx) -> None:
    """Register it."""
    app.add_js_file("terms.js", defer="defer")
    app.connect("doctree-resolved", mention)
