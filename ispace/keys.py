"""Every object key of iSpace; nothing else may build one.

index.html, <lang>/index.html, sitemap.xml, search.json   the catalogue           short cache
sw.js, offline/index.html                                 visits without network  short cache
<slug>/index.html                                         the pointer of a tour   short cache
<slug>/<lang>/index.html                                  its other languages     short cache
r/<slug>/<release>/…                                      a release               immutable
t/<tile set>/{level}/{face}/{row}_{col}.<ext>             tiles, preview          immutable
a/<sha256 prefix>.<ext>                                   media, viewer, fonts    immutable
r/-/…                                                     notes of work under way
originals/<sha256>                                        private: what was taken
k/<sha256>, releases/<slug>/<release>.json                private: texts of releases; what each is made of
v/<views>/…, m/<medium>/…                                 private: posters, web pictures
stitched/<sha256>.json, .html                             private: how the panorama of that content was stitched
glances/<sha256>.jpg                                      private: small pictures of originals, for lists
uploads/<upload>                                          private: what was received, byte for byte
previews/<token's sha256>/…                               private: tours as they would be public, for a while
"""

from __future__ import annotations

import re
import unicodedata

from ispace import language
from ispace.errors import KeyInvalidError

_RESERVED = frozenset({"r", "t", "a", "originals", "assets", "embed", "catalogue", "offline", "preview"})

CATALOGUE = "index.html"
SITEMAP = "sitemap.xml"
WORKER = "sw.js"
"""The service worker; at the top, because a worker answers for what lies below it."""
OFFLINE_PAGE = "offline/index.html"
"""What the worker shows in place of a page that was never visited."""
RELEASES = "r/"
INTENTS = "r/-/"
"""Notes of work under way; no tour can be called so."""
SWEEP = "r/-/sweep.json"
"""The mark of a collector at work."""
TILE_SETS = "t/"
ASSETS = "a/"
ORIGINALS = "originals/"
UPLOADS = "uploads/"
PREVIEWS = "previews/"

_TYPES = {
    "html": "text/html; charset=utf-8",
    "json": "application/json; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "xml": "application/xml; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "mp3": "audio/mpeg",
    "m4a": "audio/mp4",
    "ogg": "audio/ogg",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "woff2": "font/woff2",
    "ico": "image/x-icon",
}


def reserved() -> frozenset[str]:
    """Return the names at the top of a store that no tour may take; the catalogue's other languages are among them."""
    return _RESERVED | set(language.available())


def is_slug(name: str) -> bool:
    """Say whether a tour can have that name."""
    return re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) is not None and len(name) <= 80 and name not in reserved()


def assets_in(content: bytes, *, siblings: bool = False) -> set[str]:
    """Return the keys below ``a/`` that a page names; ``siblings``: that a style sheet names, itself below ``a/``."""
    pattern = rb"([0-9a-f]{20}\.[a-z0-9]{1,12})\b" if siblings else rb"\ba/([0-9a-f]{20}\.[a-z0-9]{1,12})\b"
    return {ASSETS + name.decode() for name in re.findall(pattern, content)}


def catalogue(lang: str) -> str:
    """Return the key of the catalogue in a language; that of the first one is at the top of the store."""
    return CATALOGUE if lang == language.DEFAULT else f"{lang}/{CATALOGUE}"


def pointer(slug: str) -> str:
    """Return the key of the page that says which release of a tour is current."""
    return f"{slug}/index.html"


def page(slug: str, language: str, default_language: str) -> str:
    """Return the key of a tour's page in a language; the default language's page is the pointer."""
    return pointer(slug) if language == default_language else f"{slug}/{language}/index.html"


def release(slug: str, release_id: str, name: str = "") -> str:
    """Return the key of a file of a release, or the folder of the release."""
    return f"r/{slug}/{release_id}/{name}"


def releases(slug: str) -> str:
    """Return the folder of all releases of a tour."""
    return f"r/{slug}/"


def manifest(slug: str, release_id: str) -> str:
    """Return the key of ``release.json``, whose presence makes a release complete."""
    return release(slug, release_id, "release.json")


def is_release(name: str) -> bool:
    """Say whether ``name`` is that of a release: the time it was made, and the beginning of its content's digest."""
    return re.fullmatch(r"[0-9]{8}-[0-9]{6}-[0-9a-f]{8}", name) is not None


def intent(slug: str, release_id: str) -> str:
    """Return the key of the note that a release is about to be shown, which keeps the collector from its objects."""
    return f"{INTENTS}{slug}.{release_id}.json"


def kept_page(slug: str, release_id: str, language: str) -> str:
    """Return the key under which a release keeps its page, for going back to it."""
    return release(slug, release_id, f"page.{language}.txt")


def oembed(slug: str, release_id: str, language: str, default_language: str) -> str:
    """Return the key of what a release says of itself to sites that embed, about its page in a language."""
    return release(slug, release_id, "oembed.json" if language == default_language else f"oembed.{language}.json")


def log(slug: str, entry: str = "") -> str:
    """Return the key of an entry of a tour's log of flips, or the folder of the log."""
    return f"r/{slug}/log/{entry}"


def tile(tile_set: str, name: str = "") -> str:
    """Return the key of a file of a tile set, or the folder of the set."""
    return f"t/{tile_set}/{name}"


def views(views_id: str, name: str = "") -> str:
    """Return the private key of a picture of a first view, or the folder of such pictures."""
    return f"v/{views_id}/{name}"


def medium(work_id: str, name: str = "") -> str:
    """Return the private key of a picture made fit for the web, or its folder."""
    return f"m/{work_id}/{name}"


def asset(sha256: str, extension: str) -> str:
    """Return the key of a file that is named by its content."""
    return f"a/{sha256[:20]}.{extension}"


def kept(sha256: str) -> str:
    """Return the private key of a file of a release that was made from no picture."""
    return f"k/{sha256}"


def book(slug: str, release_id: str) -> str:
    """Return the private key of what a release is made of, for making it again."""
    return f"releases/{slug}/{release_id}.json"


def stitched(sha256: str) -> str:
    """Return the private key of the report on how an original was stitched."""
    return f"stitched/{sha256}.json"


def stitched_page(sha256: str) -> str:
    """Return the private key of the same report as a page."""
    return f"stitched/{sha256}.html"


def original(sha256: str) -> str:
    """Return the private key of an original."""
    return f"originals/{sha256}"


def glance(sha256: str) -> str:
    """Return the private key of a small picture of an original, for lists."""
    return f"glances/{sha256}.jpg"


def upload(upload_id: str) -> str:
    """Return the private key of a file that was received whole."""
    return f"{UPLOADS}{upload_id}"


def preview(name: str, key: str = "") -> str:
    """Return the private key of what a preview shows under ``key``, or the folder of the preview."""
    return f"{PREVIEWS}{name}/{key}"


def checked(key: str) -> str:
    """Return ``key`` where every store can hold it under exactly that name, else raise ``KeyInvalidError``."""
    if not is_key(key):
        raise KeyInvalidError(key=key)
    return key


def is_key(key: str) -> bool:
    """Say whether every store can hold an object under exactly that name."""
    parts = key.split("/")
    return not (
        not key
        or len(key.encode("utf-8", "surrogatepass")) > 900
        or any(p in {"", ".", ".."} or len(p.encode("utf-8", "surrogatepass")) > 240 for p in parts)
        or re.search(r"[\x00-\x1f\x7f\\\ud800-\udfff]", key) is not None
        or parts[0].startswith(".ispace")
        or unicodedata.normalize("NFC", key) != key
    )


def is_collectable(key: str) -> bool:
    """Say whether an object of a public store has the form of those that iSpace may delete when nobody needs them.

    Anything else below the same folders was put there by somebody else, and stays.
    """
    parts = key.split("/")
    if key.startswith(INTENTS):
        return key.endswith(".json") and len(parts) == 3
    if key.startswith(RELEASES):
        return len(parts) > 3 and is_slug(parts[1]) and is_release(parts[2])
    if key.startswith(TILE_SETS):
        return len(parts) > 2 and re.fullmatch(r"[0-9a-f]{20}", parts[1]) is not None
    return re.fullmatch(r"a/([0-9a-f]{20}\.[a-z0-9]{1,12}|doctor-[0-9a-f]+\.txt)", key) is not None


def extension(name: str) -> str:
    """Return the extension of a name in small letters, without its dot."""
    last = name.rsplit("/", 1)[-1]
    return last.rsplit(".", 1)[1].lower() if "." in last else ""


def content_type(key: str) -> str:
    """Return the media type of an object by its name."""
    return _TYPES.get(extension(key), "application/octet-stream")


def is_immutable(key: str) -> bool:
    """Say whether what stands under ``key`` never changes."""
    return key.startswith((RELEASES, TILE_SETS, ASSETS, ORIGINALS)) and not key.startswith(INTENTS)


def cache_control(key: str) -> str:
    """Return how long a reader may keep an object: a year where it cannot change, else a minute."""
    return "public, max-age=31536000, immutable" if is_immutable(key) else "public, max-age=60, must-revalidate"


def is_text(key: str) -> bool:
    """Say whether an object gains from compression."""
    return extension(key) in {"html", "json", "js", "css", "xml", "txt", "vtt", "svg", "webmanifest"}
