"""From a draft to the public: preview, publish, embed code, going back, taking down."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from small_tour import RAW, SLUG, front, template
from sqlalchemy import select
from starlette.testclient import TestClient
from web.studio.desk import Browser, make, person, signed_in, work

from ispace import previews
from ispace.database.journal import JournalRow
from ispace.database.schema import now
from ispace.imaging.isolate import PictureWorker
from ispace.pictures import files
from ispace.pictures.files import Sent
from ispace.pipeline import ingest
from ispace.web import listen
from ispace.web.studio.studio import Studio

__all__ = ["front", "template"]
V1 = f"/api/v1/tours/{SLUG}"
PAGE = f"/tours/{SLUG}/publish"


@pytest.fixture
def studio(tmp_path: Path, prepared: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    (tmp_path / "ispace.db").write_bytes(prepared.read_bytes())
    shutil.copytree(template / "private", tmp_path / "private")
    monkeypatch.setenv("ISPACE_PRIVATE", f"file:{tmp_path / 'private'}")
    monkeypatch.setenv("ISPACE_PUBLIC", f"file:{tmp_path / 'public'}")
    made = make(tmp_path)
    with closing(made.database), closing(made.jobs):
        yield made


@pytest.fixture
def owner(studio: Studio, template: Path) -> Browser:
    """Somebody who may publish, with a tour whose pictures are known and whose tiles are not cut for it yet."""
    browser = signed_in(studio, "duyet@angiang.gov.vn", "approver")
    browser.post("/tours", {"title": "Chùa nhỏ"})
    names = {}
    with PictureWorker() as worker, studio.database.write() as session:
        for path in sorted((template / "source").rglob("*.jpg")):
            kept = ingest.run(path, studio.private, worker)
            kind = "image" if path.parent.name == "media" else "panorama"
            sent = Sent(kind, path.name, kept.sha256, kept.size, "JPEG", kept.info.to_json())  # type: ignore[arg-type]
            names[str(path.relative_to(template / "source"))] = files.keep(session, SLUG, sent, None).file
    document = RAW | {
        "media": [RAW["media"][0] | {"file": names["media/bia.jpg"]}],
        "scenes": [scene | {"panorama": {"file": names[f"{scene['id']}.jpg"]}} for scene in RAW["scenes"]],
    }
    saved = ask(browser, "PUT", V1, {"document": document, "revision": 1})
    assert saved.status_code == 200, saved.text
    return browser


def ask(browser: Browser, method: str, path: str, body: Any = None) -> Any:
    return browser.client.request(method, path, json=body, headers={"Sec-Fetch-Site": "same-origin"})


def publish(studio: Studio, owner: Browser, folder: Path) -> str:
    asked = ask(owner, "POST", f"{V1}/publish", {"revision": owner.get(V1).json()["revision"]})
    assert asked.status_code == 202, asked.text
    return str(work(studio, asked.json()["job"], folder)["publish"]["release"])


def title(owner: Browser, text: str) -> None:
    tour = owner.get(V1).json()
    tour["document"]["title"]["vi"] = text
    assert ask(owner, "PUT", V1, {"document": tour["document"], "revision": tour["revision"]}).status_code == 200


def test_what_was_previewed_is_published_byte_for_byte_under_the_same_release(
    studio: Studio, owner: Browser, tmp_path: Path
) -> None:
    public = TestClient(listen.application(studio.settings, studio.settings.public), follow_redirects=False)
    asked = ask(owner, "POST", f"{V1}/previews")
    assert asked.status_code == 202, asked.text
    again = ask(owner, "POST", f"{V1}/previews").json()
    assert again == asked.json(), "of one revision there is one preview"
    work(studio, asked.json()["job"], tmp_path)
    told = owner.get(f"{V1}/publication").json()
    assert (told["state"], told["current"], told["address"]) == ("draft", None, None)
    (preview,) = told["previews"]
    assert preview["address"].endswith(f"/{SLUG}/")
    root = "/" + preview["address"].split("/", 3)[3].removesuffix(f"{SLUG}/")
    assert public.get(root).headers["location"] == f"{root}{SLUG}/"
    page = public.get(f"{root}{SLUG}/")
    assert page.status_code == 200
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"].startswith("private")
    assert "script-src 'self'" in page.headers["content-security-policy"]
    assert public.get(f"/{SLUG}/").status_code == 404, "a preview is not public"
    assert public.get(f"/preview/x{root.split('/')[2]}/{SLUG}/").status_code == 404
    assert public.get(f"{root}originals/{'0' * 64}").status_code == 404

    release = publish(studio, owner, tmp_path)
    assert release == preview["release"]
    shown = [info.key for info in studio.public.scan("") if not info.key.startswith(f"r/{SLUG}/log/")]
    same = [key for key in shown if key.startswith((f"{SLUG}/", "t/", "a/", f"r/{SLUG}/"))]
    apart = {f"r/{SLUG}/{release}/release.json"}
    apart |= {key for key in same if key.endswith(("files.json", "tileset.json"))}
    catalogue = {key for key in same if public.get(root + key).status_code == 404} - apart
    assert all(key.startswith("a/") for key in catalogue), "what only the catalogue shows"
    for key in set(same) - apart - catalogue:
        assert public.get(root + key).content == studio.public.get(key), key
    told = owner.get(f"{V1}/publication").json()
    assert (told["state"], told["current"]) == ("published", release)
    assert told["address"].endswith(f":8360/{SLUG}/")
    assert told["embed"].startswith(f'<iframe src="{told["address"]}?embed" title="Chùa nhỏ" width="100%" ')
    assert told["embed"].count("<") == 2
    with studio.database.read() as session:
        rows = session.scalars(select(JournalRow.action).where(JournalRow.action.startswith("tour.publish"))).all()
    assert sorted(rows) == ["tour.publish", "tour.publish-ask"]


def test_an_expired_preview_is_gone_and_swept(studio: Studio, owner: Browser, tmp_path: Path) -> None:
    work(studio, ask(owner, "POST", f"{V1}/previews").json()["job"], tmp_path)
    (preview,) = owner.get(f"{V1}/publication").json()["previews"]
    token = preview["address"].split("/")[4]
    later = now() + dt.timedelta(days=studio.settings.preview_days, seconds=1)
    assert previews.find(studio.private, token, now()) is not None
    assert previews.find(studio.private, token, later) is None
    assert previews.sweep(studio.private, now()) == 0
    assert previews.sweep(studio.private, later) == 1
    assert list(studio.private.folders("previews/")) == []


def test_a_release_is_gone_back_to_and_a_tour_taken_down_and_shown_again(
    studio: Studio, owner: Browser, tmp_path: Path
) -> None:
    first = publish(studio, owner, tmp_path)
    title(owner, "Chùa lớn")
    assert owner.get(f"{V1}/publication").json()["state"] == "changed"
    second = publish(studio, owner, tmp_path)
    told = owner.get(f"{V1}/publication").json()
    assert [(one["id"], one["current"]) for one in told["releases"]] == [(second, True), (first, False)]
    page = owner.get(PAGE).text
    assert "Chùa lớn" in page
    assert first in page
    assert f"Quay về bản {first}" not in owner.get(f"/tours/{SLUG}/publish").text, "people know when, not the number"
    answer = owner.post(f"/tours/{SLUG}/rollback", {"release": first})
    assert answer.status_code == 200, "it asks first"
    owner.post(f"/tours/{SLUG}/rollback", {"release": first, "confirmed": "yes"})
    told = owner.get(f"{V1}/publication").json()
    assert (told["current"], told["state"]) == (first, "changed")
    assert ask(owner, "POST", f"{V1}/rollback", {"release": "20200101-000000-00000000"}).status_code == 404
    owner.post(f"/tours/{SLUG}/unpublish", {"confirmed": "yes"})
    told = owner.get(f"{V1}/publication").json()
    assert (told["current"], told["state"], told["address"]) == (None, "down", None)
    assert owner.get(f"/tours/{SLUG}/qr.png").status_code == 404
    back = ask(owner, "POST", f"{V1}/rollback", {}).json()
    assert (back["current"], back["state"]) == (first, "changed")


def test_a_draft_with_errors_or_that_somebody_changed_is_not_published(studio: Studio, owner: Browser) -> None:
    answer = ask(owner, "POST", f"{V1}/publish", {"revision": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "TOUR-DA-DOI")
    tour = owner.get(V1).json()
    tour["document"]["description"] = {}
    tour["document"]["scenes"][0]["hotspots"][0]["target"] = "<script>"
    ask(owner, "PUT", V1, {"document": tour["document"], "revision": tour["revision"]})
    answer = ask(owner, "POST", f"{V1}/publish", {"revision": tour["revision"] + 1})
    assert (answer.status_code, answer.json()["code"]) == (422, "TOUR-CHUA-DAT")
    assert ask(owner, "POST", f"{V1}/previews").json()["code"] == "TOUR-CHUA-DAT"
    page = owner.get(PAGE).text
    assert "&lt;script&gt;" in page
    assert "<script>" not in page.replace('<script type="application/json"', "").replace("<script type=", "")
    assert f"/tours/{SLUG}/edit#scene=cong&amp;part=vao&amp;field=scenes" in page
    refused = owner.post(PAGE, {"revision": tour["revision"] + 1, "confirmed": "yes"})
    assert (refused.status_code, "TOUR-CHUA-DAT" in refused.text) == (409, True)


def test_an_editor_previews_and_an_approver_publishes(studio: Studio, owner: Browser) -> None:
    editor = person(studio, "sua@angiang.gov.vn", "editor")
    owner.post(f"/tours/{SLUG}/people", {"person": editor, "role": "editor"})
    browser = Browser(studio)
    browser.sign_in("sua@angiang.gov.vn")
    revision = browser.get(V1).json()["revision"]
    assert ask(browser, "POST", f"{V1}/publish", {"revision": revision}).status_code == 403
    assert ask(browser, "POST", f"{V1}/unpublish").status_code == 403
    page = browser.get(PAGE).text
    assert f'action="/tours/{SLUG}/preview"' in page
    assert f'action="/tours/{SLUG}/publish"' not in page
    assert ask(browser, "POST", f"{V1}/previews").status_code == 202


def test_what_is_public_is_found_by_qr_code_on_screens_and_on_paper(
    studio: Studio, owner: Browser, tmp_path: Path
) -> None:
    publish(studio, owner, tmp_path)
    assert owner.get(f"/tours/{SLUG}/qr.svg").headers["content-type"].startswith("image/svg+xml")
    png = owner.get(f"/tours/{SLUG}/qr.png")
    assert png.content.startswith(b"\x89PNG")
    assert png.headers["content-disposition"] == f'attachment; filename="{SLUG}-qr.png"'
    sheet = owner.get(f"/tours/{SLUG}/sheet").text
    assert "A small pagoda" in sheet
    assert f":8360/{SLUG}" in sheet
