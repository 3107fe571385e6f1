"""Features of photos → groups of photos of one place, each with the orientation and lens of every photo."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ispace.imaging.stitch import guided, matching, zoom
from ispace.imaging.stitch.adjust import Adjusted, Tie, adjust
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.leftover import place
from ispace.imaging.stitch.matching import Edge, Match
from ispace.imaging.stitch.network import Network, networks

_FIRST_RAD, _SECOND_RAD = 0.014, 0.012
_FIRST_OFF, _SECOND_OFF, _LAST_OFF = (np.radians(deg) for deg in (9.0, 4.0, 2.5))
_FIRST_RADIUS_PX, _RADIUS_PX = (14.0, 32.0), (8.0, 24.0)
_RADIUS_TIMES = 8
_GUIDED_ROUNDS = 3
_MOST_TIES = 90
_COMMON_HFOV_DEG = 65.0
_OWN_ZOOM_TIMES, _OWN_ZOOM_PX = 4.0, 2.5


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a photo before it is placed: the name of its lens, and its focal length by EXIF, if any."""

    lens: str
    known: float | None = None


@dataclass(frozen=True, slots=True)
class Aligned:
    """A group: rotations and lenses by photo, what ties its photos together, and how far each tie is off."""

    rotations: dict[int, Array]
    lenses: dict[int, Lens]
    ties: tuple[Tie, ...]
    residuals_px: tuple[Array, ...]

    @property
    def median_px(self) -> float:
        """The median misfit of all matches, in working pixels."""
        return float(np.median(np.concatenate(self.residuals_px))) if self.residuals_px else 0.0

    def of(self, photo: int) -> Array:
        """Return the misfits of a photo's matches."""
        own = [r for tie, r in zip(self.ties, self.residuals_px, strict=True) if photo in (tie.a, tie.b)]
        return np.concatenate(own) if own else np.zeros(0)


def align(
    features: Sequence[Features],
    views: Sequence[View],
    *,
    fixed: bool = False,
    progress: Callable[[float], None] = lambda _share: None,
) -> list[Aligned]:
    """Return the groups that the photos make, largest first; photos that fit nowhere are in none.

    With ``fixed`` the known focal lengths are taken as facts.
    ``progress`` is called with growing shares up to 1, and may raise to end it.
    """
    pairs = matching.candidates(features)
    progress(0.15)
    matches: list[Match] = []
    for number, (a, b) in enumerate(pairs):
        found = matching.match(features, a, b)
        if found is not None:
            matches.append(found)
        progress(0.15 + 0.25 * (number + 1) / len(pairs))
    lenses = _first_lenses(matches, features, views, fixed=fixed)
    lens_of = {photo: view.lens for photo, view in enumerate(views)}
    groups = networks(_verified(matches, features, lenses, lens_of, _FIRST_RAD), float(_FIRST_OFF))
    progress(0.5)
    done: list[Aligned] = []
    for number, group in enumerate(groups):
        # What grew into another group on the way is not a place of its own.
        if any(set(group.rotations) & set(other.rotations) for other in done):
            continue
        own = _Group(features, views, dict(lens_of), dict(lenses), matches)
        aligned = own.solve(group)
        if aligned:
            done.append(aligned)
        progress(0.5 + 0.5 * (number + 1) / len(groups))
    return sorted(done, key=lambda one: (-len(one.rotations), min(one.rotations)))


def _first_lenses(
    matches: Sequence[Match], features: Sequence[Features], views: Sequence[View], *, fixed: bool
) -> dict[str, Lens]:
    """Return a lens by name: by search, or EXIF, or as the others are, or as most cameras are."""
    found: dict[str, float] = {}
    open_: list[str] = []
    for name in sorted({view.lens for view in views}):
        known = next((view.known for view in views if view.lens == name and view.known), None)
        if fixed and known:
            found[name] = known
            continue
        own = [m for m in matches if views[m.a].lens == name and views[m.b].lens == name]
        best = zoom.search(own, features, known)
        if best:
            found[name] = best.focal
        elif known:
            found[name] = known
        else:
            open_.append(name)
    spare = float(np.median(list(found.values()))) if found else 1 / float(np.tan(np.radians(_COMMON_HFOV_DEG / 2)))
    return {name: Lens(focal) for name, focal in (found | dict.fromkeys(open_, spare)).items()}


def _verified(
    matches: Sequence[Match],
    features: Sequence[Features],
    lenses: Mapping[str, Lens],
    lens_of: Mapping[int, str],
    threshold: float,
) -> list[Edge]:
    of = {photo: lenses[name] for photo, name in lens_of.items()}
    return [edge for found in matches if (edge := matching.verify(found, features, of, threshold)) is not None]


class _Group:
    """One group on its way from a first network to its final place."""

    def __init__(
        self,
        features: Sequence[Features],
        views: Sequence[View],
        lens_of: dict[int, str],
        lenses: dict[str, Lens],
        matches: Sequence[Match],
    ) -> None:
        self._features = features
        self._lens_of = lens_of
        self._lenses = lenses
        self._matches = matches
        self._known = {view.lens for view in views if view.known}
        self._expected = {name: lens.focal for name, lens in lenses.items()}

    def solve(self, first: Network) -> Aligned | None:
        group = first
        # Twice: after the first time lenses are known better, and more pairs hold.
        for tolerance in (float(_SECOND_OFF), float(_LAST_OFF)):
            self._adjusted(self._ties_of(group), group.rotations)
            inside = set(group.rotations)
            near = [m for m in self._matches if m.a in inside or m.b in inside]
            edges = _verified(near, self._features, self._lenses, self._lens_of, _SECOND_RAD)
            again = networks(edges, tolerance)
            found = next((g for g in again if set(g.rotations) & inside), None)
            if found is None:
                return None
            group = found
        rotations = self._adjusted(self._ties_of(group), group.rotations).rotations
        rotations, adjusted = self._guided(rotations)
        placed = place(self._features, rotations, self._of(rotations), self._spare_lenses(rotations))
        if placed:
            for photo, (rotation, lens) in placed.items():
                rotations[photo] = rotation
                if lens is not None:
                    name = f"{self._lens_of[photo]} #{photo}"
                    self._lens_of[photo], self._lenses[name] = name, lens
                    self._expected[name] = lens.focal
            rotations, adjusted = self._guided(rotations)
        if self._split_zooms(rotations, adjusted):
            rotations, adjusted = self._guided(rotations)
        return self._last

    def _spare_lenses(self, rotations: Mapping[int, Array]) -> dict[int, Lens]:
        return {
            photo: self._lenses[name]
            for photo, name in self._lens_of.items()
            if photo not in rotations and len(self._features[photo])
        }

    def _of(self, rotations: Mapping[int, Array]) -> dict[int, Lens]:
        return {photo: self._lenses[self._lens_of[photo]] for photo in rotations}

    def _ties_of(self, group: Network) -> list[Tie]:
        ties = []
        for edge in group.edges:
            a, b = self._features[edge.match.a], self._features[edge.match.b]
            inside = np.flatnonzero(edge.inliers)[:_MOST_TIES]
            ties.append(
                Tie(
                    edge.match.a,
                    edge.match.b,
                    a.points[edge.match.in_a[inside]],
                    b.points[edge.match.in_b[inside]],
                )
            )
        return ties

    def _adjusted(self, ties: Sequence[Tie], rotations: Mapping[int, Array], *, quick: bool = False) -> Adjusted:
        done = adjust(ties, rotations, self._lenses, self._lens_of, self._expected, self._known, quick=quick)
        self._lenses.update(done.lenses)
        return done

    def _guided(self, rotations: Mapping[int, Array]) -> tuple[dict[int, Array], Adjusted]:
        """Look for matches where they must be, adjust, and do so again while what is known becomes better."""
        now = dict(rotations)
        radius = _FIRST_RADIUS_PX[1]
        for number in range(_GUIDED_ROUNDS):
            ties = guided.ties(self._features, now, self._of(now), radius)
            tied = {photo for tie in ties for photo in (tie.a, tie.b)}
            now = {photo: rotation for photo, rotation in now.items() if photo in tied}
            adjusted = self._adjusted(ties, now, quick=number > 0)
            now = dict(adjusted.rotations)
            radius = float(np.clip(_RADIUS_TIMES * adjusted.median_px, *(_RADIUS_PX if number else _FIRST_RADIUS_PX)))
        self._last = Aligned(now, self._of(now), tuple(ties), adjusted.residuals_px)
        return now, adjusted

    def _split_zooms(self, rotations: Mapping[int, Array], adjusted: Adjusted) -> bool:
        """Give photos that stay off a lens of their own: they were zoomed, whatever the file says."""
        split = False
        for photo in rotations:
            own = self._last.of(photo)
            name = self._lens_of[photo]
            shared = sum(other == name for other in self._lens_of.values()) > 1
            if shared and len(own) and np.median(own) > max(_OWN_ZOOM_PX, _OWN_ZOOM_TIMES * adjusted.median_px):
                self._lens_of[photo] = f"{name} #{photo}"
                self._lenses[self._lens_of[photo]] = self._lenses[name]
                self._expected[self._lens_of[photo]] = self._lenses[name].focal
                split = True
        return split
