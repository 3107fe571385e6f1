"""What the API tells of a tour's files and panoramas, as pydantic models."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from ispace.model.scene import Coverage
from ispace.model.tileset import Preview
from ispace.model.view import LevelAngles, Limits, View
from ispace.pictures.files import Kind
from ispace.web.studio.api.models import JobState, Strict


class Recipe(BaseModel):
    """What a scene says of how its picture is levelled and placed; null where it says nothing."""

    level: LevelAngles | None
    coverage: Coverage | None


class PictureProblem(BaseModel):
    """Why a panorama did not become ready."""

    code: str
    text: str


class GeoPoint(BaseModel):
    """Where a camera says it stood (WGS 84); it is in no document as long as nobody puts it there."""

    lat: float
    lon: float


class Tiles(BaseModel):
    """Cube tiles at ``base`` + ``{level}/{face}/{row}_{col}.{format}``, as in a published tour."""

    base: str
    tile_size_px: int
    level_sizes_px: list[int]
    format: str


class PreviewPicture(BaseModel):
    """Six small faces in one strip, and a still smaller strip as base64 JPEG."""

    url: str
    size_px: int
    order: str
    inline: str

    @classmethod
    def of(cls, base: str, preview: Preview) -> PreviewPicture:
        """Return the preview of the tiles below ``base``."""
        return cls(url=base + preview.file, size_px=preview.size_px, order=preview.order, inline=preview.inline)


class SizedPicture(BaseModel):
    """A picture of known size."""

    url: str
    width_px: int
    height_px: int


class Panorama(BaseModel):
    """A picture as a scene can show it, or what became of the attempt to make it so.

    ``file`` is null for what is being stitched, or looked at for the first time: then ``group`` names it. ``level`` are
    the angles that go into the tiles: the recipe's, else those that the camera noted. From ``tiles`` on everything is
    null until it is ready.
    """

    file: str | None
    recipe: Recipe
    level: LevelAngles
    state: JobState
    job: str | None
    group: str | None
    progress: float | None
    problem: PictureProblem | None
    name: str
    width_px: int | None
    height_px: int | None
    taken_at: str | None
    position: GeoPoint | None
    small: str | None
    report: str | None
    tiles: Tiles | None = None
    preview: PreviewPicture | None = None
    thumbnail: SizedPicture | None = None
    bounds: Limits | None = None
    first_view: View | None = None
    north_deg: float | None = None


class PanoramaList(BaseModel):
    """The panoramas of a tour: those its document shows, those nobody has used yet, those under way."""

    panoramas: list[Panorama]


class Used(BaseModel):
    """Where a document names a file."""

    by: Literal["scene", "medium"]
    id: str


class TourFile(BaseModel):
    """A file that documents may name; ``url`` is it as visitors will get it, ``small`` a small picture of it.

    ``in_set``: it is one of the photos that a panorama is stitched of, which are seldom wanted for anything else.
    """

    file: str
    kind: Kind
    name: str
    size_bytes: int
    width_px: int | None
    height_px: int | None
    url: str
    small: str | None
    used: list[Used]
    in_set: bool


class TourFileList(BaseModel):
    """The files of a tour, those that came first at the front."""

    files: list[TourFile]


class FileQuery(Strict):
    """Which files."""

    kind: Kind | None = None


class Redo(Strict):
    """The file to make ready once more."""

    file: str = Field(min_length=1, max_length=100)


class RedoneJobs(BaseModel):
    """The jobs that were asked for."""

    jobs: list[str]
