"""The second step of signing in: codes of an authenticator (TOTP, RFC 6238), and recovery codes for when it is lost."""

from __future__ import annotations

import hmac
import secrets

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import people, secret
from ispace.accounts.vault import Vault
from ispace.database.people import Person, RecoveryCode, SignedIn
from ispace.database.schema import now
from ispace.errors import CodeWrongError
from ispace.journal import Actor

RECOVERY_CODES = 10
_STEP_S = 30
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without those that are mistaken for one another on paper."""


def new_secret() -> str:
    """Return a secret for an authenticator, in base 32."""
    return pyotp.random_base32()


def address(totp_secret: str, email: str, site: str) -> str:
    """Return the ``otpauth:`` address that an authenticator reads from a QR code."""
    return pyotp.TOTP(totp_secret).provisioning_uri(name=email, issuer_name=site)


def begin(session: Session, session_digest: str, vault: Vault) -> None:
    """Make a secret and keep it with the session until its first code comes back."""
    row = session.get(SignedIn, session_digest)
    if row is not None:
        row.totp_pending = vault.seal(new_secret())


def pending(session: Session, session_digest: str, vault: Vault) -> str | None:
    """Return the secret that waits for its first code."""
    row = session.get(SignedIn, session_digest)
    return vault.open(row.totp_pending) if row is not None and row.totp_pending else None


def drop_pending(session: Session, session_digest: str) -> None:
    """Forget the secret that waited."""
    row = session.get(SignedIn, session_digest)
    if row is not None:
        row.totp_pending = None


def turn_on(session: Session, actor: Actor, person: Person, totp_secret: str, code: str, vault: Vault) -> list[str]:
    """Ask for the second step from now on; return the recovery codes, which are shown once.

    Raises:
        CodeWrongError: the authenticator does not have the secret, or its clock is wrong.
    """
    people.held(session, person)
    step = _step(totp_secret, code, after=person.totp_step)
    if step is None:
        raise CodeWrongError
    before = people.shown(person)
    person.totp_secret, person.totp_step, person.totp_at = vault.seal(totp_secret), step, now()
    codes = new_recovery_codes(session, person)
    journal.record(session, actor, "person.two-step-on", "person", person.id, before, people.shown(person))
    return codes


def new_recovery_codes(session: Session, person: Person) -> list[str]:
    """Return new recovery codes; earlier ones are no longer good."""
    people.held(session, person)
    session.execute(delete(RecoveryCode).where(RecoveryCode.person_id == person.id))
    codes = [
        "-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    session.add_all(RecoveryCode(person_id=person.id, digest=secret.digest(_plain(code))) for code in codes)
    session.flush()
    return codes


def recovery_codes_left(session: Session, person_id: str) -> int:
    """Return how many recovery codes have not been used."""
    left = select(func.count()).where(RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None))
    return session.execute(left).scalar_one()


def use(session: Session, actor: Actor, person: Person, code: str, vault: Vault) -> None:
    """Take a code of the authenticator or a recovery code; neither is good twice.

    Raises:
        CodeWrongError: it is neither, too old, or was used before.
        SecretKeyChangedError: as ``Vault.open``.
    """
    # Of two who bring the same code at once, the second finds it used.
    kept_secret = people.held(session, person).totp_secret
    if kept_secret is None:
        return
    digits = "".join(code.split())
    if digits.isascii() and digits.isdecimal() and len(digits) == 6:
        step = _step(vault.open(kept_secret), digits, after=person.totp_step)
        if step is None:
            raise CodeWrongError
        person.totp_step = step
        return
    kept = session.get(RecoveryCode, (person.id, secret.digest(_plain(code))))
    if kept is None or kept.used_at is not None:
        raise CodeWrongError
    kept.used_at = now()
    journal.record(session, actor, "person.recovery-code", "person", person.id)


def _plain(code: str) -> str:
    return "".join(letter for letter in code.casefold() if letter.isalnum())


def _step(totp_secret: str, code: str, *, after: int | None) -> int | None:
    """Return the time step whose code this is: the present one or a neighbour, later than ``after``."""
    totp, present, given = pyotp.TOTP(totp_secret), int(now().timestamp()) // _STEP_S, "".join(code.split()).encode()
    for step in (present, present - 1, present + 1):
        if hmac.compare_digest(totp.generate_otp(step).encode(), given) and (after is None or step > after):
            return step
    return None
