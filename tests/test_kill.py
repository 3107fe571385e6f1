"""kill -9 at any moment: readers see the old or the new tour whole, and a second run ends where no kill would have."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pictures import panorama
from small_tour import SLUG, SmallTour, age, broken, front_end, keys_needed, linked, set_up

from ispace import assets, pointer
from ispace.adapters.folder import FolderBlobs
from ispace.errors import ObjectMissingError
from ispace.ports import Put

pytestmark = pytest.mark.slow

KILLS = 60
"""Publishes that are killed at a moment of chance; every other command adds some."""

_SERVER = """
import itertools, json, os, signal, sys
from pathlib import Path
from ispace import assets, cli, flow
from ispace.adapters import folder

front = assets.load(Path(sys.argv[1]))
assets.load = lambda folder=None: front


def child(order):
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    count = itertools.count(1)

    def killing(original):
        def call(*args, **kwargs):
            if next(count) == order["stop"]:
                os.kill(os.getpid(), signal.SIGKILL)
            return original(*args, **kwargs)
        return call

    folder.FolderBlobs._rename = killing(folder.FolderBlobs._rename)
    folder.FolderBlobs.delete = killing(folder.FolderBlobs.delete)
    sys.argv = ["ispace", *order["words"]]
    try:
        cli.main()
    except SystemExit as ended:
        os._exit(ended.code or 0)


for line in sys.stdin:
    pid = os.fork()
    if pid == 0:
        child(json.loads(line))
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
"""
"""Runs command lines in processes of their own, with everything imported (in the half second that this takes nothing
can go wrong) and a front end that no build changes under our hands. ``stop``: the change of a store, counted from 1,
before which the process kills itself."""


@dataclasses.dataclass
class Scene:
    """A published tour in a store that can be put back, and a change that waits to be published."""

    small: SmallTour
    before: Path
    server: subprocess.Popen[str]

    def reset(self) -> None:
        shutil.rmtree(self.small.public.root)
        shutil.copytree(self.before, self.small.public.root)

    def start(self, *words: str, stop: int = 0) -> int:
        """Start a command; return its process id."""
        print(json.dumps({"words": words, "stop": stop}), file=self.server.stdin, flush=True)
        return int(self._answer())

    def _answer(self) -> str:
        assert self.server.stdout is not None
        return self.server.stdout.readline()

    def run(self, *words: str) -> float:
        """Run a command to its end; return how long it took."""
        begun = time.monotonic()
        self.start(*words)
        assert int(self._answer()) == 0
        return time.monotonic() - begun

    def kill_after(self, seconds: float, *words: str) -> bool:
        """Run a command and kill it after some time; return whether it was killed before its end."""
        pid = self.start(*words)
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return int(self._answer()) == -9

    def kill_at(self, change: int, *words: str) -> bool:
        """Run a command and have it killed before its n-th change of a store; return whether it got that far."""
        self.start(*words, stop=change)
        code = int(self._answer())
        assert code in {0, -9}
        return code == -9


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    front = front_end(tmp_path / "front")
    monkeypatch.setattr(assets, "load", lambda folder=None: front)
    small = set_up(template, tmp_path, front)
    small.publish()
    # What is to be published: another title, and another picture of the second scene, with media to write anew.
    panorama(small.folder / "san.jpg", seed=99)
    small.title("Chùa nhỏ sau khi sửa")
    before = tmp_path / "before"
    shutil.copytree(small.public.root, before)
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ISPACE_")}
    environment |= {
        "ISPACE_PUBLIC": small.settings.public,
        "ISPACE_PRIVATE": small.settings.private,
        "ISPACE_AUTHOR": "an",
        "OPENBLAS_NUM_THREADS": "1",
    }
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(tmp_path / "front")],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield Scene(small, before, server)


class Reader:
    """Looks at the tour all the time, as a visitor would, and keeps what it found broken."""

    def __init__(self, public: FolderBlobs) -> None:
        self.public = public
        self.broken: list[str] = []
        self.looks = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Reader:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _read(self) -> None:
        while not self._done.is_set():
            self.broken += whole(self.public)
            self.looks += 1
            self._done.wait(0.1)


def whole(public: FolderBlobs) -> list[str]:
    """Return what is wrong with the tour's pages as a visitor finds them now; nothing where there are none."""
    try:
        page = public.get(f"{SLUG}/index.html")
    except ObjectMissingError:
        return ["no page"]
    if not page.rstrip().endswith(b"</html>"):
        return ["half a page"]
    if pointer.is_gone(page):
        return broken(public, dict.fromkeys(linked(f"{SLUG}/index.html", page)))
    try:
        return broken(public, keys_needed(public))
    except ObjectMissingError as error:
        return [str(error)]


def _pages(public: FolderBlobs) -> dict[str, bytes]:
    """Return every page that a visitor can open: those of tours and of the catalogue; release names taken out.

    A release is named by the second in which it was begun.
    """
    found = {}
    for info in public.scan():
        if not info.key.startswith(("r/", "t/", "a/")):
            page = public.get(info.key)
            release = pointer.release_of(page)
            found[info.key] = page.replace(release.encode(), b"RELEASE") if release else page
    return found


def _shots(count: int, duration: float, seed: int) -> Iterator[float]:
    """Yield moments spread over a duration: one of chance in each of ``count`` equal parts, the first parts first."""
    dice = random.Random(seed)
    for number in range(count):
        yield duration * (number + dice.random()) / count


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


def _until(true: Callable[[], bool], attempts: int = 400) -> bool:
    for _ in range(attempts):
        if true():
            return True
        time.sleep(0.01)
    return False


def test_a_publish_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(scene: Scene) -> None:
    small = scene.small
    words = ("publish", str(small.folder))
    private = {i.key for i in small.services.private.scan()}
    duration = scene.run(*words)
    wanted = _pages(small.public)
    made = [i.key for i in small.services.private.scan() if i.key not in private]
    dice = random.Random(1)
    killed = shots = 0
    with Reader(small.public) as reader:
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
                assert _pages(small.public) == wanted
    scene.run(*words)
    assert _pages(small.public) == wanted
    assert reader.broken == []
    assert reader.looks > KILLS
    assert _until(lambda: _workers_left() == [])


def _replace(public: FolderBlobs, before: Path) -> None:
    """Put a store back while somebody reads it: what was before returns, the pages first; then the rest goes."""
    was = FolderBlobs(before)
    for info in sorted(was.scan(), key=lambda i: i.key.startswith(("r/", "t/", "a/"))):
        if public.head(info.key) is None or public.get(info.key) != was.get(info.key):
            list(public.put_many([Put(info.key, was.get(info.key))]))
    there = {i.key for i in was.scan()}
    public.delete([i.key for i in list(public.scan()) if i.key not in there])


def _every_change(scene: Scene, *words: str, step: int = 1) -> tuple[int, dict[str, bytes]]:
    """Kill a command before each of its changes, from the same start; return how many there were, and the last pages.

    After each kill the tour is whole, and a second run ends as a run that nobody killed.
    """
    scene.run(*words)
    wanted = _pages(scene.small.public)
    change = 1
    while True:
        scene.reset()
        stopped = scene.kill_at(change, *words)
        assert whole(scene.small.public) == []
        if not stopped:
            return change, wanted
        scene.run(*words)
        assert _pages(scene.small.public) == wanted
        change += step


def test_a_publish_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    scene.run("build", str(scene.small.folder))
    count, _ = _every_change(scene, "publish", str(scene.small.folder), step=4)
    assert count > 20


def _two_releases(scene: Scene) -> list[str]:
    small = scene.small
    first = small.current
    assert first is not None
    second = small.publish().published.release
    shutil.rmtree(scene.before)
    shutil.copytree(small.public.root, scene.before)
    return [first, second]


def test_going_back_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    first, _ = _two_releases(scene)
    count, _ = _every_change(scene, "rollback", SLUG, first)
    assert count >= 4
    assert scene.small.current == first


def test_taking_down_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    _two_releases(scene)
    count, pages = _every_change(scene, "unpublish", SLUG)
    assert count >= 4
    assert pointer.is_gone(pages[f"{SLUG}/index.html"])


def test_collecting_killed_before_any_of_its_changes_is_ended_by_the_next(scene: Scene) -> None:
    _two_releases(scene)
    age(scene.small.public, dt.timedelta(days=60))
    # The log counts by its own times: what was replaced a moment ago would stay for an hour.
    for info in list(scene.small.public.scan(f"r/{SLUG}/log/")):
        file = scene.small.public.root / info.key
        file.rename(file.with_name("19" + file.name[2:]))
    shutil.rmtree(scene.before)
    shutil.copytree(scene.small.public.root, scene.before)
    count, _ = _every_change(scene, "gc")
    assert count >= 2
    assert len(list(scene.small.public.folders(f"r/{SLUG}/"))) == 2  # one release, and the log


@pytest.mark.parametrize("words", [("rollback", SLUG), ("unpublish", SLUG), ("gc", "--grace-days", "0")])
def test_any_command_killed_at_any_moment_leaves_a_whole_tour(scene: Scene, words: tuple[str, ...]) -> None:
    _two_releases(scene)
    duration = max(scene.run(*words), 0.2)
    for moment in _shots(6, duration, seed=2):
        scene.reset()
        scene.kill_after(moment, *words)
        assert whole(scene.small.public) == []
