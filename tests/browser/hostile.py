"""Tour documents that somebody made to do harm, or badly: for tests of what the viewer makes of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

BIDI = "\u202eĐẢO \u2067NGƯỢC"
"""Opens an override and an isolate, and closes neither."""
STRINGS = {
    "markup": "<img src=x onerror='window.hacked=1'><script>window.hacked=1</script><svg onload=window.hacked=1>",
    "end of script": "</script></style></title><!--<script>window.hacked=1</script>",
    "template": "{{constructor.constructor('window.hacked=1')()}}${window.hacked=1}<%=1%>",
    "attribute": '" onfocus="window.hacked=1" autofocus x=\'',
    "direction": BIDI,
    "invisible": "\u200b\u200d\u2060\ufeff\u00ad",
    "accents": "Ả" + "\u0301\u0323\u0338\u20dd" * 200,
    "long": "Đ" * 10_000,
    "faces": "\U0001f469\u200d\U0001f469\u200d\U0001f467\U0001f3f4" * 20,
}
"""Texts, by what they try."""
ADDRESSES = [
    "javascript:window.hacked=1", "JaVa\tScRiPt:window.hacked=1", " \x01javascript:window.hacked=1",
    "java\nscript:window.hacked=1",
    "data:text/html,<script>parent.hacked=1</script>", "vbscript:msgbox(1)", "blob:null/x", "https://[", "//", "",
]  # fmt: skip
"""Addresses that nobody may be sent to, or that are none."""


def text(value: str) -> dict[str, str]:
    """Return a text of the document in both languages."""
    return {"vi": value, "en": value}


def with_text(tour: dict[str, Any], value: str) -> dict[str, Any]:
    """Return the tour with ``value`` in every field that a person reads, and with a hotspot of every kind."""
    said = text(value)
    made = copy.deepcopy(tour)
    scenes = made["scenes"]
    plan = scenes[0]["thumbnail"] | {"alt": said, "north_deg": 0}
    at = {"pitch_deg": 0.0, "title": said, "text": said}
    corners = [{"yaw_deg": y, "pitch_deg": p} for y, p in ((50, 10), (70, 10), (70, -10), (50, -10))]
    scenes[0]["hotspots"] = [
        at | {"id": "loi", "kind": "link", "yaw_deg": -15, "target": scenes[1]["id"]},
        at | {"id": "the", "kind": "card", "yaw_deg": 15, "pitch_deg": -10, "icon": value,
              "media": ["anh", "anh-hai", "tieng"]},
        at | {"id": "mon", "kind": "product", "yaw_deg": 0, "pitch_deg": -25, "product": "mon"},
        at | {"id": "lop", "kind": "layer", "medium": "anh", "corners": corners},
        at | {"id": "vung", "kind": "area", "points": [c | {"yaw_deg": c["yaw_deg"] - 120} for c in corners]},
        at | {"id": "chuong", "kind": "sound", "yaw_deg": 110, "medium": "tieng"},
        at | {"id": "so", "kind": "phone", "yaw_deg": 130, "phone": value},
        *(at | {"id": f"w-{n}", "kind": "url", "yaw_deg": 140 + 8 * n, "url": url} for n, url in enumerate(ADDRESSES)),
        at | {"id": "duong", "kind": "directions", "yaw_deg": -150, "pitch_deg": 30, "url": ADDRESSES[0]},
    ]  # fmt: skip
    for n, scene in enumerate(scenes):
        scene |= {
            "title": said, "description": said, "floor": "tret", "plan_position": {"x": 0.3 + 0.4 * n, "y": 0.5},
            "position": {"lat": 10.7, "lon": 105.1 + n / 1000}, "narration": {"vi": "tieng"}, "place": value,
        }  # fmt: skip
    made |= {
        "title": said, "description": said, "guide": {"scenes": [s["id"] for s in scenes], "seconds_per_scene": 30},
        "floors": [{"id": "tret", "title": said, "plan": plan}],
        "map": {"tiles": "/ban-do/{z}/{x}/{y}.png", "attribution": value, "min_zoom": 5, "max_zoom": 18},
        "page": {"vi": "../../../index.html", "en": ADDRESSES[1]}, "languages": ["vi", "en"],
        "skin": {"preset": value, "accent": value, "logo": ADDRESSES[0], "controls": None},
        "products": {"mon": {
            "name": said, "summary": said, "group": value, "stars": 4, "decision": value, "issuer": said,
            "issued_on": "2024-03-15", "expires_on": "2999-03-15", "sample": True, "media": ["anh"],
            "maker": {"name": said, "address": said, "phone": value},
            "links": [{"kind": "shop", "url": url, "title": said} for url in [*ADDRESSES, "https://example.org/"]],
        }},
        "media": {
            name: {"kind": kind, "url": scenes[0]["thumbnail"]["url"], "alt": said, "credit": value, "transcript": said,
                   "width_px": 320, "height_px": 200, "captions": {"vi": ADDRESSES[0]}}
            for name, kind in (("anh", "image"), ("anh-hai", "image"), ("tieng", "audio"))
        },
    }  # fmt: skip
    return made


def foreign(tour: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield tours that hold what no publisher of iSpace writes, each with what is wrong."""

    def changed(change: dict[str, Any], **more: Any) -> dict[str, Any]:
        made = copy.deepcopy(tour)
        made["scenes"][0] |= change
        return made | more

    first = tour["scenes"][0]
    spot = {"yaw_deg": 0, "pitch_deg": 0, "title": {"vi": "Điểm"}}
    yield "only what must be there", {"scenes": [{"id": first["id"], "tiles": first["tiles"]}]}
    yield (
        "numbers that are none",
        changed({
            "initial_view": {"yaw_deg": None, "pitch_deg": "x", "hfov_deg": 1e9}, "north_deg": "12", "poster": None,
            "limits": {"yaw_min_deg": 900, "yaw_max_deg": -900, "pitch_min_deg": 80,
                       "pitch_max_deg": -80, "hfov_min_deg": -1},
            "hotspots": [spot | {"id": "a", "kind": "card", "yaw_deg": None},
                         spot | {"id": "b", "kind": "card", "pitch_deg": "3"}],
        }),
    )  # fmt: skip
    yield "no levels", changed({"tiles": first["tiles"] | {"level_sizes_px": []}})
    yield "levels without end", changed({"tiles": first["tiles"] | {"level_sizes_px": [416 * 2**n for n in range(64)]}})
    yield (
        "names of nothing",
        changed(
            {"hotspots": [
                spot | {"id": "a", "kind": "card", "media": ["khong-co", "constructor"]},
                spot | {"id": "a", "kind": "product", "yaw_deg": 20, "product": "__proto__"},
                spot | {"id": "c", "kind": "link", "yaw_deg": -20, "target": "khong-co"},
                spot | {"id": "d", "kind": "layer", "medium": "khong-co", "corners": []}, None, 7,
            ]},
            start="khong-co", guide={"scenes": ["khong-co"], "seconds_per_scene": "x"},
            floors=[{"id": "tret", "title": None, "plan": {"url": "x.jpg"}}, None],
        ),
    )  # fmt: skip
    yield (
        "ten thousand hotspots",
        changed({"hotspots": [
            {"id": f"h{n}", "kind": "card", "yaw_deg": n % 360 - 180, "pitch_deg": n % 97 - 48,
             "title": {"vi": f"Điểm {n}"}}
            for n in range(10_000)
        ]}),
    )  # fmt: skip
