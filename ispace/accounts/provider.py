"""Signing in with an OpenID Connect provider: code flow with PKCE (RFC 7636), state and nonce (OIDC Core 1.0).

Only who was invited gets in: the first time the verified address tells who that is, whether the invitation was accepted
already or not, and from then on the provider's own name for them decides, whatever their address becomes.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hmac
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import httpx2
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jwt import JWTClaimsRegistry
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from ispace import journal
from ispace.accounts import people, secret, tickets
from ispace.database import turns
from ispace.database.people import Identity, Person, SignInRoundTrip
from ispace.database.schema import now
from ispace.database.turns import Turn
from ispace.errors import LinkInvalidError, ProviderError, ProviderRefusedError, ProviderUnverifiedError
from ispace.journal import Actor

LASTS = dt.timedelta(minutes=10)
"""How long somebody may take at the provider."""

_TIMEOUT_S = 10
_KEPT_S = 3600
_LEEWAY_S = 60
_MAX_SUBJECT = 255
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
"""Signatures with a public key only: a shared secret or none at all would let anybody sign."""


@dataclasses.dataclass(frozen=True)
class Claims:
    """What the provider says of somebody, checked."""

    issuer: str
    subject: str
    email: str | None
    """Only where the provider says that it is verified."""
    name: str = ""


class Provider:
    """One provider, as the settings describe it."""

    def __init__(self, issuer: str, client_id: str, client_secret: str, name: str) -> None:
        """Describe the provider; nothing is asked of it yet."""
        self.name = name or urlsplit(issuer).hostname or issuer
        self._issuer, self._client_id, self._client_secret = issuer.rstrip("/"), client_id, client_secret
        # Read once: reading the authorities anew for every client takes longer than all the rest.
        self._authorities = httpx2.create_ssl_context()
        self._kept: tuple[float, dict[str, Any], KeySet] | None = None

    def begin(self, session: Session, *, target: str, callback: str, metadata: dict[str, Any]) -> tuple[str, str]:
        """Return where to send the browser, and the token that it has to bring back to ``callback``.

        ``metadata`` is what ``discover`` returned: the network is asked outside of transactions.
        """
        token, nonce, verifier = secret.new(), secret.new(), secrets.token_urlsafe(64)
        with self._client(callback, metadata) as client:
            address, state = client.create_authorization_url(
                metadata["authorization_endpoint"], code_verifier=verifier, nonce=nonce
            )
        session.execute(delete(SignInRoundTrip).where(SignInRoundTrip.created_at < now() - LASTS))
        session.add(
            SignInRoundTrip(
                digest=secret.digest(token),
                state=state,
                nonce=nonce,
                verifier=verifier,
                target=target,
                created_at=now(),
            )
        )
        return address, token

    def discover(self) -> dict[str, Any]:
        """Return what the provider says of itself, asked once an hour; raises ``ProviderError``."""
        return self._discovered()[0]

    def claims(self, trip: SignInRoundTrip, code: str, callback: str) -> Claims:
        """Return who came back to ``callback``, for the code that came with them.

        Raises:
            ProviderError: the provider refuses the code, or what it says is not signed as it should be.
        """
        metadata, keys = self._discovered()
        try:
            with self._client(callback, metadata) as client:
                answer = client.fetch_token(metadata["token_endpoint"], code=code, code_verifier=trip.verifier)
            try:
                token = jwt.decode(answer["id_token"], keys, algorithms=_ALGORITHMS)
            except (JoseError, ValueError):
                # The provider may have changed its keys since they were asked for.
                self._kept = None
                metadata, keys = self._discovered()
                token = jwt.decode(answer["id_token"], keys, algorithms=_ALGORITHMS)
            JWTClaimsRegistry(
                leeway=_LEEWAY_S,
                iss={"essential": True, "value": metadata["issuer"]},
                aud={"essential": True, "value": self._client_id},
                exp={"essential": True},
                sub={"essential": True},
                nonce={"essential": True},
            ).validate(token.claims)
            claims = dict(token.claims)
            subject = claims["sub"]
            if not hmac.compare_digest(str(claims["nonce"]).encode(), trip.nonce.encode()):
                raise ProviderError(provider=self.name, reason="nonce")
            if claims.get("azp", self._client_id) != self._client_id:
                raise ProviderError(provider=self.name, reason="azp")
            if not isinstance(subject, str) or not 0 < len(subject) <= _MAX_SUBJECT:
                raise ProviderError(provider=self.name, reason="sub")
            if "email" not in claims and "userinfo_endpoint" in metadata:
                claims |= self._user_info(metadata, str(answer["access_token"]), subject)
        except ProviderError:
            raise
        except Exception as error:  # the library has no common error; whatever it is, nobody is signed in
            raise ProviderError(provider=self.name, reason=f"{type(error).__name__}: {error}"[:200]) from error
        verified = claims.get("email") if claims.get("email_verified") is True else None
        name = claims.get("name")
        return Claims(
            issuer=str(metadata["issuer"]),
            subject=subject,
            email=str(verified) if verified else None,
            name=name if isinstance(name, str) else "",
        )

    def _user_info(self, metadata: dict[str, Any], access_token: str, subject: str) -> dict[str, Any]:
        told = self._json(metadata["userinfo_endpoint"], Authorization=f"Bearer {access_token}")
        # Another person's details must not be taken for this one's (OIDC Core 1.0, 5.3.2).
        if told.get("sub") != subject:
            raise ProviderError(provider=self.name, reason="sub")
        return {name: told[name] for name in ("email", "email_verified", "name") if name in told}

    def _discovered(self) -> tuple[dict[str, Any], KeySet]:
        if self._kept is not None and self._kept[0] > time.monotonic():
            return self._kept[1], self._kept[2]
        try:
            metadata = self._json(f"{self._issuer}/.well-known/openid-configuration")
            if str(metadata.get("issuer", "")).rstrip("/") != self._issuer:
                raise ProviderError(provider=self.name, reason=f"issuer {metadata.get('issuer')!r}"[:200])
            for name in _ENDPOINTS:
                # A provider that is reached safely must not send passwords and codes to where it is not.
                if not str(metadata.get(name, "")).startswith(("https://", f"{urlsplit(self._issuer).scheme}://")):
                    raise ProviderError(provider=self.name, reason=name)
            keys = KeySet.import_key_set(self._json(metadata["jwks_uri"]))  # type: ignore[arg-type]
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TypeError, KeyError, JoseError) as error:
            raise ProviderError(provider=self.name, reason=f"{type(error).__name__}: {error}"[:200]) from error
        self._kept = (time.monotonic() + _KEPT_S, metadata, keys)
        return metadata, keys

    def _json(self, address: str, **headers: str) -> dict[str, Any]:
        answer = httpx2.get(address, headers=headers, timeout=_TIMEOUT_S, verify=self._authorities)
        answer.raise_for_status()
        told = answer.json()
        if not isinstance(told, dict):
            raise ValueError(address)
        return told

    def _client(self, callback: str, metadata: dict[str, Any]) -> OAuth2Client:
        # What a provider takes that says nothing is the first of these (OIDC Discovery 1.0, 3).
        taken = metadata.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        with_secret = "client_secret_basic" if "client_secret_basic" in taken else "client_secret_post"
        return OAuth2Client(
            client_id=self._client_id,
            client_secret=self._client_secret or None,
            token_endpoint_auth_method=with_secret if self._client_secret else "none",
            redirect_uri=callback,
            scope="openid email profile",
            code_challenge_method="S256",
            timeout=_TIMEOUT_S,
            verify=self._authorities,
        )


def returned(session: Session, token: str, state: str) -> SignInRoundTrip:
    """Return the round trip that a browser comes back from, and end it.

    Raises:
        LinkInvalidError: this browser was not sent, or took too long, or comes twice.
    """
    trip = session.get(SignInRoundTrip, secret.digest(token), with_for_update=True)
    if trip is None or trip.created_at < now() - LASTS:
        raise LinkInvalidError
    if not hmac.compare_digest(trip.state.encode(), state.encode("utf-8", "surrogatepass")):
        raise LinkInvalidError
    session.delete(trip)
    return trip


def person_of(session: Session, claims: Claims, provider: Provider, *, lang: str, address: str) -> Person:
    """Return whom the claims sign in, connecting the two accounts the first time.

    Raises:
        ProviderRefusedError: nobody here is meant, or the person is disabled.
        ProviderUnverifiedError: nobody is known by that account, and its address is not verified.
    """
    turns.take(session, Turn.ACCOUNTS)
    known = session.get(Identity, (claims.issuer, claims.subject))
    if known is None and claims.email is None:
        raise ProviderUnverifiedError(provider=provider.name)
    person = session.get(Person, known.person_id) if known is not None else _meant(session, claims, lang, address)
    if person is None or person.disabled_at is not None:
        raise ProviderRefusedError(provider=provider.name, email=claims.email or claims.name or claims.subject)
    if known is None:
        session.add(Identity(issuer=claims.issuer, subject=claims.subject, person_id=person.id, created_at=now()))
        actor = Actor(person.id, person.name, "studio", address)
        journal.record(session, actor, "person.connect", "person", person.id, None, {"issuer": claims.issuer})
    return person


def _meant(session: Session, claims: Claims, lang: str, address: str) -> Person | None:
    """Return who has the verified address of the claims, or was invited by it."""
    email = claims.email or ""
    person = people.by_email(session, email)
    if person is None:
        return tickets.accept_by_email(session, email, full_name=claims.name, lang=lang, address=address)
    own = select(Identity).where(Identity.person_id == person.id, Identity.issuer == claims.issuer)
    # An address may be given to another official one day: the first account to bring it keeps it.
    return person if session.scalars(own.limit(1)).first() is None else None
