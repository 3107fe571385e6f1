"""Whatever happens to the picture process, its parent gets one error in words and goes on."""

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from ispace.errors import (
    IspaceError,
    PictureNotPanoramaError,
    PictureProcessDiedError,
    PictureSphereTooLargeError,
    PictureTooMuchMemoryError,
    PictureTooSlowError,
    StoreFullError,
)
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits
from ispace.imaging.probe import PictureInfo

BAD = """
import ctypes, errno, os, re, resource, signal, sys, time
import numpy as np
from ispace.errors import PictureNotPanoramaError
from ispace.imaging import worker

def crash(params, limits, progress):
    ctypes.string_at(0)

def disappear(params, limits, progress):
    os._exit(0)

def hang(params, limits, progress):
    progress(0.5)
    time.sleep(1000)

def spin(params, limits, progress):  # one call into C that never returns and never lets go of the interpreter
    re.match(r"(a+)+$", "a" * 64 + "b")

def eat(params, limits, progress):
    return {"got": int(np.ones(params["bytes"], np.uint8)[-1])}

def killed(params, limits, progress):
    os.kill(os.getpid(), signal.SIGKILL)

def bad_alloc(params, limits, progress):
    os.write(2, b"terminate called after throwing an instance of 'std::bad_alloc'\\n")
    os.abort()

def mistake(params, limits, progress):
    return {}["no such key"]

def refuse(params, limits, progress):
    raise PictureNotPanoramaError(file=params["name"], size="4 x 3")

def full(params, limits, progress):
    raise OSError(errno.ENOSPC, "No space left on device")

def chatter(params, limits, progress):
    print('{"result": {"said": "stray"}}', flush=True)
    os.write(1, b"from C\\n" * 20000)
    os.write(2, b"warning\\n" * 20000)
    for i in range(5):
        progress(i / 4)
    return {"said": "properly"}

def forge(params, limits, progress):
    os.write(3, b"")
    import gc, io
    for thing in gc.get_objects():
        if isinstance(thing, io.TextIOWrapper) and thing is not sys.stderr and thing.writable() and thing.fileno() > 2:
            thing.write("not json at all\\n"); thing.flush()
            time.sleep(1000)

def whoami(params, limits, progress):
    return {"pid": os.getpid(), "environment": dict(os.environ), "nice": os.nice(0),
            "core": resource.getrlimit(resource.RLIMIT_CORE)[0], "data": resource.getrlimit(resource.RLIMIT_DATA)[0]}

worker.TASKS.update(crash=crash, disappear=disappear, hang=hang, spin=spin, eat=eat, killed=killed, bad_alloc=bad_alloc,
    mistake=mistake, refuse=refuse, full=full, chatter=chatter, forge=forge, whoami=whoami)
worker.main()
"""


@pytest.fixture
def command(tmp_path):
    script = tmp_path / "bad.py"
    script.write_text(BAD)
    return (sys.executable, str(script))


@pytest.fixture
def worker(command):
    with PictureWorker(Limits(max_memory_mb=600, max_seconds=60), command) as worker:
        yield worker


def still_works(worker):
    return worker.run("whoami", {})["pid"] > 0


@pytest.mark.parametrize(
    ("task", "error"),
    [
        ("crash", PictureProcessDiedError),
        ("disappear", PictureProcessDiedError),
        ("killed", PictureTooMuchMemoryError),
        ("bad_alloc", PictureTooMuchMemoryError),
        ("mistake", PictureProcessDiedError),
        ("no such task", PictureProcessDiedError),
        ("forge", PictureProcessDiedError),
        ("refuse", PictureNotPanoramaError),
        ("full", StoreFullError),
    ],
)
def test_every_end_of_a_task_is_an_error_that_names_the_picture(worker, caplog, task, error):
    caplog.set_level(logging.CRITICAL)
    with pytest.raises(error) as raised:
        worker.run(task, {"path": "/somewhere/chùa.jpg"})
    assert raised.value.params.get("file", "chùa.jpg") == "chùa.jpg"
    assert still_works(worker)


def test_memory_above_the_limit_is_refused_and_the_process_lives(worker):
    before = worker.run("whoami", {})["pid"]
    with pytest.raises(PictureTooMuchMemoryError) as raised:
        worker.run("eat", {"path": "x.png", "bytes": 700 << 20})
    assert raised.value.params == {"file": "x.png", "max_mb": 600}
    result = worker.run("eat", {"bytes": 300 << 20})
    assert result["got"] == 1
    assert worker.run("whoami", {})["pid"] == before


@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_the_peak_of_memory_is_that_of_the_task(worker):
    worker.run("eat", {"bytes": 300 << 20})
    assert 300 < worker.peak_mb < 450
    worker.run("eat", {"bytes": 1})
    assert worker.peak_mb < 150


@pytest.mark.parametrize("task", ["hang", "spin"])
def test_what_never_ends_is_ended(command, task):
    with PictureWorker(Limits(max_seconds=2), command) as worker:
        with pytest.raises(PictureTooSlowError) as raised:
            worker.run(task, {"path": "slow.jpg"})
        assert raised.value.params == {"file": "slow.jpg", "seconds": 2}
        assert still_works(worker)


def test_stray_output_is_no_answer(worker):
    shares = []
    assert worker.run("chatter", {}, progress=shares.append)["said"] == "properly"
    assert shares == [0, 0.25, 0.5, 0.75, 1]


def test_the_process_is_reused_and_is_polite(worker):
    first, second = worker.run("whoami", {}), worker.run("whoami", {})
    assert first["pid"] == second["pid"]
    assert first["nice"] >= 5
    assert first["core"] == 0
    assert first["data"] == 600 << 20


def test_the_process_knows_no_secrets(worker, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")
    monkeypatch.setenv("ISPACE_PUBLIC", "s3://bucket")
    assert not {"AWS_SECRET_ACCESS_KEY", "ISPACE_PUBLIC"} & set(worker.run("whoami", {})["environment"])


class CancelledError(Exception):
    pass


def cancel(_share):
    raise CancelledError


def test_what_progress_raises_cancels_the_task(worker):
    pid = worker.run("whoami", {})["pid"]
    with pytest.raises(CancelledError):
        worker.run("hang", {}, progress=cancel)
    assert not exists(pid)
    assert still_works(worker)


def exists(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_closing_from_another_thread_ends_a_task(worker):
    started = threading.Event()
    threading.Thread(target=lambda: (started.wait(), worker.close())).start()
    with pytest.raises(PictureProcessDiedError):
        worker.run("hang", {}, progress=lambda _: started.set())


def test_leaving_the_block_ends_the_process(command):
    with PictureWorker(command=command) as worker:
        pid = worker.run("whoami", {})["pid"]
        assert exists(pid)
    assert not exists(pid)


PARENT = """
import signal
import sys
from ispace.imaging.isolate import PictureWorker
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell starts its background jobs without it
with PictureWorker(command=(sys.executable, sys.argv[1])) as worker:
    print(worker.run("whoami", {})["pid"], flush=True)
    worker.run("hang", {}, progress=lambda share: print("busy", flush=True))
"""


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_the_process_does_not_outlive_its_parent(command, how):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, command[1]],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    with parent:
        pid = int(parent.stdout.readline())
        assert parent.stdout.readline() == "busy\n"
        parent.send_signal(how)
        parent.wait(timeout=60)
    deadline = time.monotonic() + 30
    while exists(pid) and not zombie(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not exists(pid) or zombie(pid)


def zombie(pid):
    """An orphan that ended may wait for init to notice."""
    try:
        with Path(f"/proc/{pid}/stat").open() as file:
            return file.read().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_a_picture_is_probed_in_the_process(tmp_path):
    path = tmp_path / "ảnh.jpg"
    Image.new("RGB", (400, 200), "teal").save(path)
    with PictureWorker() as worker:
        info = PictureInfo.from_json(worker.run("probe", {"path": str(path)}))
        assert (info.file, info.width_px) == ("ảnh.jpg", 400)
        named = worker.run("probe", {"path": str(path), "name": "cổng tam quan.jpg"})
        assert named["file"] == "cổng tam quan.jpg"
        json.dumps(named)


def test_many_threads_share_one_process(worker):
    found, errors = [], []

    def ask():
        try:
            found.append(worker.run("whoami", {})["pid"])
        except IspaceError as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len(found) == 8
    assert len(set(found)) == 1


def test_a_small_picture_that_claims_a_huge_sphere_is_refused_before_it_is_cut(tmp_path):
    path = tmp_path / "nhỏ.jpg"
    Image.new("RGB", (512, 256), "teal").save(path)
    coverage = {"haov_deg": 1, "vaov_deg": 1, "pitch_deg": 0}
    with PictureWorker() as worker, pytest.raises(PictureSphereTooLargeError) as refused:
        worker.run("tile", {"path": str(path), "out": str(tmp_path / "out"), "coverage": coverage})
    assert refused.value.params["file"] == "nhỏ.jpg"
    assert not list((tmp_path / "out").glob("**/*.jpg"))
