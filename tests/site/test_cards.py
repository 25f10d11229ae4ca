"""The pictures that stand beside a link to a page."""

from __future__ import annotations

from pathlib import Path

from course import cards, metadata
from PIL import Image

BASE = "https://example.org/course/"


def test_a_card_has_the_size_that_is_told_and_shows_title_and_curves(tmp_path: Path):
    target = tmp_path / cards.name("book/he")
    cards.draw("He initialisation: $what$ ReLU changes", "The course", target)
    card = Image.open(target).convert("RGB")
    colours = {colour for _, colour in card.getcolors(maxcolors=100_000) or []}

    assert card.size == cards.SIZE
    assert {(255, 255, 255), *(tuple(bytes.fromhex(colour[1:])) for _, colour in cards._FACTORS)} <= colours


def test_a_long_title_stays_above_the_curves(tmp_path: Path):
    for words in (8, 80):
        target = tmp_path / f"{words}.png"
        cards.draw("gradient " * words, "The course", target)
        picture = Image.open(target).convert("L")
        band = picture.crop((0, 290, cards.SIZE[0], 310))  # between the third line and the first curve

        assert band.getextrema()[0] == band.getextrema()[1], words


def test_a_page_names_its_card_in_full():
    card = cards.described(BASE, "book/he", 'He "quoted"')
    text = metadata.tags("He", "Text", "The course", f"{BASE}book/he.html", card)

    assert f'<meta property="og:image" content="{BASE}_static/cards/book-he.png" />' in text
    assert 'content="summary_large_image"' in text and "He &quot;quoted&quot;" in text


def test_the_site_has_cards_only_when_it_has_an_address(site: Path):
    page = (site / "book" / "he.html").read_text(encoding="utf-8")
    card = site / cards.name("book/he")

    assert ("og:image" in page) == card.is_file() == ("og:url" in page)
