"""What a reader has already, and which part it wants: conditions and ranges of HTTP (RFC 9110, sections 13 and 14)."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections.abc import Mapping
from typing import Literal

from ispace import keys
from ispace.ports import ObjectInfo

Verdict = Literal["send", "not-modified", "failed"]

_LEAST_BYTES = 1024
"""Below this a text fits into a packet or two anyway."""


def verdict(info: ObjectInfo, asked: Mapping[str, str]) -> Verdict:
    """Return what a request's conditions mean for an object; an ETag decides where one is sent, a date elsewhere.

    ``asked`` finds headers by names in small letters, as do the other functions here.
    """
    modified = info.modified.replace(microsecond=0)
    if (match := asked.get("if-match")) is not None:
        if match.strip() != "*" and info.etag not in _tags(match):
            return "failed"
    elif (since := _date(asked.get("if-unmodified-since"))) is not None and modified > since:
        return "failed"
    if (match := asked.get("if-none-match")) is not None:
        # Weak comparison: W/"x" is the same as "x".
        same = match.strip() == "*" or info.etag in [tag.removeprefix("W/") for tag in _tags(match)]
        return "not-modified" if same else "send"
    since = _date(asked.get("if-modified-since"))
    return "not-modified" if since is not None and modified <= since else "send"


def part(info: ObjectInfo, asked: Mapping[str, str]) -> range | None:
    """Return the bytes that are wanted, ``None`` for all, and an empty range where none of them exists.

    Whatever is not understood means all: other units, faulty ranges, several at once (which S3 does not give either),
    and a range of another state of the object.
    """
    found = re.fullmatch(r"bytes\s*=\s*(?:([0-9]{1,18})\s*-\s*([0-9]{1,18})?|-\s*([0-9]{1,18}))\s*", _low(asked))
    if found is None or not _is_current(info, asked.get("if-range")):
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        return range(max(0, info.size - int(suffix)), info.size)
    if last is not None and int(last) < int(first):
        return None
    return range(int(first), min(info.size, int(last) + 1 if last is not None else info.size))


def encoding(info: ObjectInfo, asked: Mapping[str, str]) -> Literal["br", "gzip"] | None:
    """Return how a text is compressed on its way, ``None`` where it is not: small, stored so, or not understood.

    Weights beyond a plain refusal (``q=0``) are not weighed up: whoever takes brotli is better off with it.
    """
    if info.content_encoding or not keys.is_text(info.key) or info.size < _LEAST_BYTES:
        return None
    taken = {}
    for said in asked.get("accept-encoding", "").lower().split(","):
        name, _, weight = said.partition(";")
        taken[name.strip()] = re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return next((name for name in ("br", "gzip") if taken.get(name, False)), None)


def _low(asked: Mapping[str, str]) -> str:
    return asked.get("range", "").strip().lower()


def _is_current(info: ObjectInfo, condition: str | None) -> bool:
    if condition is None or condition.strip() == info.etag:
        return True
    # A date of whole seconds says less than an ETag; it counts only where it is exactly that of the object.
    return _date(condition) == info.modified.replace(microsecond=0)


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]


def _date(header: str | None) -> dt.datetime | None:
    try:
        date = email.utils.parsedate_to_datetime(header or "")
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return date if date.tzinfo is not None else None
