"""The command ``tile``: the stage alone. It imports little, for it is what programs call picture by picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ispace import settings
from ispace.cli import early, show
from ispace.cli.words import help_of, say
from ispace.errors import FileUnwritableError
from ispace.model.scene import Coverage
from ispace.model.view import LevelAngles
from ispace.pipeline import ingest, level, tile as stage
from ispace.work import Note


def tile(
    panorama: Annotated[Path, typer.Argument(help=help_of("panorama"), show_default=False)],
    out: Annotated[Path, typer.Option("-o", "--out", help=help_of("out"), show_default=False)],
    pitch: Annotated[float | None, typer.Option(help=help_of("pitch"), show_default=False, min=-90, max=90)] = None,
    roll: Annotated[float | None, typer.Option(help=help_of("roll"), show_default=False, min=-180, max=180)] = None,
    haov: Annotated[float | None, typer.Option(help=help_of("haov"), show_default=False, min=1, max=360)] = None,
    vaov: Annotated[float | None, typer.Option(help=help_of("vaov"), show_default=False, min=1, max=180)] = None,
    as_json: Annotated[bool, typer.Option("--json", help=help_of("json"))] = False,
) -> None:
    """Cut one panorama into tiles."""
    if (haov is None) != (vaov is None):
        raise typer.BadParameter("--haov, --vaov")
    chosen = settings.load()
    turned = pitch is not None or roll is not None
    with early.worker(chosen) as worker, show.progress(as_json=as_json) as progress:
        info = ingest.probe(panorama, worker)
        try:
            out.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise FileUnwritableError(file=str(out), reason=error.strerror or str(error)) from error
        result = stage.cut(
            panorama,
            out,
            level=level.run(LevelAngles(pitch_deg=pitch or 0, roll_deg=roll or 0) if turned else None, info),
            coverage=Coverage(haov_deg=haov, vaov_deg=vaov) if haov and vaov else None,
            options=stage.TileOptions(chosen.tile_format, chosen.tile_quality, chosen.threads),
            worker=worker,
            progress=lambda share: progress("tile", panorama.name, share, 1),
        )
    tiles = result["tile_set"]
    sizes = ", ".join(str(s) for s in tiles["level_sizes_px"])
    lines = [say("tiled", folder=out, sizes=sizes, tile=tiles["tile_size_px"])]
    show.notes(Note(**note) for note in result["notes"])
    show.result({"out": str(out), **result}, lines, as_json=as_json)
