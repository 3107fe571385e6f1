"""Guessing is slowed down; nobody can lock another person out."""

from __future__ import annotations

import pytest

from ispace.accounts.guard import Guard, neighbourhood
from ispace.errors import SignInPausedError


def may(guard: Guard, account: str, address: str, *, is_known: bool = False) -> bool:
    try:
        guard.check(account, address, is_known=is_known)
    except SignInPausedError as error:
        return int(str(error.params["minutes"])) not in range(1, 61)
    return True


def fail(guard: Guard, account: str, address: str, times: int = 1) -> None:
    for _ in range(times):
        guard.failed(account, address)


def test_after_some_failures_the_address_has_to_wait_for_that_account() -> None:
    guard = Guard()
    fail(guard, "a", "10.0.0.1", 8)
    assert not may(guard, "a", "10.0.0.1")
    assert may(guard, "b", "10.0.0.1"), "a colleague in the same office"
    assert may(guard, "a", "10.0.0.2"), "the owner elsewhere"


def test_who_gets_in_begins_anew() -> None:
    guard = Guard()
    fail(guard, "a", "10.0.0.1", 7)
    guard.succeeded("a", "10.0.0.1")
    fail(guard, "a", "10.0.0.1", 7)
    assert may(guard, "a", "10.0.0.1")


def test_an_address_that_tries_many_accounts_has_to_wait_for_all() -> None:
    guard = Guard()
    for number in range(60):
        fail(guard, f"a{number}", "10.0.0.1")
    assert not may(guard, "another", "10.0.0.1")


def test_an_account_tried_from_everywhere_stays_open_where_its_owner_is_known() -> None:
    guard = Guard()
    for number in range(70):
        fail(guard, "a", f"10.1.0.{number}")
    assert not may(guard, "a", "10.9.9.9")
    assert may(guard, "a", "10.0.0.1", is_known=True)
    assert may(guard, "b", "10.9.9.9")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("2001:db8::1", "2001:db8::ffff", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("", "", True),
    ],
)
def test_of_ipv6_a_whole_network_is_one_address(one: str, other: str, *, same: bool) -> None:
    assert (neighbourhood(one) == neighbourhood(other)) is same
