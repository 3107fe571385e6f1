"""A tour in the words of schema.org (version 30), for search engines and for other portals.

There is no type for a virtual tour: the page is a ``WebPage`` about a ``TouristAttraction``. OCOP stars are a rating
inside a ``Certification``, never an ``aggregateRating``, which would claim that customers gave them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from ispace.model import prose
from ispace.model.site import Site
from ispace.model.text import clean
from ispace.model.tour import Agency, Tour
from ispace.templating import choose, say

_PROVINCE = {"@type": "AdministrativeArea", "name": "An Giang"}
_BEST_STARS = 5


def graph(
    tour: Tour,
    document: Mapping[str, Any],
    *,
    lang: str,
    page: str,
    address_of: Callable[[str], str],
    site: Site,
    today: dt.date,
) -> dict[str, Any]:
    """Return the page, its place, its pictures and its products as one JSON-LD graph.

    ``page`` is the page's own address; ``address_of`` turns a link of ``document`` into one that holds for the page.
    Whether a recognition is active is said for ``today``.
    """
    words = _Words(lang, tour.default_language)
    pictures = [_picture(tour, scene, words, address_of) for scene in document["scenes"]]
    place_id = f"{page}#place"
    publisher = _organization(tour.agency, words) if tour.agency else None
    page_node = {
        "@type": "WebPage",
        "@id": page,
        "url": page,
        "name": words(document["title"]),
        "description": prose.plain(words(document["description"])),
        "inLanguage": lang,
        "isPartOf": {"@type": "WebSite", "name": words(site.name)},
        "primaryImageOfPage": _start_picture(document, address_of),
        "publisher": publisher,
        "license": _licence(tour, words),
        "version": document["release"],
        "dateModified": _released_on(document["release"]),
        "isAccessibleForFree": True,
        "accessMode": ["visual", "textual", *(["auditory"] if _has(document, "audio", "video") else [])],
        "accessModeSufficient": {"@type": "ItemList", "itemListElement": ["textual"]},
        "accessibilityFeature": ["alternativeText", "structuralNavigation", "longDescription"],
        "accessibilityHazard": ["noFlashingHazard"],
        "about": {"@id": place_id},
        "mentions": [{"@id": f"{page}#sp_{name}"} for name in document["products"]],
    }
    nodes = [page_node, _attraction(tour, document, words, place_id, today) | {"image": [p["@id"] for p in pictures]}]
    nodes += pictures
    nodes += [
        _product(product, words, today)
        | {"@id": f"{page}#sp_{name}", "image": _pictures_of(product, document["media"], address_of)}
        for name, product in document["products"].items()
    ]
    return {"@context": "https://schema.org", "@graph": [_without_nothing(node) for node in nodes]}


class _Words:
    """Picks texts for one page, always with the same fallback."""

    def __init__(self, lang: str, fallback: str) -> None:
        self.lang, self.fallback = lang, fallback

    def __call__(self, text: Mapping[str, str] | None) -> str:
        return choose(text, self.lang, self.fallback)[0]


def _attraction(
    tour: Tour, document: Mapping[str, Any], words: _Words, place_id: str, today: dt.date
) -> dict[str, Any]:
    place = next((p for p in tour.places if p.id == tour.place), None)
    start = tour.start_scene
    where = (place.position if place else None) or start.position
    locality = words(place.current(today).name) if place else None
    return {
        "@type": "TouristAttraction",
        "@id": place_id,
        "name": words(document["title"]),
        "description": prose.plain(words(document["description"])),
        "geo": {"@type": "GeoCoordinates", "latitude": where.lat, "longitude": where.lon} if where else None,
        "address": {
            "@type": "PostalAddress",
            "addressLocality": locality,
            "addressRegion": _PROVINCE["name"],
            "addressCountry": "VN",
        },
        "containedInPlace": {
            "@type": "Place",
            "name": locality,
            "alternateName": [words(n.name) for n in place.former(today)],
        }
        if place
        else None,
        "availableLanguage": tour.languages,
    }


def _picture(tour: Tour, scene: Mapping[str, Any], words: _Words, address_of: Callable[[str], str]) -> dict[str, Any]:
    panorama = tour.scene(scene["id"]).panorama
    share = scene.get("share") or scene["poster"]["landscape"]
    address = address_of(share["url"])
    position = scene.get("position")
    return {
        "@type": "ImageObject",
        "@id": address,
        "contentUrl": address,
        "width": share["width_px"],
        "height": share["height_px"],
        "name": words(scene["title"]),
        "caption": words(panorama.alt) or prose.plain(words(scene.get("description"))),
        "creditText": panorama.credit,
        "license": _licence(tour, words),
        "contentLocation": {
            "@type": "Place",
            "geo": {"@type": "GeoCoordinates", "latitude": position["lat"], "longitude": position["lon"]},
        }
        if position
        else None,
    }


def _start_picture(document: Mapping[str, Any], address_of: Callable[[str], str]) -> dict[str, str]:
    start = next(s for s in document["scenes"] if s["id"] == document["start"])
    return {"@id": address_of((start.get("share") or start["poster"]["landscape"])["url"])}


def _pictures_of(product: Mapping[str, Any], media: Mapping[str, Any], address_of: Callable[[str], str]) -> list[str]:
    known = [media[m] for m in product.get("media") or [] if m in media]
    return [address_of(m["url"]) for m in known if m["kind"] == "image"]


def _product(product: Mapping[str, Any], words: _Words, today: dt.date) -> dict[str, Any]:
    active = dt.date.fromisoformat(product["expires_on"]) >= today
    maker = product["maker"]
    return {
        "@type": "Product",
        "name": words(product["name"]),
        "description": words(product["summary"]),
        "disambiguatingDescription": say("page.sample", words.lang) if product.get("sample") else None,
        "category": say(f"page.group-{product['group']}", words.lang),
        "countryOfOrigin": {"@type": "Country", "name": "VN"},
        "manufacturer": {
            "@type": "Organization",
            "name": words(maker["name"]),
            "address": words(maker.get("address")),
            "telephone": maker.get("phone"),
        },
        "hasCertification": {
            "@type": "Certification",
            "name": say("page.stars", words.lang, stars=product["stars"]),
            "certificationIdentification": clean(product["decision"]),
            "certificationRating": {"@type": "Rating", "ratingValue": product["stars"], "bestRating": _BEST_STARS},
            "issuedBy": {"@type": "Organization", "name": words(product["issuer"])},
            "validFrom": product["issued_on"],
            "expires": product["expires_on"],
            "validIn": _PROVINCE,
            "certificationStatus": f"https://schema.org/Certification{'Active' if active else 'Inactive'}",
        },
    }


def _organization(agency: Agency, words: _Words) -> dict[str, Any]:
    return {
        "@type": "GovernmentOrganization",
        "name": words(agency.managing_body),
        "parentOrganization": {"@type": "GovernmentOrganization", "name": words(agency.governing_body)}
        if agency.governing_body
        else None,
        "address": words(agency.address),
        "telephone": agency.phone,
        "email": agency.email,
    }


def _licence(tour: Tour, words: _Words) -> str | None:
    return (tour.licence.url or words(tour.licence.name)) if tour.licence else None


def _released_on(release: str) -> str | None:
    """Return the day in a release's name (``20260131-…``) as ``2026-01-31``."""
    try:
        return dt.datetime.strptime(release[:8], "%Y%m%d").date().isoformat()
    except ValueError:
        return None


def _has(document: Mapping[str, Any], *kinds: str) -> bool:
    return any(medium["kind"] in kinds for medium in document["media"].values())


def _without_nothing(value: Any) -> Any:
    """Drop what is not known, so that the graph claims nothing about it."""
    if isinstance(value, dict):
        kept = {k: _without_nothing(v) for k, v in value.items()}
        return {k: v for k, v in kept.items() if v not in (None, "", [], {})}
    return [_without_nothing(v) for v in value] if isinstance(value, list) else value
