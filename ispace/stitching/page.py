"""The report as one HTML file: verdict, picture, what to do, which photo covers what, photo by photo; vi, then en.

The file stands alone: styles, fonts and the reduced panorama are inside, nothing is fetched and nothing runs. Its
policy names the one style sheet by its hash, so that nothing a file's name could smuggle in has any effect.
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from markupsafe import Markup, escape

from ispace import assets, templating
from ispace.errors import AssetsMissingError
from ispace.imaging.stitch.outcome import Outcome
from ispace.stitching import coverage, sentences

_REST_OF_POLICY = "img-src data:; font-src data:; base-uri 'none'; form-action 'none'"
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*(?: \d+)?(?: -o [^\s,;]*[^\s,;.])?")
_GHOST = "GHEP-BONG"
_FONT = re.compile(r"url\((?P<name>fonts/(?!\S*latin-ext)[a-z0-9-]+\.woff2)\)")


def render(outcome: Outcome, told: dict[str, Any], name: str, preview: bytes | None) -> bytes:
    """Return the page of an outcome whose report is ``told``; ``name`` is the set's, ``preview`` a JPEG."""
    sheet = _fonts() + (assets.home()[1] / "stitch" / "report.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; {_REST_OF_POLICY}"
    photos = [
        {**photo, "outline": coverage.outline(seen)} for photo, seen in zip(told["photos"], outcome.photos, strict=True)
    ]
    used = sum(photo.used for photo in outcome.photos)
    return templating.render(
        "stitch/report.html.j2",
        lang="vi",
        fallback="en",
        words=sentences.words,
        policy=policy,
        sheet=Markup(sheet),  # noqa: S704 (files of our own)
        name=name,
        told=told,
        photos=photos,
        count=len(photos),
        used=used,
        percent=_percent(outcome.covered),
        gaps=[coverage.gap_path(gap) for gap in outcome.gaps],
        ghosts=[
            coverage.mark(f.params["yaw_deg"], f.params["pitch_deg"]) for f in outcome.findings if f.code == _GHOST
        ],
        drawn=any(photo["outline"] for photo in photos),
        notes=[f for f in told["findings"] if f["weight"] == "note"],
        seconds=round(sum(outcome.seconds.values())),
        preview=base64.b64encode(preview).decode() if preview else None,
        area=_area(outcome),
        residual_px=None if outcome.residual_px is None else round(outcome.residual_px, 2),
        tilt_deg=round(outcome.tilt_deg, 1),
        said=_said,
    )


def _said(text: str) -> Markup:
    """Return a sentence, its options marked so that no line breaks within one."""
    return Markup(_OPTION.sub(r"<code>\g<0></code>", str(escape(text))))  # noqa: S704 (escaped just before)


def _percent(covered: float) -> float:
    """Return a share in percent; what is not quite whole is never rounded to 100."""
    percent = round(covered * 100, 1)
    return 99.9 if percent >= 100 > covered * 100 and covered < 0.9995 else percent


def _area(outcome: Outcome) -> dict[str, float] | None:
    """Return where the panorama lies in the drawing, in degrees."""
    a = outcome.area
    if a is None:
        return None
    unit = 360 / a.full_width_px
    return {
        "x": round(a.left_px * unit - 180, 3),
        "y": round(a.top_px * unit - 90, 3),
        "width": round(a.width_px * unit, 3),
        "height": round(a.height_px * unit, 3),
    }


def _fonts() -> str:
    """Return the typefaces as rules that hold them; none where the front end was not built: the page reads without."""
    try:
        front = assets.load()
        rules = front.read("fonts.css").decode()
    except AssetsMissingError:
        return ""
    kept = []
    for rule in re.findall(r"@font-face\{[^}]*\}", _unhashed(rules, front)):
        if found := _FONT.search(rule):
            data = base64.b64encode(front.read(found["name"])).decode()
            kept.append(rule.replace(found[0], f"url(data:font/woff2;base64,{data})"))
    return "\n".join(kept)


def _unhashed(rules: str, front: assets.Assets) -> str:
    """Return a style sheet with its fonts under the names they have in the build."""
    for name in front.content:
        if name.startswith("fonts/") and name in front.key_of:
            rules = rules.replace(f"url({front.key_of[name].rpartition('/')[2]})", f"url({name})")
    return rules


_MAIN = re.compile(r'<main id="([a-z-]+)".*?</main>\n?', re.DOTALL)


def for_reader(page: str, lang: str, back: str, back_words: str) -> str:
    """Return a kept report with the reader's language first and a way back to ``back`` above it."""
    parts = {found[1]: found[0] for found in _MAIN.finditer(page)}
    order = [*(name for name in parts if name == lang), *(name for name in parts if name != lang)]
    before, after = page[: next(_MAIN.finditer(page)).start()], page[page.rindex("</main>") + len("</main>") :]
    link = f'<p class="back"><a href="{escape(back)}">← {escape(back_words)}</a></p>\n'
    return (
        before.replace('<html lang="vi">', f'<html lang="{order[0]}">')
        + link
        + "".join(parts[n] for n in order)
        + after
    )
