"""What a disk or a hand damaged in a store is noticed, never published, and made again."""

from __future__ import annotations

from pathlib import Path

import pytest
from pictures import panorama
from small_tour import SLUG, SmallTour, broken, keys_needed

from ispace import guess, keys, pointer, releases
from ispace.cli import show
from ispace.errors import FileUnreadableError, ObjectDamagedError, SourceMissingError
from ispace.pipeline import ingest
from ispace.ports import Put
from ispace.progress import silent


def _one_tile(small: SmallTour) -> str:
    return next(i.key for i in small.services.private.scan(keys.TILE_SETS) if i.key.endswith("0_0.jpg"))


def _forget_the_public_store(small: SmallTour) -> None:
    for info in list(small.public.scan()):
        small.public.delete([info.key])


def test_a_damaged_tile_of_the_right_size_is_not_published_and_is_cut_again(small: SmallTour) -> None:
    small.publish()
    key = _one_tile(small)
    private = small.services.private
    good = private.get(key)
    private.put(Put(key, bytes(len(good))))
    _forget_the_public_store(small)

    with pytest.raises(ObjectDamagedError):
        small.publish()
    assert pointer.look(small.public, SLUG).release is None

    small.publish()
    assert small.public.get(key) == good
    assert broken(small.public, keys_needed(small.public)) == []


_WRONG = [b'{"files":[],"notes":[],"north_deg":null}', b"null", b"[]", b"{", b'{"files":[1]}']


@pytest.mark.parametrize("content", _WRONG)
@pytest.mark.parametrize("name", ["files.json", "tileset.json"])
def test_a_damaged_tile_set_is_cut_again(small: SmallTour, name: str, content: bytes) -> None:
    small.publish()
    private = small.services.private
    for info in list(private.scan(keys.TILE_SETS)):
        if info.key.endswith(name):
            private.put(Put(info.key, content))
    _forget_the_public_store(small)
    small.publish()
    assert broken(small.public, keys_needed(small.public)) == []
    assert sum(i.key.endswith("0_0.jpg") for i in small.public.scan(keys.TILE_SETS)) > 0


def test_a_damaged_manifest_of_the_current_release_is_written_anew(small: SmallTour) -> None:
    small.publish()
    release = small.current
    assert release is not None
    small.public.put(Put(keys.manifest(SLUG, release), b"{"))
    small.publish()
    assert releases.manifest(small.public, SLUG, release).id == release


@pytest.mark.parametrize("name", ["../../../etc", "x", "20261127-000000-zzzzzzzz", "a/b"])
def test_a_page_that_names_no_release_is_replaced(small: SmallTour, name: str) -> None:
    small.publish()
    wanted = small.current
    small.public.put(Put(keys.pointer(SLUG), f'<html data-release="{name}">'.encode()))
    assert pointer.look(small.public, SLUG).release is None
    small.publish()
    assert small.current == wanted


def test_a_file_name_too_long_for_the_disk_is_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SourceMissingError):
        ingest.located(tmp_path, "k" * 300 + ".jpg")


def test_a_document_on_a_disk_that_is_not_there_is_never_replaced_by_a_guess(tmp_path: Path) -> None:
    (tmp_path / "tour.json").symlink_to("/nonexistent/tour.json")
    panorama(tmp_path / "1.jpg")
    with pytest.raises(FileUnreadableError):
        guess.complete(tmp_path, lambda path: pytest.fail(str(path)), silent)
    assert (tmp_path / "tour.json").is_symlink()


def test_a_file_name_cannot_command_the_terminal() -> None:
    assert show.plain("a\x1b]0;X\x07\u202eb.jpg") == "a\\x1b]0;X\\x07\\x202eb.jpg"
    assert show.plain("Chùa cổ\n") == "Chùa cổ\n"
