"""The places at which uploads arrive: a folder, a bucket in memory, a bucket of a real server."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from servers.buckets import Bucket
from servers.server import Server
from servers.tiny_s3 import TinyS3
from uploads.places import Place

from ispace.adapters.folder import FolderBlobs
from ispace.adapters.folder.receiving import FolderReceiving
from ispace.adapters.s3 import S3Blobs
from ispace.adapters.s3.bucket import Bucket as Address
from ispace.adapters.s3.receiving import S3Receiving

SMALL_PART_BYTES = 1000


def bucket_place(server: Server, monkeypatch: pytest.MonkeyPatch, part_bytes: int) -> S3Receiving:
    """Return a place in a new bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret)
    name = f"ispace-{uuid.uuid4().hex[:12]}"
    blobs = S3Blobs(Address(name, "an-giang", endpoint=server.endpoint, region=server.region, bulk="boto3"))
    blobs.client.create_bucket(Bucket=name)
    return S3Receiving(blobs, part_bytes)


@pytest.fixture(scope="session")
def tiny() -> Iterator[TinyS3]:
    """An S3 server in memory that takes small parts."""
    with TinyS3(min_part_bytes=SMALL_PART_BYTES) as server:
        yield server


@pytest.fixture(scope="session")
def shared_place(tiny: TinyS3) -> S3Receiving:
    """A bucket whose parts are a thousand bytes; the client, which takes longest to make, serves all tests."""
    with pytest.MonkeyPatch.context() as patched:
        return bucket_place(Server("tiny", tiny.endpoint, "k", "s", "us-east-1"), patched, SMALL_PART_BYTES)


@pytest.fixture
def tiny_place(tiny: TinyS3, shared_place: S3Receiving) -> S3Receiving:
    """That bucket, empty."""
    tiny.buckets[shared_place.blobs.bucket.name] = Bucket(int(time.time()))
    tiny.requests.clear()
    return shared_place


@pytest.fixture
def folder_place(tmp_path: Path) -> FolderReceiving:
    """A store in a folder."""
    return FolderReceiving(FolderBlobs(tmp_path / "private"))


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest) -> Place:
    """Both kinds of place."""
    chosen: Place = request.getfixturevalue({"folder": "folder_place", "bucket": "tiny_place"}[request.param])
    return chosen


@pytest.fixture
def aside(tmp_path: Path) -> Path:
    """The folder of one upload."""
    folder = tmp_path / "uploads" / os.urandom(16).hex()
    folder.mkdir(parents=True)
    return folder
