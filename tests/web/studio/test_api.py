"""The API: what it answers to whom, that its document is true, and that nothing makes it fail."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient
from web.studio.desk import ORIGIN, Browser, make, person, signed_in

from ispace import journal
from ispace.accounts import people, tokens
from ispace.journal import Actor, Filter
from ispace.web.studio.api.operation import Operation
from ispace.web.studio.api.service import OPERATIONS
from ispace.web.studio.app import application
from ispace.web.studio.studio import Studio

V1 = "/api/v1"


class Program:
    """A program with a token."""

    def __init__(
        self, studio: Studio, email: str, scopes: tuple[str, ...] = tokens.SCOPES, role: str = "editor"
    ) -> None:
        self.id = person(studio, email, role)
        with studio.database.write() as session:
            someone = people.by_id(session, self.id)
            _, secret = tokens.create(session, Actor(None, "thử", "cli"), someone, name="máy", scopes=scopes, days=1)
        self.client = TestClient(application(studio), ORIGIN, headers={"Authorization": f"Bearer {secret}"})

    def ask(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        return self.client.request(method, V1 + path, json=body, params=query)


@pytest.fixture
def editor(studio: Studio) -> Program:
    return Program(studio, "muoi@angiang.gov.vn")


@pytest.fixture
def admin(studio: Studio) -> Program:
    return Program(studio, "qt@angiang.gov.vn", role="admin")


def test_a_tour_is_made_saved_and_found_again(editor: Program, studio: Studio) -> None:
    made = editor.ask("POST", "/tours", {"title": "Chùa cổ bên Núi Sam"})
    assert made.status_code == 201
    tour = made.json()
    assert tour["id"] == "chua-co-ben-nui-sam"
    document = tour["document"] | {"scenes": [{"id": "cong"}]}
    saved = editor.ask("PUT", f"/tours/{tour['id']}", {"document": document, "revision": 1, "note": "cổng"})
    assert (saved.status_code, saved.json()["revision"], saved.json()["scenes"]) == (200, 2, 1)
    stale = editor.ask("PUT", f"/tours/{tour['id']}", {"document": document, "revision": 1})
    assert (stale.status_code, stale.json()["code"], stale.json()["params"]["now"]) == (409, "TOUR-DA-DOI", 2)
    assert editor.ask("GET", "/tours", q="nui sam").json()["total"] == 1
    revisions = editor.ask("GET", f"/tours/{tour['id']}/revisions").json()["revisions"]
    assert [(r["revision"], r["note"]) for r in revisions] == [(2, "cổng"), (1, "")]
    assert editor.ask("GET", f"/tours/{tour['id']}/revisions/1").json()["document"]["scenes"] == []
    assert editor.ask("GET", f"/tours/{tour['id']}/revisions/x").status_code == 404
    assert editor.ask("DELETE", f"/tours/{tour['id']}").status_code == 204
    assert editor.ask("GET", f"/tours/{tour['id']}").status_code == 404
    with studio.database.read() as session:
        assert {r.via for r in journal.rows(session, Filter(kind="tour"))} == {"token"}


def test_a_problem_has_one_shape_and_speaks_the_language_that_is_asked_for(editor: Program) -> None:
    answer = editor.client.get(f"{V1}/tours/khong-co", headers={"Accept-Language": "en"})
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["title"].startswith("There is no tour khong-co")
    assert told | {"title": ""} == {
        "type": "urn:ispace:error:TOUR-KHONG-THAY",
        "title": "",
        "status": 404,
        "code": "TOUR-KHONG-THAY",
        "params": {"tour": "khong-co"},
    }
    assert editor.ask("GET", "/tours/khong-co").json()["title"].startswith("Không thấy tour")
    for path, status in (("/nothing", 404), ("/tours", 405)):
        answer = editor.ask("PATCH", path, {})
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"{", "application/json", "YEU-CAU-JSON"),
        (b'{"title": NaN}', "application/json", "YEU-CAU-JSON"),
        (b"[" * 100_000, "application/json", "YEU-CAU-JSON"),
        (b"\xff", "application/json", "YEU-CAU-JSON"),
        (b"3", "application/json", "YEU-CAU-SAI"),
        (b'{"title": "x", "titel": "y"}', "application/json", "YEU-CAU-SAI"),
        (b"title=x", "application/x-www-form-urlencoded", "YEU-CAU-LOAI"),
        (b'{"title": "' + b"x" * (21 << 20) + b'"}', "application/json", "YEU-CAU-LON"),
    ],
    ids=str,
)
def test_a_body_that_cannot_be_is_told(editor: Program, content: bytes, kind: str, code: str) -> None:
    answer = editor.client.post(f"{V1}/tours", content=content, headers={"Content-Type": kind})
    assert answer.json()["code"] == code


def test_without_a_token_or_with_a_wrong_one_nothing_is_told(studio: Studio) -> None:
    client = TestClient(application(studio), ORIGIN)
    for headers in (
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": "Bearer ispace_" + "a" * 43},
        {"Authorization": "Basic eDp5"},
    ):
        for operation in OPERATIONS:
            if not operation.is_open:
                path = V1 + operation.path.replace("{", "").replace("}", "")
                answer = client.request(operation.method, path, json={} if operation.body else None, headers=headers)
                assert answer.status_code == 401, operation
                assert answer.json()["code"] == "CAN-DANG-NHAP"
    assert client.get(f"{V1}/health").json()["status"] == "ok"


def test_a_token_does_what_its_scopes_say_and_makes_no_others(studio: Studio) -> None:
    reader = Program(studio, "doc@angiang.gov.vn", ("tours-read",))
    assert reader.ask("GET", "/tours").status_code == 200
    assert reader.ask("POST", "/tours", {"title": "Chùa"}).status_code == 403
    assert reader.ask("GET", "/people").status_code == 403
    assert reader.ask("POST", "/tokens", {"name": "x", "scopes": ["tours-read"]}).status_code == 403
    own = reader.ask("GET", "/tokens").json()["tokens"]
    assert all(token["used_at"] for token in own if token["name"] == "máy")
    assert reader.ask("DELETE", f"/tokens/{own[0]['id']}").status_code in {204, 401}


def test_a_scope_gives_no_right_that_the_role_has_not(editor: Program) -> None:
    for path in ("/people", "/audit", "/people/x"):
        assert editor.ask("GET", path).status_code == 403
    assert editor.ask("POST", "/invitations", {"email": "a@b.vn", "role": "admin"}).status_code == 403


def test_people_are_managed_over_the_api(admin: Program, studio: Studio) -> None:
    link = admin.ask("POST", "/invitations", {"email": "ba@angiang.gov.vn", "role": "editor"}).json()["url"]
    assert link.startswith(f"{ORIGIN}/invitation/")
    guest = person(studio, "tu@angiang.gov.vn")
    changed = admin.ask("PATCH", f"/people/{guest}", {"role": "viewer", "disabled": True}).json()
    assert (changed["role"], changed["disabled"]) == ("viewer", True)
    assert admin.ask("PATCH", f"/people/{admin.id}", {"role": "viewer"}).json()["code"] == "QUAN-TRI-CUOI"
    assert admin.ask("POST", f"/people/{guest}/reset").json()["url"].startswith(f"{ORIGIN}/reset/")
    entries = admin.ask("GET", "/audit", limit=2).json()
    assert [e["action"] for e in entries["entries"]] == ["person.reset", "person.change"]
    following = admin.ask("GET", "/audit", limit=2, before=entries["next"]).json()["entries"]
    assert following[0]["action"] == "person.create"


def test_a_browser_that_is_signed_in_may_ask_too_but_only_from_the_studio_itself(studio: Studio) -> None:
    browser = signed_in(studio, "muoi@angiang.gov.vn")
    assert browser.client.get(f"{V1}/me").json()["scopes"] is None
    for site, status in (("same-origin", 201), ("cross-site", 403)):
        answer = browser.client.post(f"{V1}/tours", json={"title": "Chùa"}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == status


def test_the_document_is_valid_and_names_every_operation_and_code(studio: Studio) -> None:
    document = Browser(studio).get(f"{V1}/openapi.json").json()
    assert document["openapi"] == "3.1.0"
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)
    ids = [op["operationId"] for path in document["paths"].values() for op in path.values()]
    assert sorted(ids) == sorted(operation.id for operation in OPERATIONS)
    assert len(set(ids)) == len(ids)
    saving = document["paths"]["/tours/{tour}"]["put"]["responses"]
    assert "TOUR-DA-DOI" in saving["409"]["description"]
    assert document["paths"]["/health"]["get"]["security"] == []


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The document as an attacker reads it, and an administrator's token to attack with."""
    studio = make(tmp_path_factory.mktemp("attacked"), studio_url="http://testserver")
    with closing(studio.database):
        program = Program(studio, "qt@angiang.gov.vn", role="admin")
        program.ask("POST", "/tours", {"title": "Chùa", "id": "chua"})
        yield application(studio), program.client.headers["authorization"]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.id)
def test_nothing_that_is_sent_brings_an_answer_that_is_not_in_the_document(operation: Operation, attacked: Any) -> None:
    app, authorization = attacked
    described = schemathesis.openapi.from_asgi(f"{V1}/openapi.json", app)[operation.path][operation.method]

    @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None)
    @given(case=described.as_strategy())
    def attack(case: Any) -> None:
        # A schema cannot say what is an e-mail address or a document of that very tour.
        case.call_and_validate(headers={"Authorization": authorization}, excluded_checks=[positive_data_acceptance])

    attack()
