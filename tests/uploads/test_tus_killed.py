"""kill -9 of server and client at offsets of chance, with the clients that people use: byte-identical files."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import tusclient.client
import tusclient.exceptions
from servers.server import Server
from servers.tiny_s3 import TinyS3
from uploads.conftest import bucket_place
from uploads.places import jpeg

from ispace.database import Database
from ispace.database.uploads import UploadRow

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SIZE = 18 << 20
CHUNK = 3 << 20
KILLS = 3
NODE = shutil.which("node")

_SENDER = """
const fs = require("fs"), tus = require(process.argv[2]);
const [file, endpoint, urls, chunk] = process.argv.slice(3);
const upload = new tus.Upload(fs.createReadStream(file), {
  endpoint, chunkSize: Number(chunk), uploadSize: fs.statSync(file).size,
  metadata: { filename: "Chùa Bà.jpg", filetype: "image/jpeg", tour: "chua" },
  retryDelays: [100, 200, 400, 800, 1500, 2000, 2000, 2000],
  fingerprint: async () => "the-file",
  urlStorage: new tus.FileUrlStorage(urls), storeFingerprintForResuming: true,
  onProgress: (sent) => console.log(sent),
  onError: (error) => { console.error(String(error)); process.exit(1); },
  onSuccess: () => { console.log("done"); process.exit(0); },
});
upload.findPreviousUploads().then((found) => {
  if (found.length) upload.resumeFromPreviousUpload(found[0]);
  upload.start();
});
"""


class Studio:
    """The service as a process of its own, on one port for all its lives."""

    def __init__(self, folder: Path, private: str = "") -> None:
        self.folder, self.private = folder, private
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}/uploads/"
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [
                *(sys.executable, str(Path(__file__).with_name("tus_server.py")), str(self.folder)),
                *("--port", str(self.port), "--private", self.private),
            ],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
        )
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            assert self.process.poll() is None
            time.sleep(0.05)

    def kill(self) -> None:
        """End it as a power failure would."""
        self.process.kill()
        self.process.wait()

    def received(self) -> list[UploadRow]:
        """Return what the database says that the tour has."""
        database = Database(f"sqlite:{self.folder / 'ispace.db'}")
        with database.read() as session:
            rows = list(session.query(UploadRow).where(UploadRow.state == "received"))
        database.close()
        return rows


@pytest.fixture(params=["folder", "bucket"])
def studio(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    with contextlib.ExitStack() as held:
        private = ""
        if request.param == "bucket":
            tiny = held.enter_context(TinyS3())
            place = bucket_place(Server("tiny", tiny.endpoint, "k", "s", "us-east-1"), monkeypatch, 8 << 20)
            private = f"{place.blobs.bucket.url}?endpoint={tiny.endpoint}"
        started = Studio(tmp_path / "studio", private)
        yield started
        started.kill()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "photo.jpg"
    file.write_bytes(jpeg(SIZE, seed=5))
    return file


def is_whole(studio: Studio, photo: Path) -> bool:
    """Say whether the tour has the photo once, byte for byte."""
    from ispace import keys, wiring

    (row,) = studio.received()
    content = wiring.blobs(studio.private or f"file:{studio.folder / 'private'}").get(keys.upload(row.id))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    return content == photo.read_bytes()


def test_tuspy_goes_on_wherever_the_server_was_killed(studio: Studio, photo: Path) -> None:
    chance = random.Random(8)
    client = tusclient.client.TusClient(studio.endpoint)
    url, broken = None, 0
    with photo.open("rb") as file:
        for kill in range(KILLS + 1):
            uploader = client.uploader(
                file_stream=file,
                url=url,
                chunk_size=CHUNK,
                metadata={"filename": "a.jpg", "tour": "chua"},
                upload_checksum=kill % 2 == 0,
            )
            url = uploader.url or uploader.create_url()
            uploader.set_url(url)
            uploader.offset = uploader.get_offset()
            if kill == KILLS:
                uploader.upload()
                break
            uploader.upload(stop_at=min(SIZE - CHUNK, uploader.offset + chance.randrange(SIZE // KILLS)))
            killer = threading.Timer(chance.uniform(0, 0.03), studio.kill)
            killer.start()
            try:
                uploader.upload()
            except (tusclient.exceptions.TusCommunicationError, OSError):
                broken += 1
            killer.join()
            studio.start()
    assert broken > 0
    assert is_whole(studio, photo)


@pytest.mark.skipif(NODE is None, reason="there is no Node")
def test_tus_js_client_goes_on_wherever_the_server_or_itself_was_killed(
    studio: Studio, photo: Path, tmp_path: Path
) -> None:
    chance = random.Random(9)
    script = tmp_path / "send.cjs"
    script.write_text(_SENDER)
    command = [str(NODE), str(script), str(ROOT / "node_modules" / "tus-js-client"), str(photo), studio.endpoint]
    command += [str(tmp_path / "urls.json"), str(CHUNK)]
    (tmp_path / "urls.json").write_text("{}")
    sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        for kill in range(KILLS):
            _until(sender, chance.randrange(SIZE // KILLS * kill, SIZE // KILLS * (kill + 1)))
            if kill % 2:  # the client lives on, and tries again by itself
                studio.kill()
                studio.start()
            else:
                sender.kill()
                sender.communicate()
                sender = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        sender.communicate(timeout=120)
    finally:
        sender.kill()
    assert sender.returncode == 0
    assert is_whole(studio, photo)


def _until(sender: subprocess.Popen[str], offset: int) -> None:
    """Return when the client says that it has come so far."""
    assert sender.stdout is not None
    for line in sender.stdout:
        if line.strip() == "done" or int(line) >= offset:
            return
