"""S3 keeps the contract of ``Blobs``: on a real server always, on one of another make where one is named."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator

import pytest
from adapters.blobs_contract import BlobsContract
from servers.fault_proxy import FaultProxy
from servers.faults import FaultOn, Kind
from servers.server import Server
from servers.tiny_s3 import TinyS3

from ispace.adapters.s3 import S3Blobs
from ispace.adapters.s3.bucket import Bucket
from ispace.errors import IspaceError, ObjectDamagedError
from ispace.ports import Put


def store(server: Server, monkeypatch: pytest.MonkeyPatch, **options: object) -> S3Blobs:
    """Return a store below a prefix of a new bucket."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", server.key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", server.secret)
    name = f"ispace-{uuid.uuid4().hex[:12]}"
    blobs = S3Blobs(Bucket(name, "chung/an-giang", endpoint=server.endpoint, region=server.region, **options))  # type: ignore[arg-type]
    blobs.client.create_bucket(Bucket=name)
    # A neighbour in the shared bucket, whose objects no rule may see.
    blobs.client.put_object(Bucket=name, Key="chung/an-giang-2/a/x", Body=b"neighbour")
    return blobs


class TestSwift(BlobsContract):
    """OpenStack Swift, which knows no ``If-Match``: claims stand in."""

    many = 1_050
    """A listing has a thousand a page, and Swift writes thirty a second on a busy machine."""

    @pytest.fixture
    def blobs(self, swift: Server, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
        return store(swift, monkeypatch, bulk="boto3")


class TestAnotherServer(BlobsContract):
    """Whatever server ``ISPACE_TEST_S3`` names."""

    @pytest.fixture
    def blobs(self, other_s3: Server, monkeypatch: pytest.MonkeyPatch) -> S3Blobs:
        return store(other_s3, monkeypatch, bulk="boto3")


class TestInMemory(BlobsContract):
    """A server with conditions, written to through obstore."""

    @pytest.fixture
    def blobs(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Blobs]:
        pytest.importorskip("obstore")
        with TinyS3() as server:
            yield store(Server("tiny", server.endpoint, "k", "s", "us-east-1", None), monkeypatch, bulk="obstore")


@pytest.mark.parametrize("foreign", ["a//b", "a/folder/", "a/back\\slash", "a/./b", "//", "a/u\u0300"])
def test_objects_of_others_with_names_that_no_store_holds_are_passed_over(
    monkeypatch: pytest.MonkeyPatch, foreign: str
) -> None:
    with TinyS3() as server:
        blobs = store(Server("tiny", server.endpoint, "k", "s", "us-east-1", None), monkeypatch, bulk="boto3")
        blobs.put(Put("a/x", b"x"))
        blobs.client.put_object(Bucket=blobs.bucket.name, Key=blobs.bucket.below + foreign, Body=b"theirs")
        assert [i.key for i in blobs.scan()] == ["a/x"]
        assert list(blobs.folders()) == ["a"]
        assert "" not in list(blobs.folders("a/"))


@pytest.mark.parametrize("times", [1, 1000])
def test_a_byte_altered_on_the_way_is_noticed_by_a_real_server(
    swift: Server, monkeypatch: pytest.MonkeyPatch, times: int
) -> None:
    direct = store(swift, monkeypatch, bulk="boto3")
    with FaultProxy(swift.endpoint) as proxy:
        proxy.fault = FaultOn(Kind.ALTERED_UPLOAD, "PUT", "a/x", times=times)
        blobs = S3Blobs(dataclasses.replace(direct.bucket, endpoint=proxy.endpoint, attempts=2))
        if times == 1:
            blobs.put(Put("a/x", b"content"))
            assert direct.get("a/x") == b"content"
        else:
            with pytest.raises(IspaceError):
                blobs.put(Put("a/x", b"content"))
            assert direct.head("a/x") is None


def test_a_byte_altered_on_the_way_back_is_read_again(swift: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    direct = store(swift, monkeypatch, bulk="boto3")
    direct.put(Put("a/x", b"content"))
    with FaultProxy(swift.endpoint) as proxy:
        blobs = S3Blobs(dataclasses.replace(direct.bucket, endpoint=proxy.endpoint, attempts=2))
        proxy.fault = FaultOn(Kind.ALTERED_REPLY, "GET", "a/x", times=1)
        assert blobs.get("a/x") == b"content"
        proxy.fault = FaultOn(Kind.ALTERED_REPLY, "GET", "a/x", times=1000)
        with pytest.raises(ObjectDamagedError):
            blobs.get("a/x")
