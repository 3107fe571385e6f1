"""Tours at random for hypothesis: every kind of hotspot, all optional fields there or not."""

import datetime as dt
from typing import Any

from hypothesis import strategies as st

from ispace.keys import reserved

LANGUAGES = ["vi", "en", "km"]

names = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True)
letters = st.characters(codec="utf-8", exclude_categories=["Cc"]) | st.sampled_from("ạảãàáâậẵặđĐ\n\t\u0301\u202e\u200b")
words = st.text(letters, max_size=30).map(lambda text: f"a{text}")
titles = st.dictionaries(st.sampled_from(LANGUAGES), words, min_size=1)
days = st.dates(dt.date(1832, 1, 1), dt.date(2100, 1, 1)).map(str)


def angle(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False) | st.integers(int(low), int(high))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=fields)


def thing(optional: dict[str, Any] | None = None, **fields: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(fields, optional=optional or {})


directions = {"yaw_deg": angle(-180, 180), "pitch_deg": angle(-90, 90)}
views = some(**directions, hfov_deg=angle(5, 150))
positions = thing({"altitude_m": angle(-500, 10_000)}, lat=angle(-90, 90), lon=angle(-180, 180))
phones = st.sampled_from(["+84 296 000 0000", "(0296) 3856 000", "0296.000.000"])
addresses = st.sampled_from(["https://example.org", "http://example.org/a?b=c&d=đ#e", "https://tên-miền.vn/"])
files = st.sampled_from(["a.jpg", "panoramas/Chùa cổ 1.jpg", "x/y/z.jpg"])


def hotspot(scenes: list[str], media: list[str], products: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    target, medium = st.sampled_from(scenes), st.lists(st.sampled_from(media), max_size=3) if media else st.just([])
    card = {"text": titles, "media": medium}
    kinds = [
        thing({"title": titles, "arrival": views}, kind=st.just("link"), target=target, **directions),
        thing(card, kind=st.just("card"), title=titles, **directions),
        thing({"text": titles}, kind=st.just("url"), title=titles, url=addresses, **directions),
        thing(kind=st.just("phone"), title=titles, phone=phones, **directions),
        thing(
            {**card, "target": target, "arrival": views},
            kind=st.just("area"),
            title=titles,
            points=st.lists(thing(**directions), min_size=3, max_size=5),
        ),
    ]
    kinds.append(thing({"title": titles, "position": positions}, kind=st.just("directions"), **directions))
    if products:
        kinds.append(thing({"title": titles}, kind=st.just("product"), product=st.sampled_from(products), **directions))
    return st.one_of(kinds)


@st.composite
def limits(draw: st.DrawFn) -> dict[str, Any]:
    low = draw(st.integers(-359, 180))
    return {"yaw_min_deg": low, "yaw_max_deg": low + draw(st.integers(1, min(360, 360 - low))), "pitch_min_deg": -60}


def _named(draw: st.DrawFn, ids: list[str], item: st.SearchStrategy[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"id": i, **draw(item)} for i in ids]


@st.composite
def tours(draw: st.DrawFn) -> dict[str, Any]:
    """Return a tour document in which everything that is named exists."""
    ids = lambda most, least=0: draw(st.lists(names, min_size=least, max_size=most, unique=True))  # noqa: E731
    scenes, media, products, places, floors = ids(3, 1), ids(3), ids(2), ids(2), ids(2)
    links = st.lists(
        thing({"title": titles}, kind=st.sampled_from(["shop", "trace", "map", "website"]), url=addresses), max_size=2
    )
    product = thing(
        {
            "links": links,
            "sample": st.booleans(),
            "media": st.lists(st.sampled_from(media), max_size=2) if media else st.just([]),
        },
        name=titles,
        summary=titles,
        group=st.sampled_from(["food", "beverage", "medicinal", "handicraft", "ornamental", "tourism"]),
        stars=st.integers(3, 5),
        decision=words,
        issuer=titles,
        issued_on=days,
        maker=thing({"address": titles, "phone": phones}, name=titles),
    )
    dated = thing(
        {
            "level": st.sampled_from(["site", "commune", "district", "province"]),
            "code": st.just("30337"),
            "valid_to": days,
        },
        name=titles,
    )
    scene: dict[str, Any] = {
        "description": titles,
        "initial_view": views,
        "limits": limits(),
        "level": some(pitch_deg=angle(-90, 90), roll_deg=angle(-180, 180)),
        "north_deg": angle(0, 359),
        "position": positions,
    }
    if places:
        scene["place"] = st.sampled_from(places)
    if floors:
        scene["floor"] = st.sampled_from(floors)
    coverage = thing({"pitch_deg": angle(-90, 90)}, haov_deg=angle(1, 360), vaov_deg=angle(1, 180))
    panorama = thing({"coverage": coverage, "alt": titles, "credit": words}, file=files)
    made = draw(
        thing(
            {
                "$schema": st.just("../schema/tour.schema.json"),
                "start": st.sampled_from(scenes),
                "languages": st.lists(st.sampled_from(LANGUAGES), min_size=1, unique=True),
                "categories": st.lists(st.sampled_from(["heritage", "landscape", "ocop"]), unique=True),
                "licence": thing({"url": addresses}, name=titles),
                "agency": thing({"phone": phones, "email": st.just("a@example.org")}, managing_body=titles),
                "skin": some(accent=st.just("#14533F"), preset=st.sampled_from(["museum", "dark"])),
            },
            version=st.just(1),
            id=names.filter(lambda n: n not in reserved()),
            title=titles,
            description=titles,
        )
    )
    made["scenes"] = _named(draw, scenes, thing(scene, title=titles, panorama=panorama))
    for item in made["scenes"]:
        item["hotspots"] = _named(draw, ids(4), hotspot(scenes, media, products))
        for spot in item["hotspots"]:
            if spot.get("target") == item["id"]:
                del spot["target"]
        item["hotspots"] = [h for h in item["hotspots"] if h["kind"] != "link" or "target" in h]
    made["media"] = _named(
        draw, media, thing({"credit": words, "transcript": titles}, kind=st.just("image"), file=files, alt=titles)
    )
    made["products"] = _named(draw, products, product)
    made["places"] = _named(draw, places, thing({"position": positions}, names=st.lists(dated, min_size=1, max_size=2)))
    made["floors"] = _named(draw, floors, thing(title=titles))
    return made
