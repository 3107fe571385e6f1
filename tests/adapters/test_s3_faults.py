"""What goes wrong with object storage: what passes is sat out, what stays is said, and the public tour stays whole."""

from __future__ import annotations

import copy
import datetime as dt
import importlib.util
import logging
import shutil
import socket
import ssl
import subprocess
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from servers.faults import ALL_KINDS, FaultOn, Faults, Kind
from servers.messages import Reply, Request
from servers.tiny_s3 import TinyS3
from small_tour import SLUG, SmallTour, broken, keys_needed

from ispace import flow, language, pointer
from ispace.adapters.s3 import S3Blobs, claims
from ispace.adapters.s3.bucket import Bucket, parse
from ispace.errors import (
    FileUnreadableError,
    IspaceError,
    ObjectChangedError,
    ObjectDamagedError,
    ObjectExistsError,
    PublishRaceError,
    SettingInvalidError,
    StoreBusyError,
    StoreClockError,
    StoreCredentialsError,
    StoreFailedError,
    StoreFullError,
    StoreMissingError,
    StoreReadOnlyError,
    StoreTlsError,
    StoreUnreachableError,
    StoreUrlSecretError,
)
from ispace.imaging.isolate import PictureWorker
from ispace.ports import Put, Services
from ispace.progress import silent
from ispace.settings import Settings

SECRET = "wJalrXUtnFEMI-K7MDENG-bPxRfiCYEXAMPLEKEY"
BULKS = ["boto3", "obstore"] if importlib.util.find_spec("obstore") else ["boto3"]
PASSING = [kind for kind in ALL_KINDS if kind is not Kind.TIMEOUT]
"""What the next attempt does not meet again; a time-out costs real time and has its own tests."""
_SLEEP = time.sleep


class Shelf:
    """Makes stores on servers, and closes what they opened."""

    def __init__(self) -> None:
        self.made: list[S3Blobs] = []

    def __call__(self, server: TinyS3 | str, **changed: Any) -> S3Blobs:
        endpoint = server if isinstance(server, str) else server.endpoint
        # Eight at a time, not 32: a thousand threads in a test run prove nothing more.
        asked: dict[str, Any] = {"concurrency": 8, "connect_seconds": 2, "read_seconds": 5, "bulk": "boto3"} | changed
        name = asked.pop("name", "b")
        store = S3Blobs(Bucket(name, "tours", endpoint=endpoint, **asked))
        self.made.append(store)
        return store


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shelf]:
    """Stores with credentials of their own, whose pauses are over at once."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "AWS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere/at/all")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setattr(time, "sleep", lambda seconds: _SLEEP(min(seconds, 0.001)))
    shelf = Shelf()
    yield shelf
    for store in shelf.made:
        if store._made is not None:
            store._made.close()


@pytest.fixture
def server() -> Iterator[TinyS3]:
    with TinyS3(["b"]) as server:
        yield server


@pytest.fixture
def blobs(server: TinyS3, shelf: Shelf) -> S3Blobs:
    return shelf(server)


@pytest.fixture
def old(small: SmallTour, server: TinyS3, shelf: Shelf) -> SmallTour:
    """A tour that is public in the bucket, and a change that waits to be published."""
    on(small, shelf(server))
    small.publish()
    small.title("Chùa nhỏ sau khi sửa")
    return small


def on(small: SmallTour, store: S3Blobs) -> SmallTour:
    """Let a tour be published to another store."""
    small.services = Services(public=store, private=small.services.private)
    small.public = store  # type: ignore[assignment]
    return small


def objects(server: TinyS3) -> dict[str, bytes]:
    """Return what is in the bucket."""
    return {key: stored.body for key, stored in server.buckets["b"].objects.items()}


def always(kind: Kind, method: str = "", path: str = "") -> FaultOn:
    return FaultOn(kind, method, path, times=10**9, seconds=0.5)


def check_told(error: IspaceError, caplog: pytest.LogCaptureFixture, *named: str) -> None:
    """Look whether what people read says what is wrong, to what, and what to do, and nothing secret."""
    for lang, advice in (("vi", ("lại", "Dùng")), ("en", ("again", "Use"))):
        sentence = language.error_sentence(error, lang)
        assert sentence.count(".") >= 2  # what happened, and what to do
        assert any(word in sentence for word in advice)
        assert f"({error.code})" in sentence
        assert "{" not in sentence
        for name in named:
            assert name in sentence
        assert SECRET not in sentence
    chain: BaseException | None = error
    while chain is not None:
        assert SECRET not in repr(chain) + str(chain)
        chain = chain.__cause__ or chain.__context__
    assert SECRET not in repr(error.params)
    assert not [r for r in caplog.records if r.name.startswith("ispace") and SECRET in r.getMessage()]


@pytest.fixture(autouse=True)
def _everything_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "ispace")


# What passes


@pytest.mark.parametrize("kind", PASSING)
def test_every_method_sits_out_what_passes(server: TinyS3, blobs: S3Blobs, kind: Kind, tmp_path: Path) -> None:
    def broken_once(work: Callable[[], Any]) -> Any:
        server.fault = fault = FaultOn(kind)
        try:
            return work()
        finally:
            assert fault.injected == 1
            server.fault = None

    body = bytes(range(256)) * 20
    assert broken_once(lambda: blobs.put(Put("a/x.jpg", body))).size == len(body)
    assert objects(server) == {"tours/a/x.jpg": body}
    assert broken_once(lambda: blobs.get("a/x.jpg")) == body
    broken_once(lambda: blobs.fetch("a/x.jpg", tmp_path / "x"))
    assert (tmp_path / "x").read_bytes() == body
    assert broken_once(lambda: blobs.head("a/x.jpg")).size == len(body)
    assert broken_once(lambda: blobs.head("a/y.jpg")) is None
    assert [i.key for i in broken_once(lambda: list(blobs.scan()))] == ["a/x.jpg"]
    assert broken_once(lambda: list(blobs.folders())) == ["a"]
    broken_once(lambda: blobs.delete(["a/x.jpg"]))
    assert objects(server) == {}


@pytest.mark.parametrize("kind", PASSING)
def test_a_conditional_write_whose_answer_was_lost_is_not_taken_for_a_lost_race(
    server: TinyS3, blobs: S3Blobs, kind: Kind
) -> None:
    assert blobs.is_conditional()
    server.fault = FaultOn(kind, "PUT")
    info = blobs.put(Put("a/x", b"1", if_absent=True))
    server.fault = FaultOn(kind, "PUT")
    info = blobs.put(Put("a/x", b"2", if_match=info.etag))
    assert blobs.head("a/x").etag == info.etag  # type: ignore[union-attr]
    server.fault = FaultOn(kind, "PUT")
    with pytest.raises(ObjectChangedError):
        blobs.put(Put("a/x", b"3", if_match='"0"'))
    server.fault = FaultOn(kind, "PUT")
    with pytest.raises(ObjectExistsError):
        blobs.put(Put("a/x", b"3", if_absent=True))
    assert blobs.get("a/x") == b"2"


def test_a_conditional_write_that_timed_out_after_it_was_done_is_not_taken_for_a_lost_race(
    server: TinyS3, shelf: Shelf
) -> None:
    blobs = shelf(server, read_seconds=0.2)
    assert blobs.is_conditional()
    server.fault = FaultOn(Kind.TIMEOUT, "PUT", seconds=1)
    info = blobs.put(Put("a/x", b"1", if_absent=True))
    server.fault = FaultOn(Kind.TIMEOUT, "PUT", seconds=1)
    blobs.put(Put("a/x", b"2", if_match=info.etag))
    assert blobs.get("a/x") == b"2"


@pytest.mark.parametrize("skip", range(5))
@pytest.mark.parametrize("kind", PASSING)
def test_a_fault_while_conditions_are_tried_out_does_not_deny_them(
    server: TinyS3, blobs: S3Blobs, kind: Kind, skip: int
) -> None:
    server.fault = FaultOn(kind, skip=skip)
    assert blobs.is_conditional()
    assert objects(server) == {}


@pytest.mark.parametrize("kind", PASSING)
@pytest.mark.parametrize("skip", range(5))
def test_claims_sit_out_what_passes_and_leave_nothing_behind(shelf: Shelf, kind: Kind, skip: int) -> None:
    with TinyS3(["b"], conditions="none") as server:
        blobs = shelf(server)
        assert not blobs.is_conditional()
        server.fault = FaultOn(kind, skip=skip)
        blobs.put(Put("a/x", b"1", if_absent=True))
        assert server.fault.injected == 1
        assert objects(server) == {"tours/a/x": b"1"}


class EncryptedTinyS3(TinyS3):
    """Gives ETags that are no digests, as buckets encrypted with a key of their owner do."""

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        reply.headers = {
            name: value.replace('"', '"e-') if name.lower() == "etag" else value
            for name, value in reply.headers.items()
        }
        return reply


def test_a_lost_answer_is_no_lost_race_where_etags_are_no_digests(shelf: Shelf) -> None:
    with EncryptedTinyS3(["b"]) as server:
        blobs = shelf(server)
        blobs._conditional = True
        server.fault = FaultOn(Kind.RESET_AFTER, "PUT")
        blobs.put(Put("a/x", b"1", if_absent=True))
        server.fault = FaultOn(Kind.RESET_BEFORE, "PUT")
        with pytest.raises(ObjectExistsError):
            blobs.put(Put("a/x", b"2", if_absent=True))
        assert blobs.get("a/x") == b"1"


def test_what_may_not_be_deleted_is_a_matter_of_permission_and_not_tried_again(
    server: TinyS3, blobs: S3Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    denied = {"Errors": [{"Key": "tours/a/x", "Code": "AccessDenied", "Message": "Access Denied"}]}
    asked: list[object] = []
    monkeypatch.setattr(blobs.client, "delete_objects", lambda **what: asked.append(what) or denied)
    with pytest.raises(StoreReadOnlyError):
        blobs.delete(["a/x"])
    assert len(asked) == 1


# What stays: at the store


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (Kind.ERROR_500, StoreFailedError),
        (Kind.SLOW_DOWN, StoreBusyError),
        (Kind.RESET_BEFORE, StoreUnreachableError),
        (Kind.RESET_AFTER, StoreUnreachableError),
        (Kind.ALTERED_UPLOAD, StoreFailedError),
    ],
)
def test_a_fault_that_never_passes_fails_the_publish_and_the_tour_stays_whole(
    old: SmallTour,
    server: TinyS3,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    error: type[IspaceError],
) -> None:
    needed, current = keys_needed(old.public), old.current
    server.fault = always(kind, "PUT")
    with pytest.raises(error) as caught:
        old.publish()
    check_told(caught.value, caplog, "s3://b/tours")
    server.fault = None
    assert (broken(old.public, needed), old.current) == ([], current)
    old.publish()
    assert old.current != current
    assert broken(old.public, keys_needed(old.public)) == []


@pytest.mark.parametrize(
    ("kind", "method", "error"),
    [
        (Kind.TRUNCATED, "GET", (StoreFailedError, StoreUnreachableError, ObjectDamagedError)),
        (Kind.ALTERED_REPLY, "GET", (StoreFailedError, ObjectDamagedError)),
        (Kind.ALTERED_REPLY, "PUT", (ObjectDamagedError,)),
        (Kind.TIMEOUT, "", (StoreUnreachableError,)),
        (Kind.SLOW_DOWN, "", (StoreBusyError,)),
    ],
)
def test_replies_that_are_never_right_are_never_believed(
    server: TinyS3,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
    kind: Kind,
    method: str,
    error: tuple[type[IspaceError], ...],
    tmp_path: Path,
) -> None:
    blobs = shelf(server, read_seconds=0.1, attempts=2)
    blobs.put(Put("a/x", b"what was written"))
    assert blobs.is_conditional()
    server.fault = always(kind, method)
    calls: list[Callable[[], object]] = [
        lambda: blobs.get("a/x"),
        lambda: blobs.fetch("a/x", tmp_path / "x"),
        lambda: list(blobs.scan()),
        lambda: list(blobs.folders()),
        lambda: blobs.put(Put("a/y", b"1")),
        lambda: blobs.put(Put("a/z", b"1", if_absent=True)),
    ]
    for call in calls[:4] if method == "GET" else calls[4:5] if method == "PUT" else calls:
        with pytest.raises(error) as caught:
            call()
        check_told(caught.value, caplog)


def test_two_attempts_are_enough_where_the_second_succeeds_and_not_where_it_does_not(
    server: TinyS3, shelf: Shelf
) -> None:
    blobs = shelf(server, attempts=2)
    server.fault = FaultOn(Kind.SLOW_DOWN, times=1)
    blobs.put(Put("a/x", b"1"))
    server.fault = FaultOn(Kind.SLOW_DOWN, times=2)
    with pytest.raises(StoreBusyError):
        blobs.put(Put("a/x", b"1"))
    assert StoreBusyError.code == "KHO-BAN"


def refused(
    small: SmallTour, store: S3Blobs, error: type[IspaceError], caplog: pytest.LogCaptureFixture, *named: str
) -> None:
    """Publish to a store that cannot take it, and look whether what is public stays and the next run succeeds."""
    usual: Any = small.public
    needed, current = keys_needed(usual), small.current
    with pytest.raises(error) as caught:
        on(small, store).publish()
    check_told(caught.value, caplog, store.name, *named)
    calls: list[Callable[[], object]] = [
        lambda: store.put(Put("a/x", b"1")),
        lambda: store.put(Put("a/x", b"1", if_absent=True)),
        lambda: list(store.put_many([Put("a/x", b"1"), Put("a/y", b"1")])),
    ]
    if error not in {StoreFullError, StoreReadOnlyError}:
        calls += [lambda: store.head("a/x"), lambda: list(store.scan()), lambda: store.get("a/x")]
    for call in calls:
        with pytest.raises(error) as caught:
            call()
        check_told(caught.value, caplog, store.name)
    on(small, usual)
    assert (broken(usual, needed), small.current) == ([], current)


def published_again(small: SmallTour) -> None:
    before = small.current
    small.publish()
    assert small.current != before
    assert broken(small.public, keys_needed(small.public)) == []


@pytest.mark.parametrize("bulk", BULKS)
def test_a_full_store_is_said_to_be_full(
    old: SmallTour, server: TinyS3, shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    server.capacity_bytes = server.used_bytes
    refused(old, shelf(server, bulk=bulk), StoreFullError, caplog)
    server.capacity_bytes = None
    published_again(old)


@pytest.mark.parametrize("bulk", BULKS)
@pytest.mark.parametrize(
    ("access_key", "error"), [("readonly", StoreReadOnlyError), ("expired", StoreCredentialsError)]
)
def test_a_key_that_may_not_is_said_to_be_one(
    old: SmallTour,
    server: TinyS3,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    access_key: str,
    error: type[IspaceError],
    bulk: str,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", access_key)
    refused(old, shelf(server, bulk=bulk), error, caplog)
    published_again(old)


@pytest.mark.parametrize("bulk", BULKS)
def test_no_credentials_at_all_are_said_to_be_missing(
    old: SmallTour,
    server: TinyS3,
    shelf: Shelf,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    bulk: str,
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    refused(old, shelf(server, bulk=bulk), StoreCredentialsError, caplog, "AWS_ACCESS_KEY_ID")
    published_again(old)


@pytest.mark.parametrize("bulk", BULKS)
def test_an_unknown_profile_is_a_matter_of_credentials(
    old: SmallTour, server: TinyS3, shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    refused(old, shelf(server, bulk=bulk, profile="nobody"), StoreCredentialsError, caplog)
    published_again(old)


@pytest.mark.parametrize("bulk", BULKS)
def test_a_clock_that_is_an_hour_off_is_named(
    old: SmallTour, server: TinyS3, shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    needed = keys_needed(old.public)
    server.skew_s = 3600
    store = shelf(server, bulk=bulk)
    for call in (
        lambda: store.head("a/x"),
        lambda: store.get("a/x"),
        lambda: list(store.put_many([Put("a/x", b"1")])),
        lambda: on(old, store).publish(),
    ):
        with pytest.raises(StoreClockError) as caught:
            call()
        check_told(caught.value, caplog, "s3://b/tours")
    server.skew_s = 0
    assert broken(old.public, needed) == []
    published_again(old)


@pytest.mark.parametrize("bulk", BULKS)
def test_a_bucket_that_is_not_there_is_said_to_be_missing(
    old: SmallTour, server: TinyS3, shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    store = shelf(server, name="c-d", bulk=bulk)
    with pytest.raises(StoreMissingError) as caught:
        on(old, store).publish()
    check_told(caught.value, caplog, "s3://c-d/tours", "ispace storage prepare")
    with pytest.raises(StoreMissingError):
        list(store.put_many([Put("a/x", b"1")]))
    assert [i.key for i in shelf(server).scan(SLUG)]


@pytest.mark.parametrize("bulk", BULKS)
def test_a_server_that_is_not_there_is_named_with_its_address(
    old: SmallTour, server: TinyS3, shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = f"http://127.0.0.1:{free.getsockname()[1]}"
        refused(old, shelf(endpoint, bulk=bulk, attempts=2), StoreUnreachableError, caplog, endpoint)
    published_again(old)


def test_a_host_name_that_does_not_exist_is_named(
    shelf: Shelf, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(StoreUnreachableError) as caught:
        shelf("http://s3.sai.test:9000").head("a/x")
    check_told(caught.value, caplog, "s3.sai.test")


# TLS


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """The address of a server with a certificate that nobody knows, and the certificate."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    asked = "req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [openssl, *asked.split(), "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    done = threading.Event()
    reply = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    def serve(listening: socket.socket) -> None:
        while not done.is_set():
            try:
                connection, _ = listening.accept()
            except TimeoutError:
                continue
            with connection:
                connection.settimeout(2)
                try:
                    with context.wrap_socket(connection, server_side=True) as secure:
                        secure.recv(65536)
                        secure.sendall(reply)
                except OSError:  # who does not trust us hangs up
                    pass

    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        thread = threading.Thread(target=serve, args=(listening,))
        thread.start()
        yield f"https://127.0.0.1:{listening.getsockname()[1]}", certificate
        done.set()
        thread.join()


@pytest.mark.parametrize("bulk", BULKS)
def test_a_certificate_that_nobody_knows_is_refused(
    tls: tuple[str, Path], shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str
) -> None:
    endpoint, certificate = tls
    store = shelf(endpoint, bulk=bulk, attempts=2)
    calls: list[Callable[[], object]] = [lambda: store.head("a/x"), lambda: list(store.put_many([Put("a/x", b"1")]))]
    for call in calls:
        with pytest.raises(StoreTlsError) as caught:
            call()
        check_told(caught.value, caplog, "s3://b/tours", endpoint, "ISPACE_S3_CA")
    assert shelf(endpoint, ca=str(certificate)).head("a/x") is None


@pytest.mark.parametrize("bulk", BULKS)
def test_a_file_of_authorities_that_is_not_there_is_named(
    tls: tuple[str, Path], shelf: Shelf, caplog: pytest.LogCaptureFixture, bulk: str, tmp_path: Path
) -> None:
    missing = str(tmp_path / "no-such.pem")
    store = shelf(tls[0], ca=missing, bulk=bulk, attempts=2)
    calls: list[Callable[[], object]] = [lambda: store.head("a/x"), lambda: list(store.put_many([Put("a/x", b"1")]))]
    for call in calls:
        with pytest.raises(FileUnreadableError) as caught:
            call()
        check_told(caught.value, caplog, missing)


# Addresses


@pytest.mark.parametrize(
    "url",
    [
        f"s3://key:{SECRET}@b/tours",
        f"s3://b/tours?endpoint=https://key:{SECRET}@s3.test",
        f"s3://b/tours?endpoint=https://s3.test&secret_access_key={SECRET}",
        f"s3://b/tours?aws_session_token={SECRET}",
        f"s3://b:{SECRET}@[/tours",
    ],
)
def test_a_credential_in_an_address_is_refused_and_not_repeated(url: str, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(IspaceError) as caught:
        parse(url, Settings())
    assert isinstance(caught.value, StoreUrlSecretError) or "[" in url
    check_told(caught.value, caplog, "s3://")


@pytest.mark.parametrize("bulk", BULKS)
def test_a_server_with_an_ipv6_address_is_spoken_to(shelf: Shelf, bulk: str) -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("this machine has no IPv6")
    with TinyS3(["b"], host="::1") as server:
        blobs = shelf(server, bulk=bulk)
        assert len(list(blobs.put_many([Put("a/x", b"1"), Put("a/y", b"2")]))) == 2
        assert [i.key for i in blobs.scan()] == ["a/x", "a/y"]
        assert blobs.bucket.address == f"http://[::1]:{server.port}/b/tours/"


class VirtualTinyS3(TinyS3):
    """Takes the bucket from the host name; ``hosts`` are those that were asked for."""

    hosts: set[str]

    def classify(self, request: Request) -> str:
        self.hosts.add(request.headers["host"])
        request.key = "/".join(filter(None, (request.bucket, request.key)))
        request.bucket = request.headers["host"].partition(".")[0]
        return super().classify(request)


def test_virtual_addressing_sends_the_bucket_as_host_name(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: look_up("127.0.0.1", *rest, **more))
    with VirtualTinyS3(["tours-b"]) as server:
        server.hosts = set()
        blobs = shelf(f"http://s3.test:{server.port}", name="tours-b", addressing="virtual", bulk="auto")
        list(blobs.put_many([Put("a/x", b"1")]))
        assert blobs.get("a/x") == b"1"
        assert server.hosts == {f"tours-b.s3.test:{server.port}"}
        assert list(server.buckets["tours-b"].objects) == ["tours/a/x"]
        assert blobs.bucket.address == f"http://tours-b.s3.test:{server.port}/tours/"


# Whole publishes


@pytest.mark.slow
@pytest.mark.parametrize("bulk", BULKS)
@pytest.mark.parametrize("conditions", ["full", "none", "refused"])
def test_a_publish_through_faults_on_every_fifth_request_ends_as_one_without(
    small: SmallTour, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, conditions: str, bulk: str
) -> None:
    found = []
    for seed in (None, 1):
        small.title("Chùa nhỏ")
        with TinyS3(["b"], conditions=conditions) as server:
            on(small, shelf(server, bulk=bulk, attempts=14))
            server.fault = faults = None if seed is None else Faults(seed, 0.2, PASSING)
            at_one_moment(monkeypatch, 12)
            small.publish()
            small.title("Chùa nhỏ sau khi sửa")
            at_one_moment(monkeypatch, 13)
            small.publish()
            server.fault = None
            assert broken(small.public, keys_needed(small.public)) == []
            found.append({k: body for k, body in objects(server).items() if "/log/" not in k})
            assert faults is None or sum(faults.injected.values()) > 30
    assert found[0]
    assert found[1].keys() == found[0].keys()
    assert found[1] == found[0]


def at_one_moment(monkeypatch: pytest.MonkeyPatch, hour: int) -> None:
    """Let publishes begin at one moment, by which releases are named; the servers keep their own time."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> dt.datetime:  # type: ignore[override]
            return dt.datetime(2026, 11, 1, hour, tzinfo=tz)

    monkeypatch.setattr(flow, "dt", types.SimpleNamespace(datetime=Clock, date=dt.date, UTC=dt.UTC))


@pytest.mark.parametrize("conditions", ["none", "refused"])
def test_of_two_publishes_at_once_exactly_one_wins_without_conditions(
    small: SmallTour, shelf: Shelf, tmp_path: Path, conditions: str
) -> None:
    other = copy.copy(small)
    other.raw, other.folder = copy.deepcopy(small.raw), tmp_path / "other"
    shutil.copytree(small.folder, other.folder)
    with TinyS3(["b"], conditions=conditions) as server:
        on(small, shelf(server)).publish()
        titles = {"Chùa nhỏ của An": small, "Chùa nhỏ của Bình": on(other, shelf(server))}
        together = threading.Barrier(2)
        ended: dict[str, object] = {}

        def publish(title: str) -> None:
            titles[title].title(title)
            look = pointer.look(titles[title].public, SLUG)
            together.wait()
            try:
                ended[title] = publish_after(titles[title], look)
            except BaseException as error:
                ended[title] = error

        threads = [threading.Thread(target=publish, args=(title,)) for title in titles]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lost = [error for error in ended.values() if error is not None]
        assert [type(error) for error in lost] == [PublishRaceError]
        winner = next(title for title, error in ended.items() if error is None)
        page = small.pages[f"{SLUG}/index.html"].decode()
        assert winner in page
        assert broken(small.public, keys_needed(small.public)) == []
        assert not [key for key in objects(server) if ".ispace/" in key]


_LOOK = threading.local()


def publish_after(small: SmallTour, seen: pointer.Pages) -> None:
    """Publish as one who saw the tour as it was before the other began."""
    with PictureWorker() as worker:
        _LOOK.seen = seen
        try:
            flow.publish_tour(small.folder, small.services, small.settings, worker, silent)
        finally:
            _LOOK.seen = None


@pytest.fixture(autouse=True)
def _seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    look = pointer.look

    def looked(public: Any, slug: str) -> pointer.Pages:
        seen, _LOOK.seen = getattr(_LOOK, "seen", None), None
        return seen if seen is not None else look(public, slug)

    monkeypatch.setattr(pointer, "look", looked)


def test_a_claim_that_a_killed_process_left_holds_up_nobody_after_its_life(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    with TinyS3(["b"], conditions="none") as server:
        killed, blobs = shelf(server), shelf(server)
        held = claims.held(killed.client, killed.bucket, "a/x")
        held.__enter__()
        monkeypatch.setattr(claims, "_PATIENCE_SECONDS", 0.01)
        with pytest.raises(StoreBusyError):
            blobs.put(Put("a/x", b"1", if_absent=True))
        blobs.put(Put("a/y", b"1", if_absent=True))
        monkeypatch.setattr(claims, "_LIFE", dt.timedelta(seconds=-1))
        blobs.put(Put("a/x", b"1", if_absent=True))
        assert objects(server) == {"tours/a/x": b"1", "tours/a/y": b"1"}
        held.__exit__(None, None, None)


# Bulk


@pytest.mark.skipif(len(BULKS) == 1, reason="obstore is not installed")
@pytest.mark.parametrize("share", [0, 0.2])
def test_obstore_writes_the_same_objects_as_boto3(server: TinyS3, shelf: Shelf, share: float) -> None:
    puts = [Put(f"t/{n}/{n % 7}.jpg", bytes([n]) * (n + 1), metadata={"by": "an"}) for n in range(100)]
    puts += [Put("a/chùa (1).jpg", b"1"), Put("a/x.html", b"x", content_encoding="br"), Put("a/empty", b"")]
    found = []
    for bulk in BULKS:
        server.fault = Faults(3, share, PASSING) if share else None
        blobs = shelf(server, bulk=bulk, attempts=14)
        infos = {i.key: (i.size, i.etag) for i in blobs.put_many(puts)}
        server.fault = None
        assert infos == {i.key: (i.size, i.etag) for i in blobs.scan()}
        found.append({k: (s.body, s.etag, s.headers) for k, s in server.buckets["b"].objects.items()})
        blobs.delete(infos)
    assert len(found[0]) == len(puts)
    assert found[0] == found[1]


def test_without_obstore_everything_is_written_by_boto3(
    small: SmallTour, server: TinyS3, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    without_obstore(monkeypatch)
    on(small, shelf(server, bulk="auto")).publish()
    assert broken(small.public, keys_needed(small.public)) == []


def test_who_demands_obstore_and_has_none_is_told_how_to_get_it(
    server: TinyS3, shelf: Shelf, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    without_obstore(monkeypatch)
    with pytest.raises(SettingInvalidError) as caught:
        list(shelf(server, bulk="obstore").put_many([Put("a/x", b"1")]))
    for lang in ("vi", "en"):
        sentence = language.error_sentence(caught.value, lang)
        assert "ISPACE_S3_BULK" in sentence
        assert "ispace[bulk]" in sentence


def without_obstore(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, package=None: None if name == "obstore" else find(name, package)
    )
    monkeypatch.setitem(sys.modules, "obstore", None)
