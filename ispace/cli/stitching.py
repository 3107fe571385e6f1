"""The command ``stitch``: a set of photos becomes a panorama and a report, or a plan of how to photograph one."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from ispace import language, photosets, settings, wholefile
from ispace.cli import early, show
from ispace.cli.words import help_of, say
from ispace.imaging.stitch.outcome import Outcome
from ispace.stitching import checklist, page, report, sets, work

Pictures = Annotated[list[Path] | None, typer.Argument(help=help_of("photos"), show_default=False)]


def stitch(
    photos: Pictures = None,
    out: Annotated[Path | None, typer.Option("-o", "--out", help=help_of("pano-out"), show_default=False)] = None,
    report_to: Annotated[Path | None, typer.Option("--report", help=help_of("report"), show_default=False)] = None,
    page_to: Annotated[Path | None, typer.Option("--page", help=help_of("page"), show_default=False)] = None,
    width: Annotated[int | None, typer.Option(help=help_of("width"), show_default=False)] = None,
    leave_out: Annotated[
        list[str] | None, typer.Option("--leave-out", help=help_of("leave-out"), show_default=False)
    ] = None,
    pin: Annotated[list[str] | None, typer.Option("--pin", help=help_of("pin"), show_default=False)] = None,
    group: Annotated[int | None, typer.Option(help=help_of("group"), show_default=False)] = None,
    hfov: Annotated[float | None, typer.Option(help=help_of("hfov"), show_default=False)] = None,
    centre: Annotated[str | None, typer.Option(help=help_of("centre"), show_default=False)] = None,
    time_limit: Annotated[
        int | None, typer.Option("--time-limit", help=help_of("time-limit"), show_default=False)
    ] = None,
    plan: Annotated[str | None, typer.Option("--plan", help=help_of("plan"), show_default=False)] = None,
    landscape: Annotated[bool, typer.Option("--landscape", help=help_of("landscape"))] = False,
    as_json: Annotated[bool, typer.Option("--json", help=help_of("json"))] = False,
) -> None:
    """Stitch photos into a panorama."""
    if plan is not None:
        made = checklist.of(plan, portrait=False if landscape else None)
        show.result(made.to_json(), made.lines(language.of_user()), as_json=as_json)
        return
    if not photos:
        raise typer.BadParameter("PHOTOS…")
    if out is None or out.suffix.lower() not in {".jpg", ".jpeg"}:
        raise typer.BadParameter("-o PANO.jpg")
    chosen = settings.load()
    files = sets.photos(photos, [path for path in (out, report_to, page_to) if path is not None])
    options = dataclasses.replace(
        photosets.options(chosen),
        width_px=width,
        leave_out=_names(leave_out, files),
        pin=_names(pin, files),
        group=group,
        hfov_deg=hfov,
        centre=None if centre is None else _names([centre], files)[0],
    )
    if time_limit is not None:
        options = dataclasses.replace(options, time_limit_s=time_limit)
    limits = photosets.limits(chosen, options.time_limit_s)
    with early.worker(chosen, limits) as worker, show.progress(as_json=as_json) as progress:
        label = say("stitch-photos", count=len(files))
        progress("stitch", label, 0, 1)
        outcome, preview = work.run(files, out, options, worker, lambda share: progress("stitch", label, share, 1))
    told = report.build(outcome, out.name)
    if report_to is not None:
        wholefile.write(report_to, json.dumps(told, ensure_ascii=False, indent=1).encode())
    if page_to is not None:
        wholefile.write(page_to, page.render(outcome, told, out.stem, preview))
    written = [path for path in (report_to, page_to) if path is not None]
    if not as_json:
        _tell(outcome, told, written)
    work.raise_failed(outcome)
    show.result({"out": str(out), **told}, _lines(outcome, told, out, written), as_json=as_json)


def _names(named: list[str] | None, files: list[Path]) -> tuple[str, ...]:
    """Return what the set calls photos that were named by path."""
    return sets.spelled((Path(name).name for name in named or ()), files)


def _tell(outcome: Outcome, told: dict[str, Any], written: list[Path]) -> None:
    """Print what was found about each photo; of a set that failed, also where its report is."""
    lang = language.of_user() if language.of_user() in report.LANGUAGES else language.DEFAULT
    for photo in told["photos"]:
        for found in photo["findings"]:
            line = say("stitch-photo", file=photo["file"], sentence=found["sentence"][lang])
            show.ERRORS.print(show.plain(f"  {line}"))
    if outcome.result == "failed":
        for path in written:
            show.ERRORS.print(show.plain(say("stitch-report", file=path)))


def _lines(outcome: Outcome, told: dict[str, Any], out: Path, written: list[Path]) -> list[str]:
    lang = language.of_user() if language.of_user() in report.LANGUAGES else language.DEFAULT
    used = sum(photo.used for photo in outcome.photos)
    size = {"width_px": outcome.area.width_px, "height_px": outcome.area.height_px} if outcome.area else {}
    lines = [say("stitched", file=out, used=used, count=len(outcome.photos), **size), say("stitch-next")]
    lines[1:1] = [found["sentence"][lang] for found in told["findings"] if found["weight"] == "note"]
    lines += [f"  {number}. {step[lang]}" for number, step in enumerate(told["next"], 1)]
    return lines + [say("stitch-report", file=path) for path in written]
