"""The S3 server of the tests: it keeps what it is given, opens buckets, and leaves no process behind."""

from __future__ import annotations

import errno
import os
import select
import signal
import subprocess
import sys
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import botocore.exceptions
import pytest
from servers import swift as module
from servers.server import Server, parse
from servers.swift import ROOT, StartError, Swift, UnavailableError, check

NAMES = {"account", "container", "object", "proxy"}


def client(server: Server, **more: str) -> Any:
    """Return boto3's client for a server, to be closed."""
    keys = {"aws_access_key_id": server.key, "aws_secret_access_key": server.secret} | more
    config = botocore.config.Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1})
    return boto3.client("s3", endpoint_url=server.endpoint, region_name=server.region, config=config, **keys)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder in which Swift can run."""
    try:
        check(tmp_path)
    except UnavailableError as error:
        pytest.skip(str(error))
    return tmp_path


@pytest.fixture
def s3(swift: Server) -> Iterator[Any]:
    """A client of the server that all tests share."""
    with closing(client(swift)) as made:
        yield made


@pytest.fixture
def bucket(s3: Any) -> str:
    """A new bucket."""
    name = f"bucket-{uuid.uuid4().hex}"
    s3.create_bucket(Bucket=name)
    return name


def processes(folder: Path) -> dict[str, int]:
    """Return the process of every server that runs in ``folder``."""
    return {path.stem: int(path.read_text()) for path in (folder / "run").glob("*.pid")}


def wait_for_end(files: list[int]) -> None:
    """Return when the processes that ``os.pidfd_open`` opened have ended; fail where one does not."""
    for file in files:
        assert select.select([file], [], [], 60)[0]
        os.close(file)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_what_is_put_is_got_and_listed(s3: Any, bucket: str) -> None:
    for key in ("t/1/a b.jpg", "t/2/chùa.jpg", "page.html"):
        s3.put_object(
            Bucket=bucket, Key=key, Body=key.encode(), ContentType="image/x-test", CacheControl="max-age=31536000"
        )

    got = s3.get_object(Bucket=bucket, Key="t/2/chùa.jpg")
    first = s3.list_objects_v2(Bucket=bucket, MaxKeys=2)
    folders = s3.list_objects_v2(Bucket=bucket, Delimiter="/")

    with closing(got["Body"]) as body:
        assert body.read() == "t/2/chùa.jpg".encode()
    assert (got["ContentType"], got["CacheControl"]) == ("image/x-test", "max-age=31536000")
    assert [found["Key"] for found in first["Contents"]] == ["page.html", "t/1/a b.jpg"]
    assert first["IsTruncated"]
    assert [found["Prefix"] for found in folders["CommonPrefixes"]] == ["t/"]


def test_a_body_that_does_not_fit_its_digest_is_refused(s3: Any, bucket: str) -> None:
    with pytest.raises(botocore.exceptions.ClientError, match="BadDigest"):
        s3.put_object(Bucket=bucket, Key="a", Body=b"a", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_wrong_secret_is_refused(swift: Server, bucket: str) -> None:
    with (
        closing(client(swift, aws_secret_access_key="another")) as stranger,
        pytest.raises(botocore.exceptions.ClientError, match="SignatureDoesNotMatch"),
    ):
        stranger.list_objects_v2(Bucket=bucket)


def test_everybody_reads_an_open_bucket_and_nobody_a_closed_one(swift: Server, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="t/page.html", Body=b"page", ContentType="text/html")
    address = f"{swift.public_url(bucket)}/t/page.html"

    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(address)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")

    with closing(refused.value):
        assert refused.value.code == 401
    with urllib.request.urlopen(address) as answer:
        assert (answer.read(), answer.headers["Content-Type"]) == (b"page", "text/html")


def test_after_stopping_there_is_no_process_and_after_starting_again_the_objects_are_there(folder: Path) -> None:
    swift = Swift(folder)
    with closing(client(swift.start())) as s3:
        s3.create_bucket(Bucket="bucket")
        s3.put_object(Bucket="bucket", Key="kept", Body=b"kept")
    started = processes(folder)

    swift.stop()

    assert set(started) == NAMES
    assert not any(is_alive(pid) for pid in started.values())
    assert processes(folder) == {}
    with Swift(folder) as server, closing(client(server)) as s3:
        assert [found["Key"] for found in s3.list_objects_v2(Bucket="bucket")["Contents"]] == ["kept"]


def test_a_killed_owner_leaves_no_process_behind(folder: Path) -> None:
    code = "import sys; from pathlib import Path; from servers.swift import Swift\n"
    code += "Swift(Path(sys.argv[1])).start(); print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(folder)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        assert owner.stdout.readline() == b"\n"
        files = [os.pidfd_open(pid) for pid in processes(folder).values()]
        owner.kill()
    assert len(files) == len(NAMES)
    wait_for_end(files)


def test_a_server_that_ends_by_itself_takes_the_others_with_it(folder: Path) -> None:
    with Swift(folder):
        started = processes(folder)
        files = [os.pidfd_open(pid) for pid in started.values()]
        os.kill(started["object"], signal.SIGKILL)
        wait_for_end(files)


def test_two_do_not_run_in_one_folder(folder: Path) -> None:
    with Swift(folder), pytest.raises(UnavailableError, match="another Swift is running"):
        Swift(folder).start()


def test_a_start_that_fails_tells_what_the_logs_say(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise SystemExit('the ring is broken')")
    monkeypatch.setattr(module, "NODE", broken)
    with pytest.raises(StartError, match="node: the ring is broken"):
        Swift(folder).start()


def test_a_file_system_without_extended_attributes_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(os, "setxattr", refuse)
    with pytest.raises(UnavailableError, match=f"{folder} keeps no extended attributes"):
        Swift(folder).start()
    assert list(folder.iterdir()) == []


def test_without_its_environment_the_reason_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    with pytest.raises(UnavailableError, match=r"scripts/setup\.py --dev"):
        Swift(tmp_path).start()


def test_by_hand_it_is_started_once_told_and_stopped(folder: Path) -> None:
    def by_hand(command: str) -> subprocess.CompletedProcess[str]:
        words = [str(ROOT / "scripts/s3-server"), command, str(folder)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    try:
        up = by_hand("up")
        again = by_hand("up")
        told = by_hand("status")
        files = [os.pidfd_open(pid) for pid in processes(folder).values()]
        with closing(client(parse("by hand", up.stdout))) as s3:
            assert s3.list_buckets()["Buckets"] == []
    finally:
        down = by_hand("down")

    assert up.stdout == again.stdout == told.stdout
    assert down.returncode == 0, down.stderr
    assert len(files) == len(NAMES)
    wait_for_end(files)
    assert by_hand("status").returncode == 1
    assert by_hand("down").returncode == 0


def test_a_line_names_a_server() -> None:
    line = "endpoint=http://127.0.0.1:8000/ key=a=b  secret=c region=d"
    assert parse("other", line) == Server("other", "http://127.0.0.1:8000", "a=b", "c", "d")
    assert parse("other", line).public_url("bucket") is None


@pytest.mark.parametrize("line", ["endpoint=http://a key=b secret=c", "http://a"])
def test_a_line_that_lacks_something_says_what_is_wanted(line: str) -> None:
    with pytest.raises(ValueError, match="ISPACE_TEST_S3: wanted are endpoint, key, secret, region"):
        parse("ISPACE_TEST_S3", line)


def test_the_other_server_is_another_one(swift: Server, other_s3: Server) -> None:
    with closing(client(other_s3)) as s3:
        assert "Buckets" in s3.list_buckets()
    assert other_s3.endpoint != swift.endpoint
