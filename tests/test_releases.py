"""What was published: going back, taking down, collecting; nothing that a page shows is ever collected."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from small_tour import SLUG, SmallTour, age, broken, front_end, keys_needed, linked, set_up

from ispace import assets, collector, flow, keys, pending, pointer, releases
from ispace.adapters.folder import FolderBlobs
from ispace.errors import (
    ObjectDamagedError,
    PublishRaceError,
    ReleaseIncompleteError,
    ReleaseOnlyOneError,
    ReleaseUnknownError,
    TourUnknownError,
)
from ispace.model.release import Flip
from ispace.pipeline import render
from ispace.ports import Blobs, Put

DAY = dt.timedelta(days=1)
GRACE = 30 * DAY


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _back(small: SmallTour, release: str | None = None) -> str:
    return releases.rollback(small.public, SLUG, release, author="binh", now=_now()).id


def _unpublish(small: SmallTour) -> None:
    seen = pointer.look(small.public, SLUG)
    gone = render.gone(seen.content.keys(), "Chùa nhỏ", assets=small.front, site=flow.site_of(small.settings))
    releases.unpublish(small.public, SLUG, gone, author="binh", now=_now())


def _three(small: SmallTour) -> list[str]:
    found = []
    for title in ("Một", "Hai", "Ba"):
        small.title(title)
        found.append(small.publish().published.release)
    return found


def _collect(small: SmallTour, *, grace: dt.timedelta = GRACE, later: dt.timedelta = dt.timedelta(0)) -> int:
    return collector.run(small.public, grace=grace, now=_now() + later).objects


def _would_go(small: SmallTour, *, grace: dt.timedelta = GRACE, later: dt.timedelta = dt.timedelta(0)) -> list[str]:
    """Return what a collector would delete, by trying it out on a copy."""
    before = {i.key for i in small.public.scan()}
    with tempfile.TemporaryDirectory() as folder:
        copied = FolderBlobs(Path(folder) / "public")
        shutil.copytree(small.public.root, copied.root)
        collector.run(copied, grace=grace, now=_now() + later)
        return sorted(before - {i.key for i in copied.scan()})


# Listing


def test_releases_of_the_same_second_are_listed_newest_first(small: SmallTour) -> None:
    made = _three(small)
    assert [r.id for r in releases.releases(small.public, SLUG)] == made[::-1]


def test_titles_of_scenes_are_the_newest_that_can_be_read(small: SmallTour) -> None:
    small.publish()
    small.raw["scenes"][0]["title"]["vi"] = "Cổng tam quan"
    small.save()
    newest = small.publish().published.release
    known = releases.releases(small.public, SLUG)
    assert releases.titles(small.public, SLUG, known, {"cong"})["cong"]["vi"] == "Cổng tam quan"
    (small.public.root / keys.release(SLUG, newest, "tour.json")).write_bytes(b'{"scenes": [{"id": []}]}')
    assert releases.titles(small.public, SLUG, known, {"cong", "khong-co"})["cong"]["vi"] == "Cổng"
    assert releases.titles(small.public, SLUG, known, set()) == {}


# Going back


def test_going_back_shows_the_very_pages_of_then(small: SmallTour) -> None:
    first = small.publish().published.release
    pages = small.pages
    small.title("Khác")
    small.publish()
    assert _back(small) == first
    assert small.pages == pages
    assert broken(small.public, keys_needed(small.public)) == []


def test_going_back_to_a_named_release(small: SmallTour) -> None:
    one, two, three = _three(small)
    assert _back(small, one) == one
    assert small.current == one
    assert _back(small, three) == three
    assert _back(small, two) == two


def test_going_back_twice_returns_to_where_one_was(small: SmallTour) -> None:
    _, two, three = _three(small)
    assert [_back(small), _back(small)] == [two, three]


def test_going_back_means_the_release_that_was_shown_before_not_one_that_only_was_begun(small: SmallTour) -> None:
    one, two, _ = _three(small)
    _back(small, one)
    small.title("Bốn")
    small.publish()
    assert two != one
    assert _back(small) == one


def test_going_back_brings_a_removed_language_back_and_removes_a_new_one(small: SmallTour) -> None:
    small.raw["languages"] = ["vi"]
    small.save()
    small.publish()
    small.raw["languages"] = ["vi", "en"]
    small.save()
    small.publish()
    _back(small)
    assert set(small.pages) == {f"{SLUG}/index.html"}
    _back(small)
    assert set(small.pages) == {f"{SLUG}/index.html", f"{SLUG}/en/index.html"}
    assert broken(small.public, keys_needed(small.public)) == []


def test_a_release_that_never_was_cannot_be_gone_back_to(small: SmallTour) -> None:
    small.publish()
    pages = small.pages
    for wrong in ("20260101-000000-00000000", "../x", ""):
        with pytest.raises((ReleaseUnknownError, ReleaseOnlyOneError)):
            _back(small, wrong)
    assert small.pages == pages


def test_the_only_release_has_none_before_it(small: SmallTour) -> None:
    small.publish()
    with pytest.raises(ReleaseOnlyOneError):
        _back(small)


@pytest.mark.parametrize("slug", ["khong-co", "../x", "en", "r", "", "a/b", "Chùa"])
def test_a_tour_that_was_never_published_is_unknown(small: SmallTour, slug: str) -> None:
    small.publish()
    catalogue = small.public.get("en/index.html")
    with pytest.raises(TourUnknownError):
        releases.rollback(small.public, slug, None, author="an", now=_now())
    with pytest.raises(TourUnknownError):
        releases.unpublish(small.public, slug, {}, author="an", now=_now())
    with pytest.raises(TourUnknownError):
        releases.releases(small.public, slug)
    assert small.public.get("en/index.html") == catalogue


@pytest.mark.parametrize("lost", ["tile", "tileset", "poster", "document", "page", "cut short"])
def test_a_release_that_lost_an_object_is_not_shown(small: SmallTour, lost: str) -> None:
    one, _, _ = _three(small)
    manifest = releases.manifest(small.public, SLUG, one)
    first_set = manifest.tile_sets[0].id
    key = {
        "tile": keys.tile(first_set, "1/f/0_0.jpg"),
        "tileset": keys.tile(first_set, "tileset.json"),
        "poster": manifest.card.cover,
        "document": keys.release(SLUG, one, "tour.json"),
        "page": keys.kept_page(SLUG, one, "en"),
        "cut short": keys.tile(first_set, "preview.jpg"),
    }[lost]
    if lost == "cut short":
        small.public.put(Put(key, small.public.get(key)[:-1]))
    else:
        small.public.delete([key])
    pages = small.pages
    with pytest.raises(ReleaseIncompleteError) as caught:
        _back(small, one)
    assert caught.value.params["count"] == 1
    assert small.pages == pages


def test_going_back_to_what_is_shown_changes_nothing(small: SmallTour) -> None:
    small.publish()
    before = {i.key: i.etag for i in small.public.scan()}
    assert _back(small, small.current) == small.current
    assert {i.key: i.etag for i in small.public.scan()} == before


def test_going_back_while_somebody_publishes_is_refused(small: SmallTour, monkeypatch: pytest.MonkeyPatch) -> None:
    _three(small)
    missing = releases.missing_objects

    def slowly(*args: Any) -> list[str]:
        monkeypatch.setattr(releases, "missing_objects", missing)
        small.title("Nhanh hơn")
        small.publish()
        return missing(*args)

    monkeypatch.setattr(releases, "missing_objects", slowly)
    with pytest.raises(PublishRaceError):
        _back(small)
    assert "Nhanh hơn" in small.pages[f"{SLUG}/index.html"].decode()


def test_a_damaged_release_hides_no_other(small: SmallTour) -> None:
    one, two, three = _three(small)
    small.public.put(Put(keys.manifest(SLUG, one), b""))
    small.public.put(Put(keys.log(SLUG, "00000000T000000000000-publish-x.json"), b""))
    assert [r.id for r in releases.releases(small.public, SLUG)] == [three, two]
    assert _back(small) == two
    with pytest.raises(ObjectDamagedError):
        releases.manifest(small.public, SLUG, one)


# Taking down


def test_a_tour_that_was_taken_down_is_replaced_by_pages_that_say_so(small: SmallTour) -> None:
    small.publish()
    keys_before = set(small.pages)
    _unpublish(small)
    assert set(small.pages) == keys_before
    assert all(pointer.is_gone(page) for page in small.pages.values())
    assert small.current is None
    assert releases.cards(small.public) == []


def test_taking_down_twice_leaves_one_entry_in_the_log(small: SmallTour) -> None:
    small.publish()
    _unpublish(small)
    _unpublish(small)
    assert [f.action for f in releases.flips(small.public, SLUG)] == ["publish", "unpublish"]


def test_a_tour_that_was_taken_down_comes_back_by_going_back(small: SmallTour) -> None:
    _, _, three = _three(small)
    pages = small.pages
    _unpublish(small)
    assert _back(small) == three
    assert small.pages == pages


def test_a_tour_that_was_taken_down_comes_back_by_publishing(small: SmallTour) -> None:
    release = small.publish().published.release
    pages = small.pages
    _unpublish(small)
    published = small.publish().published
    assert (published.release, published.unchanged) == (release, False)
    assert small.pages == pages


def test_a_tour_that_comes_back_changed_is_compared_with_what_was_taken_down(small: SmallTour) -> None:
    small.publish()
    _unpublish(small)
    small.title("Khác")
    release = small.publish().published.release
    assert releases.manifest(small.public, SLUG, release).changes == ["tour-changed title"]


# The catalogue


def test_the_catalogue_lists_what_is_public(small: SmallTour) -> None:
    small.publish()
    assert [slug for slug, _ in releases.cards(small.public)] == [SLUG]
    assert f"{SLUG}/" in small.public.get("index.html").decode()
    _unpublish(small)
    flow.write_catalogue(small.public, small.front, flow.site_of(small.settings))
    assert f"{SLUG}/" not in small.public.get("index.html").decode()


def test_a_tour_whose_release_was_lost_hides_no_other_from_the_catalogue(small: SmallTour) -> None:
    release = small.publish().published.release
    small.raw["id"] = "tour-khac"
    small.save()
    small.publish()
    small.public.delete([keys.manifest(SLUG, release)])
    assert [slug for slug, _ in releases.cards(small.public)] == ["tour-khac"]


def test_a_catalogue_written_by_a_newer_iSpace_brings_its_front_end(small: SmallTour, tmp_path: Path) -> None:  # noqa: N802
    small.publish()
    newer = front_end(tmp_path / "newer", **{"catalogue.js": "export const catalogue = 2;\n"})
    flow.write_catalogue(small.public, newer, flow.site_of(small.settings))
    assert newer.url("catalogue.js").encode() in small.public.get("index.html")
    assert broken(small.public, dict.fromkeys(linked("index.html", small.public.get("index.html")))) == []


# Collecting


def test_nothing_is_collected_within_the_grace_period(small: SmallTour) -> None:
    _three(small)
    age(small.public, 10 * DAY)
    assert collector.run(small.public, grace=GRACE, now=_now()) == collector.Garbage([])


def test_what_is_young_is_never_collected(small: SmallTour) -> None:
    _three(small)
    small.public.put(Put("a/00000000000000000000.jpg", b"just being written"))
    assert _collect(small, grace=dt.timedelta(0)) == 0


def test_releases_that_nobody_saw_since_the_grace_period_go(small: SmallTour) -> None:
    one, two, three = _three(small)
    found = collector.run(small.public, grace=GRACE, now=_now() + 31 * DAY, dry_run=True)
    gone = _would_go(small, later=31 * DAY)
    assert sorted(found.releases) == sorted([f"{SLUG}/{one}", f"{SLUG}/{two}"])
    assert found.bytes == sum(i.size for i in small.public.scan() if i.key in gone)
    assert _collect(small, later=31 * DAY) == len(gone) == found.objects
    assert [r.id for r in releases.releases(small.public, SLUG)] == [three]
    assert broken(small.public, keys_needed(small.public)) == []


def test_counting_garbage_deletes_none(small: SmallTour) -> None:
    _three(small)
    before = {i.key: i.etag for i in small.public.scan()}
    assert collector.run(small.public, grace=GRACE, now=_now() + 31 * DAY, dry_run=True).objects
    assert {i.key: i.etag for i in small.public.scan()} == before


def test_tiles_that_no_kept_release_shows_go_and_shared_ones_stay(small: SmallTour) -> None:
    small.publish()
    del small.raw["scenes"][1]
    small.raw["scenes"][0]["hotspots"] = []
    small.save()
    small.publish()
    sets = {i.key.split("/")[1] for i in small.public.scan("t/")}
    _collect(small, later=31 * DAY)
    left = {i.key.split("/")[1] for i in small.public.scan("t/")}
    assert (len(sets), len(left)) == (2, 1)
    assert broken(small.public, keys_needed(small.public)) == []


@pytest.mark.parametrize(
    "key", ["a/logo.png", "a/b/c.jpg", "t/x/y.jpg", "t/z", "r/x", "r/Khac/y/z", "r/-/x/y", "other/x"]
)
def test_what_somebody_else_keeps_in_the_store_is_never_collected(small: SmallTour, key: str) -> None:
    small.publish()
    small.public.put(Put(key, b"theirs"))
    _collect(small, later=400 * DAY)
    assert small.public.get(key) == b"theirs"


@pytest.mark.parametrize("content", [None, b"", b"<html>"])
def test_a_tour_whose_page_was_lost_or_damaged_is_not_taken_for_one_taken_down(
    small: SmallTour, content: bytes | None
) -> None:
    release = small.publish().published.release
    key = keys.pointer(SLUG)
    small.public.delete([key])
    if content is not None:
        small.public.put(Put(key, content))
    _collect(small, later=400 * DAY)
    assert releases.missing_objects(small.public, releases.manifest(small.public, SLUG, release)) == []


def test_a_begun_release_keeps_its_objects(small: SmallTour) -> None:
    small.publish()
    old = "a/11111111111111111111.jpg"
    small.public.put(Put(old, b"from long ago, needed again by the release just begun"))
    small.public.put(Put("a/22222222222222222222.jpg", b"from long ago"))
    age(small.public, 90 * DAY)
    intent = {"tile_sets": ["abc"], "keys": [old], "at": _now().isoformat()}
    small.public.put(Put(keys.intent(SLUG, "20260101-000000-00000000"), json.dumps(intent).encode()))
    assert _would_go(small, grace=dt.timedelta(0)) == ["a/22222222222222222222.jpg"]


def test_going_back_while_garbage_is_collected_loses_nothing(small: SmallTour, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, _ = _three(small)
    mark = pending.mark

    def mark_late(public: Blobs, *, deleting: bool) -> None:
        """What goes is known by now; the first batch has not begun."""
        if deleting and small.current != one:
            _back(small, one)
        mark(public, deleting=deleting)

    monkeypatch.setattr(pending, "mark", mark_late)
    age(small.public, 60 * DAY)
    _old_log(small, 60 * DAY)
    collector.run(small.public, grace=GRACE, now=_now())
    assert small.current == one
    assert broken(small.public, keys_needed(small.public)) == []
    assert two not in list(small.public.folders(f"r/{SLUG}/"))


def _old_log(small: SmallTour, by: dt.timedelta) -> None:
    """Set the entries of the log back: they carry their own times."""
    for info in list(small.public.scan(f"r/{SLUG}/log/")):
        flip = Flip.model_validate_json(small.public.get(info.key))
        flip = flip.model_copy(update={"at": flip.at - by})
        name = f"{flip.at:%Y%m%dT%H%M%S%f}-{flip.action}-{flip.release}.json"
        small.public.put(Put(keys.log(SLUG, name), flip.model_dump_json().encode()))
        small.public.delete([info.key])


def test_who_publishes_waits_for_the_batch_of_a_collector_at_work(small: SmallTour) -> None:
    pending.mark(small.public, deleting=True)
    again = threading.Timer(0.7, lambda: pending.mark(small.public, deleting=False))
    again.start()
    begun = dt.datetime.now(dt.UTC)
    small.publish()
    again.join()
    marked = small.public.head(keys.SWEEP)
    assert marked is not None
    assert begun < marked.modified
    manifest = small.public.head(keys.manifest(SLUG, str(small.current)))
    assert manifest is not None
    assert manifest.modified > marked.modified


def test_a_collector_that_was_killed_holds_nobody_up(small: SmallTour, monkeypatch: pytest.MonkeyPatch) -> None:
    old = {"deleting": True, "at": (_now() - dt.timedelta(minutes=5)).isoformat()}
    small.public.put(Put(keys.SWEEP, json.dumps(old).encode()))
    monkeypatch.setattr(pending.time, "sleep", lambda _: pytest.fail("waited"))
    small.publish()


def test_a_begun_release_that_was_given_up_goes_at_last(small: SmallTour) -> None:
    small.publish()
    intent = {"tile_sets": [], "keys": [], "at": (_now() - 40 * DAY).isoformat()}
    begun = keys.intent(SLUG, "20260101-000000-00000000")
    small.public.put(Put(begun, json.dumps(intent).encode()))
    past = (_now() - 40 * DAY).timestamp()
    os.utime(small.public.root / begun, (past, past))
    assert _would_go(small) == [begun]


@pytest.mark.parametrize("content", [b"", b"[]", b'{"at": 1}', b'{"at": "yesterday"}'])
def test_an_announcement_that_cannot_be_read_stops_nothing(small: SmallTour, content: bytes) -> None:
    small.publish()
    small.public.put(Put(keys.intent(SLUG, "20260101-000000-00000000"), content))
    _collect(small, later=31 * DAY)
    assert broken(small.public, keys_needed(small.public)) == []


def test_where_a_release_that_is_shown_cannot_be_read_nothing_is_collected(small: SmallTour) -> None:
    _three(small)
    assert small.current is not None
    small.public.put(Put(keys.manifest(SLUG, small.current), b"{"))
    with pytest.raises(ObjectDamagedError):
        _collect(small, later=31 * DAY)


def test_a_tour_taken_down_long_ago_goes_and_its_page_stays_whole(small: SmallTour) -> None:
    small.publish()
    _unpublish(small)
    flow.write_catalogue(small.public, small.front, flow.site_of(small.settings))
    _collect(small, later=10 * DAY)
    assert releases.releases(small.public, SLUG)
    _collect(small, later=31 * DAY)
    assert list(small.public.scan("t/")) == []
    with pytest.raises(TourUnknownError):
        releases.releases(small.public, SLUG)
    for key, page in small.pages.items():
        assert pointer.is_gone(page)
        assert broken(small.public, dict.fromkeys(linked(key, page))) == []


def test_what_only_the_catalogue_shows_stays(small: SmallTour, tmp_path: Path) -> None:
    small.publish()
    newer = front_end(
        tmp_path / "newer",
        **{"site.css": "@font-face{src:url(fonts/new.woff2)}", "fonts/new.woff2": "new", "catalogue.js": "2"},
    )
    flow.write_catalogue(small.public, newer, flow.site_of(small.settings))
    _collect(small, later=31 * DAY)
    assert broken(small.public, dict.fromkeys(newer.published)) in ([], [newer.url("viewer.vi.js")])
    assert broken(small.public, keys_needed(small.public)) == []
    assert small.public.head(newer.url("fonts/new.woff2")) is not None


def test_collecting_tidies_up_after_killed_writers(small: SmallTour) -> None:
    small.publish()
    leftover = small.public.root / ".ispace" / "tmp" / "half"
    leftover.write_bytes(b"half")
    past = (_now() - 2 * DAY).timestamp()
    os.utime(leftover, (past, past))
    _collect(small)
    assert not leftover.exists()


def test_two_tours_do_not_collect_what_they_share(small: SmallTour) -> None:
    small.publish()
    small.raw["id"] = "tour-khac"
    small.save()
    small.publish()
    _unpublish(small)
    _collect(small, later=31 * DAY)
    assert broken(small.public, keys_needed(small.public, "tour-khac")) == []


_STEPS = st.lists(
    st.sampled_from(
        ["title 1", "title 2", "one scene", "two scenes", "one language", "back", "down", "collect", "wait"]
    ),
    min_size=2,
    max_size=7,
)


@pytest.mark.slow
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_STEPS)
def test_whatever_happens_every_page_is_whole_after_collecting(
    template: Path,
    front: assets.Assets,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[str],
) -> None:
    monkeypatch.setattr(assets, "load", lambda folder=None: front)
    small = set_up(template, tmp_path_factory.mktemp("steps"), front)
    scenes = small.raw["scenes"]
    small.publish()
    for step in [*steps, "collect"]:
        if step == "back":
            try:
                _back(small)
            except (ReleaseOnlyOneError, ReleaseIncompleteError, TourUnknownError):
                continue
        elif step == "down":
            _unpublish(small)
        elif step == "wait":
            age(small.public, 20 * DAY)
        elif step == "collect":
            _collect(small, later=31 * DAY)
        else:
            small.raw["languages"] = ["vi"] if step == "one language" else ["vi", "en"]
            if step.endswith(("scenes", "scene")):
                small.raw["scenes"] = scenes if step == "two scenes" else [{**scenes[0], "hotspots": []}]
            small.title(step)
            small.publish()
        flow.write_catalogue(small.public, front, flow.site_of(small.settings))
        assert broken(small.public, keys_needed(small.public)) == []
        assert broken(small.public, dict.fromkeys(linked("index.html", small.public.get("index.html")))) == []
