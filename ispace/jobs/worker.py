"""A worker: takes stages from the queues, has each done in a process of its own, and watches over the others."""

from __future__ import annotations

import logging
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from dbos import DBOS, DBOSConfig, error as dbos_errors

from ispace.database import Database
from ispace.database.upgrade import require
from ispace.errors import DatabaseUnavailableError, StageBugError
from ispace.jobs import identity, queueing
from ispace.jobs.failure import Failure
from ispace.jobs.ledger import Claim, Ledger, OnDone
from ispace.jobs.plan import QUEUES
from ispace.jobs.process import Outcome, StageProcess
from ispace.jobs.queueing import Queues
from ispace.jobs.watch import Watch
from ispace.settings import Settings

_LOG = logging.getLogger(__name__)

Ending = Literal["asked", "taken-for-dead"]

_LOOK_S = 0.5
"""How soon a running stage hears that its job was cancelled."""
_ROUNDS_TO_MEND = 12
_ROUNDS_TO_TIDY = 720
_LAST_WORDS_S = 10
_SCRATCH = "ispace-work-"


class Worker:
    """One worker process. ``run`` may be called once."""

    def __init__(self, database: Database, settings: Settings, on_done: OnDone = lambda *_: None) -> None:
        self._settings = settings
        self._me = identity.of_this_process()
        self._queues = Queues(database)
        self._ledger = Ledger(database, self._queues, settings.work_attempts, settings.work_memory, on_done)
        at_once = {
            "preview": settings.work_preview,
            "cpu": settings.work_cpu,
            "memory": settings.work_memory,
            "net": settings.work_net,
        }
        self._at_once = {queue: at_once[queue] for queue in QUEUES if at_once[queue]}
        self._watch = Watch(
            self._ledger, self._me, list(self._at_once), settings.work_dead_after_s, settings.work_keep_days
        )
        self._lock = threading.Lock()
        self._running: dict[str, StageProcess] = {}
        self._active: set[str] = set()
        self._stopping = False
        self._lost_us = threading.Event()
        self._unheard: set[str] = set()
        """What was said of a database that is away; said anew only once it has answered in between."""

    def run(self, stop: threading.Event) -> Ending:
        """Work until ``stop`` is set, or until others have taken this worker for dead and have its work.

        What runs then is given back. Raises ``DatabaseUnavailableError``, and as ``database.upgrade.require``.
        """
        database = self._ledger.database
        require(database)
        queueing.prepare(database)
        self._watch.enter()
        engine = queueing.engine(database)
        DBOS(
            config=DBOSConfig(
                name=queueing.APPLICATION,
                application_version=queueing.VERSION,
                executor_id=self._me.id,
                system_database_engine=engine,
                dbos_system_schema=queueing.SCHEMA,
                log_level="WARNING",
            )
        )

        @DBOS.workflow(name=queueing.WORKFLOW)
        def stage(job_id: str, number: int) -> str:  # DBOS takes no methods
            return self._attempt(job_id, number)

        for queue, at_once in self._at_once.items():
            self._queues.declare(queue, at_once, self._settings.work_poll_s)
        DBOS.listen_queues(list(self._at_once))
        logging.getLogger("dbos").addFilter(self._is_worth_saying)
        # Its own recovery finds nothing: each start has a name of its own, and `Watch` gives back what others left.
        DBOS.launch()
        done = threading.Event()
        heart = threading.Thread(target=self._beat, args=(done,), name="heart", daemon=True)
        heart.start()
        try:
            while not stop.wait(_LOOK_S) and not self._lost_us.is_set():
                pass
        finally:
            self._end(done, heart)
            engine.dispose()
            self._queues.close()
        return "taken-for-dead" if self._lost_us.is_set() else "asked"

    def _is_worth_saying(self, record: logging.LogRecord) -> bool:
        """Say whether a word of DBOS is news: that attempts were taken from us, or come too late, is in order."""
        error = record.exc_info[1] if record.exc_info else None
        if self._stopping or isinstance(error, dbos_errors.DBOSAwaitedWorkflowCancelledError):
            return False
        # Every second it tells of a database that is away, in hundreds of lines; we say so once, in one.
        said = record.getMessage()
        return "OperationalError" not in said and not said.startswith("Notification listener error")

    def _say_once(self, what: str, error: DatabaseUnavailableError) -> None:
        with self._lock:
            is_new = what not in self._unheard
            self._unheard.add(what)
        if is_new:
            _LOG.warning("%s: %s", what, error)

    def _heard(self) -> None:
        with self._lock:
            was_away, self._unheard = bool(self._unheard), set()
        if was_away:
            _LOG.warning("the database answers again")

    def _end(self, done: threading.Event, heart: threading.Thread) -> None:
        with self._lock:
            self._stopping = True
            running = list(self._running.values())
        for process in running:
            process.stop()
        until = time.monotonic() + _LAST_WORDS_S
        while self._active and time.monotonic() < until:
            time.sleep(0.02)
        DBOS.destroy(destroy_registry=True)
        done.set()
        heart.join(_LAST_WORDS_S)
        try:
            self._watch.leave()
            self._watch.mend(set())
        except DatabaseUnavailableError as error:
            _LOG.warning("left without a word: %s", error)  # others see it by our silence

    def _attempt(self, job_id: str, number: int) -> str:
        """Do one attempt at one stage: the workflow of every stage of every kind, so its shape never changes."""
        workflow = str(DBOS.workflow_id)
        with self._lock:
            if self._stopping:
                return "not begun"  # and so it is queued again
            self._active.add(workflow)
        try:
            claim = self._ledger.begin(job_id, number, workflow, self._me.id)
            if claim is None:
                return "too late"
            self._record(claim, *self._done(claim))
            return "ended"
        finally:
            with self._lock:
                self._active.discard(workflow)

    def _done(self, claim: Claim) -> tuple[Outcome, bool]:
        """Have a stage done and return what came of it, and whether it was stopped."""
        try:
            with self._scratch() as folder:
                process = StageProcess(claim, folder)
                with self._lock:
                    self._running[claim.lease] = process
                    if self._stopping:
                        process.stop()
                try:
                    outcome = process.run(lambda *said: self._tell(claim, *said))
                finally:
                    with self._lock:
                        del self._running[claim.lease]
            return outcome, process.stopped
        except OSError as error:
            _LOG.exception("stage %s of %s could not be started", claim.stage, claim.job)
            failure = Failure.of(StageBugError(stage=claim.stage, reason=str(error)))
            return Outcome({}, failure=Failure(failure.code, failure.params, may_pass=True)), False

    def _record(self, claim: Claim, outcome: Outcome, stopped: bool) -> None:
        """Write down what came of an attempt, however long the database takes to hear it."""
        while True:
            try:
                if outcome.failure is not None:
                    self._ledger.fail(claim.lease, outcome.failure, outcome.details)
                elif stopped and outcome.result is None:
                    self._ledger.give_back(claim.lease)  # of one that lost its lease, nothing is heard
                else:
                    self._ledger.finish(claim.lease, outcome.result, outcome.details)
                return
            except DatabaseUnavailableError as error:
                self._say_once(f"{claim.stage} of {claim.job} is not recorded yet", error)
                if self._stopping:
                    return
                time.sleep(_LOOK_S)

    def _tell(self, claim: Claim, share: float, text: str, details: dict[str, Any]) -> None:
        try:
            self._ledger.tell(claim.lease, share, text, details)
        except DatabaseUnavailableError as error:
            self._say_once(f"the progress of {claim.job} was not heard", error)

    def _beat(self, done: threading.Event) -> None:
        """Beat, end what lost its lease, look after the dead: the worker's second thread."""
        beaten, rounds = 0.0, 0
        while not done.wait(min(_LOOK_S, self._settings.work_heartbeat_s)):
            try:
                self._end_unwanted()
                if time.monotonic() - beaten < self._settings.work_heartbeat_s:
                    continue
                if not self._watch.beat():
                    self._lost_us.set()
                    return
                self._heard()
                beaten, rounds = time.monotonic(), rounds + 1
                self._watch.bury()
                if rounds % _ROUNDS_TO_MEND == 1:
                    self._watch.mend(self._in_hand())
                if rounds % _ROUNDS_TO_TIDY == 1:
                    self._watch.tidy()
                    _sweep(self._folder())
            except DatabaseUnavailableError as error:
                self._say_once("the heartbeat was not heard", error)
                self._watch.deaf()
            except Exception:
                _LOG.exception("a round of the watch failed")

    def _in_hand(self) -> set[str]:
        with self._lock:
            return set(self._active)

    def _end_unwanted(self) -> None:
        # Looked at in this order: what is running here began before, so its lease was there to be seen.
        with self._lock:
            running = dict(self._running)
        if running:
            held = self._ledger.leases(self._me.id)
            for lease, process in running.items():
                if lease not in held:
                    process.stop()

    def _folder(self) -> Path:
        return Path(self._settings.work_folder or tempfile.gettempdir())

    @contextmanager
    def _scratch(self) -> Iterator[Path]:
        """Yield a folder for one attempt; its name says which process looks after it."""
        self._folder().mkdir(parents=True, exist_ok=True)
        prefix = f"{_SCRATCH}{self._me.pid}-{self._me.pid_started}-"
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=self._folder())).resolve()
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _sweep(folder: Path) -> None:
    """Remove what workers that were killed on this machine left behind."""
    for left in folder.glob(f"{_SCRATCH}*"):
        pid, _, started = left.name.removeprefix(_SCRATCH).partition("-")
        if pid.isdigit() and identity.is_gone(identity.this_machine(), int(pid), started.partition("-")[0]):
            shutil.rmtree(left, ignore_errors=True)
