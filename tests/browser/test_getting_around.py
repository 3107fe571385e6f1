"""Getting around in a tour: list and strip of scenes, guided walk, slow turn, arrival, history, sharing."""

from __future__ import annotations

import io
import json
import re
import shutil
import wave
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PHONE, Server, serve
from playwright.sync_api import Page, expect
from synthetic import equirect, page, sampler, scene

pytestmark = pytest.mark.browser

PHONE_OPTIONS: dict[str, Any] = {"viewport": PHONE, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
MANY = 300
Opener = Callable[..., Page]


def _sound(seconds: float) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(1)
        sound.setframerate(8000)
        sound.writeframes(bytes([128]) * int(8000 * seconds))
    return buffer.getvalue()


def _link(id_: str, target: str, yaw_deg: float, **more: Any) -> dict[str, Any]:
    return {"id": id_, "kind": "link", "yaw_deg": yaw_deg, "pitch_deg": -10, "target": target, "title": None} | more


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """A tour of four scenes on two floors, with a walk and narrations; and ``many.html``, a tour of 300 scenes."""
    root = tmp_path_factory.mktemp("around")
    colour = sampler(equirect(1024))
    first = scene(root, "san", colour, {"vi": "Sân chùa", "en": "Courtyard"})

    def place(id_: str, vi: str, en: str, **more: Any) -> dict[str, Any]:
        return first | {"id": id_, "title": {"vi": vi, "en": en}} | more

    scenes = [
        place("san", "Sân chùa", "Courtyard", floor="tret", north_deg=10.0, narration={"vi": "loi-san", "en": "tale"},
              hotspots=[_link("toi-dien", "dien", 60), _link("toi-lau", "lau", -60)]),
        place("dien", "Chánh điện", "Main hall", floor="tret", north_deg=100.0, narration={"en": "tale"},
              hotspots=[_link("ve-san", "san", 150), _link("toi-lau", "lau", 90, arrival={
                  "yaw_deg": 33, "pitch_deg": 4, "hfov_deg": 70})]),
        place("lau", "Lầu chuông", "Bell tower", floor="lau", description={"vi": "Gió từ cánh đồng."},
              hotspots=[_link("ve-dien", "dien", -120)]),
        place("hoa", "Vườn hoa", "Garden", hotspots=[]),
    ]  # fmt: skip
    (root / "a" / "loi.wav").write_bytes(_sound(0.9))
    (root / "a" / "dai.wav").write_bytes(_sound(60))
    sound = {"kind": "audio", "alt": None, "credit": None, "captions": None}
    tour = {
        "version": 1, "id": "tour", "release": "1", "default_language": "vi", "languages": ["vi", "en"],
        "title": {"vi": "Chùa mẫu", "en": "Sample pagoda"}, "description": {"vi": "Thử"}, "start": "san",
        "page": {"vi": "../../../index.html", "en": "../../../en.html"}, "scenes": scenes, "products": {},
        "floors": [{"id": "tret", "title": {"vi": "Tầng trệt", "en": "Ground floor"}},
                   {"id": "lau", "title": {"vi": "Trên lầu", "en": "Upstairs"}}],
        "guide": {"scenes": ["san", "dien", "lau"], "seconds_per_scene": 1},
        "media": {
            "loi-san": sound | {"url": "../../../a/loi.wav", "transcript": {"vi": "Sân lát gạch tàu.", "en": "Tiles."}},
            "tale": sound | {"url": "../../../a/loi.wav", "transcript": {"vi": "Điện thờ.", "en": "The hall."}},
        },
    }  # fmt: skip
    _write(root, tour, front_end, "index.html", "en.html")
    slow = json.loads(json.dumps(tour))
    slow["media"]["loi-san"]["url"] = slow["media"]["tale"]["url"] = "../../../a/dai.wav"
    slow["guide"]["seconds_per_scene"] = 60
    _write(root, slow | {"id": "slow"}, front_end, "slow.html")
    turning = tour | {"id": "turning", "skin": {"preset": "museum", "accent": "#14533f", "auto_turn": True}}
    _write(root, turning, front_end, "turning.html")
    many = [place(f"canh-{n}", f"Cảnh số {n}", f"Scene number {n}") for n in range(MANY)]
    many[0]["hotspots"] = [_link("di", "canh-7", 10)]
    _write(root, tour | {"id": "many", "start": "canh-0", "scenes": many, "floors": [], "guide": None}, front_end,
           "many.html")  # fmt: skip
    for name in ("portrait", "landscape", "thumb"):
        shutil.copy(root / f"a/san-{name}.jpg", root / f"a/canh-0-{name}.jpg")
    shutil.copytree(front_end, root, dirs_exist_ok=True)
    return root


def _write(root: Path, tour: dict[str, Any], front_end: Path, *names: str) -> None:
    """Write the document of a tour, and a page in Vietnamese and one in English where two names are given."""
    folder = root / "r" / tour["id"] / "1"
    folder.mkdir(parents=True)
    (folder / "tour.json").write_text(json.dumps(tour, ensure_ascii=False), "utf-8")
    for language, name in zip(("vi", "en"), names, strict=False):
        text = page(tour, front_end, language).replace("r/tour/1/", f"r/{tour['id']}/1/")
        (root / name).write_text(text, "utf-8")


@pytest.fixture
def server(site: Path) -> Iterator[Server]:
    yield from serve(site)


def ready(tab: Page) -> Page:
    """Wait until the viewer is live, all scenes are known and what waited for that has come."""
    tab.wait_for_selector(".stage.is-live", state="attached")
    tab.wait_for_function(
        """() => new Promise(done => {
            const count = performance.getEntriesByType('resource').length;
            setTimeout(() => done(count === performance.getEntriesByType('resource').length), 350);
        })"""
    )
    return tab


def here(tab: Page) -> tuple[str, float, float, float]:
    """Return scene, yaw, pitch and hfov from the address, once it has followed the view."""
    tab.wait_for_timeout(1300)
    name, *numbers = tab.evaluate("location.hash.slice(1)").split("/")
    yaw, pitch, hfov = (float(n) for n in numbers)
    return name, yaw, pitch, hfov
