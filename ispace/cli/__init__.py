"""The command line: ``ispace COMMAND``; ``docs/commands.md`` describes every command, its exit codes and its JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable

import typer

import ispace
from ispace.cli import pictures, serving, show, store
from ispace.cli.words import help_of
from ispace.errors import IspaceError

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
    try:
        app()
    except IspaceError as error:
        sys.exit(show.failure(error, as_json="--json" in sys.argv))
    except KeyboardInterrupt:
        sys.exit(show.stopped())
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has gone; there is nobody left to tell
        sys.exit(0)
