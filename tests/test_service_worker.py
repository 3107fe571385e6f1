"""The service worker of a store: who writes it, who leaves it alone, and what an app is installed with."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from small_tour import SLUG, SmallTour, age, all_of, front_end

from ispace import collector, flow, keys, offline, transfer
from ispace.adapters.folder import FolderBlobs
from ispace.errors import ObjectChangedError
from ispace.imaging import emblem
from ispace.page import manifest
from ispace.pipeline import render
from ispace.ports import Put

SITE = Path(__file__).parents[1] / "static" / "site"


def _site(small: SmallTour) -> render.Site:
    return flow.site_of(small.settings)


def _page(small: SmallTour) -> bytes:
    return render.notice("offline", root="../", assets=small.front, site=_site(small))


def test_publishing_brings_the_worker_and_what_it_shows(small: SmallTour) -> None:
    small.publish()
    worker = small.public.get(keys.WORKER)
    assert offline.edition(worker) == offline.EDITION
    assert offline.is_sound(worker)
    told = re.search(rb"self\.ISPACE = (\{.*\});", worker)
    assert told is not None
    settings = json.loads(told[1])
    assert settings["offline"] == keys.OFFLINE_PAGE
    assert settings["shell"]
    assert all(small.public.head(key) for key in settings["shell"])
    assert small.public.get(keys.OFFLINE_PAGE) == _page(small)


def test_publishing_twice_writes_the_worker_once(small: SmallTour) -> None:
    small.publish()
    assert not offline.bring(small.public, small.front, _page(small))


def test_the_worker_may_be_kept_for_a_minute_and_is_no_release_s(small: SmallTour) -> None:
    small.publish()
    for key in (keys.WORKER, keys.OFFLINE_PAGE):
        info = small.public.head(key)
        assert info is not None
        assert info.cache_control == keys.cache_control("index.html")
    names = {
        f["key"] for k, d in all_of(small.public).items() if k.endswith("release.json") for f in json.loads(d)["files"]
    }
    assert keys.asset("0" * 20, "js") not in names
    assert "sw.js" not in small.front.key_of


def test_a_newer_worker_and_its_page_stay(small: SmallTour) -> None:
    newer = f"/* ispace-worker {offline.EDITION + 1} of some later form */\n".encode()
    small.public.put(Put(keys.WORKER, newer))
    small.public.put(Put(keys.OFFLINE_PAGE, b"newer"))
    small.publish()
    assert (small.public.get(keys.WORKER), small.public.get(keys.OFFLINE_PAGE)) == (newer, b"newer")
    assert offline.is_sound(newer)


@pytest.mark.parametrize("older", [b"/* ispace-worker 0 0123 */\n", b"", b"// by hand"])
def test_an_older_or_foreign_worker_is_replaced(small: SmallTour, older: bytes) -> None:
    small.public.put(Put(keys.WORKER, older))
    assert offline.bring(small.public, small.front, _page(small))
    assert offline.edition(small.public.get(keys.WORKER)) == offline.EDITION


class _Contested(FolderBlobs):
    """A store in which somebody else writes the worker just before we do, some times."""

    others: list[bytes]

    def put(self, put: Put) -> Any:
        if put.key == keys.WORKER and self.others:
            super().put(Put(keys.WORKER, self.others.pop()))
            raise ObjectChangedError(key=put.key)
        return super().put(put)


def test_of_two_who_publish_at_once_the_newer_worker_stays(small: SmallTour) -> None:
    store = _Contested(small.public.root)
    newer = b"/* ispace-worker 999 0 */\n"
    store.others = [newer]
    assert not offline.bring(store, small.front, _page(small))
    assert store.get(keys.WORKER) == newer
    store.delete([keys.WORKER])
    store.others = [b"older"]
    assert offline.bring(store, small.front, _page(small))


def test_another_front_end_makes_another_worker(small: SmallTour, tmp_path: Path) -> None:
    other = front_end(tmp_path / "other", **{"sw.js": "const worker = 2;\n"})
    assert offline.worker(small.front, b"") != offline.worker(other, b"")
    assert small.front.digest == other.digest  # tours need not be published again for it


def test_the_collector_keeps_what_the_catalogue_is_installed_with(small: SmallTour) -> None:
    small.publish()
    shared = set(flow.shared_assets(small.front, _site(small)))
    age(small.public, dt.timedelta(days=40))
    collector.run(small.public, grace=dt.timedelta(0), now=dt.datetime.now(dt.UTC))
    there = set(all_of(small.public))
    assert shared <= there
    assert {keys.WORKER, keys.OFFLINE_PAGE} <= there


def test_a_copied_store_has_the_worker_after_what_it_shows(small: SmallTour, tmp_path: Path) -> None:
    small.publish()
    written: list[str] = []

    class Noting(FolderBlobs):
        def put(self, put: Put) -> Any:
            written.append(put.key)
            return super().put(put)

    target = Noting(tmp_path / "copy")
    transfer.run(small.public, target)
    assert target.get(keys.WORKER) == small.public.get(keys.WORKER)
    assert max(n for n, key in enumerate(written) if key.startswith("a/")) < written.index(keys.WORKER)


# Apps


def _manifest(small: SmallTour, page_key: str) -> dict[str, Any]:
    page = small.public.get(page_key).decode()
    found = re.search(r'<link rel="manifest" href="(?:\.\./)*(a/[^"]+)">', page)
    assert found is not None
    told: dict[str, Any] = json.loads(small.public.get(found[1]))
    return told


def test_every_page_has_a_manifest_in_its_language(small: SmallTour) -> None:
    small.raw["skin"] = {"preset": "nature", "accent": "#7a1f3d"}
    small.save()
    small.publish()
    vi, en = _manifest(small, f"{SLUG}/index.html"), _manifest(small, f"{SLUG}/en/index.html")
    assert (vi["lang"], vi["name"], vi["start_url"]) == ("vi", "Chùa nhỏ", f"../{SLUG}/index.html")
    assert (en["lang"], en["name"], en["start_url"]) == ("en", "A small pagoda", f"../{SLUG}/en/index.html")
    assert vi["scope"] == en["scope"] == f"../{SLUG}/"
    assert (vi["theme_color"], vi["background_color"]) == ("#7a1f3d", manifest.GROUNDS["nature"])
    whole = _manifest(small, "en/index.html")
    assert (whole["start_url"], whole["scope"]) == ("../en/index.html", "../")
    for told in (vi, en, whole):
        for named in told["icons"] + told.get("screenshots", []):
            assert small.public.head(named["src"].removeprefix("../") if "/" in named["src"] else f"a/{named['src']}")


@pytest.mark.parametrize("purpose", emblem.PURPOSES)
@pytest.mark.parametrize("size_px", emblem.SIZES_PX)
def test_an_icon_is_the_emblem_on_its_ground(purpose: str, size_px: int) -> None:
    picture = Image.open(io.BytesIO(emblem.draw("#14533f", size_px, purpose))).convert("RGBA")
    assert picture.size == (size_px, size_px)
    middle, corner = picture.getpixel((size_px // 2, size_px // 2)), picture.getpixel((1, 1))
    assert middle == (0xE3, 0xB0, 0x4B, 255)
    assert corner == ((0, 0, 0, 0) if purpose == "any" else (0x14, 0x53, 0x3F, 255))
    # Nothing is drawn outside of what a telephone may leave of a maskable icon: a disc of 80 %.
    edge = int(size_px * 0.09)
    assert picture.getpixel((size_px // 2, edge))[:3] == (0x14, 0x53, 0x3F)


def test_grounds_are_those_of_the_style_sheets() -> None:
    text = "".join(file.read_text("utf-8") for file in (SITE / "tokens.css", SITE / "skins.css"))
    assert f"--silk: {manifest.GROUNDS['museum']};" in text
    for preset, ground in manifest.GROUNDS.items():
        assert preset == "museum" or re.search(rf'\[data-skin="{preset}"\] \{{\s*--page-ground: {ground};', text)
    for preset, ground in manifest.NIGHT_GROUNDS.items():
        whose = r'\[data-theme="dark"\]' if preset == "museum" else rf'\[data-skin="{preset}"\]\[data-theme="dark"\]'
        assert re.search(rf"(?m)^{whose} \{{[^}}]*--page-ground: {ground};", text), preset


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Chùa cổ", "Chùa cổ"),
        ("Miếu Bà Chúa Xứ Núi Sam Châu Đốc", "Miếu Bà Chúa Xứ Núi Sam"),
        ("x" * 300, "x" * 24),
    ],
)
def test_the_name_below_an_icon_is_short(name: str, short: str) -> None:
    made = manifest.make(
        name=name, description="", lang="vi", start="index.html", scope="", theme="#000000", ground="#ffffff", icons={}
    )
    assert json.loads(made[1])["short_name"] == short
