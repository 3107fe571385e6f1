"""One thing that was looked at, and the sentence that says what was found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ispace import language
from ispace.errors import IspaceError


@dataclasses.dataclass(frozen=True)
class Check:
    """One thing that was looked at."""

    name: str
    ok: bool
    params: dict[str, object]
    said: str = ""
    """The code of its sentence, for a check that can end in more than two ways."""

    def sentence(self, lang: str) -> str:
        """Return what was found and, where it is wrong, how to mend it."""
        code = self.said or self.name + ("" if self.ok else "-wrong")
        return language.say("doctor", code, lang, **self.params)


def tried(name: str, work: Callable[[], dict[str, object]], **params: object) -> Check:
    """Return the check of that name: fine with what ``work`` returns, or wrong for the error that it raises."""
    try:
        return Check(name, True, params | work())
    except IspaceError as error:
        sentence = {f"reason_{lang}": language.error_sentence(error, lang) for lang in language.available()}
        return Check(name, False, params | {"reason": sentence["reason_vi"]} | sentence)
