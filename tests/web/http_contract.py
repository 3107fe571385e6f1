"""What every reader of published tours relies on, whichever server stands in front of the store.

A test class derives from ``HttpContract`` and gives the class fixture ``served``: the store to write to and the address
below which its keys are read. What a server cannot is said by the attributes; docs/operate-storage.md says it to
operators.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import email.utils
import gzip
import http.client
import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

import brotli
import pytest

from ispace.ports import Blobs, Put

Served = tuple[Blobs, str]

IMMUTABLE = "public, max-age=31536000, immutable"
SHORT = "public, max-age=60, must-revalidate"
TILE = "t/http/1/f/0_0.jpg"
PAGE = "chua/index.html"
FILM = "a/0123456789abcdef0123.mp4"
DATA = bytes(range(256)) * 4
TEXT = ("Chùa cổ bên Núi Sam. " * 400).encode()

TYPES = {
    "chua/index.html": "text/html; charset=utf-8",
    "a/x.json": "application/json; charset=utf-8",
    "a/x.js": "text/javascript; charset=utf-8",
    "sw.js": "text/javascript; charset=utf-8",
    "a/x.css": "text/css; charset=utf-8",
    "sitemap.xml": "application/xml; charset=utf-8",
    "robots.txt": "text/plain; charset=utf-8",
    "a/x.vtt": "text/vtt; charset=utf-8",
    "a/x.svg": "image/svg+xml",
    "a/x.webmanifest": "application/manifest+json",
    "t/http/1/f/0_0.jpg": "image/jpeg",
    "a/x.png": "image/png",
    "a/x.webp": "image/webp",
    "a/x.avif": "image/avif",
    "a/x.woff2": "font/woff2",
    "a/x.mp3": "audio/mpeg",
    "a/x.m4a": "audio/mp4",
    "a/x.mp4": "video/mp4",
}


@dataclasses.dataclass(frozen=True)
class Answer:
    """What a server said, nothing decoded, nothing followed."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def ask(base: str, key: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """Ask a server for a key, every character of it that has a meaning of its own in an address escaped."""
    where = urlsplit(base)
    assert where.hostname is not None
    connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
    try:
        connection.request(method, f"{where.path.rstrip('/')}/{quote(key)}", headers=dict(headers or {}))
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


class HttpContract:
    """The rules; see the module."""

    says_nosniff = True
    """Every answer carries ``X-Content-Type-Options: nosniff``."""
    knows_gone = True
    """A page that stands in for a tour taken down is answered with 410."""
    finds_index = True
    """A folder's address answers with its ``index.html``."""
    knows_if_range = True
    """A part of another state is not given; where it is, only objects that never change may be read in parts."""
    says_vary = True
    """What is stored compressed says ``Vary: Accept-Encoding``."""
    ignores_odd_ranges = True
    """A range that cannot be understood means the whole; RFC 9110, 14.2, allows to refuse it, too."""
    is_fresh = True
    """A page that was replaced is read at once, not a minute later."""

    @pytest.fixture(autouse=True)
    def _objects(self, served: Served) -> None:
        store = served[0]
        for key, data in ((TILE, DATA), (PAGE, TEXT)):
            if store.head(key) is None:
                store.put(Put(key, data))

    # Headers that come from the store

    @pytest.mark.parametrize(("key", "kind"), TYPES.items(), ids=TYPES)
    def test_every_kind_of_file_has_its_type(self, served: Served, key: str, kind: str) -> None:
        store, base = served
        if store.head(key) is None:
            store.put(Put(key, DATA))
        answer = ask(base, key)
        assert answer.status == 200
        assert answer.headers["Content-Type"].replace("; ", ";").lower() == kind.replace("; ", ";")
        assert answer.headers["Content-Length"] == str(len(answer.body))

    @pytest.mark.parametrize("key", [TILE, "r/chua/20261127-081500-0a1b2c3d/tour.json", "a/0123456789abcdef0123.css"])
    def test_what_never_changes_may_be_kept_for_a_year(self, served: Served, key: str) -> None:
        store, base = served
        if store.head(key) is None:
            store.put(Put(key, DATA))
        assert ask(base, key).headers["Cache-Control"] == IMMUTABLE

    @pytest.mark.parametrize(
        "key", [PAGE, "index.html", "en/index.html", "sitemap.xml", "search.json", "sw.js", "offline/index.html"]
    )
    def test_what_changes_may_be_kept_for_a_minute(self, served: Served, key: str) -> None:
        store, base = served
        if store.head(key) is None:
            store.put(Put(key, TEXT))
        assert ask(base, key).headers["Cache-Control"] == SHORT

    def test_headers_that_were_put_are_those_that_are_read(self, served: Served) -> None:
        store, base = served
        store.put(Put("a/own.json", b"{}", content_type="application/ld+json", cache_control="no-store"))
        answer = ask(base, "a/own.json")
        assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == ("application/ld+json", "no-store")

    @pytest.mark.parametrize("encoding", ["gzip", "br"])
    @pytest.mark.parametrize("key", ["nen/{}/index.html", "a/nen-{}.json"])
    def test_a_text_stored_compressed_is_what_it_was_after_decoding(
        self, served: Served, encoding: str, key: str
    ) -> None:
        store, base = served
        key = key.format(encoding)
        small = gzip.compress(TEXT, mtime=0) if encoding == "gzip" else brotli.compress(TEXT)
        store.put(Put(key, small, content_encoding=encoding))
        answer = ask(base, key, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == encoding
        assert answer.headers["Content-Length"] == str(len(small))
        assert answer.body == small
        assert (gzip.decompress if encoding == "gzip" else brotli.decompress)(answer.body) == TEXT
        assert answer.headers["Content-Type"].endswith("charset=utf-8")
        if self.says_vary:
            assert "Accept-Encoding" in answer.headers["Vary"]

    def test_what_is_not_compressed_says_nothing_of_it(self, served: Served) -> None:
        answer = ask(served[1], TILE, headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] is None
        assert answer.body == DATA

    @pytest.mark.parametrize("key", [TILE, PAGE, "none"])
    def test_nothing_may_be_guessed_from_content(self, served: Served, key: str) -> None:
        if self.says_nosniff:
            assert ask(served[1], key).headers["X-Content-Type-Options"] == "nosniff"

    # ETag and conditions

    @pytest.mark.parametrize("key", [TILE, PAGE])
    def test_an_etag_stays_while_the_content_does(self, served: Served, key: str) -> None:
        said = {ask(served[1], key, method).headers["ETag"] for method in ("GET", "HEAD", "GET")}
        assert len(said) == 1
        assert said != {None}

    def test_an_etag_changes_with_the_content(self, served: Served) -> None:
        store, base = served
        said = []
        for body in (b"one", b"two", b"one more"):
            store.put(Put("doi/index.html", body))
            answer = ask(base, "doi/index.html")
            assert answer.body == body or not self.is_fresh
            said.append(answer.headers["ETag"])
        assert len(set(said)) == (3 if self.is_fresh else 1)

    @pytest.mark.parametrize("key", [TILE, PAGE])
    @pytest.mark.parametrize("method", ["GET", "HEAD"])
    def test_what_the_reader_has_is_not_sent_again(self, served: Served, key: str, method: str) -> None:
        etag = ask(served[1], key).headers["ETag"]
        for match in (etag, f'"x", {etag}', "*"):
            answer = ask(served[1], key, method, {"If-None-Match": match})
            assert (answer.status, answer.body) == (304, b"")
            assert answer.headers["ETag"] == etag

    @pytest.mark.parametrize("key", [TILE, PAGE])
    def test_what_the_reader_has_of_another_state_is_sent(self, served: Served, key: str) -> None:
        answer = ask(served[1], key, headers={"If-None-Match": '"0123456789abcdef0123456789abcdef"'})
        assert (answer.status, answer.body) == (200, DATA if key == TILE else TEXT)

    @pytest.mark.parametrize("key", [TILE, PAGE])
    def test_a_date_does_where_no_etag_is_sent(self, served: Served, key: str) -> None:
        said = ask(served[1], key).headers["Last-Modified"]
        before = email.utils.parsedate_to_datetime(said) - dt.timedelta(minutes=1)
        answer = ask(served[1], key, headers={"If-Modified-Since": said})
        assert (answer.status, answer.body) == (304, b"")
        earlier = email.utils.format_datetime(before, usegmt=True)
        assert ask(served[1], key, headers={"If-Modified-Since": earlier}).status == 200

    def test_a_date_that_is_none_is_overlooked(self, served: Served) -> None:
        assert ask(served[1], PAGE, headers={"If-Modified-Since": "yesterday"}).status == 200

    # Parts

    @pytest.mark.parametrize("key", [TILE, PAGE])
    def test_every_object_says_that_it_can_be_had_in_parts(self, served: Served, key: str) -> None:
        for method in ("GET", "HEAD"):
            assert ask(served[1], key, method).headers["Accept-Ranges"] == "bytes"

    @pytest.mark.parametrize("key", [TILE, PAGE])
    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [
            ("0-0", 0, 1),
            ("10-19", 10, 20),
            ("1000-", 1000, None),
            ("1000-999999999", 1000, None),
            ("-5", -5, None),
            ("-999999999", 0, None),
        ],
    )
    def test_a_part_is_given(self, served: Served, key: str, asked: str, start: int, stop: int | None) -> None:
        whole = DATA if key == TILE else TEXT
        first, last, _ = slice(start, stop).indices(len(whole))
        answer = ask(served[1], key, headers={"Range": f"bytes={asked}"})
        assert (answer.status, answer.body) == (206, whole[first:last])
        assert answer.headers["Content-Range"] == f"bytes {first}-{last - 1}/{len(whole)}"
        assert answer.headers["Content-Length"] == str(last - first)
        assert answer.headers["Content-Type"] == ask(served[1], key).headers["Content-Type"]
        assert answer.headers["ETag"]

    @pytest.mark.parametrize("key", [TILE, PAGE])
    @pytest.mark.parametrize("asked", ["999999-", "999999-9999999", "-0"])
    def test_a_part_that_does_not_exist_is_refused(self, served: Served, key: str, asked: str) -> None:
        answer = ask(served[1], key, headers={"Range": f"bytes={asked}"})
        assert answer.status == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(DATA if key == TILE else TEXT)}"

    def test_several_parts_at_once_are_given_or_the_whole_is(self, served: Served) -> None:
        answer = ask(served[1], TILE, headers={"Range": "bytes=0-9,20-29"})
        if answer.status == 200:
            assert answer.body == DATA
            return
        assert answer.status == 206
        kind = answer.headers["Content-Type"]
        assert kind.startswith("multipart/byteranges")
        boundary = re.search(r'boundary="?([^";]+)', kind)
        assert boundary is not None
        bodies = [p.partition(b"\r\n\r\n")[2] for p in answer.body.split(b"--" + boundary[1].encode())[1:-1]]
        assert [b.removesuffix(b"\r\n") for b in bodies] == [DATA[:10], DATA[20:30]]

    @pytest.mark.parametrize("asked", ["pages=1-2", "bytes=b-a", "bytes=", "bytes", "bytes=5-2", "bytes=--5"])
    def test_a_range_that_means_nothing_means_the_whole(self, served: Served, asked: str) -> None:
        answer = ask(served[1], TILE, headers={"Range": asked})
        if self.ignores_odd_ranges or answer.status == 200:
            assert (answer.status, answer.body) == (200, DATA)
        else:
            assert answer.status == 416

    @pytest.mark.parametrize("key", [TILE, PAGE])
    def test_a_part_goes_on_only_with_the_state_that_was_begun(self, served: Served, key: str) -> None:
        whole = DATA if key == TILE else TEXT
        headers = ask(served[1], key).headers
        # Swift's own addresses give ETags without their quotes, which are none where they are sent back.
        state = headers["ETag"] if headers["ETag"].startswith('"') else headers["Last-Modified"]
        same = ask(served[1], key, headers={"Range": "bytes=10-19", "If-Range": state})
        assert (same.status, same.body) == (206, whole[10:20])
        if self.knows_if_range:
            other = ask(served[1], key, headers={"Range": "bytes=10-19", "If-Range": '"another"'})
            assert (other.status, other.body) == (200, whole)

    def test_a_film_can_be_wound_forward(self, served: Served) -> None:
        store, base = served
        film = b"".join(number.to_bytes(4, "big") for number in range(900_000))
        if store.head(FILM) is None:
            store.put(Put(FILM, film))
        assert ask(base, FILM).body == film
        answer = ask(base, FILM, headers={"Range": "bytes=1000000-"})
        assert answer.status == 206
        assert answer.body == film[1_000_000:]

    def test_an_empty_object_is_one(self, served: Served) -> None:
        store, base = served
        store.put(Put("a/rong.txt", b""))
        answer = ask(base, "a/rong.txt")
        assert (answer.status, answer.body, answer.headers["Content-Length"]) == (200, b"", "0")

    # Methods and names

    @pytest.mark.parametrize("key", [TILE, PAGE, "none", "chua/none/index.html"])
    def test_head_says_what_get_would(self, served: Served, key: str) -> None:
        get, head = ask(served[1], key), ask(served[1], key, "HEAD")
        assert (head.status, head.body) == (get.status, b"")
        names = ("Content-Type", "Cache-Control", "ETag", "Last-Modified", "Accept-Ranges", "Content-Encoding")
        for name in names if get.status == 200 else ():
            assert head.headers[name] == get.headers[name], name
        if get.status == 200:
            assert head.headers["Content-Length"] == get.headers["Content-Length"]

    @pytest.mark.parametrize(
        "key", ["none.txt", "t/http/1/f/9_9.jpg", "chua/none/index.html", "không có.html", "a/.jpg"]
    )
    def test_what_is_not_there_is_not_found(self, served: Served, key: str) -> None:
        assert ask(served[1], key).status == 404

    @pytest.mark.parametrize(
        "key",
        [
            "a/Chùa Bà Chúa Xứ.jpg",
            "a/Đặng Thị Ước — ảnh 1.jpg",
            "a/50% một nửa.txt",
            "a/100%25.txt",
            "a/số #1.txt",
            "a/một+hai.txt",
            "a/hỏi?đáp&x=1.txt",
            "a/'nháy' \"kép\" (ngoặc).txt",
            "a/~dấu;phẩy,chấm@.txt",
        ],
    )
    def test_a_name_is_read_under_the_characters_it_was_written_with(self, served: Served, key: str) -> None:
        store, base = served
        store.put(Put(key, key.encode()))
        answer = ask(base, key)
        assert (answer.status, answer.body) == (200, key.encode())

    def test_nobody_can_write_without_being_somebody(self, served: Served) -> None:
        for method in ("PUT", "DELETE", "POST"):
            assert ask(served[1], PAGE, method).status in {400, 401, 403, 405, 501}
        assert ask(served[1], PAGE).body == TEXT

    # What a web server adds to a store

    def test_a_folder_is_its_index(self, served: Served) -> None:
        if self.finds_index:
            assert ask(served[1], "chua/").body == TEXT

    def test_a_tour_that_was_taken_down_is_gone(self, served: Served) -> None:
        store, base = served
        page = b'<!doctype html><html lang="vi" data-release="gone"><title>x</title></html>' + b" " * 400
        state = {"ispace-state": "gone"}
        store.put(Put("xuong/index.html", page, metadata=state))
        small = gzip.compress(page, mtime=0)
        store.put(Put("xuong/en/index.html", small, content_encoding="gzip", metadata=state))
        for key in ("xuong/index.html", "xuong/en/index.html"):
            answer = ask(base, key)
            assert answer.status == (410 if self.knows_gone else 200)
            assert answer.headers["Cache-Control"] == SHORT
            body = gzip.decompress(answer.body) if answer.headers["Content-Encoding"] else answer.body
            assert body == page
