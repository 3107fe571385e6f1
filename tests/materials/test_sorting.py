"""What a tour was sent is sorted into things: panoramas, photo sets, what only lies together."""

from __future__ import annotations

import datetime as dt
import itertools
import random

from ispace.imaging.info import PictureInfo
from ispace.materials import sorting
from ispace.materials.sorting import Seen

_IDS = itertools.count()
MORNING = dt.datetime(2026, 3, 1, 9, 0, 0)


def photo(name: str, folder: str, second: float, **more: object) -> Seen:
    taken = (MORNING + dt.timedelta(seconds=second)).isoformat()
    info = PictureInfo(name, "JPEG", 4000, 3000, camera_model="Máy A", taken_at=taken, **more)  # type: ignore[arg-type]
    return Seen(f"{next(_IDS):04}", name, folder, "photo", info)


def panorama(name: str, folder: str = "") -> Seen:
    return Seen(f"{next(_IDS):04}", name, folder, "panorama", PictureInfo(name, "JPEG", 8192, 4096))


def kinds(seen: list[Seen]) -> list[tuple[str, int, str]]:
    return sorted((group.kind, len(group.files), group.title) for group in sorting.sort(seen))


def test_photos_in_a_folder_with_a_name_are_one_panorama_and_are_called_after_it() -> None:
    yard = [photo(f"IMG_{n:04}.jpg", "Thẻ/Sân chùa", 4 * n) for n in range(12)]
    (group,) = sorting.sort(yard)
    assert (group.kind, group.title, group.why, len(group.files)) == ("photos", "Sân chùa", "folder", 12)


def test_photos_in_a_camera_s_own_folder_are_sets_by_time() -> None:
    card = [photo(f"DSC{n:05}.jpg", "DCIM/100MEDIA", 3 * n) for n in range(10)]
    card += [photo(f"DSC{n:05}.jpg", "DCIM/100MEDIA", 3600 + 3 * n) for n in range(20, 32)]
    card += [photo("DSC00050.jpg", "DCIM/100MEDIA", 9000)]
    assert kinds(card) == [("media", 1, "100MEDIA"), ("photos", 10, "DSC00000"), ("photos", 12, "DSC00020")]


def test_each_panorama_is_one_thing_and_what_cannot_be_used_lies_together() -> None:
    odd_kinds = ["unusable", "unusable", "fisheye", "medium"]
    odd = [Seen(f"x{n}", f"{n}.jpg", "", kind, None) for n, kind in enumerate(odd_kinds)]
    assert kinds([panorama("A.jpg"), panorama("B.jpg"), *odd]) == [
        ("fisheye", 1, ""),
        ("media", 1, ""),
        ("panorama", 1, "A"),
        ("panorama", 1, "B"),
        ("unusable", 2, ""),
    ]


def test_every_file_is_in_exactly_one_group_whatever_the_order_they_came_in() -> None:
    seen = [photo(f"IMG_{n:04}.jpg", "Sân", 4 * n) for n in range(9)] + [panorama("A.jpg", "Sân")]
    seen += [photo(f"P{n}.jpg", "DCIM/100MEDIA", 100 * n) for n in range(7)]
    seen += [photo("IMG_0003.jpg", "Sân", 12.1), Seen("m", "phim.mp4", "Sân", "medium", None)]
    first = sorting.sort(seen)
    assert sorted(file for group in first for file in group.files) == sorted(one.id for one in seen)
    shuffled = list(seen)
    random.Random(1).shuffle(shuffled)
    assert sorting.sort(shuffled) == first
