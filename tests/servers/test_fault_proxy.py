"""The proxy passes everything on as it is, signatures included, and breaks what it is asked to break."""

from __future__ import annotations

import hashlib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest
from servers.asking import client, raw, refusal, signed, write
from servers.fault_proxy import FaultProxy, Seen
from servers.faults import Fault, FaultOn, Faults, Kind
from servers.messages import Request
from servers.tiny_s3 import TinyS3


@pytest.fixture
def server() -> Iterator[TinyS3]:
    with TinyS3(["b"]) as found:
        yield found


@pytest.fixture
def proxy(server: TinyS3) -> Iterator[FaultProxy]:
    with FaultProxy(server.endpoint) as found:
        yield found


@pytest.fixture
def s3(proxy: FaultProxy) -> Iterator[Any]:
    with client(proxy.endpoint) as found:
        yield found


def body_of(s3: Any) -> bytes:
    return bytes(s3.get_object(Bucket="b", Key="k")["Body"].read())


def test_everything_goes_through(server: TinyS3, proxy: FaultProxy, s3: Any, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096 * 6
    (tmp_path / "file").write_bytes(content)
    with (tmp_path / "file").open("rb") as file:
        s3.put_object(Bucket="b", Key="k", Body=file, Metadata={"m": "1"})
    assert body_of(s3) == content
    assert s3.head_object(Bucket="b", Key="k")["Metadata"] == {"m": "1"}
    assert s3.list_objects_v2(Bucket="b")["KeyCount"] == 1
    assert refusal(s3.put_object, Bucket="b", Key="k", IfNoneMatch="*") == (412, "PreconditionFailed")
    s3.delete_object(Bucket="b", Key="k")
    assert refusal(s3.get_object, Bucket="b", Key="k") == (404, "NoSuchKey")
    assert proxy.seen[0] == Seen("PUT", "/b/k")
    assert len(proxy.seen) == server.requests.total() == 7
    assert server.connections <= 2


def test_the_signature_that_arrives_is_right_for_the_host_that_arrives(
    server: TinyS3, proxy: FaultProxy, s3: Any
) -> None:
    came: list[Request] = []
    server.fault = came.append
    write(s3)
    (request,) = came
    assert request.headers["host"] == proxy.endpoint.removeprefix("http://")
    said = request.headers["authorization"]
    names = said.partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert "host" in names
    again = botocore.awsrequest.AWSRequest(request.method, f"http://{request.headers['host']}{request.path}")
    for name in names:
        again.headers[name] = request.headers[name]
    auth = botocore.auth.S3SigV4Auth(botocore.credentials.Credentials("key", "secret"), "s3", "us-east-1")
    again.context["timestamp"] = request.headers["x-amz-date"]
    canonical = auth.canonical_request(again)
    assert said.endswith("Signature=" + auth.signature(auth.string_to_sign(again, canonical), again))


@pytest.mark.parametrize(("kind", "status"), [(Kind.ERROR_500, 500), (Kind.SLOW_DOWN, 503)])
def test_answers_without_the_server(server: TinyS3, proxy: FaultProxy, s3: Any, kind: Kind, status: int) -> None:
    proxy.fault = FaultOn(kind, "PUT", times=2)
    assert refusal(write, s3=s3)[0] == status
    assert raw(proxy.endpoint, "PUT", "/b/k", b"1" * 100_000, **signed())[0] == status
    assert not server.requests
    write(s3)
    assert proxy.injected == {kind.value: 2}


@pytest.mark.parametrize(("kind", "done"), [(Kind.RESET_BEFORE, 0), (Kind.RESET_AFTER, 1)])
def test_connections_that_break_on_their_way(server: TinyS3, proxy: FaultProxy, s3: Any, kind: Kind, done: int) -> None:
    proxy.fault = FaultOn(kind, "PUT", "/k$")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        write(s3)
    assert len(server.written) == done
    write(s3)
    proxy.fault = FaultOn(kind, "GET")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        body_of(s3)
    assert body_of(s3) == b"hello"


def test_replies_that_are_cut_short(proxy: FaultProxy, s3: Any) -> None:
    write(s3)
    proxy.fault = FaultOn(Kind.TRUNCATED, "GET")
    with pytest.raises((botocore.exceptions.ResponseStreamingError, botocore.exceptions.IncompleteReadError)):
        body_of(s3)
    assert body_of(s3) == b"hello"
    proxy.fault = FaultOn(Kind.TRUNCATED, "HEAD")
    with pytest.raises(botocore.exceptions.HTTPClientError):
        s3.head_object(Bucket="b", Key="k")


def test_replies_that_are_altered(proxy: FaultProxy, s3: Any) -> None:
    write(s3)
    proxy.fault = lambda seen: Fault(Kind.ALTERED_REPLY)
    assert (len(body_of(s3)), body_of(s3) == b"hello") == (5, False)
    assert s3.put_object(Bucket="b", Key="k", Body=b"hello")["ETag"] == f'"{"0" * 32}"'
    assert refusal(s3.list_objects_v2, Bucket="b")[0] == 500


def test_uploads_that_are_altered(server: TinyS3, proxy: FaultProxy, s3: Any) -> None:
    proxy.fault = lambda seen: Fault(Kind.ALTERED_UPLOAD)
    assert refusal(write, s3=s3) == (400, "XAmzContentSHA256Mismatch")
    assert raw(proxy.endpoint, "PUT", "/b/k", b"hello", **signed())[0] == 200
    assert server.buckets["b"].objects["k"].etag != hashlib.md5(b"hello").hexdigest()


def test_replies_that_are_late(server: TinyS3, proxy: FaultProxy) -> None:
    with client(proxy.endpoint, read_timeout=0.2) as hasty:
        proxy.fault = FaultOn(Kind.TIMEOUT, "PUT", seconds=0.4)
        with pytest.raises(botocore.exceptions.ReadTimeoutError):
            write(hasty)
        assert server.written == ["b/k"]
        write(hasty)


def test_both_directions_are_late(server: TinyS3) -> None:
    with FaultProxy(server.endpoint, delay_s=0.05) as proxy, client(proxy.endpoint) as s3:
        started = time.perf_counter()
        write(s3)
        written = time.perf_counter()
        assert written - started >= 0.2  # the body waits for 100 Continue
        assert body_of(s3) == b"hello"
        assert time.perf_counter() - written >= 0.1
        proxy.fault = FaultOn(Kind.TRUNCATED, "GET")
        with pytest.raises((botocore.exceptions.ResponseStreamingError, botocore.exceptions.IncompleteReadError)):
            body_of(s3)


def test_faults_at_random(proxy: FaultProxy, s3: Any) -> None:
    proxy.fault = Faults(3, 0.4, [Kind.SLOW_DOWN])
    refused = 0
    for _ in range(50):
        try:
            write(s3)
        except botocore.exceptions.ClientError:
            refused += 1
    assert 8 <= refused == proxy.injected["slow_down"] <= 32


def test_a_server_that_speaks_in_chunks_and_hangs_up() -> None:
    """Replies as other servers frame them: chunks, or a body that ends with its connection."""
    replies = [
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nETag: x\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n\r\nabcde",
    ]
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            for reply in [*replies, *replies]:
                connection, _ = listening.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(reply)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        with FaultProxy(f"http://127.0.0.1:{listening.getsockname()[1]}") as proxy:
            for _ in replies:
                assert raw(proxy.endpoint, "GET", "/b/k")[2] == b"abcde"
            proxy.fault = lambda seen: Fault(Kind.ALTERED_REPLY)
            for _ in replies:
                assert raw(proxy.endpoint, "GET", "/b/k")[2] == b"abbde"
        thread.join(2)


def test_the_proxy_ends_while_clients_are_connected(server: TinyS3, caplog: pytest.LogCaptureFixture) -> None:
    request = b"GET /b/k HTTP/1.1\r\nHost: b\r\n\r\n"
    with socket.socket() as idle, socket.socket() as waiting:
        with FaultProxy(server.endpoint) as proxy:
            proxy.fault = FaultOn(Kind.TIMEOUT, seconds=60, skip=1)
            for one in (idle, waiting):
                one.connect((proxy.host, proxy.port))
                one.sendall(request)
                if one is idle:
                    assert one.recv(100).startswith(b"HTTP/1.1 403 ")
            while server.requests.total() < 2:
                time.sleep(0.01)
        idle.settimeout(2)
        while idle.recv(65536):
            pass
    assert not caplog.records


def test_a_server_that_is_not_there_is_a_connection_that_ends() -> None:
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]
    proxy = FaultProxy(f"http://127.0.0.1:{port}")
    with proxy, client(proxy.endpoint) as s3, pytest.raises(botocore.exceptions.HTTPClientError):
        write(s3)
