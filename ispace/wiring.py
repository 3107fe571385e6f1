"""From settings to services: a URL's scheme picks the adapter, which is imported inside the branch."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from ispace.errors import StoreFailedError, StoresNestedError, StoreUrlError
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

        # file:///srv/tours is an address, with %20 for a space; file://srv/tours would name a computer called srv.
        if rest.startswith("//") and not rest.startswith("///"):
            raise StoreUrlError(url=url)
        path = unquote(rest.removeprefix("//")) if rest.startswith("///") else rest
        try:
            return FolderBlobs(Path(path).expanduser())
        except RuntimeError as error:  # ~somebody who has no account here
            raise StoreUrlError(url=url) from error
    raise StoreUrlError(url=url)


def services(settings: Settings, public: str | None = None) -> Services:
    """Return the services that ``settings`` describe; ``public`` chooses another public store.

    Raises:
        StoreUrlError: as ``blobs``.
        StoresNestedError: the private store lies inside the public one, and its originals would be served.
    """
    found = Services(public=blobs(public or settings.public), private=blobs(settings.private))
    outer, inner = getattr(found.public, "root", None), getattr(found.private, "root", None)
    try:
        nested = outer and inner and inner.resolve().is_relative_to(outer.resolve())
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise StoreFailedError(store=found.public.name, reason=str(error)) from error
    if nested:
        raise StoresNestedError(public=found.public.name, private=found.private.name)
    return found
