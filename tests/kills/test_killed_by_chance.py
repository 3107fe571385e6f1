"""kill -9 at any moment: readers see the old or the new tour whole, and a second run ends where no kill would have."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest
from kills.scenes import Reader, Scene, pages, two_releases, until, whole
from small_tour import SLUG

from ispace.adapters.folder import FolderBlobs
from ispace.ports import Put

pytestmark = pytest.mark.slow

KILLS = 6
"""Publishes that are killed at a moment of chance, on a folder and in a bucket each; before each of its changes a
command is killed in the tests next to these."""
OTHER_KILLS = {"rollback": 2, "unpublish": 2, "gc": 2}
"""The same for the other commands."""


def _workers_left() -> list[str]:
    """Return the picture processes whose parent is gone (their parent is now the first process) or that is us."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError, IndexError):
            continue
        if b"ispace.imaging.worker" in words and parent in {1, os.getpid()}:
            found.append(folder.name)
    return found


def test_a_publish_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(scene: Scene) -> None:
    small = scene.small
    words = ("publish", str(small.folder))
    private = {i.key for i in small.services.private.scan()}
    duration = scene.run(*words)
    wanted = pages(small.public)
    made = [i.key for i in small.services.private.scan() if i.key not in private]
    dice = random.Random(1)
    killed = shots = 0
    with Reader(scene) as reader:
        while killed < KILLS:
            if shots % 6 == 0:  # from the beginning; in between, from where the last one was stopped
                _replace(small.public, scene.before)
                small.services.private.delete(made if shots % 12 == 0 else [])
            if scene.kill_after(dice.random() * duration, *words):
                killed += 1
            else:  # the first run cut tiles, the later ones have less to do
                duration *= 0.9
            shots += 1
            assert shots < 4 * KILLS
            assert whole(small.public) == []
            if shots % 12 == 6:
                scene.run(*words)
                assert pages(small.public) == wanted
    scene.run(*words)
    assert pages(small.public) == wanted
    assert reader.broken == []
    assert reader.looks > KILLS
    assert until(lambda: _workers_left() == [])


def _replace(public: FolderBlobs, before: Path) -> None:
    """Put a store back while somebody reads it: what was before returns, the pages first; then the rest goes."""
    was = FolderBlobs(before)
    for info in sorted(was.scan(), key=lambda i: i.key.startswith(("r/", "t/", "a/"))):
        if public.head(info.key) is None or public.get(info.key) != was.get(info.key):
            list(public.put_many([Put(info.key, was.get(info.key))]))
    there = {i.key for i in was.scan()}
    public.delete([i.key for i in list(public.scan()) if i.key not in there])


def _end(scene: Scene) -> tuple[dict[str, bytes], list[str]]:
    """Return what a command leads to: the pages, and which objects there are besides notes of work and the log."""
    names = [i.key for i in scene.public.scan() if not i.key.startswith(("r/-/", ".ispace/")) and "/log/" not in i.key]
    return pages(scene.public), names


@pytest.mark.parametrize("place", ["scene", "bucket_scene"])
def test_any_command_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(
    request: pytest.FixtureRequest, subtests: pytest.Subtests, place: str
) -> None:
    scene: Scene = request.getfixturevalue(place)
    first, _ = two_releases(scene)
    words = {"rollback": ("rollback", SLUG, first), "unpublish": ("unpublish", SLUG), "gc": ("gc", "--grace-days", "0")}
    for command, kills in OTHER_KILLS.items():
        scene.reset()
        if command == "gc":
            scene.age()
            scene.keep()
        with subtests.test(command):
            _kill_by_chance(scene, kills, *words[command])


def _kill_by_chance(scene: Scene, kills: int, *words: str) -> None:
    """Kill a command at moments of chance, each time from the same start."""
    duration = scene.run(*words)
    wanted = _end(scene)
    dice = random.Random(2)
    killed = shots = 0
    with Reader(scene) as reader:
        # A quick command may be killed often enough before the reader has looked often enough.
        while killed < kills or reader.looks <= 10:
            scene.reset()
            if scene.kill_after(dice.random() * duration, *words):
                killed += 1
                assert whole(scene.public) == []
                scene.run(*words)
                assert _end(scene) == wanted
            else:
                duration *= 0.9
            shots += 1
            assert shots < 50
    assert reader.broken == []
    assert reader.looks > 10


def test_a_publish_to_a_bucket_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(
    bucket_scene: Scene,
) -> None:
    scene = bucket_scene
    words = ("publish", str(scene.small.folder))
    duration = scene.run(*words)
    wanted = pages(scene.public)
    dice = random.Random(3)
    killed = shots = 0
    with Reader(scene) as reader:
        while killed < KILLS:
            if shots % 6 == 0:  # from the beginning; in between, from where the last one was stopped
                scene.reset()
            if scene.kill_after(dice.random() * duration, *words):
                killed += 1
            else:  # the later ones have less to do
                duration *= 0.9
            shots += 1
            assert shots < 4 * KILLS
            assert whole(scene.public) == []
            if shots % 12 == 6:
                scene.run(*words)
                assert pages(scene.public) == wanted
    scene.run(*words)
    assert pages(scene.public) == wanted
    assert reader.broken == []
    assert reader.looks > KILLS
