"""What every error is a kind of; the kind decides the exit code."""

from __future__ import annotations

from typing import ClassVar


class IspaceError(Exception):
    """Something that iSpace can explain to the person in front of it."""

    code: ClassVar[str] = "LOI"
    exit_code: ClassVar[int] = 1

    def __init__(self, **params: object) -> None:
        super().__init__(f"{self.code}: " + ", ".join(f"{name}={value!r}" for name, value in params.items()))
        self.params = params


class BadInputError(IspaceError):
    """What was handed in cannot be used."""

    code = "DU-LIEU"
    exit_code = 3


class NotAllowedError(IspaceError):
    """The caller may not do that."""

    code = "KHONG-DUOC-PHEP"
    exit_code = 4


class NotFoundError(IspaceError):
    """What was named is not there."""

    code = "KHONG-CO"
    exit_code = 5


class ConflictError(IspaceError):
    """Somebody else was first, or two things want the same name."""

    code = "XUNG-DOT"
    exit_code = 6


class UnavailableError(IspaceError):
    """Something outside iSpace does not answer or refuses."""

    code = "KHONG-SAN-SANG"
    exit_code = 7
