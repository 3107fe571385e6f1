"""What every ``Blobs`` keeps to: a test class per adapter inherits these rules and gives a ``blobs`` fixture."""

from __future__ import annotations

import datetime as dt
import gzip
import threading
import unicodedata
from collections.abc import Callable
from pathlib import Path

import pytest

from ispace.errors import KeyInvalidError, ObjectChangedError, ObjectExistsError, ObjectMissingError
from ispace.ports import Blobs, Put

ODD_KEYS = [
    "a/chùa-cổ-bên-Núi-Sam.jpg",
    "a/đường lên đỉnh.jpg",
    "a/100% + một & hai.txt",
    "a/#1 (bản 'đẹp').txt",
    'a/dấu"nháy;phẩy,=@!$*[]{}~^`|<>?.txt',
    "a/..ba-chấm...",
    "a/-gạch",
    "a/%2e%2e",
    "a/日本-🙂.txt",
    "a/" + "k" * 240,
]

HOSTILE_KEYS = [
    "",
    "/",
    "/x",
    "x/",
    "a//b",
    ".",
    "..",
    "../x",
    "a/../x",
    "a/./x",
    "a/..",
    "a\0b",
    "a\nb",
    "a\\b",
    "a\x7fb",
    "\ud800",
    ".ispace/lock",
    ".ispace",
    unicodedata.normalize("NFD", "a/chùa"),
    "k" * 241,
    "/".join(["k" * 100] * 10),
]


class BlobsContract:
    """The rules; they see nothing but the port."""

    many = 10_050
    """How many objects the test of order writes; a slow store may take fewer, but more than a page of a listing."""

    def test_what_is_put_is_got(self, blobs: Blobs) -> None:
        info = blobs.put(Put("a/x.jpg", b"abc"))
        assert blobs.get("a/x.jpg") == b"abc"
        assert (info.key, info.size) == ("a/x.jpg", 3)
        head = blobs.head("a/x.jpg")
        assert head is not None
        assert (head.size, head.etag) == (3, info.etag)

    @pytest.mark.parametrize("key", ODD_KEYS)
    def test_any_name_that_people_give_is_kept_exactly(self, blobs: Blobs, key: str) -> None:
        blobs.put(Put(key, b"x"))
        assert blobs.get(key) == b"x"
        assert [i.key for i in blobs.scan("a/")] == [key]
        assert [i.key for i in blobs.scan(key)] == [key]
        blobs.delete([key])
        assert blobs.head(key) is None

    @pytest.mark.parametrize("key", HOSTILE_KEYS, ids=ascii)
    def test_a_hostile_key_is_refused_by_every_method(self, blobs: Blobs, key: str, tmp_path: Path) -> None:
        target = tmp_path / "fetched"
        calls: list[Callable[[], object]] = [
            lambda: blobs.put(Put(key, b"x")),
            lambda: list(blobs.put_many([Put(key, b"x")])),
            lambda: blobs.get(key),
            lambda: blobs.get_part(key, range(1)),
            lambda: blobs.fetch(key, target),
            lambda: blobs.head(key),
            lambda: blobs.delete([key]),
        ]
        for call in calls:
            with pytest.raises(KeyInvalidError):
                call()
        assert not target.exists()

    @pytest.mark.parametrize("prefix", ["../", "/", "a/../../", ".ispace/", "a//"])
    def test_no_prefix_leads_out_of_the_store(self, blobs: Blobs, prefix: str) -> None:
        blobs.put(Put("a/x", b"x"))
        with pytest.raises(KeyInvalidError):
            list(blobs.scan(prefix))
        with pytest.raises(KeyInvalidError):
            list(blobs.folders(prefix))

    def test_an_empty_object_is_an_object(self, blobs: Blobs, tmp_path: Path) -> None:
        blobs.put(Put("a/empty", b""))
        empty = tmp_path / "empty"
        empty.write_bytes(b"")
        blobs.put(Put("a/empty-file", empty))
        assert blobs.get("a/empty") == blobs.get("a/empty-file") == b""
        assert [i.size for i in blobs.scan("a/")] == [0, 0]

    def test_a_file_is_put_and_fetched_whole(self, blobs: Blobs, tmp_path: Path) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        source.write_bytes(bytes(range(256)) * 20_000)
        assert blobs.put(Put("a/file", source)).size == 5_120_000
        blobs.fetch("a/file", target)
        assert target.read_bytes() == source.read_bytes()

    @pytest.mark.slow
    def test_a_part_is_got_and_less_where_the_object_ends(self, blobs: Blobs) -> None:
        blobs.put(Put("originals/chuong", bytes(range(200))))
        assert blobs.get_part("originals/chuong", range(10, 13)) == bytes([10, 11, 12])
        assert blobs.get_part("originals/chuong", range(198, 4000)) == bytes([198, 199])
        with pytest.raises(ObjectMissingError):
            blobs.get_part("originals/khong-co", range(1))

    def test_two_hundred_megabytes_come_back_as_they_went(self, blobs: Blobs, tmp_path: Path) -> None:
        source, target = tmp_path / "source", tmp_path / "target"
        block = bytes(range(256)) * 4096
        with source.open("wb") as out:
            for number in range(200):
                out.write(number.to_bytes(4, "big") + block[4:])
        assert blobs.put(Put("a/large", source)).size == 200 * 2**20
        blobs.fetch("a/large", target)
        with source.open("rb") as one, target.open("rb") as other:
            while block := one.read(2**20):
                assert block == other.read(2**20)
            assert other.read(1) == b""

    def test_what_is_missing_is_said_to_be(self, blobs: Blobs, tmp_path: Path) -> None:
        blobs.put(Put("a/x/y", b"x"))
        for key in ("b", "a", "a/x", "a/x/y/z"):
            assert blobs.head(key) is None
            with pytest.raises(ObjectMissingError) as caught:
                blobs.get(key)
            assert caught.value.params["key"] == key
            with pytest.raises(ObjectMissingError):
                blobs.fetch(key, tmp_path / "target")

    def test_overwriting_replaces_content_etag_and_headers(self, blobs: Blobs) -> None:
        old = blobs.put(Put("a/x.html", b"old", cache_control="no-store", metadata={"by": "an"}))
        new = blobs.put(Put("a/x.html", b"new"))
        assert old.etag != new.etag
        head = blobs.head("a/x.html")
        assert head is not None
        assert (blobs.get("a/x.html"), head.etag, head.metadata) == (b"new", new.etag, {})
        assert head.cache_control != "no-store"

    def test_headers_and_metadata_are_kept(self, blobs: Blobs) -> None:
        blobs.put(
            Put(
                "a/x.bin",
                b"x",
                content_type="application/x-thing",
                cache_control="public, max-age=5",
                content_encoding="br",
                metadata={"sha256": "00ff", "by": "an"},
            )
        )
        head = blobs.head("a/x.bin")
        assert head is not None
        assert head.content_type == "application/x-thing"
        assert head.cache_control == "public, max-age=5"
        assert head.content_encoding == "br"
        assert dict(head.metadata) == {"sha256": "00ff", "by": "an"}

    def test_a_compressed_text_is_got_as_a_browser_sees_it_and_fetched_as_it_is(
        self, blobs: Blobs, tmp_path: Path
    ) -> None:
        small = gzip.compress(b"text", mtime=0)
        blobs.put(Put("a/x.txt", small, content_encoding="gzip", metadata={"by": "an"}))
        assert blobs.get("a/x.txt") == b"text"
        info = blobs.fetch("a/x.txt", tmp_path / "x")
        assert (tmp_path / "x").read_bytes() == small
        assert (info.size, info.content_encoding, dict(info.metadata)) == (len(small), "gzip", {"by": "an"})

    def test_headers_come_from_the_key_where_none_are_given(self, blobs: Blobs) -> None:
        for _ in blobs.put_many([Put("a/x.jpg", b"x"), Put("tour/index.html", b"x")]):
            pass
        picture, page = blobs.head("a/x.jpg"), blobs.head("tour/index.html")
        assert picture is not None
        assert page is not None
        assert picture.content_type == "image/jpeg"
        assert "immutable" in picture.cache_control
        assert page.content_type == "text/html; charset=utf-8"
        assert "immutable" not in page.cache_control

    def test_the_time_of_writing_is_kept_in_utc(self, blobs: Blobs) -> None:
        info = blobs.put(Put("a/x", b"x"))
        assert info.modified.tzinfo is not None
        assert abs(dt.datetime.now(dt.UTC) - info.modified) < dt.timedelta(minutes=5)

    # Conditions

    def test_if_absent_never_replaces(self, blobs: Blobs) -> None:
        blobs.put(Put("a/x", b"first", if_absent=True))
        with pytest.raises(ObjectExistsError):
            blobs.put(Put("a/x", b"second", if_absent=True))
        assert blobs.get("a/x") == b"first"

    def test_if_match_replaces_only_what_was_read(self, blobs: Blobs) -> None:
        first = blobs.put(Put("a/x", b"1"))
        second = blobs.put(Put("a/x", b"2", if_match=first.etag))
        with pytest.raises(ObjectChangedError):
            blobs.put(Put("a/x", b"3", if_match=first.etag))
        assert blobs.get("a/x") == b"2"
        blobs.put(Put("a/x", b"4", if_match=second.etag))
        assert blobs.get("a/x") == b"4"

    def test_if_match_fails_where_nothing_is(self, blobs: Blobs) -> None:
        with pytest.raises(ObjectChangedError):
            blobs.put(Put("a/x", b"1", if_match='"0"'))
        assert blobs.head("a/x") is None

    def test_the_etag_of_head_and_scan_serves_as_condition(self, blobs: Blobs) -> None:
        blobs.put(Put("a/x", b"1"))
        head = blobs.head("a/x")
        assert head is not None
        blobs.put(Put("a/x", b"2", if_match=head.etag))
        blobs.put(Put("a/x", b"3", if_match=next(iter(blobs.scan("a/"))).etag))
        assert blobs.get("a/x") == b"3"

    def test_many_writes_take_no_condition(self, blobs: Blobs) -> None:
        with pytest.raises(ValueError, match="condition"):
            list(blobs.put_many([Put("a/x", b"1", if_absent=True)]))

    @pytest.mark.parametrize("start", ["absent", "match"])
    def test_of_two_writers_exactly_one_wins(self, blobs: Blobs, start: str) -> None:
        for number in range(25):
            key = f"a/{number}"
            etag = None if start == "absent" else blobs.put(Put(key, b"old")).etag
            won = _race(blobs, [Put(key, who, if_absent=etag is None, if_match=etag) for who in (b"an", b"binh")])
            assert len(won) == 1
            assert [blobs.get(key)] == won

    # Lists

    def test_a_scan_yields_keys_in_the_order_of_their_bytes(self, blobs: Blobs) -> None:
        names = ["a.b", "a/b", "a-b", "a0", "a/b/c", "a/b.c", "a b", "B", "z", "é", "đ/1", "a/ú", "~", "🙂", "ﬀ"]
        for _ in blobs.put_many(Put(name, b"x") for name in reversed(names) if name != "a/b"):
            pass
        found = [i.key for i in blobs.scan()]
        assert found == sorted(set(names) - {"a/b"}, key=str.encode)

    def test_a_prefix_may_end_in_the_middle_of_a_name(self, blobs: Blobs) -> None:
        names = ["t/1/a", "t/12/b", "t/2/a", "t/1", "ta", "r/1/a"]
        for _ in blobs.put_many(Put(name, b"x") for name in names if name != "t/1"):
            pass
        assert [i.key for i in blobs.scan("t/1")] == ["t/1/a", "t/12/b"]
        assert [i.key for i in blobs.scan("t/1/")] == ["t/1/a"]
        assert [i.key for i in blobs.scan("t")] == ["t/1/a", "t/12/b", "t/2/a", "ta"]
        assert list(blobs.scan("nothing/here")) == list(blobs.scan("t/1/a/")) == []

    def test_folders_are_named_once_and_only_where_objects_are(self, blobs: Blobs) -> None:
        for _ in blobs.put_many(Put(name, b"x") for name in ["r/b/1/x", "r/a/1/x", "r/a/2/x", "r/file", "t/x"]):
            pass
        assert list(blobs.folders("r/")) == ["a", "b"]
        assert list(blobs.folders("r/a/")) == ["1", "2"]
        assert list(blobs.folders()) == ["r", "t"]
        assert list(blobs.folders("nothing/")) == list(blobs.folders("r/file/")) == []
        blobs.delete(["r/b/1/x"])
        assert list(blobs.folders("r/")) == ["a"]

    @pytest.mark.slow
    def test_objects_of_many_pages_are_listed_once_each_and_deleted(self, blobs: Blobs) -> None:
        names = [f"t/{n % 7}/{n}" for n in range(self.many)]
        assert sum(1 for _ in blobs.put_many(Put(name, b"x") for name in names)) == self.many
        assert [i.key for i in blobs.scan("t/")] == sorted(names, key=str.encode)
        assert list(blobs.folders("t/")) == [str(n) for n in range(7)]
        blobs.delete([*names, "t/none"])
        assert list(blobs.scan()) == []

    def test_deleting_removes_what_is_named_and_nothing_else(self, blobs: Blobs) -> None:
        for _ in blobs.put_many(Put(name, b"x") for name in ("a/x", "a/x.jpg", "a/xy", "ax")):
            pass
        blobs.delete(["a/x", "a/y", "b", "a"])
        blobs.delete(["a/x"])
        blobs.delete([])
        assert [i.key for i in blobs.scan()] == ["a/x.jpg", "a/xy", "ax"]

    def test_many_writes_report_each_object_and_last_after_a_flush(self, blobs: Blobs, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.write_bytes(b"12345")
        infos = {i.key: i.size for i in blobs.put_many([Put("a/1", b"1"), Put("a/2", file), Put("a/3", b"")])}
        blobs.flush()
        assert infos == {"a/1": 1, "a/2": 5, "a/3": 0}
        assert {i.key: i.size for i in blobs.scan()} == infos

    def test_tidying_up_removes_no_object(self, blobs: Blobs) -> None:
        blobs.put(Put("a/x.html", b"x", metadata={"by": "an"}))
        blobs.tidy(dt.datetime.now(dt.UTC) + dt.timedelta(days=1))
        head = blobs.head("a/x.html")
        assert head is not None
        assert dict(head.metadata) == {"by": "an"}

    # Readers and writers at the same time

    def test_a_reader_never_sees_half_an_object(self, blobs: Blobs) -> None:
        contents = [bytes([65 + n]) * (200_000 + n) for n in range(2)]
        blobs.put(Put("a/x", contents[0]))
        done = threading.Event()
        seen: list[bytes] = []

        def read() -> None:
            while not done.is_set():
                seen.append(blobs.get("a/x"))

        reader = threading.Thread(target=read)
        reader.start()
        for number in range(60):
            for _ in blobs.put_many([Put("a/x", contents[number % 2])]):
                pass
        done.set()
        reader.join()
        assert seen
        assert all(content in contents for content in seen)

    def test_writers_and_deleters_of_one_folder_do_not_disturb_one_another(self, blobs: Blobs) -> None:
        failed: list[BaseException] = []

        def work(name: str) -> None:
            try:
                for _ in range(100):
                    for _ in blobs.put_many([Put(f"deep/er/{name}", b"x")]):
                        pass
                    assert blobs.get(f"deep/er/{name}") == b"x"
                    blobs.delete([f"deep/er/{name}"])
                    assert blobs.head(f"deep/er/{name}") is None
            except BaseException as error:  # handed to the test's own thread
                failed.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in ("an", "binh")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert [repr(error) for error in failed] == []


def _race(blobs: Blobs, puts: list[Put]) -> list[object]:
    """Write at the same time; return the contents that were taken."""
    together = threading.Barrier(len(puts))
    won: list[object] = []
    wrong: list[BaseException] = []

    def write(put: Put) -> None:
        together.wait()
        try:
            blobs.put(put)
            won.append(put.content)
        except (ObjectExistsError, ObjectChangedError):
            pass
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=write, args=(put,)) for put in puts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    return won
