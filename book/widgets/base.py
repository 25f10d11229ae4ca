r"""What every interactive figure of the book shares.

A chapter's interactive figure is a class in `book/widgets/<slug>.py` and a script `book/widgets/<slug>.js`
beside it. Python carries the state in traits::

    from __future__ import annotations

    import traitlets

    from widgets.base import CourseWidget

    class Powers(CourseWidget):
        \"\"\"The product of `depth` equal factors.\"\"\"

        alt = "A slider for the factor and one for the depth; a curve shows the product after each layer."
        factor = traitlets.Float(0.99).tag(sync=True)
        depth = traitlets.Int(100).tag(sync=True)

and the script draws, with the functions of `plot.js`, which stands before it::

    function render({ model, el }) {
      const figure = course.figure(el, { title: "Product of equal factors" });
      course.slider(figure, model, "factor", { label: "factor", min: 0.8, max: 1.2, step: 0.01 });
      const plot = course.plot(figure, { x: { label: "layer" }, y: { label: "product", scale: "log" } });
      return course.watch(model, ["factor"], () => { plot.draw([…]); figure.say("After 100 layers …"); });
    }
    export default { render };

In the chapter (notebooks run in the folder `book/`, which is therefore on the path)::

    ```{code-cell} ipython3
    :tags: [remove-input]
    from figures import chain_rule as figures
    from widgets.chain_rule import Powers

    Powers(fallback=figures.powers())
    ```

What `plot.js` offers (it is sent with every page that has a widget, so its manual stands here)::

    course.figure(el, {title, description})      the frame: {controls, canvas, say(text)}; say() is read aloud
    course.slider(figure, model, trait, {label, min, max, step, format} or {label, values, format})
    course.select(figure, model, trait, {label, options: [[value, text], …]})
    course.toggle(figure, model, trait, {label})  a button that is pressed or not, for a boolean trait
    course.buttons(figure, model, [{label, set: {trait: value, …}}, …])  examples to start from
    course.plot(figure, {x, y, height})           an axis: {label, min, max, scale: "linear" | "log", ticks}
      .draw(series, {x, y})   a series: {kind, label, color: 1 … 5 | "ink" | "muted", dash, thin} and
         kind "line" | "points" | "bars" {x, y},  "band" {x, low, high},  "rule" {x} or {y}
      An axis without min or max takes them from the series; on a log axis numbers ≤ 0 break the line.
      Points, bars and bands without a colour take that of the line before them.
    course.watch(model, traits, draw)             draws soon and at each change; gives what render() is to return
    course.number(x)                              a number as people write it: 0.366, 2.66×10⁻⁵

The same class works in JupyterLab with a kernel and on the static page without one. `fallback`, a figure of
`figures.style.show`, and `alt` are what a reader without JavaScript gets.
"""

from __future__ import annotations

import html
import inspect
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import traitlets
from figures.style import StaticFigure

_HERE = Path(__file__).parent


def _read(*paths: Path) -> str:
    """Return the files' text, joined."""
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


class CourseWidget(anywidget.AnyWidget):  # type: ignore[misc]  # ipywidgets carries no types
    """An interactive figure, drawn by `plot.js` and the script that stands beside the subclass.

    Args:
        fallback: The static figure for a reader without JavaScript.
        traits: First values of the subclass's traits.
    """

    #: What the figure shows and what the reader can move, in a sentence or two.
    alt: ClassVar[str] = ""
    #: Further scripts in this folder that the figure's own needs; they stand before it.
    scripts: ClassVar[tuple[str, ...]] = ()
    description = traitlets.Unicode("").tag(sync=True)

    def __init_subclass__(cls, **options: Any) -> None:
        if len(cls.alt.split()) < 3:
            raise TypeError(f"{cls.__name__}.alt must say what the figure shows.")
        # traitlets makes a further subclass for each instance; that one inherits everything.
        if "alt" in cls.__dict__:
            script = Path(inspect.getfile(cls)).with_suffix(".js")
            cls._esm = _read(_HERE / "plot.js", *(_HERE / name for name in cls.scripts), script)
            cls._css = _read(_HERE / "plot.css")
        super().__init_subclass__(**options)

    def __init__(self, *, fallback: StaticFigure | None = None, **traits: Any) -> None:
        self._fallback = fallback
        super().__init__(description=self.alt, **traits)

    def _repr_mimebundle_(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Add to the live view what a page shows where the live view cannot start."""
        data, metadata = super()._repr_mimebundle_(**options)
        figure = self._fallback._repr_html_() if self._fallback else ""
        data["text/html"] = f'{figure}<p class="widget-alt">{html.escape(self.alt)}</p>'
        return data, metadata
