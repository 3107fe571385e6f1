"""What every public page has around its content: the policy it lives under and the built front end it links."""

from __future__ import annotations

import re
from typing import Protocol

from markupsafe import Markup

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; "
    "connect-src 'self'; media-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What a published page may load: its own host's files, nothing inline, nothing from anybody else."""


class Assets(Protocol):
    """The built front end, see ``ispace.assets``."""

    def url(self, name: str) -> str:
        """Return the public key of a built file."""
        ...

    def read(self, name: str) -> bytes:
        """Return the content of a built file."""
        ...


def sprite(assets: Assets) -> Markup:
    """Return the icons as one drawing for the top of a page: ``<use href="#i-map">`` then needs no request."""
    drawing = assets.read("icons.svg").decode()
    return Markup(re.sub(r"<\?xml[^>]*\?>|<!--.*?-->", "", drawing, flags=re.DOTALL).strip())  # noqa: S704 (our own)
