"""The pages of the libraries and of texts as a table with small values, for ``studio_samples``."""

from __future__ import annotations

from typing import Any

from web.studio_values import NOW, ONE_PAGE, TABS, TOUR

from ispace import language
from ispace.web.studio.pages import library_forms as forms

_PLACE = {"id": "nui-voi", "names": [{"name": {"vi": "Phường Núi Voi"}}, {"name": {"vi": "Xã Đồng Bưng"}}]}
_PRODUCT = {
    "id": "mam-ca",
    "name": {"vi": "Mắm cá linh", "en": "Fish sauce"},
    "stars": 4,
    "links": [{"kind": "shop", "url": "https://mam.example.vn/"}],
    "consent": {"given_on": "2025-02-03", "by": "Bà Hai"},
}
_MEDIUM = {"id": "cong-chua", "kind": "image", "file": "cong-chua-abababababab.jpg", "alt": {"vi": "Cổng chùa"}}
_LINE = {"title": "Phường Núi Voi", "more": "Tên cũ: Xã Đồng Bưng", "used": 2, "picture": None, "stars": None}


def pages(lang: str) -> dict[str, tuple[str, dict[str, Any], str]]:
    """Return pages as ``studio_samples.pages`` has them: template, values, part of the navigation."""
    options = {"level": "commune", "group": "food", "kind": "shop", "stars": "4"}
    listed = {
        "library": "places", "tabs": TABS, "query": "", "total": 1, "pages": ONE_PAGE, "may_edit": True,
        "ending": 0, "is_ending": False, "warned_days": 90,
        "entries": [_LINE | {"href": "/libraries/places/nui-voi", "level": "commune"}],
    }  # fmt: skip
    ends = [{"ends_on": NOW.date(), "left_days": days} for days in (-3, 60, 400)]
    products = {
        "library": "products", "ending": 2, "total": 3,
        "entries": [
            _LINE | end | {"href": f"/libraries/products/{n}", "title": "Mắm", "stars": 4, "more": "Bà Hai"}
            for n, end in enumerate(ends)
        ],
    }  # fmt: skip
    form = {
        "library": "places", "entry": "nui-voi", "title": "Phường Núi Voi", "revision": 2, "rows": [0, 1, 2, 3],
        "values": forms.values("places", _PLACE), "errors": {}, "text": "", "document": _PLACE, "pictures": [],
        "options": {name: [{"value": value, "name": value}] for name, value in options.items()},
        "tour": "", "ends_on": None, "left_days": None, "warned_days": 90, "may_edit": True, "other_tours": 3,
        "tours": [{"href": "/tours/chua-co", "title": "Chùa cổ bên Núi Sam"}],
    }  # fmt: skip
    product = {
        "library": "products", "entry": "mam-ca", "title": "Mắm cá linh", "values": forms.values("products", _PRODUCT),
        "rows": [0, 1], "document": _PRODUCT, "ends_on": NOW.date(), "left_days": 20,
        "pictures": [{"id": "cong-chua", "alt": "Cổng chùa", "ticked": True}],
    }  # fmt: skip
    medium = {
        "library": "media", "entry": "cong-chua", "title": "Cổng chùa", "values": forms.values("media", _MEDIUM),
        "rows": [], "document": _MEDIUM, "tours": [], "other_tours": 0,
    }  # fmt: skip
    files = [
        {"href": "?file=a", "name": "Cổng.jpg", "kind": "image", "small": "/tours/chua-co/media/small/a.jpg"},
        {"href": "?file=b", "name": "Kể chuyện.mp3", "kind": "audio", "small": None},
    ]
    choosing = {"tour": {"id": "chua-co", "title": "Chùa cổ"}, "tours": [], "query": "", "files": files}
    texts = {
        "tour": TOUR, "may_edit": True, "count": 120, "api": "/api/v1/tours/chua-co/texts",
        "spoken": [{"name": "Tiếng Việt", "there": 120}, {"name": "English", "there": 96}],
        "words": language.texts(lang)["sheet"],
    }  # fmt: skip
    empty = {"entries": [], "total": 0}
    wrong = {"errors": {"name.vi": "Thiếu giá trị bắt buộc."}, "entry": "new", "title": "", "pictures": []}
    named: dict[str, tuple[str, dict[str, Any]]] = {
        "library-places": ("libraries", listed),
        "library-products": ("libraries", listed | products),
        "library-media-none": ("libraries", listed | empty | {"library": "media", "may_edit": False}),
        "library-not-found": ("libraries", listed | empty | {"query": "xa"}),
        "library-place": ("library_entry", form),
        "library-product": ("library_entry", form | product),
        "library-product-wrong": ("library_entry", form | product | wrong),
        "library-medium": ("library_entry", form | medium | {"may_edit": False}),
        "library-sound": (
            "library_entry", form | medium | {"document": _MEDIUM | {"kind": "audio"}, "entry": "new", "title": ""},
        ),
        "library-file": ("library_file", choosing),
        "library-file-none": ("library_file", choosing | {"files": []}),
        "texts": ("tour_texts", texts),
        "texts-viewer": ("tour_texts", texts | {"may_edit": False}),
        "library-tours": ("library_file", choosing | {"tour": None, "tours": form["tours"]}),
    }  # fmt: skip
    return {name: (template, values, "libraries") for name, (template, values) in named.items()}
