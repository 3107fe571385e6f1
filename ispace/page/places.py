"""Places as a page names them: by today's name, with the names that people still look for behind it."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable, Sequence

from ispace.model.place import DatedName, Place
from ispace.templating import choose, date, month, say

Words = Callable[[DatedName], str]


def today_name(place: Place, words: Words, today: dt.date) -> str:
    """Return the names that are official on ``today``, from the smallest unit to the largest."""
    valid = [n for n in place.names if n.valid_on(today)] or [place.current(today)]
    return ", ".join(dict.fromkeys(words(n) for n in valid))


def former_names(place: Place, words: Words, today: dt.date, lang: str) -> list[tuple[str, str]]:
    """Return former names, latest first, each with when it ended: ``("trước 7/2025", "phường Núi Sam, …")``."""
    groups = itertools.groupby(place.former(today), key=lambda n: n.valid_to)
    return [(until(end, lang), _joined(list(names), words)) for end, names in groups if end]


def with_former(place: Place, words: Words, today: dt.date, lang: str) -> str:
    """Return one line: ``phường Vĩnh Tế (trước 7/2025: phường Núi Sam, TP. Châu Đốc)``."""
    former = "; ".join(f"{when}: {names}" for when, names in former_names(place, words, today, lang))
    name = today_name(place, words, today)
    return f"{name} ({former})" if former else name


def card_names(
    place: Place | None, languages: Sequence[str], today: dt.date
) -> tuple[dict[str, str], dict[str, str], dt.date | None]:
    """Return what a catalogue's card says of a place: its name and its last former one by language, and its last day.

    The former name is what all the names say that ended on the same day: ``phường Núi Sam, thành phố Châu Đốc``. The
    name is that of the smallest unit, the province goes without saying.
    """
    if place is None:
        return {}, {}, None
    former = place.former(today)
    last_day = former[0].valid_to if former else None
    ended = [n.name for n in former if n.valid_to == last_day]
    names = {lang: ", ".join(choose(name, lang, languages[0])[0] for name in ended) for lang in languages}
    return dict(place.current(today).name), names if ended else {}, last_day


def _joined(names: Sequence[DatedName], words: Words) -> str:
    return ", ".join(dict.fromkeys(words(n) for n in names))


def until(last_day: dt.date, lang: str) -> str:
    """Return when a name ended: ``trước 7/2025`` where that was the end of a month, else ``trước 15/03/2024``."""
    following = last_day + dt.timedelta(days=1)
    if following.day == 1:
        return say("page.before-month", lang, month=month(following, lang))
    return say("page.before-day", lang, day=date(following, lang))
