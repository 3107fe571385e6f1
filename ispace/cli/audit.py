"""Commands about whole stores: ``storage verify`` and ``storage copy``."""

from __future__ import annotations

import dataclasses
from typing import Annotated

import typer

from ispace import assets, audit, flow, settings, transfer, wiring
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.errors import StoresSameError
from ispace.imaging.isolate import PictureWorker

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]
To = Annotated[str | None, typer.Option("--to", help=help_of("to"), show_default=False)]

_SHOWN = 200
"""How many objects are named on the terminal; JSON has all."""


def verify(
    tour: Annotated[str | None, typer.Argument(help=help_of("slug-or-all"), show_default=False)] = None,
    quick: Annotated[bool, typer.Option("--quick", help=help_of("quick"))] = False,
    repair: Annotated[bool, typer.Option("--repair", help=help_of("repair"))] = False,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Look whether every release is whole."""
    chosen = settings.load()
    services = wiring.services(chosen, public=to)
    with show.progress(as_json=as_json) as progress, PictureWorker() as worker:

        def told(slug: str, objects: int, faults: int) -> None:
            progress("verify", f"{slug} · {objects} · {faults}", 0, 1)

        def mend() -> None:
            flow.write_catalogue(services.public, assets.load(), flow.site_of(chosen))

        look = audit.Audit(services, worker if repair else None, quick=quick, told=told, mend=mend if repair else None)
        report = look.run(tour)
        if repair and report.faults:
            mend()
    lines = [
        say(
            ("fault-repaired" if f.repaired else f"fault-{f.kind}") + ("" if f.tour else "-shared"),
            key=f.key,
            tour=f.tour,
            release=f.release,
        )
        for f in report.faults[:_SHOWN]
    ]
    lines += [say("faults-more", count=len(report.faults) - _SHOWN)] if len(report.faults) > _SHOWN else []
    total = show.size(report.bytes)
    lines.append(say("verified", tours=report.tours, releases=report.releases, count=report.objects, size=total))
    if report.left:
        lines.append(say("faults-left" if repair else "faults-found", count=len(report.left)))
    value = dataclasses.asdict(report) | {"whole": not report.left}
    show.result(value, lines, as_json=as_json)
    if report.left:
        raise typer.Exit(7)


def copy(
    source: Annotated[str, typer.Argument(help=help_of("copy-from"), show_default=False)],
    target: Annotated[str, typer.Argument(help=help_of("copy-to"), show_default=False)],
    as_json: Json = False,
) -> None:
    """Copy a store to another."""
    chosen = settings.load()
    one, other = wiring.blobs(source, chosen), wiring.blobs(target, chosen)
    if wiring.contains(one, other) or wiring.contains(other, one):
        raise StoresSameError(source=one.name, target=other.name)
    with show.progress(as_json=as_json) as progress:
        done = transfer.run(one, other, lambda seen, copied: progress("copy", f"{copied}/{seen}", 0, 1))
    line = say("copied", objects=done.objects, copied=done.copied, size=show.size(done.bytes), target=other.name)
    show.result(dataclasses.asdict(done), [line], as_json=as_json)
