"""What the pages about publishing are filled with in tests: nothing public yet, something left to do, all of it."""

from __future__ import annotations

from typing import Any

from web.studio_values import JOBS, LIVE, NOW, TOUR

from ispace.page.embed import snippet
from ispace.web.studio import qr

_ADDRESS = "https://tour.angiang.gov.vn/nui-sam/"
_PREVIEW = "https://tour.angiang.gov.vn/preview/xdxtHI4m2ii5ioNoZkqW/nui-sam/"
_RELEASE = {
    "id": "20261128-141658-8e1cbfb1",
    "at": NOW,
    "by": "Nguyễn Thị Hoa",
    "size_bytes": 18_400_000,
    "current": True,
    "told": "đổi tên của tour",
}


def pages() -> dict[str, tuple[str, dict[str, Any], str]]:
    """Return by name: template, values, entry of the menu."""
    draft: dict[str, Any] = {
        "tour": TOUR | {"state": "draft", "revision": 12},
        "refused": None,
        "problems": [],
        "more": 0,
        "errors": 0,
        "warnings": 0,
        "jobs": [],
        "preview_jobs": [],
        "preview": None,
        "is_previewing": False,
        "public": None,
        "releases": [],
        "may_edit": True,
        "may_publish": True,
        "live": LIVE,
    }
    problem = {
        "href": f"{TOUR['href']}/edit#scene=cong&field=scenes%5B0%5D.title",
        "scene": "Cổng",
        "text": "Phải có ít nhất 1 mục hoặc ký tự",
        "mend": "Thêm phần còn thiếu.",
        "severity": "error",
        "code": "QUA-NGAN",
    }
    refused = {"what": "Tour chưa xuất bản được.", "why": "", "mend": "", "code": "TOUR-CHUA-DAT"}
    preview = {"address": _PREVIEW, "until": NOW, "is_current": False, **qr.drawn(_PREVIEW)}
    public = {
        "address": _ADDRESS,
        "embed": snippet(_ADDRESS, "Núi Sam"),
        "share": f"{_ADDRESS}a.jpg",
        "is_current": False,
        **qr.drawn(_ADDRESS),
    }
    earlier = _RELEASE | {"id": "20261127-091500-ef6e5c38", "current": False}
    return {
        "publish-ready": ("tour_publish", draft, "tours"),
        "publish-blocked": (
            "tour_publish",
            draft
            | {
                "refused": refused,
                "problems": [problem, problem | {"severity": "warning", "scene": "", "code": "THIEU-DICH"}],
                "more": 12,
                "errors": 1,
                "warnings": 13,
                "may_publish": False,
                "jobs": JOBS[:1],
            },
            "tours",
        ),
        "publish-public": (
            "tour_publish",
            draft
            | {
                "tour": TOUR | {"state": "changed", "revision": 14},
                "preview": preview,
                "public": public,
                "releases": [_RELEASE, earlier],
            },
            "tours",
        ),
        "publish-sheet": (
            "tour_sheet",
            {
                "tour": TOUR,
                "titles": ["Núi Sam", "Sam Mountain"],
                "setup": qr.drawn(_ADDRESS),
                "address": _ADDRESS.removeprefix("https://"),
            },
            "tours",
        ),
    }
