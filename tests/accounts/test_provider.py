"""Signing in by OpenID Connect, with a provider that others run and with one that lies: who gets in, and who never."""

from __future__ import annotations

import dataclasses
import re
import shutil
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import limits
import pytest
from accounts.fake_provider import FakeProvider
from accounts.test_people import later
from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey
from sqlalchemy import func, select
from web.studio.desk import ORIGIN, PASSWORD, Browser, _cheap_hashes, make, person, signed_in

from ispace import journal
from ispace.accounts import people, tickets
from ispace.accounts.guard import Guard
from ispace.accounts.provider import Claims, Provider as Asked, person_of, returned
from ispace.database import Database
from ispace.database.people import Identity, SignedIn, SignInRoundTrip
from ispace.errors import LinkInvalidError, ProviderRefusedError
from ispace.journal import Actor, Filter
from ispace.web.studio.pages.door import inner
from ispace.web.studio.studio import Studio

__all__ = ["_cheap_hashes"]

ROOT = Path(__file__).parents[2]
MUOI = "muoi@angiang.gov.vn"
CLI = Actor(None, "thử", "cli")
SECRET = "mot-bi-mat-dai-cua-ispace"


class Provider:
    """The library's provider, and a browser as it stands there."""

    def __init__(self, issuer: str) -> None:
        self.issuer = issuer
        self._client = httpx2.Client()

    def tell(self, **what: Any) -> None:
        self._client.post(f"{self.issuer}/_test", json=what).raise_for_status()

    def close(self) -> None:
        self._client.close()

    def account(self, sub: str, email: str, *, verified: bool = True, name: str = "Trần Văn Tám") -> None:
        self.tell(sub=sub, email=email, email_verified=verified, name=name)

    def visited(self, address: str) -> str:
        """Follow the provider's own pages until it sends the browser back; return the path there."""
        self._client.cookies.clear()
        for _ in range(8):
            answer = self._client.get(address)
            assert answer.is_redirect, answer.text
            address = str(answer.headers["location"])
            address = address if address.startswith("http") else f"{self.issuer}{address}"
            if not address.startswith(self.issuer):
                break
        assert address.startswith(f"{ORIGIN}/")
        return address.removeprefix(ORIGIN)

    def sign_in(self, browser: Browser, path: str = "/sign-in/provider") -> Any:
        """Sign in at the provider, and return what the studio answers then."""
        return browser.get(self.visited(browser.get(path).headers["location"]))


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    node = shutil.which("node")
    if node is None or not (ROOT / "node_modules/oidc-provider").is_dir():
        pytest.skip("needs node and oidc-provider from node_modules: npm ci")
    command = [node, str(ROOT / "tests/accounts/provider.mjs")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        found = Provider(process.stdout.readline().strip())
        yield found
        found.close()
        process.kill()


def opened(folder: Path, issuer: str, **settings: Any) -> Studio:
    chosen = {"oidc_client_id": "ispace", "oidc_client_secret": SECRET, "oidc_name": "Cổng tỉnh", **settings}
    return make(folder, oidc_issuer=issuer, **chosen)


@pytest.fixture
def studio(tmp_path: Path, provider: Provider) -> Iterator[Studio]:
    found = opened(tmp_path, provider.issuer)
    with closing(found.database):
        yield found


def is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def assert_refused(studio: Studio, browser: Browser, answer: Any, code: str) -> None:
    """Nobody is signed in, nobody is connected, and the page to sign in with a password says why."""
    assert code in answer.text
    assert re.search(r'<form method="post" action="/sign-in"[^§]*name="password"', answer.text)
    assert 'name="next" value="/sign-in"' in answer.text, "another language does not lead to the provider again"
    assert not is_in(browser)
    with studio.database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignedIn)) == 0
        assert session.scalar(select(func.count()).select_from(Identity)) == 0


# With the provider that others run


def test_the_verified_address_connects_once_and_then_the_providers_own_name_decides(
    studio: Studio, provider: Provider
) -> None:
    someone = person(studio, MUOI)
    other = person(studio, "khac@angiang.gov.vn")
    first = Browser(studio)
    provider.account("t1", "Muoi@AnGiang.gov.vn")
    answer = provider.sign_in(first, "/sign-in/provider?next=/tours%3Fq%3Dx%26state%3Ddraft")
    assert (answer.status_code, answer.headers["location"]) == (303, "/tours?q=x&state=draft")
    assert is_in(first)
    provider.account("t1", "khac@angiang.gov.vn")
    second = Browser(studio)
    assert provider.sign_in(second).headers["location"] == "/"
    assert MUOI in second.get("/account").text
    with studio.database.read() as session:
        assert [(i.person_id, i.subject) for i in session.scalars(select(Identity))] == [(someone, "t1")]
        assert [r.subject for r in journal.rows(session, Filter(action="person.connect"))] == [someone]
        begun = journal.rows(session, Filter(action="session.begin", subject=someone))
        assert [r.address for r in begun] == ["10.0.0.1"] * 2
        assert not journal.rows(session, Filter(action="session.begin", subject=other))


def test_another_account_with_an_address_that_is_connected_already_is_refused(
    studio: Studio, provider: Provider
) -> None:
    person(studio, MUOI)
    provider.account("t2", MUOI)
    provider.sign_in(Browser(studio))
    provider.account("t3", MUOI)
    heir = Browser(studio)
    assert "OIDC-CHUA-MOI" in provider.sign_in(heir).text
    assert not is_in(heir)


def test_an_open_invitation_is_accepted_by_its_verified_address(studio: Studio, provider: Provider) -> None:
    with studio.database.write() as session:
        token = tickets.invite(session, CLI, email="Tam@angiang.gov.vn", role="approver", tours={})
    provider.account("t4", "tam@angiang.gov.vn", verified=False)
    assert "OIDC-CHUA-XAC-NHAN" in provider.sign_in(Browser(studio)).text
    provider.account("t4", "tam@angiang.gov.vn")
    browser = Browser(studio)
    provider.sign_in(browser)
    assert is_in(browser)
    with studio.database.read() as session:
        made = people.by_email(session, "tam@angiang.gov.vn")
        assert made is not None
        assert (made.name, made.role, made.password_hash) == ("Trần Văn Tám", "approver", None)
    assert Browser(studio).get(f"/invitation/{token}").status_code == 404, "an invitation is good once"
    assert Browser(studio).sign_in("tam@angiang.gov.vn", "").status_code == 403


@pytest.mark.parametrize(
    ("email", "verified", "code"),
    [("la@angiang.gov.vn", True, "OIDC-CHUA-MOI"), (MUOI, False, "OIDC-CHUA-XAC-NHAN")],
)
def test_who_is_not_known_by_a_verified_address_is_refused(
    studio: Studio, provider: Provider, email: str, verified: bool, code: str
) -> None:
    person(studio, MUOI)
    provider.account("t5", email, verified=verified)
    browser = Browser(studio)
    assert_refused(studio, browser, provider.sign_in(browser), code)


def test_a_disabled_person_is_refused(studio: Studio, provider: Provider) -> None:
    someone = person(studio, MUOI)
    provider.account("t6", MUOI)
    before, after = Browser(studio), Browser(studio)
    provider.sign_in(before)
    with studio.database.write() as session:
        people.change(session, CLI, people.by_id(session, someone), disabled=True)
    assert "OIDC-CHUA-MOI" in provider.sign_in(after).text
    assert not is_in(after)
    assert not is_in(before)


def test_the_second_step_is_asked_for_here_as_well(studio: Studio, provider: Provider) -> None:
    someone = person(studio, MUOI)
    with studio.database.write() as session:
        people.by_id(session, someone).totp_secret = b"x"
    provider.account("t7", MUOI)
    browser = Browser(studio)
    assert provider.sign_in(browser).headers["location"].startswith("/sign-in/second")
    assert not is_in(browser)


def test_who_changes_their_mind_at_the_provider_comes_back_to_signing_in(studio: Studio, provider: Provider) -> None:
    provider.tell(cancel=True)
    browser = Browser(studio)
    answer = provider.sign_in(browser, "/sign-in/provider?next=/tours")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=%2Ftours")


def test_keys_that_the_provider_changed_are_asked_for_anew(studio: Studio, provider: Provider) -> None:
    person(studio, MUOI)
    provider.account("t8", MUOI)
    provider.sign_in(Browser(studio))
    provider.tell(rotate=True)
    provider.account("t8", MUOI)
    browser = Browser(studio)
    provider.sign_in(browser)
    assert is_in(browser)


def test_a_code_that_was_used_is_refused_by_the_provider(studio: Studio, provider: Provider) -> None:
    person(studio, MUOI)
    provider.account("t9", MUOI)
    browser, thief = Browser(studio), Browser(studio)
    back = provider.visited(browser.get("/sign-in/provider").headers["location"])
    browser.get(back)
    stolen = parse_qs(urlsplit(back).query)["code"][0]
    state = parse_qs(urlsplit(thief.get("/sign-in/provider").headers["location"]).query)["state"][0]
    assert "OIDC-LOI" in thief.get(f"/sign-in/provider/return?code={stolen}&state={state}").text
    assert not is_in(thief)


def test_who_brings_back_what_this_browser_was_not_sent_for_is_refused(studio: Studio, provider: Provider) -> None:
    person(studio, MUOI)
    provider.account("t10", MUOI)
    mine, other = Browser(studio), Browser(studio)
    back = provider.visited(mine.get("/sign-in/provider").headers["location"])
    forged = back.replace("state=", "state=x")
    other.get("/sign-in/provider")
    for browser, path in (
        (Browser(studio), back),
        (other, back),
        (mine, forged),
        (mine, "/sign-in/provider/return?code=x"),
        (mine, "/sign-in/provider/return?code=x&state=%C3%A9%00"),
    ):
        answer = browser.get(path)
        assert answer.status_code == 404
        assert_refused(studio, browser, answer, "LIEN-KET-")
    assert mine.get(back).status_code == 303, "and who was sent still arrives"


def test_a_return_is_good_once_and_not_for_long(
    studio: Studio, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    person(studio, MUOI)
    provider.account("t11", MUOI)
    browser = Browser(studio)
    back = provider.visited(browser.get("/sign-in/provider").headers["location"])
    trip = browser.client.cookies["ispace-trip"]
    assert browser.get(back).status_code == 303
    assert "ispace-trip" not in browser.client.cookies
    again = Browser(studio)
    again.client.cookies.set("ispace-trip", trip)
    assert again.get(back).status_code == 404
    assert not is_in(again)
    late = Browser(studio)
    back = provider.visited(late.get("/sign-in/provider").headers["location"])
    with monkeypatch.context() as patch:
        later(patch, minutes=11)
        assert late.get(back).status_code == 404
    assert not is_in(late)


def test_the_way_back_is_the_address_at_which_the_studio_was_reached(tmp_path: Path, provider: Provider) -> None:
    for number, (address, host, expected) in enumerate(
        (
            ("", "127.0.0.1:9999", "http://127.0.0.1:9999"),
            ("https://studio.angiang.gov.vn", "studio.angiang.gov.vn", "https://studio.angiang.gov.vn"),
        )
    ):
        studio = opened(tmp_path / str(number), provider.issuer, studio_url=address)
        with closing(studio.database):
            answer = Browser(studio).get("/sign-in/provider", Host=host)
        asked = parse_qs(urlsplit(answer.headers["location"]).query)
        assert asked["redirect_uri"] == [f"{expected}/sign-in/provider/return"]
        assert (asked["code_challenge_method"], asked["response_type"]) == (["S256"], ["code"])
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("__Host-ispace-trip=" if address else "ispace-trip=")
        assert ("Secure" in cookie) is bool(address)


@pytest.mark.parametrize("target", ["https://evil.vn", "//evil.vn", "/\\evil.vn", "/" + "x" * 600])
def test_nobody_is_sent_elsewhere_after_signing_in(studio: Studio, provider: Provider, target: str) -> None:
    assert inner(target) == "/"
    person(studio, MUOI)
    provider.account("t12", MUOI)
    browser = Browser(studio)
    away = browser.client.get("/sign-in/provider", params={"next": target}).headers["location"]
    assert browser.get(provider.visited(away)).headers["location"] == "/"


def test_who_is_signed_in_already_is_not_connected_to_whoever_is_at_the_provider(
    studio: Studio, provider: Provider
) -> None:
    browser = signed_in(studio, MUOI)
    assert browser.get("/sign-in/provider?next=/tours").headers["location"] == "/tours"
    provider.account("t13", "la@angiang.gov.vn")
    stranger = Browser(studio)
    back = provider.visited(stranger.get("/sign-in/provider").headers["location"])
    browser.client.cookies.set("ispace-trip", stranger.client.cookies["ispace-trip"])
    assert browser.get(back).status_code == 403
    with studio.database.read() as session:
        assert session.scalars(select(Identity)).all() == []


# With one that lies


@pytest.fixture(scope="module")
def _lying() -> Iterator[FakeProvider]:
    with FakeProvider() as found:
        yield found


@pytest.fixture
def fake(_lying: FakeProvider) -> FakeProvider:
    _lying.person, _lying.changes = {}, {}
    return _lying


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, _lying: FakeProvider) -> Iterator[Studio]:
    """A studio in which nobody is ever signed in."""
    found = opened(tmp_path_factory.mktemp("desk"), _lying.issuer, oidc_client_secret="")
    person(found, MUOI)
    with closing(found.database):
        yield found


def _returned(fake: FakeProvider, browser: Browser, *, key: Any = None, alg: str = "ES256", **changes: Any) -> Any:
    """Come back from the fake provider with a token in which something is not as it should be."""
    asked = parse_qs(urlsplit(browser.get("/sign-in/provider").headers["location"]).query)
    at = int(time.time())
    claims = {
        "iss": fake.issuer,
        "aud": "ispace",
        "sub": "s",
        "nonce": asked["nonce"][0],
        "iat": at,
        "exp": at + 300,
        "email": MUOI,
        "email_verified": True,
    } | changes
    told = {name: value for name, value in claims.items() if value is not None}
    with warnings.catch_warnings(action="ignore", category=SecurityWarning):  # a liar does not mind
        fake.token = jwt.encode({"alg": alg, "kid": "1"}, told, key or fake.key, algorithms=[alg])
    return browser.get(f"/sign-in/provider/return?code=c&state={asked['state'][0]}")


def test_what_the_lying_one_says_is_believed_where_it_says_the_truth(tmp_path: Path, fake: FakeProvider) -> None:
    studio = opened(tmp_path, fake.issuer)
    with closing(studio.database):
        person(studio, MUOI)
        browser = Browser(studio)
        assert _returned(fake, browser, aud=["ispace"], azp="ispace").status_code == 303
        assert is_in(browser)


_PUBLIC = OctKey.import_key("x" * 32)
_OTHER = ECKey.generate_key("P-256", parameters={"kid": "1", "use": "sig"})


@pytest.mark.parametrize(
    "lie",
    [
        {"nonce": "khac"},
        {"nonce": None},
        {"nonce": "é"},
        {"key": _OTHER},
        {"key": _PUBLIC, "alg": "none"},
        {"key": _PUBLIC, "alg": "HS256"},
        {"aud": "khac"},
        {"aud": ["khac"]},
        {"aud": None},
        {"azp": "khac"},
        {"aud": ["ispace", "khac"], "azp": "khac"},
        {"iss": "https://khac.vn"},
        {"iss": None},
        {"exp": 1},
        {"exp": None},
        {"sub": ""},
        {"sub": None},
        {"sub": "x" * 256},
        {"sub": 7},
    ],
    ids=lambda lie: "-".join(f"{name}={str(value)[:12]}" for name, value in lie.items()),
)
def test_a_token_that_is_not_for_this_visit_signs_nobody_in(
    desk: Studio, fake: FakeProvider, lie: dict[str, Any]
) -> None:
    browser = Browser(desk)
    answer = _returned(fake, browser, **lie)
    assert answer.status_code == 503
    assert_refused(desk, browser, answer, "OIDC-LOI")


@pytest.mark.parametrize("told", [{"sub": "khac", "email": MUOI, "email_verified": True}, {"email": MUOI}, {}])
def test_details_of_another_person_are_not_taken_for_this_ones(
    desk: Studio, fake: FakeProvider, told: dict[str, Any]
) -> None:
    fake.person = told
    browser = Browser(desk)
    assert_refused(desk, browser, _returned(fake, browser, email=None, email_verified=None), "OIDC-LOI")


def test_an_address_is_verified_only_where_the_provider_says_exactly_that(desk: Studio, fake: FakeProvider) -> None:
    for verified in ("true", 1, None, False):
        browser = Browser(desk)
        assert_refused(desk, browser, _returned(fake, browser, email_verified=verified), "OIDC-CHUA-XAC-NHAN")


@pytest.mark.parametrize(
    "changes",
    [
        {"issuer": "https://khac.vn"},
        {"token_endpoint": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": 7},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(
    desk: Studio, fake: FakeProvider, changes: dict[str, Any]
) -> None:
    fake.changes = changes
    browser = Browser(dataclasses.replace(desk, provider=Asked(fake.issuer, "ispace", "", "")))
    answer = browser.get("/sign-in/provider")
    assert answer.status_code == 503
    assert_refused(desk, browser, answer, "OIDC-LOI")


def test_an_error_of_the_provider_is_told_and_no_change_of_mind(desk: Studio, fake: FakeProvider) -> None:
    browser = Browser(desk)
    asked = parse_qs(urlsplit(browser.get("/sign-in/provider").headers["location"]).query)
    back = f"/sign-in/provider/return?error=server_error&state={asked['state'][0]}"
    assert_refused(desk, browser, browser.get(back), "OIDC-LOI")


def test_a_provider_that_is_down_is_said_so_and_one_still_signs_in_with_a_password(tmp_path: Path) -> None:
    with FakeProvider() as gone:
        issuer = gone.issuer
    studio = opened(tmp_path, issuer)
    with closing(studio.database):
        person(studio, MUOI)
        browser = Browser(studio)
        answer = browser.get("/sign-in/provider?next=/tours")
        assert answer.status_code == 503
        assert_refused(studio, browser, answer, "OIDC-LOI")
        assert 'value="/tours"' in answer.text, "where they wanted to go is not forgotten"
        assert browser.post("/sign-in", {"account": MUOI, "password": PASSWORD}).status_code == 303
        assert is_in(browser)


def test_nobody_fills_the_database_with_round_trips(
    desk: Studio, fake: FakeProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = dataclasses.replace(desk, guard=Guard())
    monkeypatch.setattr("ispace.accounts.guard._ROUND_TRIP", limits.parse("3 per 10 minutes"))
    browser = Browser(desk, "10.0.0.9")
    assert [browser.get("/sign-in/provider").status_code for _ in range(4)] == [303] * 3 + [429]
    assert Browser(desk, "10.0.0.1").get("/sign-in/provider").status_code == 303
    later(monkeypatch, minutes=11)
    assert Browser(desk, "10.0.0.2").get("/sign-in/provider").status_code == 303
    with desk.database.read() as session:
        assert session.scalar(select(func.count()).select_from(SignInRoundTrip)) == 1, (
            "who never came back is forgotten"
        )


def test_without_a_provider_nobody_is_sent_there(tmp_path: Path) -> None:
    studio = make(tmp_path)
    with closing(studio.database):
        for path in ("/sign-in/provider", "/sign-in/provider/return?code=x&state=y"):
            assert Browser(studio).get(path).status_code == 404
        assert "/sign-in/provider" not in Browser(studio).get("/sign-in").text


def test_a_round_trip_and_an_invitation_are_used_up_on_both_databases(database: Database) -> None:
    provider = Asked("https://cong.vn", "ispace", "", "")
    with database.write() as session:
        first = tickets.invite(session, CLI, email="Tam@angiang.gov.vn", role="editor", tours={})
        tickets.invite(session, CLI, email="Tam@angiang.gov.vn", role="approver", tours={})
        address, token = provider.begin(
            session, target="/", callback=ORIGIN, metadata={"authorization_endpoint": "https://cong.vn/auth"}
        )
    with database.read() as session, pytest.raises(LinkInvalidError):
        tickets.find(session, "invitation", first)
    state = parse_qs(urlsplit(address).query)["state"][0]
    with database.write() as session:
        assert returned(session, token, state).target == "/"
    with pytest.raises(LinkInvalidError), database.write() as session:
        returned(session, token, state)
    claims = Claims("https://cong.vn", "s" * 255, "TAM@angiang.gov.vn", "\n")
    met = []
    for told in (claims, dataclasses.replace(claims, email=None), dataclasses.replace(claims, subject="khac")):
        try:
            with database.write() as session:
                someone = person_of(session, told, provider, lang="vi", address="::1")
                met.append((someone.name, someone.role, someone.email))
        except ProviderRefusedError:
            met.append(("refused", "", ""))
    assert met == [("Tam", "approver", "Tam@angiang.gov.vn")] * 2 + [("refused", "", "")]
