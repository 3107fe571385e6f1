"""The command line: ``ispace COMMAND``; ``docs/commands.md`` describes every command, its exit codes and its JSON."""

from __future__ import annotations

import importlib
import io
import os
import sys
import tempfile
import traceback
from typing import Annotated

import typer

import ispace
from ispace.cli import early, show
from ispace.cli.words import help_of
from ispace.errors import IspaceError, UnexpectedError

_COMMANDS = {
    "publish": "pictures",
    "build": "pictures",
    "tile": "tiles",
    "stitch": "stitching",
    "releases": "store",
    "rollback": "store",
    "unpublish": "store",
    "gc": "store",
    "serve": "serving",
    "doctor": "serving",
    "stages": "serving",
    "storage prepare": "storage",
    "storage verify": "audit",
    "storage copy": "audit",
    "work": "working",
    "database upgrade": "database",
    "database status": "database",
}
"""Every command and the module that holds it; of two words the first is a group, the second the function."""

_NEED_PICTURES = {"publish", "build", "tile", "stitch"}


def command_line(asked: str | None = None) -> typer.Typer:
    """Return the command line; with the name of a command, that command alone, so that no other is imported."""
    app = typer.Typer(
        help=help_of("ispace"),
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )
    app.callback(invoke_without_command=True)(_root)
    groups = {"": app}
    for name, module in _COMMANDS.items():
        if asked not in {None, name.split()[0]}:
            continue
        group, _, last = name.rpartition(" ")
        if group not in groups:
            groups[group] = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
            app.add_typer(groups[group], name=group, help=help_of(group))
        command = getattr(importlib.import_module(f"ispace.cli.{module}"), last)
        groups[group].command(last, help=help_of(name.replace(" ", "-")))(command)
    return app


def _root(version: Annotated[bool, typer.Option("--version", help=help_of("version"))] = False) -> None:
    if version:
        typer.echo(f"ispace {ispace.__version__}")
        raise typer.Exit


def main() -> None:
    """Run the command line and end the process with the exit code that ``errors`` documents."""
    for stream in (sys.stdout, sys.stderr):
        # A file's name need not be text; a message about it must come out all the same.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    as_json = "--json" in sys.argv[1:]
    asked = next((name.split()[0] for name in _COMMANDS if sys.argv[1:2] == name.split()[:1]), None)
    if asked in _NEED_PICTURES and "--help" not in sys.argv:
        early.start()
    try:
        code = command_line(asked)(standalone_mode=False)
        sys.stdout.flush()
        if code == show.INTERRUPTED:  # typer has turned the interrupt into a code
            show.stopped()
    except IspaceError as error:
        code = show.failure(error, as_json=as_json)
    except typer.TyperException as error:  # the command line itself was not understood
        code = show.usage(error, as_json=as_json)
    except KeyboardInterrupt:
        code = show.stopped()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read our output has gone; there is nobody left to tell
        code = 0
    except Exception as error:
        code = show.failure(_unexpected(error), as_json=as_json)
    finally:
        early.end()
    sys.exit(code if isinstance(code, int) else 0)


def _unexpected(error: Exception) -> UnexpectedError:
    """Keep what a developer needs in a file, and return what is said instead."""
    reason = f"{type(error).__name__}: {error}"
    try:
        with tempfile.NamedTemporaryFile("w", prefix="ispace-", suffix=".log", delete=False, encoding="utf-8") as file:
            file.write("".join(traceback.format_exception(error)))
            return UnexpectedError(reason=reason, file=file.name)
    except (OSError, UnicodeError):
        return UnexpectedError(reason=reason, file="?")
