"""From settings to services: a URL's scheme picks the adapter, which is imported inside the branch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, unquote

from ispace.compression import CompressedTexts
from ispace.errors import StoreFailedError, StoresNestedError, StoreUrlError
from ispace.ports import Blobs, Receiving, Services, Step
from ispace.settings import Settings, load


def blobs(url: str, settings: Settings | None = None) -> Blobs:
    """Return the store that ``url`` names: ``s3://BUCKET/PREFIX?endpoint=…&region=…``, ``file:FOLDER``, or a bare path.

    Raises:
        StoreUrlError: the scheme is unknown, or what follows it cannot be understood.
        StoreUrlSecretError: the address holds a credential.
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
    if scheme == "s3" and rest:
        from ispace.adapters.s3 import S3Blobs, bucket  # noqa: PLC0415 - half a second of imports

        return S3Blobs(bucket.parse(url, settings or load()))
    raise StoreUrlError(url=url)


def services(settings: Settings, public: str | None = None) -> Services:
    """Return the services that ``settings`` describe; ``public`` chooses another public store.

    Raises:
        StoreUrlError: as ``blobs``.
        StoresNestedError: the private store lies inside the public one, and its originals would be served.
    """
    stores = Services(
        public=blobs(settings.public if public is None else public, settings), private=blobs(settings.private, settings)
    )
    try:
        nested = contains(stores.public, stores.private)
    except (OSError, RuntimeError) as error:  # links that lead in a circle
        raise StoreFailedError(store=stores.public.name, reason=str(error)) from error
    if nested:
        raise StoresNestedError(public=stores.public.name, private=stores.private.name)
    encoding = settings.text_encoding
    if encoding == "auto":
        # What serves a folder compresses by itself; a bucket sends what it has.
        encoding = "gzip" if hasattr(stores.public, "bucket") else "none"
    if encoding == "none":
        return stores
    return Services(public=CompressedTexts(stores.public, encoding), private=stores.private)


def receiving(store: Blobs) -> Receiving:
    """Return where objects of a private store arrive that come over many requests."""
    if hasattr(store, "bucket"):
        from ispace.adapters.s3 import S3Blobs  # noqa: PLC0415 - half a second of imports
        from ispace.adapters.s3.receiving import S3Receiving  # noqa: PLC0415

        assert isinstance(store, S3Blobs)
        return S3Receiving(store)
    from ispace.adapters.folder import FolderBlobs  # noqa: PLC0415
    from ispace.adapters.folder.receiving import FolderReceiving  # noqa: PLC0415

    assert isinstance(store, FolderBlobs)
    return FolderReceiving(store)


def address(store: Blobs, settings: Settings) -> str:
    """Return where the world reads a public store, ending in ``/``; empty where nothing says."""
    bucket = getattr(store, "bucket", None)
    return settings.public_url or (str(bucket.address) if bucket else "")


def ways_in(private: Blobs, public: Blobs, settings: Settings) -> list[str]:
    """Return where a private bucket might be read by everybody: its S3 address, and beside where the public one is.

    The second matters on servers with addresses of their own, such as Swift: their S3 side refuses everybody, whatever
    is open on the other.
    """
    bucket, other = getattr(private, "bucket", None), getattr(public, "bucket", None)
    if bucket is None:
        return []
    found = [str(bucket.address)]
    if other is not None:
        end = f"/{other.name}/{quote(other.below)}"
        if settings.public_url.endswith(end):
            found.append(f"{settings.public_url.removesuffix(end)}/{bucket.name}/{quote(bucket.below)}")
    return found


def prepare(settings: Settings, public: str | None = None) -> Iterator[tuple[str, str, Step]]:
    """Prepare both stores and yield each step with the role and the name of its store; ``public`` as in ``services``.

    Raises:
        StoresNestedError: as ``services``: opening the public store would open the private one.
    """
    services(settings, public)
    stores = {
        "public": blobs(settings.public if public is None else public, settings),
        "private": blobs(settings.private, settings),
    }
    buckets = [getattr(store, "bucket", None) for store in stores.values()]
    together = all(buckets) and len({(b.name, b.endpoint) for b in buckets if b}) == 1
    for role, store in stores.items():
        if hasattr(store, "bucket"):
            from ispace.adapters.s3 import S3Blobs, prepare as s3  # noqa: PLC0415

            assert isinstance(store, S3Blobs)
            if role == "public":
                steps = s3.run(store, public=True, addresses=[address(store, settings)], together=together)
            else:
                steps = s3.run(store, public=False, addresses=ways_in(store, stores["public"], settings))
        else:
            from ispace.adapters.folder import FolderBlobs, prepare as folder  # noqa: PLC0415

            assert isinstance(store, FolderBlobs)
            steps = folder.run(store)
        for step in steps:
            yield role, store.name, step


def opened_by(store: Blobs) -> str:
    """Return what gives everybody the right to read a store: ``policy``, ``acl``, or nothing that can be seen."""
    if not hasattr(store, "bucket"):
        return ""
    from ispace.adapters.s3 import S3Blobs, access  # noqa: PLC0415 - half a second of imports

    assert isinstance(store, S3Blobs)
    return access.opened_by(store)


def contains(outer: Blobs, inner: Blobs) -> bool:
    """Say whether what lies in the store ``inner`` is part of the store ``outer``."""
    for place in ("root", "bucket"):
        one, other = getattr(outer, place, None), getattr(inner, place, None)
        if one is not None and other is not None:
            return bool(other.resolve().is_relative_to(one.resolve()) if place == "root" else one.contains(other))
    return False
