"""Slows down guessing without letting anybody lock another person out.

Attempts are counted by account and address together, and by address alone. An account that is tried from very many
addresses at once is closed to addresses that it has never been signed in from; its owner, at the usual desk, notices
nothing.
"""

from __future__ import annotations

import ipaddress
import math
import time

from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from ispace.errors import SignInPausedError

_ACCOUNT_AT_ADDRESS = parse("8 per 15 minutes")
_ADDRESS = parse("60 per 15 minutes")
_ACCOUNT = parse("60 per 60 minutes")
_REMEMBERED = 10_000
_ROUND_TRIP = parse("300 per 10 minutes")
"""More than an office behind one address needs in the morning; each is a row in the database."""


class Guard:
    """Counts failed attempts in this process."""

    def __init__(self) -> None:
        """Begin with nobody suspected."""
        self._limits = MovingWindowRateLimiter(MemoryStorage())
        self._tried: dict[str, set[str]] = {}

    def check(self, account: str, address: str, *, is_known: bool) -> None:
        """Return where another attempt may be made; ``is_known``: the account has been signed in from the address.

        Raises:
            SignInPausedError: not now.
        """
        near = neighbourhood(address)
        self._check(_ACCOUNT_AT_ADDRESS, account, near)
        self._check(_ADDRESS, near)
        if not is_known:
            self._check(_ACCOUNT, account)

    def failed(self, account: str, address: str) -> None:
        """Count an attempt that failed."""
        near = neighbourhood(address)
        self._limits.hit(_ACCOUNT_AT_ADDRESS, account, near)
        self._limits.hit(_ADDRESS, near)
        self._limits.hit(_ACCOUNT, account)
        if len(self._tried) > _REMEMBERED:  # made-up names, mostly: only the help for real ones is lost
            self._tried.clear()
        places = self._tried.setdefault(account, set())
        if len(places) < _REMEMBERED:
            places.add(near)

    def succeeded(self, account: str, address: str) -> None:
        """Forget the slips of somebody who got in."""
        self._limits.clear(_ACCOUNT_AT_ADDRESS, account, neighbourhood(address))

    def send_away(self, address: str) -> None:
        """Count somebody who is sent to the sign-in provider; raises ``SignInPausedError``."""
        self._check(_ROUND_TRIP, neighbourhood(address))
        self._limits.hit(_ROUND_TRIP, neighbourhood(address))

    def is_closed(self, account: str) -> bool:
        """Say whether somebody who tries an account now has to wait, here or elsewhere."""
        near = self._tried.get(account, set())
        return not self._limits.test(_ACCOUNT, account) or any(
            not self._limits.test(_ACCOUNT_AT_ADDRESS, account, place) for place in set(near)
        )

    def open(self, account: str) -> None:
        """Open an account again, whoever tried it: its owner was let in by other means."""
        self._limits.clear(_ACCOUNT, account)
        for place in self._tried.pop(account, set()):
            self._limits.clear(_ACCOUNT_AT_ADDRESS, account, place)

    def _check(self, item: RateLimitItem, *names: str) -> None:
        if not self._limits.test(item, *names):
            again = self._limits.get_window_stats(item, *names).reset_time
            raise SignInPausedError(minutes=max(1, math.ceil((again - time.time()) / 60)))


def neighbourhood(address: str) -> str:
    """Return the part of an address that one household or office has: of IPv6 the network of 64 bits."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address
    if known.version == 6:
        if known.ipv4_mapped is not None:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return address
