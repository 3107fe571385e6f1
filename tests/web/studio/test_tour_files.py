"""What the editor is told of a tour's files and panoramas, and what of them it may fetch."""

from __future__ import annotations

from typing import Any

import pytest
from materials.test_panoramas import finish, sha
from materials.test_sorting import photo
from sqlalchemy import select
from web.studio.desk import Browser, person, signed_in
from web.studio.test_pictures import arrive

from ispace.database.work import JobRow, StageRow
from ispace.pictures import files
from ispace.ports import Put
from ispace.web.studio.studio import Studio

TOUR = "mieu-la"
V1 = f"/api/v1/tours/{TOUR}"


@pytest.fixture
def studio(queued: Studio) -> Studio:
    return queued


def ask(browser: Browser, method: str, path: str, body: Any = None) -> Any:
    return browser.client.request(method, path, json=body, headers={"Sec-Fetch-Site": "same-origin"})


def ready(studio: Studio, name: str = "Cổng.jpg") -> str:
    """Let a panorama become ready; return the name of its file."""
    finish(studio.database, studio.jobs, name, tour=TOUR)
    with studio.database.read() as session:
        return files.of_tour(session, TOUR)[-1].file


def test_a_panorama_that_is_ready_is_told_with_all_that_a_scene_needs(studio: Studio, owner: Browser) -> None:
    file = ready(studio)
    (told,) = owner.get(f"{V1}/panoramas").json()["panoramas"]
    base = f"/tours/{TOUR}/t/{sha('Cổng.jpg')[:20]}/"
    assert (told["file"], told["state"], told["width_px"]) == (file, "done", 8192)
    assert told["recipe"] == {"level": None, "coverage": None}
    assert told["level"] == {"pitch_deg": 2, "roll_deg": -1}, "what the camera noted went into the tiles"
    assert told["tiles"] == {"base": base, "tile_size_px": 512, "level_sizes_px": [512, 1024], "format": "jpg"}
    assert told["preview"] == {"url": f"{base}preview.jpg", "size_px": 64, "order": "bdflru", "inline": "AAAA"}
    assert told["bounds"]["hfov_max_deg"] == 110
    assert told["first_view"] == {"yaw_deg": 0, "pitch_deg": 0, "hfov_deg": 90}
    assert told["north_deg"] == 12.5
    key = f"t/{sha('Cổng.jpg')[:20]}/2/f/0_1.jpg"
    studio.private.put(Put(key, b"\xff\xd8tile"))
    studio.private.put(Put("v/Cổng.jpg/t.jpg", b"\xff\xd8view"))
    tile = owner.get(f"{base}2/f/0_1.jpg")
    assert (tile.status_code, tile.content, tile.headers["content-type"]) == (200, b"\xff\xd8tile", "image/jpeg")
    assert tile.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert owner.get(told["thumbnail"]["url"]).content == b"\xff\xd8view"
    assert owner.get(told["small"]).content == b"\xff\xd8view", "what was stitched was never looked at"


def test_another_level_is_told_while_it_is_made_and_why_it_failed_and_made_again(
    studio: Studio, owner: Browser
) -> None:
    file = ready(studio)
    tour = owner.get(V1).json()
    document = tour["document"]
    document["scenes"][0]["level"] = {"pitch_deg": 1.5, "roll_deg": 0.5}
    assert ask(owner, "PUT", V1, {"document": document, "revision": tour["revision"]}).status_code == 200
    told = {one["state"]: one for one in owner.get(f"{V1}/panoramas").json()["panoramas"]}
    assert told["waiting"]["level"] == told["waiting"]["recipe"]["level"] == {"pitch_deg": 1.5, "roll_deg": 0.5}
    assert (told["waiting"]["progress"], told["waiting"]["tiles"]) == (0, None)
    with studio.database.write() as session:
        job = session.get_one(JobRow, told["waiting"]["job"])
        job.state, job.error_code, job.error_params = "failed", "ANH-CUT", {"file": "Cổng.jpg", "percent": 62}
    (failed,) = [one for one in owner.get(f"{V1}/panoramas").json()["panoramas"] if one["state"] == "failed"]
    assert failed["problem"]["code"] == "ANH-CUT"
    assert "Cổng.jpg" in failed["problem"]["text"]
    again = ask(owner, "POST", f"{V1}/panoramas/redo", {"file": file})
    assert (again.status_code, again.json()["jobs"]) == (200, [failed["job"]])
    assert ask(owner, "POST", f"{V1}/panoramas/redo", {"file": "khac.jpg"}).json()["code"] == "TEP-TOUR-LA"


def test_what_is_stitched_for_the_first_time_is_told_as_long_as_it_is_no_file(studio: Studio, owner: Browser) -> None:
    arrive(studio, *[photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(5)])
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    assert {(one["kind"], one["in_set"]) for one in owner.get(f"{V1}/files").json()["files"]} == {("image", True)}
    (told,) = owner.get(f"{V1}/panoramas").json()["panoramas"]
    assert (told["file"], told["name"], told["state"]) == (None, "Sân chùa", "waiting")
    assert told["group"]
    assert told["report"] is None
    with studio.database.write() as session:
        session.get_one(StageRow, (told["job"], 0)).details = {"page": "stitched/x.html"}
        session.get_one(JobRow, told["job"]).state = "failed"
    (failed,) = owner.get(f"{V1}/panoramas").json()["panoramas"]
    assert (failed["state"], failed["report"]) == ("failed", f"/jobs/{told['job']}/report")


def test_files_are_told_with_where_they_are_used_and_sent_in_parts(studio: Studio, owner: Browser) -> None:
    panorama = ready(studio)
    with studio.database.write() as session:
        sound = files.keep(session, TOUR, files.Sent("audio", "Chuông.mp3", sha("c"), 3_000_000, "MP3"), None).file
        image = files.keep(session, TOUR, files.Sent("image", "Ảnh.png", sha("d"), 9, "PNG"), None).file
    tour = owner.get(V1).json()
    media = [{"id": "chuong", "kind": "audio", "file": sound, "captions": {"vi": sound}}]
    document = tour["document"] | {"media": media}
    assert ask(owner, "PUT", V1, {"document": document, "revision": tour["revision"]}).status_code == 200
    told = {one["file"]: one for one in owner.get(f"{V1}/files").json()["files"]}
    assert told[sound]["used"] == [{"by": "medium", "id": "chuong"}] * 2
    assert told[panorama]["used"] == [{"by": "scene", "id": "cong"}]
    assert (told[image]["used"], told[image]["small"]) == ([], f"/tours/{TOUR}/media/small/{image}")
    assert [one["file"] for one in owner.get(f"{V1}/files?kind=audio").json()["files"]] == [sound]
    assert owner.get(f"{V1}/files?kind=x").status_code == 422

    content = bytes(range(256)) * 12_000
    studio.private.put(Put(f"originals/{sha('c')}", content))
    whole = owner.get(told[sound]["url"])
    assert (whole.content, whole.headers["content-type"]) == (content, "audio/mpeg")
    part = owner.get(told[sound]["url"], Range="bytes=1000000-1000009")
    assert (part.status_code, part.content) == (206, content[1_000_000:1_000_010])
    assert part.headers["content-range"] == f"bytes 1000000-1000009/{len(content)}"
    assert owner.get(told[sound]["url"], Range=f"bytes={len(content)}-").status_code == 416
    assert owner.client.head(told[sound]["url"]).headers["content-length"] == str(len(content))

    studio.private.put(Put(f"glances/{sha('d')}.jpg", b"\xff\xd8small"))
    before = owner.get(told[image]["url"])
    assert (before.content, before.headers["cache-control"]) == (b"\xff\xd8small", "private, no-cache")
    with studio.database.write() as session:
        files.get(session, TOUR, image).web = {"private_key": "m/x/picture.jpg", "width_px": 1600, "height_px": 900}
    studio.private.put(Put("m/x/picture.jpg", b"\xff\xd8web"))
    assert owner.get(told[image]["url"]).content == b"\xff\xd8web"
    assert owner.get(f"{V1}/files?kind=image").json()["files"][0]["width_px"] == 1600


def test_what_was_taken_out_of_the_tour_is_offered_no_more_unless_the_document_shows_it(
    studio: Studio, owner: Browser
) -> None:
    arrive(studio, photo("A.jpg", "", 0), photo("B.jpg", "", 9000))
    offered = [one["file"] for one in owner.get(f"{V1}/files").json()["files"]]
    assert [name[:2] for name in offered] == ["a-", "b-"]
    tour = owner.get(V1).json()
    document = tour["document"] | {"media": [{"id": "a", "kind": "image", "file": offered[0]}]}
    assert ask(owner, "PUT", V1, {"document": document, "revision": tour["revision"]}).status_code == 200
    (group,) = owner.get(f"{V1}/groups").json()["groups"]
    body = {"files": [file["id"] for file in group["files"]]}
    assert ask(owner, "POST", f"{V1}/groups/{group['id']}/remove", body).status_code == 204
    assert [one["file"] for one in owner.get(f"{V1}/files").json()["files"]] == offered[:1]


def test_nothing_is_sent_of_another_tour_or_to_who_does_not_belong(studio: Studio, owner: Browser) -> None:
    file, tile_set = ready(studio), sha("Cổng.jpg")[:20]
    studio.private.put(Put(f"t/{tile_set}/preview.jpg", b"\xff\xd8"))
    studio.private.put(Put(f"t/{tile_set}/files.json", b"{}"))
    owner.post("/tours", {"title": "Tour khác"})
    paths = [
        f"t/{tile_set}/preview.jpg",
        f"thumbnails/{tile_set}.jpg",
        f"media/{file}",
        f"media/small/{file}",
        f"reports/{file}",
    ]
    for path in paths:
        assert owner.get(f"/tours/tour-khac/{path}").status_code == 404, path
    for path in ("files.json", "../x/preview.jpg", "1/f/0_0.html", "tileset.json"):
        assert owner.get(f"/tours/{TOUR}/t/{tile_set}/{path}").status_code == 404, path
    assert owner.get(f"/tours/{TOUR}/{paths[0]}").status_code == 200
    stranger, viewer = signed_in(studio, "la@angiang.gov.vn"), Browser(studio)
    owner.post(f"/tours/{TOUR}/people", {"person": person(studio, "xem@angiang.gov.vn"), "role": "viewer"})
    viewer.sign_in("xem@angiang.gov.vn")
    for path in (*(f"/tours/{TOUR}/{path}" for path in paths), f"{V1}/panoramas", f"{V1}/files"):
        assert stranger.get(path).status_code == 404, path
    assert viewer.get(f"{V1}/panoramas").status_code == 200
    assert ask(viewer, "POST", f"{V1}/panoramas/redo", {"file": file}).status_code == 403


def test_a_report_of_a_panorama_may_style_itself_and_do_nothing_else(studio: Studio, owner: Browser) -> None:
    with studio.database.write() as session:
        sent = files.Sent("panorama", "Sân.jpg", sha("s"), 9, "JPEG", None, "stitched/s.html")
        file = files.keep(session, TOUR, sent, None).file
    studio.private.put(Put("stitched/s.html", b'<html lang="vi"><main id="vi">hay</main></html>'))
    answer = owner.get(f"/tours/{TOUR}/reports/{file}")
    assert f'href="/tours/{TOUR}/edit"' in answer.text
    assert "sandbox" in answer.headers["content-security-policy"]


def test_the_gate_tells_of_a_draft_what_is_left_to_do_and_why_a_picture_could_not_be_made(
    studio: Studio, owner: Browser
) -> None:
    ready(studio)
    told = owner.get(f"{V1}/check").json()
    assert told["revision"] == 2
    found = {(one["code"], one["field"]): one for one in told["problems"]}
    assert ("THIEU-GOC-NHIN", "scenes[0].initial_view") in found
    assert ("DANG-XU-LY", "scenes[0].panorama.file") not in found
    assert found["TOUR-GIOI-THIEU", "description"]["severity"] == "error"
    assert all(one["text"] and one["mend"] for one in told["problems"])
    assert told["counts"]["error"] + told["counts"]["warning"] == len(told["problems"])
    tour = owner.get(V1).json()
    tour["document"]["scenes"][0]["level"] = {"pitch_deg": 1.5, "roll_deg": 0.5}
    ask(owner, "PUT", V1, {"document": tour["document"], "revision": tour["revision"]})
    codes = [one["code"] for one in owner.get(f"{V1}/check").json()["problems"]]
    assert "DANG-XU-LY" in codes
    with studio.database.write() as session:
        job = session.scalars(select(JobRow).where(JobRow.state == "waiting")).one()
        job.state, job.error_code, job.error_params = "failed", "ANH-CUT", {"file": "Cổng.jpg", "percent": 62}
    (cut,) = [one for one in owner.get(f"{V1}/check").json()["problems"] if one["code"] == "ANH-CUT"]
    assert (cut["severity"], cut["scene"]) == ("error", tour["document"]["scenes"][0]["id"])
    assert "Cổng.jpg" in cut["text"]
