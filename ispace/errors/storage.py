"""What can be wrong with a store or an object in it."""

from __future__ import annotations

from ispace.errors.base import BadInputError, ConflictError, NotFoundError, UnavailableError


class KeyInvalidError(BadInputError):
    """An object key could leave its store or cannot be stored everywhere."""

    code = "KHOA-SAI"


class StoreUrlError(BadInputError):
    """A store's URL has an unknown scheme or lacks something."""

    code = "KHO-URL"


class StoreUrlSecretError(BadInputError):
    """A store's URL holds a credential, which would end up in logs."""

    code = "KHO-URL-MAT-KHAU"


class ServeNotFolderError(BadInputError):
    """A store that is no folder was to be served."""

    code = "KHO-PHUC-VU"


class StoresNestedError(BadInputError):
    """The private store lies where the public one is served from."""

    code = "KHO-LONG-NHAU"


class StoresSameError(BadInputError):
    """A store was to be copied into itself."""

    code = "KHO-TRUNG"


class ObjectMissingError(NotFoundError):
    """No object stands under that key."""

    code = "KHO-KHONG-CO"


class ObjectExistsError(ConflictError):
    """An object already stands under a key that had to be free."""

    code = "KHO-DA-CO"


class ObjectChangedError(ConflictError):
    """An object is no longer the one that was read."""

    code = "KHO-DA-DOI"


class ObjectDamagedError(UnavailableError):
    """What was stored is not what was sent."""

    code = "KHO-SAI-MA"


class StoreFullError(UnavailableError):
    """The store has no room left."""

    code = "KHO-DAY"


class StoreReadOnlyError(UnavailableError):
    """The store cannot be written to."""

    code = "KHO-CHI-DOC"


class StoreCredentialsError(UnavailableError):
    """The store does not accept the credentials, or there are none."""

    code = "KHO-KHOA"


class StoreClockError(UnavailableError):
    """This machine's clock is too far from the store's."""

    code = "KHO-GIO"


class StoreMissingError(NotFoundError):
    """The bucket does not exist."""

    code = "KHO-BUCKET"


class StoreUnreachableError(UnavailableError):
    """The store's server (``endpoint``) does not answer."""

    code = "KHO-MANG"


class StoreBusyError(UnavailableError):
    """The store's server asks for fewer requests, or others hold what is to be written."""

    code = "KHO-BAN"


class StoreTlsError(UnavailableError):
    """The certificate of the store's server (``endpoint``) is not trusted."""

    code = "KHO-TLS"


class StoreFailedError(UnavailableError):
    """The store failed in a way that has no class of its own."""

    code = "KHO-LOI"
