"""The small S3 server answers boto3 as a real one would, and goes wrong only where it is asked to."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import botocore.exceptions
import pytest
from servers.asking import client, raw, refusal, signed, write
from servers.buckets import Bucket, Stored
from servers.faults import Fault, FaultOn, Faults, Kind
from servers.messages import dechunked
from servers.tiny_s3 import TinyS3

SCRIPT = Path(__file__).with_name("tiny_s3.py")
OPEN_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": ["arn:aws:s3:::b/open/*"]},
    ],
}


@pytest.fixture(scope="module")
def template() -> Iterator[Any]:
    """Loads boto3's models once, which takes longer than all the rest."""
    with client("http://127.0.0.1:9") as found:
        yield found


@pytest.fixture
def server(template: Any) -> Iterator[TinyS3]:
    with TinyS3(["b"]) as found:
        yield found


@pytest.fixture
def s3(server: TinyS3) -> Iterator[Any]:
    with client(server.endpoint) as found:
        yield found


# Objects.


def test_an_object_comes_back_with_its_headers(server: TinyS3, s3: Any) -> None:
    put = s3.put_object(
        Bucket="b",
        Key="a/ảnh +&<1>.jpg",
        Body=b"hello",
        ContentType="image/jpeg",
        CacheControl="max-age=60",
        ContentEncoding="br",
        Metadata={"sha": "ab"},
    )
    got = s3.get_object(Bucket="b", Key="a/ảnh +&<1>.jpg")
    assert got["Body"].read() == b"hello"
    assert put["ETag"] == got["ETag"] == f'"{hashlib.md5(b"hello").hexdigest()}"'
    assert (got["ContentType"], got["CacheControl"], got["ContentEncoding"]) == ("image/jpeg", "max-age=60", "br")
    assert got["Metadata"] == {"sha": "ab"}
    head = s3.head_object(Bucket="b", Key="a/ảnh +&<1>.jpg")
    assert (head["ContentLength"], head["Metadata"]) == (5, {"sha": "ab"})
    assert abs(head["LastModified"].timestamp() - time.time()) < 60
    assert server.requests == {"PUT object": 1, "GET object": 1, "HEAD object": 1}
    assert server.written == ["b/a/ảnh +&<1>.jpg"]


@pytest.mark.parametrize("checksums", ["when_required", "when_supported"])
def test_bytes_files_and_nothing_can_be_written(server: TinyS3, checksums: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"x" * 300_000)
    with client(server.endpoint, checksums=checksums) as s3, (tmp_path / "file").open("rb") as file:
        s3.put_object(Bucket="b", Key="file", Body=file)
        s3.put_object(Bucket="b", Key="bytes", Body=b"y" * 70_000)
        s3.put_object(Bucket="b", Key="empty")
        assert s3.get_object(Bucket="b", Key="file")["Body"].read() == b"x" * 300_000
        assert s3.get_object(Bucket="b", Key="bytes")["Body"].read() == b"y" * 70_000
        assert s3.get_object(Bucket="b", Key="empty")["Body"].read() == b""


def test_ranges(s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"0123456789")

    def part(asked: str) -> bytes:
        return bytes(s3.get_object(Bucket="b", Key="k", Range=asked)["Body"].read())

    assert (part("bytes=2-4"), part("bytes=7-"), part("bytes=-3"), part("bytes=8-99")) == (
        b"234",
        b"789",
        b"789",
        b"89",
    )
    assert s3.get_object(Bucket="b", Key="k", Range="bytes=2-4")["ContentRange"] == "bytes 2-4/10"
    assert refusal(s3.get_object, Bucket="b", Key="k", Range="bytes=10-") == (416, "InvalidRange")


def test_readers_conditions(s3: Any) -> None:
    etag = s3.put_object(Bucket="b", Key="k", Body=b"1")["ETag"]
    assert refusal(s3.get_object, Bucket="b", Key="k", IfNoneMatch=etag)[0] == 304
    assert refusal(s3.head_object, Bucket="b", Key="k", IfNoneMatch=etag)[0] == 304
    assert s3.get_object(Bucket="b", Key="k", IfNoneMatch='"other"')["Body"].read() == b"1"
    assert refusal(s3.get_object, Bucket="b", Key="k", IfMatch='"other"')[0] == 412


def test_what_is_not_there(s3: Any) -> None:
    assert refusal(s3.get_object, Bucket="b", Key="k") == (404, "NoSuchKey")
    assert refusal(s3.head_object, Bucket="b", Key="k")[0] == 404
    assert refusal(s3.get_object, Bucket="none", Key="k") == (404, "NoSuchBucket")
    assert refusal(s3.put_object, Bucket="none", Key="k") == (404, "NoSuchBucket")
    assert refusal(s3.head_bucket, Bucket="none")[0] == 404
    assert refusal(s3.put_object, Bucket="b", Key="k" * 1025) == (400, "KeyTooLongError")
    s3.delete_object(Bucket="b", Key="k")


def test_checksums_are_verified(server: TinyS3, s3: Any) -> None:
    wrong = base64.b64encode(bytes(16)).decode()
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"1", ContentMD5=wrong) == (400, "BadDigest")
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"1", ContentMD5="?") == (400, "InvalidDigest")
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"1", ChecksumCRC32="AAAAAA==") == (400, "BadDigest")
    status, _, body = raw(server.endpoint, "PUT", "/b/k", b"1", x_amz_content_sha256="0" * 64, **signed())
    assert (status, b"XAmzContentSHA256Mismatch" in body) == (400, True)
    assert not server.written
    right = base64.b64encode(hashlib.md5(b"1").digest()).decode()
    s3.put_object(Bucket="b", Key="k", Body=b"1", ContentMD5=right)


def test_chunks_with_signatures_and_trailers_are_understood(server: TinyS3, s3: Any) -> None:
    body = b"3;chunk-signature=0\r\nabc\r\n2\r\nde\r\n0\r\nx-amz-checksum-crc32:hYfYZQ==\r\n\r\n"
    assert dechunked(body) == (b"abcde", {"x-amz-checksum-crc32": "hYfYZQ=="}, len(body))
    assert all(dechunked(body[:length]) is None for length in range(len(body)))
    headers = {
        "x_amz_content_sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "content_encoding": "aws-chunked",
        "x_amz_decoded_content_length": "5",
    }
    assert raw(server.endpoint, "PUT", "/b/k", body, **headers, **signed())[0] == 200
    got = s3.get_object(Bucket="b", Key="k")
    assert (got["Body"].read(), "ContentEncoding" in got) == (b"abcde", False)
    wrong = body.replace(b"hYfYZQ", b"hYfYZA")
    assert b"BadDigest" in raw(server.endpoint, "PUT", "/b/k", wrong, **headers, **signed())[2]


# Conditions of writers.


def test_a_write_can_ask_that_there_is_nothing_yet(s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"1", IfNoneMatch="*")
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"2", IfNoneMatch="*") == (412, "PreconditionFailed")


def test_a_write_can_ask_for_the_etag_it_replaces(s3: Any) -> None:
    etag = s3.put_object(Bucket="b", Key="k", Body=b"1")["ETag"]
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"2", IfMatch='"no"') == (412, "PreconditionFailed")
    assert refusal(s3.put_object, Bucket="b", Key="other", IfMatch=etag) == (404, "NoSuchKey")
    second = s3.put_object(Bucket="b", Key="k", Body=b"2", IfMatch=etag)["ETag"]
    s3.put_object(Bucket="b", Key="k", Body=b"3", IfMatch=second.strip('"'))
    assert s3.get_object(Bucket="b", Key="k")["Body"].read() == b"3"


def test_servers_that_pass_over_conditions_or_refuse_them(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"1")
    server.conditions = "none"
    s3.put_object(Bucket="b", Key="k", Body=b"2", IfNoneMatch="*")
    s3.put_object(Bucket="b", Key="k", Body=b"2", IfMatch='"no"')
    server.conditions = "refused"
    assert refusal(s3.put_object, Bucket="b", Key="new", IfNoneMatch="*") == (501, "NotImplemented")
    assert refusal(s3.put_object, Bucket="b", Key="k", IfMatch='"no"') == (501, "NotImplemented")


# Deletions and listings.


def test_deletions(server: TinyS3, s3: Any) -> None:
    for key in ("a", "b&<", "c"):
        s3.put_object(Bucket="b", Key=key, Body=b"1")
    s3.delete_object(Bucket="b", Key="a")
    assert refusal(s3.delete_bucket, Bucket="b") == (409, "BucketNotEmpty")
    done = s3.delete_objects(Bucket="b", Delete={"Objects": [{"Key": "b&<"}, {"Key": "never"}]})
    assert [one["Key"] for one in done["Deleted"]] == ["b&<", "never"]
    assert "Deleted" not in s3.delete_objects(Bucket="b", Delete={"Objects": [{"Key": "c"}], "Quiet": True})
    assert server.used_bytes == 0
    s3.delete_bucket(Bucket="b")


def test_listings_go_on_where_they_ended(s3: Any) -> None:
    keys = sorted(["a/1", "a/2", "a/b/1", "a/b/2", "a/c/1", "a/ü +.jpg", "b", "a0"])
    for key in reversed(keys):
        s3.put_object(Bucket="b", Key=key, Body=b"12")
    pages = s3.get_paginator("list_objects_v2")

    def found(size: int, **asked: str) -> tuple[list[str], list[str]]:
        contents, folders = [], []
        for page in pages.paginate(Bucket="b", PaginationConfig={"PageSize": size}, **asked):
            assert page["KeyCount"] <= size
            contents += [one["Key"] for one in page.get("Contents", ())]
            folders += [one["Prefix"] for one in page.get("CommonPrefixes", ())]
        return contents, folders

    for size in (1, 2, 3, 1000):
        assert found(size) == (keys, [])
        assert found(size, Prefix="a/") == ([key for key in keys if key.startswith("a/")], [])
        assert found(size, Delimiter="/") == (["a0", "b"], ["a/"])
        assert found(size, Prefix="a/", Delimiter="/") == (["a/1", "a/2", "a/ü +.jpg"], ["a/b/", "a/c/"])
        assert found(size, Prefix="none/") == ([], [])
    assert found(2, StartAfter="a/c/1") == ([key for key in keys if key > "a/c/1"], [])
    one = s3.list_objects_v2(Bucket="b", Prefix="b")["Contents"][0]
    assert (one["Size"], one["ETag"]) == (2, f'"{hashlib.md5(b"12").hexdigest()}"')


def test_keys_stay_sorted_whatever_comes_and_goes() -> None:
    bucket = Bucket(0)
    there: set[str] = set()
    for step, count in enumerate((3, 500, 5, 40, 1)):
        for n in range(count):
            key = hashlib.md5(f"{step} {n}".encode()).hexdigest()
            bucket.put(key, Stored(b"", "", 0, {}))
            there.add(key)
        for key in sorted(there)[:: 7 + step]:
            bucket.remove(key)
            there.discard(key)
        again = min(there)
        bucket.remove(again)
        bucket.put(again, Stored(b"", "", 0, {}))
        assert bucket.keys() == sorted(there)


def test_many_keys_are_listed_in_time() -> None:
    bucket = Bucket(0)
    for n in range(200_000):
        bucket.put(f"{n % 2000:04d}/{n}", Stored(b"", "", 0, {}))
    page = bucket.page("", "/", "", "", 1000)
    rest = bucket.page("", "/", page.token, "", 1000)
    assert (len(page.folders), len(rest.folders), rest.token) == (1000, 1000, "")
    assert len(bucket.page("1999/", "", "", "", 1000).keys) == 100


# Uploads in parts.


def test_an_upload_in_parts(server: TinyS3, s3: Any) -> None:
    server.min_part_bytes = 10
    place = {"Bucket": "b", "Key": "k"}
    upload = s3.create_multipart_upload(**place, ContentType="image/png", Metadata={"m": "1"})["UploadId"]
    bodies = {1: b"a" * 10, 2: b"b" * 12, 3: b"c"}
    etags = {n: s3.upload_part(**place, UploadId=upload, PartNumber=n, Body=body)["ETag"] for n, body in bodies.items()}
    assert [one["Key"] for one in s3.list_multipart_uploads(Bucket="b")["Uploads"]] == ["k"]
    parts = [
        part
        for page in s3.get_paginator("list_parts").paginate(**place, UploadId=upload, PaginationConfig={"PageSize": 2})
        for part in page["Parts"]
    ]
    assert [(part["PartNumber"], part["ETag"], part["Size"]) for part in parts] == [
        (n, etags[n], len(bodies[n])) for n in bodies
    ]

    def complete(*numbers: int, **more: str) -> Any:
        listed = {"Parts": [{"PartNumber": n, "ETag": etags[n]} for n in numbers]}
        return s3.complete_multipart_upload(**place, UploadId=upload, MultipartUpload=listed, **more)

    assert refusal(lambda: complete(2, 1)) == (400, "InvalidPartOrder")
    server.min_part_bytes = 11
    assert refusal(lambda: complete(1, 2, 3)) == (400, "EntityTooSmall")
    server.min_part_bytes = 10
    assert not server.written
    digests = b"".join(hashlib.md5(body).digest() for body in bodies.values())
    assert complete(1, 2, 3)["ETag"] == f'"{hashlib.md5(digests).hexdigest()}-3"'
    got = s3.get_object(**place)
    assert got["Body"].read() == b"".join(bodies.values())
    assert (got["ContentType"], got["Metadata"]) == ("image/png", {"m": "1"})
    assert refusal(lambda: complete(1, 2, 3)) == (404, "NoSuchUpload")
    assert server.used_bytes == 23
    assert server.written == ["b/k"]


def test_uploads_can_be_listed_and_given_up(server: TinyS3, s3: Any) -> None:
    ids = [s3.create_multipart_upload(Bucket="b", Key=key)["UploadId"] for key in ("a/1", "a/2", "a/2", "b")]
    s3.upload_part(Bucket="b", Key="a/1", UploadId=ids[0], PartNumber=1, Body=b"123")
    pages = s3.get_paginator("list_multipart_uploads").paginate(
        Bucket="b", Prefix="a/", PaginationConfig={"PageSize": 2}
    )
    assert [one["UploadId"] for page in pages for one in page["Uploads"]] == ids[:3]
    s3.abort_multipart_upload(Bucket="b", Key="a/1", UploadId=ids[0])
    assert refusal(s3.abort_multipart_upload, Bucket="b", Key="a/1", UploadId=ids[0]) == (404, "NoSuchUpload")
    assert server.used_bytes == 0


def test_boto3_uploads_large_files_by_itself(server: TinyS3, s3: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4 * 4096 * 2 + b"end"
    (tmp_path / "file").write_bytes(content)
    config = boto3.s3.transfer.TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_file(str(tmp_path / "file"), "b", "k", Config=config)
    s3.download_file("b", "k", str(tmp_path / "again"), Config=config)
    assert (tmp_path / "again").read_bytes() == content
    assert server.requests["PUT part"] == 2


# Buckets and who may do what.


def test_buckets(s3: Any) -> None:
    s3.create_bucket(Bucket="new")
    assert refusal(s3.create_bucket, Bucket="new") == (409, "BucketAlreadyOwnedByYou")
    s3.head_bucket(Bucket="new")
    assert [one["Name"] for one in s3.list_buckets()["Buckets"]] == ["b", "new"]
    assert not s3.get_bucket_location(Bucket="new").get("LocationConstraint")
    s3.delete_bucket(Bucket="new")
    assert refusal(s3.delete_bucket, Bucket="new") == (404, "NoSuchBucket")


def test_settings_of_buckets(server: TinyS3, s3: Any) -> None:
    assert refusal(s3.get_bucket_policy, Bucket="b") == (404, "NoSuchBucketPolicy")
    assert refusal(s3.get_bucket_cors, Bucket="b") == (404, "NoSuchCORSConfiguration")
    assert refusal(s3.put_bucket_policy, Bucket="b", Policy="{}") == (400, "MalformedPolicy")
    assert "Status" not in s3.get_bucket_versioning(Bucket="b")
    s3.put_bucket_versioning(Bucket="b", VersioningConfiguration={"Status": "Enabled"})
    assert s3.get_bucket_versioning(Bucket="b")["Status"] == "Enabled"
    s3.put_bucket_policy(Bucket="b", Policy=json.dumps(OPEN_POLICY))
    assert json.loads(s3.get_bucket_policy(Bucket="b")["Policy"]) == OPEN_POLICY
    s3.delete_bucket_policy(Bucket="b")
    assert s3.get_bucket_acl(Bucket="b")["Grants"][0]["Permission"] == "FULL_CONTROL"
    s3.put_bucket_acl(Bucket="b", ACL="private")
    assert refusal(s3.get_bucket_lifecycle_configuration, Bucket="b") == (501, "NotImplemented")
    server.policies = False
    for do in (s3.get_bucket_policy, s3.get_bucket_cors, s3.get_bucket_versioning):
        assert refusal(do, Bucket="b") == (501, "NotImplemented")


def test_everybody_reads_only_what_the_policy_gives(server: TinyS3, s3: Any) -> None:
    for key in ("open/1", "closed/1"):
        s3.put_object(Bucket="b", Key=key, Body=b"1")
    assert raw(server.endpoint, "GET", "/b/open/1")[0] == 403
    s3.put_bucket_policy(Bucket="b", Policy=json.dumps(OPEN_POLICY))
    assert raw(server.endpoint, "GET", "/b/open/1")[::2] == (200, b"1")
    assert raw(server.endpoint, "HEAD", "/b/open/1")[0] == 200
    refused = [("GET", "/b/closed/1"), ("GET", "/b/open/none"), ("GET", "/b?list-type=2"), ("PUT", "/b/open/2")]
    assert {raw(server.endpoint, *one)[0] for one in [*refused, ("DELETE", "/b/open/1"), ("GET", "/none/open/1")]} == {
        403
    }
    listing = {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["s3:List*"], "Resource": "arn:aws:s3:::b"}
    wider = OPEN_POLICY | {"Statement": [*OPEN_POLICY["Statement"], listing]}
    s3.put_bucket_policy(Bucket="b", Policy=json.dumps(wider))
    assert raw(server.endpoint, "GET", "/b/open/none")[0] == 404
    assert raw(server.endpoint, "GET", "/b?list-type=2")[0] == 200


def test_pages_of_other_origins(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="open/1", Body=b"1")
    s3.put_bucket_policy(Bucket="b", Policy=json.dumps(OPEN_POLICY))
    assert "access-control-allow-origin" not in raw(server.endpoint, "GET", "/b/open/1", origin="https://a.vn")[1]
    rule = {
        "AllowedOrigins": ["https://*.vn"],
        "AllowedMethods": ["GET"],
        "AllowedHeaders": ["range"],
        "ExposeHeaders": ["ETag"],
    }
    s3.put_bucket_cors(Bucket="b", CORSConfiguration={"CORSRules": [rule | {"MaxAgeSeconds": 60}]})
    assert s3.get_bucket_cors(Bucket="b")["CORSRules"] == [rule | {"MaxAgeSeconds": 60}]
    headers = raw(server.endpoint, "GET", "/b/open/1", origin="https://a.vn")[1]
    assert headers["access-control-allow-origin"] == "https://a.vn"
    assert headers["access-control-expose-headers"] == "ETag"
    assert "access-control-allow-origin" not in raw(server.endpoint, "GET", "/b/open/1", origin="https://a.com")[1]
    asked = {"origin": "https://a.vn", "access_control_request_method": "GET"}
    status, headers, _ = raw(server.endpoint, "OPTIONS", "/b/k", access_control_request_headers="Range", **asked)
    assert (status, headers["access-control-allow-headers"], headers["access-control-max-age"]) == (200, "range", "60")
    assert raw(server.endpoint, "OPTIONS", "/b/k", **asked | {"access_control_request_method": "PUT"})[0] == 403


def test_keys_that_may_not(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"1")
    with client(server.endpoint, "expired") as expired:
        assert refusal(expired.get_object, Bucket="b", Key="k") == (400, "ExpiredToken")
    with client(server.endpoint, "readonly") as reader:
        assert reader.get_object(Bucket="b", Key="k")["Body"].read() == b"1"
        for do in (reader.put_object, reader.delete_object, reader.create_multipart_upload):
            assert refusal(do, Bucket="b", Key="k") == (403, "AccessDenied")
        wanted = {"Objects": [{"Key": "k"}]}
        assert refusal(reader.delete_objects, Bucket="b", Delete=wanted) == (403, "AccessDenied")


def test_clocks_that_differ(server: TinyS3, s3: Any) -> None:
    assert raw(server.endpoint, "GET", "/b?list-type=2", **signed(800))[0] == 200
    for age_s in (1000, -1000):
        status, _, body = raw(server.endpoint, "GET", "/b?list-type=2", **signed(age_s))
        assert (status, b"RequestTimeTooSkewed" in body) == (403, True)
    server.skew_s = 3600
    assert refusal(s3.put_object, Bucket="b", Key="k", Body=b"1") == (403, "RequestTimeTooSkewed")


def test_addresses_signed_for_a_while(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"1")
    url = s3.generate_presigned_url("get_object", {"Bucket": "b", "Key": "k"}, ExpiresIn=60)
    path = url.removeprefix(server.endpoint)
    assert raw(server.endpoint, "GET", path)[::2] == (200, b"1")
    server.skew_s = 120
    assert raw(server.endpoint, "GET", path)[0] == 403


def test_a_full_server_keeps_what_it_has(server: TinyS3, s3: Any) -> None:
    server.capacity_bytes = 10
    s3.put_object(Bucket="b", Key="k", Body=b"12345678")
    assert refusal(s3.put_object, Bucket="b", Key="l", Body=b"123") == (507, "QuotaExceeded")
    s3.put_object(Bucket="b", Key="k", Body=b"1234567890")
    s3.delete_object(Bucket="b", Key="k")
    s3.put_object(Bucket="b", Key="l", Body=b"123")


# Delay, counters, processes.


def test_a_round_trip_takes_both_delays(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"1")
    server.delay_s = 0.05

    def took(do: Callable[[], Any]) -> float:
        started = time.perf_counter()
        do()
        return time.perf_counter() - started

    assert took(lambda: s3.head_object(Bucket="b", Key="k")) >= 0.1
    # boto3 waits for 100 Continue before it sends the body: two round trips.
    assert took(lambda: s3.put_object(Bucket="b", Key="k", Body=b"1")) >= 0.2


def test_a_new_connection_can_cost_a_round_trip_too(template: Any) -> None:
    with TinyS3(["b"], delay_s=0.05, handshakes=True) as server, client(server.endpoint) as s3:
        started = time.perf_counter()
        s3.head_bucket(Bucket="b")
        first = time.perf_counter()
        s3.head_bucket(Bucket="b")
        assert first - started >= 0.2
        assert time.perf_counter() - first < first - started


def test_counts_over_http(server: TinyS3, s3: Any) -> None:
    s3.put_object(Bucket="b", Key="k", Body=b"12")
    counts = json.loads(raw(server.endpoint, "GET", "/_tiny/counts")[2])
    assert (counts["requests"], counts["written"], counts["used_bytes"]) == ({"PUT object": 1}, 1, 2)
    assert json.loads(raw(server.endpoint, "GET", "/_tiny/written")[2]) == ["b/k"]
    counts = json.loads(raw(server.endpoint, "POST", "/_tiny/reset")[2])
    assert (counts["requests"], counts["written"], counts["used_bytes"]) == ({}, 0, 2)
    assert json.loads(raw(server.endpoint, "POST", "/_tiny/reset?objects")[2])["used_bytes"] == 0
    assert not server.requests


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("end", ["signal", "input"])
def test_as_its_own_process_it_says_where_and_ends_when_told(host: str, end: str) -> None:
    command = [sys.executable, str(SCRIPT), "--host", host, "--bucket", "b", "--delay-ms", "1"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        endpoint = process.stdout.readline().strip()
        try:
            with client(endpoint) as s3:
                s3.put_object(Bucket="b", Key="k", Body=b"1")
            with urllib.request.urlopen(f"{endpoint}/_tiny/counts", timeout=2) as reply:
                assert json.load(reply)["written"] == 1
        finally:
            if end == "signal":
                process.send_signal(signal.SIGTERM)
            else:
                process.stdin.close()
        assert process.wait(5) == 0


# Faults.


@pytest.mark.parametrize(("kind", "status"), [(Kind.ERROR_500, 500), (Kind.SLOW_DOWN, 503)])
def test_a_server_that_fails_has_done_nothing(server: TinyS3, s3: Any, kind: Kind, status: int) -> None:
    server.fault = FaultOn(kind, "PUT")
    assert refusal(write, s3=s3)[0] == status
    assert not server.written
    write(s3)
    assert server.written == ["b/k"]


@pytest.mark.parametrize(("kind", "done"), [(Kind.RESET_BEFORE, 0), (Kind.RESET_AFTER, 1)])
def test_connections_that_break(server: TinyS3, s3: Any, kind: Kind, done: int) -> None:
    server.fault = FaultOn(kind, "PUT", "/k$")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        write(s3)
    assert len(server.written) == done
    write(s3)


def test_replies_that_stop_early(server: TinyS3, s3: Any) -> None:
    server.fault = lambda request: Fault(Kind.TRUNCATED)
    with pytest.raises(http.client.IncompleteRead):
        raw(server.endpoint, "PUT", "/b/k", b"hello", **signed())
    assert server.written == ["b/k"]
    write(s3)  # boto3 does not mind: all headers came
    assert refusal(s3.list_objects_v2, Bucket="b")[0] == 500  # boto3's word for XML that it cannot read
    with pytest.raises(botocore.exceptions.HTTPClientError):
        s3.head_object(Bucket="b", Key="k")


def test_objects_that_stop_in_the_middle(server: TinyS3, s3: Any) -> None:
    write(s3)
    server.fault = FaultOn(Kind.TRUNCATED, "GET")
    with pytest.raises((botocore.exceptions.ResponseStreamingError, botocore.exceptions.IncompleteReadError)):
        s3.get_object(Bucket="b", Key="k")["Body"].read()
    assert s3.get_object(Bucket="b", Key="k")["Body"].read() == b"hello"


def test_replies_that_do_not_come(server: TinyS3, s3: Any) -> None:
    with client(server.endpoint, read_timeout=0.2) as hasty:
        server.fault = FaultOn(Kind.TIMEOUT, "PUT", seconds=0.4)
        with pytest.raises(botocore.exceptions.ReadTimeoutError):
            write(hasty)
        assert server.written == ["b/k"]
        write(hasty)
    server.fault = FaultOn(Kind.TIMEOUT, "PUT", seconds=0.3)
    started = time.perf_counter()
    write(s3)
    assert time.perf_counter() - started >= 0.3


def test_replies_that_say_something_else(server: TinyS3, s3: Any) -> None:
    write(s3)
    server.fault = lambda request: Fault(Kind.ALTERED_REPLY)
    got = s3.get_object(Bucket="b", Key="k")["Body"].read()
    assert (len(got), got == b"hello") == (5, False)
    assert s3.put_object(Bucket="b", Key="k", Body=b"hello")["ETag"] == f'"{"0" * 32}"'
    assert refusal(s3.list_objects_v2, Bucket="b")[0] == 500  # boto3's word for XML that it cannot read


def test_uploads_that_change_on_their_way(server: TinyS3, s3: Any) -> None:
    server.fault = lambda request: Fault(Kind.ALTERED_UPLOAD)
    assert refusal(write, s3=s3) == (400, "XAmzContentSHA256Mismatch")
    status, headers, _ = raw(server.endpoint, "PUT", "/b/k", b"hello", **signed())
    assert (status, headers["etag"] == f'"{hashlib.md5(b"hello").hexdigest()}"') == (200, False)


def test_faults_at_random_are_the_share_asked_for(server: TinyS3) -> None:
    faults = Faults(1, 0.3, ["error_500", Kind.RESET_AFTER])
    server.fault = faults
    with client(server.endpoint) as s3:
        lost = 0
        for n in range(100):
            try:
                s3.put_object(Bucket="b", Key=str(n), Body=b"1")
            except (botocore.exceptions.HTTPClientError, botocore.exceptions.ClientError):
                lost += 1
    assert lost == sum(faults.injected.values())
    assert 15 <= lost <= 45
    assert len(server.written) == 100 - faults.injected["error_500"]
    assert set(faults.injected) == {"error_500", "reset_after"}
