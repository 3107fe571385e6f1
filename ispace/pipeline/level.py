"""What the editor or the camera says of its attitude → the angles that level the horizon; no pixels are written.

Reads: the scene's ``level``, else the pose in the original's GPano. Writes: nothing.
"""

from __future__ import annotations

from ispace.imaging.info import PictureInfo
from ispace.model.view import LevelAngles

_SENSIBLE_DEG = 45.0
"""A pose beyond this is a camera lying on its side or a wrong tag; the editor has to say so in the document."""


def run(declared: LevelAngles | None, info: PictureInfo) -> LevelAngles:
    """Return the angles to level with: the document's, else the camera's where they are sensible, else none."""
    if declared is not None:
        return declared
    pano = info.gpano
    pitch_deg = (pano.pose_pitch_deg if pano else None) or 0.0
    roll_deg = (pano.pose_roll_deg if pano else None) or 0.0
    if abs(pitch_deg) > _SENSIBLE_DEG or abs(roll_deg) > _SENSIBLE_DEG:
        return LevelAngles()
    return LevelAngles(pitch_deg=pitch_deg, roll_deg=roll_deg)
