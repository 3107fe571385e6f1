"""S3 against a real server."""

from __future__ import annotations

import uuid

import pytest
from adapters.blobs_contract import BlobsContract

from ispace.adapters.s3 import S3Blobs
from ispace.adapters.s3.bucket import Bucket


@pytest.fixture
def blobs(monkeypatch) -> S3Blobs:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test:tester")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
    store = S3Blobs(Bucket("ispace-" + uuid.uuid4().hex[:8], "tour/x", endpoint="http://127.0.0.1:18080", bulk="boto3"))
    store.client.create_bucket(Bucket=store.bucket.name)
    return store


class TestS3(BlobsContract):
    many = 2100
