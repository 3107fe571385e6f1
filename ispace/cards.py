"""What the catalogue shows of a tour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ispace.model.release import Card
from ispace.model.text import fold
from ispace.model.tour import Tour
from ispace.page import places
from ispace.work import SceneWork


def of_tour(tour: Tour, scenes: Mapping[str, SceneWork], today: dt.date) -> Card:
    """Return what the catalogue shows of a tour."""
    place = next((p for p in tour.places if p.id == (tour.place or tour.start_scene.place)), None)
    today_place, former, until = places.card_names(place, tour.languages, today)
    heights = [(s.position.altitude_m, s.id) for s in tour.scenes if s.position and s.position.altitude_m is not None]
    outlook = max(heights)[1] if heights and "landscape" in tour.categories else None
    words = [*tour.title.values(), *tour.description.values()]
    words += [t for s in tour.scenes for t in s.title.values()] + [t for p in tour.products for t in p.name.values()]
    words += [t for p in tour.places for n in p.names for t in n.name.values()]
    return Card(
        title=tour.title,
        description=tour.description,
        place=today_place,
        former_place=former,
        former_until=until,
        categories=list(tour.categories),
        scene_count=len(tour.scenes),
        product_count=len(tour.products),
        cover=scenes[tour.start_scene.id].views.share.key,
        outlook=scenes[outlook].views.share.key if outlook else None,
        languages=list(tour.languages),
        search=" ".join(dict.fromkeys(fold(" ".join(words)).split())),
    )
