"""The built front end: found in the checkout or inside the installed package, named by content for publishing."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from pathlib import Path

from ispace import keys
from ispace.errors import AssetsMissingError

_PACKAGE = Path(__file__).parent
_FONT = re.compile(rb"url\((['\"]?)(fonts/[A-Za-z0-9._-]+)\1\)")


def home() -> tuple[Path, Path]:
    """Return the folders of the built front end and of the templates: inside the wheel, else of the checkout."""
    packed = _PACKAGE / "_assets"
    if packed.is_dir():
        return packed / "static", packed / "templates"
    return _PACKAGE.parent / "static" / "dist", _PACKAGE.parent / "templates"


@dataclasses.dataclass(frozen=True)
class Assets:
    """Files by the name that templates use (``viewer.js``) and by the key under which they are published."""

    content: dict[str, bytes]
    key_of: dict[str, str]

    def url(self, name: str) -> str:
        """Return the public key of a file; raises ``AssetsMissingError`` where it was not built."""
        if name not in self.key_of:
            raise AssetsMissingError(file=name)
        return self.key_of[name]

    def read(self, name: str) -> bytes:
        """Return a file's content; raises ``AssetsMissingError`` where it was not built."""
        if name not in self.content:
            raise AssetsMissingError(file=name)
        return self.content[name]

    @property
    def published(self) -> dict[str, bytes]:
        """Everything that goes into a public store, by key."""
        return {key: self.content[name] for name, key in self.key_of.items()}

    @property
    def digest(self) -> str:
        """A name for exactly these files."""
        return hashlib.sha256("\n".join(sorted(self.key_of.values())).encode()).hexdigest()


def load(folder: Path | None = None) -> Assets:
    """Return the built front end in ``folder``; raises ``AssetsMissingError`` where there is none."""
    return _load(folder or home()[0])


@functools.cache
def _load(folder: Path) -> Assets:
    if not (folder / "viewer.js").is_file():
        raise AssetsMissingError(file=str(folder / "viewer.js"))
    names = sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json")
    content = {name: (folder / name).read_bytes() for name in names}
    key_of = {name: _key(name, data) for name, data in content.items() if not name.endswith(".css")}
    for name in [n for n in names if n.endswith(".css")]:
        # A style sheet names its fonts, so it gets its own name after theirs are known; all are siblings below a/.
        content[name] = _FONT.sub(lambda m: b"url(" + _sibling(key_of, m[2].decode()) + b")", content[name])
        key_of[name] = _key(name, content[name])
    return Assets(content, key_of)


def _sibling(key_of: dict[str, str], name: str) -> bytes:
    if name not in key_of:
        raise AssetsMissingError(file=name)
    return key_of[name].removeprefix(keys.ASSETS).encode()


def _key(name: str, data: bytes) -> str:
    return keys.asset(hashlib.sha256(data).hexdigest(), keys.extension(name))
