"""From settings to services: a URL's scheme picks the adapter, which is imported inside the branch."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from ispace.errors import StoreUrlError
from ispace.ports import Blobs, Services
from ispace.settings import Settings


def blobs(url: str) -> Blobs:
    """Return the store that ``url`` names: ``file:FOLDER``, or a bare path.

    Raises:
        StoreUrlError: the scheme is unknown, or nothing follows it.
    """
    scheme, colon, rest = url.partition(":")
    if not colon:
        scheme, rest = "file", url
    if scheme == "file" and rest:
        from ispace.adapters.folder import FolderBlobs  # noqa: PLC0415 - only what is used is imported

        path = rest.removeprefix("//") if rest.startswith("///") else rest
        return FolderBlobs(Path(unquote(path) if rest.startswith("///") else path).expanduser())
    raise StoreUrlError(url=url)


def services(settings: Settings, public: str | None = None) -> Services:
    """Return the services that ``settings`` describe; ``public`` chooses another public store."""
    return Services(public=blobs(public or settings.public), private=blobs(settings.private))
