"""Formulas are MathML that means what their TeX says, in a font that has all of their signs."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable
from contextlib import closing
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest
from course.formulas import FONT, FormulaError, mathml, sources
from course.mathfont import font_for
from fontTools.ttLib import TTFont

from tests.site import built
from tests.site.conftest import Visit


def told(tex: str, *, display: bool = False) -> str:
    """Return what a formula says in one line: `kind(part part)`, and the signs with the space around them."""

    def line(part: ElementTree.Element) -> str:
        text = part.text or ""
        if part.tag == "mo":
            return f"{part.get('lspace', '0')}{text}{part.get('rspace', '0')}".replace("em", "").strip()
        inner = " ".join(map(line, part))
        return text if part.tag in ("mi", "mn", "mtext") else f"{part.tag[1:]}({inner})"

    return line(ElementTree.fromstring(mathml(tex, display=display)))


@pytest.mark.parametrize(
    ("tex", "means"),
    [
        (r"\sigma_w^2 \approx a_{\ell-1}", "ath(subsup(σ w 2) .278≈.278 sub(a row(ℓ 0−0 1)))"),
        ("-a + b", "ath(0−0 a .222+.222 b)"),  # a sign before, and between
        (r"\operatorname{Var}(w)\ln x", "ath(Var 0(0 w 0).167 ln 0\u2061.167 x)"),
        (r"\tfrac12 \sqrt{\dfrac{a}{b}}", "ath(frac(1 2) sqrt(frac(a b)))"),
        (r"\hat x \overline{xy}", "ath(over(x 0ˆ0) over(row(x y) 0‾0))"),
        (r"\lVert g \rVert_2 \mid f'(x)", "ath(0‖0 g sub(0‖0 2) .278∣.278 sup(f 0′0) 0(0 x 0)0)"),
        (r"\mathcal{N}(0, \mathbf{1}) \in \mathbb{R}", "ath(𝒩 0(0 0 0,.167 𝟏 0)0 .278∈.278 ℝ)"),
        (r"\max_i a", "ath(under(0max.167 i) a)"),
        (r"\text{if } n_\text{in}", "ath(if\u00a0 sub(n in))"),
        (
            r"\begin{cases} 1 & x > 0 \\ \alpha \end{cases}",
            "ath(row(0{0 table(tr(td(1) td(x .278>.278 0)) tr(td(α)))))",
        ),
    ],
)
def test_a_formula_means_what_its_tex_says(tex: str, means: str):
    assert told(tex) == means


def test_sizes_limits_and_fences_are_said():
    assert mathml(r"\bigl( x \Bigr)").count("minsize") == 2
    assert 'stretchy="false">(<' in mathml("(x)") and "stretchy" not in mathml(r"\left( x \right)")
    assert '<munderover displaystyle="true"><mo' in mathml(r"\displaystyle\sum_i^n")
    assert '<mfrac displaystyle="false">' in mathml(r"\tfrac12", display=True)
    assert 'linethickness="0"' in mathml(r"\binom nk")
    assert 'columnalign="right left"' in mathml(r"\begin{aligned} a &= b \\ c &= d \end{aligned}")


def test_a_formula_keeps_its_source():
    assert sources(mathml("a < b \n & c".replace("&", r"\&"))) == [r"a < b \& c"]


@pytest.mark.parametrize(
    ("tex", "why"),
    [
        (r"\foo", r"Undefined control sequence \\foo, in the formula \\foo"),
        (r"\frac{a", "Missing close brace"),
        (r"x^2^3", "Double exponent"),
        (r"\mathcal{N}_{\mathcal{1}}", "The letter 1 has no form in the alphabet script"),
        (r"\color{red} x", "Undefined control sequence"),
    ],
)
def test_wrong_tex_is_an_error_that_names_it(tex: str, why: str):
    with pytest.raises(FormulaError, match=why):
        mathml(tex)


def test_wrong_tex_stops_a_strict_build_at_its_line(tmp_path: Path):
    from io import StringIO

    from sphinx.application import Sphinx
    from sphinx.util.docutils import docutils_namespace, patch_docutils

    (tmp_path / "index.md").write_text("# T\n\nHere $\\foo$ stands.\n", encoding="utf-8")
    options = {
        "extensions": ["myst_parser", "course.formulas"],
        "myst_enable_extensions": ["dollarmath"],
        "html_math_renderer": "mathml",
    }
    warnings = StringIO()
    with patch_docutils(), docutils_namespace():
        out = str(tmp_path / "out")
        Sphinx(
            str(tmp_path), None, out, out, "html", confoverrides=options, status=None, warning=warnings
        ).build()

    assert re.search(r"index\.md:3: WARNING: Undefined control sequence \\foo", warnings.getvalue())


def test_every_page_has_its_formulas_as_mathml(site: Path):
    for name in (
        *built.pages(site),
        *(f"assignments/{path.name}" for path in (site / "assignments").glob("*.html")),
    ):
        page = (site / name).read_text(encoding="utf-8")

        assert (
            page.count('class="math notranslate nohighlight"') == page.count("<math ") == len(sources(page))
        ), name
        assert not re.search(r"\\[(\[]", re.sub(r"(?s)<(script|pre|code)\b.*?</\1>", "", page)), name
        assert ('rel: "preload", href: "../_static/math.woff"' in page) == ("<math " in page), name
    for slug in built.chapters():
        assert (site / f"book/{slug}.html").read_text(encoding="utf-8").count("<math ") > 30, slug


def test_the_font_has_every_sign_of_every_formula(site: Path):
    font = TTFont(site / "_static" / FONT)
    signs = {
        sign
        for path in site.rglob("*.html")
        for text in re.findall(r"(?s)<math\b.*?</math>", path.read_text(encoding="utf-8"))
        for sign in unescape(re.sub(r"<[^>]*>", "", text))
    }

    assert {sign for sign in signs if not sign.isspace()} <= set(map(chr, font.getBestCmap()))
    assert {"𝑥", "ℎ", "𝜎", "√"} <= set(map(chr, font.getBestCmap()))  # how x, h and σ are shown
    assert "MATH" in font and "Open Font License" in font["name"].getDebugName(13)
    assert (site / "_static" / FONT).stat().st_size < 40_000


def test_a_sign_that_the_font_lacks_is_an_error():
    with pytest.raises(LookupError, match="no 梯: use another sign"):
        font_for("x梯")


def test_the_font_is_the_same_whenever_it_is_made(monkeypatch):
    first = font_for("x")
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)

    assert font_for("x") == first


def test_brackets_of_the_font_grow_and_roots_are_of_one_width():
    font = TTFont(io.BytesIO(font_for("(√")))
    variants = font["MATH"].table.MathVariants
    names, grows = variants.VertGlyphCoverage.glyphs, variants.VertGlyphConstruction
    sizes = {
        name: [one.VariantGlyph for one in how.MathGlyphVariantRecord]
        for name, how in zip(names, grows, strict=True)
    }
    glyphs = font.getBestCmap()

    assert len(sizes[glyphs[ord("(")]]) > 5
    assert len({font["hmtx"][name][0] for name in sizes[glyphs[0x221A]]}) == 1


@pytest.mark.browser
def test_formulas_stand_without_scripts_in_their_font_and_scroll_on_a_phone(visit: Callable[..., Visit]):
    with closing(visit("book/activations.html", width=390, javascript=False)) as seen:
        page = seen.page
        assert page.locator("article math").first.is_visible()
        wide = page.evaluate(
            """[...document.querySelectorAll('div.math')].filter((box) => box.scrollWidth > box.clientWidth + 1)
               .map((box) => [
                 box.getBoundingClientRect().right <= innerWidth, getComputedStyle(box).overflowX, box.tabIndex])"""
        )
        assert wide and all(one == [True, "auto", 0] for one in wide)  # and keys reach it
        starts = page.evaluate(
            """[...document.querySelectorAll('div.math')].map((box) =>
                 box.querySelector('math').getBoundingClientRect().left - box.getBoundingClientRect().left)"""
        )
        assert min(starts) >= 0  # a wide one shows its beginning
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        fonts = page.evaluate(
            "[...document.fonts].filter((one) => one.family.includes('Course Math')).map((one) => one.status)"
        )
        assert fonts == ["loaded"]
