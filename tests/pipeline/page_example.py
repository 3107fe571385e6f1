"""A made-up tour that uses every kind of hotspot, medium and product, composed as the real stages would."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

from ispace import keys
from ispace.imaging.probe import PictureInfo
from ispace.model.media import Media
from ispace.model.site import MapTiles
from ispace.model.tileset import Preview, TileSet
from ispace.model.tour import Tour
from ispace.model.view import Limits, View
from ispace.pipeline import compose
from ispace.work import MediumWork, Picture, SceneWork, Tiled, Views

RELEASE = "20260131-101500-0a1b2c3d"
TODAY = dt.date(2026, 1, 31)


class BuiltAssets:
    """A front end as ``ispace.assets`` gives it, without building one."""

    def url(self, name: str) -> str:
        return keys.asset(hashlib.sha256(name.encode()).hexdigest(), keys.extension(name))

    def viewer(self, lang: str) -> str:
        return f"viewer.{lang}.js"

    def read(self, name: str) -> bytes:
        return b'<svg xmlns="http://www.w3.org/2000/svg"><symbol id="i-info"><path d="M0 0"/></symbol></svg>'


def raw_tour() -> dict[str, Any]:
    return {
        "version": 1,
        "id": "chua-co",
        "title": {"vi": "Chùa cổ bên Núi Sam", "en": "The old pagoda"},
        "description": {
            "vi": "Ngôi chùa ở TP. Châu Đốc nép dưới chân Núi Sam. Câu thứ hai.\n\nĐoạn hai.",
            "en": "A pagoda at the foot of Sam Mountain, on the plain. Second sentence.",
        },
        "languages": ["vi", "en"],
        "categories": ["heritage", "landscape"],
        "start": "cong",
        "place": "nui-sam",
        "agency": {
            "managing_body": {"vi": "Sở Văn hóa"},
            "governing_body": {"vi": "Ủy ban nhân dân tỉnh"},
            "address": {"vi": "Rạch Giá"},
            "phone": "0296 000 0000",
            "email": "lienhe@example.org",
            "responsible_person": {"vi": "Người chịu trách nhiệm mẫu"},
            "permit": {"vi": "Số 000/GP"},
            "source": {"vi": "Nguồn mẫu"},
        },
        "licence": {"name": {"vi": "CC BY 4.0"}, "url": "https://creativecommons.org/licenses/by/4.0/"},
        "places": [
            {
                "id": "nui-sam",
                "names": [
                    {"name": {"vi": "phường Vĩnh Tế", "en": "Vĩnh Tế Ward"}, "valid_from": "2025-07-01"},
                    {"name": {"vi": "phường Núi Sam", "en": "Núi Sam Ward"}, "valid_to": "2025-06-30"},
                    {"name": {"vi": "TP. Châu Đốc"}, "level": "district", "valid_to": "2025-06-30"},
                ],
                "position": {"lat": 10.68, "lon": 105.08},
            }
        ],
        "products": [
            {
                "id": "mam-thai",
                "name": {"vi": "Mắm thái"},
                "summary": {"vi": "Cá lóc đồng."},
                "group": "food",
                "stars": 4,
                "decision": "000/QĐ-UBND",
                "issuer": {"vi": "Ủy ban nhân dân tỉnh An Giang"},
                "issued_on": "2025-03-15",
                "maker": {"name": {"vi": "Cơ sở Bà Tư"}, "phone": "+84 296 111 2222"},
                "links": [{"kind": "trace", "url": "https://example.org/truy-xuat"}],
                "media": ["anh"],
                "sample": True,
            }
        ],
        "media": [
            {"id": "anh", "kind": "image", "file": "anh.jpg", "alt": {"vi": "Hũ mắm"}, "credit": "Tác giả"},
            {"id": "tieng", "kind": "audio", "file": "tieng.mp3", "transcript": {"vi": "Boong."}},
            {"id": "loi", "kind": "audio", "file": "loi.mp3", "transcript": {"vi": "Mời bước qua cổng."}},
            {"id": "phim", "kind": "video", "file": "phim.mp4", "captions": {"vi": "phim.vtt"}, "poster": "anh"},
        ],
        "scenes": [
            {
                "id": "cong",
                "title": {"vi": "Cổng tam quan", "en": "The gate"},
                "description": {"vi": "Trước cổng."},
                "panorama": {"file": "1.jpg", "credit": "Tác giả", "alt": {"vi": "Cổng ba lối"}},
                "position": {"lat": 10.6815, "lon": 105.0806},
                "narration": {"vi": "loi"},
                "hotspots": [
                    {"id": "l", "kind": "link", "yaw_deg": 0, "pitch_deg": 0, "target": "san"},
                    {
                        "id": "c",
                        "kind": "card",
                        "yaw_deg": 10,
                        "pitch_deg": 5,
                        "title": {"vi": "Bảng hiệu"},
                        "text": {"vi": "Đoạn một.\n\nĐoạn hai."},
                        "media": ["anh", "tieng", "phim"],
                    },
                    {
                        "id": "u",
                        "kind": "url",
                        "yaw_deg": 20,
                        "pitch_deg": 0,
                        "title": {"vi": "Đọc thêm"},
                        "url": "https://www.example.org/x?a=1&b=2",
                    },
                    {
                        "id": "p",
                        "kind": "phone",
                        "yaw_deg": 30,
                        "pitch_deg": 0,
                        "title": {"vi": "Gọi"},
                        "phone": "+84 (296) 000-0000",
                    },
                    {"id": "s", "kind": "product", "yaw_deg": 40, "pitch_deg": 0, "product": "mam-thai"},
                    {
                        "id": "a",
                        "kind": "area",
                        "points": [
                            {"yaw_deg": 170, "pitch_deg": 0},
                            {"yaw_deg": -170, "pitch_deg": 0},
                            {"yaw_deg": -180, "pitch_deg": 20},
                        ],
                        "title": {"vi": "Núi"},
                        "text": {"vi": "Núi Sam."},
                    },
                    {"id": "d", "kind": "directions", "yaw_deg": 50, "pitch_deg": -5},
                    {
                        "id": "am",
                        "kind": "sound",
                        "yaw_deg": 60,
                        "pitch_deg": 0,
                        "medium": "tieng",
                        "title": {"vi": "Tiếng chuông"},
                    },
                    {
                        "id": "man",
                        "kind": "layer",
                        "corners": [
                            {"yaw_deg": 70, "pitch_deg": 10},
                            {"yaw_deg": 90, "pitch_deg": 10},
                            {"yaw_deg": 90, "pitch_deg": -5},
                            {"yaw_deg": 70, "pitch_deg": -5},
                        ],
                        "medium": "phim",
                        "title": {"vi": "Phim lễ hội"},
                        "text": {"vi": "Lễ hội đầu năm."},
                    },
                ],
            },
            {
                "id": "san",
                "title": {"vi": "Sân chùa", "en": "Courtyard"},
                "panorama": {"file": "2.jpg"},
                "hotspots": [{"id": "l", "kind": "link", "yaw_deg": 0, "pitch_deg": 0, "target": "cong"}],
            },
        ],
    }


def scenes_of(tour: Tour) -> dict[str, SceneWork]:
    """Return what the imaging stages would have made of a tour's scenes."""
    return {scene.id: scene_work(scene.id) for scene in tour.scenes}


def composed(raw: dict[str, Any] | None = None, map_tiles: MapTiles | None = None) -> tuple[Tour, dict[str, Any]]:
    """Return a tour and its published document."""
    tour = Tour.model_validate(raw or raw_tour())
    scenes = scenes_of(tour)
    media = {medium.id: medium_work(medium) for medium in tour.media}
    return tour, compose.run(tour, scenes, media, RELEASE, "https://maps.example.org/?to={lat},{lon}", map_tiles)


def scene_work(scene: str) -> SceneWork:
    sizes = {"portrait": (585, 1266), "landscape": (1366, 768), "thumbnail": (480, 300), "share": (1200, 630)}
    pictures = {
        name: _picture(f"{scene}-{name}.{'webp' if name in {'portrait', 'landscape'} else 'jpg'}", *size)
        for name, size in sizes.items()
    }
    tiles = TileSet(
        tile_size_px=464,
        level_sizes_px=[464, 928],
        preview=Preview(file="preview.jpg", size_px=256, inline="AAAA"),
    )
    tiled = Tiled(f"{scene}-tiles", "0" * 64, tiles, [], [], None)
    return SceneWork(PictureInfo("x.jpg", "JPEG", 2000, 1000), tiled, Views(**pictures), View(), Limits())


def medium_work(medium: Media) -> MediumWork:
    size = (800, 600) if medium.kind == "image" else (0, 0)
    return MediumWork(
        _picture(medium.file, *size), {lang: _picture(file, 0, 0) for lang, file in medium.captions.items()}
    )


def _picture(name: str, width_px: int, height_px: int) -> Picture:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    return Picture("", keys.asset(sha256, keys.extension(name)), width_px, height_px, 1, sha256)
