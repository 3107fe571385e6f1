"""Where a bucket is and how its server is spoken to: a store's address and the settings; no secret in either."""

from __future__ import annotations

import dataclasses
import re
from urllib.parse import parse_qs, quote, unquote, urlsplit

from ispace import keys
from ispace.errors import KeyInvalidError, StoreUrlError, StoreUrlSecretError
from ispace.settings import Settings

_ASKED = {"endpoint", "region", "profile"}


@dataclasses.dataclass(frozen=True)
class Bucket:
    """A bucket, the prefix below which a store lies in it, and how to talk to its server."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    profile: str | None = None
    """The section of the usual AWS files that holds the credentials; ``None``: environment or default section."""
    addressing: str = "path"
    checksums: str = "when_required"
    ca: str | None = None
    concurrency: int = 32
    connect_seconds: float = 10
    read_seconds: float = 60
    attempts: int = 6
    bulk: str = "auto"

    @property
    def below(self) -> str:
        """What every key of the store begins with in the bucket: empty, or ending in ``/``."""
        return f"{self.prefix}/" if self.prefix else ""

    @property
    def url(self) -> str:
        """The store's address for messages, without its query."""
        return f"s3://{self.name}/{self.prefix}".rstrip("/")

    @property
    def address(self) -> str:
        """Where everybody would read the store through S3 itself, ending in ``/``."""
        server = urlsplit(self.endpoint or f"https://s3.{self.region}.amazonaws.com")
        path = f"{server.path.rstrip('/')}/{quote(self.below)}"
        if self.addressing == "virtual":
            return f"{server.scheme}://{self.name}.{server.netloc}{path}"
        return f"{server.scheme}://{server.netloc}{path.removesuffix(quote(self.below))}{self.name}/{quote(self.below)}"

    def contains(self, other: Bucket) -> bool:
        """Say whether the other store lies inside this one."""
        same = (self.name, self.endpoint) == (other.name, other.endpoint)
        return same and other.below.startswith(self.below)


def parse(url: str, settings: Settings) -> Bucket:
    """Return the bucket that ``s3://bucket/prefix?endpoint=…&region=…&profile=…`` names.

    Raises:
        StoreUrlSecretError: there are credentials in the address; it is not repeated in the error.
        StoreUrlError: the address cannot be understood.
    """
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
        endpoint = (asked.get("endpoint") or [""])[0]
        server = urlsplit(endpoint)
        secret = "@" in parts.netloc or "@" in server.netloc or any(_is_secret(name) for name in asked)
        host = server.hostname
        _ = server.port
    except ValueError as error:
        raise StoreUrlError(url="s3://…" if "@" in url else url) from error
    if secret:
        raise StoreUrlSecretError(store=f"s3://{parts.netloc.rpartition('@')[2]}{parts.path}")
    prefix = unquote(parts.path).strip("/")
    wrong = (
        not re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9._-]{1,254}", parts.netloc)
        or parts.fragment
        or asked.keys() - _ASKED
        or any(len(values) != 1 or not values[0] for values in asked.values())
        or (endpoint and (server.scheme not in {"http", "https"} or not host or server.query or server.fragment))
    )
    try:
        prefix = keys.checked(prefix) if prefix else ""
    except KeyInvalidError:
        wrong = True
    if wrong:
        raise StoreUrlError(url=url)
    return Bucket(
        name=parts.netloc,
        prefix=prefix,
        endpoint=endpoint or None,
        region=(asked.get("region") or ["us-east-1"])[0],
        profile=asked["profile"][0] if "profile" in asked else None,
        addressing=settings.s3_addressing,
        checksums=settings.s3_checksums,
        ca=settings.s3_ca or None,
        concurrency=settings.s3_concurrency,
        connect_seconds=settings.s3_connect_seconds,
        read_seconds=settings.s3_read_seconds,
        attempts=settings.s3_attempts,
        bulk=settings.s3_bulk,
    )


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in ("secret", "password", "key", "token"))
