"""Editing together over HTTP: what the page sends and hears, and what those hear nothing of whom it is not for."""

from __future__ import annotations

import json
from typing import Any

import anyio
import own_loop
import pytest
from web.studio.desk import Browser, person, signed_in
from web.studio.test_pictures import _never, _scope

from ispace import documents
from ispace.journal import Actor
from ispace.model.document import MAX_BYTES
from ispace.web.studio.studio import Studio

TOUR = "mieu-la"
V1 = f"/api/v1/tours/{TOUR}"


def ask(browser: Browser, method: str, path: str, body: Any = None) -> Any:
    return browser.client.request(method, path, json=body, headers={"Sec-Fetch-Site": "same-origin"})


def entitle(name: str, was: str, to: str) -> dict[str, Any]:
    ops = [{"op": "set", "at": ["title", "vi"], "was": was, "to": to}]
    return {"id": name, "label": "title", "ops": ops}


def test_the_page_sends_changes_and_hears_what_became_of_them(owner: Browser) -> None:
    first = entitle("change-1", "Miếu lạ", "Miếu xưa")
    told = ask(owner, "POST", f"{V1}/changes", {"revision": 1, "changes": [first]}).json()
    assert told == {"revision": 2, "done": ["change-1"], "clashes": [], "others": []}
    told = ask(owner, "POST", f"{V1}/changes", {"revision": 1, "changes": [entitle("change-2", "Miếu lạ", "x")]}).json()
    assert told["clashes"] == [{"change": "change-2", "op": 0, "there": True, "now": "Miếu xưa"}]
    assert [(one["revision"], one["by"]["name"], one["changes"]) for one in told["others"]] == [
        (2, "Lê Thị Mười", [first])
    ]
    assert owner.get(f"{V1}/changes?since=1").json()["others"] == told["others"]
    assert owner.get(f"{V1}/changes?since=9").json()["code"] == "TOUR-DA-DOI"
    absent = [{"op": "set", "at": ["agency", "phone"], "to": "0296", "new": 0}, {"op": "set", "at": ["x"], "was": None}]
    told = ask(owner, "POST", f"{V1}/changes", {"revision": 2, "changes": [{**first, "id": "change-3", "ops": absent}]})
    assert told.json()["done"] == ["change-3"], "null and absent are two things"
    assert owner.get(V1).json()["document"]["agency"] == {"phone": "0296"}


@pytest.mark.parametrize(
    ("op", "code"),
    [
        ({"op": "set", "at": [], "to": 1}, "YEU-CAU"),
        ({"op": "set", "at": ["x"] * 21, "to": 1}, "YEU-CAU"),
        ({"op": "put", "at": ["scenes"], "item": {"title": 1}, "next": None}, "YEU-CAU"),
        ({"op": "drop", "at": ["#a"], "was": {"id": "a"}, "next": None}, "YEU-CAU"),
        ({"op": "turn", "at": ["x"]}, "YEU-CAU"),
        ({"op": "set", "at": ["x"], "to": json.loads("[" * 60 + "]" * 60)}, "YEU-CAU"),
        ({"op": "set", "at": ["x", "y"], "to": 1, "new": None}, "YEU-CAU"),
        ({"op": "set", "at": ["x"], "to": 10**400}, "YEU-CAU"),
        ({"op": "set", "at": ["id"], "was": TOUR, "to": "x"}, "TOUR-KHONG-SUA"),
        ({"op": "set", "at": ["title"], "was": {"vi": "Miếu lạ"}, "to": []}, "TOUR-KHONG-LUU"),
        ({"op": "set", "at": ["x"], "to": "x" * MAX_BYTES}, "TOUR-KHONG-LUU"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_is_no_change_of_a_tour_is_refused_and_nothing_saved(
    owner: Browser, op: dict[str, Any], code: str
) -> None:
    sent = {"revision": 1, "changes": [{"id": "change-1", "label": "x", "ops": [op]}]}
    assert ask(owner, "POST", f"{V1}/changes", sent).json()["code"].startswith(code)
    assert owner.get(V1).json()["revision"] == 1


def test_many_changes_that_meet_a_large_place_are_told_without_it_each_time(owner: Browser) -> None:
    put = {"op": "set", "at": ["x"], "to": "x" * 100_000}
    clashing = {"op": "set", "at": ["x"], "was": 1, "to": 2}
    sent = [{"id": f"change-{n}", "label": "x", "ops": [op]} for n, op in enumerate([put, *[clashing] * 100])]
    answer = ask(owner, "POST", f"{V1}/changes", {"revision": 1, "changes": sent})
    assert len(answer.content) < 300_000
    clashes = answer.json()["clashes"]
    assert [one["change"] for one in clashes] == [one["id"] for one in sent[1:]]
    assert all(one["there"] for one in clashes)
    assert (clashes[0]["now"], clashes[-1]["now"]) == ("x" * 100_000, None)


def test_what_a_page_sends_is_saved_as_the_work_of_whom_it_was_made_by_and_of_nobody_else(owner: Browser) -> None:
    me = owner.get("/api/v1/me").json()["id"]
    sent = {"revision": 1, "changes": [entitle("change-1", "Miếu lạ", "Miếu xưa")]}
    answer = ask(owner, "POST", f"{V1}/changes", sent | {"person": "f" * 32})
    assert (answer.status_code, owner.get(V1).json()["revision"]) == (401, 1)
    assert ask(owner, "POST", f"{V1}/changes", sent | {"person": me}).json()["done"] == ["change-1"]


def test_changes_that_would_hold_up_everybody_are_refused_in_words(
    owner: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    items = [{"id": str(n)} for n in range(100)]
    move = {"op": "move", "at": ["x"], "id": "99", "next": "0", "was": None}
    ops = [{"op": "set", "at": ["x"], "to": items}, *[move, {**move, "next": None}] * 50]
    sent = {"revision": 1, "changes": [{"id": "change-1", "label": "x", "ops": ops}]}
    monkeypatch.setattr("ispace.editing.merging._MOST_ITEMS", 10_000)
    assert ask(owner, "POST", f"{V1}/changes", sent).json()["code"] == "TOUR-KHONG-LUU"
    monkeypatch.undo()
    assert ask(owner, "POST", f"{V1}/changes", sent).json()["done"] == ["change-1"]


def test_a_page_of_the_studio_hears_the_language_it_is_in_whatever_the_browser_prefers(owner: Browser) -> None:
    told = owner.get(f"{V1}/check", **{"Accept-Language": "en"}).json()["problems"]
    assert "Tour chưa có lời giới thiệu" in [problem["text"] for problem in told]


def test_history_is_told_in_words_and_an_earlier_state_restored(owner: Browser, studio: Studio) -> None:
    ask(owner, "POST", f"{V1}/changes", {"revision": 1, "changes": [entitle("change-1", "Miếu lạ", "Miếu xưa")]})
    restored = ask(owner, "POST", f"{V1}/revisions/1/restore")
    assert (restored.status_code, restored.json()["revision"], restored.json()["title"]) == (200, 3, "Miếu lạ")
    told = owner.get(f"{V1}/history?lang=en").json()
    assert [(one["revision"], one["labels"], one["told"]) for one in told["entries"]] == [
        (3, ["restore"], "changed the tour's name"),
        (2, ["title"], "changed the tour's name"),
        (1, [], "the tour was made"),
    ]
    admin = signed_in(studio, "qt@angiang.gov.vn", "admin")
    assert "đổi tên của tour" in admin.get("/audit?action=tour.save").text, "the journal says it in words too"
    for number in ("0", "99", "x"):
        assert ask(owner, "POST", f"{V1}/revisions/{number}/restore").status_code == 404


def test_who_is_here_and_what_was_saved_is_told_as_it_happens(
    owner: Browser, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = {"page": "trang-mot", "scene": "cong", "tab": "map"}
    assert ask(owner, "POST", f"{V1}/presence", here).status_code == 204
    told = owner.get(f"/live/tours/{TOUR}.json").json()
    assert (told["revision"], told["by"]) == (1, "Lê Thị Mười")
    assert [{name: one[name] for name in here} | {"name": one["name"]} for one in told["people"]] == [
        here | {"name": "Lê Thị Mười"}
    ]
    monkeypatch.setattr("ispace.web.studio.tour_live._EVERY_S", 0.02)
    monkeypatch.setattr("ispace.web.studio.tour_live._SILENCE_S", 0.1)
    heard: list[str] = []

    def goes() -> None:
        ask(owner, "POST", f"{V1}/presence", {"page": "trang-mot", "left": True})
        ask(owner, "POST", f"{V1}/changes", {"revision": 1, "changes": [entitle("change-1", "Miếu lạ", "x")]})

    async def hear(message: Any) -> None:
        heard.append(message.get("body", b"").decode())
        if len(heard) == 2:
            await anyio.to_thread.run_sync(goes)
        elif '"revision": 2' in heard[-1]:
            await anyio.to_thread.run_sync(owner.post, "/sign-out")

    async def listen() -> None:
        app, scope = owner.client.app, _scope(f"/live/tours/{TOUR}", owner.client.cookies["ispace"])
        with anyio.fail_after(20):
            await app(scope, _never, hear)  # type: ignore[arg-type]

    own_loop.run(listen)
    assert '"revision": 1' in heard[1]
    assert '"tab": "map"' in heard[1]
    assert "event: people\ndata: []" in "".join(heard[2:])


def test_nobody_else_hears_or_changes_anything(owner: Browser, studio: Studio) -> None:
    stranger = signed_in(studio, "la@angiang.gov.vn")
    for method, path, body in (
        ("POST", f"{V1}/changes", {"revision": 1, "changes": []}),
        ("GET", f"{V1}/changes?since=1", None),
        ("GET", f"{V1}/history", None),
        ("POST", f"{V1}/revisions/1/restore", None),
        ("POST", f"{V1}/presence", {"page": "trang-mot"}),
        ("GET", f"/live/tours/{TOUR}", None),
        ("GET", f"/live/tours/{TOUR}.json", None),
    ):
        assert ask(stranger, method, path, body).status_code == 404, path
        assert ask(Browser(studio), method, path, body).status_code == 401, path
    viewer = person(studio, "xem@angiang.gov.vn", "viewer")
    with studio.database.write() as session:
        documents.set_member(session, Actor(None, "thử", "cli"), documents.get(session, TOUR), viewer, "viewer")
    watching = Browser(studio)
    watching.sign_in("xem@angiang.gov.vn")
    assert ask(watching, "POST", f"{V1}/changes", {"revision": 1, "changes": []}).status_code == 403
    assert ask(watching, "POST", f"{V1}/revisions/1/restore").status_code == 403
    assert ask(watching, "POST", f"{V1}/presence", {"page": "trang-hai"}).status_code == 204
