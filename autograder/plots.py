"""Small plots as SVG that stands in a page: numbers and our own words only, so that nothing needs escaping twice."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

BINS = 10
_WIDTH, _HEIGHT, _MARGIN, _AXIS = 420, 150, 30, 34


def histogram(values: Sequence[float], most: float, what: str) -> Markup:
    """Return a histogram of marks.

    Args:
        values: One a submission, from 0 to `most`.
        most: The right end of the axis; 0 draws all in one bar.
        what: What the picture shows, for those who cannot see it.
    """
    counts = binned(values, most)
    top = max([*counts, 1])
    step = (_WIDTH - 2 * _MARGIN) / len(counts)
    parts = []
    for place, count in enumerate(counts):
        height = (_HEIGHT - _AXIS - 18) * count / top
        x, y = _MARGIN + place * step, _HEIGHT - _AXIS - height
        parts.append(f'<rect x="{x + 1:.1f}" y="{y:.1f}" width="{step - 2:.1f}" height="{height:.1f}"/>')
        if count:
            parts.append(_label(x + step / 2, y - 4, str(count)))
    base = _HEIGHT - _AXIS
    parts.append(f'<line x1="{_MARGIN}" x2="{_WIDTH - _MARGIN}" y1="{base}" y2="{base}"/>')
    parts += [
        _label(_MARGIN + share * (_WIDTH - 2 * _MARGIN), base + 14, f"{share * most:g}")
        for share in (0.0, 0.5, 1.0)
    ]
    parts.append(_label(_WIDTH / 2, _HEIGHT - 4, "points"))
    return _svg("histogram", _WIDTH, _HEIGHT, what, "".join(parts))


def binned(values: Sequence[float], most: float) -> list[int]:
    """Return how many values each of the bins holds; full marks are in the last.

    >>> binned([0, 1, 9.5, 10], most=10)
    [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    """
    if most <= 0:
        return [len(values)]
    counts = [0] * BINS
    for value in values:
        # A hair more, so that 0.3 of 1 is not in the bin of 0.2 for its rounding.
        counts[min(BINS - 1, max(0, int(BINS * value / most + 1e-9)))] += 1
    return counts


def bar(share: float) -> Markup:
    """Return a small bar from 0 to `share`, out of 1."""
    width = 60 * min(1.0, max(0.0, share))
    return _svg(
        "bar",
        60,
        8,
        "",
        f'<rect class="ground" width="60" height="8"/><rect width="{width:.1f}" height="8"/>',
    )


def two_sided_bar(value: float) -> Markup:
    """Return a small bar from 0 in the middle to `value`, from -1 at the left to 1 at the right."""
    width = 30 * min(1.0, abs(value))
    start, name = (30 - width, "against") if value < 0 else (30.0, "along")
    return _svg(
        "bar",
        60,
        8,
        "",
        f'<rect class="ground" width="60" height="8"/>'
        f'<rect class="{name}" x="{start:.1f}" width="{width:.1f}" height="8"/>'
        f'<line x1="30" x2="30" y1="0" y2="8"/>',
    )


def _label(x: float, y: float, text: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="middle">{escape(text)}</text>'


def _svg(name: str, width: int, height: int, what: str, inside: str) -> Markup:
    described = f'role="img" aria-label="{escape(what)}"' if what else 'aria-hidden="true"'
    return Markup(
        f'<svg class="{name}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" {described}>'
        f"{inside}</svg>"
    )
