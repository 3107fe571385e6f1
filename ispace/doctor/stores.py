"""Do the stores work, does the world get what is public, and nothing of what is private?

Each check tries the effect itself, with an object of its own that is deleted at the end. A store in a folder is tried
as a whole; what its web server makes of it is looked at where ``ISPACE_PUBLIC_URL`` says where that is.
"""

from __future__ import annotations

import datetime as dt
import email.utils
import itertools
import uuid
from collections.abc import Callable, Iterator

from ispace import anonymous, keys, wiring
from ispace.doctor.check import Check, tried
from ispace.errors import IspaceError, ObjectChangedError, ObjectDamagedError, ObjectExistsError
from ispace.ports import Blobs, Put
from ispace.settings import Settings

_SKEW_SECONDS = 300
_CONTENT = b"doctor"
_ATTEMPTS = 2
"""Whoever asks the doctor waits for the answer."""


def run(settings: Settings) -> Iterator[Check]:
    """Yield the checks of both stores."""
    hasty = settings.model_copy(update={"s3_attempts": min(_ATTEMPTS, settings.s3_attempts)})
    public: Blobs | None = None
    for role, url in (("public", settings.public), ("private", settings.private)):
        try:
            store = wiring.blobs(url, hasty)
        except IspaceError as error:
            yield tried(f"store-{role}", _raising(error), store=url)
            continue
        public = store if role == "public" else public
        if hasattr(store, "bucket"):
            yield from _bucket(role, store, hasty, public or store)
            continue
        yield tried(f"store-{role}", lambda store=store: _write_and_read(store), store=url)  # type: ignore[misc]
        if role == "public" and settings.public_url:
            yield from _outside(store, settings)


def _raising(error: IspaceError) -> Callable[[], dict[str, object]]:
    def work() -> dict[str, object]:
        raise error

    return work


def _write_and_read(store: Blobs) -> dict[str, object]:
    """Write, read, replace on condition and delete one object where tours lie."""
    key = _new_key(keys.ASSETS)
    try:
        first = store.put(Put(key, b"ispace", if_absent=True))
        store.put(Put(key, _CONTENT, if_match=first.etag))
        _expect(store, key)
    finally:
        store.delete([key])
    return {}


def _bucket(role: str, store: Blobs, settings: Settings, public: Blobs) -> list[Check]:
    """Try one thing after the other; what cannot work once an earlier one has failed is not tried."""
    told: dict[str, object] = {"store": store.name, "role": role}
    found = [_clock(store, settings, told)]

    def goes(name: str, work: Callable[[], dict[str, object]]) -> bool:
        found.append(tried(name, work, **told))
        return found[-1].ok

    # A listing, because its refusal says more than that of a HEAD.
    if not goes("bucket", lambda: {"empty": not list(itertools.islice(store.scan(), 1))}):
        return found
    key = _new_key(keys.ASSETS if role == "public" else keys.ORIGINALS)
    try:
        if goes("write", lambda: {"key": store.put(Put(key, _CONTENT)).key}):
            goes("read-back", lambda: _expect(store, key))
            found.append(_conditions(store, key, told))
            if role == "public":
                found += _as_seen(store, key, settings)
            else:
                found.append(_closed(store, key, settings, wiring.ways_in(store, public, settings), told))
    finally:
        goes("delete", lambda: _delete(store, key))
    return found


def _clock(store: Blobs, settings: Settings, told: dict[str, object]) -> Check:
    """Compare our clock with the server's, which stands in every answer, even in refusals."""
    where: str = store.bucket.address  # type: ignore[attr-defined]

    def work() -> dict[str, object]:
        answer = anonymous.look(where, store=store.name, ca=settings.s3_ca)
        try:
            said = email.utils.parsedate_to_datetime(answer.headers.get("date", ""))
        except ValueError:  # it does not say, and then does not compare either
            return {"seconds": 0}
        return {"seconds": round((dt.datetime.now(dt.UTC) - said.astimezone(dt.UTC)).total_seconds())}

    check = tried("clock", work, **told)
    seconds = check.params.get("seconds", 0)
    if check.ok and isinstance(seconds, int) and abs(seconds) > _SKEW_SECONDS:
        return Check("clock", False, check.params, "clock-skewed")
    return check


def _conditions(store: Blobs, key: str, told: dict[str, object]) -> Check:
    """Let two writes fail that must fail, whether the server refuses them or a claim does."""

    def work() -> dict[str, object]:
        for put, refusal in (
            (Put(key, b"other", if_absent=True), ObjectExistsError),
            (Put(key, b"other", if_match="0" * 32), ObjectChangedError),
        ):
            try:
                store.put(put)
            except refusal:
                continue
            raise ObjectDamagedError(key=key)
        now = store.head(key)
        store.put(Put(key, _CONTENT, if_match=now.etag if now else ""))
        return {"conditional": bool(store.is_conditional())}  # type: ignore[attr-defined]

    check = tried("conditions", work, **told)
    by_claims = check.ok and not check.params["conditional"]
    return Check(check.name, check.ok, check.params, "conditions-claims" if by_claims else "")


def _outside(store: Blobs, settings: Settings) -> list[Check]:
    """Look at a folder through its web server."""
    key = _new_key(keys.ASSETS)
    try:
        store.put(Put(key, _CONTENT))
        return _as_seen(store, key, settings)
    except IspaceError:
        return []  # said already, by the check of the store
    finally:
        store.delete([key])


def _as_seen(store: Blobs, key: str, settings: Settings) -> list[Check]:
    """Read an object as anybody, and hold what comes against what was written."""
    url = wiring.address(store, settings) + key
    told: dict[str, object] = {"store": store.name, "url": url}
    try:
        answer = anonymous.look(url, store=store.name, ca=settings.s3_ca)
    except IspaceError as error:
        return [tried("public-read", _raising(error), **told)]
    told |= {"status": str(answer.status)}
    if answer.status != 200:
        return [
            Check("public-read", False, told, "public-read-missing" if answer.status == 404 else "public-read-refused")
        ]
    if answer.body != _CONTENT:
        return [Check("public-read", False, told, "public-read-other")]
    for name, wanted in (("Content-Type", keys.content_type(key)), ("Cache-Control", keys.cache_control(key))):
        got = answer.headers.get(name.lower(), "")
        if _words(got) != _words(wanted):
            told |= {"header": name, "got": got or "–", "wanted": wanted}
            return [Check("public-read", False, told, "public-read-header"), _cors(answer, told)]
    return [Check("public-read", True, told), _cors(answer, told)]


def _cors(answer: anonymous.Answer, told: dict[str, object]) -> Check:
    return Check("public-cors", answer.allows_other_sites, told)


def _closed(store: Blobs, key: str, settings: Settings, ways: list[str], told: dict[str, object]) -> Check:
    """Try to read a private object as anybody, in each of the ways; it must not come."""
    by = ""

    def work() -> dict[str, object]:
        nonlocal by
        for address in ways:
            answer = anonymous.look(address + key, store=store.name, ca=settings.s3_ca)
            if answer.status == 200 and answer.body == _CONTENT:
                by = address
        by = by or wiring.opened_by(store)
        return {}

    check = tried("private-closed", work, **told)
    return Check(check.name, False, check.params | {"by": by}, "private-closed-open") if by else check


def _expect(store: Blobs, key: str) -> dict[str, object]:
    if store.get(key) != _CONTENT:
        raise ObjectDamagedError(key=key)
    return {}


def _delete(store: Blobs, key: str) -> dict[str, object]:
    store.delete([key])
    if store.head(key) is not None:
        raise ObjectDamagedError(key=key)
    return {}


def _new_key(folder: str) -> str:
    return f"{folder}doctor-{uuid.uuid4().hex}.txt"


def _words(header: str) -> set[str]:
    return {word.strip().lower() for word in header.replace(";", ",").split(",") if word.strip()}
