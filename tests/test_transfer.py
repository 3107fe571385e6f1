"""A store copied to another is the same store."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from servers.tiny_s3 import TinyS3
from small_tour import SLUG, SmallTour, all_of, broken, keys_needed

from ispace import collector, keys, releases, transfer, wiring
from ispace.adapters.folder import FolderBlobs
from ispace.errors import ObjectDamagedError, StoreFullError
from ispace.ports import ObjectInfo, Put, Services
from ispace.settings import Settings


def test_everything_arrives_with_its_headers(small: SmallTour, tmp_path: Path) -> None:
    small.publish()
    small.public.put(Put("a/x.js", b"\x1f\x8b", content_encoding="br", metadata={"by": "an"}, cache_control="no-store"))
    target = FolderBlobs(tmp_path / "target")
    done = transfer.run(small.public, target)
    assert done.copied == done.objects == len(list(small.public.scan()))
    source = {i.key: small.public.head(i.key) for i in small.public.scan()}
    for key, info in source.items():
        there = target.head(key)
        assert info is not None
        assert there is not None
        one = (info.size, info.content_type, info.cache_control, info.content_encoding, dict(info.metadata))
        assert one == (
            there.size,
            there.content_type,
            there.cache_control,
            there.content_encoding,
            dict(there.metadata),
        )
    assert broken(target, keys_needed(target)) == []


def test_a_second_copy_copies_nothing_and_a_change_only_itself(small: SmallTour, tmp_path: Path) -> None:
    small.publish()
    target = FolderBlobs(tmp_path / "target")
    transfer.run(small.public, target)
    assert transfer.run(small.public, target).copied == 0
    same_size = bytes(reversed(small.public.get(f"{SLUG}/index.html")))
    small.public.put(Put(f"{SLUG}/index.html", same_size))
    assert transfer.run(small.public, target).copied == 1
    assert target.get(f"{SLUG}/index.html") == same_size


class _Full(FolderBlobs):
    left = 10

    def put(self, put: Put) -> ObjectInfo:
        self.left -= 1
        if self.left < 0:
            raise StoreFullError(store=self.name)
        return super().put(put)


def test_a_copy_cut_short_goes_on_where_it_was_and_shows_no_page_before_its_tiles(
    small: SmallTour, tmp_path: Path
) -> None:
    small.publish()
    for _ in range(200):
        target = _Full(tmp_path / "target")
        try:
            transfer.run(small.public, target)
        except StoreFullError:
            if target.head(f"{SLUG}/index.html"):
                # Pages link one another; what they show is there before any of them.
                lost = broken(target, keys_needed(target))
                assert [key for key in lost if key.startswith(("a/", "r/", "t/"))] == []
            continue
        break
    assert all_of(target) == all_of(small.public)


class _Altering(FolderBlobs):
    def put(self, put: Put) -> ObjectInfo:
        content = put.content if isinstance(put.content, bytes) else put.content.read_bytes()
        return super().put(Put(put.key, content[:-1] + b"?"))


def test_what_arrives_altered_is_told(small: SmallTour, tmp_path: Path) -> None:
    small.publish()
    with pytest.raises(ObjectDamagedError):
        transfer.run(small.public, _Altering(tmp_path / "target"))


def test_notes_of_work_under_way_stay_where_they_are(small: SmallTour, tmp_path: Path) -> None:
    small.public.put(Put(keys.SWEEP, b"{}"))
    target = FolderBlobs(tmp_path / "target")
    assert transfer.run(small.public, target).objects == 0


def test_objects_of_others_under_odd_names_stop_neither_copying_nor_collecting(
    small: SmallTour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "k")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "s")
    odd = ["photos/", "a//b", "r/", "r/foo", "r/-/", "r/-/x/", "t/", "t//0", "/lead", "back\\slash", "r/abc/../d"]
    odd += ["r/x//release.json", "r/chua/20260101-000000-00000000/", "r/x\ny/log/"]
    with TinyS3(["b1"]) as server:
        store = wiring.blobs(f"s3://b1/x?endpoint={server.endpoint}", Settings(s3_bulk="boto3"))
        for key in odd:
            store.client.put_object(Bucket="b1", Key=f"x/{key}", Body=b"")  # type: ignore[attr-defined]
        small.services = Services(public=store, private=small.services.private)
        small.publish()
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=400)
        collector.run(store, grace=dt.timedelta(0), now=later)
        assert len(releases.releases(store, SLUG)) == 1
        assert [slug for slug, _ in releases.cards(store)] == [SLUG]
        target = FolderBlobs(tmp_path / "target")
        transfer.run(store, target)
        assert broken(target, keys_needed(target)) == []
        there = {o["Key"] for o in store.client.list_objects_v2(Bucket="b1")["Contents"]}  # type: ignore[attr-defined]
        assert {f"x/{key}" for key in odd} <= there
