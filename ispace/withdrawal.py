"""Going back to an earlier release, and taking a tour down, with the catalogue that follows from it."""

from __future__ import annotations

import datetime as dt

from ispace import assets, flow, pending, pointer, releases
from ispace.errors import ObjectDamagedError, ObjectMissingError, TourUnknownError
from ispace.model.release import Release
from ispace.model.text import pick
from ispace.pipeline import render
from ispace.ports import Blobs
from ispace.settings import Settings


def go_back(public: Blobs, slug: str, release: str | None, settings: Settings, author: str) -> Release:
    """Show an earlier release again and write the catalogue; ``release`` and errors as in ``releases.rollback``."""
    shown = releases.rollback(public, slug, release, author=author, now=dt.datetime.now(dt.UTC))
    front, site = assets.load(), flow.site_of(settings)
    with pending.noted(public, slug, "catalogue", tile_sets=[], used=flow.shared_assets(front, site)):
        flow.write_catalogue(public, front, site)
    return shown


def take_down(public: Blobs, slug: str, settings: Settings, author: str) -> None:
    """Put a polite page in a tour's place and take it out of the catalogue; its releases stay.

    Raises:
        TourUnknownError, PublishRaceError.
    """
    seen = pointer.look(public, slug)
    if not seen.known:
        raise TourUnknownError(tour=slug, store=public.name)
    title = ""
    # Where an earlier run was killed after the first of the pages, the log knows what the tour showed.
    shown = seen.release or next((f.before for f in reversed(releases.flips(public, slug)) if f.before), "")
    if shown:
        try:
            title = pick(releases.manifest(public, slug, shown).card.title, "vi")
        except (ObjectMissingError, ObjectDamagedError):
            title = slug  # its release is damaged; taking it down must work all the same
    front, site = assets.load(), flow.site_of(settings)
    gone = render.gone(seen.content.keys(), title, assets=front, site=site)
    shared = flow.shared_assets(front, site)
    with pending.noted(public, slug, pointer.GONE, tile_sets=[], used=shared):
        flow.bring_assets(public, shared)
        releases.unpublish(public, slug, gone, author=author, now=dt.datetime.now(dt.UTC))
        flow.write_catalogue(public, front, site)
