"""What every answer of the studio draws on, made once from the settings."""

from __future__ import annotations

import dataclasses
import datetime as dt
import functools
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from ispace import assets, keys, wiring
from ispace.accounts.guard import Guard
from ispace.accounts.provider import Provider
from ispace.accounts.sessions import Lifetimes
from ispace.accounts.vault import Vault
from ispace.database import Database
from ispace.database.uploads import UploadRow
from ispace.jobs.jobs import Jobs
from ispace.jobs.kinds import KINDS
from ispace.ports import Blobs
from ispace.settings import Settings
from ispace.uploads.ledger import Ledger, Quotas
from ispace.uploads.records import Records
from ispace.uploads.store import UploadStore
from ispace.web.studio.checkup import Checkup

_DAY_S = 86_400


@dataclasses.dataclass(frozen=True)
class Studio:
    """The studio's parts; safe to share between threads."""

    settings: Settings
    database: Database
    guard: Guard
    vault: Vault
    provider: Provider | None
    lifetimes: Lifetimes
    jobs: Jobs
    private: Blobs
    public: Blobs
    ledger: Ledger
    uploads: UploadStore
    checkup: Checkup
    urls: dict[str, str]
    """Addresses of the built files by their names."""
    files: dict[str, tuple[bytes, str]]
    """Content and type of the built files by their keys."""

    @property
    def is_secure(self) -> bool:
        """Whether people reach the studio by https, so that cookies may be bound to it."""
        return self.settings.studio_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix binds it to this host and to https."""
        return self._bound("ispace")

    @property
    def trip_cookie(self) -> str:
        """The name of the cookie of a browser that was sent to the sign-in provider."""
        return self._bound("ispace-trip")

    def _bound(self, name: str) -> str:
        return f"__Host-{name}" if self.is_secure else name


def make(settings: Settings, database: Database) -> Studio:
    """Return the studio that the settings describe; raises ``AssetsMissingError``, and as ``wiring.services``."""
    front = assets.studio()
    provider = None
    if settings.oidc_issuer:
        secret = settings.oidc_client_secret.get_secret_value()
        provider = Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_name)
    jobs, services = Jobs(database, KINDS), wiring.services(settings)
    private = services.private
    ledger = Ledger(database, Quotas.of(settings), functools.partial(_received, jobs))
    return Studio(
        settings=settings,
        database=database,
        guard=Guard(),
        vault=Vault(settings.secret_key.get_secret_value()),
        provider=provider,
        lifetimes=Lifetimes(
            idle=dt.timedelta(hours=settings.session_idle_hours), at_most=dt.timedelta(days=settings.session_max_days)
        ),
        jobs=jobs,
        private=private,
        public=services.public,
        ledger=ledger,
        uploads=UploadStore(
            Records(Path(settings.uploads)), wiring.receiving(private), ledger, settings.upload_days * _DAY_S
        ),
        checkup=Checkup(),
        urls={name: f"/{key}" for name, key in front.key_of.items()},
        files={key: (front.content[name], keys.content_type(key)) for name, key in front.key_of.items()},
    )


def _received(jobs: Jobs, session: Session, row: UploadRow) -> None:
    """Ask for a look at a file in the very transaction that says it is there."""
    inputs = {"upload": row.id, "name": row.name, "kind": row.kind}
    jobs.enqueue(
        "look-upload", inputs, owner=row.owner_id, tour=row.tour_id, size_bytes=row.size_bytes, session=session
    )


def link(studio: Studio, base: str, path: str) -> str:
    """Return an absolute address to hand to somebody; ``base`` is where the asker reached us, if no setting says."""
    origin = studio.settings.studio_url or "{0.scheme}://{0.netloc}".format(urlsplit(base))
    return f"{origin}{path}"
