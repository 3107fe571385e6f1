"""A telephone as Chromium plays it: its screen, its network, its processor, and what a page did on it."""

from __future__ import annotations

import io
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, Request, sync_playwright
from viewing.sites import DENSITY

PROBE = Path(__file__).with_name("probe.js").read_text()
PHONE = {"width": 390, "height": 844}
TILE = re.compile(r"/t/\w+/(\d+)/[frblud]/\d+_\d+\.")
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio"]
FLAGS += ["--ignore-certificate-errors"]
_POLL_MS = 120
_SETTLE_MS = 700
"""A new window keeps Chromium's own interface busy for so long; a load must not pay for that."""
_SAVE_DATA = "Object.defineProperty(navigator, 'connection', {value: {saveData: true, addEventListener() {}}})"
_READ = """() => ({...probe, film: null, frames: [], resources:
  [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((entry) => ({
    name: entry.name, start_ms: entry.startTime, request_ms: entry.requestStart, response_ms: entry.responseStart,
    end_ms: entry.responseEnd, bytes: entry.encodedBodySize, by: entry.initiatorType}))})"""
_BARE = """() => {
  for (const one of document.body.querySelectorAll('*')) one.style.setProperty('visibility', 'hidden', 'important');
  for (const one of document.querySelectorAll('#stage canvas')) {
    one.style.setProperty('visibility', 'visible', 'important');
    one.style.setProperty('opacity', '1', 'important');
  }
}"""


@dataclass(frozen=True)
class Network:
    """A line and a processor; ``quiet_s`` without anything new means that a page is done."""

    name: str
    quiet_s: float
    limit_s: float
    latency_ms: float = 0
    down_bytes_per_s: int = -1
    up_bytes_per_s: int = -1
    slower: int = 1


NETWORKS = {
    "slow": Network("slow", 3.0, 60, latency_ms=150, down_bytes_per_s=200_000, up_bytes_per_s=93_750, slower=4),
    "fast": Network("fast", 1.5, 30),
}


class Visit:
    """A page on the telephone, in a context of its own: nothing is cached."""

    def __init__(self, browser: Browser, network: Network, *, calm: bool = False, save_data: bool = False) -> None:
        self.network = network
        self.requests = 0
        self._open: set[Request] = set()
        self.context = browser.new_context(
            viewport={**PHONE},
            device_scale_factor=DENSITY,
            is_mobile=True,
            has_touch=True,
            ignore_https_errors=True,
            reduced_motion="reduce" if calm else "no-preference",
        )
        self.context.add_init_script(PROBE)
        if save_data:
            self.context.add_init_script(_SAVE_DATA)
        self.page: Page = self.context.new_page()
        self.page.on("request", self._asked)
        for event in ("requestfinished", "requestfailed"):
            self.page.on(event, self._answered)
        self._session = self.context.new_cdp_session(self.page)
        if network.down_bytes_per_s > 0:
            self._session.send("Network.enable")
            line = {"downloadThroughput": network.down_bytes_per_s, "uploadThroughput": network.up_bytes_per_s}
            self._session.send(
                "Network.emulateNetworkConditions", {"offline": False, "latency": network.latency_ms, **line}
            )
        if network.slower > 1:
            self._session.send("Emulation.setCPUThrottlingRate", {"rate": network.slower})
        self.page.wait_for_timeout(_SETTLE_MS)

    def _asked(self, request: Request) -> None:
        self.requests += 1
        self._open.add(request)

    def _answered(self, request: Request) -> None:
        self._open.discard(request)

    @property
    def idle(self) -> bool:
        """Whether no request is open."""
        return not self._open

    def open(self, url: str) -> None:
        """Go to an address and come back when its first bytes are there."""
        self.page.goto(url, wait_until="commit")

    def wait(self) -> bool:
        """Wait until nothing new happens; False where that took too long."""
        last: Any = None
        quiet = waited = 0.0
        while waited < self.network.limit_s:
            self.page.wait_for_timeout(_POLL_MS)
            waited += _POLL_MS / 1000
            now = (self.page.evaluate("[probe.seen_ms, probe.full_ms, probe.uploads]"), self.requests)
            quiet = quiet + _POLL_MS / 1000 if now == last and not self._open and now[0][0] else 0.0
            last = now
            if quiet >= self.network.quiet_s:
                return True
        return False

    def read(self) -> dict[str, Any]:
        """Return what the probe noted, with the resources the page loaded."""
        found: dict[str, Any] = self.page.evaluate(_READ)
        return found

    def picture(self) -> np.ndarray:
        """Return what the canvas shows, in device pixels; the page is of no use afterwards."""
        self.page.evaluate(_BARE)
        box = self.page.evaluate("(({x, y, width, height}) => ({x, y, width, height}))(stage.getBoundingClientRect())")
        return np.asarray(Image.open(io.BytesIO(self.page.screenshot(clip=box))).convert("RGB"))

    def close(self) -> None:
        """Forget everything."""
        self.context.close()


@contextmanager
def visiting(browser: Browser, network: Network, **options: bool) -> Iterator[Visit]:
    """A visit that is closed whatever happens."""
    visit = Visit(browser, network, **options)
    try:
        yield visit
    finally:
        visit.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium with WebGL in software; ends the program where there is none."""
    named = os.environ.get("ISPACE_CHROMIUM", "")
    paths = (named, "/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
    path = next((path for path in paths if path and Path(path).is_file()), None)
    if path is None:
        raise SystemExit("There is no Chromium: install the package chromium, or name one in ISPACE_CHROMIUM.")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*FLAGS, *sandbox])
        yield browser
        browser.close()
