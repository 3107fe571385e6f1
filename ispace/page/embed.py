"""How other sites show a tour: one ``<iframe>``, no script of ours in their pages; oEmbed for those who ask for it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import escape

MARK = "embed"
"""What in a page's address asks for the embedded form."""
_WIDTH_PX, _HEIGHT_PX = 800, 450
_ALLOW = "fullscreen; accelerometer; gyroscope; magnetometer; xr-spatial-tracking; web-share; clipboard-write"


def snippet(address: str, title: str, *, width: int = 16, height: int = 9) -> str:
    """Return what an editor of another site pastes; ``address`` is that of the tour's page.

    Width and height stand there for sites whose policy forbids styles in a page.
    """
    style = f"display:block;width:100%;aspect-ratio:{width}/{height};min-height:320px;border:0"
    return (
        f'<iframe src="{escape(address)}?{MARK}" title="{escape(title)}" width="100%" height="480" loading="lazy" '
        f'allow="{_ALLOW}" allowfullscreen style="{style}"></iframe>'
    )


def oembed(*, address: str, title: str, author: str, site_name: str, site: str, picture: Mapping[str, Any]) -> bytes:
    """Return the answer of oEmbed (version 1.0, type ``rich``) about the page at ``address``.

    ``picture`` is the one that is shared: ``url``, ``width_px``, ``height_px``. All addresses are absolute.
    """
    said = {
        "version": "1.0",
        "type": "rich",
        "title": title,
        **({"author_name": author} if author else {}),
        "provider_name": site_name,
        "provider_url": site,
        "html": snippet(address, title),
        "width": _WIDTH_PX,
        "height": _HEIGHT_PX,
        "thumbnail_url": picture["url"],
        "thumbnail_width": picture["width_px"],
        "thumbnail_height": picture["height_px"],
    }
    return json.dumps(said, ensure_ascii=False).encode()
