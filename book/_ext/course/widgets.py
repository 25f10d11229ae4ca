"""Beside each live widget stands what a page shows where the widget cannot start.

myst-nb keeps every form of an output until it knows the format that is written, and then chooses one. Here
the two forms of a widget, the live view and its HTML fall-back, are joined before the choice.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

from course.elements import Element

_VIEW = "application/vnd.jupyter.widget-view+json"


class KeepFallback(SphinxPostTransform):
    """Puts a widget's live view and its fall-back into one element."""

    # Before myst-nb's SelectMimeType, which has 4.
    default_priority = 3
    formats = ("html",)

    def run(self, **options: Any) -> None:
        """Join the forms of every widget on the page."""
        for bundle in list(self.document.findall(nodes.container)):
            if bundle.get("nb_element") != "mime_bundle":
                continue
            forms = {form["mime_type"]: form for form in bundle.children}
            if _VIEW in forms and "text/html" in forms:
                joined = _joined(forms[_VIEW], forms["text/html"])
                forms[_VIEW].clear()
                forms[_VIEW] += joined


def _joined(view: nodes.Element, fallback: nodes.Element) -> Element:
    still = Element.of("div", {"class": "widget-fallback"}, *fallback.children)
    return Element.of("div", {"class": "live-widget"}, *view.children, still)


def setup(app: Sphinx) -> None:
    """Register the transform."""
    app.add_post_transform(KeepFallback)
