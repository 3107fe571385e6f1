"""Is this installation able to work, and if not, what mends it?"""

from __future__ import annotations

import dataclasses
import importlib
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ispace import assets, keys, language, wiring
from ispace.errors import IspaceError
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.ports import Blobs, Put
from ispace.settings import Settings


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    params: dict[str, object]

    def sentence(self, lang: str) -> str:
        """Return what was found and, where it is wrong, how to mend it."""
        return language.say("doctor", self.name + ("" if self.ok else "-wrong"), lang, **self.params)


def run(settings: Settings) -> list[Check]:
    """Return every check, the wrong ones with what went wrong."""
    return [*_libraries(), _check("front-end", _front_end), *_stores(settings), _check("picture-process", _pictures)]


def _check(name: str, work: Callable[[], dict[str, object]], **params: object) -> Check:
    try:
        return Check(name, True, params | work())
    except IspaceError as error:
        sentence = {f"reason_{lang}": language.error_sentence(error, lang) for lang in language.available()}
        return Check(name, False, params | {"reason": sentence["reason_vi"]} | sentence)


def _libraries() -> Iterator[Check]:
    for name in ("numpy", "cv2", "PIL", "simplejpeg", "pillow_heif", "py360convert", "starlette", "jinja2", "pydantic"):
        try:
            importlib.import_module(name)
        except ImportError as error:
            yield Check("library", False, {"library": name, "reason": str(error)})
            return
    yield Check("library", True, {"library": ""})


def _front_end() -> dict[str, object]:
    return {"count": len(assets.load().published)}


def _stores(settings: Settings) -> Iterator[Check]:
    for role, url in (("public", settings.public), ("private", settings.private)):
        yield _check(f"store-{role}", lambda url=url: _write_and_read(wiring.blobs(url)), store=url)  # type: ignore[misc]


def _write_and_read(store: Blobs) -> dict[str, object]:
    """Write, read, replace on condition and delete one object where tours lie."""
    key = f"{keys.ASSETS}doctor-{uuid.uuid4().hex}.txt"
    try:
        first = store.put(Put(key, b"ispace", if_absent=True))
        store.put(Put(key, b"doctor", if_match=first.etag))
        if store.get(key) != b"doctor":
            raise IspaceError
    finally:
        store.delete([key])
    return {}


def _pictures() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="ispace-doctor-") as folder, PictureWorker(Limits()) as worker:
        picture = Path(folder) / "doctor.jpg"
        Image.fromarray(np.full((64, 128, 3), 128, np.uint8)).save(picture)
        worker.run("probe", {"path": str(picture), "name": picture.name})
    return {}
