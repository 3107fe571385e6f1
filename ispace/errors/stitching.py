"""Why a set of photos cannot be stitched, and what can be wrong with how it was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from ispace.errors.base import BadInputError


class StitchFailedError(BadInputError):
    """No panorama came of a set of photos; every class below says why. Its report was written all the same."""

    code = "GHEP"


class StitchOnePhotoError(StitchFailedError):
    """The set has one photo (``file``), and there is nothing to join it to."""

    code = "GHEP-MOT-ANH"


class StitchTooFewError(StitchFailedError):
    """Of ``count`` photos fewer than two can be used (``usable``)."""

    code = "GHEP-IT-ANH"


class StitchNoOverlapError(StitchFailedError):
    """No two of the ``count`` photos show the same."""

    code = "GHEP-ROI"


class StitchFocalError(StitchFailedError):
    """Nothing tells which field of view the ``count`` photos have."""

    code = "GHEP-TIEU-CU"


class StitchUnsureError(StitchFailedError):
    """Places were found for the ``count`` photos, but they contradict each other."""

    code = "GHEP-KHONG-CHAC"


class StitchRepeatsError(StitchFailedError):
    """The place looks alike in several directions, so the ``count`` photos fit in wrong places as well."""

    code = "GHEP-LAP-LAI"


class StitchTimeError(StitchFailedError):
    """The ``count`` photos were not stitched after ``seconds``."""

    code = "GHEP-LAU"


class StitchTooManyError(StitchFailedError):
    """The set has more photos (``count``) than are stitched at once (``max_count``)."""

    code = "GHEP-NHIEU"


class StitchMemoryError(StitchFailedError):
    """The ``count`` photos need more memory than the picture process may take (``max_mb``)."""

    code = "GHEP-BO-NHO"


class StitchDiedError(StitchFailedError):
    """The picture process ended in the middle of the ``count`` photos."""

    code = "GHEP-CHET"


class StitchNoPhotosError(BadInputError):
    """What was named (``file``) holds no photos."""

    code = "GHEP-KHONG-ANH"


class StitchFileUnknownError(BadInputError):
    """An ``option`` names a ``file`` that is not among the photos."""

    code = "GHEP-TEP-LA"


class StitchSameNameError(BadInputError):
    """Two photos of different folders have the same name (``file``), by which options and report know them."""

    code = "GHEP-TRUNG-TEN"


class StitchOptionError(BadInputError):
    """An ``option`` has a ``value`` that cannot be used; ``allowed`` says what can."""

    code = "GHEP-TUY-CHON"


class StitchGroupUnknownError(BadInputError):
    """The photos show ``count`` places, and the one asked for (``group``) is not among them."""

    code = "GHEP-NHOM"


class StitchPlanError(BadInputError):
    """A capture plan was asked for a camera (``value``) that is neither known nor a field of view."""

    code = "GHEP-KE-HOACH"


class PhotoSetError(BadInputError):
    """The ``count`` photos of a set in a tour's folder (``file``) became no panorama: ``reason``, ``report``."""

    code = "GHEP-BO-ANH"


class StitchOverPhotoError(BadInputError):
    """The panorama or its report (``file``) would overwrite one of the photos."""

    code = "GHEP-GHI-DE"


def stitch_error(code: str, params: Mapping[str, object]) -> StitchFailedError:
    """Return the error by which a set failed; a code without a class of its own is told as "not sure enough"."""
    kinds = {kind.code: kind for kind in StitchFailedError.__subclasses__()}
    return kinds.get(code, StitchUnsureError)(**params)
