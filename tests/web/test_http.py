"""The rules of HTTP on every kind of server that tours are read from."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
import uvicorn
from web.http_contract import TILE, HttpContract, Served, ask

from ispace import wiring
from ispace.adapters.folder import FolderBlobs
from ispace.adapters.s3 import S3Blobs
from ispace.ports import Put
from ispace.settings import Settings
from ispace.web import listen, public


@pytest.fixture(scope="module")
def served_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A folder behind ``ispace serve``, over a socket."""
    store = FolderBlobs(tmp_path_factory.mktemp("served") / "public")
    sockets = listen.listen("127.0.0.1", 0)
    app = public.app(store, lambda kind: f"<!doctype html><title>{kind}</title>".encode())
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off", timeout_graceful_shutdown=3))
    thread = threading.Thread(target=server.run, kwargs={"sockets": sockets}, daemon=True)
    thread.start()
    try:
        yield store, listen.addresses(sockets)[0]
    finally:
        server.should_exit = True
        thread.join(30)
        for listening in sockets:
            listening.close()


@pytest.fixture(scope="module")
def swift_bucket(swift: Any) -> Iterator[Served]:
    """A bucket written through Swift's S3 interface and read at Swift's own address."""
    bucket = "http-contract"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ACCESS_KEY_ID", swift.key)
        environment.setenv("AWS_SECRET_ACCESS_KEY", swift.secret)
        store = wiring.blobs(f"s3://{bucket}?endpoint={quote(swift.endpoint)}&region={swift.region}", Settings())
        assert isinstance(store, S3Blobs)
        if bucket not in [b["Name"] for b in store.client.list_buckets()["Buckets"]]:
            store.client.create_bucket(Bucket=bucket)
        store.client.put_bucket_acl(Bucket=bucket, ACL="public-read")
        store.delete([info.key for info in store.scan()])
        try:
            yield store, swift.public_url(bucket)
        finally:
            store.delete([info.key for info in store.scan()])
            store.client.delete_bucket(Bucket=bucket)


class TestServedFolder(HttpContract):
    """``ispace serve``."""

    @pytest.fixture
    def served(self, served_folder: Served) -> Served:
        return served_folder

    def test_a_folder_without_its_slash_is_redirected(self, served: Served) -> None:
        answer = ask(served[1], "chua")
        assert (answer.status, answer.headers["Location"]) == (307, "/chua/")

    def test_a_state_that_must_be_current_is_looked_at(self, served: Served) -> None:
        etag = ask(served[1], TILE).headers["ETag"]
        assert ask(served[1], TILE, headers={"If-Match": f'"x", {etag}'}).status == 200
        assert ask(served[1], TILE, headers={"If-Match": "*"}).status == 200
        assert ask(served[1], TILE, headers={"If-Match": '"another"'}).status == 412
        assert ask(served[1], TILE, headers={"If-Unmodified-Since": "Mon, 01 Jan 2001 00:00:00 GMT"}).status == 412

    def test_a_part_goes_on_by_the_date_too(self, served: Served) -> None:
        said = ask(served[1], TILE).headers["Last-Modified"]
        assert ask(served[1], TILE, headers={"Range": "bytes=0-1", "If-Range": said}).status == 206
        other = "Mon, 01 Jan 2001 00:00:00 GMT"
        assert ask(served[1], TILE, headers={"Range": "bytes=0-1", "If-Range": other}).status == 200

    def test_a_tour_that_was_taken_down_is_gone_for_those_who_had_it_too(self, served: Served) -> None:
        page = b'<!doctype html><html lang="vi" data-release="gone"><title>x</title></html>'
        served[0].put(Put("mat/index.html", page))
        etag = ask(served[1], "mat/").headers["ETag"]
        for headers in ({"If-None-Match": etag}, {"Range": "bytes=0-1"}):
            assert ask(served[1], "mat/", headers=headers).status == 410


class _Bucket(HttpContract):
    """A bucket read at its public address: what was put is all there is, no program stands before it."""

    says_nosniff = False
    knows_gone = False
    finds_index = False
    says_vary = False


class TestSwift(_Bucket):
    """OpenStack Swift."""

    knows_if_range = False

    @pytest.fixture
    def served(self, swift_bucket: Served) -> Served:
        return swift_bucket


# A bucket with S3's own public reading: a class like the one above, derived from ``_Bucket``, whose fixture ``served``
# gives a store on which ``ispace storage prepare`` has put its policy, and the address of that bucket.
