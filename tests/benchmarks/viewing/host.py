"""The host of a measured folder: HTTPS with HTTP/2 and brotli, under a certificate of its own."""

from __future__ import annotations

import json
import shutil
import ssl
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("host.mjs")
_CERTIFICATE = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]


@dataclass(frozen=True)
class Host:
    """A running host; ``url`` ends with a slash."""

    url: str

    def sent(self) -> list[dict[str, Any]]:
        """Return path and bytes of every answer since the last call."""
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        with urllib.request.urlopen(f"{self.url}_sent", context=trusting) as answer:
            found: list[dict[str, Any]] = json.load(answer)
        return found


@contextmanager
def serving(folder: Path, keep: Path) -> Iterator[Host]:
    """Serve ``folder``; key and certificate go to ``keep``. Ends the program where a tool is missing."""
    node, openssl = shutil.which("node"), shutil.which("openssl")
    if not node or not openssl:
        raise SystemExit("HTTP/2 needs a server and a certificate: install Node 20 and openssl.")
    key, certificate = keep / "key.pem", keep / "certificate.pem"
    names = ["-subj", "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([openssl, *_CERTIFICATE, *names], check=True, capture_output=True)
    command = [node, str(_SCRIPT), str(folder), str(key), str(certificate)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            if not url:
                raise SystemExit("The host did not start.")
            yield Host(url)
        finally:
            process.terminate()
