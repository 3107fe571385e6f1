"""A published tour of two scenes for tests of what moves the view: telephones, headsets, and the levels they need."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from synthetic import equirect, jpeg, put_tour, sampler, scene

_ALONE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Thử</title><link rel="icon" href="data:,"><link rel="stylesheet" href="site.css">
<link rel="stylesheet" href="viewer.css"><body><section class="stage" id="stage"></section>
<script type="module" src="alone.js"></script></body></html>
"""
_ALONE_SCRIPT = """import { createTour } from './viewer.vi.js';
window.tour = createTour(document.getElementById('stage'), 'r/tour/1/tour.json', { history: false });
"""
"""The viewer alone in a page, whose view can be asked for exactly."""

LONG_TEXT = "Đoạn một về ngôi chùa cổ bên núi. " * 30


def publish(root: Path, front_end: Path, **more: Any) -> Path:
    """Write the tour and its page into ``root`` and return it; ``more`` goes to its first scene."""
    spots = [
        {"id": "toi-hai", "kind": "link", "yaw_deg": 10, "pitch_deg": -12, "target": "hai",
         "arrival": {"yaw_deg": 90, "pitch_deg": 5, "hfov_deg": 80}},
        {"id": "the", "kind": "card", "yaw_deg": -25, "pitch_deg": 6, "title": {"vi": "Thẻ mặt trước"},
         "text": {"vi": LONG_TEXT}, "media": ["anh"]},
        {"id": "trang", "kind": "url", "yaw_deg": 35, "pitch_deg": 10, "title": {"vi": "Trang mẫu"},
         "url": "https://example.org/", "text": {"vi": "Mở trang khác"}},
    ]  # fmt: skip
    first = {"hotspots": spots, "north_deg": 10.0} | more
    scenes = [
        scene(root, "mot", sampler(equirect()), {"vi": "Mặt trước"}, **first),
        scene(root, "hai", sampler(equirect(hue=1)), {"vi": "Sân sau"}, north_deg=100.0),
    ]
    (root / "a" / "anh.jpg").write_bytes(jpeg(np.full((90, 160, 3), 120, np.uint8)))
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi"],
        "title": {"vi": "Quả cầu chữ"}, "start": "mot", "scenes": scenes, "products": {},
        "media": {"anh": {"kind": "image", "url": "../../../a/anh.jpg", "width_px": 160, "height_px": 90,
                          "alt": {"vi": "Một ô xám"}}},
    }  # fmt: skip
    put_tour(root, tour, front_end, vi="index.html")
    (root / "alone.html").write_text(_ALONE, "utf-8")
    (root / "alone.js").write_text(_ALONE_SCRIPT, "utf-8")
    return root
