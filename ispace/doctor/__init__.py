"""Is this installation able to work, and if not, what mends it?"""

from __future__ import annotations

import importlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from ispace import assets
from ispace.doctor import database, stores
from ispace.doctor.check import Check, tried
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.settings import Settings


def run(settings: Settings) -> list[Check]:
    """Return every check, the wrong ones with what went wrong."""
    return [
        *_libraries(),
        tried("front-end", _front_end),
        *stores.run(settings),
        *database.run(settings),
        tried("picture-process", _pictures),
    ]


def _libraries() -> Iterator[Check]:
    for name in (
        "numpy",
        "cv2",
        "PIL",
        "simplejpeg",
        "pillow_heif",
        "py360convert",
        "starlette",
        "jinja2",
        "pydantic",
        "fontTools",
    ):
        try:
            importlib.import_module(name)
        except ImportError as error:
            yield Check("library", False, {"library": name, "reason": str(error)})
            return
    yield Check("library", True, {"library": ""})


def _front_end() -> dict[str, object]:
    return {"count": len(assets.load().published)}


def _pictures() -> dict[str, object]:
    with tempfile.TemporaryDirectory(prefix="ispace-doctor-") as folder, PictureWorker(Limits()) as worker:
        picture = Path(folder) / "doctor.jpg"
        Image.fromarray(np.full((64, 128, 3), 128, np.uint8)).save(picture)
        worker.run("probe", {"path": str(picture), "name": picture.name})
    return {}
