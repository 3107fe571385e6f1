"""Links between published objects: always relative, so that any host and any folder can serve them."""

from __future__ import annotations

import posixpath
from urllib.parse import quote, unquote, urlsplit

from ispace import keys
from ispace.errors import KeyInvalidError


class Links:
    """Links as they hold inside the page ``page_key``, for objects that the document ``document_key`` names."""

    def __init__(self, page_key: str, document_key: str = "") -> None:
        self._folder = posixpath.dirname(page_key) or "."
        self._document_folder = posixpath.dirname(document_key)

    def to(self, key: str) -> str:
        """Return the link from the page to the public object ``key``."""
        return quote(posixpath.relpath(key, self._folder))

    def key_of(self, url: str) -> str:
        """Return the key of the object that the document's link ``url`` means.

        Raises:
            KeyInvalidError: the link leaves the store; a published page loads nothing from anywhere else.
        """
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or parts.query or parts.fragment or url.startswith("/"):
            raise KeyInvalidError(key=url[:200])
        return keys.checked(posixpath.normpath(posixpath.join(self._document_folder, unquote(parts.path))))

    def of(self, url: str) -> str:
        """Return the link from the page for the document's link ``url``; raises ``KeyInvalidError`` as ``key_of``."""
        return self.to(self.key_of(url))


def web_address(url: object) -> str | None:
    """Return ``url`` where a visitor may be sent to it: http or https, else ``None`` (no ``javascript:``, no data)."""
    if not isinstance(url, str) or any(c.isspace() or ord(c) < 0x20 for c in url):
        return None
    try:
        parts = urlsplit(url)
        return url if parts.scheme in {"http", "https"} and parts.hostname else None
    except ValueError:
        return None


def telephone(number: str) -> str:
    """Return a telephone number as a ``tel:`` link: digits only, a leading plus is kept."""
    digits = "".join(c for c in number if c.isascii() and c.isdigit())
    return f"tel:{'+' if number.lstrip().startswith('+') else ''}{digits}"
