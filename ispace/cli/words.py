"""Help texts in the language of the terminal."""

from __future__ import annotations

from ispace import language


def help_of(code: str) -> str:
    """Return the help text of a command or option."""
    return language.say("cli", code, language.of_user())


def say(code: str, **params: object) -> str:
    """Return a sentence of the command line."""
    return language.say("cli", code, language.of_user(), **params)
