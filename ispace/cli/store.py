"""Commands about what was published: ``releases``, ``rollback``, ``unpublish``, ``gc``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Annotated, Any

import typer

from ispace import (
    changes,
    collector,
    flow,
    language,
    pointer,
    previews,
    releases as published,
    settings,
    wiring,
    withdrawal,
)
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.model.release import Release
from ispace.model.text import pick
from ispace.ports import Blobs
from ispace.settings import Settings

Json = Annotated[bool, typer.Option("--json", help=help_of("json"))]
To = Annotated[str | None, typer.Option("--to", help=help_of("to"), show_default=False)]
Slug = Annotated[str, typer.Argument(help=help_of("slug"), show_default=False)]


def releases(
    tour: Annotated[str | None, typer.Argument(help=help_of("slug-or-all"), show_default=False)] = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """List tours, or the releases of one."""
    public = _public(to)[1]
    slugs = [tour] if tour else list(published.slugs(public))
    value: dict[str, Any] = {"tours": []}
    heads: list[tuple[str, int]] = []
    rows: list[list[str]] = []
    lang = language.of_user()
    for slug in slugs:
        current = pointer.look(public, slug).release
        # Asked for all, a tour whose first publish was killed is no mistake of whoever asks.
        known = published.releases(public, slug) if tour else published.complete(public, slug)
        if not known:
            continue
        titles = published.titles(public, slug, known, changes.scenes_in(c for r in known for c in r.changes))
        told = [_release(r, current, titles) for r in known]
        total = published.total_bytes(known)
        value["tours"].append({"tour": slug, "current": current, "bytes": total, "releases": told})
        shown = known if tour else [r for r in known if r.id == current]
        head = f"{slug} · {pick(known[0].card.title, lang)}" + ("" if current else f" · {say('taken-down')}")
        heads.append((head, len(shown)))
        rows += [_row(r, current, changes.line(r.changes, lang, titles)) for r in shown]
    table = iter(show.columns(rows, right={_SIZE}))
    lines = [text for head, count in heads for text in (head, *(f" {next(table)}" for _ in range(count)))]
    if tour:
        lines.append(say("releases-total", count=len(known), size=show.size(total)))
    show.result(value, lines or [say("no-tours", store=public.name)], as_json=as_json)


def rollback(
    tour: Slug,
    release: Annotated[str | None, typer.Argument(help=help_of("release"), show_default=False)] = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Show an earlier release again."""
    chosen, public = _public(to)
    shown = withdrawal.go_back(public, tour, release, chosen, flow.author_of(chosen))
    show.result({"tour": tour, "release": shown.id}, [say("rolled-back", tour=tour, release=shown.id)], as_json=as_json)


def unpublish(tour: Slug, to: To = None, as_json: Json = False) -> None:
    """Take a tour down."""
    chosen, public = _public(to)
    withdrawal.take_down(public, tour, chosen, flow.author_of(chosen))
    show.result({"tour": tour}, [say("unpublished", tour=tour, days=chosen.grace_days)], as_json=as_json)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help=help_of("dry-run"))] = False,
    grace_days: Annotated[int | None, typer.Option(help=help_of("grace-days"), show_default=False, min=0)] = None,
    to: To = None,
    as_json: Json = False,
) -> None:
    """Delete what nobody needs any more."""
    chosen = settings.load()
    services = wiring.services(chosen, public=to)
    days = chosen.grace_days if grace_days is None else grace_days
    grace, now = dt.timedelta(days=days), dt.datetime.now(dt.UTC)
    found = collector.run(services.public, grace=grace, now=now, dry_run=dry_run)
    if not dry_run:
        services.private.tidy(now - collector.LEFTOVERS)
        previews.sweep(services.private, now)
    lines = [say("garbage", name=g.name, count=g.objects, size=show.size(g.bytes)) for g in found.groups]
    code = "would-collect" if dry_run else "collected"
    lines.append(say(code, count=found.objects, size=show.size(found.bytes), releases=len(found.releases)))
    groups = [dataclasses.asdict(group) for group in found.groups]
    value = {"objects": found.objects, "bytes": found.bytes, "releases": found.releases, "groups": groups}
    show.result(value | {"deleted": 0 if dry_run else found.objects}, lines, as_json=as_json)


def _public(to: str | None) -> tuple[Settings, Blobs]:
    chosen = settings.load()
    return chosen, wiring.services(chosen, public=to).public


_SIZE = 3
"""The column of a row that holds a size."""


def _row(release: Release, current: str | None, told: str) -> list[str]:
    mark = "→" if release.id == current else " "
    when = f"{release.created_at.astimezone():%d/%m/%Y %H:%M}"
    return [f"{mark} {release.id}", when, release.author, show.size(release.total_bytes), told]


def _release(release: Release, current: str | None, titles: changes.Titles) -> dict[str, Any]:
    return {
        "release": release.id,
        "current": release.id == current,
        "created_at": release.created_at.isoformat(),
        "author": release.author,
        "bytes": release.total_bytes,
        "changes": release.changes,
        "told": {lang: changes.all_told(release.changes, lang, titles) for lang in language.available()},
    }
