"""A Firefox driven by WebDriver BiDi: as much of the protocol as the tests ask for.

Playwright drives only a Firefox of its own making; Debian's, which visitors have, speaks this protocol by itself.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image
from websockets.sync.client import connect

# Long enough for a machine that does other things as well; what takes longer has failed.
ANSWER_S = 60
# What a new profile would show, fetch or ask, and what none of the tests is about.
_QUIET: dict[str, Any] = {
    "app.normandy.enabled": False,
    "app.update.disabledForTesting": True,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.safebrowsing.update.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "browser.startup.homepage_override.mstone": "ignore",
    "browser.topsites.contile.enabled": False,
    "browser.newtabpage.activity-stream.feeds.topsites": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "dom.disable_open_during_load": False,
    "extensions.systemAddon.update.enabled": False,
    "extensions.getAddons.cache.enabled": False,
    "extensions.update.enabled": False,
    "media.volume_scale": "0",
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.server": "data:,",
    "toolkit.telemetry.reportingpolicy.firstRun": False,
}
_NOTE_FAULTS = """() => {
  window.violations = [];
  addEventListener('securitypolicyviolation', (e) => violations.push(`${e.violatedDirective} ${e.blockedURI}`));
  addEventListener('unhandledrejection', (e) => console.error(`unhandled: ${e.reason}`));
}"""
KEYS = {
    "Tab": "\ue004", "Enter": "\ue007", "Shift": "\ue008", "Escape": "\ue00c", "ArrowLeft": "\ue012",
    "ArrowRight": "\ue014", "Home": "\ue011",
}  # fmt: skip


class BidiError(Exception):
    """The browser refused a command, or did not answer."""


class Display:
    """A screen in memory; Firefox has WebGL only where it has a screen."""

    def __init__(self, program: str) -> None:
        reading, writing = os.pipe()
        command = [program, "-displayfd", str(writing), "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]
        self._process = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
        os.close(writing)
        with os.fdopen(reading) as numbers:
            self.name = f":{numbers.readline().strip()}"
        if self.name == ":":
            raise BidiError(f"{program} gave no display.")

    def close(self) -> None:
        """Stop the server of the screen."""
        self._process.terminate()
        self._process.wait()


class Firefox:
    """A browser process with a profile of its own, and the one BiDi session on it."""

    def __init__(self, program: str, display: Display, preferences: dict[str, Any]) -> None:
        with contextlib.ExitStack() as ending:
            self._profile = Path(ending.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
            lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in (_QUIET | preferences).items()]
            (self._profile / "user.js").write_text("\n".join(lines), "utf-8")
            # Firefox refuses a home that is another user's, and would leave its caches there.
            own = {"DISPLAY": display.name, "HOME": str(self._profile), "MOZ_CRASHREPORTER_DISABLE": "1"}
            command = [
                program,
                "--profile",
                str(self._profile),
                "--no-remote",
                "--remote-debugging-port=0",
                "about:blank",
            ]
            with (self._profile / "log").open("wb") as log:
                self._process = subprocess.Popen(command, env=os.environ | own, stdout=log, stderr=log)
            ending.callback(self._end)
            address = f"{self._address()}/session"
            self._socket = ending.enter_context(connect(address, max_size=None, compression=None, proxy=None))
            self._count = 0
            self.tabs: list[Tab] = []
            self.log: list[dict[str, Any]] = []
            """Every message of the console and every uncaught error, as the protocol tells them."""
            self.ask("session.new", capabilities={})
            self.ask("session.subscribe", events=["log.entryAdded"])
            self.ask("script.addPreloadScript", functionDeclaration=_NOTE_FAULTS)
            self.close = ending.pop_all().close

    def _address(self) -> str:
        end = time.monotonic() + ANSWER_S
        while time.monotonic() < end and self._process.poll() is None:
            text = (self._profile / "log").read_text("utf-8", "replace")
            if found := re.search(r"WebDriver BiDi listening on (ws://\S+)", text):
                return found[1]
            time.sleep(0.05)
        raise BidiError("Firefox did not start: " + (self._profile / "log").read_text("utf-8", "replace")[-2000:])

    def ask(self, method: str, **params: Any) -> dict[str, Any]:
        """Send a command and return its result; raises ``BidiError`` where the browser refuses it."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": params}))
        while True:
            answer = json.loads(self._socket.recv(timeout=ANSWER_S))
            if answer.get("method") == "log.entryAdded":
                self.log.append(answer["params"])
            if answer.get("id") == self._count:
                if answer["type"] == "error":
                    raise BidiError(f"{method}: {answer['error']}: {answer['message']}")
                result: dict[str, Any] = answer["result"]
                return result

    def open(self, url: str, *, width_px: int = 1000, height_px: int = 700) -> Tab:
        """Open an address in a tab of its own and wait until it is loaded."""
        context = self.ask("browsingContext.create", type="tab")["context"]
        tab = Tab(self, context)
        self.tabs.append(tab)
        size = {"width": width_px, "height": height_px}
        self.ask("browsingContext.setViewport", context=context, viewport=size, devicePixelRatio=1)
        tab.go(url)
        return tab

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class Tab:
    """A page in Firefox."""

    def __init__(self, browser: Firefox, context: str) -> None:
        self._browser = browser
        self._context = context

    def go(self, url: str) -> None:
        """Open another address in the tab."""
        self._browser.ask("browsingContext.navigate", context=self._context, url=url, wait="complete")

    def back(self) -> None:
        """One step back in the history."""
        self._browser.ask("browsingContext.traverseHistory", context=self._context, delta=-1)

    def close(self) -> None:
        """Close the tab."""
        self._browser.tabs.remove(self)
        self._browser.ask("browsingContext.close", context=self._context)

    def run(self, function: str, *arguments: dict[str, Any]) -> Any:
        """Call a JavaScript function, wait for what it promises and return it by way of JSON."""
        answer = self._browser.ask(
            "script.callFunction",
            functionDeclaration=f"async (...all) => JSON.stringify(await ({function})(...all)) ?? 'null'",
            arguments=list(arguments),
            target={"context": self._context},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise BidiError(answer["exceptionDetails"]["text"])
        return json.loads(answer["result"]["value"])

    def wait(self, condition: str) -> None:
        """Wait until a JavaScript expression is true; raises ``BidiError`` when it never is."""
        end = time.monotonic() + ANSWER_S
        while not self.run(f"() => Boolean({condition})"):
            if time.monotonic() > end:
                raise BidiError(f"never true: {condition}")
            time.sleep(0.05)

    def find(self, role: str, name: str) -> dict[str, Any]:
        """Return the one element that the accessibility tree has under a role and name, to be given to ``run``."""
        locator = {"type": "accessibility", "value": {"role": role, "name": name}}
        nodes = self._browser.ask("browsingContext.locateNodes", context=self._context, locator=locator)["nodes"]
        if len(nodes) != 1:
            raise BidiError(f"{len(nodes)} elements are a {role} named {name!r}")
        return {"sharedId": nodes[0]["sharedId"]}

    def press(self, *keys: str) -> None:
        """Press and release keys, one after another; ``Shift+Tab`` holds the first."""
        actions = []
        for key in keys:
            parts = [KEYS.get(part, part) for part in key.split("+")] if len(key) > 1 else [key]
            actions += [{"type": "keyDown", "value": part} for part in parts]
            actions += [{"type": "keyUp", "value": part} for part in reversed(parts)]
        self._perform({"type": "key", "id": "keyboard", "actions": actions})

    def drag(self, start: tuple[int, int], by: tuple[int, int]) -> None:
        """Press the mouse, move it and, after a rest that leaves no throw, release it."""
        x, y = start
        steps = [
            {"type": "pointerMove", "x": round(x + by[0] * k / 5), "y": round(y + by[1] * k / 5), "duration": 16}
            for k in range(1, 6)
        ]
        down, up = {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        actions = [{"type": "pointerMove", "x": x, "y": y}, down, *steps, {"type": "pause", "duration": 200}, up]
        self._perform({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions})

    def click(self, element: dict[str, Any]) -> None:
        """Click the middle of an element that ``find`` returned."""
        actions = [
            {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerUp", "button": 0},
        ]
        self._perform({"type": "pointer", "id": "mouse", "parameters": {"pointerType": "mouse"}, "actions": actions})

    def _perform(self, source: dict[str, Any]) -> None:
        self._browser.ask("input.performActions", context=self._context, actions=[source])
        self._browser.ask("input.releaseActions", context=self._context)

    def picture(self) -> np.ndarray:
        """Return what is to be seen (height × width × 3, float)."""
        data = self._browser.ask("browsingContext.captureScreenshot", context=self._context)["data"]
        return np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB")).astype(float)
