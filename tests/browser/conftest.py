"""A Chromium for the browser tests, a server on the loopback for what it opens, and pages that report their errors."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from serving import serving

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}

_FLAGS = [
    *("--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio"),
    # Without a graphics processor text is painted, and layers are put together, faster by the processor itself than by
    # one that it plays.
    "--disable-gpu-rasterization",
    "--disable-gpu-compositing",
]
_NO_WEBGL = ["--disable-3d-apis", "--disable-gpu"]


def chromium() -> str:
    """Return the path of a Chromium: ``ISPACE_CHROMIUM``, Debian's, or the first in ``PATH``; fails where none is."""
    named = os.environ.get("ISPACE_CHROMIUM", "")
    for path in (named, "/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome")):
        if path and Path(path).is_file():
            return path
    raise AssertionError("Browser tests need a Chromium: install the package chromium, or name one in ISPACE_CHROMIUM.")


def _launched(flags: list[str]) -> Iterator[Browser]:
    path = chromium()
    # Chromium refuses its sandbox to root, which is who tests run as in a container.
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*flags, *sandbox])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """A Chromium with WebGL 2 in software."""
    yield from _launched(_FLAGS)


@pytest.fixture
def browser_without_webgl(browser: Browser) -> Iterator[Browser]:
    """A Chromium without WebGL; it shares the driver of ``browser``, of which there can be only one."""
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    other = browser.browser_type.launch(executable_path=chromium(), args=[*_NO_WEBGL, *sandbox])
    yield other
    other.close()


class Server(http.server.ThreadingHTTPServer):
    """Serves a folder; paths in ``refused`` are answered with their status instead, as long as they stand there."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), functools.partial(_Handler, directory=str(folder)))
        self.folder = folder
        self.refused: Callable[[str], int | None] = lambda _path: None
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        """The address of the folder, with a slash at its end."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        server = self.server
        assert isinstance(server, Server)
        path = self.path.split("?")[0]
        server.asked.append(path)
        status = server.refused(path)
        if status is not None:
            self.send_error(status)
            return
        super().do_GET()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


def serve(folder: Path) -> Iterator[Server]:
    """Serve ``folder`` until the generator is closed."""
    yield from serving(Server(folder))


@pytest.fixture(scope="session")
def front_end() -> Path:
    """The built front end, made from the sources as they are now."""
    root = Path(__file__).parents[2]
    node = shutil.which("node")
    assert node, "Browser tests build the front end: install Node 20."
    subprocess.run([node, "scripts/build_frontend.mjs"], cwd=root, check=True, stdout=subprocess.DEVNULL)
    return root / "static" / "dist"


@pytest.fixture(scope="session")
def small_site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """A published tour of two scenes, with its page and with the viewer alone (alone.html, ``window.tour``)."""
    from small_site import publish

    return publish(tmp_path_factory.mktemp("small"), front_end)


@pytest.fixture(scope="session")
def demo_site(tmp_path_factory: pytest.TempPathFactory, front_end: Path) -> Path:
    """Both demo tours as they are published, over panoramas of one colour; see ``demo_site.py``."""
    from demo_site import publish

    return publish(tmp_path_factory.mktemp("demo"), front_end)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Return a function that opens an address in a fresh context; at the end no page may have had an error.

    ``allow`` names parts of console errors that the test provokes.
    """
    yield from page_opener(browser)


@pytest.fixture
def demo_server(demo_site: Path) -> Iterator[Server]:
    """Serves the demo tours."""
    yield from serve(demo_site)


@pytest.fixture
def visit(demo_server: Server, open_page: Callable[..., Page]) -> Callable[..., Page]:
    """Return a function that opens a page of a demo tour and waits until it is complete.

    Nothing moves by itself, so that nobody has to wait for it, and no service worker keeps anything.
    """
    from walking import ready

    def opened(path: str, **options: Any) -> Page:
        calm = {"reduced_motion": "reduce", "service_workers": "block"}
        return ready(open_page(f"{demo_server.url}{path}", **calm | options))

    return opened


def page_opener(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open pages in contexts of their own in ``browser``; see ``open_page``."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(
        url: str, *, viewport: dict[str, int] = DESKTOP, allow: tuple[str, ...] = (), script: str = "", **options: Any
    ) -> Page:
        context = browser.new_context(viewport=viewport, **options)  # type: ignore[arg-type]
        contexts.append(context)
        if script:
            context.add_init_script(script)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))

        def note(message: Any) -> None:
            if message.type == "error" and not any(part in message.text for part in allow):
                errors.append(message.text)

        page.on("console", note)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []
