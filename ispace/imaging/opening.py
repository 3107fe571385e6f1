"""The one way to open a picture file: checked by size, content and header before any pixel is decoded."""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

from ispace.errors import (
    PictureAnimatedError,
    PictureEmptyError,
    PictureNoPictureError,
    PictureTooHeavyError,
    PictureTooLargeError,
    PictureTruncatedError,
    PictureUnknownFormatError,
    PictureUnreadableError,
    SourceMissingError,
)
from ispace.imaging.completeness import percent_present
from ispace.imaging.formats import HEAD_BYTES, foreign_name, format_of
from ispace.imaging.limits import Limits, raise_pillow_limit


def check_file(path: Path, limits: Limits, name: str) -> str:
    """Return the format of a file (see ``formats.format_of``) that may be opened.

    Raises ``SourceMissingError``, ``PictureEmptyError``, ``PictureTooHeavyError``, ``PictureUnknownFormatError``,
    ``PictureNoPictureError``.
    """
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except FileNotFoundError as error:
        raise SourceMissingError(file=name) from error
    except OSError as error:
        raise PictureUnreadableError(file=name, detail=str(error)) from error
    if size_bytes == 0:
        raise PictureEmptyError(file=name)
    if size_bytes > limits.max_bytes:
        raise PictureTooHeavyError(
            file=name, megabytes=round(size_bytes / 1e6), max_megabytes=round(limits.max_bytes / 1e6)
        )
    found = format_of(head)
    if found is None:
        if foreign_name(head) == "?":
            raise PictureNoPictureError(file=name)
        raise PictureUnknownFormatError(file=name, found=foreign_name(head))
    return found


@contextlib.contextmanager
def opened(path: Path, limits: Limits, name: str) -> Iterator[Image.Image]:
    """Open a picture of which only the header was read; its size is within ``limits.max_pixels`` and it stands still.

    Pillow's warnings inside the block are dropped: what they are about is looked at on purpose.
    Raises what ``check_file`` raises, and ``PictureTooLargeError``, ``PictureAnimatedError``,
    ``PictureTruncatedError``, ``PictureUnreadableError``.
    """
    format_name = check_file(path, limits, name)
    raise_pillow_limit(limits)
    if format_name == "HEIF":
        _register_heif()
    with contextlib.ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        try:
            picture = stack.enter_context(Image.open(path, formats=[format_name]))
            frames = getattr(picture, "n_frames", 1)
        except Image.DecompressionBombError as error:
            pixels = int((re.findall(r"\d+", str(error)) or ["0"])[0])
            raise _too_large(pixels, limits, name) from error
        except MemoryError:
            raise
        except Exception as error:  # a decoder may raise anything on a damaged header
            raise damaged(path, format_name, name, error) from error
        if picture.width * picture.height > limits.max_pixels:
            raise _too_large(picture.width * picture.height, limits, name)
        if min(picture.size) < 1:
            raise PictureUnreadableError(file=name, detail=f"size {picture.size}")
        if frames > 1 and format_name in {"PNG", "WEBP", "AVIF"}:
            raise PictureAnimatedError(file=name)
        yield picture


def damaged(
    path: Path, format_name: str, name: str, error: Exception | None
) -> PictureTruncatedError | PictureUnreadableError:
    """Return the error for a file that no decoder got through: cut short where that can be told, else unreadable."""
    percent = percent_present(path, format_name)
    if percent is not None and percent < 100:
        return PictureTruncatedError(file=name, percent=percent)
    return PictureUnreadableError(file=name, detail=f"{type(error).__name__}: {error}"[:300])


def _too_large(pixels: int, limits: Limits, name: str) -> PictureTooLargeError:
    return PictureTooLargeError(
        file=name, megapixels=-(-pixels // 1_000_000), max_megapixels=limits.max_pixels // 1_000_000
    )


def _register_heif() -> None:
    """Teach Pillow HEIC; a few milliseconds, so only when one comes along."""
    import pillow_heif  # noqa: PLC0415

    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False)
