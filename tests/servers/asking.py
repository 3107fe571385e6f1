"""Plain boto3, and HTTP without boto3, for the tests of what speaks S3."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import boto3
import botocore.exceptions
import pytest
from botocore.config import Config


@contextmanager
def client(endpoint: str, access_key: str = "key", checksums: str = "when_required", **config: Any) -> Iterator[Any]:
    """A plain boto3 client without retries, closed at the end."""
    found = boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        region_name="us-east-1",
        aws_access_key_id=access_key,
        aws_secret_access_key="secret",
        config=Config(
            s3={"addressing_style": "path"},
            retries={"total_max_attempts": 1},
            request_checksum_calculation=checksums,
            response_checksum_validation=checksums,
            **{"signature_version": "s3v4", "connect_timeout": 2, "read_timeout": 2} | config,
        ),
    )
    try:
        yield found
    finally:
        found.close()


def refusal(do: Callable[..., Any], /, **arguments: Any) -> tuple[int, str]:
    """Return status and code with which a call is refused."""
    with pytest.raises(botocore.exceptions.ClientError) as caught:
        do(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def raw(endpoint: str, method: str, path: str, body: bytes = b"", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Ask without boto3; underscores in the names of headers stand for dashes."""
    place = urlsplit(endpoint)
    connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=2)
    try:
        connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
        reply = connection.getresponse()
        return reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read()
    finally:
        connection.close()


def signed(age_s: float = 0.0, access_key: str = "key") -> dict[str, str]:
    """Return headers that count as a signature made so many seconds ago."""
    stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(time.time() - age_s))
    return {
        "authorization": f"AWS4-HMAC-SHA256 Credential={access_key}/20260101/us-east-1/s3/aws4_request, Signature=0",
        "x_amz_date": stamp,
    }


def write(s3: Any) -> None:
    """Write a small object."""
    s3.put_object(Bucket="b", Key="k", Body=b"hello")
