"""Before and after a tour is public, over the API: what is left to do."""

from __future__ import annotations

from ispace import changes
from ispace.database.tours import TourRow
from ispace.errors import (
    PublishRaceError,
    ReleaseIncompleteError,
    ReleaseOnlyOneError,
    ReleaseUnknownError,
    RightMissingError,
    TourBlockedError,
    TourChangedError,
    TourNotHereError,
    TourUnknownError,
)
from ispace.web.studio import gate, publication, publicity
from ispace.web.studio.api import publishing_models as models
from ispace.web.studio.api.operation import Call, Operation

_MOST_TOLD = 1000


def check_tour(call: Call) -> models.ProblemList:
    """Say what is left to do before a tour is public."""
    row = call.tour("see", whole=True)
    found = gate.problems(call.studio, row)
    errors = sum(problem.severity == "error" for problem in found)
    return models.ProblemList(
        revision=row.revision,
        problems=[
            models.FoundProblem(
                code=problem.code,
                field=problem.field,
                scene=problem.scene,
                part=problem.part,
                severity=problem.severity,
                text=problem.text(call.lang),
                mend=problem.mend(call.lang),
            )
            for problem in found[:_MOST_TOLD]
        ],
        counts=models.ProblemCounts(error=errors, warning=len(found) - errors),
    )


def get_publication(call: Call) -> models.Publication:
    """Say what of a tour is public."""
    return _told(call, call.tour("see"))


def preview_tour(call: Call) -> models.WishedJob:
    """Make a preview of the draft, which can be opened for some days by whoever has its address."""
    row = call.tour("edit", whole=True)
    return models.WishedJob(job=publicity.preview(call.studio, call.actor, row, call.base))


def publish_tour(call: Call) -> models.WishedJob:
    """Make the draft public."""
    row = call.tour("publish", whole=True)
    return models.WishedJob(job=publicity.publish(call.studio, call.actor, row, call.body.revision, call.base))


def roll_back_tour(call: Call) -> models.Publication:
    """Show an earlier release again."""
    row = call.tour("publish")
    publicity.go_back(call.studio, call.actor, row, call.body.release)
    return _told(call, call.tour("publish"))


def unpublish_tour(call: Call) -> models.Publication:
    """Take a tour down; its releases stay."""
    row = call.tour("publish")
    publicity.take_down(call.studio, call.actor, row)
    return _told(call, call.tour("publish"))


def _told(call: Call, row: TourRow) -> models.Publication:
    found = publication.look(call.studio, row, call.base, call.lang)
    return models.Publication(
        state=row.state,  # type: ignore[arg-type]
        revision=row.revision,
        current=found.current,
        address=found.address,
        embed=found.embed,
        share_picture=found.share,
        releases=[
            models.PublishedRelease(
                id=release.id,
                at=release.created_at,
                by=release.author,
                current=release.id == found.current,
                size_bytes=release.total_bytes,
                changes=changes.all_told(release.changes, call.lang, found.titles),
            )
            for release in found.releases
        ],
        previews=[
            models.TourPreview(
                job=one.job.id,
                state=one.job.state,
                revision=one.revision,
                address=one.address,
                until=one.until,
                release=one.release,
            )
            for one in found.previews
        ],
        job=found.job.id if found.job else None,
    )


OPERATIONS = (
    Operation(
        "GET", "/tours/{tour}/publication", get_publication, "Says what is public", "tours-read",
        models.Publication, errors=(TourNotHereError,),
    ),
    Operation(
        "POST", "/tours/{tour}/previews", preview_tour, "Makes a preview", "tours-write", models.WishedJob,
        errors=(TourNotHereError, RightMissingError, TourBlockedError), status=202,
    ),
    Operation(
        "POST", "/tours/{tour}/publish", publish_tour, "Publishes a tour", "tours-publish", models.WishedJob,
        body=models.PublishWish,
        errors=(TourNotHereError, RightMissingError, TourChangedError, TourBlockedError), status=202,
    ),
    Operation(
        "POST", "/tours/{tour}/rollback", roll_back_tour, "Shows an earlier release", "tours-publish",
        models.Publication, body=models.GoBack,
        errors=(
            TourNotHereError, RightMissingError, TourUnknownError, ReleaseUnknownError, ReleaseOnlyOneError,
            ReleaseIncompleteError, PublishRaceError,
        ),
    ),
    Operation(
        "POST", "/tours/{tour}/unpublish", unpublish_tour, "Takes a tour down", "tours-publish",
        models.Publication, errors=(TourNotHereError, RightMissingError, TourUnknownError, PublishRaceError),
    ),
    Operation(
        "GET", "/tours/{tour}/check", check_tour, "Checks a tour", "tours-read", models.ProblemList,
        errors=(TourNotHereError,),
    ),
)  # fmt: skip
"""What can be asked of publishing."""
