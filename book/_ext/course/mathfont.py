"""The font of the formulas: STIX Two Math, cut down to the characters that pages have.

It knows how tall a bracket grows and where an index sits (its table MATH); a browser reads that from the font.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import GlyphCoordinates
from sphinx.errors import ConfigError

# Browsers show a letter that stands alone as its italic form, which is a character of its own.
_ITALIC = (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("Α", "Ω", 0x1D6E2), ("α", "ω", 0x1D6FC))
_APART = {"h": "ℎ", "∂": "𝜕", "ϵ": "𝜖", "ϑ": "𝜗", "ϰ": "𝜘", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛"}
_LICENCE = [0, 13, 14]  # whose it is, and that it may be changed and passed on
_RADICAL, _PRIMES = 0x221A, (0x2032, 0x2033, 0x2034)


def package(name: str) -> Path:
    """Return the folder of a package that we take files from."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ConfigError(f"{name} is missing: pip install -r requirements.txt brings it.")
    return Path(spec.origin).parent


def _italic(character: str) -> str:
    for first, last, start in _ITALIC:
        if first <= character <= last:
            return _APART.get(character, chr(start + ord(character) - ord(first)))
    return _APART.get(character, character)


def _primes(font: Any) -> None:
    """Let a prime be the one that is drawn for an index; browsers do not ask for it."""
    lookups = font["GSUB"].table.LookupList.Lookup
    features = [
        one.Feature for one in font["GSUB"].table.FeatureList.FeatureRecord if one.FeatureTag == "ssty"
    ]
    names = font.getBestCmap()
    for table in (sub for index in features[0].LookupListIndex for sub in lookups[index].SubTable):
        forms = getattr(table, "ExtSubTable", table).alternates
        for cmap in font["cmap"].tables:
            cmap.cmap.update(
                {at: forms[names[at]][0] for at in _PRIMES if at in cmap.cmap and names[at] in forms}
            )


def _radicals(font: Any) -> None:
    """Make all roots as wide as the smallest: browsers keep the room of the widest beside each."""
    name = font.getBestCmap()[_RADICAL]
    variants = font["MATH"].table.MathVariants
    grows = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(name)]
    width = font["hmtx"][name][0]
    for other in {
        *(one.VariantGlyph for one in grows.MathGlyphVariantRecord),
        *(part.glyph for part in grows.GlyphAssembly.PartRecords),
    }:
        glyph, (wide, _) = font["glyf"][other], font["hmtx"][other]
        glyph.coordinates = GlyphCoordinates([(round(x * width / wide), y) for x, y in glyph.coordinates])
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][other] = (width, glyph.xMin)


def font_for(characters: Iterable[str]) -> bytes:
    """Return the font with these characters, their italic forms and what they grow to, in the format WOFF.

    Raises:
        LookupError: If the font has none of a character.
    """
    # Not stamped with the time: a build gives the same bytes as the one before.
    font = TTFont(package("ziamath") / "fonts" / "STIXTwoMath-Regular.ttf", recalcTimestamp=False)
    wanted = {ord(form) for one in characters for form in (one, _italic(one)) if not one.isspace()} | {
        _RADICAL
    }
    if missing := sorted(chr(code) for code in wanted - font.getBestCmap().keys()):
        raise LookupError(f"The font of the formulas has no {' '.join(missing)}: use another sign.")
    _primes(font)
    _radicals(font)
    font["MATH"].table.MathGlyphInfo.MathKernInfo = None
    for table in ("GPOS", "GSUB", "GDEF", "DSIG", "gasp"):
        del font[table]
    cutter = subset.Subsetter(
        subset.Options(name_IDs=_LICENCE, notdef_outline=True, hinting=False, glyph_names=False)
    )
    cutter.populate(unicodes=wanted | {0x20, 0xA0})
    cutter.subset(font)
    font.flavor = "woff"
    out = io.BytesIO()
    font.save(out)
    return out.getvalue()
