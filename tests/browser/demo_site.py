"""The demo tours with their pages, documents and media as they are published, over panoramas of one colour.

What is shown in the scenes does not matter here, and cutting real panoramas would take longer than all tests of a page.
"""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image

from ispace import assets, keys
from ispace.model.site import Site
from ispace.model.tour import Tour
from ispace.pipeline import compose, render

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "pipeline"))
from page_example import RELEASE, medium_work, scene_work  # noqa: E402

PAGODA = "chua-co-ben-nui-sam"
VILLAGE = "lang-nghe-ocop"
MANY_TONGUES = "bon-tieng"
"""The pagoda in four languages with a title of three lines."""
TODAY = dt.date(2026, 1, 31)
COLOURS = {PAGODA: (250, 250, 248), VILLAGE: (6, 8, 7), MANY_TONGUES: (250, 250, 248)}
"""Of the panoramas: controls must be seen over the brightest picture and over the darkest one."""
_LONG = "Chùa cổ bên Núi Sam, sân gạch, chánh điện và đài ngắm cảnh nhìn ra Bảy Núi"
_FACES = "bdflru"


def raw_of(slug: str) -> dict[str, Any]:
    """Return the document of a demo tour as its editor wrote it."""
    if slug != MANY_TONGUES:
        found: dict[str, Any] = json.loads((ROOT / "tours" / slug / "tour.json").read_text("utf-8"))
        return found
    title = {"vi": _LONG, "en": _LONG, "km": "វត្តចាស់ជិតភ្នំសាំ និងទីលានឥដ្ឋ", "zh": "三山旁的古寺、砖庭与观景台"}
    return raw_of(PAGODA) | {"id": MANY_TONGUES, "languages": list(title), "title": title}


def publish(root: Path, front_end: Path) -> Path:
    """Write all of it into ``root`` and return that."""
    front = assets.load(front_end)
    files: dict[str, bytes] = dict(front.published)
    for slug in (PAGODA, VILLAGE, MANY_TONGUES):
        files |= _tour(slug, front)
    for key, data in files.items():
        path = root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return root


def _tour(slug: str, front: assets.Assets) -> Mapping[str, bytes]:
    tour = Tour.model_validate(raw_of(slug))
    strip = base64.b64encode(_picture(slug, 64, 64 * 6)).decode()
    scenes = {scene.id: scene_work(f"{slug}-{scene.id}") for scene in tour.scenes}
    media = {medium.id: medium_work(medium) for medium in tour.media}
    document = compose.run(tour, scenes, media, RELEASE, "https://maps.example.org/?to={lat},{lon}")
    for scene in document["scenes"]:
        scene["preview"]["inline"] = strip
    files = dict(render.render(tour, document, release=RELEASE, assets=front, site=Site(), today=TODAY))
    files |= render.app_files(tour, document) | render.skin_sheet(tour.skin)
    files[keys.release(slug, RELEASE, "tour.json")] = json.dumps(document, ensure_ascii=False).encode()
    tile = _picture(slug, 464, 464)
    for scene in document["scenes"]:
        base = scene["tiles"]["base"].removeprefix("../../../")
        files[base + "preview.jpg"] = _picture(slug, 256, 256 * 6)
        for level, across in ((1, 1), (2, 2)):
            for face in _FACES:
                files |= {f"{base}{level}/{face}/{n // across}_{n % across}.jpg": tile for n in range(across**2)}
        for picture in (scene["thumbnail"], scene["share"], *scene["poster"].values()):
            files[_key(picture["url"])] = _picture(slug, picture["width_px"], picture["height_px"])
    folder = ROOT / "tours" / (PAGODA if slug == MANY_TONGUES else slug)
    return files | {media[m.id].file.key: (folder / m.file).read_bytes() for m in tour.media}


def _key(url: str) -> str:
    return url.removeprefix("../../../")


def _picture(slug: str, width_px: int, height_px: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (width_px, height_px), COLOURS[slug]).save(data, "JPEG", quality=60)
    return data.getvalue()


def document_of(root: Path, slug: str) -> dict[str, Any]:
    """Return the published document of a tour in ``root``."""
    found: dict[str, Any] = json.loads((root / keys.release(slug, RELEASE, "tour.json")).read_text("utf-8"))
    return found
