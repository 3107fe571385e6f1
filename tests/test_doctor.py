"""What the doctor finds: in folders, in buckets, and from outside."""

from __future__ import annotations

import datetime as dt
import email.utils
import http.server
import threading
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from ispace import anonymous, keys, language, wiring
from ispace.adapters.folder import FolderBlobs
from ispace.doctor import stores
from ispace.doctor.check import Check
from ispace.errors import StoreMissingError, StoreReadOnlyError, StoreUnreachableError
from ispace.settings import Settings

GOOD = {
    "content-type": "text/plain;charset=UTF-8",
    "cache-control": "immutable, public, max-age=31536000",
    "access-control-allow-origin": "*",
}
Look = Callable[..., anonymous.Answer]


class InABucket(FolderBlobs):
    """A store in a folder that says it is a bucket."""

    conditional = True

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.bucket = SimpleNamespace(address=f"http://127.0.0.1:9/{root.name}/", name=root.name, below="")

    def is_conditional(self) -> bool:
        return self.conditional


class World:
    """What anybody gets: of the public store an object with good headers, of the private one nothing."""

    def __init__(self, root: Path) -> None:
        self.public, self.private = InABucket(root / "public"), InABucket(root / "private")
        for store in (self.public, self.private):
            store.root.mkdir(parents=True)
        self.headers = dict(GOOD)
        self.status = 200
        self.body: bytes | None = None
        self.skew = dt.timedelta()
        self.open = False

    def look(self, url: str, **_: Any) -> anonymous.Answer:
        date = {"date": email.utils.format_datetime(dt.datetime.now(dt.UTC) + self.skew)}
        name, _, key = url.removeprefix("http://127.0.0.1:9/").partition("/")
        if not key or (name == "private" and not self.open):
            return anonymous.Answer(403, date, b"")
        body = (self.public if name == "public" else self.private).get(key)
        return anonymous.Answer(self.status, date | self.headers, body if self.body is None else self.body)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(tmp_path)
    monkeypatch.setattr(wiring, "blobs", lambda url, settings=None: getattr(world, url))
    monkeypatch.setattr(wiring, "opened_by", lambda store: "")
    monkeypatch.setattr(anonymous, "look", world.look)
    return world


def found(**settings: Any) -> list[Check]:
    checks = list(stores.run(Settings(**({"public": "public", "private": "private"} | settings))))
    for check in checks:
        for lang in language.available():
            said = check.sentence(lang)
            assert said != check.name
            assert "{" not in said, said
    return checks


def wrong(**settings: Any) -> dict[str, str]:
    return {c.name: c.said or c.name for c in found(**settings) if not c.ok}


def test_everything_is_tried_and_nothing_is_left_behind(world: World) -> None:
    checks = found()
    inner = ["clock", "bucket", "write", "read-back", "conditions"]
    assert [c.name for c in checks] == [
        *inner,
        "public-read",
        "public-cors",
        "delete",
        *inner,
        "private-closed",
        "delete",
    ]
    assert all(c.ok for c in checks)
    assert [*world.public.scan(), *world.private.scan()] == []


def test_a_server_without_conditions_is_a_note(world: World) -> None:
    world.public.conditional = False
    checks = [c for c in found() if c.name == "conditions"]
    assert [(c.ok, c.said) for c in checks] == [(True, "conditions-claims"), (True, "")]


def test_a_server_that_ignores_conditions_is_wrong(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = FolderBlobs.put

    def put(store: FolderBlobs, put: Any) -> Any:
        return plain(store, type(put)(put.key, put.content))

    monkeypatch.setattr(InABucket, "put", put)
    assert "conditions" in wrong()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"status": 403}, "public-read-refused"),
        ({"status": 404}, "public-read-missing"),
        ({"body": b"<html>"}, "public-read-other"),
        ({"headers": GOOD | {"content-type": "application/octet-stream"}}, "public-read-header"),
        ({"headers": GOOD | {"cache-control": "no-store"}}, "public-read-header"),
    ],
)
def test_what_visitors_do_not_get_is_told(world: World, change: dict[str, Any], said: str) -> None:
    vars(world).update(change)
    assert wrong() == {"public-read": said}


def test_other_sites_must_be_allowed(world: World) -> None:
    del world.headers["access-control-allow-origin"]
    assert wrong() == {"public-cors": "public-cors"}


def test_a_private_store_that_anybody_reads_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.open = True
    assert wrong() == {"private-closed": "private-closed-open"}
    world.open = False
    monkeypatch.setattr(wiring, "opened_by", lambda store: "acl")
    assert wrong() == {"private-closed": "private-closed-open"}


def test_a_clock_that_is_off_is_told(world: World) -> None:
    world.skew = dt.timedelta(minutes=4)
    assert wrong() == {}
    world.skew = dt.timedelta(minutes=-6)
    assert wrong() == {"clock": "clock-skewed"}


def test_without_a_bucket_nothing_else_is_tried(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def scan(store: FolderBlobs, prefix: str = "") -> Iterator[Any]:
        raise StoreMissingError(store=store.name)

    monkeypatch.setattr(InABucket, "scan", scan)
    checks = found()
    assert [c.name for c in checks] == ["clock", "bucket"] * 2
    assert "ispace storage prepare" in checks[1].sentence("en")


def test_a_bucket_that_cannot_be_written_to_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(store: FolderBlobs, put: Any) -> Any:
        raise StoreReadOnlyError(store=store.name)

    monkeypatch.setattr(InABucket, "put", put)
    assert wrong() == {"write": "write"}


# A folder


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = {".txt": keys.content_type("a.txt")}  # noqa: RUF012 - as its base does it

    def end_headers(self) -> None:
        self.send_header("Cache-Control", keys.cache_control(self.path.strip("/")))
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "public").mkdir()
    handler = lambda *a: Quiet(*a, directory=str(tmp_path / "public"))  # noqa: E731
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def folders(tmp_path: Path) -> dict[str, str]:
    return {"public": f"file:{tmp_path}/public", "private": f"file:{tmp_path}/private"}


def test_a_folder_is_looked_at_from_inside_only_where_nobody_says_who_serves_it(tmp_path: Path) -> None:
    assert [c.name for c in found(**folders(tmp_path))] == ["store-public", "store-private"]


def test_a_folder_is_looked_at_through_its_web_server(tmp_path: Path, served: str) -> None:
    checks = found(**folders(tmp_path), public_url=served)
    assert [c.name for c in checks] == ["store-public", "public-read", "public-cors", "store-private"]
    assert all(c.ok for c in checks), checks
    assert list(FolderBlobs(tmp_path / "public").scan()) == []


def test_a_public_address_that_leads_elsewhere_is_told(tmp_path: Path, served: str) -> None:
    assert wrong(**folders(tmp_path), public_url=served + "/elsewhere") == {"public-read": "public-read-missing"}


def test_a_public_address_where_nobody_answers_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def look(url: str, *, store: str, **_: Any) -> anonymous.Answer:
        raise StoreUnreachableError(store=store, endpoint=url)

    monkeypatch.setattr(anonymous, "look", look)
    checks = found(**folders(tmp_path), public_url="http://127.0.0.1:9")
    assert [c.name for c in checks if not c.ok] == ["public-read"]
    assert "ISPACE_PUBLIC_URL" in checks[1].sentence("vi")


def test_nobody_listening_is_no_answer(served: str) -> None:
    with pytest.raises(StoreUnreachableError):
        anonymous.look("http://127.0.0.1:1/", store="x", seconds=2)
    with pytest.raises(StoreUnreachableError):
        anonymous.look("http://127.0.0.1:port/", store="x")
    assert anonymous.look(served + "/nothing", store="x").status == 404


# On a real Swift


def test_swift_is_tried_step_by_step(swift: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ispace.adapters.s3 import S3Blobs

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", swift.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", swift.secret)
    names = [f"prep-{uuid.uuid4().hex[:12]}" for _ in range(2)]
    urls = [f"s3://{name}/x?endpoint={swift.endpoint}&region={swift.region}" for name in names]
    where = {"public": urls[0], "private": urls[1]}
    assert set(wrong(**where)) == {"bucket"}
    for url in urls:
        store = wiring.blobs(url, Settings())
        assert isinstance(store, S3Blobs)
        store.client.create_bucket(Bucket=store.bucket.name)
    assert wrong(**where) == {"public-read": "public-read-refused"}
    store = wiring.blobs(urls[0], Settings())
    assert isinstance(store, S3Blobs)
    store.client.put_bucket_acl(Bucket=names[0], ACL="public-read")
    account = f"{swift.endpoint}/v1/AUTH_{swift.key.split(':')[0]}"
    assert wrong(**where, public_url=f"{account}/{names[0]}/x") == {"public-cors": "public-cors"}
    assert list(store.scan()) == []
    private = wiring.blobs(urls[1], Settings())
    assert isinstance(private, S3Blobs)
    private.client.put_bucket_acl(Bucket=names[1], ACL="public-read")
    assert wrong(**where, public_url=f"{account}/{names[0]}/x")["private-closed"] == "private-closed-open"
