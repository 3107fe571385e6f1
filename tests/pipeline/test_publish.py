"""Publishing: complete or not at all, as little as possible, and the last one does not lose the first one's work."""

from __future__ import annotations

import copy
import dataclasses
import datetime as dt
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from small_tour import SLUG, SmallTour, all_of, broken, front_end, keys_needed, linked

from ispace import assets, flow, keys, pending, pointer, releases
from ispace.adapters.folder import FolderBlobs
from ispace.errors import (
    ObjectDamagedError,
    PublishRaceError,
    StoreFullError,
    TourBlockedError,
)
from ispace.imaging.isolate import PictureWorker
from ispace.model.release import Flip
from ispace.pictures import drafts
from ispace.pipeline import ingest
from ispace.ports import Put, Services
from ispace.progress import silent


def test_everything_that_the_pages_and_the_tour_name_exists(small: SmallTour) -> None:
    outcome = small.publish()
    needed = keys_needed(small.public)
    assert set(small.pages) == {f"{SLUG}/index.html", f"{SLUG}/en/index.html"}
    assert len(needed) > 30
    assert broken(small.public, needed) == []
    assert outcome.published.release == small.current


def test_everything_that_the_catalogue_names_exists(small: SmallTour) -> None:
    small.publish()
    for key in ("index.html", "en/index.html"):
        assert broken(small.public, dict.fromkeys(linked(key, small.public.get(key)))) == []


def test_the_manifest_names_every_object_of_the_release_with_its_digest(small: SmallTour) -> None:
    from ispace import digest

    release = small.publish().published.release
    manifest = releases.manifest(small.public, SLUG, release)
    for file in [*manifest.files, *manifest.pages]:
        content = small.public.get(file.key)
        assert (len(content), digest.of_bytes(content)) == (file.size, file.sha256)
    assert sum(use.objects for use in manifest.tile_sets) == sum(1 for _ in small.public.scan("t/"))


def test_publishing_again_without_a_change_writes_nothing(small: SmallTour) -> None:
    first = small.publish().published
    before = {i.key: i.etag for i in small.public.scan()}
    second = small.publish().published
    assert {i.key: i.etag for i in small.public.scan()} == before
    assert (second.written, second.unchanged, second.release) == (0, True, first.release)


def test_a_changed_title_writes_few_objects_and_no_tile(small: SmallTour) -> None:
    small.publish()
    before = {i.key: i.etag for i in small.public.scan()}
    small.title("Chùa nhỏ bên sông")
    published = small.publish().published
    written = [i.key for i in small.public.scan() if before.get(i.key) != i.etag]
    assert 0 < len(written) <= 60
    assert published.written <= 60
    assert not [key for key in written if key.startswith("t/")]
    assert releases.manifest(small.public, SLUG, published.release).changes == ["tour-changed title"]


def test_a_title_changed_back_brings_the_old_release_back(small: SmallTour) -> None:
    first = small.publish().published.release
    pages = small.pages
    small.title("Khác")
    assert small.publish().published.release != first
    small.title("Chùa nhỏ")
    assert small.publish().published.release == first
    assert small.pages == pages


def test_a_new_front_end_is_a_new_release_that_says_so(
    small: SmallTour, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish()
    newer = front_end(tmp_path / "newer", **{"viewer.vi.js": "export const viewer = 2;\n"})
    monkeypatch.setattr(assets, "load", lambda folder=None: newer)
    release = small.publish().published.release
    assert releases.manifest(small.public, SLUG, release).changes == ["viewer"]
    assert broken(small.public, keys_needed(small.public)) == []


def test_a_language_that_was_removed_takes_its_page_with_it(small: SmallTour) -> None:
    small.publish()
    small.raw["languages"] = ["vi"]
    small.save()
    small.publish()
    assert set(small.pages) == {f"{SLUG}/index.html"}
    assert broken(small.public, keys_needed(small.public)) == []


def test_a_page_that_a_killed_publish_left_goes_with_the_next(small: SmallTour) -> None:
    small.publish()
    stale = f"{SLUG}/fr/index.html"
    small.public.put(Put(stale, small.pages[f"{SLUG}/index.html"]))
    assert not small.publish().published.unchanged
    assert small.public.head(stale) is None


def test_the_default_language_may_change(small: SmallTour) -> None:
    small.publish()
    small.raw["languages"] = ["en", "vi"]
    small.save()
    small.publish()
    assert set(small.pages) == {f"{SLUG}/index.html", f"{SLUG}/vi/index.html"}
    assert b'lang="en"' in small.pages[f"{SLUG}/index.html"][:200]
    assert broken(small.public, keys_needed(small.public)) == []


def test_what_was_lost_from_the_public_store_comes_back_with_the_next_publish(small: SmallTour) -> None:
    small.publish()
    whole = all_of(small.public)
    lost = [key for n, key in enumerate(whole) if n % 5 == 0 and not key.startswith((f"{SLUG}/", f"r/{SLUG}/log/"))]
    small.public.delete(lost)
    small.publish()
    assert broken(small.public, keys_needed(small.public)) == []
    assert {k: v for k, v in all_of(small.public).items() if k in whole and k.startswith(("t/", "a/"))} == {
        k: v for k, v in whole.items() if k.startswith(("t/", "a/"))
    }


def test_what_was_lost_from_the_private_store_is_made_again(small: SmallTour) -> None:
    private = small.services.private
    lost = [next(i.key for i in private.scan(prefix) if i.key.endswith(".jpg")) for prefix in ("t/", "m/")]
    private.delete(lost)
    small.publish()
    assert broken(small.public, keys_needed(small.public)) == []


def test_no_metadata_of_a_picture_and_no_original_is_public(small: SmallTour) -> None:
    small.publish()
    originals = {i.key.removeprefix("originals/") for i in small.services.private.scan("originals/")}
    assert originals
    assert not [i.key for i in small.public.scan("originals/")]
    assert not [k for k, v in all_of(small.public).items() if k.endswith(".jpg") and b"Exif\0" in v]


def test_a_tour_is_published_out_of_the_private_store_without_fetching_a_picture(small: SmallTour) -> None:
    before = small.publish().published.release
    private = small.services.private
    with PictureWorker() as worker:
        kept = {}
        for file in ("cong.jpg", "san.jpg", "media/bia.jpg"):
            path = small.folder / file
            original = ingest.run(path, private, worker)
            web = dataclasses.asdict(ingest.web_picture(path, private, worker))
            info = original.info.to_json()
            kept[file] = drafts.Kept(file, "image", path.name, original.sha256, original.size, info, web, {})
            path.unlink()
        sources = drafts.StoredSources(drafts.Draft(kept), private, worker, lambda _: pytest.fail("fetched"))
        tour = flow.read_tour(small.folder)
        built = flow.prepare(tour, sources, private, small.settings, worker, silent)
        seen = pointer.look(small.public, SLUG)
        again = flow.publish_built(built, seen, small.services, small.settings, "Mười", silent)
    assert again.published.release == before, "the same content is the same release, wherever it came from"


# Two at once


def test_who_publishes_second_from_an_old_view_is_refused_and_changes_no_page(
    small: SmallTour, monkeypatch: pytest.MonkeyPatch
) -> None:
    small.publish()
    build = flow.build

    def build_slowly(*args: Any) -> flow.Built:
        """While we build, somebody else publishes."""
        built = build(*args)
        monkeypatch.setattr(flow, "build", build)
        small.title("Bản của người khác")
        small.publish()
        return built

    small.title("Bản của tôi")
    monkeypatch.setattr(flow, "build", build_slowly)
    with pytest.raises(PublishRaceError) as caught:
        small.publish()
    assert caught.value.params == {"tour": SLUG, "release": small.current}
    assert "Bản của người khác" in small.pages[f"{SLUG}/index.html"].decode()
    assert {pointer.release_of(page) for page in small.pages.values()} == {small.current}
    assert small.current in [f.release for f in releases.flips(small.public, SLUG)]
    assert broken(small.public, keys_needed(small.public)) == []


def test_two_first_publishes_at_once_have_one_winner(small: SmallTour, monkeypatch: pytest.MonkeyPatch) -> None:
    build = flow.build

    def build_slowly(*args: Any) -> flow.Built:
        built = build(*args)
        monkeypatch.setattr(flow, "build", build)
        small.title("Nhanh hơn")
        small.publish()
        return built

    monkeypatch.setattr(flow, "build", build_slowly)
    with pytest.raises(PublishRaceError):
        small.publish()
    assert "Nhanh hơn" in small.pages[f"{SLUG}/index.html"].decode()


def _at_once(works: list[Callable[[], object]]) -> list[BaseException | None]:
    """Do things at the same time; return what each of them raised."""
    raised: list[BaseException | None] = [None] * len(works)

    def work(number: int) -> None:
        try:
            works[number]()
        except BaseException as error:  # handed to the test's own thread
            raised[number] = error

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


def test_however_two_publishes_meet_the_pages_are_of_one_of_them(small: SmallTour, tmp_path: Path) -> None:
    other = copy.copy(small)
    other.folder, other.raw = tmp_path / "other", copy.deepcopy(small.raw)
    shutil.copytree(small.folder, other.folder)
    other.raw["languages"] = ["vi", "en", "fr"]
    for number in range(6):
        small.title(f"Của tôi {number}")
        other.title(f"Của người khác {number}")
        raised = _at_once([small.publish, other.publish])
        assert all(error is None or isinstance(error, PublishRaceError) for error in raised)
        assert None in raised
        assert {pointer.release_of(page) for page in small.pages.values()} == {small.current}
        assert broken(small.public, keys_needed(small.public)) == []
        assert str(number) in releases.manifest(small.public, SLUG, str(small.current)).card.title["vi"]


def test_tours_published_at_once_are_all_in_the_catalogue(small: SmallTour, tmp_path: Path) -> None:
    tours = []
    for number in range(3):
        tour = copy.copy(small)
        tour.folder, tour.raw = tmp_path / f"tour-{number}", copy.deepcopy(small.raw) | {"id": f"tour-{number}"}
        shutil.copytree(small.folder, tour.folder)
        tour.save()
        tours.append(tour)
    assert _at_once([tour.publish for tour in tours]) == [None] * 3
    for key in ("index.html", "en/index.html"):
        page = small.public.get(key).decode()
        assert [f"tour-{number}/" in page for number in range(3)] == [True] * 3


def _flip(release: str) -> Flip:
    return Flip(at=dt.datetime.now(dt.UTC), author="an", action="publish", release=release)


def _page(release: str, lang: str = "vi") -> bytes:
    return f'<html lang="{lang}" data-release="{release}">'.encode()


def test_a_lost_race_takes_its_own_pages_back(tmp_path: Any) -> None:
    public = FolderBlobs(tmp_path)
    main, en, fr = f"{SLUG}/index.html", f"{SLUG}/en/index.html", f"{SLUG}/fr/index.html"
    pointer.flip(public, SLUG, {main: _page("one"), en: _page("one")}, pointer.look(public, SLUG), _flip("one"))
    seen = pointer.look(public, SLUG)
    pointer.flip(public, SLUG, {main: _page("two"), en: _page("one")}, seen, _flip("two"))
    with pytest.raises(Exception, match="KHO-DA-DOI"):
        pointer.flip(public, SLUG, {main: _page("x"), en: _page("x"), fr: _page("x")}, seen, _flip("x"))
    assert pointer.look(public, SLUG).content == {main: _page("two"), en: _page("one")}
    assert [f.release for f in releases.flips(public, SLUG)] == ["one", "two"]


def test_a_page_that_somebody_wrote_anew_is_not_removed_as_stale(tmp_path: Any) -> None:
    public = FolderBlobs(tmp_path)
    main, en = f"{SLUG}/index.html", f"{SLUG}/en/index.html"
    pointer.flip(public, SLUG, {main: _page("one"), en: _page("one")}, pointer.look(public, SLUG), _flip("one"))
    seen = pointer.look(public, SLUG)
    public.put(Put(en, _page("two", "en")))
    pointer.flip(public, SLUG, {main: _page("three")}, seen, _flip("three"))
    assert public.get(en) == _page("two", "en")


def test_the_log_tells_who_put_what_in_whose_place(small: SmallTour) -> None:
    first = small.publish().published.release
    small.title("Khác")
    second = small.publish().published.release
    small.publish()
    log = releases.flips(small.public, SLUG)
    assert [(f.action, f.release, f.before, f.author) for f in log] == [
        ("publish", first, "", "an"),
        ("publish", second, first, "an"),
    ]
    assert log[0].at < log[1].at


# Stores that fail


class _Failing(FolderBlobs):
    """A store that is full after some objects."""

    left = 10**9

    def _write(self, put: Put, *args: Any, **kwargs: Any) -> Any:
        self.left -= 1
        if self.left < 0:
            raise StoreFullError(store=self.name)
        return super()._write(put, *args, **kwargs)


def test_a_store_that_fills_up_at_any_object_leaves_the_old_tour_and_the_next_run_goes_on(small: SmallTour) -> None:
    small.publish()
    old = small.pages
    small.title("Khác")
    failing = _Failing(small.public.root)
    small.services = Services(public=failing, private=small.services.private)
    stopped = 0
    for room in range(100):
        failing.left = room
        try:
            small.publish()
        except StoreFullError:
            stopped += 1
            assert broken(small.public, keys_needed(small.public)) == []
            # Where only the catalogue or the worker did not fit, the new tour is public, and as whole.
            shown = small.pages[f"{SLUG}/index.html"]
            assert shown == old[f"{SLUG}/index.html"] or "Khác" in shown.decode()
            continue
        break
    assert stopped >= 4
    assert {pointer.release_of(page) for page in small.pages.values()} == {small.current}
    assert "Khác" in small.pages[f"{SLUG}/index.html"].decode()


class _Forgetful(FolderBlobs):
    """A store that says it has written a tile and has not."""

    def _write(self, put: Put, *args: Any, **kwargs: Any) -> Any:
        info = super()._write(put, *args, **kwargs)
        if "0_0.jpg" in put.key:
            self.delete([put.key])
        return info


def test_nothing_goes_public_that_was_not_seen_in_its_place(small: SmallTour) -> None:
    small.services = Services(public=_Forgetful(small.public.root), private=small.services.private)
    with pytest.raises(ObjectDamagedError):
        small.publish()
    assert small.pages == {}


def test_a_full_private_store_is_not_blamed_on_the_pictures(small: SmallTour, template: Any, tmp_path: Any) -> None:
    failing = _Failing(tmp_path / "private-2")
    failing.left = 0
    small.services = Services(public=small.public, private=failing)
    with pytest.raises(StoreFullError):
        small.publish()


def test_a_picture_that_is_missing_blocks_the_tour_and_is_named(small: SmallTour) -> None:
    (small.folder / "san.jpg").unlink()
    with pytest.raises(TourBlockedError) as caught:
        small.publish()
    problems = caught.value.problems
    assert [p.field for p in problems] == ["scenes[1].panorama.file"]  # type: ignore[attr-defined]
    assert "san.jpg" in problems[0].sentence("vi")  # type: ignore[attr-defined]
    assert small.pages == {}


def test_the_same_content_has_the_same_release_wherever_it_is_published(small: SmallTour, tmp_path: Any) -> None:
    small.publish()
    first = small.current
    small.services = dataclasses.replace(small.services, public=FolderBlobs(tmp_path / "elsewhere"))
    second = small.publish().published.release
    assert first is not None
    assert first[-8:] == second[-8:]


def test_a_release_in_the_making_announces_what_it_will_use(small: SmallTour, monkeypatch: pytest.MonkeyPatch) -> None:
    found: dict[str, pending.Note | None] = {}
    flip = pointer.flip

    def looking(*args: Any) -> int:
        found.update(pending.notes(small.public))
        return flip(*args)

    monkeypatch.setattr(pointer, "flip", looking)
    release = small.publish().published.release
    note = found[keys.intent(SLUG, release)]
    manifest = releases.manifest(small.public, SLUG, release)
    assert note is not None
    assert note.tile_sets == {t.id for t in manifest.tile_sets}
    assert note.keys == {f.key for f in manifest.files if f.key.startswith("a/")}
    assert pending.notes(small.public) == {}
