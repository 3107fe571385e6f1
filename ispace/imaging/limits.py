"""How much one picture may ask for before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

from PIL import Image

MIB = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """What a picture may cost; everything above is refused with a sentence, and before any pixel is decoded.

    ``max_pixels``: width × height from the header. ``max_bytes``: size of the file. ``max_seconds``: wall time for
    one task in the picture process. ``max_memory_mb``: MiB of memory for the picture process, its programs included.
    """

    max_pixels: int = 32768 * 16384
    max_bytes: int = 500_000_000
    max_seconds: float = 120.0
    max_memory_mb: int = 3000

    def to_json(self) -> dict[str, float]:
        """Return the limits as plain values, for the picture process."""
        return {
            "max_pixels": self.max_pixels,
            "max_bytes": self.max_bytes,
            "max_seconds": self.max_seconds,
            "max_memory_mb": self.max_memory_mb,
        }


def raise_pillow_limit(limits: Limits) -> None:
    """Set Pillow's own pixel limit, for this whole process, to ours.

    Pillow warns above its limit (89 million pixels at first, less than half of a 16384 × 8192 panorama) and raises
    above twice it. It is never switched off: headers are compared with ``max_pixels`` as well, but a decoder that
    finds a second picture inside the file asks only Pillow.
    """
    Image.MAX_IMAGE_PIXELS = limits.max_pixels
