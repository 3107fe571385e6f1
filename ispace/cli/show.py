"""What the command line prints: progress and words for people on stderr, results on stdout, JSON where asked."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ispace import language
from ispace.cli.words import say
from ispace.errors import IspaceError, UsageError
from ispace.model.problem import Problem
from ispace.progress import Progress as Told, silent
from ispace.work import Note

ERRORS = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
OUT = Console(highlight=False, markup=False, soft_wrap=True)

INTERRUPTED = 130


def result(value: dict[str, Any], lines: list[str], *, as_json: bool) -> None:
    """Print a command's result."""
    if as_json:
        _print_json({"ok": True, **value})
    else:
        for line in lines:
            OUT.print(plain(line))


def _print_json(value: dict[str, Any]) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, default=str)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:  # a terminal without Vietnamese letters, or a file's name that is no text
        text = json.dumps(value, indent=2, default=str)
    sys.stdout.write(text + "\n")


def notes(found: Iterable[Note]) -> None:
    """Print what was guessed or overlooked."""
    for note in found:
        ERRORS.print(plain(f"  {note.sentence(language.of_user())}"))


_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def plain(text: str) -> str:
    """Return a line in which no file's name can command the terminal or turn the line around."""
    return _COMMANDS.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def columns(rows: list[list[str]], right: Collection[int] = ()) -> list[str]:
    """Return rows as lines whose cells stand below one another; ``right`` are the columns that end together."""
    clean = [[plain(cell) for cell in row] for row in rows]  # first: what is replaced takes more room
    widths = [max(map(cell_len, column)) for column in zip(*clean, strict=True)]
    lines = []
    for row in clean:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [g + c if i in right else c + g for i, (c, g) in enumerate(zip(row, gaps, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return lines


def problems(found: list[Problem]) -> None:
    """Print problems, the errors first."""
    lang = language.of_user()
    for problem in sorted(found, key=lambda p: p.severity):
        mark = say("error") if problem.severity == "error" else say("warning")
        ERRORS.print(plain(f"  {mark}: {problem.sentence(lang)}"))


def failure(error: IspaceError, *, as_json: bool) -> int:
    """Print what went wrong, and return the exit code."""
    found = [p for p in getattr(error, "problems", []) if isinstance(p, Problem)]
    if as_json:
        told = {
            "code": error.code,
            "params": error.params,
            "sentence": {lang: language.error_sentence(error, lang) for lang in language.available()},
            "problems": [p.to_json() for p in found],
        }
        _print_json({"ok": False, "error": told})
    else:
        ERRORS.print(plain(language.error_sentence(error, language.of_user())), style="bold")
        problems(found)
    return error.exit_code


def usage(error: typer.TyperException, *, as_json: bool) -> int:
    """Say that a command line was not understood, and return the exit code."""
    told = UsageError(reason=str(error) or "--help")
    show = getattr(error, "show", None)
    if as_json or show is None:
        return failure(told, as_json=as_json)
    show()
    return int(getattr(error, "exit_code", told.exit_code))


def stopped() -> int:
    """Say that the work was stopped by hand, and return the exit code."""
    ERRORS.print("\n" + language.say("errors", "NGUNG", language.of_user()))
    return INTERRUPTED


@contextlib.contextmanager
def progress(*, as_json: bool) -> Iterator[Told]:
    """Show one bar a stage while a terminal looks on; say nothing into files, pipes and JSON."""
    if as_json or not ERRORS.is_terminal:
        yield silent
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=ERRORS, transient=False) as bars:
        tasks: dict[str, TaskID] = {}
        lock = threading.Lock()

        def told(stage: str, label: str, done: float, total: float) -> None:
            with lock:
                if stage not in tasks:
                    tasks[stage] = bars.add_task(stage)
                bars.update(tasks[stage], description=f"{say('stage-' + stage)} · {label}", completed=done, total=total)

        yield told


def size(count: int) -> str:
    """Return a number of bytes as people read it."""
    lang = language.of_user()
    if count < 1_000_000:
        return f"{language.number(round(count / 1000), lang)} kB"
    return f"{language.number(round(count / 1_000_000, 1), lang)} MB"
