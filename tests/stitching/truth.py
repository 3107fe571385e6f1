"""What is true of a photographed set: of ours, of folders with a ``truth.json`` of other makers, of rendered worlds."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from stitching.optics import BrownLens, Optics, of_pixels

from ispace.imaging.stitch import camera
from ispace.imaging.stitch.camera import Lens

_DOWN = np.diag([1.0, -1.0, 1.0])


@dataclass(frozen=True)
class TrueShot:
    """How a photo was taken; sizes upright, ``offset_m`` right, up, forward in the world.

    A photo that is not ``needed`` may be left out without reproach: shaken, or there twice.
    """

    file: str
    rotation: np.ndarray
    lens: Optics
    width_px: int
    height_px: int
    place: int = 1
    needed: bool = True
    exposure_ev: float = 0.0
    offset_m: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Truth:
    """All of a set. ``photos`` is where they lie, ``pictures`` what is to come out for each place, if it is known.

    ``steady``: the lens stayed where it was. ``level``: the pictures are.
    """

    photos: Path
    shots: tuple[TrueShot, ...]
    pictures: dict[int, Path]
    steady: bool = True
    level: bool = True

    def of_place(self, place: int = 1) -> list[TrueShot]:
        return [shot for shot in self.shots if shot.place == place]

    def covers(self, directions: np.ndarray, place: int = 1) -> np.ndarray:
        """Tell which directions (…, 3) a photo of a place shows, two pixels from its border at least."""
        seen = np.zeros(directions.shape[:-1], bool)
        for shot in self.of_place(place):
            plane, front = shot.lens.project(directions @ shot.rotation)
            at = camera.to_pixels(plane, shot.width_px, shot.height_px)
            inside = (at >= 2) & (at <= np.array([shot.width_px, shot.height_px]) - 3)
            seen |= front & inside.all(axis=-1)
        return seen

    def save(self, path: Path) -> None:
        """Write it; pictures by their names beside it."""
        shots = [
            {
                "file": shot.file,
                "rotation": shot.rotation.tolist(),
                "lens": _lens_values(shot.lens),
                "size_px": [shot.width_px, shot.height_px],
                "place": shot.place,
                "needed": shot.needed,
                "exposure_ev": shot.exposure_ev,
                "offset_m": list(shot.offset_m),
            }
            for shot in self.shots
        ]
        pictures = {str(place): picture.name for place, picture in self.pictures.items()}
        values = {"shots": shots, "pictures": pictures, "steady": self.steady, "level": self.level}
        path.write_text(json.dumps(values | {"photos": self.photos.name}, indent=1))


def _lens_values(lens: Optics) -> dict[str, float]:
    names = ("focal", "a", "b", "cx", "cy") if isinstance(lens, Lens) else ("focal", "k1", "k2", "cx", "cy")
    return {name: getattr(lens, name) for name in names}


def load(name: str | Path, photos: Path | None = None) -> Truth:
    """Read a truth: ours, ``truth.json`` with ``R_w2c``, ``poses.json:SET`` of a rendered world, ``ground_truth.json``.

    ``photos`` says where the photos lie if not where that truth has them.
    """
    file, _, chosen = str(name).partition(".json:")
    path = Path(file + ".json") if chosen else Path(name)
    values = json.loads(path.read_text())
    if "shots" in values and "pictures" in values:
        truth = _own(values, path.parent)
    elif "images" in values:
        truth = _world_to_camera(values, path.parent)
    elif "sets" in values:
        truth = _rendered(values, path.parent, chosen)
    elif "shots" in values:
        truth = _turned_roll(values, path.parent)
    else:
        raise ValueError(f"{path}: not a truth that is known here")
    return truth if photos is None else Truth(photos, truth.shots, truth.pictures, truth.steady, truth.level)


def _own(values: dict[str, Any], folder: Path) -> Truth:
    shots = tuple(
        TrueShot(
            shot["file"],
            np.array(shot["rotation"]),
            (BrownLens if "k1" in shot["lens"] else Lens)(**shot["lens"]),
            *shot["size_px"],
            place=shot["place"],
            needed=shot["needed"],
            exposure_ev=shot["exposure_ev"],
            offset_m=tuple(shot["offset_m"]),
        )
        for shot in values["shots"]
    )
    pictures = {int(place): folder / file for place, file in values["pictures"].items()}
    return Truth(folder / values["photos"], shots, pictures, values["steady"], values["level"])


def _world_to_camera(values: dict[str, Any], folder: Path) -> Truth:
    """Axes right, down, forward; matrices from the world to the camera; Brown's lens in pixels."""
    width, height, half = values["width"], values["height"], max(values["width"], values["height"]) / 2
    lens = BrownLens(
        values["focal"] / half,
        values["k1"],
        values["k2"],
        (values["cx"] - (width - 1) / 2) / half,
        ((height - 1) / 2 - values["cy"]) / half,
    )
    shots = tuple(
        TrueShot(image["name"], _DOWN @ np.array(image["R_w2c"]).T @ _DOWN, lens, width, height)
        for image in values["images"]
    )
    return Truth(folder, shots, {1: folder / "truth.jpg"}, steady=not values.get("parallax"), level=False)


def _rendered(values: dict[str, Any], folder: Path, chosen: str) -> Truth:
    """Rows right, up, forward in axes yaw 90°, yaw 0° and zenith; ideal lenses."""
    found = next(each for each in values["sets"] if each.get("name") == chosen)
    width, height = found["width"], found["height"]
    lens = of_pixels(found["focal_px"], width, height)
    shots = tuple(
        TrueShot(
            Path(photo["file"]).name, np.array(photo["matrix_right_up_forward"])[:, [0, 2, 1]].T, lens, width, height
        )
        for photo in found["photos"]
    )
    return Truth(folder / chosen, shots, {1: folder / "equirect.jpg"})


def _turned_roll(values: dict[str, Any], folder: Path) -> Truth:
    """Angles, with roll the other way round, and poses only."""
    shots = tuple(
        TrueShot(shot["file"], camera.from_angles(shot["yaw"], shot["pitch"], -shot["roll"]), Lens(1.4), 1280, 960)
        for shot in values["shots"]
    )
    return Truth(folder, shots, {}, level=False)
