"""kill -9 at any moment: readers see the old or the new tour whole, and a second run ends where no kill would have."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pictures import panorama
from servers.buckets import Bucket, Stored
from servers.tiny_s3 import TinyS3
from small_tour import SLUG, SmallTour, age, broken, front_end, keys_needed, linked, set_up

from ispace import assets, pending, pointer
from ispace.adapters.folder import FolderBlobs
from ispace.errors import ObjectMissingError
from ispace.ports import ObjectInfo, Put

pytestmark = pytest.mark.slow

KILLS = 30
"""Publishes that are killed at a moment of chance, on a folder and in a bucket each."""
OTHER_KILLS = {"rollback": 8, "unpublish": 8, "gc": 6}
"""The same for the other commands: with the publishes more than 100 in all."""

_SERVER = """
import itertools, json, os, signal, sys
from pathlib import Path
from ispace import assets, cli, flow
from ispace.adapters import folder, s3

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
    looking: threading.Lock = dataclasses.field(default_factory=threading.Lock)
    """Held while a reader looks once: nobody puts a store back under a reader's eyes."""

    @property
    def public(self) -> Any:
        """The public store as its visitors see it."""
        return self.small.public

    def keep(self) -> None:
        """Make the store as it is now what ``reset`` returns to."""
        shutil.rmtree(self.before, ignore_errors=True)
        shutil.copytree(self.small.public.root, self.before)

    def reset(self) -> None:
        with self.looking:
            shutil.rmtree(self.small.public.root)
            shutil.copytree(self.before, self.small.public.root)

    def age(self) -> None:
        """Let everything be 60 days old, the log by its own times too."""
        age(self.small.public, dt.timedelta(days=60))
        for info in list(self.small.public.scan(f"r/{SLUG}/log/")):
            file = self.small.public.root / info.key
            file.rename(file.with_name("19" + file.name[2:]))

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


class Inside:
    """A bucket of a server in this process, seen from inside: what a visitor would be sent at this moment."""

    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket

    def get(self, key: str) -> bytes:
        found = self.bucket.objects.get(f"tours/{key}")
        if found is None:
            raise ObjectMissingError(key=key)
        return found.body

    def head(self, key: str) -> ObjectInfo | None:
        found = self.bucket.objects.get(f"tours/{key}")
        modified = dt.datetime.fromtimestamp(found.modified, dt.UTC) if found else dt.datetime.now(dt.UTC)
        return ObjectInfo(key, len(found.body), found.etag, modified) if found else None

    def scan(self, prefix: str = "") -> Iterator[ObjectInfo]:
        for key in sorted(list(self.bucket.objects)):  # noqa: C414 - taken at once, while the server's thread writes
            info = self.head(key.removeprefix("tours/")) if key.startswith(f"tours/{prefix}") else None
            if info:
                yield info


@dataclasses.dataclass
class BucketScene(Scene):
    """The same with the public store in a bucket."""

    s3: TinyS3 = dataclasses.field(default_factory=TinyS3)
    kept: dict[str, Stored] = dataclasses.field(default_factory=dict)

    @property
    def public(self) -> Any:
        return Inside(self.s3.buckets["tours-b"])

    def keep(self) -> None:
        self.kept = dict(self.s3.buckets["tours-b"].objects)

    def reset(self) -> None:
        with self.looking:
            self._put_in_place(self.kept)

    def age(self) -> None:
        past = 60 * 86400
        self._put_in_place(
            {
                re.sub(r"(/log/)20", r"\g<1>19", key): dataclasses.replace(stored, modified=stored.modified - past)
                for key, stored in self.s3.buckets["tours-b"].objects.items()
            }
        )

    def kill_after(self, seconds: float, *words: str) -> bool:
        killed = super().kill_after(seconds, *words)
        # What the killed process had sent is still done, as it would be.
        assert _until(lambda: not self.s3.open)
        return killed

    def _put_in_place(self, objects: dict[str, Stored]) -> None:
        done, bucket = threading.Event(), self.s3.buckets["tours-b"]

        def put() -> None:
            bucket._changed |= bucket.objects.keys() ^ objects.keys()
            bucket.objects = dict(objects)
            done.set()

        self.s3._loop.call_soon_threadsafe(put)
        assert done.wait(10)


@contextlib.contextmanager
def _commands(folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """What runs command lines with these settings and the front end in ``folder/front``."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("ISPACE_", "AWS_"))}
    with subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(folder / "front")],
        env=environment | {"ISPACE_AUTHOR": "an", "OPENBLAS_NUM_THREADS": "1"} | settings,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        yield server


def _change(small: SmallTour) -> None:
    """Make what is to be published: another title, and another picture of the second scene, with media to write."""
    panorama(small.folder / "san.jpg", seed=99)
    small.title("Chùa nhỏ sau khi sửa")


@pytest.fixture
def scene(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    front = front_end(tmp_path / "front")
    monkeypatch.setattr(assets, "load", lambda folder=None: front)
    small = set_up(template, tmp_path, front)
    small.publish()
    _change(small)
    settings = {"ISPACE_PUBLIC": small.settings.public, "ISPACE_PRIVATE": small.settings.private}
    with _commands(tmp_path, settings) as server:
        scene = Scene(small, tmp_path / "before", server)
        scene.keep()
        yield scene


@pytest.fixture
def bucket_scene(template: Path, tmp_path: Path) -> Iterator[Scene]:
    small = set_up(template, tmp_path, front_end(tmp_path / "front"))
    with TinyS3(["tours-b"]) as s3:
        settings = {
            "ISPACE_PUBLIC": f"s3://tours-b/tours?endpoint={s3.endpoint}",
            "ISPACE_PRIVATE": small.settings.private,
            "ISPACE_TEXT_ENCODING": "none",  # sizes are compared with those of the manifest
            "ISPACE_S3_BULK": "boto3",
            "AWS_ACCESS_KEY_ID": "key",
            "AWS_SECRET_ACCESS_KEY": "secret",
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        with _commands(tmp_path, settings) as server:
            scene = BucketScene(small, tmp_path / "before", server, s3=s3)
            scene.run("publish", str(small.folder))
            _change(small)
            scene.run("build", str(small.folder))
            scene.keep()
            yield scene


class Reader:
    """Looks at the tour all the time, as a visitor would, and keeps what it found broken."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
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
            with self.scene.looking:
                self.broken += whole(self.scene.public)
            self.looks += 1
            self._done.wait(0.1)


def whole(public: Any) -> list[str]:
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


def _pages(public: Any) -> dict[str, bytes]:
    """Return every page that a visitor can open: those of tours and of the catalogue; release names taken out.

    A release is named by the second in which it was begun.
    """
    found = {}
    for info in public.scan():
        if not info.key.startswith(("r/", "t/", "a/", ".ispace/")):
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
    first = pointer.look(scene.public, SLUG).release
    scene.run("publish", str(scene.small.folder))
    second = pointer.look(scene.public, SLUG).release
    assert first is not None
    assert second not in {None, first}
    scene.keep()
    return [first, str(second)]


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
    scene.age()  # the log, too: what was replaced a moment ago would stay for an hour
    scene.keep()
    count, _ = _every_change(scene, "gc")
    assert count >= 2
    assert len(list(scene.small.public.folders(f"r/{SLUG}/"))) == 2  # one release, and the log


def _end(scene: Scene) -> tuple[dict[str, bytes], list[str]]:
    """Return what a command leads to: the pages, and which objects there are besides notes of work and the log."""
    names = [i.key for i in scene.public.scan() if not i.key.startswith(("r/-/", ".ispace/")) and "/log/" not in i.key]
    return _pages(scene.public), names


@pytest.mark.parametrize("place", ["scene", "bucket_scene"])
@pytest.mark.parametrize("command", OTHER_KILLS)
def test_any_command_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(
    request: pytest.FixtureRequest, place: str, command: str
) -> None:
    scene: Scene = request.getfixturevalue(place)
    first, _ = _two_releases(scene)
    words = {"rollback": (command, SLUG, first), "unpublish": (command, SLUG), "gc": (command, "--grace-days", "0")}
    if command == "gc":
        scene.age()
        scene.keep()
    duration = scene.run(*words[command])
    wanted = _end(scene)
    dice = random.Random(2)
    killed = shots = 0
    with Reader(scene) as reader:
        # A quick command may be killed often enough before the reader has looked often enough.
        while killed < OTHER_KILLS[command] or reader.looks <= 10:
            scene.reset()
            if scene.kill_after(dice.random() * duration, *words[command]):
                killed += 1
                assert whole(scene.public) == []
                scene.run(*words[command])
                assert _end(scene) == wanted
            else:
                duration *= 0.9
            shots += 1
            assert shots < 4 * OTHER_KILLS[command]
    assert reader.broken == []
    assert reader.looks > 10


def test_a_publish_to_a_bucket_killed_at_any_moment_leaves_a_whole_tour_and_the_next_run_ends_it(
    bucket_scene: Scene,
) -> None:
    scene = bucket_scene
    words = ("publish", str(scene.small.folder))
    duration = scene.run(*words)
    wanted = _pages(scene.public)
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
                assert _pages(scene.public) == wanted
    scene.run(*words)
    assert _pages(scene.public) == wanted
    assert reader.broken == []
    assert reader.looks > KILLS


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
