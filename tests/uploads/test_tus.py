"""The upload protocol over HTTP, as its specification has it, and what becomes of those who break it."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import json
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from uploads.places import jpeg
from uploads.tus_server import application, serving

from ispace.adapters.folder import system
from ispace.database import Database
from ispace.database.uploads import UploadRow
from ispace.settings import Settings
from ispace.uploads.fingerprint import of_bytes
from ispace.uploads.ledger import Ledger
from ispace.web.studio.tus import TusOptions

CONTENT = jpeg(300_000)
CHUNK = "application/offset+octet-stream"


class Client:
    """Speaks the protocol by hand; one connection for each request."""

    def __init__(self, endpoint: str, settings: Settings) -> None:
        self.endpoint, self.settings = endpoint, settings
        self.address = urlsplit(endpoint)

    def ask(
        self, method: str, path: str = "/uploads/", body: bytes = b"", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection(self.address.hostname or "", self.address.port, timeout=20)
        said = {"Tus-Resumable": "1.0.0"} | {name.replace("_", "-"): value for name, value in headers.items()}
        with contextlib.closing(connection):
            connection.request(method, path, body or None, {name: value for name, value in said.items() if value})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()

    def begin(self, length: int | None = len(CONTENT), name: str = "ảnh.jpg", **more: str) -> str:
        said = {"Upload_Length": str(length)} if length is not None else {"Upload_Defer_Length": "1"}
        status, headers, body = self.ask("POST", Upload_Metadata=metadata(filename=name, tour="chua", **more), **said)
        assert status == 201, body
        return headers["location"]

    def patch(self, path: str, body: bytes, at: int, **more: str) -> tuple[int, dict[str, str], bytes]:
        return self.ask("PATCH", path, body, **({"Content_Type": CHUNK, "Upload_Offset": str(at)} | more))

    def offset(self, path: str) -> int:
        status, headers, _ = self.ask("HEAD", path)
        assert status == 200
        return int(headers["upload-offset"])

    def rows(self) -> list[UploadRow]:
        database = Database(self.settings.database.get_secret_value())
        with database.read() as session:
            found = list(session.query(UploadRow))
        database.close()
        return found

    def stored(self, path: str) -> bytes:
        return (Path(self.settings.private.removeprefix("file:")) / "uploads" / path.rpartition("/")[2]).read_bytes()


def metadata(**said: str) -> str:
    return ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())


def settings_in(folder: Path, **more: object) -> Settings:
    return Settings(
        private=f"file:{folder / 'private'}",
        public=f"file:{folder / 'public'}",
        uploads=str(folder / "uploads"),
        database=f"sqlite:{folder / 'ispace.db'}",  # type: ignore[arg-type]
        upload_max_bytes=1_000_000,
        **more,  # type: ignore[arg-type]
    )


@contextlib.contextmanager
def running(folder: Path, options: TusOptions | None = None, **more: object) -> Iterator[Client]:
    settings = settings_in(folder, **more)
    with serving(application(settings, lambda *_: None, options)) as endpoint:
        yield Client(endpoint, settings)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with running(tmp_path_factory.mktemp("tus")) as found:
        yield found


def code_of(answer: tuple[int, dict[str, str], bytes]) -> tuple[int, str]:
    """Return status and code of a refusal, which has one form everywhere."""
    status, headers, body = answer
    assert headers["content-type"] == "application/problem+json"
    assert headers["tus-resumable"] == "1.0.0"
    said = json.loads(body)
    assert said["status"] == status
    assert said["title"][-1] == "."
    assert "{" not in said["title"]
    return status, said["code"]


def test_the_server_says_what_it_can(client: Client) -> None:
    status, headers, _ = client.ask("OPTIONS", Tus_Resumable="")
    assert status == 204
    assert headers["tus-version"] == "1.0.0"
    assert set(headers["tus-extension"].split(",")) == {
        *("creation", "creation-with-upload", "creation-defer-length", "checksum", "termination", "expiration")
    }
    assert headers["tus-checksum-algorithm"] == "sha1,sha256"
    assert headers["tus-max-size"] == "1000000"


def test_an_upload_begins_goes_on_and_is_whole(client: Client) -> None:
    path = client.begin(modified="1")
    assert path.startswith("/uploads/")
    status, headers, _ = client.ask("HEAD", path)
    assert (status, headers["upload-offset"], headers["upload-length"]) == (200, "0", str(len(CONTENT)))
    assert headers["cache-control"] == "no-store"
    assert headers["upload-metadata"] == metadata(filename="ảnh.jpg", tour="chua", modified="1")
    assert headers["upload-expires"].endswith("GMT")
    status, headers, _ = client.patch(path, CONTENT[:100_000], 0)
    assert (status, headers["upload-offset"]) == (204, "100000")
    status, headers, _ = client.patch(path, CONTENT[100_000:], 100_000)
    assert (status, headers["upload-offset"]) == (204, str(len(CONTENT)))
    assert client.stored(path) == CONTENT
    assert client.offset(path) == len(CONTENT)
    row = next(row for row in client.rows() if row.id in path)
    assert (row.state, row.name, row.owner, row.size_bytes) == ("received", "ảnh.jpg", "Nguyễn Thị Mười", len(CONTENT))
    assert row.sha256 == hashlib.sha256(CONTENT).hexdigest()


def test_an_upload_may_bring_its_bytes_at_once_or_say_its_length_later(client: Client) -> None:
    said = metadata(filename="a.jpg", tour="chua")
    status, headers, _ = client.ask(
        "POST", body=CONTENT, Upload_Length=str(len(CONTENT)), Upload_Metadata=said, Content_Type=CHUNK
    )
    assert (status, headers["upload-offset"]) == (201, str(len(CONTENT)))
    assert client.stored(headers["location"]) == CONTENT
    path = client.begin(None)
    _, headers, _ = client.ask("HEAD", path)
    assert headers["upload-defer-length"] == "1"
    client.patch(path, CONTENT[:1000], 0)
    assert client.patch(path, CONTENT[1000:], 1000, Upload_Length=str(len(CONTENT)))[0] == 204
    assert client.stored(path) == CONTENT


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_what_was_altered_on_the_way_is_noticed(client: Client, algorithm: str) -> None:
    path = client.begin()
    right = f"{algorithm} {base64.b64encode(hashlib.new(algorithm, CONTENT).digest()).decode()}"
    assert code_of(client.patch(path, CONTENT[:-1] + b"?", 0, Upload_Checksum=right)) == (460, "TAI-LEN-SAI-MA")
    assert client.offset(path) == 0
    assert client.patch(path, CONTENT, 0, Upload_Checksum=right)[0] == 204
    assert client.stored(path) == CONTENT


def test_an_upload_is_given_up(client: Client) -> None:
    path = client.begin()
    client.patch(path, CONTENT[:1000], 0)
    assert client.ask("DELETE", path)[0] == 204
    assert client.ask("HEAD", path)[0] == 404
    assert code_of(client.ask("DELETE", path)) == (404, "TAI-LEN-KHONG-CO")
    assert not [row for row in client.rows() if row.id in path]


def test_methods_may_be_named_in_a_header(client: Client) -> None:
    path = client.begin()
    answer = client.ask(
        "POST", path, CONTENT[:10], X_HTTP_Method_Override="PATCH", Content_Type=CHUNK, Upload_Offset="0"
    )
    assert answer[0] == 204
    assert client.ask("POST", path, X_HTTP_Method_Override="DELETE")[0] == 204
    assert client.ask("POST", path)[0] == 405
    assert client.ask("POST", path, X_HTTP_Method_Override="TRACE")[0] == 405


def test_the_address_of_an_upload_never_repeats_what_a_request_calls_its_host(client: Client) -> None:
    said = metadata(filename="a.jpg", tour="chua")
    for more in ({"Host": "evil.example"}, {"X_Forwarded_Host": "evil.example"}, {"Forwarded": "host=evil.example"}):
        _, headers, _ = client.ask("POST", Upload_Length="5", Upload_Metadata=said, **more)
        assert headers["location"].startswith("/uploads/")
        assert "evil" not in str(headers)


def test_an_upload_of_somebody_else_is_not_there(client: Client) -> None:
    path = client.begin()
    for method in ("HEAD", "DELETE"):
        assert client.ask(method, path, X_Owner="khac")[0] == 404
    assert code_of(client.patch(path, CONTENT, 0, X_Owner="khac")) == (404, "TAI-LEN-KHONG-CO")
    assert client.offset(path) == 0
    assert code_of(client.ask("POST", Upload_Length="5", Upload_Metadata=metadata(filename="a", tour="cam"))) == (
        *(403, "TAI-LEN-QUYEN"),
    )
    assert code_of(client.ask("POST", Upload_Length="5", Upload_Metadata=metadata(filename="a", tour="khong-co"))) == (
        *(403, "TAI-LEN-QUYEN"),
    )


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Tus_Resumable": "0.2.2"}, (412, "TAI-LEN-PHIEN-BAN")),
        ({"Tus_Resumable": ""}, (412, "TAI-LEN-PHIEN-BAN")),
        ({"Upload_Length": "-1"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": "1e3"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": "99999999999999999999"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": ""}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Defer_Length": "1"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": "", "Upload_Defer_Length": "2"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": "1000001"}, (413, "TAI-LEN-LON")),
        ({"Upload_Length": "0"}, (400, "TAI-LEN-RONG")),
        ({"Upload_Metadata": ""}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": "filename !!!"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": "filename /w=="}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": metadata(filename="a.jpg")}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": metadata(filename="..", tour="chua")}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": metadata(filename="a.jpg", tour="chua", scene="a\0")}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": metadata(filename="a" * 4000, tour="chua")}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Metadata": metadata(filename="a", tour="chua", fingerprint="x")}, (400, "TAI-LEN-TIEU-DE")),
    ],
)
def test_a_beginning_that_cannot_be_meant_is_refused_by_name(
    client: Client, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    given = {"Upload_Length": "10", "Upload_Metadata": metadata(filename="a.jpg", tour="chua")} | headers
    before = len(client.rows())
    assert code_of(client.ask("POST", **given)) == expected
    assert len(client.rows()) == before


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Upload_Offset": "5"}, (409, "TAI-LEN-VI-TRI")),
        ({"Upload_Offset": str(1 << 52)}, (409, "TAI-LEN-VI-TRI")),
        ({"Upload_Offset": ""}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Offset": "-5"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Offset": "٣"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Content_Type": "image/jpeg"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Content_Encoding": "gzip"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Checksum": "md5 AAAA"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Checksum": "sha1 AAAA"}, (400, "TAI-LEN-TIEU-DE")),
        ({"Upload_Length": "7"}, (413, "TAI-LEN-THUA")),
    ],
)
def test_a_chunk_that_cannot_be_meant_is_refused_by_name_and_changes_nothing(
    client: Client, headers: dict[str, str], expected: tuple[int, str]
) -> None:
    path = client.begin()
    given = {name: value.encode().decode("latin-1") for name, value in headers.items()}
    assert code_of(client.patch(path, CONTENT, 0, **given)) == expected
    assert client.patch(path, CONTENT, 0)[0] == 204
    assert client.stored(path) == CONTENT


def test_more_than_declared_is_refused_also_when_its_size_is_not_told_beforehand(client: Client) -> None:
    path = client.begin(1000)
    assert code_of(client.patch(path, CONTENT[:1001], 0)) == (413, "TAI-LEN-THUA")
    connection = http.client.HTTPConnection(client.address.hostname or "", client.address.port, timeout=20)
    with contextlib.closing(connection):
        headers = {"Tus-Resumable": "1.0.0", "Content-Type": CHUNK, "Upload-Offset": "0"}
        connection.request("PATCH", path, iter([CONTENT[:700], CONTENT[700:1400]]), headers, encode_chunked=True)
        assert connection.getresponse().status == 413
    assert client.offset(path) == 0
    assert client.patch(path, CONTENT[:1000], 0)[0] == 204


@pytest.mark.parametrize(
    "path", ["/uploads/..", "/uploads/%2e%2e%2fispace.db", "/uploads/" + "a" * 9000, "/uploads/%00"]
)
def test_what_is_no_id_is_no_upload(client: Client, path: str) -> None:
    assert client.ask("HEAD", path)[0] in {404, 405}
    assert client.ask("DELETE", path)[0] in {404, 405}


def test_headers_without_end_do_not_harm_the_server(client: Client) -> None:
    said = metadata(filename="a.jpg", tour="chua")
    with contextlib.suppress(ConnectionError, http.client.HTTPException):
        assert client.ask("POST", Upload_Length="5", Upload_Metadata=said, X_Long="x" * 200_000)[0] in {400, 431}
    assert client.ask("OPTIONS")[0] == 204


def test_a_name_that_is_a_path_is_only_text(client: Client) -> None:
    name = "..\\..//../etc/pass\u202ewd\x00\r\nX: y .jpg"
    path = client.begin(10, name, relativePath="/DCIM/../../root/100 CANON/x.jpg")
    row = next(row for row in client.rows() if row.id in path)
    assert (row.name, row.folder) == ("passwdX: y .jpg".replace("wdX", "wd X"), "DCIM/root/100 CANON")


def test_a_wrong_kind_is_refused_while_it_comes_in_the_language_of_who_asks(client: Client) -> None:
    path = client.begin(300_000, "anh.jpg")
    answer = client.patch(path, b"PK\x03\x04" + bytes(299_996), 0, Accept_Language="en-GB, vi;q=0.5")
    assert code_of(answer) == (415, "TAI-LEN-NEN")
    assert answer[1]["content-language"] == "en"
    assert "Unpack it" in answer[2].decode()
    path = client.begin(300_000, "anh.jpg")
    answer = client.patch(path, bytes(300_000), 0)
    assert code_of(answer) == (415, "TAI-LEN-LOAI")
    assert "Không nhận anh.jpg" in answer[2].decode()
    assert client.ask("HEAD", path)[0] == 404


def test_known_files_are_told_before_they_are_sent(client: Client) -> None:
    content = jpeg(5000, seed=77)
    path = client.begin(len(content), "Cổng.jpg")
    client.patch(path, content, 0)
    sha256, print_ = hashlib.sha256(content).hexdigest(), of_bytes(content)
    files: list[dict[str, object]] = [
        {"name": "a.jpg", "size_bytes": 5000},
        {"name": "a.jpg", "size_bytes": 5000, "sha256": sha256},
        {"size_bytes": 5000, "fingerprint": print_},
        {"size_bytes": 5000, "sha256": "0" * 64},
        {"size_bytes": 5001},
    ]
    asked = json.dumps({"tour": "chua", "files": files}).encode()
    status, _, body = client.ask("POST", "/uploads/known", asked)
    told = json.loads(body)["files"]
    assert status == 200
    assert [one["state"] for one in told] == ["same-size", "known", "known", "new", "new"]
    assert (told[1]["name"], told[1]["owner"]) == ("Cổng.jpg", "Nguyễn Thị Mười")
    assert told[1]["upload"] in path
    said = metadata(filename="b.jpg", tour="chua", sha256=sha256)
    answer = client.ask("POST", Upload_Length=str(len(content)), Upload_Metadata=said)
    assert code_of(answer) == (422, "TAI-LEN-TRUNG")
    assert "Cổng.jpg" in answer[2].decode()
    again = said + "," + metadata(again="1")
    assert client.ask("POST", Upload_Length=str(len(content)), Upload_Metadata=again)[0] == 201
    for wrong in (
        b"",
        b"[]",
        b'{"tour": 1}',
        b'{"tour": "chua", "files": [1]}',
        b'{"tour": "chua", "files": [{"size_bytes": -1}]}',
        b"\xff",
        b"x" * 300_000,
    ):
        assert code_of(client.ask("POST", "/uploads/known", wrong)) == (400, "TAI-LEN-CAU-HOI")
    assert code_of(client.ask("POST", "/uploads/known", asked.replace(b"chua", b"cam"))) == (403, "TAI-LEN-QUYEN")


def test_a_connection_that_breaks_keeps_what_came(client: Client) -> None:
    path = client.begin()
    _half_sent(client, path, CONTENT[:123_456]).close()
    until = time.monotonic() + 10
    while client.offset(path) < 123_456 and time.monotonic() < until:
        time.sleep(0.02)
    assert client.offset(path) == 123_456
    assert client.patch(path, CONTENT[123_456:], 123_456)[0] == 204
    assert client.stored(path) == CONTENT


def test_two_writers_at_once_never_mix(client: Client) -> None:
    path = client.begin()
    found: list[int] = []

    def send(half: bytes) -> None:
        found.append(client.patch(path, half, 0)[0])

    first = CONTENT[:200_000]
    threads = [threading.Thread(target=send, args=[first]) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(204) == 1
    assert set(found) <= {204, 409, 423}
    assert client.patch(path, CONTENT[200_000:], 200_000)[0] == 204
    assert client.stored(path) == CONTENT


def test_a_silent_request_gives_way_and_a_busy_one_does_not(client: Client) -> None:
    path = client.begin()
    silent = _half_sent(client, path, CONTENT[:1000])
    with contextlib.closing(silent):
        while code_of(answer := client.patch(path, b"x", 7)) == (409, "TAI-LEN-VI-TRI"):
            time.sleep(0.02)  # the silent one is not there yet
        assert code_of(answer) == (423, "TAI-LEN-DANG-GHI")
        while code_of(answer := client.patch(path, b"x", 7)) == (423, "TAI-LEN-DANG-GHI"):
            time.sleep(0.1)
        assert code_of(answer) == (409, "TAI-LEN-VI-TRI")
        assert client.patch(path, CONTENT[1000:], 1000)[0] == 204
    assert client.stored(path) == CONTENT


def test_who_sends_nothing_is_told_so_and_what_came_is_kept(tmp_path: Path) -> None:
    options = TusOptions(1_000_000, idle_s=0.3)
    with running(tmp_path, options) as client:
        path = client.begin()
        with contextlib.closing(_half_sent(client, path, CONTENT[:1000])) as silent:
            assert b" 408 " in silent.recv(1000)
        assert client.patch(path, CONTENT[1000:], 1000)[0] == 204
        assert client.stored(path) == CONTENT


def test_who_finds_no_turn_is_told_to_come_again(tmp_path: Path) -> None:
    options = TusOptions(1_000_000, idle_s=1.5, at_once=1)
    with running(tmp_path, options) as client:
        first, second = client.begin(), client.begin()
        with contextlib.closing(_half_sent(client, first, CONTENT[:1000])) as busy:
            stop = threading.Event()

            def trickle() -> None:
                while not stop.wait(0.2):
                    busy.sendall(b"x")

            thread = threading.Thread(target=trickle)
            thread.start()
            try:
                while code_of(answer := client.patch(second, b"x", 7)) == (409, "TAI-LEN-VI-TRI"):
                    time.sleep(0.02)  # the first one is not there yet
            finally:
                stop.set()
                thread.join()
        assert code_of(answer) == (503, "TAI-LEN-DONG")
        assert answer[1]["retry-after"]


def test_room_is_set_aside_when_an_upload_begins_and_given_back_when_it_ends(tmp_path: Path) -> None:
    with running(tmp_path, upload_quota_tour_bytes=500_000, upload_max_unfinished=3) as client:
        first = client.begin(300_000)
        said = metadata(filename="b.jpg", tour="chua")
        assert code_of(client.ask("POST", Upload_Length="300000", Upload_Metadata=said)) == (413, "TAI-LEN-HET-CHO")
        later = client.begin(None)
        assert code_of(client.ask("POST", Upload_Length="1", Upload_Metadata=said)) == (413, "TAI-LEN-HET-CHO")
        assert code_of(client.patch(later, CONTENT[:250_000], 0)) == (413, "TAI-LEN-THUA")
        assert client.patch(later, b"", 0, Upload_Length="1000")[0] == 204
        client.begin(100)
        assert code_of(client.ask("POST", Upload_Length="1", Upload_Metadata=said)) == (429, "TAI-LEN-NHIEU")
        client.ask("DELETE", first)
        assert client.ask("POST", Upload_Length="400000", Upload_Metadata=said)[0] == 201


def test_what_a_kill_kept_from_being_finished_is_finished_by_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        path = client.begin()
        client.patch(path, CONTENT[:299_999], 0)
    upload = tmp_path / "uploads" / path.rpartition("/")[2]
    with (upload / "data").open("ab") as file:
        file.write(CONTENT[299_999:])
    with running(tmp_path) as client:
        until = time.monotonic() + 10
        while [row.state for row in client.rows()] != ["received"] and time.monotonic() < until:
            time.sleep(0.02)
        assert client.stored(path) == CONTENT


def test_what_is_wrong_with_the_disk_is_told_to_the_log_and_not_to_the_client(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    with running(tmp_path) as client:
        path = client.begin()
        with monkeypatch.context() as patched:
            patched.setattr(system, "write_at", full)
            answer = client.patch(path, CONTENT, 0)
        assert code_of(answer) == (503, "TAI-LEN-KHONG-GHI")
        assert str(tmp_path) not in answer[2].decode()
        assert "KHO-DAY" in caplog.text
        with monkeypatch.context() as patched:
            patched.setattr(Ledger, "finished", full)
            assert code_of(client.patch(path, CONTENT, 0)) == (503, "TAI-LEN-KHONG-GHI")
            assert client.ask("HEAD", path)[0] == 503
        assert client.offset(path) == len(CONTENT)
        assert client.stored(path) == CONTENT


def test_an_expired_upload_is_gone(tmp_path: Path) -> None:
    with running(tmp_path) as client:
        path = client.begin()
        os.utime(tmp_path / "uploads" / path.rpartition("/")[2] / "lock", (1, 1))
        assert code_of(client.patch(path, CONTENT, 0)) == (410, "TAI-LEN-HET-HAN")


def _half_sent(client: Client, path: str, part: bytes) -> socket.socket:
    """Begin a request that promises everything and sends a part."""
    connection = socket.create_connection((client.address.hostname or "", client.address.port or 0), timeout=20)
    head = (
        f"PATCH {path} HTTP/1.1\r\nHost: x\r\nTus-Resumable: 1.0.0\r\nContent-Type: {CHUNK}\r\n"
        f"Upload-Offset: 0\r\nContent-Length: {len(CONTENT)}\r\n\r\n"
    )
    connection.sendall(head.encode() + part)
    return connection
