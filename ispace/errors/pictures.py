"""Why a picture cannot be used."""

from __future__ import annotations

from ispace.errors.base import BadInputError


class PictureError(BadInputError):
    """A picture cannot be used; every class below names the ``file``."""

    code = "ANH"


class PictureEmptyError(PictureError):
    """The file has no bytes."""

    code = "ANH-RONG"


class PictureUnknownFormatError(PictureError):
    """The file is in a format (``found``) that iSpace does not read."""

    code = "ANH-DINH-DANG"


class PictureNoPictureError(PictureError):
    """The file is nothing that is known, least of all a picture."""

    code = "ANH-KHONG-PHAI"


class PictureAnimatedError(PictureError):
    """The file is a moving picture."""

    code = "ANH-DONG"


class PictureUnreadableError(PictureError):
    """The file is damaged in a way that no decoder gets past; ``detail`` is for the log."""

    code = "ANH-HONG"


class PictureTruncatedError(PictureError):
    """The file ends early: only the first ``percent`` of the picture are there."""

    code = "ANH-CUT"


class PictureTooLargeError(PictureError):
    """The picture has more pixels (``megapixels``) than allowed (``max_megapixels``)."""

    code = "ANH-LON"


class PictureSphereTooLargeError(PictureError):
    """The full sphere that a partial panorama claims to be part of (``size``) is larger than ``max_megapixels``."""

    code = "ANH-CAU-LON"


class PictureTooHeavyError(PictureError):
    """The file has more bytes (``megabytes``) than allowed (``max_megabytes``)."""

    code = "ANH-NANG"


class PictureTooSmallError(PictureError):
    """The picture (``size``) is too small for a panorama, which needs ``min_width_px``."""

    code = "ANH-NHO"


class PictureNotPanoramaError(PictureError):
    """The picture (``size``) is not twice as wide as high, and nothing says which part of the sphere it shows."""

    code = "ANH-TY-LE"


class PictureCoverageError(PictureError):
    """The angles that the tour states for a picture cannot be (``field``, ``value``)."""

    code = "ANH-GOC-PHU"


class PictureTooMuchMemoryError(PictureError):
    """The picture needs more memory than the picture process may take (``max_mb``)."""

    code = "ANH-BO-NHO"


class PictureTooSlowError(PictureError):
    """The picture was not done after ``seconds``."""

    code = "ANH-LAU"


class PictureProcessDiedError(PictureError):
    """The picture process ended in the middle of this picture."""

    code = "ANH-CHET"
