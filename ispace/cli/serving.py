"""Commands about the installation: ``serve``, ``doctor``, ``stages``."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

from ispace import doctor as checks
from ispace import settings
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.language import of_user
from ispace.pipeline import STAGES
from ispace.web import listen

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]


def serve(
    to: Annotated[str | None, typer.Option("--from", help=help_of("from"), show_default=False)] = None,
) -> None:
    """Serve the public store."""
    chosen = settings.load()
    listen.run(chosen, chosen.public if to is None else to, told=lambda url: show.OUT.print(say("listening", url=url)))


def doctor(as_json: Json = False) -> None:
    """Check the installation."""
    lang = of_user()
    found = checks.run(settings.load())
    lines = [f"{'✓' if c.ok else '✗'} {c.sentence(lang)}" for c in found]
    value = {"checks": [{"name": c.name, "ok": c.ok, "params": c.params, "sentence": c.sentence(lang)} for c in found]}
    show.result(value | {"healthy": all(c.ok for c in found)}, lines, as_json=as_json)
    if not all(c.ok for c in found):
        raise typer.Exit(7)


def stages(as_json: Json = False) -> None:
    """List the stages of the pipeline."""
    told = {}
    for name in STAGES:
        module = importlib.import_module(f"ispace.pipeline.{name}")
        told[name] = (module.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    lines = [f"{number}. {name:10} {text}" for number, (name, text) in enumerate(told.items(), 1)]
    show.result({"stages": list(told)}, lines, as_json=as_json)
