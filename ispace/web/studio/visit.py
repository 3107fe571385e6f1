"""One request to a page of the studio: who asks, in which language, with what; and the answers a page can give."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

import ispace
from ispace import documents, language, templating
from ispace.accounts import rights
from ispace.database.people import Person
from ispace.database.tours import TourRow
from ispace.errors import IspaceError, RightMissingError, SignInNeededError
from ispace.journal import Actor
from ispace.ports import Blobs
from ispace.web.studio.form import Form
from ispace.web.studio.reach import reachable
from ispace.web.studio.studio import Studio, link

LANGUAGE_COOKIE = "ispace-lang"
_YEAR_S = 365 * 24 * 3600

_NAV = (
    ("tours", "/tours", "viewer"),
    ("libraries", "/libraries", "viewer"),
    ("jobs", "/jobs", "viewer"),
    ("people", "/people", "admin"),
    ("audit", "/audit", "admin"),
    ("settings", "/settings", "admin"),
    ("system", "/system", "admin"),
)
"""The pages of the menu and the role that opens them."""

_NOT_DONE = frozenset({"nothing-ticked"})
"""What is said of a form that asked for nothing."""


@dataclasses.dataclass
class Visit:
    """A request, read; ``person`` is ``None`` where nobody is signed in."""

    studio: Studio
    method: str
    path: str
    base: str
    query: Mapping[str, str]
    parts: Mapping[str, str]
    form: Form
    address: str
    agent: str
    lang: str
    cookies: Mapping[str, str]
    headers: Mapping[str, str]
    """Found by names in small letters."""
    person: Person | None = None
    session: str = ""
    """The digest of the session, empty where there is none."""
    is_half: bool = False
    """Whether the password is given and the second step is not."""
    silent: IspaceError | None = None
    """Why it is not known who asks, although the browser has a session to show."""

    @property
    def signed_in(self) -> Person:
        """Who is signed in; raises ``SignInNeededError``."""
        if self.person is None or self.is_half:
            raise SignInNeededError
        return self.person

    @property
    def actor(self) -> Actor:
        """Who acts, for the journal."""
        person = self.signed_in
        return Actor(person.id, person.name, "studio", self.address)

    def need_admin(self) -> Person:
        """Return the administrator who is signed in; raises ``SignInNeededError``, ``RightMissingError``."""
        person = self.signed_in
        if not rights.may_administer(person.role):
            raise RightMissingError
        return person

    def may(self, tour_id: str, action: rights.Action) -> bool:
        """Say whether who is signed in may do that with a tour."""
        person = self.signed_in
        with self.studio.database.read() as session:
            return rights.may(action, person.role, documents.role_on(session, person.id, tour_id))

    def tour(self, action: rights.Action, *, whole: bool = False) -> TourRow:
        """Return the tour that the address names, ``whole`` with its document; raises ``SignInNeededError``, and as
        ``reachable``.
        """
        return reachable(self.studio, self.signed_in, self.parts["tour"], action, whole=whole)

    def say(self, code: str, **params: object) -> str:
        """Return a sentence of the studio in the visitor's language."""
        return language.say("studio", code, self.lang, **params)

    def sentence(self, error: IspaceError) -> str:
        """Return what an error says, in the visitor's language."""
        return language.error_sentence(error, self.lang)

    def link(self, path: str) -> str:
        """Return an absolute address of the studio."""
        return link(self.studio, self.base, path)

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page, filled in from its template."""
        told: list[dict[str, str]] = []
        if (said := self.query.get("said", "")) and (text := self.say(f"said-{said}")) != f"said-{said}":
            told.append({"kind": "note" if said in _NOT_DONE else "good", "text": text})
        values |= {"frame": self._frame(told), "status": status}
        body = templating.render(f"studio/{template}.html.j2", lang=self.lang, fallback=language.DEFAULT, **values)
        return Response(body, status, media_type="text/html")

    def file(self, store: Blobs, key: str, kind: str) -> Response:
        """Return an object of a store, which its key names for ever; only this browser may keep it.

        Raises:
            ObjectMissingError: there is none.
        """
        headers = {
            "Cache-Control": "private, max-age=86400, immutable",
            "Content-Security-Policy": "default-src 'none'",
        }
        return Response(store.get(key), 200, headers, kind)

    def to(self, path: str, said: str = "", **query: str) -> Response:
        """Return a redirect to another page, which says what was done (``said-…`` in the texts)."""
        asked = urlencode(({"said": said} if said else {}) | query)
        before, mark, part = path.partition("#")
        return RedirectResponse(before + (("&" if "?" in before else "?") + asked if asked else "") + mark + part, 303)

    def confirmed(self, title: str, text: str, verb: str, back: str, **fields: str) -> Response | None:
        """Return ``None`` where the form says that the question was answered, else the page that asks it."""
        if self.form["confirmed"] == "yes":
            return None
        return self.page(
            "confirm", title=title, text=text, verb=verb, action=self.path, fields=fields, back=back, danger=True
        )

    def set_cookie(self, answer: Response, name: str, value: str, *, max_age_s: int) -> Response:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        answer.set_cookie(
            name, value, max_age=max_age_s, path="/", secure=self.studio.is_secure, httponly=True, samesite="lax"
        )
        return answer

    def speaking(self, answer: Response, lang: str) -> Response:
        """Let the browser be spoken to in a language from now on."""
        return self.set_cookie(answer, LANGUAGE_COOKIE, lang, max_age_s=_YEAR_S)

    def problem(self, code: str, params: Mapping[str, object]) -> dict[str, str]:
        """Return an error as pages show it: what happened and what to do, and the code apart."""
        what = language.say("errors", code, self.lang, **params)
        if what == code:
            what = language.say("errors", "LOI", self.lang)
        return {"what": what, "why": "", "mend": "", "code": code}

    def _frame(self, flashes: list[dict[str, str]]) -> dict[str, Any]:
        settings, person = self.studio.settings, None if self.is_half else self.person
        nav = []
        if person is not None:
            nav = [
                {"href": href, "name": name, "current": self.path == href or self.path.startswith(f"{href}/")}
                for name, href, role in _NAV
                if role != "admin" or rights.may_administer(person.role)
            ]
        return {
            "site_name": {"vi": settings.site_name_vi, "en": settings.site_name_en},
            "version": ispace.__version__,
            "urls": self.studio.urls,
            "nav": nav,
            "person": {"name": person.name, "role": person.role} if person is not None else None,
            "languages": [{"lang": code, "name": templating.language_name(code)} for code in language.available()],
            "path": self.path,
            "flashes": flashes,
        }


Handler = Callable[[Visit], Response]
"""Makes the answer of a page, in a thread."""


def asked_language(wanted: str, accepted: str) -> str:
    """Return the language to speak: the one chosen, else the first accepted one that there is, else Vietnamese."""
    if wanted in language.available():
        return wanted
    for part in accepted.split(",")[:20]:
        code = part.partition(";")[0].strip().partition("-")[0].casefold()
        if code in language.available():
            return code
    return language.DEFAULT


def language_of(request: Request) -> str:
    """Return the language to speak with a client that is no page."""
    return asked_language(request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", ""))
