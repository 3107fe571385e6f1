"""Many uploads at once: how much memory and CPU the receiving process takes, and how fast they come.

    scripts/bench uploads [--files 20] [--megabytes 50] [--bucket] [--json FILE]

The process receives into a folder, or by multipart into a bucket of the small server in memory, which runs by itself.
Beside it the same bytes are written and brought to the disk by a bare loop: what no service can be faster than.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[2]
CHUNK = 8 << 20
HEADERS = {"Tus-Resumable": "1.0.0"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--bucket", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ispace-uploads-") as folder:
        found = measure(Path(folder), asked.files, asked.megabytes * 1_000_000, bucket=asked.bucket)
        found["disk_mb_s"] = bare_disk(Path(folder), asked.files * asked.megabytes)
    text = json.dumps({name: round(value, 1) for name, value in found.items()}, indent=2)
    print(text)
    if asked.json:
        asked.json.write_text(text + "\n")


def measure(folder: Path, files: int, size_bytes: int, *, bucket: bool) -> dict[str, float]:
    """Send files at once and return peak (MiB), CPU seconds a gigabyte, and megabytes a second."""
    started = []
    try:
        private = ""
        if bucket:
            command = [sys.executable, str(ROOT / "tests/servers/tiny_s3.py"), "--bucket", "anh"]
            started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, stdin=subprocess.DEVNULL))
            private = f"s3://anh/rieng?endpoint={_line(started[-1])}"
        command = [sys.executable, str(ROOT / "tests/uploads/tus_server.py"), str(folder), "--private", private]
        environment = os.environ | {"PYTHONPATH": str(ROOT), "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
        started.append(server)
        endpoint = _line(server)
        before_s = _cpu_s(server)
        since = time.perf_counter()
        with concurrent.futures.ProcessPoolExecutor(2) as pool:
            half = [range(0, files, 2), range(1, files, 2)]
            list(pool.map(_send_all, [endpoint] * 2, half, [size_bytes] * 2))
        wall_s = time.perf_counter() - since
        cpu_s = _cpu_s(server) - before_s
        status = (Path("/proc") / str(server.pid) / "status").read_text().splitlines()
        peak_kib = int(next(line for line in status if line.startswith("VmHWM")).split()[1])
    finally:
        for process in started:
            process.kill()
            process.wait()
            if process.stdout:
                process.stdout.close()
    total = files * size_bytes
    return {"peak_mib": peak_kib / 1024, "cpu_s_per_gb": cpu_s / total * 1e9, "mb_s": total / wall_s / 1e6}


def bare_disk(folder: Path, megabytes: int) -> float:
    """Return how many megabytes a second this disk takes from one process that does nothing else."""
    piece = os.urandom(1_000_000)
    since = time.perf_counter()
    with (folder / "bare").open("wb") as file:
        for at in range(megabytes):
            file.write(piece)
            if at % 8 == 7:
                file.flush()
                os.fsync(file.fileno())
        file.flush()
        os.fsync(file.fileno())
    return megabytes / (time.perf_counter() - since)


def _cpu_s(process: subprocess.Popen[str]) -> float:
    """Return the CPU seconds that a process has taken so far."""
    fields = (Path("/proc") / str(process.pid) / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def _send_all(endpoint: str, which: range, size_bytes: int) -> None:
    with concurrent.futures.ThreadPoolExecutor(len(which) or 1) as pool:
        list(pool.map(lambda number: _send(endpoint, number, size_bytes), which))


def _send(endpoint: str, number: int, size_bytes: int) -> None:
    address = urlsplit(endpoint)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=300)
    name = b64encode(f"anh-{number}.jpg".encode()).decode()
    said = {"Upload-Length": str(size_bytes), "Upload-Metadata": f"filename {name},tour {b64encode(b'chua').decode()}"}
    connection.request("POST", address.path, headers=HEADERS | said)
    answer = connection.getresponse()
    answer.read()
    path = answer.headers["Location"]
    chunk = b"\xff\xd8\xff\xe0" + os.urandom(CHUNK - 4)
    at = 0
    while at < size_bytes:
        body = chunk[: size_bytes - at]
        sent = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": str(at)}
        connection.request("PATCH", path, body, HEADERS | sent)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 204, answer.status
        at += len(body)
    connection.close()


if __name__ == "__main__":
    main()
