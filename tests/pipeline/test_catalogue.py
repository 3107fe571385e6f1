"""The catalogue: every card in the page, links that hold anywhere, a site map only with an address."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from page_example import BuiltAssets
from page_reader import Page

from ispace.model.release import Card
from ispace.model.site import Site
from ispace.model.text import fold
from ispace.page import places
from ispace.pipeline import catalogue

GOLDEN = Path(__file__).parents[1] / "golden" / "fold.json"


def card(**changes: Any) -> Card:
    said: dict[str, Any] = {
        "title": {"vi": "Chùa cổ bên Núi Sam", "en": "The old pagoda"},
        "description": {"vi": "Một ngôi chùa."},
        "place": {"vi": "phường Vĩnh Tế", "en": "Vĩnh Tế Ward"},
        "former_place": {"vi": "phường Núi Sam, TP. Châu Đốc", "en": "Núi Sam Ward"},
        "former_until": dt.date(2025, 6, 30),
        "categories": ["heritage"],
        "scene_count": 4,
        "product_count": 0,
        "cover": "a/0123456789abcdef0123.jpg",
        "languages": ["vi", "en"],
        "search": "chua co ben nui sam",
    }
    return Card(**said | changes)


def pages(*cards: tuple[str, Card], public_url: str | None = None) -> dict[str, bytes]:
    return catalogue.render(cards, assets=BuiltAssets(), site=Site(public_url=public_url))


def test_there_is_a_page_for_each_language_and_every_card_is_in_both() -> None:
    made = pages(("chua-co", card()), ("lang-nghe", card(title={"vi": "Làng nghề"}, languages=["vi"])))
    assert list(made) == ["index.html", "en/index.html"]
    vietnamese, english = (Page(data) for data in made.values())
    assert {"chua-co/index.html", "lang-nghe/index.html"} <= set(vietnamese.addresses)
    assert {"../chua-co/en/index.html", "../lang-nghe/index.html"} <= set(english.addresses)
    assert not vietnamese.mismatched
    assert not english.mismatched
    assert "Làng nghề" in english.text
    assert "2 tours" in english.words
    assert "2 tour" in vietnamese.words


def test_a_card_names_its_place_as_today_and_as_before() -> None:
    made = pages(("chua-co", card()))
    assert "phường Vĩnh Tế (trước 7/2025: phường Núi Sam, TP. Châu Đốc)" in Page(made["index.html"]).words
    assert "Vĩnh Tế Ward (before July 2025: Núi Sam Ward)" in Page(made["en/index.html"]).words


def test_a_card_says_how_much_there_is_to_see() -> None:
    words = Page(pages(("x", card(scene_count=1, product_count=3)))["en/index.html"]).words
    assert "1 scene · 3 OCOP products" in words


def test_chips_are_links_to_marks_in_the_page() -> None:
    read = Page(pages(("x", card()), ("y", card(categories=["ocop"])))["index.html"])
    ids = {a.get("id") for _, a in read.elements}
    chips = [a["href"] for a in read.all("a") if a.get("class") == "chip"]
    assert chips == ["#loai_all", "#loai_heritage", "#loai_ocop"]
    assert {href[1:] for href in chips} <= ids


def test_nothing_inline_and_nothing_from_elsewhere() -> None:
    read = Page(pages(("x", card()))["index.html"])
    assert not read.all("style")
    assert not any(name == "style" or name.startswith("on") for _, a in read.elements for name in a)
    assert [text for _, text in read.blocks if text.strip()] == []
    assert not [url for url in read.addresses if ":" in url or url.startswith("/")]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\" onmouseover=alert(1) x='", "</h3>{{ 1 }}"])
def test_no_text_becomes_markup(text: str) -> None:
    hostile = card(title={"vi": text}, place={"vi": text}, former_place={"vi": text}, search=text)
    read = Page(pages(("x", hostile))["index.html"])
    assert text in read.words
    assert not read.mismatched
    assert len(read.all("script")) == 1
    assert not any(name.startswith("on") for _, a in read.elements for name in a)


def test_an_empty_catalogue_says_so_and_has_nothing_to_search() -> None:
    read = Page(pages()["index.html"])
    assert "Chưa có tour nào được công bố" in read.words
    assert not read.all("form")


def test_a_wide_view_is_preferred_for_the_head_of_the_page() -> None:
    wide = "a/fedcba9876543210fedc.jpg"
    read = Page(pages(("x", card()), ("y", card(outlook=wide)))["index.html"])
    assert read.all("img")[0]["src"] == wide


def test_a_site_map_needs_an_address_and_lists_every_page_with_its_languages() -> None:
    assert "sitemap.xml" not in pages(("x", card()))
    made = pages(("x", card()), ("y", card(languages=["vi"])), public_url="https://a.example/&/")
    root = ElementTree.fromstring(made["sitemap.xml"])
    space = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    found = [e.text for e in root.findall("s:url/s:loc", space)]
    assert found == [
        f"https://a.example/&/{key}"
        for key in ("index.html", "en/index.html", "x/index.html", "x/en/index.html", "y/index.html")
    ]
    assert [len(u.findall("x:link", space)) for u in root.findall("s:url", space)] == [2, 2, 2, 2, 0]


def test_a_card_takes_all_names_that_ended_on_one_day() -> None:
    from page_example import composed

    tour, _ = composed()
    today, former, until = places.card_names(tour.places[0], tour.languages, dt.date(2026, 1, 31))
    assert today["en"] == "Vĩnh Tế Ward"
    assert former["vi"] == "phường Núi Sam, TP. Châu Đốc"
    assert until == dt.date(2025, 6, 30)


@pytest.mark.parametrize(("text", "folded"), json.loads(GOLDEN.read_text("utf-8")))
def test_search_folds_as_the_golden_cases_say(text: str, folded: str) -> None:
    assert fold(text) == folded
