"""The texts of a tour as a table, over pages and API: seen before it changes, changed as one, others' work kept."""

from __future__ import annotations

import base64
from typing import Any

from web.studio.desk import Browser, signed_in

from ispace import documents, revisions
from ispace.accounts import people
from ispace.journal import Actor
from ispace.sheets import formats
from ispace.web.studio.studio import Studio

CLI = Actor(None, "thử", "cli")
HERE = {"Sec-Fetch-Site": "same-origin"}


def tour(studio: Studio) -> Browser:
    """Make a tour of one scene, and the browser of its editor."""
    browser = signed_in(studio, "hoa@angiang.gov.vn")
    with studio.database.write() as session:
        me = next(one for one in people.everybody(session, "hoa@"))
        row = documents.create(session, CLI, me, "Chùa cổ")
        scene = {"id": "cong", "title": {"vi": "Cổng"}, "panorama": {"file": "x.jpg"}, "hotspots": []}
        whole = row.document | {"languages": ["vi", "en"], "scenes": [scene]}
        documents.save(session, CLI, row, whole, row.revision)
    return browser


def document(studio: Studio) -> tuple[int, dict[str, Any]]:
    with studio.database.read() as session:
        row = documents.get(session, "chua-co", whole=True)
        return row.revision, row.document


def sent(browser: Browser, path: str, content: bytes, **more: Any) -> Any:
    body = {"content": base64.b64encode(content).decode()} | more
    return browser.client.post(f"/api/v1/tours/chua-co/texts{path}", json=body, headers=HERE)


def test_a_table_goes_out_is_filled_in_and_comes_back_as_one_change(studio: Studio) -> None:
    browser = tour(studio)
    out = browser.get("/tours/chua-co/texts.xlsx")
    assert out.headers["content-disposition"] == 'attachment; filename="chua-co-2.xlsx"'
    lines = formats.read(out.content)
    assert formats.read(browser.get("/tours/chua-co/texts.csv").content) == lines
    for line in lines[1:]:
        line[5] = f"{line[4]} (en)"
    back = formats.to_xlsx(lines)
    seen = sent(browser, "/preview", back).json()
    assert (seen["revision"], seen["change_count"], seen["left_count"]) == (2, 3, 0)
    assert seen["changes"][2] == {
        "what": "Cổng", "scene": "cong", "part": "", "field": "title", "lang": "en", "before": "", "after": "Cổng (en)",
    }  # fmt: skip
    assert document(studio)[0] == 2
    assert sent(browser, "", back, revision=2).json() == {"revision": 3, "change_count": 3}
    assert document(studio)[1]["scenes"][0]["title"] == {"vi": "Cổng", "en": "Cổng (en)"}
    with studio.database.read() as session:
        (last,) = revisions.since(session, "chua-co", 2)
        assert [change["label"] for change in last.changes] == ["texts-import"]
    assert sent(browser, "", back, revision=3).json() == {"revision": 3, "change_count": 0}


def test_what_others_changed_meanwhile_is_kept_and_the_same_text_is_never_overwritten_unseen(studio: Studio) -> None:
    browser = tour(studio)
    with studio.database.write() as session:
        row = documents.get(session, "chua-co", whole=True)
        other = row.document | {"description": {"vi": "Của người khác"}}
        documents.save(session, CLI, row, other, row.revision)
    assert sent(browser, "", b"scene,vi\ncong,Tam quan\n", revision=2).json()["revision"] == 4
    now = document(studio)[1]
    assert (now["scenes"][0]["title"], now["description"]) == ({"vi": "Tam quan"}, {"vi": "Của người khác"})
    late = sent(browser, "", "scene,vi\ncong,Cổng chính\n".encode(), revision=3)
    assert late.status_code == 409
    assert document(studio) == (4, now)


def test_what_is_no_table_is_refused_in_words_that_say_what_to_do(studio: Studio) -> None:
    browser = tour(studio)
    for content, code in ((b"\xff\xd8\xff", "BANG-KHONG-DOC"), (b"a,b\n1,2\n", "BANG-THIEU-COT")):
        answer = sent(browser, "/preview", content)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert sent(browser, "", b"scene,vi\n", revision=9).status_code == 409
    broken = browser.client.post("/api/v1/tours/chua-co/texts/preview", json={"content": "?"}, headers=HERE)
    assert broken.status_code == 422


def test_who_only_sees_a_tour_takes_its_table_and_brings_none_back(studio: Studio) -> None:
    tour(studio)
    viewer = signed_in(studio, "xem@angiang.gov.vn", "viewer")
    assert viewer.get("/tours/chua-co/texts.csv").status_code == 404
    with studio.database.write() as session:
        me = next(one for one in people.everybody(session, "xem@"))
        documents.set_member(session, CLI, documents.get(session, "chua-co"), me.id, "viewer")
    assert "data-sheet" not in viewer.get("/tours/chua-co/texts").text
    assert viewer.get("/tours/chua-co/texts.csv").status_code == 200
    assert sent(viewer, "/preview", b"scene,vi\n").status_code == 403
    assert sent(viewer, "", b"scene,vi\ncong,x\n", revision=2).status_code == 403
