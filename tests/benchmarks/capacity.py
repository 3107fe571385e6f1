"""How many small writes tests/servers/tiny_s3.py takes in a second: what it adds to every other figure.

A raw client without S3's signatures keeps several connections busy. The server's own seconds of CPU say what one core
can do, the wall clock what came of it beside the client on this machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

SERVER = Path(__file__).parents[1] / "servers" / "tiny_s3.py"


class Writer(asyncio.Protocol):
    """Writes one object after the other over its connection."""

    def __init__(self, keys: list[str], body: bytes) -> None:
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        self._head = (
            f"Host: tiny\r\nAuthorization: AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/s3/aws4_request\r\n"
            f"x-amz-date: {stamp}\r\nx-amz-content-sha256: UNSIGNED-PAYLOAD\r\nContent-Type: image/jpeg\r\n"
            f"Cache-Control: max-age=60\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode()
        self._keys, self._body, self._answer = keys, body, b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        if not self._answer.endswith(b"\r\n\r\n"):
            return
        if not self._answer.startswith(b"HTTP/1.1 200"):
            raise SystemExit(self._answer.decode())
        self._answer = b""
        self._next()

    def _next(self) -> None:
        if self._keys:
            self._transport.write(f"PUT /b/{self._keys.pop()} HTTP/1.1\r\n".encode() + self._head + self._body)
        else:
            self._transport.close()
            self.done.set_result(None)


async def write(endpoint: str, keys: list[str], body: bytes, connections: int) -> float:
    """Write all keys and return how many seconds it took."""
    place, loop = urlsplit(endpoint), asyncio.get_running_loop()
    started = time.perf_counter()
    made = [
        await loop.create_connection(lambda n=n: Writer(keys[n::connections], body), place.hostname, place.port)
        for n in range(connections)
    ]
    await asyncio.gather(*(writer.done for _, writer in made))
    return time.perf_counter() - started


def counts(endpoint: str) -> dict[str, float]:
    """Return what the server has counted."""
    with urllib.request.urlopen(f"{endpoint}/_tiny/counts") as reply:
        return dict(json.load(reply))


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(prog="scripts/bench capacity", description=__doc__)
    parser.add_argument("--objects", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    command = [sys.executable, str(SERVER), "--bucket", "b"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = process.stdout.readline().strip()
        try:
            for size in (1000, asked.bytes):
                before = counts(endpoint)["cpu_s"]
                keys = [f"x/{n}.jpg" for n in range(asked.objects)]
                wall = asyncio.run(write(endpoint, keys, bytes(size), asked.connections))
                cpu = counts(endpoint)["cpu_s"] - before
                print(
                    f"{size:6d} bytes: {asked.objects / wall:6.0f}/s by the clock, {asked.objects / cpu:6.0f}/s of CPU"
                )
        finally:
            process.terminate()


if __name__ == "__main__":
    main()
