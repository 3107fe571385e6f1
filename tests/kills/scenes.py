"""A published tour whose commands are killed, in a folder or in a bucket, and a reader who looks at it meanwhile."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pictures import panorama
from servers.buckets import Bucket, Stored
from servers.tiny_s3 import TinyS3
from small_tour import SLUG, SmallTour, age, broken, keys_needed, linked

from ispace import pointer
from ispace.errors import ObjectMissingError
from ispace.ports import ObjectInfo

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
        assert until(lambda: not self.s3.open)
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
def commands(folder: Path, settings: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
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


def edit(small: SmallTour) -> None:
    """Make what is to be published: another title, and another picture of the second scene, with media to write."""
    panorama(small.folder / "san.jpg", seed=99)
    small.title("Chùa nhỏ sau khi sửa")


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


def pages(public: Any) -> dict[str, bytes]:
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


def two_releases(scene: Scene) -> list[str]:
    first = pointer.look(scene.public, SLUG).release
    scene.run("publish", str(scene.small.folder))
    second = pointer.look(scene.public, SLUG).release
    assert first is not None
    assert second not in {None, first}
    scene.keep()
    return [first, str(second)]


def until(true: Callable[[], bool], attempts: int = 400) -> bool:
    for _ in range(attempts):
        if true():
            return True
        time.sleep(0.01)
    return False
