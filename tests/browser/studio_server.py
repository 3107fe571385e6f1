"""The studio's sample pages on the loopback, under their policy, with as much of a server as a browser needs.

Uploads follow tus 1.0 as far as one browser needs: creation, offsets, pieces. What is uploaded stays in memory.
"""

from __future__ import annotations

import base64
import functools
import http.server
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from serving import serving

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'"
)
PICTURE = base64.b64decode("R0lGODlhAgABAIAAAMyqZgAAACwAAAAAAgABAAACAgQKADs=")


class Studio(http.server.ThreadingHTTPServer):
    """What was uploaded, what is known, and what is told."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self.files: dict[str, dict[str, Any]] = {}
        self.known: dict[str, str] = {}
        self.events: list[str] = []
        self.posted: list[str] = []
        self.patched: list[str] = []
        self.breaks_at_bytes: int | None = None

    @property
    def url(self) -> str:
        """The address of the pages, with a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(http.server.SimpleHTTPRequestHandler):
    server: Studio

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        self.send_header("Tus-Resumable", "1.0.0")
        super().end_headers()

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def do_GET(self) -> None:
        if self.path.startswith("/events"):
            told = "".join(f"id: {i}\n{event}\n\n" for i, event in enumerate(self.server.events, 1))
            self.answer(200, f"retry: 60000\n\n{told}".encode(), Content_Type="text/event-stream")
        elif "/pictures/" in self.path:
            self.answer(200, PICTURE, Content_Type="image/gif")
        else:
            super().do_GET()

    def do_HEAD(self) -> None:
        file = self.server.files.get(self.path)
        if file is None:
            self.answer(404)
        else:
            self.answer(200, Upload_Offset=str(len(file["data"])), Upload_Length=str(file["length"]))

    def do_POST(self) -> None:
        body = self.body()
        self.server.posted.append(self.path)
        if self.path == "/uploads/known":
            names = [self.server.known.get(one["fingerprint"], "") for one in json.loads(body)["files"]]
            files = [{"state": "known" if name else "new", "name": name} for name in names]
            self.answer(200, json.dumps({"files": files}).encode())
        elif self.path == "/uploads/":
            given = [pair.split(" ") for pair in self.headers["Upload-Metadata"].split(",")]
            meta = {name: base64.b64decode(value[0] if value else "").decode() for name, *value in given}
            address = f"/uploads/{len(self.server.files):032x}"
            self.server.files[address] = {"length": int(self.headers["Upload-Length"]), "data": b"", "meta": meta}
            self.answer(201, Location=address)
        else:
            self.answer(303, Location=self.headers["Referer"] if "/groups/" in self.path else "/vi/tours.html")

    def do_PATCH(self) -> None:
        body, file = self.body(), self.server.files[self.path]
        self.server.patched.append(self.path)
        if int(self.headers["Upload-Offset"]) != len(file["data"]):
            self.answer(409)
            return
        breaks = self.server.breaks_at_bytes
        if breaks is not None and len(file["data"]) + len(body) > breaks:
            self.answer(503)
            return
        file["data"] += body
        self.answer(204, Upload_Offset=str(len(file["data"])))

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def serve(folder: Path) -> Iterator[Studio]:
    """Serve ``folder`` until the generator is closed."""
    yield from serving(Studio(folder))
