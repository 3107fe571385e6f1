"""The cards of all published tours → the catalogue: one page a language, and a site map.

Reads: nothing but its arguments and ``templates/``. Writes: nothing; whoever publishes puts the pages. All cards are in
the page, so it works without a script; ``static/site/catalogue.js`` adds the search.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import ispace
from ispace import keys, language, templating
from ispace.imaging import emblem
from ispace.model.release import Card
from ispace.model.site import Site
from ispace.model.skin import Skin
from ispace.page import manifest, places
from ispace.page.frame import CONTENT_SECURITY_POLICY, Assets, Typefaces, sprite
from ispace.page.links import Links

KINDS = {"heritage": "landmark", "landscape": "mountain", "ocop": "shopping-basket"}
"""The categories that can be filtered, in the order of their chips, with their icons."""


def render(
    cards: Sequence[tuple[str, Card]], *, assets: Assets, site: Site, typefaces: Typefaces | None = None
) -> dict[str, bytes]:
    """Return the catalogue's objects by public key: a page a language, and a site map if the address is known.

    ``cards`` are (slug, card) in the order in which they are shown; the first with a wide view lends its picture.
    ``typefaces`` makes the fonts of what is not Latin.
    """
    objects = {keys.catalogue(lang): _page(cards, lang, assets, site, typefaces) for lang in language.available()}
    if site.public_url:
        objects[keys.SITEMAP] = sitemap(cards, site)
    return objects


def app_files(site: Site) -> dict[str, bytes]:
    """Return by public key what the whole site needs to be installed: a manifest a language, and icons."""
    return dict(_manifest(lang, site) for lang in language.available()) | manifest.icon_files(_icons())


def _icons() -> manifest.Icons:
    return {(p, px): emblem.draw(Skin().colour, px, p) for p in emblem.PURPOSES for px in emblem.SIZES_PX}


def _manifest(lang: str, site: Site) -> tuple[str, bytes]:
    return manifest.make(
        name=templating.choose(site.name, lang, language.DEFAULT)[0],
        description=templating.say("catalogue.description", lang),
        lang=lang,
        start=keys.catalogue(lang),
        scope="",
        theme=Skin().colour,
        ground=manifest.ground(Skin()),
        icons=_icons(),
    )


def _page(
    cards: Sequence[tuple[str, Card]], lang: str, assets: Assets, site: Site, typefaces: Typefaces | None
) -> bytes:
    key = keys.catalogue(lang)
    links = Links(key)
    covers = [card.outlook for _, card in cards if card.outlook] + [card.cover for _, card in cards]
    hero = covers[0] if covers else None
    kinds = {c for _, card in cards for c in card.categories}
    page = functools.partial(
        templating.render,
        "catalogue/index.html.j2",
        lang=lang,
        fallback=language.DEFAULT,
        generator=f"iSpace {ispace.__version__}",
        csp=CONTENT_SECURITY_POLICY,
        site_name=site.name,
        page_address=site.absolute(key),
        alternates=[
            {
                "lang": code,
                "href": links.to(keys.catalogue(code)),
                "address": site.absolute(keys.catalogue(code)),
                "name": templating.language_name(code),
            }
            for code in language.available()
        ],
        locale=templating.locale(lang),
        other_locales=[templating.locale(code) for code in language.available() if code != lang],
        hero=links.to(hero) if hero else None,
        share=(site.absolute(hero) or links.to(hero)) if hero else None,
        assets={name: links.to(assets.url(name)) for name in ("site.css", "catalogue.js", "favicon.svg")},
        worker=links.to(keys.WORKER),
        manifest=links.to(_manifest(lang, site)[0]),
        touch_icon=links.to(manifest.touch_icon(_icons())),
        sprite=sprite(assets, only=("compass", "search", *KINDS.values())),
        kinds=[{"id": kind, "icon": icon} for kind, icon in KINDS.items() if kind in kinds],
        count_words={
            "many": templating.say("catalogue.count", lang, count="{count}"),
            "one": templating.say("catalogue.count", lang, count=1),
        },
        cards=[_card(slug, card, lang, links) for slug, card in cards],
    )
    plain = page(more_sheets=[])
    sheet = typefaces.sheet(lang, plain) if typefaces else None
    return page(more_sheets=[links.to(sheet)]) if sheet else plain


def _card(slug: str, card: Card, lang: str, links: Links) -> dict[str, Any]:
    shown = lang if lang in card.languages else card.languages[0]
    former, _ = templating.choose(card.former_place, lang, card.languages[0])
    if former and card.former_until:
        former = f"{places.until(card.former_until, lang)}: {former}"
    elif former:
        former = templating.say("catalogue.former", lang, place=former)
    return {
        "href": links.to(keys.page(slug, shown, card.languages[0])),
        "hreflang": shown if shown != lang else None,
        "title": card.title,
        "place": card.place,
        "former": former,
        "cover": links.to(card.cover),
        "kinds": [kind for kind in KINDS if kind in card.categories],
        "scene_count": card.scene_count,
        "product_count": card.product_count,
        "words": card.search,
    }


def sitemap(cards: Sequence[tuple[str, Card]], site: Site) -> bytes:
    """Return the site map (sitemaps.org 0.9): every page with its other languages; ``site`` has an address."""
    pages = [{lang: keys.catalogue(lang) for lang in language.available()}]
    pages += [{lang: keys.page(slug, lang, card.languages[0]) for lang in card.languages} for slug, card in cards]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml">',
    ]
    for page in pages:
        addresses = {lang: site.absolute(key) or key for lang, key in page.items()}
        others = [
            f'<xhtml:link rel="alternate" hreflang={quoteattr(lang)} href={quoteattr(address)}/>'
            for lang, address in addresses.items()
        ]
        lines += [
            f"<url><loc>{escape(address)}</loc>{''.join(others if len(addresses) > 1 else [])}</url>"
            for address in addresses.values()
        ]
    return "\n".join([*lines, "</urlset>", ""]).encode()
