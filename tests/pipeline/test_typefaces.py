"""Fonts beyond Latin: a page gets those that its letters need, with these letters and no others."""

from __future__ import annotations

import dataclasses
import datetime as dt
import html
import io
import re
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pipeline.four_languages import LANGUAGES, four_languages
from pipeline.page_example import RELEASE, TODAY, composed, raw_tour
from small_tour import SmallTour, age, all_of, broken, keys_needed

from ispace import assets, audit, collector, keys
from ispace.errors import AssetsMissingError
from ispace.imaging.isolate import PictureWorker
from ispace.model.site import Site
from ispace.page import fontcut, typefaces
from ispace.page.typefaces import CHINESE, KHMER, Cutter
from ispace.pipeline import render

NAMES = "ភាសាខ្មែរ中文"
"""What Khmer and Chinese call themselves, in the list of languages on every page of the tour."""


@pytest.fixture(scope="module")
def front() -> assets.Assets:
    try:
        assets.stock("index.json")
        return assets.load()
    except AssetsMissingError:
        pytest.skip("the front end is not built: node scripts/build_frontend.mjs")


def pages(raw: dict[str, Any], cutter: Cutter) -> dict[str, bytes]:
    """Return the pages of a tour by language."""
    tour, document = composed(raw)
    made = render.render(
        tour, document, release=RELEASE, assets=assets.load(), site=Site(), today=TODAY, typefaces=cutter
    )
    return {re.search(rb'<html lang="([^"]+)"', page)[1].decode(): page for page in made.values()}  # type: ignore[index]


@dataclasses.dataclass(frozen=True)
class Cut:
    """The pages of the tour in four languages, and the objects that were made for them."""

    pages: dict[str, bytes]
    objects: dict[str, bytes]

    def fonts(self, lang: str) -> dict[str, bytes]:
        """Return the fonts of a page by family."""
        sheets = keys.assets_in(self.pages[lang]) & self.objects.keys()
        faces = re.findall(r'font-family:"([^"]+)".*?url\(([^)]+)\)', "".join(self.objects[s].decode() for s in sheets))
        return {family: self.objects[f"a/{name}"] for family, name in faces}

    def letters(self, lang: str, typeface: typefaces.Typeface) -> set[str]:
        """Return those of a typeface's letters that a page shows."""
        text = html.unescape(re.sub(r"<script\b.*?</script>", "", self.pages[lang].decode(), flags=re.DOTALL))
        return {chr(letter) for letter in typeface.own({ord(c) for c in text})}


@pytest.fixture(scope="module")
def cut(front: assets.Assets) -> Cut:
    cutter = Cutter(front)
    return Cut(pages(four_languages(), cutter), cutter.objects)


def letters(font: bytes) -> set[str]:
    return {chr(letter) for letter in fontcut.letters_of(font)}


def test_a_page_in_latin_letters_has_no_font_beyond_those_of_all_pages(front: assets.Assets) -> None:
    cutter = Cutter(front)
    made = pages(raw_tour(), cutter)
    assert set(made) == {"vi", "en"}
    assert cutter.objects == {}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("typeface", [KHMER, CHINESE], ids=lambda t: t.language)
def test_every_letter_of_a_page_is_in_its_font(cut: Cut, lang: str, typeface: typefaces.Typeface) -> None:
    shown = cut.letters(lang, typeface)
    assert shown
    assert shown <= letters(cut.fonts(lang)[typeface.family])


def test_a_page_gets_no_letters_that_it_does_not_show(cut: Cut) -> None:
    for lang in ("vi", "en"):
        fonts = cut.fonts(lang)
        assert {c for c in letters(fonts["Noto Sans Khmer"]) if c >= "\u1780" and c <= "\u19ff"} == set(NAMES[:-2])
        assert letters(fonts["Noto Sans SC"]) == set("中文")
    assert all(len(font) < 6_000 for lang in ("vi", "en") for font in cut.fonts(lang).values())
    assert all(len(font) < 40_000 for font in cut.objects.values())


def test_what_the_viewer_shows_of_the_document_is_in_the_fonts_of_the_page(front: assets.Assets) -> None:
    cutter = Cutter(front)
    document = {
        "scenes": [{"title": {"vi": "Sân", "zh": "庭院"}, "note": {"zh": "井"}, "by": {"vi": "Bà", "zh": "婆"}}]
    }
    cutter.sheet("vi", b"<p>S\xc3\xa2n</p>", document, "vi")
    (font,) = [data for key, data in cutter.objects.items() if key.endswith(".woff2")]
    assert letters(font) == {"井"}


def test_the_viewers_own_words_are_in_the_fonts_of_a_page_in_their_language(front: assets.Assets) -> None:
    speaking = dataclasses.replace(
        front, content=front.content | {"words.js": "export const close = '关闭 បិទ';".encode()}
    )
    for lang, found in (("zh", set("关闭")), ("vi", set())):
        cutter = Cutter(speaking)
        cutter.sheet(lang, "<p>中</p>".encode())
        fonts = [data for key, data in cutter.objects.items() if key.endswith(".woff2")]
        assert len(fonts) == 1
        assert letters(fonts[0]) & set("关闭បិទ") == found


def test_chinese_marks_are_chinese_on_a_chinese_page_only(cut: Cut) -> None:
    assert set("“”…") <= letters(cut.fonts("zh")["Noto Sans SC"])
    assert not set("“”…") & letters(cut.fonts("km")["Noto Sans SC"])


def test_a_japanese_page_is_not_set_in_a_chinese_font(front: assets.Assets) -> None:
    cutter = Cutter(front)
    assert cutter.sheet("ja", "<p>安江の寺</p>".encode()) is None
    assert cutter.sheet("vi", "<p>安江</p>".encode()) is not None


def test_a_cut_has_both_weights_the_rules_of_its_script_and_its_licence(cut: Cut) -> None:
    for lang in ("km", "zh"):
        for family, data in cut.fonts(lang).items():
            font = TTFont(io.BytesIO(data))
            axis = {a.axisTag: a for a in font["fvar"].axes}["wght"]
            assert axis.minValue <= 400 < 600 <= axis.maxValue
            assert "OFL" in str(font["name"].getName(14, 3, 1)), family
    shaped = TTFont(io.BytesIO(cut.fonts("km")["Noto Sans Khmer"]))["GSUB"].table
    assert {"pref", "blwf", "pstf"} & {record.FeatureTag for record in shaped.FeatureList.FeatureRecord}


def test_glyphs_of_several_files_stay_what_they_were(cut: Cut) -> None:
    joined = TTFont(io.BytesIO(cut.fonts("zh")["Noto Sans SC"]))
    compared = 0
    for file, ranges in typefaces._stock()["noto-sans-sc"]:
        some = [c for c in joined.getBestCmap() if any(a <= c <= b for a, b in ranges) and c > 0x2E80]
        if not some:
            continue
        source = TTFont(io.BytesIO(assets.stock(file)))
        for letter in some:
            ours, theirs = joined.getBestCmap()[letter], source.getBestCmap()[letter]
            assert joined["hmtx"][ours][0] == source["hmtx"][theirs][0]
            assert (
                joined["glyf"][ours].getCoordinates(joined["glyf"])[0]
                == source["glyf"][theirs].getCoordinates(source["glyf"])[0]
            ), chr(letter)
            assert len(joined["gvar"].variations[ours]) == len(source["gvar"].variations[theirs])
            compared += 1
    assert compared > 60


def test_the_same_words_make_the_same_files(front: assets.Assets, cut: Cut) -> None:
    again = Cutter(front)
    tour, document = composed(four_languages())
    assert again.sheet("zh", cut.pages["zh"], document, tour.default_language) in cut.objects
    assert again.objects.items() <= cut.objects.items()


def test_a_letter_that_no_font_has_is_left_to_the_readers_system(front: assets.Assets) -> None:
    cutter = Cutter(front)
    assert cutter.sheet("vi", "<p>\U000323af</p>".encode()) is None
    assert cutter.objects == {}


def test_letters_that_only_a_script_block_has_need_no_font(front: assets.Assets) -> None:
    assert Cutter(front).sheet("vi", '<script type="application/json">"中文"</script>'.encode()) is None


@pytest.mark.parametrize("weight", ["be-vietnam-pro-{}-400", "be-vietnam-pro-{}-600", "lora-{}"])
def test_the_subsets_of_every_page_have_all_vietnamese_letters_with_their_stacked_marks(
    front: assets.Assets, weight: str
) -> None:
    vietnamese = set("ăâđêôơưàằầèềìòồờùừỳảẳẩẻểỉỏổởủửỷãẵẫẽễĩõỗỡũữỹáắấéếíóốớúứýạặậẹệịọộợụựỵ")
    subsets = [front.read(f"fonts/{weight.format(name)}.woff2") for name in ("latin", "vietnamese")]
    shown = set().union(*(letters(font) for font in subsets))
    assert vietnamese | {letter.upper() for letter in vietnamese} <= shown


# Published


def test_the_fonts_of_a_tour_are_objects_of_its_release(front: assets.Assets, small: SmallTour) -> None:
    small.raw["languages"] = ["vi", "en", "zh"]
    small.raw["title"] |= {"zh": "小寺"}
    small.raw["scenes"][0]["title"] |= {"zh": "山门"}
    small.save()
    first = small.publish()
    needed = keys_needed(small.public)
    assert broken(small.public, needed) == []
    fonts = {key for key in needed if key.endswith(".woff2") and key not in small.front.published}
    assert fonts
    before = all_of(small.public)
    assert small.publish().published.release == first.published.release
    assert all_of(small.public).keys() == before.keys()

    age(small.public, dt.timedelta(days=400))
    collector.run(small.public, grace=dt.timedelta(days=30), now=dt.datetime.now(dt.UTC))
    assert broken(small.public, needed) == []
    lost = sorted(fonts)[0]
    small.public.delete([lost])
    with PictureWorker() as worker:
        assert [f.key for f in audit.Audit(small.services, worker).run().faults if f.repaired] == [lost]
    assert small.public.get(lost) == before[lost]
