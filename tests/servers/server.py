"""What a test is told about an S3 server."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

FIELDS = ("endpoint", "key", "secret", "region")


@dataclass(frozen=True)
class Server:
    """An S3 server that answers at ``endpoint``, path style, for one user who may do everything."""

    name: str
    endpoint: str
    key: str
    secret: str
    region: str
    public_base: str | None = None
    """Below it buckets that are open to everybody are read without a signature; None where nobody knows."""

    def public_url(self, bucket: str) -> str | None:
        """Return the address below which the keys of an open bucket are read."""
        return f"{self.public_base}/{quote(bucket)}" if self.public_base else None

    def line(self) -> str:
        """Return one line that ``parse`` reads."""
        return " ".join(f"{field}={getattr(self, field)}" for field in FIELDS)


def parse(name: str, line: str) -> Server:
    """Read ``endpoint=… key=… secret=… region=…``, in any order and separated by blanks."""
    found = dict(part.split("=", 1) for part in line.split() if "=" in part)
    if set(found) != set(FIELDS):
        raise ValueError(f"{name}: wanted are {', '.join(FIELDS)}, each as name=value; there are: {', '.join(found)}")
    return Server(name, found["endpoint"].rstrip("/"), found["key"], found["secret"], found["region"])
