"""What can be wrong with signing in, with people, and with what they may do."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotAllowedError, NotFoundError, UnavailableError


class PasswordShortError(BadInputError):
    """A password has fewer than ``min`` characters."""

    code = "MK-NGAN"


class PasswordLongError(BadInputError):
    """A password has more than ``max`` characters."""

    code = "MK-DAI"


class PasswordWeakError(BadInputError):
    """A password can be guessed."""

    code = "MK-YEU"


class EmailInvalidError(BadInputError):
    """``email`` is no address."""

    code = "EMAIL-SAI"


class NameInvalidError(BadInputError):
    """A name is empty or longer than ``max`` characters."""

    code = "TEN-SAI"


class RoleUnknownError(BadInputError):
    """There is no ``role`` of that name."""

    code = "VAI-TRO-LA"


class ScopeUnknownError(BadInputError):
    """There is no ``scope`` of that name, or none was chosen."""

    code = "QUYEN-LA"


class EmailTakenError(ConflictError):
    """Somebody else has ``email``."""

    code = "EMAIL-TRUNG"


class LastAdminError(ConflictError):
    """Without this administrator there would be none."""

    code = "QUAN-TRI-CUOI"


class PersonUnknownError(NotFoundError):
    """There is no ``person`` of that id."""

    code = "NGUOI-LA"


class SignInRefusedError(NotAllowedError):
    """Address or password are wrong; which of them, nobody is told."""

    code = "DANG-NHAP-SAI"


class SignInPausedError(NotAllowedError):
    """Too many attempts: the next may be made in ``minutes``."""

    code = "DANG-NHAP-NHIEU"


class CodeWrongError(NotAllowedError):
    """The code of the second step is wrong, too old, or was used before."""

    code = "MA-SAI"


class LinkInvalidError(NotFoundError):
    """A link never was one, was taken back, or a newer one stands in for it."""

    code = "LIEN-KET-HET"


class LinkUsedError(LinkInvalidError):
    """A link was used before."""

    code = "LIEN-KET-DA-DUNG"


class LinkExpiredError(LinkInvalidError):
    """A link has expired."""

    code = "LIEN-KET-QUA-HAN"


class SignInNeededError(NotAllowedError):
    """Nobody is signed in, or no longer."""

    code = "CAN-DANG-NHAP"


class RightMissingError(NotAllowedError):
    """This person's role does not allow that."""

    code = "KHONG-CO-QUYEN"


class PasswordWrongError(NotAllowedError):
    """The password given once more before a change is wrong."""

    code = "MK-SAI"


class TokenUnknownError(NotFoundError):
    """There is no such API token (``token``)."""

    code = "MA-API-LA"


class SessionUnknownError(NotFoundError):
    """There is no such session, or it has ended."""

    code = "PHIEN-LA"


class ProviderError(UnavailableError):
    """The sign-in provider (``provider``) does not answer as it should: ``reason``."""

    code = "OIDC-LOI"


class ProviderRefusedError(NotAllowedError):
    """The provider (``provider``) knows this person, iSpace does not: nobody here has ``email``."""

    code = "OIDC-CHUA-MOI"


class ProviderUnverifiedError(NotAllowedError):
    """The provider (``provider``) does not say that this person's address is theirs, so nobody here is meant."""

    code = "OIDC-CHUA-XAC-NHAN"


class SecretKeyChangedError(UnavailableError):
    """The secret of somebody's second step was sealed with another ``ISPACE_SECRET_KEY``."""

    code = "KHOA-BI-MAT"
