"""What was seen in photos is kept: within bounds, whole or not at all, for whoever needs it last."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from ispace.imaging.stitch.features import DESCRIPTOR_LENGTH, Features
from ispace.imaging.stitch.shelf import Shelf

COUNT = 900  # a little under half a MiB


@pytest.fixture
def features():
    random = np.random.default_rng(1)
    descriptors = random.normal(size=(COUNT, DESCRIPTOR_LENGTH)).astype(np.float32)
    return Features(random.normal(size=(COUNT, 2)), descriptors, np.zeros((3, 4)), 0.5, 0.25)


def _digest(number):
    return f"{number:064x}"[::-1]


def test_what_was_put_comes_back_as_it_was(tmp_path, features):
    Shelf(tmp_path, 10).put(_digest(1), features)
    found = Shelf(tmp_path, 10).get(_digest(1))
    assert (found.descriptors == features.descriptors).all()
    assert (found.points == features.points).all()
    assert (found.sharpness, found.texture) == (0.5, 0.25)
    assert Shelf(None, 10).get(_digest(1)) is None


@pytest.mark.parametrize("damage", ["cut", "bent", "empty", "other"])
def test_a_damaged_entry_is_as_if_it_were_not_there(tmp_path, features, damage):
    shelf = Shelf(tmp_path, 10)
    shelf.put(_digest(1), features)
    (path,) = tmp_path.glob("*.npz")
    data = bytearray(path.read_bytes())
    if damage == "cut":
        data = data[: len(data) // 2]
    elif damage == "bent":
        data[len(data) // 2] ^= 0xFF
    elif damage == "empty":
        data = bytearray()
    else:
        np.savez(path, points=np.zeros((4, 2)), descriptors=np.zeros((3, 5)), lines=np.zeros(4), detail=np.zeros(2))
        data = bytearray(path.read_bytes())
    path.write_bytes(data)
    assert shelf.get(_digest(1)) is None
    shelf.put(_digest(1), features)
    assert shelf.get(_digest(1)) is not None


def test_what_was_used_longest_ago_goes_first_when_there_is_too_much(tmp_path, features):
    shelf = Shelf(tmp_path, 2)
    for number in range(6):
        shelf.put(_digest(number), features)
        path = next(p for p in tmp_path.iterdir() if p.name.startswith(_digest(number)[:32]))
        os.utime(path, (time.time() - 600 + number, time.time() - 600 + number))
    shelf.get(_digest(0))  # used again
    shelf.trim()
    assert [number for number in range(6) if shelf.get(_digest(number)) is not None] == [0, 3, 4, 5]


def test_what_nobody_used_for_a_month_and_what_was_never_finished_goes(tmp_path, features):
    shelf = Shelf(tmp_path, 100)
    shelf.put(_digest(1), features)
    shelf.put(_digest(2), features)
    old = time.time() - 40 * 86_400
    os.utime(next(p for p in tmp_path.iterdir() if p.name.startswith(_digest(1)[:32])), (old, old))
    scrap, fresh = tmp_path / ".abc-1-77.npz", tmp_path / ".abc-1-78.npz"
    for path in (scrap, fresh):
        path.write_bytes(b"half")
    os.utime(scrap, (time.time() - 7200,) * 2)
    (tmp_path / "of-somebody-else.txt").write_text("keep")
    shelf.trim()
    assert shelf.get(_digest(1)) is None
    assert shelf.get(_digest(2)) is not None
    assert sorted(p.name for p in tmp_path.iterdir() if p.suffix != ".npz" or p.name[0] == ".") == [
        fresh.name,
        "of-somebody-else.txt",
    ]


def test_a_folder_that_cannot_be_written_keeps_nothing_and_stops_nobody(tmp_path, features):
    (tmp_path / "file").write_text("")
    shelf = Shelf(tmp_path / "file", 10)
    shelf.put(_digest(1), features)
    assert shelf.get(_digest(1)) is None
    shelf.trim()
