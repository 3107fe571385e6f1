"""The command ``work``: a worker, which does the jobs that the studio gives."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from typing import Annotated

import typer

from ispace import settings
from ispace.cli import show
from ispace.cli.words import help_of, say
from ispace.database import Database
from ispace.jobs import child
from ispace.jobs.jobs import Jobs
from ispace.jobs.kinds import KINDS
from ispace.jobs.worker import Worker
from ispace.materials.arrival import Arrivals


def work(with_parent: Annotated[bool, typer.Option("--with-parent", help=help_of("with-parent"))] = False) -> None:
    """Do the jobs that the studio gives."""
    if with_parent:
        child.die_with_parent(signal.SIGTERM)
    chosen = settings.load()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    database = Database(chosen.database.get_secret_value())
    worker = Worker(database, chosen, Arrivals(Jobs(database, KINDS)))
    show.OUT.print(say("work-begins", database=database.name))
    if worker.run(stop) == "taken-for-dead":
        # Others have what it was doing; under a new name it takes part again. What it started has ended by now.
        show.ERRORS.print(say("work-anew"))
        sys.stdout.flush()
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves
    show.OUT.print(say("work-ends"))
    # Threads of the queues may still wait for a database that is away, and would keep us for as long as it is.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
