"""A tour, its published document and the templates → the pages of a release, one a language.

Reads: nothing but its arguments and ``templates/``. Writes: nothing; ``publish`` puts the pages. Every page is a whole
document that reads, prints and is indexed without a script; the viewer takes over the stage at its top.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import ispace
from ispace import keys, language, templating
from ispace.assets import home as assets_home
from ispace.imaging import emblem
from ispace.model import prose
from ispace.model.site import Site
from ispace.model.skin import ACCENTS, Skin
from ispace.model.tour import Tour
from ispace.page import embed, linked_data, manifest
from ispace.page.frame import CONTENT_SECURITY_POLICY, Assets, Typefaces, policy, sprite
from ispace.page.links import Links, telephone
from ispace.page.parts import Parts

__all__ = ["Site", "app_files", "digest", "gone", "notice", "oembed", "render", "skin_sheet"]

_DESCRIPTION_LETTERS = 200
_SENTENCE_LETTERS = 40
_ABBREVIATIONS = {"ThS", "St", "Mr", "Mrs", "Dr", "No", "Prof"}
_NOTICE_ICONS = {"gone": "info", "not-found": "map-pin", "error": "triangle-alert", "offline": "map-pin"}


def render(
    tour: Tour,
    document: Mapping[str, Any],
    *,
    release: str,
    assets: Assets,
    site: Site,
    today: dt.date,
    typefaces: Typefaces | None = None,
) -> dict[str, bytes]:
    """Return the tour's pages by public key, one for each of its languages.

    ``document`` is the published tour (its links start from ``r/<slug>/<release>/tour.json``); ``today`` decides which
    names of places and which recognitions are current; ``typefaces`` makes the fonts of what is not Latin. Raises
    ``KeyInvalidError`` where a link of the document leaves the store, ``AssetsMissingError`` where the front end was
    not built.
    """
    pages = {}
    icons = _icons(tour.skin)
    for lang in tour.languages:
        key = keys.page(tour.id, lang, tour.default_language)
        links = Links(key, keys.release(tour.id, release, "tour.json"))
        parts = Parts(tour, document, links, lang, today)
        content = _content(tour, document, parts, site) | _head(tour, document, parts, key, site)
        data = linked_data.graph(
            tour,
            document,
            lang=lang,
            page=site.absolute(key) or links.to(key),
            address_of=lambda url, links=links: site.absolute(links.key_of(url)) or links.of(url),  # type: ignore[misc]
            site=site,
            today=today,
        )
        page = functools.partial(
            templating.render,
            "tour/page.html.j2",
            lang=lang,
            fallback=tour.default_language,
            release=release,
            released_on=_released_on(release),
            generator=f"iSpace {ispace.__version__}",
            csp=policy(site.map_tiles.tiles if site.map_tiles else ""),
            assets={n: links.to(assets.url(n)) for n in ("tour.css", "fonts.css")},
            viewer=links.to(assets.url(assets.viewer(lang))),
            favicon=f"data:image/svg+xml,{quote(assets.read('favicon.svg').decode())}",
            worker=links.to(keys.WORKER),
            manifest=links.to(_manifest(tour, document, lang)[0]),
            touch_icon=links.to(manifest.touch_icon(icons)),
            sprite=sprite(assets),
            linked_data=templating.json_block(data),
            tour_json=links.to(keys.release(tour.id, release, "tour.json")),
            oembed=site.absolute(keys.oembed(tour.id, release, lang, tour.default_language)),
            tour_start=templating.json_block(start_document(document)),
            **content,
        )
        sheets = list(skin_sheet(tour.skin))
        pages[key] = page(more_sheets=[links.to(name) for name in sheets])
        letters = typefaces.sheet(lang, pages[key], document, tour.default_language) if typefaces else None
        if letters:  # only the page that is made tells which letters are on it
            pages[key] = page(more_sheets=[links.to(name) for name in (*sheets, letters)])
    return pages


def digest() -> str:
    """Return a name for the templates and words that pages are made of: other ones make other pages."""
    content = hashlib.sha256()
    for folder, pattern in ((assets_home()[1], "**/*.j2"), (Path(str(language.folder())), "*.toml")):
        for file in sorted(folder.glob(pattern)):
            content.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes() + b"\0")
    return content.hexdigest()


def skin_sheet(skin: Skin) -> dict[str, bytes]:
    """Return the style sheet with an agency's own accent by public key, nothing where it is the preset's.

    It is a file because the pages' policy forbids styles in a page; being named by content, it is shared by tours.
    """
    if skin.colour.lower() == ACCENTS[skin.preset]:
        return {}
    sheet = f":root:root{{--leaf:{skin.colour};--leaf-dark:{_darker(skin.colour)}}}\n".encode()
    return {keys.asset(hashlib.sha256(sheet).hexdigest(), "css"): sheet}


def app_files(tour: Tour, document: Mapping[str, Any]) -> dict[str, bytes]:
    """Return by public key what a tour needs to be installed: a manifest a language, and icons in the tour's accent."""
    return dict(_manifest(tour, document, lang) for lang in tour.languages) | manifest.icon_files(_icons(tour.skin))


def oembed(tour: Tour, document: Mapping[str, Any], *, release: str, site: Site) -> dict[str, bytes]:
    """Return by public key what sites that embed are told, a file a language; none while the address is unknown."""
    if not site.public_url:
        return {}
    links = Links("", keys.release(tour.id, release, "tour.json"))
    start = next(s for s in document["scenes"] if s["id"] == document["start"])
    share = start.get("share") or start["poster"]["landscape"]
    made = {}
    for lang in tour.languages:
        spoken = functools.partial(templating.choose, lang=lang, fallback=tour.default_language)
        made[keys.oembed(tour.id, release, lang, tour.default_language)] = embed.oembed(
            address=str(site.absolute(keys.page(tour.id, lang, tour.default_language))),
            title=spoken(document["title"])[0],
            author=spoken(tour.agency.managing_body)[0] if tour.agency else "",
            site_name=spoken(site.name)[0],
            site=site.public_url,
            picture={**share, "url": site.absolute(links.key_of(share["url"]))},
        )
    return made


def _icons(skin: Skin) -> manifest.Icons:
    return {(p, px): emblem.draw(skin.colour.lower(), px, p) for p in emblem.PURPOSES for px in emblem.SIZES_PX}


def _manifest(tour: Tour, document: Mapping[str, Any], lang: str) -> tuple[str, bytes]:
    links = Links("", keys.release(tour.id, "x", "tour.json"))
    start = next(s for s in document["scenes"] if s["id"] == document["start"])
    shown = [p for p in (start["poster"]["portrait"], start.get("share") or start["poster"]["landscape"]) if p]
    return manifest.make(
        name=templating.choose(document["title"], lang, tour.default_language)[0],
        description=lead(templating.choose(document["description"], lang, tour.default_language)[0])[0],
        lang=lang,
        start=keys.page(tour.id, lang, tour.default_language),
        scope=f"{tour.id}/",
        theme=tour.skin.colour.lower(),
        ground=manifest.ground(tour.skin),
        icons=_icons(tour.skin),
        screenshots=[{**picture, "key": links.key_of(picture["url"])} for picture in shown],
    )


def notice(
    kind: Literal["gone", "not-found", "error", "offline"], *, root: str, assets: Assets, site: Site, title: str = ""
) -> bytes:
    """Return a page that stands in for another, in Vietnamese and English: taken down, not found, failed, no network.

    ``root`` leads from where the page is shown to the top of the public store: ``../``, or ``/`` on a host of its own.
    ``title`` names the tour that was taken down.
    """
    words = {
        lang: {
            "title": templating.say(f"page.{kind}-named" if title else f"page.{kind}-title", lang, title=title),
            "text": templating.say(f"page.{kind}-text", lang),
            "catalogue": templating.say("page.to-catalogue", lang),
            "retry": templating.say("page.offline-retry", lang),
            "visited": templating.say("page.offline-visited", lang),
        }
        for lang in ("vi", "en")
    }
    return templating.render(
        "serve/notice.html.j2",
        lang="vi",
        fallback="vi",
        kind=kind,
        words=words,
        site_name=site.name,
        csp=CONTENT_SECURITY_POLICY,
        urls={name: root + assets.url(name) for name in ("site.css", "favicon.svg")},
        sprite=sprite(assets, only=("compass", _NOTICE_ICONS[kind])),
        sign=_NOTICE_ICONS[kind],
        catalogues={lang: root + keys.catalogue(lang) for lang in words},
    )


def gone(page_keys: Iterable[str], title: str = "", *, assets: Assets, site: Site) -> dict[str, bytes]:
    """Return the pages that stand in for those of a tour that was taken down, by the same public keys."""
    return {
        key: notice("gone", root="../" * key.count("/"), assets=assets, site=site, title=title) for key in page_keys
    }


def _content(tour: Tour, document: Mapping[str, Any], parts: Parts, site: Site) -> dict[str, Any]:
    """Return what the body of a page says."""
    lang, links = parts.lang, parts.links
    description, written_in = templating.choose(document["description"], lang, tour.default_language)
    first, rest = lead(description)
    scenes = parts.scenes()
    return {
        "title": document["title"],
        "lead": templating.marked(first, written_in, lang),
        "rest": {written_in: rest},
        "scenes": scenes,
        "plans": parts.plans(),
        "start": next(s for s in scenes if s["id"] == document["start"]),
        "place": parts.place_names(tour.place),
        "products": parts.products(),
        "categories": tour.categories,
        "agency": tour.agency,
        "agency_phone": telephone(tour.agency.phone) if tour.agency and tour.agency.phone else None,
        "licence": tour.licence,
        "logo": links.of(document["skin"]["logo"]) if document["skin"].get("logo") else None,
        "skin": tour.skin,
        "site_name": site.name,
        "home": links.to(keys.catalogue(templating.words_language(lang))),
    }


def _head(tour: Tour, document: Mapping[str, Any], parts: Parts, key: str, site: Site) -> dict[str, Any]:
    """Return what the head of a page tells search engines and those who show links.

    While the public address is unknown there is no canonical link and no ``og:url``: both must be absolute, and a wrong
    one is worse than none. Alternates and pictures stay relative, which HTML allows and most readers resolve.
    """
    lang, links = parts.lang, parts.links
    description = prose.plain(parts.word(document["description"]))
    start = next(s for s in document["scenes"] if s["id"] == document["start"])
    share = start.get("share") or start["poster"]["landscape"]
    alternates = []
    for code in tour.languages:
        other = keys.page(tour.id, code, tour.default_language)
        name = templating.language_name(code)
        alternates.append({"lang": code, "href": links.to(other), "address": site.absolute(other), "name": name})
    return {
        "page_address": site.absolute(key),
        "summary": shortened(" ".join(description.split()), _DESCRIPTION_LETTERS),
        "alternates": alternates,
        "share": {**share, "url": site.absolute(links.key_of(share["url"])) or links.of(share["url"])},
        "locale": templating.locale(lang),
        "other_locales": [templating.locale(code) for code in tour.languages if code != lang],
    }


def start_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the viewer needs for its first picture: the document with the start scene and what that one uses."""
    start = next(s for s in document["scenes"] if s["id"] == document["start"])
    titles = {s["id"]: s["title"] for s in document["scenes"]}
    spots = [
        {**spot, "title": spot.get("title") or titles[spot["target"]]} if spot.get("target") in titles else spot
        for spot in start["hotspots"]
    ]
    products = {s["product"]: document["products"][s["product"]] for s in spots if s.get("product")}
    media = {m for s in spots for m in [*(s.get("media") or []), s.get("medium")] if m} | {
        m for p in products.values() for m in p.get("media") or []
    }
    return {
        "tour": {
            **document,
            "scenes": [{**start, "hotspots": spots}],
            "products": products,
            "media": {name: m for name, m in document["media"].items() if name in media},
        },
        "scene_count": len(document["scenes"]),
    }


def lead(description: str) -> tuple[str, str]:
    """Return the first sentence of a text as words, and all that follows it as it was written.

    The sentence stands below the first picture. A full stop after an abbreviation (``TP.``, ``St.``) ends none, and a
    sentence of a few words takes the next one with it.
    """
    paragraphs = templating.split_paragraphs(description)
    if not paragraphs:
        return "", ""
    first = paragraphs[0]
    for match in re.finditer(r"[.!?…]+[”\"')]*\s+(?=[^\W\d_]|\d|[“\"(])", first):
        before = first[: match.start()]
        word = re.split(r"[\s(]", before)[-1]
        if len(before) < _SENTENCE_LETTERS or (word.isupper() and len(word) <= 3) or word in _ABBREVIATIONS:
            continue
        sentence, others = prose.plain(first[: match.end()].strip()), first[match.end() :].strip()
        # Bold words may reach over the end of the sentence.
        if _together(sentence, prose.plain(others)) == _together(prose.plain(first)):
            return sentence, "\n\n".join([others, *paragraphs[1:]])
    return prose.plain(first), "\n\n".join(paragraphs[1:])


def _together(*texts: str) -> str:
    return " ".join(" ".join(texts).split())


def shortened(text: str, letters: int) -> str:
    """Return ``text``, cut behind a word with an ellipsis where it is longer than ``letters``."""
    if len(text) <= letters:
        return text
    cut = text[: letters - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut else cut).rstrip(" ,;:") + "…"


def _darker(colour: str) -> str:
    """Return ``#rrggbb`` at three quarters of its lightness, for what is pressed."""
    return "#" + "".join(f"{int(colour[i : i + 2], 16) * 3 // 4:02x}" for i in (1, 3, 5))


def _released_on(release: str) -> dt.date | None:
    """Return the day in a release's name, ``None`` for a preview that has none."""
    match = re.match(r"(\d{4})(\d\d)(\d\d)-", release)
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3])) if match else None
    except ValueError:
        return None
