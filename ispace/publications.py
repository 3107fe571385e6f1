"""Tours on their way to the public: what workers are asked for, and what is written down of what came of it."""

from __future__ import annotations

import datetime as dt
import json
import secrets
from collections.abc import Collection
from typing import Any

from sqlalchemy.orm import Session

from ispace import digest, journal, keys
from ispace.database.schema import now
from ispace.database.tours import TourRow
from ispace.database.work import JobRow
from ispace.jobs.jobs import Jobs
from ispace.journal import Actor
from ispace.pictures import drafts
from ispace.ports import Blobs, Put

PUBLISH, PREVIEW = "publish-tour", "preview-tour"
KINDS = (PUBLISH, PREVIEW)


def keep(session: Session, private: Blobs, row: TourRow) -> str:
    """Keep a draft as it is now, with what is known of its files, where workers find it; return its private key."""
    told = {"document": row.document, "files": drafts.work(session, row.id, row.document).to_json()}
    data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
    key = keys.kept(digest.of_bytes(data))
    if private.head(key) is None:
        private.put(Put(key, data))
    return key


def ask_to_publish(
    session: Session, jobs: Jobs, actor: Actor, row: TourRow, draft: str, previewed: Collection[str]
) -> str:
    """Ask for a draft to be made public; return the job."""
    inputs = _inputs(row, actor, draft, previewed)
    job = jobs.enqueue(PUBLISH, inputs, owner=str(actor.person_id), tour=row.id, session=session)
    journal.record(session, actor, "tour.publish-ask", "tour", row.id, None, {"revision": row.revision})
    return job


def ask_to_preview(
    session: Session, jobs: Jobs, actor: Actor, row: TourRow, draft: str, previewed: Collection[str], days: int
) -> str:
    """Ask for a draft to be shown at an address of its own for ``days``; return the job."""
    inputs = _inputs(row, actor, draft, previewed)
    inputs |= {"token": secrets.token_urlsafe(24), "until": (now() + dt.timedelta(days=days)).isoformat()}
    return jobs.enqueue(PREVIEW, inputs, owner=str(actor.person_id), tour=row.id, session=session)


def _inputs(row: TourRow, actor: Actor, draft: str, previewed: Collection[str]) -> dict[str, Any]:
    return {
        "name": row.title,
        "tour": row.id,
        "revision": row.revision,
        "draft": draft,
        "author": actor.name,
        "previewed": sorted(previewed),
        "asked": secrets.token_hex(8),
    }


def arrived(session: Session, job: JobRow, results: dict[str, Any]) -> None:
    """Write down what came of a job: a tour that is public is so, in lists too."""
    row = session.get(TourRow, job.tour)
    if job.kind != PUBLISH or row is None:
        return
    done = results["publish"]
    row.state = "published" if row.revision == job.inputs["revision"] else "changed"
    row.thumbnail = done["thumbnail"]
    after = {"release": done["release"], "revision": job.inputs["revision"]}
    journal.record(
        session, Actor(job.owner, job.inputs["author"], "worker"), "tour.publish", "tour", row.id, None, after
    )


def went_back(session: Session, actor: Actor, row: TourRow, release: str) -> None:
    """Write down that an earlier release is public; the draft goes on from where it is."""
    row.state = "changed"
    journal.record(session, actor, "tour.rollback", "tour", row.id, None, {"release": release})


def taken_down(session: Session, actor: Actor, row: TourRow) -> None:
    """Write down that a tour is not public any more."""
    row.state = "down"
    journal.record(session, actor, "tour.unpublish", "tour", row.id)
