"""The rules of HTTP on every kind of server that tours are read from."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
import uvicorn
from web.http_contract import PAGE, TEXT, TILE, HttpContract, Served, ask

from ispace import wiring
from ispace.adapters.folder import FolderBlobs
from ispace.adapters.s3 import S3Blobs
from ispace.page.frame import CONTENT_SECURITY_POLICY
from ispace.ports import Put
from ispace.settings import Settings
from ispace.web import listen, public

GUIDE = Path(__file__).parents[2] / "docs" / "operate-storage.md"


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


@pytest.fixture(scope="module")
def nginx(swift: Any, swift_bucket: Served, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The server block of the operator's guide before a bucket, without its TLS."""
    program = shutil.which("nginx") or "/usr/sbin/nginx"
    if not Path(program).is_file():
        pytest.skip("nginx is not installed")
    place = tmp_path_factory.mktemp("nginx")
    block = re.search(r"```nginx\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    assert block is not None
    with contextlib.closing(listen.listen("127.0.0.1", 0)[0]) as free:
        port = free.getsockname()[1]
    bucket = urlsplit(swift.public_url("http-contract"))
    text = re.sub(r"(?m)^ *(ssl_|proxy_ssl_|listen ).*\n", "", block[1])
    text = text.replace("server {\n", f"server {{\n    listen 127.0.0.1:{port};\n", 1)
    text = text.replace("https://s3.example.vn", f"{bucket.scheme}://{bucket.netloc}")
    text = text.replace("s3.example.vn", bucket.netloc).replace("/tours-public", bucket.path.rstrip("/"))
    text = text.replace("/var/cache/nginx/tours", str(place / "cache"))
    places = "".join(
        f"{kind}_temp_path {place / kind};\n" for kind in ("client_body", "proxy", "fastcgi", "scgi", "uwsgi")
    )
    (place / "nginx.conf").write_text(
        f"daemon off;\nmaster_process off;\npid {place / 'pid'};\nevents {{}}\n"
        f"http {{\naccess_log off;\n{places}{text}\n}}\n",
        "utf-8",
    )
    command = [program, "-e", str(place / "error.log"), "-p", str(place), "-c", str(place / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    with subprocess.Popen(command) as process:
        base = f"http://127.0.0.1:{port}/"
        try:
            for _ in range(100):
                with contextlib.suppress(ConnectionError):
                    ask(base, "")
                    break
                assert process.poll() is None, (place / "error.log").read_text("utf-8")
                threading.Event().wait(0.05)
            yield swift_bucket[0], base
        finally:
            process.terminate()


class TestNginx(HttpContract):
    """nginx as docs/operate-storage.md has it, before Swift."""

    is_fresh = False
    ignores_odd_ranges = False

    @pytest.fixture
    def served(self, nginx: Served) -> Served:
        return nginx

    def test_a_folder_without_its_slash_is_redirected_with_its_query(self, served: Served) -> None:
        where = urlsplit(served[1])
        connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=60)
        with contextlib.closing(connection):
            connection.request("GET", "/chua?scene=san")
            answer = connection.getresponse()
            assert (answer.status, answer.headers["Location"]) == (301, "/chua/?scene=san")

    def test_pages_come_under_the_policy_of_ispace_serve(self, served: Served) -> None:
        for key in (PAGE, "none", "xuong/index.html"):
            assert ask(served[1], key).headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert ask(served[1], TILE).headers["Content-Security-Policy"] is None

    def test_nothing_is_told_of_the_bucket(self, served: Served) -> None:
        names = [name.lower() for name in ask(served[1], "xuong/index.html").headers]
        assert not [name for name in names if "meta" in name or name == "set-cookie"]

    def test_who_takes_no_gzip_gets_the_text(self, served: Served) -> None:
        small = gzip.compress(TEXT, mtime=0)
        served[0].put(Put("a/tho.json", small, content_encoding="gzip"))
        plain = ask(served[1], "a/tho.json")
        assert (plain.headers["Content-Encoding"], plain.body) == (None, TEXT)
