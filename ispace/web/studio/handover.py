"""What is shown to one browser and never again: links, tokens, recovery codes.

The form that makes it answers with a redirect, so that loading the page anew makes nothing a second time. Until then it
waits beside the session, sealed with the token that only this browser has; it never stands in an address.
"""

from __future__ import annotations

import json
import time
from typing import Any, Literal

from ispace.accounts.vault import Vault
from ispace.database.people import SignedIn
from ispace.errors import SecretKeyChangedError
from ispace.web.studio.visit import Visit

Kind = Literal["invitation", "reset", "token", "codes"]
_LASTS_S = 30 * 60
"""Long enough to copy and to print; whoever leaves the screen open leaves it open to others."""


def give(visit: Visit, kind: Kind, told: dict[str, Any]) -> None:
    """Keep JSON values for the pages that this browser opens next; what waited of that kind is forgotten."""
    _change(visit, kind, {"until": time.time() + _LASTS_S, "told": told})


def waiting(visit: Visit, kind: Kind) -> dict[str, Any] | None:
    """Return what this browser is still to be shown of a kind."""
    with visit.studio.database.read() as session:
        row = session.get(SignedIn, visit.session)
    entry = _opened(visit, row).get(kind)
    return dict(entry["told"]) if entry is not None else None


def end(visit: Visit, kind: Kind) -> None:
    """Forget what waited: it was kept elsewhere, or is no longer good."""
    _change(visit, kind, None)


def _change(visit: Visit, kind: Kind, entry: dict[str, Any] | None) -> None:
    with visit.studio.database.write() as session:
        row = session.get(SignedIn, visit.session)
        if row is None:
            return
        entries = {name: kept for name, kept in _opened(visit, row).items() if name != kind}
        if entry is not None:
            entries[kind] = entry
        row.handover = _vault(visit).seal(json.dumps(entries)) if entries else None


def _opened(visit: Visit, row: SignedIn | None) -> dict[str, Any]:
    if row is None or row.handover is None:
        return {}
    try:
        entries = json.loads(_vault(visit).open(row.handover))
    except SecretKeyChangedError:
        return {}
    return {name: entry for name, entry in entries.items() if entry["until"] > time.time()}


def _vault(visit: Visit) -> Vault:
    return Vault(visit.cookies[visit.studio.cookie])
