"""What of our environment a child process is given: what every program needs, and only what else is named."""

from __future__ import annotations

import os
from collections.abc import Container
from pathlib import Path

import ispace

_NEEDED = frozenset(
    (
        *("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "TEMP", "TMP", "TZ"),
        *("VIRTUAL_ENV", "PYTHONHOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
    )
)
"""Nothing here opens a store."""


def of_child(prefixes: tuple[str, ...] = (), without: Container[str] = ()) -> dict[str, str]:
    """Return a child's environment: what it needs to start and find iSpace, and what begins with a prefix."""
    given = {
        name: value
        for name, value in os.environ.items()
        if name in _NEEDED or (name.startswith(prefixes) and name not in without)
    }
    found = str(Path(ispace.__file__).resolve().parents[1])
    path = given.get("PYTHONPATH")
    return given | {"PYTHONPATH": f"{found}{os.pathsep}{path}" if path else found}
