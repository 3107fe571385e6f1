"""A language is added by adding a file: pages, catalogue, dates and numbers follow; a check says what it lacks."""

from __future__ import annotations

import datetime as dt
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import check_language
import pytest
from pipeline.page_example import RELEASE, TODAY, BuiltAssets, composed, raw_tour
from pipeline.page_reader import Page

from ispace import keys, language, templating
from ispace.model.release import Card
from ispace.model.site import Site
from ispace.pipeline import catalogue, render

SHIPPED = Path(str(language.folder()))
FORMS = {
    "name": "ភាសាខ្មែរ", "direction": "ltr", "locale": "km_KH", "date": "'ថ្ងៃទី' d MMMM yyyy", "month": "MMMM yyyy",
    "months": "មករា, កុម្ភៈ, មីនា, មេសា, ឧសភា, មិថុនា, កក្កដា, សីហា, កញ្ញា, តុលា, វិច្ឆិកា, ធ្នូ",
    "decimal": ",", "thousands": " ",
}  # fmt: skip


def khmer() -> dict[str, dict[str, str]]:
    """Return a file for visitors whose every sentence can be told from the Vietnamese one."""
    vietnamese = language.texts(language.DEFAULT)
    said = {name: {code: f"ខ្មែរ {text}" for code, text in vietnamese[name].items()} for name in ("page", "catalogue")}
    return {"language": dict(FORMS), **said}


def toml(texts: dict[str, dict[str, str]]) -> str:
    return "\n".join(
        f"[{section}]\n" + "".join(f"{code} = {json.dumps(text)}\n" for code, text in said.items())
        for section, said in texts.items()
    )


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Return a function that adds the file of a language to those of iSpace."""
    shutil.copytree(SHIPPED, tmp_path / "texts")

    def forget() -> None:
        language.texts.cache_clear()
        language.available.cache_clear()

    def added(code: str, texts: dict[str, dict[str, str]]) -> None:
        (tmp_path / "texts" / f"{code}.toml").write_text(toml(texts), "utf-8")
        monkeypatch.setattr(language, "folder", lambda: tmp_path / "texts")
        forget()

    yield added
    monkeypatch.undo()
    forget()


def page(lang: str, **changes: Any) -> Page:
    raw = raw_tour()
    raw |= {"languages": ["vi", lang], "title": raw["title"] | {lang: "វត្តបុរាណ"}} | changes
    tour, document = composed(raw)
    made = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)
    return Page(made[f"chua-co/{lang}/index.html"])


def test_a_file_is_all_it_takes_for_pages_in_a_language(add: Callable[..., None]) -> None:
    add("km", khmer())
    read = page("km")
    assert read.all("html")[0]["lang"] == "km"
    assert [a["content"] for a in read.all("meta") if a.get("property") == "og:locale"] == ["km_KH"]
    assert "ខ្មែរ Đến phần nội dung" in read.words
    assert "ភាសាខ្មែរ" in read.words
    assert "ថ្ងៃទី 15 មីនា 2025" in read.words
    assert "ខ្មែរ trước កក្កដា 2025" in read.words
    assert "../../km/index.html" in read.addresses


def test_a_language_that_has_a_file_has_a_catalogue_and_a_name_no_tour_may_take(add: Callable[..., None]) -> None:
    card = Card(
        title={"vi": "Chùa"}, description={"vi": "Chùa."}, place={}, former_place={}, categories=[], scene_count=1234,
        product_count=0, cover="a/0123456789abcdef0123.jpg", languages=["vi"], search="chua",
    )  # fmt: skip
    assert keys.is_slug("km")
    add("km", khmer())
    made = catalogue.render([("chua-co", card)], assets=BuiltAssets(), site=Site(public_url="https://a.example/"))
    assert [key for key in made if key.endswith(".html")] == ["index.html", "en/index.html", "km/index.html"]
    read = Page(made["km/index.html"])
    assert read.all("html")[0]["lang"] == "km"
    assert "ខ្មែរ 1 234 cảnh" in read.words
    for key in ("index.html", "en/index.html", "km/index.html"):
        shown = [a["hreflang"] for a in Page(made[key]).all("a") if a.get("hreflang")]
        assert {"vi", "en", "km"} <= set(shown)
    assert b'hreflang="km"' in made["sitemap.xml"]
    assert not keys.is_slug("km")


def test_what_a_language_lacks_is_said_in_vietnamese_and_marked_as_such(add: Callable[..., None]) -> None:
    texts = khmer()
    del texts["page"]["skip"]
    del texts["language"]["date"]
    add("km", texts)
    read = page("km")
    skip = next(i for i, (_, a) in enumerate(read.elements) if a.get("class") == "skip")
    assert read.elements[skip + 1] == ("span", {"lang": "vi"})
    assert "Đến phần nội dung" in read.words
    assert templating.date(dt.date(2025, 3, 15), "km") == "15/03/2025"


def test_a_language_written_from_the_right_is_known_by_its_file(add: Callable[..., None]) -> None:
    assert templating.direction("dv") == "ltr"
    add("dv", {"language": FORMS | {"direction": "rtl", "name": "ދިވެހި"}})
    assert templating.direction("dv") == "rtl"
    assert page("dv").all("html")[0]["dir"] == "rtl"


def test_a_region_speaks_from_the_file_of_its_language(add: Callable[..., None]) -> None:
    add("km", khmer())
    read = page("km-KH")
    assert "ខ្មែរ Đến phần nội dung" in read.words
    assert {"lang": "km"} not in [a for tag, a in read.elements if tag == "span"]


@pytest.mark.parametrize(
    ("pattern", "written"),
    [
        ("dd/MM/yyyy", "07/03/2025"),
        ("d.M.yyyy", "7.3.2025"),
        ("yyyy年M月d日", "2025年3月7日"),
        ("d 'de' MMMM", "7 de c"),
    ],
)
def test_a_date_follows_the_pattern_of_its_language(add: Callable[..., None], pattern: str, written: str) -> None:
    add("xx", {"language": FORMS | {"date": pattern, "months": "a, b, c, d, e, f, g, h, i, j, k, l"}})
    assert language.date(dt.date(2025, 3, 7), "xx") == written


def test_the_check_of_a_language_finds_nothing_in_a_file_for_visitors() -> None:
    assert check_language.faults(language.texts("vi"), khmer(), "km") == []


@pytest.mark.parametrize(
    ("section", "code", "text", "fault"),
    [
        ("page", "skip", None, "[page] skip: missing"),
        ("page", "skp", "x", "[page] skp: unknown"),
        ("page", "scene-of", "{number}", "[page] scene-of: {count} is lost"),
        ("page", "scene-count", "{count} {n}", "[page] scene-count: {n} is unknown"),
        ("language", "months", "a, b", "[language] months: twelve names with commas between them"),
        ("language", "direction", "left", "[language] direction: ltr or rtl"),
    ],
)
def test_the_check_of_a_language_names_each_fault(section: str, code: str, text: str | None, fault: str) -> None:
    texts = khmer()
    texts[section] = {k: v for k, v in texts[section].items() if k != code} | ({code: text} if text else {})
    assert check_language.faults(language.texts("vi"), texts, "km") == [fault]


def test_the_check_says_which_sections_visitors_would_miss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "km.toml").write_text(toml({"language": FORMS, "page": khmer()["page"]}), "utf-8")
    assert check_language.main(str(tmp_path / "km.toml")) == 1
    assert capsys.readouterr().out == "[catalogue]: missing\n"
    assert check_language.main("en") == 0
