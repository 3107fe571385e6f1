"""A small tour in the published format, made of nothing: for the viewer's tests, which must not wait for the pipeline.

Every face carries its letter and every direction its own colour, so that a swapped or turned face is seen at once.
"""

from __future__ import annotations

import base64
import io
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from ispace.page.frame import CONTENT_SECURITY_POLICY

FACES = "frblud"
PREVIEW_ORDER = "bdflru"
TILE_PX = 416
LEVELS_PX = [416, 832]
Colour = Callable[[np.ndarray], np.ndarray]
"""Directions (h × w × 3, x right, y up, z forward, any length) → pixels (h × w × 3, uint8)."""


def equirect(width_px: int = 2048, *, hue: int = 0) -> np.ndarray:
    """Return a lettered panorama (width/2 × width × 3, uint8); ``hue`` rotates its colour channels."""
    height_px = width_px // 2
    yaw = (np.arange(width_px) + 0.5) / width_px * 2 * np.pi - np.pi
    pitch = np.pi / 2 - (np.arange(height_px) + 0.5) / height_px * np.pi
    sky = np.stack(
        np.broadcast_arrays(
            128 + 70 * np.sin(yaw)[None] * np.cos(pitch)[:, None],
            128 + 80 * np.sin(pitch)[:, None],
            128 + 70 * np.cos(yaw)[None] * np.cos(pitch)[:, None],
        ),
        axis=-1,
    ).astype(np.uint8)
    picture = Image.fromarray(np.ascontiguousarray(np.roll(sky, hue, axis=2)))
    draw = ImageDraw.Draw(picture)
    degree = width_px / 360
    for angle in range(-180, 180, 15):
        draw.line([((angle + 180) * degree, 0), ((angle + 180) * degree, height_px)], fill=(235, 235, 225), width=3)
    for angle in range(-75, 90, 15):
        draw.line([(0, (90 - angle) * degree), (width_px, (90 - angle) * degree)], fill=(235, 235, 225), width=3)
    font = ImageFont.load_default(size=18 * degree)
    for name, angle in {"F": 0, "R": 90, "B": -180, "L": -90}.items():
        for shift in (0, 360):
            at = ((angle + 180 + shift) * degree, 90 * degree)
            draw.text(at, name, fill=(20, 25, 22), font=font, anchor="mm")
    for angle in range(-180, 180, 30):
        small = ImageFont.load_default(size=5 * degree)
        at = ((angle + 180) * degree, 72 * degree)
        draw.text(at, str(angle), fill=(20, 25, 22), font=small, anchor="mm")
    return np.asarray(picture)


def sampler(source: np.ndarray) -> Colour:
    """Return what colour an equirectangular picture has in a direction, interpolated linearly."""
    height, width = source.shape[:2]

    def colour(direction: np.ndarray) -> np.ndarray:
        x, y, z = np.moveaxis(direction, -1, 0)
        column = (np.arctan2(x, z) / (2 * np.pi) + 0.5) * width - 0.5
        row = (0.5 - np.arctan2(y, np.hypot(x, z)) / np.pi) * height - 0.5
        left, top = np.floor(column).astype(int), np.floor(row).astype(int)
        across, down = (column - left)[..., None], (row - top)[..., None]
        rows = [np.clip(top + k, 0, height - 1) for k in (0, 1)]
        cols = [(left + k) % width for k in (0, 1)]
        upper = source[rows[0], cols[0]] * (1 - across) + source[rows[0], cols[1]] * across
        lower = source[rows[1], cols[0]] * (1 - across) + source[rows[1], cols[1]] * across
        return np.round(upper * (1 - down) + lower * down).astype(np.uint8)

    return colour


def face(colour: Colour, name: str, size_px: int) -> np.ndarray:
    """Return a face of the cube (size × size × 3), seen from inside."""
    u = (2 * np.arange(size_px) + 1) / size_px - 1
    u, v = np.meshgrid(u, u)
    one = np.ones_like(u)
    axes = {
        "f": (u, -v, one), "r": (one, -v, -u), "b": (-u, -v, -one),
        "l": (-one, -v, u), "u": (u, one, v), "d": (u, -one, -v),
    }  # fmt: skip
    return colour(np.stack(axes[name], axis=-1))


def rectilinear(
    colour: Colour, *, yaw_deg: float, pitch_deg: float, hfov_deg: float, width_px: int, height_px: int
) -> np.ndarray:
    """Return a view (height × width × 3); ``hfov_deg`` spans the longer side."""
    focal = max(width_px, height_px) / 2 / math.tan(math.radians(hfov_deg) / 2)
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    x, y = np.meshgrid(np.arange(width_px) + 0.5 - width_px / 2, height_px / 2 - np.arange(height_px) - 0.5)
    right = np.array([math.cos(yaw), 0, -math.sin(yaw)])
    up = np.array([-math.sin(yaw) * math.sin(pitch), math.cos(pitch), -math.cos(yaw) * math.sin(pitch)])
    ahead = np.array([math.sin(yaw) * math.cos(pitch), math.sin(pitch), math.cos(yaw) * math.cos(pitch)])
    return colour(x[..., None] / focal * right + y[..., None] / focal * up + ahead)


def jpeg(pixels: np.ndarray, quality: int = 90) -> bytes:
    """Return a JPEG."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0 if quality > 80 else 2)
    return buffer.getvalue()


def tile_set(colour: Colour, folder: Path, *, tile_px: int = TILE_PX, levels_px: list[int] | None = None) -> str:
    """Write tiles and preview strip of a picture into ``folder`` and return the small strip as base64."""
    levels_px = levels_px or LEVELS_PX
    small = {}
    for name in FACES:
        pixels = face(colour, name, levels_px[-1])
        for level, size_px in reversed(list(enumerate(levels_px, start=1))):
            shrunk = np.asarray(Image.fromarray(pixels).resize((size_px, size_px), Image.Resampling.BOX))
            target = folder / str(level) / name
            target.mkdir(parents=True, exist_ok=True)
            for row in range(size_px // tile_px):
                for col in range(size_px // tile_px):
                    part = shrunk[row * tile_px : (row + 1) * tile_px, col * tile_px : (col + 1) * tile_px]
                    (target / f"{row}_{col}.jpg").write_bytes(jpeg(part))
        small[name] = Image.fromarray(pixels)
    strips = {}
    for size_px in (256, 64):
        faces = [np.asarray(small[n].resize((size_px, size_px), Image.Resampling.BOX)) for n in PREVIEW_ORDER]
        strips[size_px] = np.concatenate(faces)
    (folder / "preview.jpg").write_bytes(jpeg(strips[256], 75))
    return base64.b64encode(jpeg(strips[64], 50)).decode()


def scene(root: Path, id_: str, colour: Colour, title: dict[str, str], **more: Any) -> dict[str, Any]:
    """Write everything of a scene below ``root`` and return its part of the published document."""
    tile_px, levels_px = more.pop("tile_px", TILE_PX), more.pop("levels_px", LEVELS_PX)
    inline = tile_set(colour, root / "t" / id_, tile_px=tile_px, levels_px=levels_px)
    view = more.pop("initial_view", {"yaw_deg": 0, "pitch_deg": 0, "hfov_deg": 90})
    (root / "a").mkdir(exist_ok=True)
    pictures = {}
    for name, (width_px, height_px) in {"portrait": (585, 1266), "landscape": (1366, 768), "thumb": (320, 200)}.items():
        pixels = rectilinear(colour, width_px=width_px, height_px=height_px, **view)
        (root / "a" / f"{id_}-{name}.jpg").write_bytes(jpeg(pixels, 88))
        pictures[name] = {"url": f"../../../a/{id_}-{name}.jpg", "width_px": width_px, "height_px": height_px}
    base = f"../../../t/{id_}/"
    return {
        "id": id_,
        "title": title,
        "description": None,
        "tiles": {"base": base, "tile_size_px": tile_px, "level_sizes_px": levels_px, "format": "jpg"},
        "preview": {"url": base + "preview.jpg", "size_px": 256, "order": PREVIEW_ORDER, "inline": inline},
        "poster": {"portrait": pictures["portrait"], "landscape": pictures["landscape"]},
        "thumbnail": pictures["thumb"],
        "initial_view": view,
        "limits": {
            "yaw_min_deg": -180, "yaw_max_deg": 180, "pitch_min_deg": -90, "pitch_max_deg": 90,
            "hfov_min_deg": 30, "hfov_max_deg": 110,
        },
        "north_deg": None,
        "hotspots": [],
    } | more  # fmt: skip


PAGE = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{csp}">
<link rel="icon" href="data:,"><link rel="stylesheet" href="site.css"><link rel="stylesheet" href="viewer.css">
</head><body class="tour">
<section class="stage" id="stage" data-tour="r/tour/1/tour.json" aria-label="{title}">
<picture class="stage-poster"><source media="(orientation: portrait)" srcset="a/{start}-portrait.jpg">
<img src="a/{start}-landscape.jpg" alt="{title}" fetchpriority="high"></picture>
<header class="stage-head"><h1 class="stage-title">{title}</h1><p class="stage-place">{place}</p></header>
</section>
<script type="application/json" id="tour-start">{start_json}</script>
<script type="module" async src="viewer.{lang}.js"></script>
<div class="strip"><p class="strip-text">Bốn mặt chữ và một quả cầu đủ màu.</p></div>
<main class="page" id="noi_dung">{sections}</main>
<div class="sprite" hidden>{sprite}</div></body></html>
"""


def page(tour: dict[str, Any], dist: Path, lang: str = "vi") -> str:
    """Return a page around a published tour, with what pages of the service have and the viewer relies on."""
    first = next(s for s in tour["scenes"] if s["id"] == tour["start"])
    start = {"tour": tour | {"scenes": [first]}, "scene_count": len(tour["scenes"])}
    text = json.dumps(start, ensure_ascii=False).replace("<", "\\u003c")
    sections = "".join(
        f'<section id="{s["id"]}"><h2>{s["id"]}</h2><p>{"Một đoạn văn. " * 60}</p>'
        f'<a class="look" href="#{s["id"]}/30/5/70">Ngắm {s["id"]}</a></section>'
        for s in tour["scenes"]
    )
    return PAGE.format(
        csp=CONTENT_SECURITY_POLICY,
        lang=lang, title="Quả cầu chữ", place=first["id"], start=tour["start"], start_json=text,
        sections=sections, sprite=(dist / "icons.svg").read_text("utf-8"),
    )  # fmt: skip


def two_scenes(root: Path, dist: Path) -> Path:
    """Write a published tour of two scenes, ``mot`` and ``hai``, with its page and viewer, and return its folder."""
    hotspots = [
        {"id": "toi-hai", "kind": "link", "yaw_deg": 10, "pitch_deg": -12, "target": "hai", "title": None,
         "arrival": {"yaw_deg": 90, "pitch_deg": 5, "hfov_deg": 80}},
        {"id": "the", "kind": "card", "yaw_deg": -25, "pitch_deg": 6, "title": {"vi": "Thẻ mặt trước"},
         "text": {"vi": "Đoạn một.\n\nĐoạn hai."}},
        {"id": "goi", "kind": "phone", "yaw_deg": 160, "pitch_deg": 0, "title": {"vi": "Quầy vé"},
         "phone": "+84 296 000"},
    ]  # fmt: skip
    back = [{"id": "ve", "kind": "link", "yaw_deg": 90, "pitch_deg": -10, "target": "mot", "title": None}]
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Quả cầu chữ"}, "description": {"vi": "Thử"}, "start": "mot", "products": {}, "media": {},
        "page": {"vi": "../../../index.html", "en": "../../../index.html"},
        "scenes": [
            scene(root, "mot", sampler(equirect()), {"vi": "Mặt trước"}, hotspots=hotspots, north_deg=10.0),
            scene(root, "hai", sampler(equirect(hue=1)), {"vi": "Sân sau"}, hotspots=back, north_deg=100.0),
        ],
    }  # fmt: skip
    put_tour(root, tour, dist, vi="index.html")
    return root


def put_tour(root: Path, tour: dict[str, Any], dist: Path, **pages: str) -> None:
    """Put a tour, its pages (file names by language) and the front end into a folder."""
    (root / "r/tour/1").mkdir(parents=True)
    (root / "r/tour/1/tour.json").write_text(json.dumps(tour, ensure_ascii=False), "utf-8")
    for language, name in pages.items():
        (root / name).write_text(page(tour, dist, language), "utf-8")
    shutil.copytree(dist, root, dirs_exist_ok=True)
