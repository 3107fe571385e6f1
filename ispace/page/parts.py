"""The parts of a tour's page: scenes, hotspots, media and products, with every link resolved for that page.

Templates are strict about missing names, so each part says all of its fields; ``None`` means that there is nothing.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from typing import Any

from ispace.model.place import DatedName, Place
from ispace.model.text import clean
from ispace.model.tour import Tour
from ispace.model.view import vector
from ispace.page import places
from ispace.page.links import Links, telephone, web_address
from ispace.templating import choose, language_name, say

Part = dict[str, Any]

_SPOT_ICONS = {
    "product": "shopping-basket",
    "phone": "phone",
    "url": "external-link",
    "area": "map",
    "directions": "navigation",
}
_UNTITLED = {"directions", "sound", "layer"}
_MEDIA_ICONS = {"video": "film", "audio": "volume-2", "image": "image"}
"""What a card shows in it that cannot be read at a glance, the longest to take in first."""
_LINK_ICONS = {"shop": "store", "trace": "qr-code", "map": "navigation", "website": "globe"}


class Parts:
    """Makes the parts of one page: a tour and its published document in one language."""

    def __init__(self, tour: Tour, document: Mapping[str, Any], links: Links, lang: str, today: dt.date) -> None:
        self._tour, self._document, self._today = tour, document, today
        self.links, self.lang = links, lang
        self._titles: dict[str, Any] = {s["id"]: s["title"] for s in document["scenes"]}
        self._places = {p.id: p for p in tour.places}

    def word(self, text: Mapping[str, str] | None) -> str:
        """Return a text of the tour as plain words."""
        return choose(text, self.lang, self._tour.default_language)[0]

    def scenes(self) -> list[Part]:
        """Return every scene in the order of the document."""
        return [self._scene(number, scene) for number, scene in enumerate(self._document["scenes"], start=1)]

    def _scene(self, number: int, scene: Mapping[str, Any]) -> Part:
        panorama = self._tour.scene(scene["id"]).panorama
        spots = [self._spot(scene, spot) for spot in scene["hotspots"]]
        place_id = scene.get("place")
        view = scene["initial_view"]
        return {
            "id": scene["id"],
            "number": number,
            "title": scene["title"],
            "description": scene.get("description"),
            "thumbnail": self._picture(scene["thumbnail"]),
            "portrait": self._picture(scene["poster"]["portrait"]),
            "landscape": self._picture(scene["poster"]["landscape"]),
            "share": self._picture(scene.get("share") or scene["poster"]["landscape"]),
            "alt": self.word(panorama.alt)
            or say("page.view-of", self.lang, scene=self.word(scene["title"]), tour=self.word(self._tour.title)),
            "credit": panorama.credit,
            "narration": self._narration(scene),
            "place": self.place_line(place_id) if place_id and place_id != self._tour.place else None,
            "look": _look(scene["id"], view["yaw_deg"], view["pitch_deg"], view["hfov_deg"]),
            "ways": [s for s in spots if s["kind"] == "link"],
            "spots": [s for s in spots if s["kind"] != "link"],
        }

    def plans(self) -> list[Part]:
        """Return the floors that have a plan, each with its scenes where they are on it, in pixels of the plan."""
        plans = []
        for floor in self._document["floors"]:
            plan = floor.get("plan")
            if not plan:
                continue
            width, height = plan["width_px"], plan["height_px"]
            scenes = [
                {
                    "id": scene["id"],
                    "number": number,
                    "title": scene["title"],
                    "x": round(scene["plan_position"]["x"] * width, 1),
                    "y": round(scene["plan_position"]["y"] * height, 1),
                }
                for number, scene in enumerate(self._document["scenes"], start=1)
                if scene.get("floor") == floor["id"] and scene.get("plan_position")
            ]
            mark_px = round(max(width, height) / 32, 1)
            plans.append(
                {"id": floor["id"], "title": floor["title"], "mark_px": mark_px, "scenes": scenes}
                | self._picture({k: plan[k] for k in ("url", "width_px", "height_px", "alt")})
            )
        return plans

    def _narration(self, scene: Mapping[str, Any]) -> Part | None:
        """Return what is told in a scene, in the language of the page or else the tour's own, or in any."""
        told = scene.get("narration") or {}
        for lang in (self.lang, self._tour.default_language, *told):
            media = [m for m in self.media([told[lang]]) if m["kind"] == "audio"] if lang in told else []
            if media:
                other = lang != self.lang
                name = say("page.narration-in", self.lang, language=language_name(lang)) if other else None
                name = name or say("page.narration", self.lang)
                return {"name": name, "label": {self.lang: f"{name}: {self.word(scene['title'])}"}, "medium": media[0]}
        return None

    def _picture(self, picture: Mapping[str, Any]) -> Part:
        return {**picture, "url": self.links.of(picture["url"])}

    # Hotspots

    def _spot(self, scene: Mapping[str, Any], spot: Mapping[str, Any]) -> Part:
        kind = spot["kind"]
        product = self._document["products"].get(spot.get("product")) if kind == "product" else None
        target = spot.get("target") if spot.get("target") in self._titles else None
        media = self.media(spot.get("media") or ([spot["medium"]] if spot.get("medium") else []))
        part: Part = {
            "kind": "link" if kind == "area" and target and not (spot.get("text") or spot.get("media")) else kind,
            "icon": _icon(spot, media),
            "title": spot.get("title")
            or (product or {}).get("name")
            or self._titles.get(target or "")
            or (media and media[0]["alt"])
            or self._kind_name(kind),
            "text": spot.get("text"),
            "look": _look(scene["id"], *_direction(spot), scene["initial_view"]["hfov_deg"]),
            "target": target,
            "target_title": self._titles.get(target or ""),
            "href": None,
            "host": None,
            "phone": spot.get("phone"),
            "product": spot.get("product"),
            "stars": product["stars"] if product else None,
            "media": media,
        }
        if kind in {"url", "directions"}:
            part["href"] = web_address(spot["url"])
            part["host"] = spot["url"].split("/")[2].removeprefix("www.") if part["href"] else None
        elif kind == "phone":
            part["href"] = telephone(spot["phone"])
        return part

    def _kind_name(self, kind: str) -> dict[str, str] | None:
        """Return what a hotspot without a title is called; those that are not listed always have one."""
        return {self.lang: say(f"page.{kind}", self.lang)} if kind in _UNTITLED else None

    def media(self, names: Sequence[str]) -> list[Part]:
        """Return pictures, sounds and films by id, without those that the document does not have."""
        known = self._document["media"]
        return [self._medium(known[name]) for name in names if name in known]

    def _medium(self, medium: Mapping[str, Any]) -> Part:
        captions = medium.get("captions") or {}
        return {
            "kind": medium["kind"],
            "url": self.links.of(medium["url"]),
            "width_px": medium.get("width_px"),
            "height_px": medium.get("height_px"),
            "alt": medium.get("alt"),
            "credit": medium.get("credit"),
            "transcript": medium.get("transcript"),
            "poster": self.links.of(medium["poster"]) if medium.get("poster") else None,
            "captions": [
                {"lang": code, "label": language_name(code), "url": self.links.of(url), "chosen": code == self.lang}
                for code, url in captions.items()
            ],
        }

    # Products and places

    def products(self) -> list[Part]:
        """Return every product with its recognition as it stands on the day of rendering."""
        return [self._product(name, product) for name, product in self._document["products"].items()]

    def _product(self, name: str, product: Mapping[str, Any]) -> Part:
        maker = product["maker"]
        links = [
            {
                "href": web_address(link["url"]),
                "icon": _LINK_ICONS[link["kind"]],
                "kind": link["kind"],
                "title": link.get("title"),
            }
            for link in product.get("links") or []
        ]
        media = self.media(product.get("media") or [])
        pictures = [m for m in media if m["kind"] == "image"]
        return {
            **{k: product[k] for k in ("name", "summary", "group", "stars", "issuer")},
            "decision": clean(product["decision"]),
            "id": name,
            "issued_on": product["issued_on"],
            "expires_on": product["expires_on"],
            "active": dt.date.fromisoformat(product["expires_on"]) >= self._today,
            "maker": maker["name"],
            "address": maker.get("address"),
            "phone": maker.get("phone"),
            "phone_href": telephone(maker["phone"]) if maker.get("phone") else None,
            "links": [link for link in links if link["href"]],
            "picture": pictures[0] if pictures else None,
            "media": [m for m in media if m is not (pictures[0] if pictures else None)],
            "sample": bool(product.get("sample")),
        }

    def place_line(self, place_id: str | None) -> str | None:
        """Return a place with its former names in one line, ``None`` where the tour does not know it."""
        place = self._places.get(place_id or "")
        return places.with_former(place, self._dated_name, self._today, self.lang) if place else None

    def place_names(self, place_id: str | None) -> Part | None:
        """Return today's name and the former ones apart."""
        place: Place | None = self._places.get(place_id or "")
        if place is None:
            return None
        return {
            "today": places.today_name(place, self._dated_name, self._today),
            "former": places.former_names(place, self._dated_name, self._today, self.lang),
        }

    def _dated_name(self, name: DatedName) -> str:
        return self.word(name.name)


def _icon(spot: Mapping[str, Any], media: Sequence[Part]) -> str:
    """Return the icon of a hotspot: what it does, or what is in it."""
    if spot["kind"] in _SPOT_ICONS:
        return _SPOT_ICONS[spot["kind"]]
    kinds = {medium["kind"] for medium in media}
    return next((icon for kind, icon in _MEDIA_ICONS.items() if kind in kinds), "info")


def _look(scene: str, yaw_deg: float, pitch_deg: float, hfov_deg: float) -> str:
    """Return the deep link of a view: ``#san-chua/-35.2/4.0/80``."""
    return f"#{scene}/{yaw_deg:.1f}/{pitch_deg:.1f}/{hfov_deg:.0f}"


def _direction(spot: Mapping[str, Any]) -> tuple[float, float]:
    """Return yaw and pitch of a hotspot in degrees; of an area or layer, the middle direction of its corners."""
    corners = spot.get("points") or spot.get("corners")
    if not corners:
        return spot["yaw_deg"], spot["pitch_deg"]
    x, y, z = (sum(parts) for parts in zip(*(vector(p["yaw_deg"], p["pitch_deg"]) for p in corners), strict=True))
    return math.degrees(math.atan2(x, z)), math.degrees(math.atan2(y, math.hypot(x, z)))
