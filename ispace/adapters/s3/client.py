"""The boto3 client of a bucket, and what its errors mean.

The defaults are those that old servers understand: path-style addresses, signature version 4, checksums only where the
protocol demands them. ``Expect: 100-continue`` is left out: it costs every object a round trip.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import boto3
import botocore.config
import botocore.exceptions
import botocore.handlers
import urllib3.exceptions

from ispace.adapters.s3.bucket import Bucket
from ispace.errors import (
    FileUnreadableError,
    IspaceError,
    ObjectMissingError,
    StoreBusyError,
    StoreClockError,
    StoreCredentialsError,
    StoreFailedError,
    StoreFullError,
    StoreMissingError,
    StoreReadOnlyError,
    StoreTlsError,
    StoreUnreachableError,
    StoreUrlError,
)

R = TypeVar("R")

MISSING = frozenset({"404", "NoSuchKey", "NotFound"})
PRECONDITION = frozenset({"412", "PreconditionFailed"})
UNKNOWN = frozenset({"501", "NotImplemented"})
_CREDENTIALS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "401", "TokenRefreshRequired"}
)
_CLOCK = frozenset({"RequestTimeTooSkewed", "RequestExpired"})
_DENIED = frozenset({"AccessDenied", "403", "MethodNotAllowed", "405", "AllAccessDisabled"})
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull", "507", "EntityTooLarge", "413"})
_BUSY = frozenset({"SlowDown", "503", "ServiceUnavailable", "429", "TooManyRequests", "RequestLimitExceeded"})
_LONGEST_PAUSE_SECONDS = 20.0


class AgainError(Exception):
    """An answer that cannot be right, and may be at the next attempt; ``told`` is what to say where it never is."""

    def __init__(self, told: IspaceError) -> None:
        super().__init__(str(told))
        self.told = told


def make(bucket: Bucket) -> Any:
    """Return a boto3 client for the bucket's server.

    Credentials come from the environment or the usual AWS files, when the first request needs them.

    Raises:
        StoreCredentialsError: nobody knows the profile.
        FileUnreadableError: the file with the authority's certificate; later it would be an untrusted certificate.
    """
    if bucket.ca:
        try:
            with Path(bucket.ca).open("rb"):
                pass
        except OSError as error:
            raise FileUnreadableError(file=bucket.ca, reason=error.strerror or str(error)) from error
    config = botocore.config.Config(
        signature_version="s3v4",
        s3={"addressing_style": bucket.addressing},
        request_checksum_calculation=bucket.checksums,
        response_checksum_validation=bucket.checksums,
        max_pool_connections=bucket.concurrency + 4,
        connect_timeout=bucket.connect_seconds,
        read_timeout=bucket.read_seconds,
        # "standard" stops repeating altogether once it has met about a hundred errors; a bad hour has more.
        retries={"mode": "legacy", "total_max_attempts": bucket.attempts},
        user_agent_extra="iSpace",
    )
    with translated(bucket, ""):
        client = boto3.session.Session(profile_name=bucket.profile).client(
            "s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=config, verify=bucket.ca
        )
    client.meta.events.unregister("before-call.s3", botocore.handlers.add_expect_header)
    return client


def code_of(error: botocore.exceptions.ClientError) -> str:
    """Return the code by which a server says what is wrong."""
    return str(error.response.get("Error", {}).get("Code", "?"))


def was_repeated(error: botocore.exceptions.ClientError) -> bool:
    """Say whether boto3 had asked before, so that an earlier attempt may have changed what this one found."""
    return bool(error.response.get("ResponseMetadata", {}).get("RetryAttempts", 0))


def not_deleted(bucket: Bucket, code: str) -> Exception:
    """Return what it means that one of many objects could not be deleted; a permission does not come by waiting."""
    if code in _DENIED:
        return StoreReadOnlyError(store=bucket.url)
    return AgainError(StoreFailedError(store=bucket.url, reason=code))


def insisting(bucket: Bucket, work: Callable[[], R]) -> R:
    """Return what ``work`` returns, repeating what boto3 itself does not: answers cut short, altered or unreadable.

    Pauses grow twofold and are of random length up to that, so that many clients do not come back all at once.
    """
    for attempt in range(bucket.attempts):
        try:
            return work()
        except (
            AgainError,
            botocore.parsers.ResponseParserError,
            botocore.exceptions.ResponseStreamingError,
            botocore.exceptions.IncompleteReadError,
            botocore.exceptions.HTTPClientError,
            urllib3.exceptions.HTTPError,
        ) as error:
            if isinstance(error, botocore.exceptions.SSLError) or attempt == bucket.attempts - 1:
                if isinstance(error, AgainError):
                    raise error.told from error
                raise
        except botocore.exceptions.ClientError as error:
            # A checksum that did not fit was altered on the way; a conflict is with another write of the same moment.
            again = code_of(error) in {"BadDigest", "XAmzContentSHA256Mismatch", "ConditionalRequestConflict"}
            again = again or code_of(error) in {"ConcurrentModification", "OperationAborted"}
            again = again or code_of(error) in {"InvalidDigest", "RequestTimeout", "IncompleteBody"}
            if not again or attempt == bucket.attempts - 1:
                raise
        time.sleep(random.uniform(0, min(0.25 * 2**attempt, _LONGEST_PAUSE_SECONDS)))  # noqa: S311 - no secret
    raise AssertionError


@contextlib.contextmanager
def translated(bucket: Bucket, key: str) -> Iterator[None]:
    """Turn the errors of boto3 into ours; none of them repeats a credential."""
    try:
        yield
    except botocore.exceptions.ClientError as error:
        raise _told(bucket, key, error) from error
    except (
        botocore.exceptions.NoCredentialsError,
        botocore.exceptions.PartialCredentialsError,
        botocore.exceptions.CredentialRetrievalError,
        botocore.exceptions.ProfileNotFound,
        botocore.exceptions.ConfigParseError,
        botocore.exceptions.UnauthorizedSSOTokenError,
    ) as error:
        raise StoreCredentialsError(store=bucket.url) from error
    except botocore.exceptions.SSLError as error:
        raise StoreTlsError(store=bucket.url, endpoint=bucket.endpoint or "") from error
    except (
        botocore.exceptions.ConnectionError,  # refused, or a host that nobody knows: not an HTTPClientError
        botocore.exceptions.HTTPClientError,
        urllib3.exceptions.HTTPError,
    ) as error:
        raise StoreUnreachableError(store=bucket.url, endpoint=bucket.endpoint or "AWS") from error
    except botocore.exceptions.ParamValidationError as error:  # a bucket's name that no server takes
        raise StoreUrlError(url=bucket.url) from error
    except (botocore.exceptions.BotoCoreError, botocore.parsers.ResponseParserError) as error:
        raise StoreFailedError(store=bucket.url, reason=type(error).__name__) from error


def _told(bucket: Bucket, key: str, error: botocore.exceptions.ClientError) -> IspaceError:
    code = code_of(error)
    status = str(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", ""))
    said = {code, status}
    if code == "NoSuchBucket" or (not key and code in MISSING):
        return StoreMissingError(store=bucket.url)
    if code in MISSING:
        return ObjectMissingError(key=key)
    if code == "InvalidBucketName":
        return StoreUrlError(url=bucket.url)
    for codes, kind in (
        (_CREDENTIALS, StoreCredentialsError),
        (_CLOCK, StoreClockError),
        (_FULL, StoreFullError),
        (_DENIED, StoreReadOnlyError),
        (_BUSY, StoreBusyError),
    ):
        if code in codes:
            return kind(store=bucket.url)
    for codes, kind in ((_FULL, StoreFullError), (_BUSY, StoreBusyError)):
        if said & codes:
            return kind(store=bucket.url)
    return StoreFailedError(store=bucket.url, reason=code)
