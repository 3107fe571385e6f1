"""Features of photos → groups of photos of one place, each with the orientation and lens of every photo."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from ispace.imaging.stitch import candidates, closure, guided, matching, overlaps, repetition, zoom
from ispace.imaging.stitch.adjust import HALF_PX, Adjusted, Tie, adjust
from ispace.imaging.stitch.camera import Array, Lens
from ispace.imaging.stitch.features import Features
from ispace.imaging.stitch.leftover import place
from ispace.imaging.stitch.matching import Edge, Match
from ispace.imaging.stitch.network import Network, components, is_sure, networks, off

_FIRST_RAD, _SECOND_RAD = 0.014, 0.012
_FIRST_OFF, _SECOND_OFF, _LAST_OFF = (np.radians(deg) for deg in (9.0, 4.0, 2.5))
_CONTRADICTS_RAD, _CONTRADICTS_TIMES = np.radians(0.5), 12.0
"""A lens that moves turns whole overlaps by several times what it moves single matches."""
_AMBIGUOUS = 0.15
_ENOUGH_TURNED = 3
_FIRST_RADIUS_PX, _RADIUS_PX = (14.0, 32.0), (8.0, 24.0)
_RADIUS_TIMES = 8
_GUIDED_ROUNDS = 3
_MOST_TIES = 90
_COMMON_HFOV_DEG = 65.0
_VOTED, _MATCHED, _VERIFIED, _GROUPED = 0.12, 0.35, 0.45, 0.5
"""Shares of the work after which candidates are known, matched, verified, and parted into groups."""
_PLACE = 8
"""A group of so many photos is a place of its own: its photos are not looked for in others."""
_OWN_ZOOM_TIMES, _OWN_ZOOM_PX = 4.0, 2.5


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a photo before it is placed: the name of its lens, and its focal length by EXIF, if any."""

    lens: str
    known: float | None = None


@dataclass(frozen=True, slots=True)
class Aligned:
    """A group: rotations and lenses by photo, what ties its photos together, and how far each tie is off.

    ``confirmed`` are pairs of photos that are hardly ever false and say the same as the rotations, ``contradicted``
    those that say something else, ``ambiguous`` those among both that would go together in another way as well.
    """

    rotations: dict[int, Array]
    lenses: dict[int, Lens]
    ties: tuple[Tie, ...]
    residuals_px: tuple[Array, ...]
    confirmed: tuple[tuple[int, int], ...] = ()
    contradicted: tuple[tuple[int, int], ...] = ()
    ambiguous: tuple[tuple[int, int], ...] = ()

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
    together: Collection[int] = (),
    progress: Callable[[float], None] = lambda _share: None,
) -> list[Aligned]:
    """Return the groups that the photos make, largest first; photos that fit nowhere are in none.

    With ``fixed`` the known focal lengths are taken as facts. Photos that are ``together`` show one place, as a person
    says: between them less is asked of a pair.
    ``progress`` is called with growing shares up to 1, and may raise to end it.
    """
    pairs = candidates.pairs(features, together, lambda share: progress(_VOTED * share))
    matches: list[Match] = []
    for number, (a, b) in enumerate(pairs):
        found = matching.match(features, a, b)
        if found is not None:
            matches.append(found)
        progress(_VOTED + (_MATCHED - _VOTED) * (number + 1) / len(pairs))
    lenses = _first_lenses(matches, features, views, fixed=fixed)
    lens_of = {photo: view.lens for photo, view in enumerate(views)}
    told = partial(_told, progress, _MATCHED, _VERIFIED - _MATCHED)
    edges = _verified(matches, features, lenses, lens_of, _FIRST_RAD, together, lambda share: told(share / 2))
    if not fixed and edges:
        of = {photo: lenses[name] for photo, name in lens_of.items()}
        by = closure.factor(components(edges)[0], features, of, lambda: told(0.5))
        if by != 1.0:
            lenses = {name: lens.with_focal(lens.focal * by) for name, lens in lenses.items()}
            edges = _verified(
                matches, features, lenses, lens_of, _FIRST_RAD, together, lambda share: told((1 + share) / 2)
            )
    groups = networks(edges, float(_FIRST_OFF), together, asked=lambda: progress(_VERIFIED))
    done: list[Aligned] = []
    count = sum(len(group) for group in groups)
    before = 0
    for group in groups:
        share, own = _GROUPED + (1 - _GROUPED) * before / count, (1 - _GROUPED) * len(group) / count
        progress(share)
        before += len(group)
        if _grew_into(done, group.rotations):
            continue
        elsewhere = {p for other in groups if other is not group and len(other) >= _PLACE for p in other.rotations}
        of_group = partial(_told, progress, share, own)
        aligned = _Group(features, views, dict(lens_of), dict(lenses), matches, together, elsewhere, of_group).solve(
            group
        )
        if aligned and not _grew_into(done, aligned.rotations):
            done.append(aligned)
    progress(1.0)
    return sorted(done, key=lambda one: (-len(one.rotations), min(one.rotations)))


def _told(progress: Callable[[float], None], first: float, room: float, share: float) -> None:
    """Tell ``progress`` how far a part is that begins at ``first`` and takes ``room``."""
    progress(first + room * share)


def _grew_into(done: Sequence[Aligned], photos: Collection[int]) -> bool:
    """Whether another group has some of these photos by now: then they are not a place of their own."""
    return any(not other.rotations.keys().isdisjoint(photos) for other in done)


def _first_lenses(
    matches: Sequence[Match], features: Sequence[Features], views: Sequence[View], *, fixed: bool
) -> dict[str, Lens]:
    """Return a lens by name: by search, or EXIF, or as the others are, or as most cameras are."""
    found: dict[str, Lens] = {}
    open_: list[str] = []
    for name in sorted({view.lens for view in views}):
        known = next((view.known for view in views if view.lens == name and view.known), None)
        if fixed and known:
            found[name] = Lens(known)
            continue
        own = [m for m in matches if views[m.a].lens == name and views[m.b].lens == name]
        best = zoom.search(own, features, known)
        if best:
            found[name] = best
        elif known:
            found[name] = Lens(known)
        else:
            open_.append(name)
    focals = [lens.focal for lens in found.values()] or [1 / float(np.tan(np.radians(_COMMON_HFOV_DEG / 2)))]
    return found | dict.fromkeys(open_, Lens(float(np.median(focals))))


def _is_across(features: Features) -> bool:
    """Whether a photo is wider than high, as far as it shows anything."""
    return len(features) > 0 and bool(np.ptp(features.points[:, 0]) > np.ptp(features.points[:, 1]))


def _verified(
    matches: Sequence[Match],
    features: Sequence[Features],
    lenses: Mapping[str, Lens],
    lens_of: Mapping[int, str],
    threshold: float,
    together: Collection[int],
    told: Callable[[float], None],
) -> list[Edge]:
    of = {photo: lenses[name] for photo, name in lens_of.items()}
    edges = []
    for number, found in enumerate(matches):
        edge = matching.verify(found, features, of, threshold, together=found.a in together and found.b in together)
        if edge is not None:
            edges.append(edge)
        told((number + 1) / len(matches))
    return edges


class _Group:
    """One group on its way from a first network to its final place."""

    def __init__(
        self,
        features: Sequence[Features],
        views: Sequence[View],
        lens_of: dict[int, str],
        lenses: dict[str, Lens],
        matches: Sequence[Match],
        together: Collection[int],
        elsewhere: Collection[int],
        told: Callable[[float], None],
    ) -> None:
        self._elsewhere = elsewhere
        self._told = told
        self._done = 0.0
        self._features = features
        self._lens_of = lens_of
        self._lenses = lenses
        self._matches = matches
        self._together = together
        self._known = {view.lens for view in views if view.known}
        self._expected = {name: lens.focal for name, lens in lenses.items()}

    def solve(self, first: Network) -> Aligned | None:
        group = first
        # Twice: after the first time lenses are known better, and more pairs hold.
        for tolerance, done in ((float(_SECOND_OFF), 0.1), (float(_LAST_OFF), 0.2)):
            self._adjusted(self._ties_of(group), group.rotations)
            inside = set(group.rotations)
            near = [m for m in self._matches if m.a in inside or m.b in inside]
            edges = _verified(
                near, self._features, self._lenses, self._lens_of, _SECOND_RAD, self._together, self._asked
            )
            again = networks(edges, tolerance, self._together, asked=self._asked)
            found = next((g for g in again if set(g.rotations) & inside), None)
            if found is None:
                return None
            group = found
            self._advance(done)
        rotations = self._adjusted(self._ties_of(group), group.rotations).rotations
        rotations, adjusted = self._guided(rotations, 0.6)
        placed = place(self._features, rotations, self._of(rotations), self._spare_lenses(rotations), self._asked)
        self._advance(0.7)
        if placed:
            for photo, (rotation, lens) in placed.items():
                rotations[photo] = rotation
                if lens is not None:
                    name = f"{self._lens_of[photo]} #{photo}"
                    self._lens_of[photo], self._lenses[name] = name, lens
                    self._expected[name] = lens.focal
            rotations, adjusted = self._guided(rotations, 0.9)
        if self._split_zooms(rotations, adjusted) | self._split_turned(rotations):
            rotations, adjusted = self._guided(rotations, 1.0)
        return self._with_sure_pairs(self._last)

    def _with_sure_pairs(self, group: Aligned) -> Aligned:
        """Return a group that knows which of its pairs say the same: looked at afresh, whatever was dropped before."""
        inside = [m for m in self._matches if m.a in group.rotations and m.b in group.rotations]
        edges = _verified(inside, self._features, self._lenses, self._lens_of, _SECOND_RAD, self._together, self._asked)
        focal = float(np.median([lens.focal for lens in group.lenses.values()]))
        most_rad = _CONTRADICTS_RAD + _CONTRADICTS_TIMES * group.median_px / (focal * HALF_PX)
        sure = {(e.match.a, e.match.b): e for e in edges if is_sure(e)}
        agrees = {pair: off(e, group.rotations) <= most_rad for pair, e in sure.items()}
        twofold = {pair: repetition.in_pair(e, self._features, group.lenses) > _AMBIGUOUS for pair, e in sure.items()}
        return replace(
            group,
            confirmed=tuple(pair for pair in sure if agrees[pair]),
            contradicted=tuple(pair for pair in sure if not agrees[pair]),
            ambiguous=tuple(pair for pair in sure if twofold[pair]),
        )

    def _advance(self, done: float) -> None:
        self._done = max(self._done, done)
        self._told(self._done)

    def _asked(self, _share: float = 0.0) -> None:
        """Say again how far this is, so that whoever wants to end it can."""
        self._told(self._done)

    def _spare_lenses(self, rotations: Mapping[int, Array]) -> dict[int, Lens]:
        return {
            photo: self._lenses[name]
            for photo, name in self._lens_of.items()
            if photo not in rotations and photo not in self._elsewhere and len(self._features[photo])
        }

    def _of(self, rotations: Mapping[int, Array]) -> dict[int, Lens]:
        return {photo: self._lenses[self._lens_of[photo]] for photo in rotations}

    def _ties_of(self, group: Network) -> list[Tie]:
        ties = []
        most = overlaps.matches_a_pair(len(group.edges), _MOST_TIES)
        for edge in group.edges:
            a, b = self._features[edge.match.a], self._features[edge.match.b]
            inside = np.flatnonzero(edge.inliers)[:most]
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
        done = adjust(
            ties,
            rotations,
            self._lenses,
            self._lens_of,
            self._expected,
            self._known,
            quick=quick,
            asked=self._asked,
        )
        self._lenses.update(done.lenses)
        return done

    def _guided(self, rotations: Mapping[int, Array], done: float) -> tuple[dict[int, Array], Adjusted]:
        """Look for matches where they must be, adjust, and do so again while what is known becomes better."""
        now = dict(rotations)
        radius = _FIRST_RADIUS_PX[1]
        for number in range(_GUIDED_ROUNDS):
            first, room = self._done, (done - self._done) / (_GUIDED_ROUNDS - number)
            told = partial(_told, self._advance, first, room * 0.6)
            ties = guided.ties(self._features, now, self._of(now), radius, told)
            tied = {photo for tie in ties for photo in (tie.a, tie.b)}
            now = {photo: rotation for photo, rotation in now.items() if photo in tied}
            adjusted = self._adjusted(ties, now, quick=number > 0)
            self._advance(first + room)
            now = dict(adjusted.rotations)
            radius = float(np.clip(_RADIUS_TIMES * adjusted.median_px, *(_RADIUS_PX if number else _FIRST_RADIUS_PX)))
        self._last = Aligned(now, self._of(now), tuple(ties), adjusted.residuals_px)
        return now, adjusted

    def _split_turned(self, rotations: Mapping[int, Array]) -> bool:
        """Give a lens of their own to photos taken across where others are upright, if there are enough of both.

        The middle of a lens is seldom that of the picture, and turns with the camera.
        """
        across = {photo for photo in rotations if _is_across(self._features[photo])}
        split = False
        for name in sorted({self._lens_of[photo] for photo in across}):
            own = [photo for photo in rotations if self._lens_of[photo] == name]
            turned = [photo for photo in own if photo in across]
            if min(len(turned), len(own) - len(turned)) >= _ENOUGH_TURNED:
                self._lens_of.update(dict.fromkeys(turned, f"{name} ↔"))
                self._lenses[f"{name} ↔"] = self._lenses[name]
                self._expected[f"{name} ↔"] = self._lenses[name].focal
                split = True
        return split

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
