"""The public store over HTTP: headers, ranges, conditions, and nothing but what is public."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pipeline.page_reader import Page
from small_tour import SLUG, SmallTour
from starlette.testclient import TestClient

from ispace import assets, flow, keys, pointer, releases
from ispace.adapters.folder import FolderBlobs
from ispace.page.frame import CONTENT_SECURITY_POLICY
from ispace.pipeline import render
from ispace.ports import Put
from ispace.web import public

IMMUTABLE = "public, max-age=31536000, immutable"


@pytest.fixture
def client(small: SmallTour) -> Iterator[TestClient]:
    site = flow.site_of(small.settings)
    small.publish()
    app = public.app(small.public, lambda kind: render.notice(kind, root="/", assets=small.front, site=site))
    plain = {"Accept-Encoding": "identity"}
    with TestClient(app, base_url="http://tours.example", follow_redirects=False, headers=plain) as client:
        yield client


def _raw(client: TestClient, path: str, **headers: str) -> Any:
    """Ask for a path exactly as it is written: what a browser would tidy up, an attacker would not."""
    request = client.build_request("GET", "/", headers=headers)
    request.url = request.url.copy_with(raw_path=path.encode())
    return client.send(request)


@pytest.mark.parametrize(
    ("key", "kind", "cache"),
    [
        ("index.html", "text/html; charset=utf-8", "public, max-age=60, must-revalidate"),
        (f"{SLUG}/index.html", "text/html; charset=utf-8", "public, max-age=60, must-revalidate"),
        ("t/*/1/f/0_0.jpg", "image/jpeg", IMMUTABLE),
        ("t/*/tileset.json", "application/json; charset=utf-8", IMMUTABLE),
        (f"r/{SLUG}/*/tour.json", "application/json; charset=utf-8", IMMUTABLE),
        ("a/*.js", "text/javascript; charset=utf-8", IMMUTABLE),
        ("a/*.css", "text/css; charset=utf-8", IMMUTABLE),
        ("a/*.webp", "image/webp", IMMUTABLE),
        ("a/*.woff2", "font/woff2", IMMUTABLE),
        ("a/*.svg", "image/svg+xml", IMMUTABLE),
    ],
)
def test_every_kind_of_object_has_its_type_and_life(
    client: TestClient, small: SmallTour, key: str, kind: str, cache: str
) -> None:
    found = next(p for p in sorted(small.public.root.glob(key)) if p.is_file())
    answer = client.get(f"/{found.relative_to(small.public.root)}")
    assert answer.status_code == 200
    assert answer.content == found.read_bytes()
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == cache
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-length"] == str(found.stat().st_size)
    assert answer.headers["etag"]
    assert ("content-security-policy" in answer.headers) == kind.startswith("text/html")
    assert "set-cookie" not in answer.headers


def _tile(small: SmallTour) -> str:
    return next(i.key for i in small.public.scan("t/") if i.key.endswith("f/0_0.jpg"))


def test_a_part_is_given_where_a_part_is_asked_for(client: TestClient, small: SmallTour) -> None:
    key = _tile(small)
    whole = small.public.get(key)
    answer = client.get(f"/{key}", headers={"Range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, whole[10:20])
    assert answer.headers["content-range"] == f"bytes 10-19/{len(whole)}"
    assert client.get(f"/{key}", headers={"Range": "bytes=-5"}).content == whole[-5:]


def test_a_part_behind_the_end_is_refused(client: TestClient, small: SmallTour) -> None:
    key = _tile(small)
    answer = client.get(f"/{key}", headers={"Range": "bytes=100000000-"})
    assert answer.status_code == 416
    assert answer.headers["content-range"].endswith(f"/{len(small.public.get(key))}")


def test_a_part_of_something_that_changed_since_is_the_whole(client: TestClient, small: SmallTour) -> None:
    key = _tile(small)
    answer = client.get(f"/{key}", headers={"Range": "bytes=0-1", "If-Range": '"another"'})
    assert (answer.status_code, answer.content) == (200, small.public.get(key))


@pytest.mark.parametrize("place", ["tile", "page"])
def test_what_a_reader_has_already_is_not_sent_again(client: TestClient, small: SmallTour, place: str) -> None:
    path = f"/{_tile(small)}" if place == "tile" else f"/{SLUG}/"
    first = client.get(path)
    for match in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        answer = client.get(path, headers={"If-None-Match": match})
        assert (answer.status_code, answer.content) == (304, b"")
        assert answer.headers["etag"] == first.headers["etag"]
        assert "cache-control" in answer.headers
    assert client.get(path, headers={"If-None-Match": '"x"'}).status_code == 200


def test_a_date_counts_where_no_etag_is_sent(client: TestClient) -> None:
    path = f"/{SLUG}/"
    first = client.get(path)
    said = first.headers["last-modified"]
    before = email.utils.parsedate_to_datetime(said) - dt.timedelta(seconds=2)
    assert client.get(path, headers={"If-Modified-Since": said}).status_code == 304
    earlier = email.utils.format_datetime(before, usegmt=True)
    assert client.get(path, headers={"If-Modified-Since": earlier}).status_code == 200
    assert client.get(path, headers={"If-Modified-Since": said, "If-None-Match": '"x"'}).status_code == 200


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 99999 99:99:99 GMT", "Mon, 01 Jan 2024 00:00:00", "0"])
def test_a_date_that_is_none_is_overlooked(client: TestClient, date: str) -> None:
    assert client.get(f"/{SLUG}/", headers={"If-Modified-Since": date}).status_code == 200


@pytest.mark.parametrize("place", ["tile", "page", "missing"])
def test_head_says_what_get_would(client: TestClient, small: SmallTour, place: str) -> None:
    path = {"tile": f"/{_tile(small)}", "page": f"/{SLUG}/", "missing": "/none"}[place]
    get, head = client.get(path), client.head(path)
    assert head.status_code == get.status_code
    assert head.content == b""
    assert {k: v for k, v in head.headers.items() if k != "date"} == {
        k: v for k, v in get.headers.items() if k != "date"
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(client: TestClient, method: str) -> None:
    assert client.request(method, f"/{SLUG}/index.html", content=b"x").status_code == 405


def test_a_folder_without_its_slash_is_redirected_on_the_same_host(client: TestClient) -> None:
    answer = client.get(f"/{SLUG}", headers={"Host": "evil.example"})
    assert answer.status_code == 307
    assert answer.headers["location"] == f"/{SLUG}/"
    assert client.get(f"/{SLUG}/en").headers["location"] == f"/{SLUG}/en/"


def test_a_redirect_to_a_folder_keeps_the_query(client: TestClient) -> None:
    answer = _raw(client, f"/{SLUG}?scene=san&x=%2F%C3%A1%0d%0aX:y")
    assert answer.headers["location"] == f"/{SLUG}/?scene=san&x=%2F%C3%A1%0d%0aX:y"
    assert "x" not in answer.headers


def test_a_folder_with_an_odd_name_is_redirected_to_itself(client: TestClient, small: SmallTour) -> None:
    small.public.put(Put("một?hai#ba/index.html", b"x"))
    answer = _raw(client, "/m%E1%BB%99t%3Fhai%23ba")
    assert answer.headers["location"] == "/m%E1%BB%99t%3Fhai%23ba/"
    assert _raw(client, answer.headers["location"]).content == b"x"


@pytest.mark.parametrize(
    "path",
    [
        "/none",
        "/../etc/passwd",
        "/..%2f..%2fetc%2fpasswd",
        "/%2e%2e/%2e%2e/etc/passwd",
        f"/{SLUG}/..%2f..%2fprivate/",
        "/%00",
        f"/{SLUG}/index.html%00.jpg",
        "/.ispace/lock",
        "/.ispace/tmp/",
        "/%2eispace/lock",
        "//evil.example",
        "/%5cevil.example",
        "/a",
        "/a/",
        f"/{SLUG}//index.html",
        f"/{SLUG}/index.html/",
        "/originals/",
        "/" + "x" * 5000,
        "/%ff%fe",
        "/chu%CC%80a",
    ],
)
def test_what_is_not_public_is_not_found_whatever_it_is_called(client: TestClient, small: SmallTour, path: str) -> None:
    (small.public.root.parent / "etc").mkdir()
    (small.public.root.parent / "etc" / "passwd").write_text("secret")
    small.public.put(Put("a/lock", b"x", if_absent=True))  # so that there is a lock file to steal
    answer = _raw(client, path)
    assert answer.status_code == 404
    assert b"secret" not in answer.content
    assert "location" not in answer.headers


def test_the_page_for_what_is_not_there_is_ours_and_in_both_languages(client: TestClient) -> None:
    answer = client.get("/none")
    page = Page(answer.content)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert answer.headers["cache-control"] == "no-cache"
    assert any(a.get("lang") == "en" for _, a in page.elements)
    assert page.all("html")[0]["lang"] == "vi"
    assert [a["href"] for a in page.link("stylesheet")]
    for address in page.addresses:
        assert client.get(address).status_code == 200


def test_a_tour_that_was_taken_down_is_gone(client: TestClient, small: SmallTour) -> None:
    seen = pointer.look(small.public, SLUG)
    gone = render.gone(seen.content.keys(), "Chùa nhỏ", assets=small.front, site=flow.site_of(small.settings))
    releases.unpublish(small.public, SLUG, gone, author="an", now=dt.datetime.now(dt.UTC))
    for path in (f"/{SLUG}/", f"/{SLUG}/index.html", f"/{SLUG}/en/"):
        answer = client.get(path)
        assert answer.status_code == 410
        assert "Chùa nhỏ" in answer.text
        assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
        assert "immutable" not in answer.headers["cache-control"]


def test_a_tour_taken_down_is_gone_where_pages_are_stored_compressed(client: TestClient, small: SmallTour) -> None:
    page = b'<!doctype html><html data-release="gone"></html>'
    small.public.put(Put("chua-nen/index.html", gzip.compress(page), content_encoding="gzip"))
    answer = client.get("/chua-nen/")
    assert (answer.status_code, answer.content) == (410, page)
    assert answer.headers["vary"] == "Accept-Encoding"


def test_headers_that_were_put_are_served(client: TestClient, small: SmallTour) -> None:
    small.public.put(Put("a/x.json", b"{}", cache_control="no-store", content_type="application/ld+json"))
    answer = client.get("/a/x.json")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-type"] == "application/ld+json"


def test_a_link_out_of_the_store_is_not_followed(client: TestClient, small: SmallTour) -> None:
    (small.public.root / "a" / "link.jpg").symlink_to(small.folder / "cong.jpg")
    (small.public.root / "private").symlink_to(small.public.root.parent / "private")
    original = next(i.key for i in small.services.private.scan("originals/"))
    assert client.get("/a/link.jpg").status_code == 404
    assert client.get(f"/private/{original}").status_code == 404


def test_a_store_that_fails_gives_a_page_that_says_so(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(FolderBlobs, "_info", fail)
    answer = client.get(f"/{SLUG}/")
    assert answer.status_code == 503
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "Input/output error" in caplog.text
    assert "Input/output" not in answer.text


def test_a_page_deleted_between_two_looks_is_not_found(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = FolderBlobs.open

    def lose_and_open(store: FolderBlobs, key: str) -> Any:
        store.delete([key])
        return opened(store, key)

    monkeypatch.setattr(FolderBlobs, "open", lose_and_open)
    assert client.get(f"/{SLUG}/").status_code == 404


def test_an_empty_store_answers(tmp_path: Path, front: assets.Assets) -> None:
    app = public.app(FolderBlobs(tmp_path / "none"), lambda kind: kind.encode())
    with TestClient(app) as client:
        assert (client.get("/").status_code, client.get("/").content) == (404, b"not-found")
    assert keys.CATALOGUE == "index.html"


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("identity", None),
        ("gzip;q=0.0", None),
        ("BR", "br"),
        ("x" * 5000, None),
    ],
)
def test_a_text_is_compressed_on_its_way_for_those_who_take_it(
    client: TestClient, small: SmallTour, asked: str, given: str | None
) -> None:
    page = f"/{SLUG}/index.html"
    answer = client.get(page, headers={"Accept-Encoding": asked})
    assert answer.headers.get("content-encoding") == given
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == (small.public.root / SLUG / "index.html").read_bytes()
    assert answer.headers["etag"].startswith("W/") == (given is not None)
    head = client.head(page, headers={"Accept-Encoding": asked})
    assert head.headers["content-length"] == answer.headers["content-length"]
    assert head.headers["etag"] == answer.headers["etag"]
    again = client.get(page, headers={"Accept-Encoding": asked, "If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, answer.headers["etag"])


def test_pictures_and_parts_of_texts_are_sent_as_they_are(client: TestClient, small: SmallTour) -> None:
    takes = {"Accept-Encoding": "br"}
    assert "content-encoding" not in client.get(_tile(small), headers=takes).headers
    part = client.get(f"/{SLUG}/index.html", headers=takes | {"Range": "bytes=0-9"})
    assert part.status_code == 206
    assert "content-encoding" not in part.headers
    whole = (small.public.root / SLUG / "index.html").read_bytes()
    assert part.content == whole[:10]
    tag = client.get(f"/{SLUG}/index.html", headers=takes).headers["etag"]
    unsafe = client.get(f"/{SLUG}/index.html", headers=takes | {"Range": "bytes=0-9", "If-Range": tag})
    assert unsafe.status_code == 200
