"""The state of the system, for administrators: what ``ispace doctor`` finds, as a page."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from starlette.responses import Response

from ispace import language, wiring
from ispace.web.studio.visit import Visit

_SILENT_S = 60.0


def show(visit: Visit) -> Response:
    """Show what the checks found last; look again in the background where that is long ago."""
    visit.need_admin()
    checkup = visit.studio.checkup
    if checkup.is_old:
        checkup.begin()
    is_running, found = checkup.is_running, checkup.last
    checks = [
        {
            "name": language.say("checks", check.name, visit.lang),
            "ok": check.ok,
            "text": check.sentence(visit.lang),
        }
        for check in (found.checks if found is not None else ())
    ]
    error = found.error if found is not None else None
    return visit.page(
        "system",
        checks=checks,
        at=found.at if found is not None else None,
        running=is_running,
        problem=visit.problem(error.code, error.params) if error is not None else None,
        workers=_workers(visit),
        queues=_queues(visit),
        disk=_disks(visit),
    )


def again(visit: Visit) -> Response:
    """Look once more, in the background."""
    visit.need_admin()
    visit.studio.checkup.begin()
    return visit.to("/system#kiem_tra")


def _workers(visit: Visit) -> list[dict[str, Any]]:
    seen = visit.studio.jobs.workers()
    return [
        {
            "name": f"{worker.host}/{worker.pid}",
            "machine": worker.host,
            "alive": worker.silent_s < _SILENT_S,
            "beat_at": worker.seen_at,
            "doing": visit.say("worker-doing", count=len(worker.doing)) if worker.doing else "",
        }
        for worker in seen
    ]


def _queues(visit: Visit) -> list[dict[str, Any]]:
    return [
        {"name": visit.say(f"queue-of-{queue.name}"), "waiting": queue.waiting, "running": queue.running}
        for queue in visit.studio.jobs.queues()
    ]


def _disks(visit: Visit) -> list[dict[str, Any]]:
    """Return how full the disks are on which the folders of this machine lie, each disk once."""
    stores = wiring.services(visit.studio.settings)
    places = [
        (visit.say("disk-public"), getattr(stores.public, "root", None)),
        (visit.say("disk-private"), getattr(stores.private, "root", None)),
        (visit.say("disk-database"), visit.studio.database.file),
    ]
    found, seen = [], set()
    for name, place in places:
        if place is None:
            continue
        path = Path(place).absolute()
        while not path.exists():
            path = path.parent
        device = path.stat().st_dev
        if device not in seen:
            seen.add(device)
            usage = shutil.disk_usage(path)
            found.append({"name": name, "used_bytes": usage.used, "total_bytes": usage.total})
    return found
