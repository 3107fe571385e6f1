"""The built front end: found in the checkout or inside the installed package, named by content for publishing.

Of the folder ``stock`` nothing is published as it is: it holds the typefaces that are cut to the letters of a page. The
folder ``studio`` is for the pages of those who are signed in; no public store has it.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import re
from collections.abc import Callable
from pathlib import Path

from ispace import keys
from ispace.errors import AssetsMissingError

_PACKAGE = Path(__file__).parent
STOCK = "stock"
STUDIO = "studio"
_OWN_KEY = frozenset({"sw.js"})
"""Published at the top of a store, under a name that does not change; see ``ispace.offline``."""
_VIEWER = "viewer.vi.js"
_NOT_OF_STUDIO = frozenset({"sw.js", "site.css", "tour.css", "fonts.css", "catalogue.js"})
_LINK = {
    ".css": re.compile(rb"(?P<before>url\(['\"]?)(?P<name>fonts/[A-Za-z0-9._-]+)"),
    ".js": re.compile(rb"(?P<before>[\"'`]\./)(?P<name>[a-z_-]+\.(?:js|css|svg))(?=[\"'`])"),
}
"""How a style sheet names its fonts, and a script what it loads on demand."""


def home() -> tuple[Path, Path]:
    """Return the folders of the built front end and of the templates: inside the wheel, else of the checkout."""
    packed = _PACKAGE / "_assets"
    if packed.is_dir():
        return packed / "static", packed / "templates"
    return _PACKAGE.parent / "static" / "dist", _PACKAGE.parent / "templates"


@dataclasses.dataclass(frozen=True)
class Assets:
    """Files by the name that templates use (``site.css``) and by the key under which they are published."""

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

    def viewer(self, lang: str) -> str:
        """Return the name of the viewer's script in a language, the Vietnamese one where there is none of its own."""
        name = f"viewer.{lang}.js"
        return name if name in self.content else _VIEWER

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
    return _load(folder or home()[0], _is_public)


def studio(folder: Path | None = None) -> Assets:
    """Return what the studio's pages link (``studio/studio.css``), in ``folder``; raises ``AssetsMissingError``."""
    return _load(folder or home()[0], _is_of_studio)


def _is_public(file: Path) -> bool:
    return file.parts[0] not in {STOCK, STUDIO}


def _is_of_studio(file: Path) -> bool:
    """The editor shows tours with the viewer, so it needs all of that as well; but no page of the public."""
    return file.parts[0] != STOCK and file.name not in _NOT_OF_STUDIO


@functools.cache
def _load(folder: Path, is_taken: Callable[[Path], bool]) -> Assets:
    if not (folder / _VIEWER).is_file():
        raise AssetsMissingError(file=str(folder / _VIEWER))
    files = [p.relative_to(folder) for p in folder.rglob("*") if p.is_file() and p.name != "manifest.json"]
    names = sorted(str(file) for file in files if is_taken(file))
    content = {name: (folder / name).read_bytes() for name in names}
    key_of: dict[str, str] = {}

    def resolve(name: str) -> str:
        """Name a file by its content, after those that it links: all are siblings below ``a/``."""
        if name not in content:
            raise AssetsMissingError(file=name)
        if name not in key_of:
            pattern = _LINK.get(Path(name).suffix)
            if pattern:
                content[name] = pattern.sub(lambda m: m["before"] + sibling(m["name"].decode()), content[name])
            key_of[name] = keys.asset(hashlib.sha256(content[name]).hexdigest(), keys.extension(name))
        return key_of[name]

    def sibling(name: str) -> bytes:
        return resolve(name).removeprefix(keys.ASSETS).encode()

    for name in names:
        if name not in _OWN_KEY:
            resolve(name)
    return Assets(content, key_of)


def stock(name: str) -> bytes:
    """Return a file of the stock of typefaces; raises ``AssetsMissingError`` where it was not built."""
    try:
        return (home()[0] / STOCK / name).read_bytes()
    except OSError as error:
        raise AssetsMissingError(file=f"{STOCK}/{name}") from error
