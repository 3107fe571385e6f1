"""A tour's pictures and the jobs about them: what is asked, who may answer, what a page that is open hears."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
from typing import Any

import anyio
import anyio.to_thread
import own_loop
import pytest
from materials.test_sorting import panorama, photo
from sqlalchemy import select
from web.studio.desk import Browser, person, signed_in

from ispace.database.schema import now
from ispace.database.uploads import UploadRow
from ispace.database.work import JobRow, StageRow
from ispace.materials.arrival import Arrivals
from ispace.materials.look import Look
from ispace.materials.sorting import Seen
from ispace.ports import Put
from ispace.uploads.upload import Owner, Upload
from ispace.web.studio.studio import Studio

TOUR = "mieu-la"


@pytest.fixture
def studio(queued: Studio) -> Studio:
    return queued


def arrive(
    studio: Studio, *seen: Seen, error: tuple[str, dict[str, Any]] | None = None, scene: str | None = None
) -> None:
    """Let files come in as a worker would after it has looked at them."""
    for one in seen:
        upload = (one.id * 32)[:32]
        with studio.database.write() as session:
            session.add(
                UploadRow(
                    id=upload, tour_id=TOUR, owner_id="p", owner="Mười", state="received", name=one.name,
                    folder=one.folder, size_bytes=1000, kind="image", format="JPEG", sha256=upload * 2,
                    fingerprint="", created_at=now(), received_at=now(), scene_id=scene,
                )
            )  # fmt: skip
            session.flush()
            code, params = error or (None, None)
            look = Look(one.kind, one.info, has_glance=True, error_code=code, error_params=params)
            job = JobRow(kind="look-upload", inputs={"upload": upload}, tour=TOUR)
            Arrivals(studio.jobs)(session, job, {"look": look.to_json() | {"sha256": upload * 2}})


def group_ids(page: str) -> list[str]:
    return re.findall(rf'action="/tours/{TOUR}/groups/([0-9a-f]+)"', page)


def yard(count: int = 5) -> list[Seen]:
    return [photo(f"IMG_{n:04}.jpg", "Sân chùa", 4 * n) for n in range(count)]


def test_a_set_is_asked_about_and_its_confirmation_asks_for_one_job(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    page = owner.get(f"/tours/{TOUR}/pictures").text
    (group,) = group_ids(page)
    assert "Sân chùa" in page
    for _ in range(2):  # a double click
        assert owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"}).status_code == 303
    jobs = studio.jobs.list().jobs
    assert [(job.kind, job.tour, len(job.inputs["photos"])) for job in jobs] == [("stitch-set", TOUR, 5)]
    assert "Ghép 5 ảnh: Sân chùa" in owner.get("/jobs").text


def sending(studio: Studio, upload: str, *, name: str, folder: str, is_here: bool = True) -> None:
    """Let an upload be under way; ``is_here``: bytes of it still come."""
    with studio.database.write() as session:
        session.add(
            UploadRow(
                id=upload, tour_id=TOUR, owner_id="p", owner="Mười", state="receiving", name=name, folder=folder,
                size_bytes=1000, kind="", format="", sha256="", fingerprint="", created_at=now(),
            )
        )  # fmt: skip
    if is_here:
        owner = Owner("p", "Mười")
        studio.uploads.records.make(Upload(upload, owner, TOUR, name, folder, 1000, 1000, now()))
        (studio.uploads.records.aside(upload) / "lock").touch()


def test_a_set_waits_for_photos_that_are_being_sent_and_for_no_others(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    sending(studio, "a" * 32, name="IMG_0009.jpg", folder="Sân chùa")
    sending(studio, "b" * 32, name="IMG_0009.jpg", folder="Vườn")  # another folder
    sending(studio, "c" * 32, name="phim.mp4", folder="Sân chùa")  # part of no set
    sending(studio, "d" * 32, name="IMG_0010.jpg", folder="Sân chùa", is_here=False)  # nobody goes on with it
    page = owner.get(f"/tours/{TOUR}/pictures").text
    (group,) = group_ids(page)
    assert "Còn 1 ảnh của thư mục này đang tải lên" in page
    assert 'value="confirm"' not in page
    (told,) = owner.get(f"/api/v1/tours/{TOUR}/groups").json()["groups"]
    assert told["awaited"] == 1
    refused = owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"})
    assert (refused.status_code, "NHOM-DANG-TOI" in refused.text) == (409, True)
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    assert studio.jobs.list().jobs == ()
    assert owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm-now"}).status_code == 303
    assert [len(job.inputs["photos"]) for job in studio.jobs.list().jobs] == [5]


def test_photos_that_come_late_join_the_set_that_waited_for_them(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    sending(studio, "a" * 32, name="IMG_0005.jpg", folder="Sân chùa")
    assert "đang tải lên. Ảnh lên đủ" in owner.get(f"/tours/{TOUR}/pictures").text
    lock = studio.uploads.records.aside("a" * 32) / "lock"
    os.utime(lock, (0, 0))  # left alone for long
    assert 'value="confirm"' in owner.get(f"/tours/{TOUR}/pictures").text
    lock.touch()
    studio.ledger.ended("a" * 32)
    arrive(studio, *yard(6)[5:])
    page = owner.get(f"/tours/{TOUR}/pictures").text
    (group,) = group_ids(page)
    assert owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"}).status_code == 303
    assert [len(job.inputs["photos"]) for job in studio.jobs.list().jobs] == [6]


def test_a_panorama_that_says_what_it_is_goes_on_by_itself_and_others_are_asked_about(
    studio: Studio, owner: Browser
) -> None:
    arrive(studio, panorama("A.jpg"))
    assert studio.jobs.list().jobs == ()
    assert "Còn 1 nhóm ảnh chờ bạn xem ở dưới" in owner.get(f"/tours/{TOUR}/pictures").text
    assert '"asked":1' in owner.get(f"/tours/{TOUR}/edit").text.replace(" ", "")
    assert owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"}).status_code == 303
    assert '"asked":0' in owner.get(f"/tours/{TOUR}/edit").text.replace(" ", "")
    assert [job.kind for job in studio.jobs.list().jobs] == ["prepare-panorama"]


def test_a_panorama_that_was_sent_for_a_scene_is_not_asked_about_and_its_job_knows_the_scene(
    studio: Studio, owner: Browser
) -> None:
    arrive(studio, panorama("A.jpg"), scene="cong")
    arrive(studio, photo("B.jpg", "", 0), scene="cong")
    (job,) = studio.jobs.list().jobs
    assert (job.kind, job.inputs["scene"]) == ("prepare-panorama", "cong")
    assert owner.get(f"/api/v1/tours/{TOUR}/files").json()["files"][0]["kind"] == "image"


def test_the_list_of_tours_says_where_work_is_under_way_and_where_it_failed(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard(), panorama("A.jpg"))
    assert "đang làm" not in owner.get("/tours").text
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    assert "đang làm 2 nhóm ảnh" in owner.get("/tours").text
    with studio.database.write() as session:
        session.get_one(JobRow, studio.jobs.list().jobs[0].id).state = "failed"
    assert "1 nhóm ảnh không làm được" in owner.get("/tours").text


def test_an_upload_that_was_broken_off_is_shown_with_what_is_here(studio: Studio, owner: Browser) -> None:
    meta = {"tour": TOUR, "filename": "Cổng.jpg", "scene": "cong"}
    said = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in meta.items())
    headers = {"Tus-Resumable": "1.0.0", "Upload-Length": "5000000", "Upload-Metadata": said}
    made = owner.client.post("/uploads/", headers=headers | {"Sec-Fetch-Site": "same-origin"})
    assert made.status_code == 201, made.text
    piece = b"\xff\xd8\xff\xe0" + bytes(1_999_996)
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    sent = owner.client.patch(
        made.headers["location"], content=piece, headers=headers | {"Sec-Fetch-Site": "same-origin"}
    )
    assert sent.status_code == 204, sent.text
    page = owner.get(f"/tours/{TOUR}/pictures").text
    assert "Cổng.jpg" in page
    assert "2\u00a0MB trên 5\u00a0MB" in page
    with studio.database.read() as session:
        assert session.scalars(select(UploadRow.scene_id)).all() == ["cong"]


def test_what_cannot_be_used_is_shown_with_the_reason(studio: Studio, owner: Browser) -> None:
    bad = Seen("bad", "hong.jpg", "", "unusable", None)
    arrive(studio, bad, error=("ANH-CUT", {"file": "hong.jpg", "percent": 62}))
    page = owner.get(f"/tours/{TOUR}/pictures").text
    assert "ANH-CUT" in page
    assert "hong.jpg" in page


def test_files_are_taken_out_only_after_the_question(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    page = owner.get(f"/tours/{TOUR}/pictures").text
    (group,) = group_ids(page)
    files = re.findall(r'name="file" value="([^"]+)"', page)
    fields = {"do": "remove", "file": files[:2]}
    asked = owner.post(f"/tours/{TOUR}/groups/{group}", fields)
    assert "data-asked" in asked.text
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    assert owner.post(f"/tours/{TOUR}/groups/{group}", sent).status_code == 303
    assert len(re.findall(r'name="file" value=', owner.get(f"/tours/{TOUR}/pictures").text)) == 3


@pytest.mark.parametrize("do", ["move", "remove"])
def test_a_form_without_a_ticked_picture_is_answered_with_a_sentence(studio: Studio, owner: Browser, do: str) -> None:
    arrive(studio, *yard())
    (group,) = group_ids(owner.get(f"/tours/{TOUR}/pictures").text)
    answer = owner.post(f"/tours/{TOUR}/groups/{group}", {"do": do, "to": "media"})
    assert answer.status_code == 303
    page = owner.get(answer.headers["location"]).text
    assert "Chưa có ảnh nào được đánh dấu" in page
    assert "flash-note" in page, "it is no success"


def test_a_job_that_waits_for_room_says_so_and_not_where_the_disk_is(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    (group,) = group_ids(owner.get(f"/tours/{TOUR}/pictures").text)
    owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"})
    (job,) = studio.jobs.list().jobs
    with studio.database.write() as session:
        row = session.get_one(JobRow, job.id)
        row.error_code, row.error_params = "KHO-DAY", {"store": "/srv/kho"}
    for path in ("/jobs", f"/jobs/{job.id}"):
        page = owner.get(path).text
        assert "tự làm tiếp khi có chỗ" in page
        assert "/srv/kho" not in page


def test_who_may_only_see_changes_nothing_and_others_see_nothing(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    (group,) = group_ids(owner.get(f"/tours/{TOUR}/pictures").text)
    owner.post(f"/tours/{TOUR}/people", {"person": person(studio, "xem@angiang.gov.vn"), "role": "viewer"})
    viewer, stranger = Browser(studio), signed_in(studio, "la@angiang.gov.vn")
    viewer.sign_in("xem@angiang.gov.vn")
    page = viewer.get(f"/tours/{TOUR}/pictures")
    assert page.status_code == 200
    assert group_ids(page.text) == [] or 'name="do"' not in page.text
    assert viewer.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"}).status_code == 403
    owner.post(f"/tours/{TOUR}/groups/{group}", {"do": "confirm"})
    (job,) = studio.jobs.list().jobs
    assert viewer.get(f"/jobs/{job.id}").status_code == 200
    assert viewer.post(f"/jobs/{job.id}/cancel", {"confirmed": "yes"}).status_code == 403
    for path in (f"/tours/{TOUR}/pictures", f"/jobs/{job.id}", f"/jobs/{job.id}/report", f"/live/jobs?tour={TOUR}"):
        assert stranger.get(path).status_code == 404, path
    assert job.id not in stranger.get("/jobs").text
    assert stranger.get("/live/jobs.json").json()["jobs"] == []


def test_a_job_is_stopped_after_the_question_and_tried_again(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    (job,) = studio.jobs.list().jobs
    assert "data-asked" in owner.post(f"/jobs/{job.id}/cancel").text
    assert owner.post(f"/jobs/{job.id}/cancel", {"confirmed": "yes"}).status_code == 303
    assert studio.jobs.get(job.id).state == "cancelled"
    assert owner.post(f"/jobs/{job.id}/retry").status_code == 303
    assert studio.jobs.get(job.id).state == "waiting"


def test_a_page_that_is_open_hears_of_each_change_once(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    before = owner.get("/live/jobs.json").json()
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    heard = owner.get(f"/live/jobs.json?after={before['last']}").json()
    assert [(one["state"], one["stage"]) for one in heard["jobs"]] == [("waiting", "stitch")]
    assert owner.get(f"/live/jobs.json?after={heard['last']}").json()["jobs"] == []
    assert Browser(studio).get("/live/jobs.json").status_code == 401


def test_a_report_may_style_itself_and_do_nothing_else(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    (job,) = studio.jobs.list().jobs
    kept = b'<html lang="vi"><body><main id="vi">hay</main><main id="en">well</main></body></html>'
    studio.private.put(Put("stitched/x.html", kept))
    with studio.database.write() as session:
        stage = session.get_one(StageRow, (job.id, 0))
        stage.details = {"page": "stitched/x.html"}
    answer = owner.get(f"/jobs/{job.id}/report")
    assert f'href="/tours/{TOUR}/pictures"' in answer.text
    assert answer.text.index("hay") < answer.text.index("well")
    owner.post("/language", {"lang": "en", "next": "/"})
    spoken = owner.get(f"/jobs/{job.id}/report").text
    assert spoken.index("well") < spoken.index("hay")
    assert '<html lang="en">' in spoken
    policy = answer.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "script" not in policy
    assert owner.get("/jobs/khong-co/report").status_code == 404


def test_small_pictures_are_those_of_the_tour(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard(3))
    page = owner.get(f"/tours/{TOUR}/pictures").text
    address = re.findall(r'src="(/tours/mieu-la/files/[^"]+)"', page)[0]
    file = re.findall(r"files/(\w+)\.jpg", address)[0]
    studio.private.put(Put(f"glances/{file * 2}.jpg", b"\xff\xd8small"))
    answer = owner.get(address)
    assert (answer.content, answer.headers["content-type"]) == (b"\xff\xd8small", "image/jpeg")
    assert answer.headers["cache-control"].startswith("private")
    owner.post("/tours", {"title": "Tour khác"})
    assert owner.get(address.replace(TOUR, "tour-khac")).status_code == 404


def test_the_live_stream_tells_the_newest_first_and_where_to_go_on(studio: Studio, owner: Browser) -> None:
    arrive(studio, *yard())
    owner.post(f"/tours/{TOUR}/groups", {"do": "confirm-all"})
    from ispace.web.studio import live

    told = live._written(studio.jobs.events(0))
    data = [json.loads(line.removeprefix("data: ")) for line in told.splitlines() if line.startswith("data: {")]
    assert [one["state"] for one in data] == ["waiting"]
    assert told.count("event: seen") == 1
    assert re.search(r"^id: \d+$", told, re.MULTILINE)


def test_a_stream_goes_on_with_what_changes_and_ends_for_who_is_signed_out(
    studio: Studio, owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ispace.web.studio.live._EVERY_S", 0.02)
    monkeypatch.setattr("ispace.web.studio.live._SILENCE_S", 0.1)
    arrive(studio, *yard())
    last = owner.get("/live/jobs.json").json()["last"]
    heard: list[str] = []

    async def listen() -> None:
        app, scope = owner.client.app, _scope(f"/live/jobs?after={last}", owner.client.cookies["ispace"])
        with anyio.fail_after(20):
            await app(scope, _never, hear)  # type: ignore[arg-type]

    async def hear(message: Any) -> None:
        heard.append(message.get("body", b"").decode())
        if sum("event: seen" in one for one in heard) == 1 and len(heard) == 2:
            await anyio.to_thread.run_sync(owner.post, f"/tours/{TOUR}/groups", {"do": "confirm-all"})
        elif any('"stage": "stitch"' in one for one in heard):
            with contextlib.suppress(KeyError):
                await anyio.to_thread.run_sync(owner.post, "/sign-out")

    own_loop.run(listen)
    assert any('"state": "waiting"' in one for one in heard)


def test_who_holds_too_many_streams_is_told_what_there_is_and_comes_back_later(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ispace.web.studio.streams.OF_ONE", 0)
    told = owner.get("/live/jobs")
    assert (told.status_code, told.headers["content-type"].partition(";")[0]) == (200, "text/event-stream")
    assert told.text.startswith("retry: 15000")
    assert "event: seen" in told.text


async def _never() -> Any:
    await anyio.sleep_forever()


def _scope(path: str, token: str) -> dict[str, Any]:
    plain, _, query = path.partition("?")
    headers = [(b"host", b"localhost:8361"), (b"cookie", f"ispace={token}".encode())]
    return {
        "type": "http", "method": "GET", "path": plain, "raw_path": plain.encode(), "query_string": query.encode(),
        "headers": headers, "scheme": "http", "server": ("localhost", 8361), "client": ("10.0.0.1", 1),
        "root_path": "", "http_version": "1.1",
    }  # fmt: skip
