"""A tile set on the loopback, a Chromium of this folder's own, and pages with other people's viewers."""

from __future__ import annotations

import functools
import http.server
import io
import json
import os
import queue
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "imaging"))

import smooth_sphere  # noqa: E402

from ispace.imaging.pyramid import LevelAngles, TileSetInfo, make_tileset  # noqa: E402

PAGES = Path(__file__).parent / "pages"
SIZE = (480, 300)
FLAGS = ["--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--mute-audio"]

_HTML = """<!doctype html><html><meta charset="utf-8"><title>{name}</title><link rel="stylesheet" href="{name}.css">
<style>html, body, #stage {{ margin: 0; width: 100%; height: 100%; overflow: hidden }}</style><div id="stage"></div>
<script type="module">
import {{ open }} from './{name}.js';
const set = await (await fetch('tileset.json')).json();
let viewer;
window.look = async (view) => {{
  viewer ??= open(document.getElementById('stage'), set, view);
  await viewer.look(view);
}};
window.ready = true;
</script></html>
"""


class Browser:
    """Chromium in a thread of its own, because Playwright allows one of its loops a thread."""

    def __init__(self, executable: str) -> None:
        self._executable = executable
        self._asked: queue.Queue[tuple[Callable[[Page], Any], queue.Queue[Any]] | None] = queue.Queue()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def do(self, work: Callable[[Page], Any]) -> Any:
        """Return what ``work`` returns for the page; raises what it raises."""
        answer: queue.Queue[Any] = queue.Queue()
        self._asked.put((work, answer))
        kind, value = answer.get(timeout=120)
        if kind == "error":
            raise value
        return value

    def close(self) -> None:
        """End the browser."""
        self._asked.put(None)
        self._thread.join(timeout=60)

    def _serve(self) -> None:
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        page = error = None
        with sync_playwright() as playwright:
            try:
                browser = playwright.chromium.launch(executable_path=self._executable, args=[*FLAGS, *sandbox])
                page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
            except Exception as problem:
                error = problem
            while (asked := self._asked.get()) is not None:
                work, answer = asked
                try:
                    if error is not None:
                        raise error
                    answer.put(("result", work(page)))  # type: ignore[arg-type]
                except Exception as problem:
                    answer.put(("error", problem))
            if page is not None:
                page.context.close()
                browser.close()


@pytest.fixture(scope="session")
def viewer_browser() -> Iterator[Browser]:
    """A Chromium with WebGL in software."""
    named = os.environ.get("ISPACE_CHROMIUM", "")
    paths = (named, "/usr/bin/chromium", shutil.which("chromium"), shutil.which("google-chrome"))
    path = next((path for path in paths if path and Path(path).is_file()), None)
    if path is None:
        pytest.fail("Browser tests need a Chromium: install the package chromium, or name one in ISPACE_CHROMIUM.")
    browser = Browser(path)
    yield browser
    browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def tile_set(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, TileSetInfo]:
    """A tile set of the painted sphere, in a folder."""
    folder = tmp_path_factory.mktemp("set")

    def write(name: str, data: bytes) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)

    info = make_tileset(*smooth_sphere.whole(4096), level=LevelAngles(), write=write, quality=92)
    (folder / "tileset.json").write_text(json.dumps(info.to_json()))
    return folder, info


@pytest.fixture(scope="session")
def site(tile_set: tuple[Path, TileSetInfo]) -> Iterator[str]:
    """The address of the set's folder, which also holds a page for every viewer."""
    folder, _ = tile_set
    esbuild = ROOT / "node_modules" / ".bin" / "esbuild"
    if not esbuild.exists():
        pytest.fail("The viewers are development packages: npm ci")
    for page in sorted(PAGES.glob("*.js")):
        target = f"--outfile={folder / page.name}"
        # source code of packages without a browser build asks for node's names
        options = ["--bundle", "--format=esm", "--define:global=window", "--log-level=error"]
        subprocess.run([str(esbuild), str(page), target, *options], check=True, cwd=ROOT)
        (folder / f"{page.stem}.css").touch()
        (folder / f"{page.stem}.html").write_text(_HTML.format(name=page.stem))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def seen(page: Page) -> np.ndarray:
    """Return what is on screen, (H, W, 3)."""
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))
