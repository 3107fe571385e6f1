"""What every public page has around its content: the policy it lives under and the built front end it links."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Protocol
from urllib.parse import urlsplit

from markupsafe import Markup

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What a published page may load: its own host's files, nothing inline, nothing from anybody else."""


def policy(map_tiles: str = "", basis: str = CONTENT_SECURITY_POLICY) -> str:
    """Return the policy of a page whose maps have tiles at ``map_tiles``: pictures may come from their host too."""
    parts = urlsplit(map_tiles)
    if not parts.netloc:
        return basis
    return basis.replace("img-src 'self'", f"img-src 'self' {parts.scheme}://{parts.netloc}")


_SYMBOL = re.compile(r'<symbol id="i-([a-z0-9-]+)".*?</symbol>', re.DOTALL)


class Assets(Protocol):
    """The built front end, see ``ispace.assets``."""

    def url(self, name: str) -> str:
        """Return the public key of a built file."""
        ...

    def viewer(self, lang: str) -> str:
        """Return the name of the viewer's script in a language."""
        ...

    def read(self, name: str) -> bytes:
        """Return the content of a built file."""
        ...


class Typefaces(Protocol):
    """What makes fonts for the letters of a page, see ``ispace.page.typefaces``."""

    def sheet(self, lang: str, page: bytes, document: object = None, fallback: str = "") -> str | None:
        """Return the key of the style sheet for a page, ``None`` where it needs none."""
        ...


def sprite(assets: Assets, only: Collection[str] = ()) -> Markup:
    """Return the icons as one drawing inside the page: ``<use href="#i-map">`` then needs no request.

    ``only`` names the icons of a page that needs few; all of them without it.
    """
    drawing = re.sub(r"<\?xml[^>]*\?>|<!--.*?-->", "", assets.read("icons.svg").decode(), flags=re.DOTALL).strip()
    if only:
        drawing = _SYMBOL.sub(lambda symbol: symbol[0] if symbol[1] in only else "", drawing)
    return Markup(drawing)  # noqa: S704 (a file of our own)
