"""Asking a bucket's configuration, and telling an answer from a refusal that is no fault."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import botocore.exceptions

from ispace.adapters.s3 import client, rules
from ispace.adapters.s3.bucket import Bucket
from ispace.errors import StoreFailedError, StoreMissingError, StoreReadOnlyError

if TYPE_CHECKING:
    from ispace.adapters.s3 import S3Blobs

R = TypeVar("R")

_NONE = client.MISSING | {"NoSuchBucketPolicy", "NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"}
_GROUPS = ("/AllUsers", "/AuthenticatedUsers")


@dataclasses.dataclass(frozen=True)
class RefusedError(Exception):
    """The server may not or cannot do it."""

    code: str
    is_swift: bool
    is_none: bool
    """The server would, but nothing was ever set."""


def asked(bucket: Bucket, work: Callable[[], R]) -> R:
    """Return what ``work`` returns.

    Raises:
        RefusedError: the answer was a refusal.
        IspaceError: there was no answer, or the credentials are no good.
    """
    try:
        with client.translated(bucket, ""):
            return work()
    except (StoreFailedError, StoreMissingError, StoreReadOnlyError) as error:
        cause = error.__cause__
        if not isinstance(cause, botocore.exceptions.ClientError):
            raise
        code = client.code_of(cause)
        headers = cause.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
        raise RefusedError(code, "x-openstack-request-id" in headers, code in _NONE) from error


def policy(store: S3Blobs) -> dict[str, Any]:
    """Return the bucket's policy, empty where there is none; raises as ``asked``."""
    with _none_is_nothing():
        answer = asked(store.bucket, lambda: store.client.get_bucket_policy(Bucket=store.bucket.name))
        if answer.get("Policy"):
            found: dict[str, Any] = json.loads(answer["Policy"])
            return found
    return {}


def cors(store: S3Blobs) -> list[dict[str, Any]]:
    """Return the bucket's CORS rules; raises as ``asked``."""
    with _none_is_nothing():
        answer = asked(store.bucket, lambda: store.client.get_bucket_cors(Bucket=store.bucket.name))
        return list(answer.get("CORSRules", []))
    return []


def lifecycle(store: S3Blobs) -> list[dict[str, Any]]:
    """Return the bucket's lifecycle rules; raises as ``asked``."""
    with _none_is_nothing():
        name = store.bucket.name
        answer = asked(store.bucket, lambda: store.client.get_bucket_lifecycle_configuration(Bucket=name))
        return list(answer.get("Rules", []))
    return []


def opened_by(store: S3Blobs) -> str:
    """Return what gives everybody the right to read: ``policy``, ``acl``, or nothing that can be seen."""
    with contextlib.suppress(RefusedError):
        if rules.opens(policy(store), store.bucket):
            return "policy"
    with contextlib.suppress(RefusedError):
        answer = asked(store.bucket, lambda: store.client.get_bucket_acl(Bucket=store.bucket.name))
        if any(str(grant.get("Grantee", {}).get("URI", "")).endswith(_GROUPS) for grant in answer.get("Grants", [])):
            return "acl"
    return ""


@contextlib.contextmanager
def _none_is_nothing() -> Any:
    try:
        yield
    except RefusedError as refused:
        if not refused.is_none:
            raise
