"""kill -9 before each change of a store: the tour is whole, and a second run ends where no kill would have."""

from __future__ import annotations

import datetime as dt
import time
import types

import pytest
from kills.scenes import Scene, pages, two_releases, whole
from small_tour import SLUG, SmallTour

from ispace import pending, pointer

pytestmark = pytest.mark.slow


def _every_change(scene: Scene, *words: str, step: int = 1) -> tuple[int, dict[str, bytes]]:
    """Kill a command before each of its changes, from the same start; return how many there were, and the last pages.

    After each kill the tour is whole, and a second run ends as a run that nobody killed.
    """
    scene.run(*words)
    wanted = pages(scene.small.public)
    change = 1
    while True:
        scene.reset()
        stopped = scene.kill_at(change, *words)
        assert whole(scene.small.public) == []
        if not stopped:
            return change, wanted
        scene.run(*words)
        assert pages(scene.small.public) == wanted
        change += step


def test_a_publish_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    scene.run("build", str(scene.small.folder))
    count, _ = _every_change(scene, "publish", str(scene.small.folder), step=4)
    assert count > 20


def test_going_back_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    first, _ = two_releases(scene)
    count, _ = _every_change(scene, "rollback", SLUG, first)
    assert count >= 4
    assert scene.small.current == first


def test_taking_down_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    two_releases(scene)
    count, found = _every_change(scene, "unpublish", SLUG)
    assert count >= 4
    assert pointer.is_gone(found[f"{SLUG}/index.html"])


def test_collecting_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    two_releases(scene)
    scene.age()  # the log, too: what was replaced a moment ago would stay for an hour
    scene.keep()
    count, _ = _every_change(scene, "gc")
    assert count >= 2
    assert len(list(scene.small.public.folders(f"r/{SLUG}/"))) == 2  # one release, and the log


@pytest.mark.parametrize("old", [True, False])
def test_the_mark_of_a_killed_collector_holds_up_a_publish_for_its_patience_and_an_old_one_not_at_all(
    small: SmallTour, monkeypatch: pytest.MonkeyPatch, old: bool
) -> None:
    small.publish()
    pending.mark(small.public, deleting=True)  # and then it is killed
    monkeypatch.setattr(pending, "_LIFE", dt.timedelta(seconds=-1) if old else dt.timedelta(minutes=2))
    monkeypatch.setattr(pending, "_PATIENCE_SECONDS", 0.05)
    monkeypatch.setattr(pending, "_PAUSE_SECONDS", 0.01)
    pauses: list[float] = []
    monkeypatch.setattr(pending, "time", types.SimpleNamespace(monotonic=time.monotonic, sleep=pauses.append))
    small.title("Chùa nhỏ sau khi sửa")
    small.publish()
    assert bool(pauses) is not old
    assert whole(small.public) == []
