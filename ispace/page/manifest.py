"""Web app manifests: what a telephone needs to know of a page that is put on its first screen."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ispace import keys, templating
from ispace.model.skin import Skin
from ispace.page.links import Links

GROUNDS = {"museum": "#fbf8f1", "nature": "#f6f9f3", "market": "#fdf7ec"}
"""The ground of a page by day, by the preset of its skin, as the style sheets of ``static/site`` have it."""
NIGHT_GROUNDS = {"museum": "#111a15", "nature": "#0e1b12", "market": "#1a120c", "dark": "#101512"}
"""The same of skins that are always dark."""

_SHORT_LETTERS = 24
_HERE = keys.asset("0" * 64, "webmanifest")
"""All manifests lie in one folder, so their links do not depend on their names."""

Icons = Mapping[tuple[str, int], bytes]
"""PNG by purpose and size in px."""


def ground(skin: Skin) -> str:
    """Return the colour that is shown before the page of a skin is there; one that follows the system opens by day."""
    return (NIGHT_GROUNDS if skin.is_dark else GROUNDS)[skin.preset]


def icon_files(icons: Icons) -> dict[str, bytes]:
    """Return icons by the public keys under which manifests and pages name them."""
    return {_icon_key(data): data for data in icons.values()}


def touch_icon(icons: Icons) -> str:
    """Return the key of the icon for telephones that read no manifest (``apple-touch-icon``)."""
    return _icon_key(icons["maskable", 192])


def make(
    *,
    name: str,
    description: str,
    lang: str,
    start: str,
    scope: str,
    theme: str,
    ground: str,
    icons: Icons,
    screenshots: list[dict[str, Any]] | None = None,
) -> tuple[str, bytes]:
    """Return a manifest by its public key.

    ``start`` is the key of the page that opens, ``scope`` the folder within which the app stays (``""``: the store);
    ``theme`` and ``ground`` are colours; ``screenshots`` are ``{"key", "width_px", "height_px"}``. Links are relative,
    so that any host and any folder serves it. A change of the page's language is another app.
    """
    links = Links(_HERE)
    shown = [
        {
            "src": links.to(s["key"]),
            "sizes": f"{s['width_px']}x{s['height_px']}",
            "type": keys.content_type(s["key"]),
            "form_factor": "wide" if s["width_px"] > s["height_px"] else "narrow",
        }
        for s in screenshots or []
    ]
    content = {
        "name": name,
        "short_name": _short(name),
        "description": description,
        "lang": lang,
        "dir": templating.direction(lang),
        "start_url": links.to(start),
        "scope": f"../{scope}",
        "display": "standalone",
        "theme_color": theme,
        "background_color": ground,
        "icons": [
            {"src": links.to(_icon_key(data)), "sizes": f"{px}x{px}", "type": "image/png", "purpose": purpose}
            for (purpose, px), data in icons.items()
        ],
    }
    if shown:
        content["screenshots"] = shown
    data = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return keys.asset(hashlib.sha256(data).hexdigest(), "webmanifest"), data


def _icon_key(data: bytes) -> str:
    return keys.asset(hashlib.sha256(data).hexdigest(), "png")


def _short(name: str) -> str:
    """Return a name for below an icon: whole words."""
    short = ""
    for word in name.split():
        if len(short) + len(word) >= _SHORT_LETTERS and short:
            break
        short = f"{short} {word}".strip()
    return short[:_SHORT_LETTERS]
