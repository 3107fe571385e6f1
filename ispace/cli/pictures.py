"""Commands that make a tour of pictures: ``publish``, ``build``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ispace import flow, settings, wiring
from ispace.cli import early, show
from ispace.cli.words import help_of, say
from ispace.work import Note

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]
Folder = Annotated[Path, typer.Argument(help=help_of("folder"), show_default=False)]


def publish(
    folder: Folder,
    to: Annotated[str | None, typer.Option("--to", help=help_of("to"), show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """Publish a tour."""
    chosen = settings.load()
    services = wiring.services(chosen, public=to)
    with early.worker(chosen) as worker, show.progress(as_json=as_json) as progress:
        guessed = flow.first_tour(folder, services, chosen, worker, progress)
        outcome = flow.publish_tour(folder, services, chosen, worker, progress)
    done = outcome.published
    notes = [*guessed, *outcome.built.notes]
    if not as_json:
        show.notes(notes)
        show.problems(outcome.built.problems)
    address = wiring.address(wiring.blobs(chosen.public if to is None else to, chosen), chosen)
    where = (address or f"{services.public.name.rstrip('/')}/") + outcome.page
    code = "unchanged" if done.unchanged else "published"
    lines = [
        say(code, tour=outcome.built.tour.id, release=done.release, count=done.written, size=show.size(done.bytes)),
        say("where", page=where),
    ]
    value: dict[str, Any] = {
        "tour": outcome.built.tour.id,
        "release": done.release,
        "unchanged": done.unchanged,
        "objects_written": done.written,
        "bytes_written": done.bytes,
        "page": where,
        "notes": _notes_json(notes),
        "problems": [p.to_json() for p in outcome.built.problems],
    }
    show.result(value, lines, as_json=as_json)


def build(folder: Folder, as_json: Json = False) -> None:
    """Bring a tour's pictures into the private store and check it."""
    chosen = settings.load()
    services = wiring.services(chosen)
    with early.worker(chosen) as worker, show.progress(as_json=as_json) as progress:
        guessed = flow.first_tour(folder, services, chosen, worker, progress)
        built = flow.build(folder, services, chosen, worker, progress)
    notes = [*guessed, *built.notes]
    if not as_json:
        show.notes(notes)
        show.problems(built.problems)
    tiles = {scene: work.tiled.id for scene, work in built.scenes.items()}
    value = {"tour": built.tour.id, "tile_sets": tiles, "problems": [p.to_json() for p in built.problems]}
    lines = [say("built", tour=built.tour.id, count=len(built.scenes), warnings=len(built.problems))]
    show.result(value | {"notes": _notes_json(notes)}, lines, as_json=as_json)


def _notes_json(notes: list[Note]) -> list[dict[str, Any]]:
    return [
        {"code": n.code, "params": n.params, "sentence": {lang: n.sentence(lang) for lang in ("vi", "en")}}
        for n in notes
    ]
