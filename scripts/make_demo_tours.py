"""Bring the demo tours in ``tours/`` up to the world they were rendered from.

    python scripts/make_demo_tours.py SCENES.JSON     directions, north and positions of both tours
    python scripts/make_demo_tours.py --media         cut pictures, draw the sign, synthesise bell and narrations anew

``SCENES.JSON`` is the file that the renderer of the demo world writes: position, heading and, for every pair of scenes,
the true yaw and bearing from one to the other. From it come

* ``north_deg``  the scene's heading (compass bearing of yaw 0),
* ``position``   latitude, longitude and altitude of the camera,
* ``plan_position``  where the camera stands on its floor's plan (``draw_demo_plans.py`` draws the plans),
* ``yaw_deg``    of every link: exactly towards the scene it leads to. Its pitch is the editor's: on the ground, on the
  way one would walk,
* ``arrival``    of every link: facing the way one walked, bearing of the walk minus the north of the target; except
  where a better view waits (``LOOKS_ELSEWHERE``).

Everything else in the documents is an editor's work and stays as it is. Running it twice changes nothing.

The pictures are cut with py360convert from the panoramas of the tours; the sign of the weaving shed is drawn with the
house's font from ``node_modules``; the sounds need the program ``lame`` (MP3 encoder), the narrations ``espeak-ng``
too, which reads their transcripts out (Debian has packages of these names).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from py360convert import e2p

ROOT = Path(__file__).resolve().parent.parent
TOURS = ROOT / "tours"

SCENES = {
    "chua-co-ben-nui-sam": {"cong-tam-quan": "A1", "san-chua": "A2", "chanh-dien": "A3", "dai-ngam-canh": "A4"},
    "lang-nghe-ocop": {"ben-song": "B1", "xuong-det-lua": "B2", "cua-hang-ocop": "B3"},
}
"""For each tour the ids of its scenes and their names in the demo world."""

PLANS = {
    "chua-co-ben-nui-sam": {"chan-nui": (-27.0, -42.0, 27.0, 28.0), "tren-nui": (56.0, 60.0, 92.0, 102.0)},
    "lang-nghe-ocop": {"khu-lang-nghe": (-22.0, -18.0, 20.0, 22.0)},
}
"""For each floor the rectangle of its plan in the demo world: west, south, east, north, in metres."""

LOOKS_ELSEWHERE = {("san-chua", "dai-ngam-canh")}
"""Links (from, to) whose arrival view is chosen by eye: on the hill one wants to see the plain, not the pavilion."""

PICTURES = {
    "chua-co-ben-nui-sam": {
        "quan-am-ho-sen": ("san-chua", -67.0, 3.5, 52.0),
        "lu-huong": ("san-chua", 41.8, 0.0, 38.0),
        "bia-rua": ("san-chua", 119.5, -1.5, 32.0),
        "huong-vong": ("chanh-dien", 55.0, 29.8, 26.0),
        "gach-bong": ("chanh-dien", 88.0, -38.0, 50.0),
        "that-son": ("dai-ngam-canh", 3.0, -3.0, 62.0),
    },
    "lang-nghe-ocop": {
        "ghe-co-mat": ("ben-song", 130.5, -7.0, 36.0),
        "khung-cui": ("xuong-det-lua", 9.6, 0.0, 48.0),
        "nong-ken": ("xuong-det-lua", 134.5, -9.5, 40.0),
        "lanh-my-a": ("xuong-det-lua", 62.0, 11.0, 34.0),
        "khan-lua": ("cua-hang-ocop", -146.9, 5.0, 34.0),
        "ke-mam": ("cua-hang-ocop", 3.0, 6.0, 46.0),
        "hu-mam": ("cua-hang-ocop", 97.5, -2.5, 36.0),
        "duong-thot-not": ("cua-hang-ocop", 57.7, 6.0, 30.0),
    },
}
"""Pictures cut from panoramas: name -> (scene, yaw, pitch, horizontal field of view), all in degrees."""

PICTURE_SIZE = (800, 600)
SIGN_SIZE = (1280, 150)
"""As the blank board in the panorama is, seen from straight ahead."""
SAMPLE_RATE_HZ = 22_050
VOICES = {"vi": "vi-vn-x-south", "en": "en-gb"}
"""The voice of each language; Southern Vietnamese is what is spoken in the place."""


def turn(degrees: float) -> float:
    """Return an angle in [-180, 180), to a hundredth of a degree."""
    return round((degrees + 180.0) % 360.0 - 180.0, 2)


def aim(tour: dict[str, Any], world: dict[str, dict[str, Any]], names: dict[str, str]) -> dict[str, Any]:
    """Return ``tour`` with every value that the demo world knows better; ``world`` maps names to its scenes."""
    for scene in tour["scenes"]:
        here = world[names[scene["id"]]]
        scene["north_deg"] = here["heading"]
        scene["position"] = {"lat": here["lat"], "lon": here["lon"], "altitude_m": here["altitude"]}
        if plan := PLANS.get(tour["id"], {}).get(scene.get("floor")):
            west, south, east, north = plan
            x, y = here["position"]["x"], here["position"]["y"]
            place = {"x": (x - west) / (east - west), "y": (north - y) / (north - south)}
            scene["plan_position"] = {name: round(value, 4) for name, value in place.items()}
        ways = {link["to"]: link for link in here["links"]}
        for spot in scene["hotspots"]:
            if spot["kind"] != "link":
                continue
            way = ways[names[spot["target"]]]
            spot["yaw_deg"] = turn(way["yaw"])
            if (scene["id"], spot["target"]) not in LOOKS_ELSEWHERE:
                spot["arrival"]["yaw_deg"] = turn(way["bearing"] - world[names[spot["target"]]]["heading"])
    return tour


def write_directions(scenes_file: Path) -> None:
    """Rewrite the tour documents from the demo world's ``scenes.json``."""
    worlds = json.loads(scenes_file.read_text(encoding="utf-8"))["tours"]
    world = {scene["id"]: scene for tour in worlds for scene in tour["scenes"]}
    for folder, names in SCENES.items():
        path = TOURS / folder / "tour.json"
        tour = aim(json.loads(path.read_text(encoding="utf-8")), world, names)
        path.write_text(json.dumps(tour, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        print(f"{path}: {len(tour['scenes'])} scenes")


def cut_pictures() -> None:
    """Cut every picture of ``PICTURES``; 4:3 JPEG without metadata."""
    width, height = PICTURE_SIZE
    for folder, pictures in PICTURES.items():
        for name, (scene, yaw_deg, pitch_deg, hfov_deg) in pictures.items():
            source = np.asarray(Image.open(TOURS / folder / "panoramas" / f"{scene}.jpg").convert("RGB"))
            vfov_deg = 2 * np.degrees(np.arctan(np.tan(np.radians(hfov_deg / 2)) * height / width))
            cut = e2p(source, (hfov_deg, vfov_deg), yaw_deg, pitch_deg, (height, width))
            target = TOURS / folder / "media" / f"{name}.jpg"
            Image.fromarray(cut).save(target, quality=82, optimize=True, progressive=True)
            print(f"{target}: {target.stat().st_size // 1024} kB")


def draw_sign(target: Path, words: str) -> None:
    """Draw a lacquered board with gilded letters; the light on it is that of the shed's shade."""
    width, height = SIGN_SIZE
    board = Image.new("RGB", SIGN_SIZE, "#5c0d0a")
    draw = ImageDraw.Draw(board)
    for inset, line in ((9, 3), (17, 1)):
        draw.rectangle((inset, inset, width - inset - 1, height - inset - 1), outline="#b98a35", width=line)
    fonts = {}
    for subset in ("latin", "vietnamese"):
        file = ROOT / f"node_modules/@fontsource-variable/lora/files/lora-{subset}-wght-normal.woff2"
        fonts[subset] = ImageFont.truetype(str(file), 74)
        fonts[subset].set_variation_by_axes([700])
    letters = [(letter, fonts["latin" if ord(letter) < 0x100 else "vietnamese"]) for letter in words]
    spacing = 3
    x = (width - sum(font.getlength(letter) + spacing for letter, font in letters) + spacing) / 2
    for letter, font in letters:
        draw.text((x + 2, 102), letter, fill="#2a0504", font=font, anchor="ls")
        draw.text((x, 100), letter, fill="#d6a544", font=font, anchor="ls")
        x += font.getlength(letter) + spacing
    board.save(target, quality=86, optimize=True, progressive=True)
    print(f"{target}: {target.stat().st_size // 1024} kB")


def bell(seconds: float, strokes_s: tuple[float, ...]) -> np.ndarray:
    """Return a low bell struck at the given moments, float64 in [-1, 1].

    A bell's partials stand near 1 : 2 : 2.4 : 3 : 4 to its hum; each is a pair a fraction of a hertz apart, because no
    cast bell is quite round, and that makes the slow beat; one of the pair is weaker, which keeps the beat gentle. High
    partials fade first.
    """
    times = np.arange(int(seconds * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    partials = ((1.0, 0.9, 7.0), (2.0, 0.7, 4.5), (2.4, 0.5, 3.2), (3.0, 0.3, 2.0), (4.0, 0.4, 1.5), (5.4, 0.2, 0.8))
    sound = np.zeros_like(times)
    for start_s in strokes_s:
        after = np.clip(times - start_s, 0, None)
        struck = (times >= start_s) * (1 - np.exp(-after / 0.004))
        for ratio, strength, decay_s in partials:
            for beat_hz, share in ((-0.22, 1.0), (0.22, 0.35)):
                wave_ = np.sin(2 * np.pi * (98.0 * ratio + beat_hz * ratio**0.5) * after)
                sound += struck * share * strength * np.exp(-after / decay_s) * wave_
    sound *= np.clip((seconds - times) / 2.0, 0, 1)
    return 0.8 * sound / np.abs(sound).max()


def program(name: str) -> str:
    """Return the path of a program; ``SystemExit`` where it is not installed."""
    found = shutil.which(name)
    if found is None:
        sys.exit(f"{name} is not installed: apt-get install {name}")
    return found


def write_sound(samples: np.ndarray, target: Path, rate_kbit_s: int) -> None:
    """Encode samples in [-1, 1] at ``SAMPLE_RATE_HZ`` as MP3, mono."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "sound.wav"
        with wave.open(str(raw), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE_HZ)
            file.writeframes((samples * 32767).astype("<i2").tobytes())
        encode = [program("lame"), "--quiet", "-m", "m", "-b", str(rate_kbit_s), str(raw), str(target)]
        subprocess.run(encode, check=True)
    print(f"{target}: {target.stat().st_size // 1024} kB")


def speech(text: str, lang: str) -> np.ndarray:
    """Return a text read by a machine, float64 in [-1, 1]: unhurried, its edges rounded off, with a little room."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "speech.wav"
        say = [program("espeak-ng"), "-v", VOICES[lang], "-s", "138", "-p", "38", "-g", "3", "-w", str(raw), text]
        subprocess.run(say, check=True)
        with wave.open(str(raw)) as file:
            assert file.getframerate() == SAMPLE_RATE_HZ
            dry = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    times = np.arange(int(0.25 * SAMPLE_RATE_HZ)) / SAMPLE_RATE_HZ
    room = 0.02 * np.random.default_rng(1).standard_normal(times.size) * np.exp(-times / 0.06)
    room[:3] = (0.25, 0.5, 0.25)
    wet = np.convolve(dry, room)
    return 0.8 * wet / np.abs(wet).max()


def write_narrations(folder: str) -> None:
    """Read out what is told in the scenes of a tour; the words are those of the transcripts."""
    tour = json.loads((TOURS / folder / "tour.json").read_text(encoding="utf-8"))
    media = {medium["id"]: medium for medium in tour["media"]}
    for scene in tour["scenes"]:
        for lang, name in scene.get("narration", {}).items():
            medium = media[name]
            write_sound(speech(medium["transcript"][lang], lang), TOURS / folder / medium["file"], 32)


def main() -> None:
    """Read the command line and do what it says."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scenes", nargs="?", type=Path, help="scenes.json of the demo world")
    parser.add_argument("--media", action="store_true", help="cut the pictures, draw the sign, synthesise the sounds")
    options = parser.parse_args()
    if options.scenes is None and not options.media:
        parser.error("nothing to do: give a scenes.json or --media")
    if options.scenes is not None:
        write_directions(options.scenes)
    if options.media:
        cut_pictures()
        draw_sign(TOURS / "lang-nghe-ocop" / "media" / "bien-xuong-det.jpg", "XƯỞNG DỆT LỤA TÂN CHÂU")
        write_sound(bell(19.0, (0.2, 5.2, 10.2)), TOURS / "chua-co-ben-nui-sam" / "media" / "tieng-chuong.mp3", 48)
        write_narrations("chua-co-ben-nui-sam")


if __name__ == "__main__":
    main()
