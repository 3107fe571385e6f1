"""What a person may do: the role is the most they may do anywhere, a membership the most on one tour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ispace.database.people import ROLES

Action = Literal["see", "edit", "publish"]

_NEEDS: Mapping[Action, str] = {"see": "viewer", "edit": "editor", "publish": "approver"}


def on_tour(role: str, membership: str | None) -> str | None:
    """Return what somebody with a role is on a tour of which they are a member as ``membership``; administrators are
    it everywhere."""
    if role == "admin":
        return "admin"
    if membership is None:
        return None
    return min(role, membership, key=ROLES.index)


def may(action: Action, role: str, membership: str | None) -> bool:
    """Say whether somebody may see, edit or publish a tour."""
    found = on_tour(role, membership)
    return found is not None and ROLES.index(found) >= ROLES.index(_NEEDS[action])


def may_grant(own: str | None, *roles: str | None) -> bool:
    """Say whether somebody who is ``own`` on a tour may change a membership among these roles: none above theirs."""
    if own is None or ROLES.index(own) < ROLES.index("editor"):
        return False
    return all(role is None or role not in ROLES or ROLES.index(role) <= ROLES.index(own) for role in roles)


def may_create(role: str) -> bool:
    """Say whether somebody may make tours."""
    return ROLES.index(role) >= ROLES.index("editor")


def may_administer(role: str) -> bool:
    """Say whether somebody may see and change people, settings and the journal."""
    return role == "admin"
