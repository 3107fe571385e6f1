"""The published pages: complete without a script, strict, and harmless whatever a document says."""

from __future__ import annotations

import itertools
import posixpath
import re
from typing import Any

import pytest
from page_example import RELEASE, TODAY, BuiltAssets, composed, raw_tour
from page_reader import Page

from ispace.errors import KeyInvalidError
from ispace.model import prose
from ispace.model.site import Site
from ispace.model.skin import Skin
from ispace.page.links import Links, telephone, web_address
from ispace.pipeline import render

ADDRESS = "https://tour.example.org/ag/"


def pages(raw: dict[str, Any] | None = None, *, public_url: str | None = None, **changes: Any) -> dict[str, Page]:
    tour, document = composed(raw)
    made = render.render(
        tour,
        document | changes,
        release=RELEASE,
        assets=BuiltAssets(),
        site=Site(public_url=public_url),
        today=TODAY,
    )
    return {key: Page(data) for key, data in made.items()}


def page(raw: dict[str, Any] | None = None, lang: str = "vi", **more: Any) -> Page:
    return pages(raw, **more)["chua-co/index.html" if lang == "vi" else f"chua-co/{lang}/index.html"]


def test_each_language_has_a_page_and_the_first_one_is_the_pointer() -> None:
    made = pages()
    assert list(made) == ["chua-co/index.html", "chua-co/en/index.html"]
    assert [p.all("html")[0]["lang"] for p in made.values()] == ["vi", "en"]
    assert {p.all("html")[0]["data-release"] for p in made.values()} == {RELEASE}


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_elements_are_closed_in_the_order_in_which_they_were_opened(lang: str) -> None:
    read = page(lang=lang)
    assert not read.mismatched
    assert not read.open


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_ids_are_unique_and_every_inner_link_has_its_goal(lang: str) -> None:
    read = page(lang=lang)
    ids = [a["id"] for _, a in read.elements if "id" in a]
    assert len(ids) == len(set(ids))
    goals = {a["href"][1:] for a in read.all("a") if a["href"].startswith("#") and a.get("class") != "look"}
    assert goals <= set(ids)
    for _, attributes in read.elements:
        for reference in attributes.get("aria-labelledby", "").split():
            assert reference in ids


def test_the_policy_forbids_what_is_inline_and_the_page_has_nothing_inline() -> None:
    read = page()
    assert next(a for a in read.all("meta") if "http-equiv" in a)["content"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert not read.all("style")
    assert not any(name == "style" or name.startswith("on") for _, a in read.elements for name in a)
    for attributes, text in read.blocks:
        assert "src" in attributes or attributes["type"] in {"application/json", "application/ld+json"}
        assert not ("src" in attributes and text.strip())


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_page_loads_only_relative_addresses_below_the_store(lang: str) -> None:
    read = page(lang=lang)
    folder = "chua-co" if lang == "vi" else "chua-co/en"
    loaded = [a.get("src") for tag, a in read.elements if tag in {"img", "script", "audio", "video", "track"}]
    loaded += [part.split()[0] for tag in ("img", "source") for a in read.all(tag) for part in _set(a)]
    loaded += [a["href"] for a in read.all("link") if a["rel"] == "stylesheet"]
    keys = [posixpath.normpath(posixpath.join(folder, url)) for url in loaded if url]
    assert len(keys) > 15
    assert all(re.fullmatch(r"a/[0-9a-f]{20}\.\w+", key) for key in keys), keys


def _set(attributes: dict[str, str]) -> list[str]:
    return [part for part in attributes.get("srcset", "").split(", ") if part]


def test_the_stage_names_the_tour_document_and_shows_the_first_view() -> None:
    read = page()
    stage = next(a for a in read.all("section") if a.get("id") == "stage")
    assert stage["data-tour"] == f"../r/chua-co/{RELEASE}/tour.json"
    assert read.all("source")[0]["media"] == "(orientation: portrait)"
    poster = read.all("img")[0]
    assert poster["alt"] == "Cổng ba lối"
    assert poster["fetchpriority"] == "high"


def test_first_views_are_webp_and_jpeg_where_a_browser_reads_no_webp() -> None:
    named = posixpath.basename
    read = page()
    sources = {named(part.split()[0]): a.get("type") for a in read.all("source") for part in _set(a)}
    pictures = {named(a["src"]) for a in read.all("img")}
    for scene in composed()[1]["scenes"]:
        assert sources[named(scene["poster"]["landscape"]["url"])] == "image/webp"
        assert named(scene["share"]["url"]) in pictures
        assert not pictures & {named(poster["url"]) for poster in scene["poster"].values()}


def test_headings_start_with_one_title_and_skip_no_level() -> None:
    levels = [int(tag[1]) for tag, _ in page().elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_everything_a_visitor_can_open_is_in_the_text() -> None:
    read = page()
    words = read.words
    for expected in (
        "Cổng tam quan", "Sân chùa", "Bảng hiệu", "Đoạn một.", "Đoạn hai.", "Boong.", "Đọc thêm", "Núi Sam.",
        "Phim lễ hội", "Lễ hội đầu năm.", "Tiếng chuông", "Chỉ đường tới đây",
        "Mắm thái", "OCOP 4 sao", "Cơ sở Bà Tư", "000/QĐ-UBND", "15/03/2025", "đến 15/03/2028", "Dữ liệu mẫu",
    ):  # fmt: skip
        assert expected in words
    assert "tel:+842960000000" in read.addresses
    assert next(a for a in read.all("a") if "example.org/x" in a["href"])["rel"] == "noopener external"
    assert [a["href"] for a in read.all("a") if a.get("class") == "chip chip-way"] == ["#san", "#cong"]
    assert read.all("track")[0]["srclang"] == "vi"
    assert {"audio", "video"} <= {tag for tag, _ in read.elements}
    assert all(film["poster"].endswith(".jpg") for film in read.all("video"))
    way = next(a for a in read.all("a") if "maps.example.org" in a["href"])
    assert (way["href"], way["rel"]) == ("https://maps.example.org/?to=10.6815,105.0806", "noopener external")
    # Every hotspot can be looked at in the picture: the layer at the middle of its corners.
    looks = [a["href"] for a in read.all("a") if a.get("class") == "look"]
    assert "#cong/80.0/2.5/90" in looks


def test_what_is_told_in_a_scene_can_be_heard_and_read_and_another_language_is_named() -> None:
    for lang, label in (("vi", "Thuyết minh: Cổng tam quan"), ("en", "Narration (Tiếng Việt): The gate")):
        read = page(lang=lang)
        (player,) = [a for a in read.all("audio") if a["aria-label"] == label]
        assert "controls" in player
        assert "Mời bước qua cổng." in read.words
        assert label.split(":")[0] in read.words


def test_pictures_have_alternative_texts_and_sizes() -> None:
    for picture in page().all("img"):
        assert "alt" in picture
        assert picture["width"]
        assert picture["height"]


def test_a_place_is_named_as_today_and_as_before() -> None:
    words = page().words
    assert "phường Vĩnh Tế" in words
    assert "Trước 7/2025 phường Núi Sam, TP. Châu Đốc" in words
    assert "Before July 2025 Núi Sam Ward, TP. Châu Đốc" in page(lang="en").words


def test_a_scene_elsewhere_says_where_with_the_former_names() -> None:
    raw = raw_tour()
    raw["scenes"][1]["place"] = "nui-sam"
    raw["place"] = None
    assert "phường Vĩnh Tế (trước 7/2025: phường Núi Sam, TP. Châu Đốc)" in page(raw).words


def test_the_footer_says_who_answers_for_the_page() -> None:
    words = page().words
    for expected in (
        "Sở Văn hóa", "Ủy ban nhân dân tỉnh", "Rạch Giá", "0296 000 0000", "lienhe@example.org",
        "Người chịu trách nhiệm mẫu", "Số 000/GP", "Nguồn mẫu", "CC BY 4.0", "31/01/2026",
    ):  # fmt: skip
        assert expected in words


def test_a_page_without_agency_products_or_places_is_whole() -> None:
    raw = raw_tour()
    for name in ("agency", "licence", "place", "categories", "places", "products", "media"):
        del raw[name]
    raw["scenes"] = [raw["scenes"][1] | {"hotspots": []}]
    raw["start"] = "san"
    read = page(raw)
    assert not read.mismatched
    assert "Sân chùa" in read.words
    assert "None" not in read.words


# Languages


def test_a_text_in_another_language_says_which_one() -> None:
    read = page(lang="en")
    assert "Bảng hiệu" in read.words
    marked = [a["lang"] for tag, a in read.elements if tag in {"span", "p"} and "lang" in a]
    assert set(marked) == {"vi"}


def test_an_unknown_language_speaks_english_around_its_own_texts() -> None:
    raw = raw_tour()
    raw["languages"] = ["vi", "km"]
    raw["title"]["km"] = "វត្ត"
    read = page(raw, lang="km")
    assert read.all("html")[0]["lang"] == "km"
    assert "វត្ត" in read.words
    assert "About this place" in read.words
    assert "en" in {a.get("lang") for tag, a in read.elements if tag == "span"}


def test_a_language_written_from_the_right_says_so() -> None:
    raw = raw_tour()
    raw["languages"] = ["vi", "ar"]
    assert page(raw, lang="ar").all("html")[0]["dir"] == "rtl"


# Head


def test_share_tags_and_alternates_are_absolute_where_the_address_is_known() -> None:
    read = page(lang="en", public_url=ADDRESS)
    assert read.link("canonical")[0]["href"] == f"{ADDRESS}chua-co/en/index.html"
    assert {(a["hreflang"], a["href"]) for a in read.link("alternate") if "type" not in a} == {
        ("vi", f"{ADDRESS}chua-co/index.html"),
        ("en", f"{ADDRESS}chua-co/en/index.html"),
        ("x-default", f"{ADDRESS}chua-co/index.html"),
    }
    assert read.meta("og:title") == "The old pagoda"
    assert read.meta("og:type") == "website"
    assert read.meta("og:url") == f"{ADDRESS}chua-co/en/index.html"
    assert re.fullmatch(re.escape(ADDRESS) + r"a/[0-9a-f]{20}\.jpg", read.meta("og:image") or "")
    assert (read.meta("og:image:width"), read.meta("og:image:height")) == ("1200", "630")
    assert read.meta("og:image:alt")
    assert (read.meta("og:locale"), read.meta("og:locale:alternate")) == ("en_US", "vi_VN")
    assert read.meta("twitter:card") == "summary_large_image"


def test_without_an_address_nothing_claims_one() -> None:
    read = page()
    assert not read.link("canonical")
    assert read.meta("og:url") is None
    assert (read.meta("og:image") or "").startswith("../a/")


def test_schema_org_describes_page_place_and_products() -> None:
    graph = page(public_url=ADDRESS).block("application/ld+json")["@graph"]
    nodes = {node["@type"]: node for node in graph}
    assert nodes["WebPage"]["about"]["@id"] == nodes["TouristAttraction"]["@id"]
    assert nodes["TouristAttraction"]["geo"] == {"@type": "GeoCoordinates", "latitude": 10.68, "longitude": 105.08}
    assert nodes["TouristAttraction"]["address"]["addressLocality"] == "phường Vĩnh Tế"
    assert nodes["TouristAttraction"]["availableLanguage"] == ["vi", "en"]
    assert nodes["TouristAttraction"]["image"][0].startswith(f"{ADDRESS}a/")
    assert nodes["ImageObject"]["license"] == "https://creativecommons.org/licenses/by/4.0/"
    certification = nodes["Product"]["hasCertification"]
    assert certification["certificationIdentification"] == "000/QĐ-UBND"
    assert certification["certificationRating"] == {"@type": "Rating", "ratingValue": 4, "bestRating": 5}
    assert (certification["validFrom"], certification["expires"]) == ("2025-03-15", "2028-03-15")
    assert certification["certificationStatus"] == "https://schema.org/CertificationActive"
    assert "aggregateRating" not in nodes["Product"]


def test_a_recognition_that_ended_is_not_shown_as_valid() -> None:
    raw = raw_tour()
    raw["products"][0] |= {"issued_on": "2022-01-01"}
    read = page(raw)
    product = next(n for n in read.block("application/ld+json")["@graph"] if n["@type"] == "Product")
    assert product["hasCertification"]["certificationStatus"] == "https://schema.org/CertificationInactive"
    assert "đã hết ngày 01/01/2025" in read.words


def test_the_last_day_of_a_recognition_still_counts() -> None:
    raw = raw_tour()
    raw["products"][0] |= {"issued_on": "2024-01-31", "expires_on": TODAY.isoformat()}
    assert "đến 31/01/2026" in page(raw).words


def test_the_first_view_needs_only_the_start_scene() -> None:
    start = page().block("application/json")
    assert start["scene_count"] == 2
    assert [s["id"] for s in start["tour"]["scenes"]] == ["cong"]
    assert set(start["tour"]["media"]) == {"anh", "tieng", "phim"}
    assert start["tour"]["scenes"][0]["hotspots"][0]["title"]["vi"] == "Sân chùa"


# Hostile documents

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"' onmouseover=alert(1) x='",
    "<!--<script>",
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; &amp;",
    "\u202eđảo ngược\u202c",
    "]]>",
    "Ẵ" * 280,
)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    raw = raw_tour()

    def poison(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {k: v if k == "narration" else poison(v, k) for k, v in value.items()}
        if isinstance(value, list):
            return [poison(v, key) for v in value]
        return text if key in {"vi", "en", "credit", "decision"} and value and not _file(value) else value

    poisoned = poison(raw)
    poisoned["products"][0]["decision"] = text[:90]
    plain, read = page(raw_tour()), page(poisoned)
    # Texts may make more or fewer paragraphs, but no kind of element or attribute that was not there.
    assert _shapes(read) <= _shapes(plain)
    assert not read.mismatched
    assert read.block("application/ld+json")["@graph"]
    expected = " ".join(text.replace("\u202e", "").replace("\u202c", "").split())
    assert expected in read.words
    assert "\u202e" not in read.text


def _file(value: Any) -> bool:
    return isinstance(value, str) and value.endswith((".vtt", ".jpg", ".mp3", ".mp4"))


def _shapes(read: Page) -> set[tuple[str, ...]]:
    return {(tag, *sorted(attributes)) for tag, attributes in read.elements}


def test_ten_thousand_letters_are_kept_whole_and_cut_only_in_the_head() -> None:
    raw = raw_tour()
    raw["description"]["vi"] = "Ẵ" * 10_000
    read = page(raw)
    assert "Ẵ" * 10_000 in read.words
    assert len(read.meta("description") or "") <= 200


def test_an_address_that_is_no_web_address_is_no_link() -> None:
    tour, document = composed()
    document["scenes"][0]["hotspots"][2]["url"] = "javascript:alert(1)"
    document["products"]["mam-thai"]["links"][0]["url"] = "data:text/html,x"
    made = render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)
    for data in made.values():
        read = Page(data)
        icon = next(a["href"] for a in read.all("link") if a["rel"] == "icon")
        assert icon.startswith("data:image/svg+xml,")
        assert not [a for a in read.addresses if a.startswith(("javascript:", "data:")) and a != icon]


@pytest.mark.parametrize("url", ["https://evil.example/x.jpg", "//evil.example/x.jpg", "/x.jpg", "../../../../x.jpg"])
def test_a_picture_from_outside_the_store_stops_the_page(url: str) -> None:
    tour, document = composed()
    document["scenes"][0]["thumbnail"]["url"] = url
    with pytest.raises(KeyInvalidError):
        render.render(tour, document, release=RELEASE, assets=BuiltAssets(), site=Site(), today=TODAY)


# Parts


def test_links_are_rebased_from_the_document_to_the_page() -> None:
    links = Links("chua-co/en/index.html", f"r/chua-co/{RELEASE}/tour.json")
    assert links.of("../../../a/x.jpg") == "../../a/x.jpg"
    assert links.to("index.html") == "../../index.html"
    assert Links("index.html").to("a/x.jpg") == "a/x.jpg"


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:x", "//a.b", "https://", "ftp://a.b", "https://a b", None]
)
def test_only_http_and_https_are_web_addresses(url: object) -> None:
    assert web_address(url) is None


def test_a_telephone_link_has_digits_only() -> None:
    assert telephone("+84 (296) 000-0000") == "tel:+842960000000"


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Ngôi chùa ở TP. Châu Đốc nép dưới chân Núi Sam. Câu hai.", "Ngôi chùa ở TP. Châu Đốc nép dưới chân Núi Sam."),
        (
            "Ngắn. Nhưng câu này thì đủ dài để đứng dưới ảnh. Câu ba.",
            "Ngắn. Nhưng câu này thì đủ dài để đứng dưới ảnh.",
        ),
        ("Một câu không chấm\n\nĐoạn hai", "Một câu không chấm"),
        (
            "Chùa **cổ** nép dưới chân [Núi Sam](https://a.vn). Câu *hai* cũng nói về chùa.",
            "Chùa cổ nép dưới chân Núi Sam.",
        ),
        ("Chùa **cổ nép dưới chân Núi Sam. Câu hai** nữa.", "Chùa cổ nép dưới chân Núi Sam. Câu hai nữa."),
        ("", ""),
    ],
)
def test_the_sentence_below_the_picture_is_a_whole_one(text: str, first: str) -> None:
    found, rest = render.lead(text)
    assert found == first
    assert " ".join(f"{found} {prose.plain(rest)}".split()) == " ".join(prose.plain(text).split())


def test_an_accent_of_ones_own_is_a_style_sheet_named_by_content() -> None:
    assert render.skin_sheet(Skin()) == {}
    ((key, sheet),) = render.skin_sheet(Skin(accent="#8a3324")).items()
    assert re.fullmatch(r"a/[0-9a-f]{20}\.css", key)
    assert b"--leaf:#8a3324" in sheet
    raw = raw_tour() | {"skin": {"accent": "#8a3324"}}
    assert f"../{key}" in [a["href"] for a in page(raw).link("stylesheet")]


@pytest.mark.parametrize("kind", ["gone", "not-found", "error"])
def test_a_notice_speaks_both_languages_and_leads_to_the_catalogue(kind: Any) -> None:
    read = Page(render.notice(kind, root="../", assets=BuiltAssets(), site=Site()))
    assert not read.mismatched
    assert {"../index.html", "../en/index.html"} <= set(read.addresses)
    assert any(a.get("lang") == "en" for a in read.all("section"))


def test_pages_of_a_tour_that_was_taken_down_name_no_release() -> None:
    made = render.gone(["chua-co/index.html", "chua-co/en/index.html"], "<Chùa>", assets=BuiltAssets(), site=Site())
    for key, data in made.items():
        read = Page(data)
        assert read.all("html")[0]["data-release"] == "gone"
        assert "../" * key.count("/") + "index.html" in read.addresses
        assert "<Chùa>" in read.text
