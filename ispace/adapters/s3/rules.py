"""What a bucket's policy, CORS rules and lifecycle rules should hold, merged into what they hold; no requests here.

A bucket may serve others as well. So every rule of ours has a name of its own, only that one is ever replaced, and what
is in the bucket's configuration already is kept as it was found.

The policy opens ``prefix/*`` for reading single objects, never for listing. A finer list of keys would have to be
mended whenever a store gains a kind of object, and pages would be missing until then. What it opens besides is
``.ispace/``: claims (digests of public keys, no content) and trials (a digit), which last for seconds.
"""

from __future__ import annotations

import fnmatch
import hashlib
from collections.abc import Iterable
from typing import Any

from ispace.adapters.s3.bucket import Bucket

Rule = dict[str, Any]

_READ = "s3:GetObject"
_METHODS = ["GET", "HEAD"]
_ASKED = ["Range", "If-None-Match", "If-Modified-Since"]
_EXPOSED = ["ETag", "Content-Range", "Accept-Ranges", "Content-Encoding"]
_CORS_SECONDS = 3600
_UPLOAD_DAYS = 7
_VERSION_DAYS = 30


def reading(bucket: Bucket) -> Rule:
    """Return the statement that lets everybody read the objects of a store."""
    return {
        "Sid": "iSpaceRead" + _mark(bucket),
        "Effect": "Allow",
        "Principal": {"AWS": ["*"]},
        "Action": [_READ],
        "Resource": [f"arn:aws:s3:::{bucket.name}/{bucket.below}*"],
    }


def can_be_named(bucket: Bucket) -> bool:
    """Say whether a policy can name the store's prefix without meaning others, too."""
    return not set("*?$") & set(bucket.below)


def is_read(policy: Rule, bucket: Bucket) -> bool:
    """Say whether a policy opens all of a store already, in our words or in somebody else's."""
    ours = reading(bucket)
    own = [s for s in _statements(policy) if s.get("Sid") == ours["Sid"]]
    if own:
        return len(own) == 1 and _plain(own[0]) == _plain(ours)
    wanted = str(ours["Resource"][0])
    return any(
        _is_for_all(s) and _acts(s) and any(fnmatch.fnmatchcase(wanted, r) for r in _list(s.get("Resource")))
        for s in _statements(policy)
    )


def with_reading(policy: Rule, bucket: Bucket) -> Rule:
    """Return the policy with our statement; those of others stay, in their order."""
    ours = reading(bucket)
    others = [s for s in _statements(policy) if s.get("Sid") != ours["Sid"]]
    return {"Version": "2012-10-17"} | policy | {"Statement": [*others, ours]}


def opens(policy: Rule, bucket: Bucket) -> bool:
    """Say whether a policy lets everybody read any object of a store; one with conditions is not for everybody."""
    whole = f"arn:aws:s3:::{bucket.name}/{bucket.below}"
    return any(_is_for_all(s) and _acts(s) and _meets(s, whole) for s in _statements(policy))


def cors() -> Rule:
    """Return the rule that lets scripts of any site read."""
    return {
        "ID": "iSpaceRead",
        "AllowedMethods": _METHODS,
        "AllowedOrigins": ["*"],
        "AllowedHeaders": _ASKED,
        "ExposeHeaders": _EXPOSED,
        "MaxAgeSeconds": _CORS_SECONDS,
    }


def has_cors(rules: Iterable[Rule]) -> bool:
    """Say whether one of the rules allows what ours does."""
    return any(
        "*" in rule.get("AllowedOrigins", [])
        and _METHODS[0] in rule.get("AllowedMethods", [])
        and _METHODS[1] in rule.get("AllowedMethods", [])
        and ("*" in rule.get("AllowedHeaders", []) or _lower(_ASKED) <= _lower(rule.get("AllowedHeaders", [])))
        and _lower(_EXPOSED) <= _lower(rule.get("ExposeHeaders", []))
        for rule in rules
    )


def with_cors(rules: Iterable[Rule]) -> list[Rule]:
    """Return the rules with ours at their end: the first that fits counts, and others were here before."""
    return [*(rule for rule in rules if rule.get("ID") != cors()["ID"]), cors()]


def uploads(bucket: Bucket) -> Rule:
    """Return the rule that aborts uploads in parts which nobody ends."""
    return {
        "ID": "iSpaceUploads" + _mark(bucket),
        "Status": "Enabled",
        "Filter": {"Prefix": bucket.below},
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": _UPLOAD_DAYS},
    }


def versions(bucket: Bucket) -> Rule:
    """Return the rule that frees what was deleted or replaced in a bucket with versions."""
    return {
        "ID": "iSpaceVersions" + _mark(bucket),
        "Status": "Enabled",
        "Filter": {"Prefix": bucket.below},
        "NoncurrentVersionExpiration": {"NoncurrentDays": _VERSION_DAYS},
    }


def has_lifecycle(rules: Iterable[Rule], action: str, bucket: Bucket) -> bool:
    """Say whether a rule that is on does ``action`` to everything in a store."""
    return any(
        rule.get("Status") == "Enabled" and action in rule and bucket.below.startswith(prefix)
        for rule in rules
        if (prefix := _prefix(rule)) is not None
    )


def with_lifecycle(rules: Iterable[Rule], rule: Rule) -> list[Rule]:
    """Return the rules with this one instead of any of the same name."""
    return [*(r for r in rules if r.get("ID") != rule["ID"]), rule]


def _prefix(rule: Rule) -> str | None:
    """Return the prefix that a lifecycle rule is for, ``None`` where it looks at tags or sizes as well."""
    where = rule.get("Filter")
    if where is None:
        return str(rule.get("Prefix", ""))
    return str(where.get("Prefix", "")) if set(where) <= {"Prefix"} else None


def _mark(bucket: Bucket) -> str:
    """Return what tells stores in one bucket apart; names of statements may have letters and digits only."""
    return hashlib.sha256(bucket.below.encode()).hexdigest()[:8]


def _statements(policy: Rule) -> list[Rule]:
    found = policy.get("Statement", [])
    return [found] if isinstance(found, dict) else list(found)


def _list(value: Any) -> list[str]:
    if value is None:
        return []
    return [value] if isinstance(value, str) else [str(v) for v in value]


def _principals(statement: Rule) -> list[str]:
    value = statement.get("Principal")
    return _list(value.get("AWS")) if isinstance(value, dict) else _list(value)


def _plain(statement: Rule) -> tuple[object, ...]:
    """Return a statement in one of the many forms that mean the same."""
    rest = sorted(set(statement) - {"Sid", "Effect", "Principal", "Action", "Resource"})
    return (
        statement.get("Effect"),
        sorted(_principals(statement)),
        sorted(_lower(_list(statement.get("Action")))),
        sorted(_list(statement.get("Resource"))),
        rest,
    )


def _is_for_all(statement: Rule) -> bool:
    if statement.get("Effect") != "Allow" or statement.get("Condition"):
        return False
    return "NotPrincipal" in statement or "*" in _principals(statement)


def _acts(statement: Rule) -> bool:
    named = _list(statement.get("NotAction", statement.get("Action")))
    return any(fnmatch.fnmatchcase(_READ.lower(), a.lower()) for a in named) != ("NotAction" in statement)


def _meets(statement: Rule, whole: str) -> bool:
    """Say whether what a statement is about has anything in common with the keys that begin with ``whole``."""
    if "NotResource" in statement:
        return not any(r.endswith("*") and whole.startswith(r[:-1]) for r in _list(statement["NotResource"]))
    for resource in _list(statement.get("Resource")):
        head = resource.split("*")[0].split("?")[0].split("$")[0]
        if whole.startswith(head) if head != resource else resource.startswith(whole):
            return True
        if head.startswith(whole):
            return True
    return False


def _lower(values: Iterable[str]) -> set[str]:
    return {value.lower() for value in values}
