"""The studio with many editors at once: how long its pages take, beside a bare answer, and whether its memory stays.

    scripts/bench studio [--minutes 0.5] [--tours 200] [--scenes 5000] [--editors 50] [--pause 1.0]
                         [--database postgresql://…] [--json FILE]

Editors are signed in beforehand; each looks at a page, reads for a while (``--pause`` seconds in the mean), looks at
the next. Afterwards all of them ask without any pause, which no office does: it shows what the process can do at most.
The bare answer is one of Starlette under the same uvicorn, asked by the same editors in the same way.
"""

from __future__ import annotations

import argparse
import asyncio
import copy
import dataclasses
import datetime as dt
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

ADMINS = 5
MEMBERS_OF = 40
"""How many of the tours an editor belongs to."""
BURST_S = 10
COOKIE = "ispace"


@dataclasses.dataclass
class Editor:
    """Somebody who is signed in, and the tour that they work on."""

    token: str
    is_admin: bool
    own: str
    tours: list[str]
    document: dict[str, Any]
    revision: int


def document(tour_id: str, number: int, scenes: int) -> dict[str, Any]:
    """Return a tour as editors make them: the demo tour's scenes, over and over, with links between them."""
    made = json.loads((ROOT / "tours/chua-co-ben-nui-sam/tour.json").read_text())
    patterns = made["scenes"]
    made |= {"id": tour_id, "title": {"vi": f"Chùa cổ số {number} bên Núi Sam", "en": f"Old pagoda {number}"}}
    made["scenes"] = []
    for at in range(scenes):
        scene = copy.deepcopy(patterns[at % len(patterns)])
        scene["id"] = f"canh-{at}"
        scene["title"] = {"vi": f"Cảnh {at} của tour {number}", "en": f"Scene {at}"}
        made["scenes"].append(scene)
    return made


def fill(url: str, tours: int, scenes: int, editors: int) -> list[Editor]:
    """Fill a database, and return who is signed in."""
    from ispace import documents
    from ispace.accounts import people, sessions
    from ispace.accounts.sessions import Lifetimes
    from ispace.database import Database
    from ispace.database.upgrade import upgrade
    from ispace.journal import Actor

    chance, cli = random.Random(8), Actor(None, "đo", "cli")
    lasts = Lifetimes(idle=dt.timedelta(hours=8), at_most=dt.timedelta(days=30))
    found = []
    with closing(Database(url)) as database:
        upgrade(database)
        with database.write() as session:
            makers = [
                people.create(
                    session,
                    cli,
                    email_address=f"bien-tap-{number}@angiang.gov.vn",
                    full_name=f"Lê Thị Mười {number}",
                    password=None,
                    as_role="admin" if number < ADMINS else "editor",
                    lang="vi",
                )
                for number in range(editors)
            ]
        names = []
        for number in range(tours):
            with database.write() as session:
                maker = makers[number % editors]
                actor = Actor(maker.id, maker.name, "studio", "10.0.0.1")
                row = documents.create(session, actor, maker, f"Chùa cổ số {number}")
                documents.save(session, actor, row, document(row.id, number, scenes // tours), 1)
                names.append(row.id)
        for number, maker in enumerate(makers):
            own = names[number % tours]
            with database.write() as session:
                for name in chance.sample(names, min(MEMBERS_OF, tours)):
                    row = documents.get(session, name)
                    documents.set_member(session, cli, row, maker.id, "editor")
                row = documents.get(session, own)
                documents.set_member(session, cli, row, maker.id, "editor")
                token = sessions.begin(
                    session, maker, address="127.0.0.1", agent="đo", is_whole=True, lasts=lasts, actor=cli
                )
                mine = [m for m in names if documents.role_on(session, maker.id, m)]
                found.append(Editor(token, number < ADMINS, own, mine, row.document, row.revision))
    return found


# One editor's browser


class Browser:
    """A connection that is kept, and as little work for every answer as can be: the server has the machine."""

    def __init__(self, port: int, token: str) -> None:
        self._port, self._cookie = port, f"{COOKIE}={token}"
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return status and body of an answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self._port)
        reader, writer = self._streams
        head = f"{method} {path} HTTP/1.1\r\nHost: localhost:{self._port}\r\nCookie: {self._cookie}\r\n"
        head += "Sec-Fetch-Site: same-origin\r\nAccept-Language: vi\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        told = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?i)content-length: (\d+)", told)
        assert length is not None, told
        answer = await reader.readexactly(int(length[1]))
        if "connection: close" in told.lower():
            self.close()
        return int(told.split(" ", 2)[1]), answer

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
        self._streams = None


Times = dict[str, list[float]]


class Work:
    """What an editor does, chosen by how often they do it."""

    def __init__(self, editor: Editor, browser: Browser, times: Times, seed: int) -> None:
        self._editor, self._browser, self._times, self._chance = editor, browser, times, random.Random(seed)
        self._kinds: list[tuple[str, int, Callable[[], str]]] = [
            ("tours", 25, lambda: "/tours"),
            ("tours, page 2", 5, lambda: "/tours?page=2"),
            ("search", 15, lambda: f"/tours?q=ch%C3%B9a+s%E1%BB%91+{self._chance.randrange(20)}"),
            ("tour's people", 8, lambda: f"/tours/{self._any()}/people"),
            ("account", 8, lambda: "/account"),
            ("API list", 10, lambda: "/api/v1/tours"),
            ("API get", 20, lambda: f"/api/v1/tours/{self._any()}"),
            ("API save", 6, str),
        ]
        if editor.is_admin:
            self._kinds += [("audit", 8, lambda: "/audit"), ("people", 8, lambda: "/people")]

    async def step(self) -> None:
        """Ask for something, and note how long it took."""
        name, _, path = self._chance.choices(self._kinds, [weight for _, weight, _ in self._kinds])[0]
        method, body = "GET", b""
        asked = path()
        if name == "API save":
            method, asked = "PUT", f"/api/v1/tours/{self._editor.own}"
            self._editor.document["description"] = {"vi": f"Sửa lúc {time.time()}"}
            sent = {"document": self._editor.document, "revision": self._editor.revision}
            body = json.dumps(sent, ensure_ascii=False).encode()
        since = time.perf_counter()
        status, answer = await self._browser.ask(method, asked, body)
        self._times[name].append(time.perf_counter() - since)
        if status != 200:
            raise SystemExit(f"{method} {asked}: {status} {answer[:500]!r}")
        if name == "API save":
            self._editor.revision += 1

    def _any(self) -> str:
        return self._chance.choice(self._editor.tours)


async def office(port: int, editors: list[Editor], seconds: float, pause_s: float, tenth: Callable[[], None]) -> Times:
    """Let all editors work for a while; ``tenth`` is called after every tenth of it."""
    times: Times = defaultdict(list)
    until = time.perf_counter() + seconds

    async def one(number: int, editor: Editor) -> None:
        browser, chance = Browser(port, editor.token), random.Random(number)
        work = Work(editor, browser, times, number)
        await asyncio.sleep(chance.uniform(0, pause_s))
        while time.perf_counter() < until:
            await work.step()
            if pause_s:
                await asyncio.sleep(chance.uniform(0.5, 1.5) * pause_s)
        browser.close()

    async def told() -> None:
        for _ in range(10):
            await asyncio.sleep(seconds / 10)
            tenth()

    await asyncio.gather(told(), *(one(number, editor) for number, editor in enumerate(editors)))
    return times


async def bare_office(port: int, editors: int, seconds: float, pause_s: float) -> list[float]:
    """Let as many ask for the bare answer in the same way."""
    times: list[float] = []
    until = time.perf_counter() + seconds

    async def one(number: int) -> None:
        browser, chance = Browser(port, ""), random.Random(number)
        await asyncio.sleep(chance.uniform(0, pause_s))
        while time.perf_counter() < until:
            since = time.perf_counter()
            await browser.ask("GET", "/")
            times.append(time.perf_counter() - since)
            if pause_s:
                await asyncio.sleep(chance.uniform(0.5, 1.5) * pause_s)
        browser.close()

    await asyncio.gather(*(one(number) for number in range(editors)))
    return times


# The processes


def bare() -> None:
    """Serve an answer that costs nothing, as ``ispace serve`` serves."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import PlainTextResponse
    from starlette.routing import Route

    from ispace.settings import Settings
    from ispace.web import listen

    async def answer(_request: Request) -> PlainTextResponse:
        return PlainTextResponse("xin chào")

    app = Starlette(routes=[Route("/", answer)])
    hosted = [listen.Hosted("studio", app, 0, "PORT")]
    listen.run(Settings(host="127.0.0.1"), hosted, lambda _, url: print(url, flush=True), lambda: None)


@contextmanager
def serving(command: list[str], lines: int, **environment: str) -> Iterator[tuple[int, subprocess.Popen[str]]]:
    """Run a server; yield its port, from the last of the ``lines`` that it prints, and its process."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("ISPACE_")}
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=clean | {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"} | environment,
    )
    assert process.stdout is not None
    try:
        told = [process.stdout.readline() for _ in range(lines)][-1]
        port = re.search(r":(\d+)/", told)
        assert port is not None, told
        yield int(port[1]), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        process.stdout.close()


def rss_mib(pid: int) -> float:
    """Return what a process holds in memory."""
    status = (Path("/proc") / str(pid) / "status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def summary(times: Times, bare_ms: float) -> dict[str, dict[str, float]]:
    """Return count, median, p95 and the ratio to the bare answer for every page."""
    found = {}
    for name, taken in sorted(times.items()):
        ordered = sorted(taken)
        median_ms = statistics.median(ordered) * 1000
        found[name] = {
            "count": len(ordered),
            "median_ms": median_ms,
            "p95_ms": ordered[int(len(ordered) * 0.95)] * 1000,
            "ratio": median_ms / bare_ms,
        }
    return found


def shown(title: str, rows: dict[str, dict[str, float]], bare_ms: float) -> None:
    total = sum(row["count"] for row in rows.values())
    print(f"\n{title}: {total:.0f} answers; the bare answer takes {bare_ms:.1f} ms at the median")
    print(f"{'':16s}{'count':>8s}{'median ms':>11s}{'p95 ms':>9s}{'× bare':>9s}")
    for name, row in rows.items():
        print(f"{name:16s}{row['count']:8.0f}{row['median_ms']:11.1f}{row['p95_ms']:9.1f}{row['ratio']:9.1f}")


def measure(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Fill, serve, work; return what was found."""
    url = asked.database or f"sqlite:{folder / 'ispace.db'}"
    since = time.perf_counter()
    editors = fill(url, asked.tours, asked.scenes, asked.editors)
    print(f"filled in {time.perf_counter() - since:.0f} s", flush=True)
    settings = {
        "ISPACE_DATABASE": url,
        "ISPACE_PUBLIC": f"file:{folder / 'public'}",
        "ISPACE_PRIVATE": f"file:{folder / 'private'}",
        "ISPACE_HOST": "127.0.0.1",
        "ISPACE_PORT": "0",
        "ISPACE_STUDIO_PORT": "0",
    }
    memory: list[float] = []
    result: dict[str, Any] = {"database": "postgresql" if asked.database else "sqlite"}
    modes = {"working": (asked.minutes * 60, asked.pause), "without a pause": (BURST_S, 0.0)}
    with serving(["-m", "ispace", "serve"], 2, **settings) as (port, process):
        begun = rss_mib(process.pid)
        asyncio.run(office(port, editors, 3, 0.3, lambda: None))  # what is made at the first request is made now
        memory.append(rss_mib(process.pid))
        found = {
            mode: asyncio.run(office(port, editors, seconds, pause_s, lambda: memory.append(rss_mib(process.pid))))
            for mode, (seconds, pause_s) in modes.items()
        }
    with serving([__file__, "--bare"], 1) as (port, _process):
        for mode, (_, pause_s) in modes.items():
            taken = asyncio.run(bare_office(port, asked.editors, 5, pause_s))
            bare_ms = statistics.median(taken) * 1000
            result[mode] = {"bare_ms": bare_ms, "pages": summary(found[mode], bare_ms)}
            shown(mode, result[mode]["pages"], bare_ms)
    print(f"\nmemory: {begun:.0f} MiB when it listened; after warming up and every tenth of the work:")
    print(" ".join(f"{mib:.0f}" for mib in memory[:11]), "MiB; without a pause:", f"{max(memory[11:]):.0f} MiB at most")
    return result | {"memory_mib": {"begun": begun, "working": memory[:11], "without a pause": memory[11:]}}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bare", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=0.5)
    parser.add_argument("--tours", type=int, default=200)
    parser.add_argument("--scenes", type=int, default=5000)
    parser.add_argument("--editors", type=int, default=50)
    parser.add_argument("--pause", type=float, default=1.0)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; SQLite without")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if asked.bare:
        bare()
        return
    with tempfile.TemporaryDirectory(prefix="ispace-studio-") as folder:
        found = measure(asked, Path(folder))
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n")


if __name__ == "__main__":
    main()
