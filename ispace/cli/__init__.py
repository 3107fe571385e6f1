"""The command line: ``ispace COMMAND``; ``docs/commands.md`` describes every command, its exit codes and its JSON."""

from __future__ import annotations

import io
import os
import sys
import tempfile
import traceback
from collections.abc import Callable

import typer

import ispace
from ispace.cli import pictures, serving, show, store
from ispace.cli.words import help_of
from ispace.errors import IspaceError, UnexpectedError

app = typer.Typer(
    help=help_of("ispace"),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

_COMMANDS: dict[str, Callable[..., None]] = {
    "publish": pictures.publish,
    "build": pictures.build,
    "tile": pictures.tile,
    "releases": store.releases,
    "rollback": store.rollback,
    "unpublish": store.unpublish,
    "gc": store.gc,
    "serve": serving.serve,
    "doctor": serving.doctor,
    "stages": serving.stages,
}
for name, command in _COMMANDS.items():
    app.command(name, help=help_of(name))(command)


@app.callback(invoke_without_command=True)
def _root(version: bool = typer.Option(False, "--version", help=help_of("version"))) -> None:
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
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
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
