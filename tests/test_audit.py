"""What was published is looked at byte for byte, and what is wrong is made again."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from small_tour import SLUG, SmallTour, all_of, keys_needed

from ispace import audit, flow, keys, pointer, releases
from ispace.adapters.folder import FolderBlobs
from ispace.compression import CompressedTexts
from ispace.errors import TourUnknownError
from ispace.imaging.isolate import PictureWorker
from ispace.ports import Put, Services


def _look(small: SmallTour, **options: Any) -> audit.Report:
    return audit.Audit(small.services, **options).run()


def _repair(small: SmallTour) -> audit.Report:
    with PictureWorker() as worker:
        return audit.Audit(small.services, worker).run()


def _two(small: SmallTour) -> tuple[str, str]:
    first = small.publish().published.release
    small.title("Khác")
    return first, small.publish().published.release


def _flip_byte(store: FolderBlobs, key: str, *, at: bytes = b"") -> None:
    """Change the byte in the middle, or the first one behind ``at``."""
    content = bytearray(store.get(key))
    content[content.index(at) + len(at) if at else len(content) // 2] ^= 1
    store.put(Put(key, bytes(content)))


def test_a_whole_store_has_no_fault(small: SmallTour) -> None:
    _two(small)
    report = _look(small)
    assert report.faults == []
    assert (report.tours, report.releases) == (1, 2)
    assert report.objects > 30
    assert _look(small, quick=True).faults == []


def test_every_object_of_every_release_is_looked_at(small: SmallTour) -> None:
    _two(small)
    looked = {k for k in all_of(small.public) if k.startswith(("r/", "t/", "a/"))}
    looked -= {k for k in looked if k.startswith(keys.log(SLUG))}
    for key in sorted(looked):
        content = small.public.get(key)
        small.public.delete([key])
        found = [f.key for f in _look(small, quick=True).faults]
        # A release that lost what makes it complete was given up, unless it is shown.
        given_up = key.endswith("release.json") and str(small.current) not in key
        assert (found != []) != given_up, key
        small.public.put(Put(key, content))


def test_one_altered_byte_is_found_and_repaired(small: SmallTour) -> None:
    _, second = _two(small)
    manifest = releases.manifest(small.public, SLUG, second)
    before = all_of(small.public)
    altered = [
        keys.tile(manifest.tile_sets[0].id, "1/f/0_0.jpg"),
        keys.release(SLUG, second, "tour.json"),
        keys.kept_page(SLUG, second, "en"),
        manifest.card.cover,
        f"{SLUG}/en/index.html",
        f"{SLUG}/index.html",
    ]
    for key in altered:
        _flip_byte(small.public, key)
    assert {f.key for f in _look(small).faults} >= set(altered) - {f"{SLUG}/index.html"}
    report = _repair(small)
    assert report.left == [], report.left
    assert {k: v for k, v in all_of(small.public).items() if k in before} == before
    assert _look(small).faults == []


def test_a_tile_set_is_cut_again_from_its_original(small: SmallTour) -> None:
    release = small.publish().published.release
    use = releases.manifest(small.public, SLUG, release).tile_sets[0]
    before = all_of(small.public)
    for store in (small.public, small.services.private):
        lost = [i.key for i in store.scan(keys.tile(use.id)) if i.key.endswith(("0_0.jpg", "files.json"))]
        store.delete(lost)
    assert _repair(small).left == []
    assert all_of(small.public) == before


def test_pictures_of_a_first_view_are_made_again_from_the_tiles(small: SmallTour) -> None:
    release = small.publish().published.release
    cover = releases.manifest(small.public, SLUG, release).card.cover
    before = small.public.get(cover)
    small.public.delete([cover])
    small.services.private.delete([i.key for i in list(small.services.private.scan("v/"))])
    assert _repair(small).left == []
    assert small.public.get(cover) == before


def test_a_lost_manifest_of_the_current_release_is_written_again(small: SmallTour) -> None:
    release = small.publish().published.release
    key = keys.manifest(SLUG, release)
    before = small.public.get(key)
    for content in (None, b"{"):
        small.public.delete([key])
        if content:
            small.public.put(Put(key, content))
        report = _repair(small)
        assert [(f.key, f.kind) for f in report.faults] == [(key, "damaged" if content else "missing")]
        assert small.public.get(key) == before


def test_a_pointer_that_is_no_page_any_more_is_put_right(small: SmallTour) -> None:
    _, second = _two(small)
    page = small.public.get(keys.pointer(SLUG))
    for content in (b"", b"<html>", None):
        small.public.delete([keys.pointer(SLUG)])
        if content is not None:
            small.public.put(Put(keys.pointer(SLUG), content))
        assert [f.key for f in _repair(small).faults] == [keys.pointer(SLUG)]
        assert small.public.get(keys.pointer(SLUG)) == page
    assert small.current == second


def test_what_cannot_be_made_again_is_told(small: SmallTour) -> None:
    release = small.publish().published.release
    use = releases.manifest(small.public, SLUG, release).tile_sets[0]
    key = keys.tile(use.id, "1/f/0_0.jpg")
    small.public.delete([key])
    small.services.private.delete([key, keys.original(use.original)])
    assert [(f.key, f.kind, f.repaired) for f in _repair(small).faults] == [(key, "missing", False)]


def test_a_damaged_private_store_repairs_nothing_wrongly(small: SmallTour) -> None:
    release = small.publish().published.release
    use = releases.manifest(small.public, SLUG, release).tile_sets[0]
    key = keys.tile(use.id, "1/f/0_0.jpg")
    before = small.public.get(key)
    small.public.delete([key])
    _flip_byte(small.services.private, key)  # type: ignore[arg-type]
    assert _repair(small).left == []
    assert small.public.get(key) == before


def test_looking_changes_nothing(small: SmallTour) -> None:
    _two(small)
    _flip_byte(small.public, keys.release(SLUG, str(small.current), "tour.json"))
    before = {i.key: i.etag for i in small.public.scan()}
    assert len(_look(small).faults) == 1
    assert {i.key: i.etag for i in small.public.scan()} == before


def test_a_tour_taken_down_stays_down(small: SmallTour) -> None:
    small.publish()
    seen = pointer.look(small.public, SLUG)
    gone = {key: f'<html data-release="{pointer.GONE}">'.encode() for key in seen.content}
    releases.unpublish(small.public, SLUG, gone, author="an", now=dt.datetime.now(dt.UTC))
    assert _repair(small).faults == []
    assert small.current is None


def test_a_tour_that_is_not_there_is_unknown(small: SmallTour) -> None:
    with pytest.raises(TourUnknownError):
        audit.Audit(small.services).run("khong-co")


def test_a_store_with_compressed_texts_is_audited_as_any_other(
    small: SmallTour, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for encoding in ("gzip", "br"):
        store = FolderBlobs(tmp_path / encoding)
        small.services = Services(public=CompressedTexts(store, encoding), private=small.services.private)  # type: ignore[arg-type]
        small.public = store
        first = small.publish().published
        assert small.publish().published.unchanged
        head = store.head(keys.release(SLUG, first.release, "tour.json"))
        assert head is not None
        assert head.content_encoding == encoding
        assert head.size < len(store.get(head.key))
        assert _look(small).faults == []
        assert _look(small, quick=True).faults == []
        assert json.loads(store.get(head.key))["scenes"]
        lost = [key for key in keys_needed(store) if store.head(key) is None]
        assert lost == []


def test_what_no_tour_has_is_looked_at_and_written_again(small: SmallTour) -> None:
    small.publish()

    def mend() -> None:
        flow.write_catalogue(small.public, small.front, flow.site_of(small.settings))

    shared = set(flow.shared_assets(small.front, flow.site_of(small.settings)))
    manifests = sorted(key for key in shared if key.endswith(".webmanifest"))
    before = all_of(small.public)
    # Within names: what damaged content names was never written, and is not missing.
    _flip_byte(small.public, keys.WORKER, at=b"a/")
    _flip_byte(small.public, manifests[0], at=b'"src":"')
    small.public.delete([manifests[1]])
    found = {f.key: f.kind for f in _look(small).faults}
    assert found == {keys.WORKER: "damaged", manifests[0]: "damaged", manifests[1]: "missing"}
    report = audit.Audit(small.services, mend=mend).run()
    assert report.left == []
    assert all_of(small.public) == before


def test_a_store_of_an_ispace_without_a_worker_has_no_fault(small: SmallTour) -> None:
    small.publish()
    small.public.delete([keys.WORKER, keys.OFFLINE_PAGE])
    assert _look(small).faults == []
