"""Commands about the installation: ``serve``, ``doctor``, ``stages``."""

from __future__ import annotations

import dataclasses
import importlib
from typing import Annotated

import typer

from ispace import doctor as checks, settings
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.jobs import supervise
from ispace.language import of_user
from ispace.pipeline import STAGES
from ispace.web import listen
from ispace.web.studio import opening
from ispace.web.studio.app import application

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]


def serve(
    to: Annotated[str | None, typer.Option("--from", help=help_of("from"), show_default=False)] = None,
) -> None:
    """Serve the studio and the public store; with ``--from`` that public store alone."""
    chosen = settings.load()
    hosted, studio = [], None
    # A bucket is read at its own address, so beside the studio only previews are served.
    if to is not None or listen.can_serve(chosen, chosen.public):
        public = listen.application(chosen, chosen.public if to is None else to)
    else:
        public = listen.previews_alone(chosen)
    hosted.append(listen.Hosted("public", public, chosen.port, "ISPACE_PORT"))
    if to is None:
        studio = opening.opened(chosen)
        hosted.append(listen.Hosted("studio", application(studio), chosen.studio_port, "ISPACE_STUDIO_PORT"))
    reached: list[str] = []

    def told(each: listen.Hosted, url: str) -> None:
        show.OUT.print(say(f"listening-{each.name}", url=url))
        if each.name == "studio":
            reached.append(url)

    def ready() -> None:
        link = opening.first_link(studio, reached[0]) if studio is not None else None
        if link is not None:
            show.OUT.print(say("set-up-link", url=link), soft_wrap=True)

    with supervise.workers(supervise.count(chosen) if studio is not None else 0):
        listen.run(chosen, hosted, told, ready)


def doctor(as_json: Json = False) -> None:
    """Check the installation."""
    lang = of_user()
    found = checks.run(settings.load())
    lines = [f"{'✓' if c.ok else '✗'} {c.sentence(lang)}" for c in found]
    value = {"checks": [dataclasses.asdict(c) | {"sentence": c.sentence(lang)} for c in found]}
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
