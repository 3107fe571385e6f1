"""Asking a bucket's configuration, and telling an answer from a refusal that is no fault."""

from __future__ import annotations

import contextlib
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


class RefusedError(Exception):
    """The server may not or cannot do it."""

    def __init__(self, code: str, *, is_swift: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.is_swift = is_swift


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
        raise RefusedError(code, is_swift="x-openstack-request-id" in headers) from error


def policy(store: S3Blobs) -> dict[str, Any]:
    """Return the bucket's policy, empty where there is none; raises as ``asked``."""
    text = _found(store, "get_bucket_policy").get("Policy")
    found: dict[str, Any] = json.loads(text) if text else {}
    return found


def cors(store: S3Blobs) -> list[dict[str, Any]]:
    """Return the bucket's CORS rules; raises as ``asked``."""
    return list(_found(store, "get_bucket_cors").get("CORSRules", []))


def lifecycle(store: S3Blobs) -> list[dict[str, Any]]:
    """Return the bucket's lifecycle rules; raises as ``asked``."""
    return list(_found(store, "get_bucket_lifecycle_configuration").get("Rules", []))


def opened_by(store: S3Blobs) -> str:
    """Return what gives everybody the right to read: ``policy``, ``acl``, or nothing that can be seen."""
    with contextlib.suppress(RefusedError):
        if rules.opens(policy(store), store.bucket):
            return "policy"
    with contextlib.suppress(RefusedError):
        grants = _found(store, "get_bucket_acl").get("Grants", [])
        if any(str(grant.get("Grantee", {}).get("URI", "")).endswith(_GROUPS) for grant in grants):
            return "acl"
    return ""


def _found(store: S3Blobs, operation: str) -> dict[str, Any]:
    """Return a part of the bucket's configuration, nothing where it was never set."""
    try:
        found: dict[str, Any] = asked(store.bucket, lambda: getattr(store.client, operation)(Bucket=store.bucket.name))
    except RefusedError as refused:
        if refused.code in _NONE:
            return {}
        raise
    return found
