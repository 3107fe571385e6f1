"""The studio's pages as text: whole, without what their policy forbids, and with all of their words."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest
from pipeline.page_reader import Page
from web.studio_samples import LANGUAGES, pages, render

from ispace import assets, language, pictures, templating, web

TEMPLATES = Path(__file__).parents[2] / "templates" / "studio"
PARTS = {"frame", "parts", "fields", "job_parts", "picture_parts", "tour_tabs"}
SCRIPTS = Path(__file__).parents[2] / "static" / "studio"
PICTURES = Path(pictures.__file__).parent
PAGES = Path(web.__file__).parent / "studio"
SOURCES = {path.name.removesuffix(".html.j2"): path.read_text("utf-8") for path in TEMPLATES.glob("*.j2")}
HTML = {(name, lang): render(name, lang) for name in pages("vi") for lang in LANGUAGES}

each_page = pytest.mark.parametrize("html", HTML.values(), ids=["-".join(key) for key in HTML])


def test_every_page_template_has_samples() -> None:
    assert {template for template, _ in pages("vi").values()} == set(SOURCES) - PARTS


def test_every_page_template_lists_the_values_it_takes() -> None:
    assert [name for name, source in SOURCES.items() if not source.startswith("{#")] == []


@each_page
def test_a_page_holds_no_script_style_or_handler_of_its_own(html: str) -> None:
    page = Page(html.encode())
    assert [
        script for script in page.all("script") if "src" not in script and script.get("type") != "application/json"
    ] == []
    assert page.all("style") == []
    forbidden = [name for _, given in page.elements for name in given if name == "style" or name.startswith("on")]
    assert forbidden == []


@each_page
def test_names_within_a_page_are_unique_and_what_refers_to_them_finds_them(html: str) -> None:
    elements = Page(html.encode()).elements
    ids = Counter(given["id"] for _, given in elements if "id" in given)
    assert [name for name, count in ids.items() if count > 1] == []
    wanted = {given["for"] for _, given in elements if "for" in given}
    wanted |= {name for _, given in elements for name in given.get("aria-describedby", "").split()}
    wanted |= {name for _, given in elements for name in given.get("aria-labelledby", "").split()}
    wanted |= {given[key] for _, given in elements for key in ("data-ask", "data-copy", "data-reveal") if key in given}
    wanted |= {given["href"][1:] for _, given in elements if given.get("href", "").startswith("#")}
    assert wanted - set(ids) == set()


@each_page
def test_every_field_has_a_label_and_every_picture_a_text(html: str) -> None:
    elements = Page(html.encode()).elements
    labelled = {given["for"] for tag, given in elements if tag == "label" and "for" in given}
    for tag, given in elements:
        if tag in {"input", "select", "textarea"} and given.get("type") not in {"hidden", "file"}:
            assert given.get("id") in labelled or "aria-hidden" in given, given
        if tag == "img":
            assert "alt" in given


@each_page
def test_no_sentence_is_left_unfilled(html: str) -> None:
    shown = re.sub(r"(?s)<script.*?</script>", "", html)
    assert re.findall(r"\{[a-z_]+\}", shown) == []


@pytest.mark.parametrize("name", pages("vi"))
def test_english_pages_speak_no_vietnamese_of_ours(name: str) -> None:
    assert '<span lang="vi">' not in HTML[name, "en"]


def test_hostile_text_stays_text() -> None:
    template, values = pages("vi")["tours"]
    attack = '"><script>alert(1)</script>'
    values["tours"] = [values["tours"][0] | {"title": attack, "place": attack, "thumbnail": attack}]
    html = templating.render(
        f"studio/{template}.html.j2", lang="vi", fallback="en", **values | {"query": attack}
    ).decode()
    assert "<script>alert" not in html


def test_what_was_typed_comes_back_with_the_error_and_passwords_do_not() -> None:
    template, values = pages("vi")["set-up-wrong"]
    values["values"] = {"name": "Hoa", "account": "Hoa!", "password": "bí mật", "again": "bí mật"}
    html = templating.render(f"studio/{template}.html.j2", lang="vi", fallback="en", **values).decode()
    assert 'value="Hoa!"' in html
    assert "bí mật" not in html


def test_every_word_of_the_studio_exists_and_is_used() -> None:
    said = set(language.texts("vi")["studio"])
    sources = "".join(SOURCES.values())
    named = set(re.findall(r"""studio\.([a-z0-9-]+)["']""", sources))
    beginnings = (
        "said-",
        "log-",
        "priority-",
        "why-",
        "queue-of-",
        "jobs-",
        *(name for name in named if name.endswith("-")),
    )
    assert {name for name in named - said if not name.endswith("-")} == {"css"}
    code = "".join(path.read_text("utf-8") for folder in (PAGES, PICTURES) for path in folder.rglob("*.py"))
    code += (PICTURES.parent / "titling.py").read_text("utf-8")
    named |= set(re.findall(r'"([a-z0-9-]+)"', code))
    assert [one for one in said if one not in named and not one.startswith(beginnings)] == []
    told = {f"said-{one}" for one in re.findall(r'said="([a-z-]+)"', code)}
    told |= {f"said-{one}" for one in re.findall(r'_changed\(visit, "([a-z-]+)"', code)}
    assert {one for one in said if one.startswith("said-")} == told


def test_every_word_of_the_libraries_exists_and_is_used() -> None:
    said = set(language.texts("vi")["library"])
    sources = "".join(SOURCES.values())
    code = "".join(path.read_text("utf-8") for path in PAGES.rglob("*.py"))
    named = set(re.findall(r"""library\.([a-z0-9-]+)["']""", sources)) | set(re.findall(r'"([a-z0-9-]+)"', code))
    beginnings = ("level-", "link-", *(name for name in named if name.endswith("-")))
    assert [one for one in said if one not in named and not one.startswith(beginnings)] == []
    asked = set(re.findall(r"""library\.([a-z0-9-]+)["']""", sources)) | set(
        re.findall(r'_say\(visit, "([a-z-]+)"', code)
    )
    assert {one for one in asked if not one.endswith("-")} - said == set()


def test_every_word_of_the_tables_exists_and_is_used() -> None:
    said = set(language.texts("vi")["sheet"])
    script = (SCRIPTS / "texts.js").read_text("utf-8")
    named = set(re.findall(r"""sheet\.([a-z0-9-]+)["']""", "".join(SOURCES.values())))
    named |= set(re.findall(r"""'([a-z-]+)'""", script))
    beginnings = tuple(re.findall(r"""`([a-z]+-)\$\{""", script))
    assert [one for one in said if one not in named and not one.startswith(beginnings)] == []
    assert set(re.findall(r"""say\('([a-z-]+)'""", script)) - said == set()


def test_every_word_of_the_editor_exists_and_is_used() -> None:
    said = set(language.texts("vi")["editor"])
    code = "".join(path.read_text("utf-8") for path in (SCRIPTS / "editor").rglob("*.js"))
    asked = set(re.findall(r"""\bsay\('([a-z0-9_-]+)'""", code))
    assert asked - said == set()
    # What a name is put together of begins with a word of its own, such as `kind-${kind}`.
    beginnings = tuple(re.findall(r"""say\(`([a-z0-9-]+-)\$\{""", code))
    named = set(re.findall(r"""'([a-z0-9_-]+)'""", code))
    assert [one for one in said if one not in named and not one.startswith(beginnings)] == []
    changes = set(re.findall(r"""\bchange(?:Scene|Spots)?\('([a-z-]+)'""", code))
    assert {f"did-{one}" for one in changes} - said == set()


def test_a_page_that_signs_in_loads_no_uploader() -> None:
    assert "upload.js" not in HTML["sign-in", "vi"]
    assert "upload.js" in HTML["pictures", "vi"]
    assert "upload.js" not in HTML["pictures-viewer", "vi"]


def test_the_public_store_gets_nothing_of_the_studio(tmp_path: Path) -> None:
    for name in ("viewer.vi.js", "studio/studio.css", "studio/page.js", "fonts/x.woff2", "favicon.svg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"url(fonts/x.woff2) {name}")
    assert [name for name in assets.load(tmp_path).content if name.startswith("studio/")] == []
    studio = assets.studio(tmp_path)
    assert set(studio.content) == {
        "viewer.vi.js", "studio/studio.css", "studio/page.js", "fonts/x.woff2", "favicon.svg",
    }  # fmt: skip
    assert studio.url("fonts/x.woff2").removeprefix("a/").encode() in studio.read("studio/studio.css")


def test_times_are_those_of_vietnam_and_amounts_are_rounded_as_people_say_them() -> None:
    at = dt.datetime(2028, 3, 14, 17, 5, tzinfo=dt.UTC)
    assert templating.moment(at, "vi") == "00:05, 15/03/2028"
    amounts = [templating.size(n, "vi") for n in (0, 999, 1000, 8_449_000, 123_400_000, 1_500_000_000)]
    assert " ".join(amounts).replace("\N{NO-BREAK SPACE}", " ") == "0 B 999 B 1 kB 8,4 MB 123 MB 1,5 GB"
