"""The pages of the libraries: what is typed comes back, what is wrong is said at its field, who may change what."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from web.studio.desk import Browser, person, signed_in as at_home

from ispace import documents, libraries
from ispace.accounts import people
from ispace.database.schema import now
from ispace.journal import Actor
from ispace.pictures import files
from ispace.pictures.files import Sent
from ispace.web.studio.studio import Studio

HERE = {"Sec-Fetch-Site": "same-origin"}
CLI = Actor(None, "thử", "cli")
PLACE = {
    "revision": "0", "names.0.name.vi": "Phường Núi Voi", "names.0.name.en": "Nui Voi ward", "names.0.level": "commune",
    "names.0.valid_from": "2025-07-01", "names.1.name.vi": "Xã Đồng Bưng", "names.1.level": "commune",
    "names.1.valid_to": "2025-06-30", "names.2.level": "commune", "position.lat": "10,5", "position.lon": "105.1",
}  # fmt: skip
PRODUCT = {
    "revision": "0", "name.vi": "Mắm cá", "summary.vi": "Mắm **ngon**.", "group": "food", "stars": "4",
    "decision": "12/QĐ", "issuer.vi": "UBND tỉnh", "issued_on": "2025-01-10", "maker.name.vi": "Cơ sở Hai",
    "links.0.kind": "shop", "links.0.url": "https://mam.example.vn/", "consent.given_on": "2025-02-03",
    "consent.by": "Bà Hai",
}  # fmt: skip


def entry(studio: Studio, library: libraries.Library, name: str) -> dict[str, Any]:
    with studio.database.read() as session:
        return libraries.get(session, library, name).document


def signed_in(studio: Studio, role: str = "editor") -> Browser:
    return at_home(studio, f"{role}@angiang.gov.vn", role)


def test_a_place_is_entered_with_its_names_and_found_by_the_old_one_without_accents(studio: Studio) -> None:
    browser = signed_in(studio)
    made = browser.post("/libraries/places/new", PLACE)
    assert made.headers["location"] == "/libraries/places/phuong-nui-voi?said=entry-saved"
    assert entry(studio, "places", "phuong-nui-voi") == {
        "id": "phuong-nui-voi",
        "names": [
            {"name": {"vi": "Phường Núi Voi", "en": "Nui Voi ward"}, "level": "commune", "valid_from": "2025-07-01"},
            {"name": {"vi": "Xã Đồng Bưng"}, "level": "commune", "valid_to": "2025-06-30"},
        ],
        "position": {"lat": 10.5, "lon": 105.1},
    }
    listed = browser.get("/libraries/places?q=dong bung").text
    assert "Phường Núi Voi" in listed
    assert "Tên cũ: Xã Đồng Bưng" in listed
    assert "phuong-nui-voi" not in browser.get("/libraries/places?q=xã khác").text


def test_a_form_changes_what_it_shows_and_keeps_the_rest_of_an_entry(studio: Studio) -> None:
    browser = signed_in(studio)
    browser.post("/libraries/products/new", PRODUCT)
    document = entry(studio, "products", "mam-ca")
    assert (document["stars"], document["consent"]) == (4, {"given_on": "2025-02-03", "by": "Bà Hai"})
    document["name"]["km"] = "ត្រី"
    with studio.database.write() as session:
        libraries.save(session, CLI, "products", "mam-ca", document, 1)
    again = browser.post(
        "/libraries/products/mam-ca", PRODUCT | {"revision": "2", "consent.given_on": "", "consent.by": ""}
    )
    assert again.status_code == 303
    after = entry(studio, "products", "mam-ca")
    assert (after["name"], "consent" in after) == ({"vi": "Mắm cá", "km": "ត្រី"}, False)
    stale = browser.post("/libraries/products/mam-ca", PRODUCT | {"revision": "2", "name.vi": "Khác"})
    assert stale.status_code == 409
    assert 'value="Khác"' in stale.text


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(studio: Studio) -> None:
    browser = signed_in(studio)
    wrong = PRODUCT | {
        "name.vi": "", "issued_on": "2025-13-01", "links.0.url": "javascript:alert(1)", "stars": "9",
        "maker.name.vi": "<script>alert(1)</script>",
    }  # fmt: skip
    answer = browser.post("/libraries/products/new", wrong)
    assert answer.status_code == 422
    told = set(re.findall(r'href="#o_([^"]+)"', answer.text))
    assert told == {"name.vi", "issued_on", "links.0.url", "stars"}
    assert all(f'id="o_{name}"' in answer.text for name in told)
    assert "&lt;script&gt;alert(1)" in answer.text
    assert "<script>alert(1)" not in answer.text
    places = browser.post("/libraries/places/new", {"names.0.name.vi": "", "position.lat": "x"})
    assert set(re.findall(r'href="#o_([^"]+)"', places.text)) == {"names.0.name.vi", "position.lat", "position.lon"}


def test_recognitions_that_end_within_ninety_days_are_told_in_the_list_and_in_the_form(studio: Studio) -> None:
    browser = signed_in(studio)
    for name, days in (("Hết", -1), ("Sắp", 90), ("Còn", 91)):
        ends = (now().date() + dt.timedelta(days=days)).isoformat()
        browser.post(
            "/libraries/products/new", PRODUCT | {"name.vi": name, "issued_on": "2020-01-01", "expires_on": ends}
        )
    listed = browser.get("/libraries/products?show=ending").text
    assert ["/het" in listed, "/sap" in listed, "/con" in listed] == [True, True, False]
    assert "Còn 90 ngày" in browser.get("/libraries/products/sap").text
    assert "Còn 91 ngày" not in browser.get("/libraries/products/con").text


def test_a_file_of_a_tour_becomes_a_medium_of_the_library_and_says_where_it_is_used(studio: Studio) -> None:
    browser = signed_in(studio)
    stranger = person(studio, "khac@angiang.gov.vn")
    with studio.database.write() as session:
        me = next(one for one in people.everybody(session, "editor@angiang"))
        tour = documents.create(session, CLI, me, "Chùa cổ").id
        other = documents.create(session, CLI, people.by_id(session, stranger), "Đình").id
        for tour_id in (tour, other):
            files.keep(session, tour_id, Sent("image", "Cổng.jpg", "ab" * 32, 5, "JPEG"), None)
        file = files.of_tour(session, tour)[0].file
        row = documents.get(session, tour, whole=True)
        used = row.document | {"media": [{"id": "cong", "kind": "image", "file": file, "alt": {"vi": "Cổng"}}, 7]}
        documents.save(session, CLI, row, used, row.revision)
    assert f"file={file}" in browser.get(f"/libraries/media/new?tour={tour}").text
    sent = {"tour": tour, "file": file, "alt.vi": "Cổng chùa", "licence": "CC BY 4.0"}
    assert browser.post("/libraries/media/new", sent | {"tour": other}).status_code == 404
    assert browser.post("/libraries/media/new", sent).status_code == 303
    assert entry(studio, "media", "cong-chua")["file"] == file
    assert "Chùa cổ" in browser.get("/libraries/media/cong-chua").text
    assert f"file={file}" not in browser.get(f"/libraries/media/new?tour={tour}").text


def test_nobody_shares_a_file_of_a_tour_that_they_may_not_see(studio: Studio) -> None:
    browser = signed_in(studio)
    stranger = person(studio, "khac@angiang.gov.vn")
    with studio.database.write() as session:
        other = documents.create(session, CLI, people.by_id(session, stranger), "Đình").id
        file = files.keep(session, other, Sent("image", "Riêng.jpg", "ef" * 32, 5, "JPEG"), None).file
    document = {"id": "rieng", "kind": "image", "file": file, "alt": {"vi": "Riêng"}}
    sent = {"document": document, "revision": 0}
    assert browser.client.put("/api/v1/media/rieng", json=sent, headers=HERE).status_code == 422
    sent["document"] = document | {"file": "chua-co-000000000000.jpg"}
    assert browser.client.put("/api/v1/media/rieng", json=sent, headers=HERE).status_code == 200


def test_viewers_see_the_libraries_and_change_nothing(studio: Studio) -> None:
    signed_in(studio).post("/libraries/places/new", PLACE)
    viewer = signed_in(studio, "viewer")
    shown = viewer.get("/libraries/places/phuong-nui-voi").text
    assert '<fieldset class="bare" disabled' in shown
    assert 'name="confirmed"' not in shown
    for path in (
        "/libraries/places/new",
        "/libraries/places/phuong-nui-voi",
        "/libraries/places/phuong-nui-voi/delete",
    ):
        assert viewer.post(path, PLACE | {"confirmed": "yes"}).status_code == 403
    assert viewer.get("/libraries/persons").status_code == 404


def test_a_product_taken_into_a_tour_brings_files_of_another_tour_and_is_told_when_it_is_newer(studio: Studio) -> None:
    browser = signed_in(studio)
    with studio.database.write() as session:
        me = next(one for one in people.everybody(session, "editor@angiang"))
        first, second = (documents.create(session, CLI, me, title).id for title in ("Một", "Hai"))
        kept = files.keep(session, first, Sent("image", "Mắm.jpg", "cd" * 32, 7, "JPEG", {"width_px": 9}), None)
        kept.web = {"private_key": "web/x"}
        for name, file in (("mam-anh", kept.file), ("mat", "mat-000000000000.jpg")):
            medium = {"id": name, "kind": "image", "file": file, "alt": {"vi": "Mắm"}}
            libraries.save(session, CLI, "media", name, medium, 0)
    assert browser.post("/libraries/products/new", PRODUCT | {"media": ["mam-anh", "mat"]}).status_code == 303
    api = f"/api/v1/tours/{second}"
    taken = browser.client.post(f"{api}/library", json={"library": "products", "entry": "mam-ca"}, headers=HERE).json()
    assert (taken["document"]["media"], taken["document"]["library_revision"]) == (["mam-anh"], 1)
    assert [medium["file"] for medium in taken["media"]] == [kept.file]
    with studio.database.read() as session:
        lent = files.get(session, second, kept.file)
        assert (lent.sha256, lent.kind, lent.web) == ("cd" * 32, "image", {"private_key": "web/x"})
    with studio.database.write() as session:
        row = documents.get(session, second, whole=True)
        copied = row.document | {"products": [taken["document"], None, {"id": 5}], "media": taken["media"]}
        documents.save(session, CLI, row, copied, row.revision)
    known = {"library": "products", "entry": "mam-ca", "revision": 1, "differs": False}
    assert browser.get(f"{api}/library").json()["entries"] == [known]
    browser.post("/libraries/products/mam-ca", PRODUCT | {"revision": "1", "stars": "5", "media": "mam-anh"})
    assert browser.get(f"{api}/library").json()["entries"] == [known | {"revision": 2, "differs": True}]
    gone = browser.client.post(f"{api}/library", json={"library": "media", "entry": "mat"}, headers=HERE)
    assert gone.status_code == 404
