"""What the sample pages of the studio show: people, tours, jobs, groups of pictures, entries of the log."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import segno

HOUR = dt.timedelta(hours=1)
NOW = dt.datetime(2028, 3, 15, 3, 32, tzinfo=dt.UTC)
LANGUAGES = ("vi", "en")
ROLES = ["admin", "approver", "editor", "viewer"]
PICTURES = "pictures/{}.jpg"
"""Where pictures of the samples are; pages are shown without them too."""

CUT = {
    "what": "IMG_2041.jpg bị cắt cụt: tệp dừng ở 62 %.",
    "why": "Thường do rút thẻ nhớ khi đang chép.",
    "mend": "Chép lại từ thẻ nhớ rồi tải lên lần nữa.",
    "code": "ANH-CUT",
}
GAP = {
    "what": "Không ghép được ảnh 7 và 8 của bộ Chánh điện.",
    "why": "Hai ảnh chồng lên nhau chưa tới 10 %.",
    "mend": "Chụp thêm một tấm ở hướng đông nam, ngang tầm mắt, rồi tải lên vào bộ này.",
    "code": "GHEP-THIEU",
}


def qr(text: str) -> dict[str, Any]:
    """Return a QR symbol as the template draws it."""
    rows = list(segno.make(text).matrix)
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return {"qr": path, "side": len(rows), "secret": "JBSW Y3DP EHPK 3PXP"}


class Named(dict[str, str]):
    """Addresses of built files that name themselves, for tests without a built front end."""

    def __missing__(self, name: str) -> str:
        return f"/a/{name}"


def frame(lang: str, urls: Mapping[str, str], part: str = "", *, signed_in: bool = True) -> dict[str, Any]:
    """Return what all pages share, on the page of a ``part`` of the navigation."""
    parts = ["tours", "libraries", "jobs", "people", "audit", "settings", "system"]
    return {
        "site_name": {"vi": "iSpace An Giang", "en": "iSpace An Giang"},
        "version": "0.8.0",
        "urls": urls,
        "nav": [{"href": f"/{name}", "name": name, "current": name == part} for name in parts] if signed_in else [],
        "person": {"name": "Nguyễn Thị Hoa", "role": "admin"} if signed_in else None,
        "languages": [{"lang": "vi", "name": "Tiếng Việt"}, {"lang": "en", "name": "English"}],
        "path": "/",
        "flashes": [],
    }


def job(number: int, name: str, state: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"v{number}",
        "href": f"/jobs/v{number}",
        "name": name,
        "tour": {"href": "/tours/chua-co", "title": "Chùa cổ bên Núi Sam"},
        "by": "Nguyễn Thị Hoa",
        "state": state,
        "stage": "",
        "done": None,
        "left_s": None,
        "position": None,
        "queued_at": NOW - HOUR,
        "ended_at": NOW if state in {"done", "failed", "cancelled", "set-aside"} else None,
        "problem": None,
        "may_cancel": state in {"waiting", "running", "retrying"},
        "may_retry": state in {"failed", "set-aside", "cancelled"},
        "attempts": 1,
        "priority": "",
        "machine": "may-1",
    } | more


STITCHING = job(1, "Ghép 26 ảnh: Sân chùa", "running", stage="stitch", done=0.64, left_s=190)
JOBS = [
    STITCHING,
    job(2, "Cắt ảnh thành ô: Cổng tam quan", "waiting", position=3),
    job(3, "Ghép 12 ảnh: Chánh điện", "failed", problem=GAP),
    job(4, "Xuất bản Chùa cổ bên Núi Sam", "retrying", stage="publish", done=0.2),
    job(5, "Cắt ảnh thành ô: Đài ngắm cảnh", "done"),
    job(6, "Kiểm tra IMG_2041.jpg", "set-aside", problem=CUT, attempts=5),
    job(7, "Ghép 8 ảnh: Bến sông", "cancelled"),
]
LIVE = {"events": "/events", "poll": "/api/v1/jobs"}
PAGES_OF_LIST = {"number": 2, "count": 3, "previous": "?page=1", "next": "?page=3"}
ONE_PAGE = {"number": 1, "count": 1, "previous": None, "next": None}
TOUR = {"id": "chua-co", "href": "/tours/chua-co", "title": "Chùa cổ bên Núi Sam", "state": "draft"}


def tour(title: str, state: str, picture: str | None, **more: Any) -> dict[str, Any]:
    return {
        "href": "/tours/chua-co",
        "title": title,
        "thumbnail": PICTURES.format(picture) if picture else None,
        "scene_count": 4,
        "state": state,
        "changed_at": NOW - 2 * HOUR,
        "changed_by": "Trần Văn Lộc",
        "place": "phường Vĩnh Tế (trước 7/2025: TP. Châu Đốc)",
        "groups": {"failed": 0, "working": 0, "found": 0},
    } | more


TOURS = [
    tour("Chùa cổ bên Núi Sam", "draft", "cong-tam-quan", groups={"failed": 0, "working": 2, "found": 1}),
    tour("Làng nghề OCOP: lụa Tân Châu và mắm Châu Đốc", "published", "xuong-det", place="phường Tân Châu"),
    tour(
        "Một sớm bên bến sông",
        "review",
        "ben-song",
        groups={"failed": 1, "working": 0, "found": 0},
        place="phường Châu Đốc",
    ),
    tour("Rừng tràm Trà Sư", "changed", None, scene_count=0, place=""),
]
TABS = [
    {"href": "?", "name": "Tất cả", "current": True, "count": 12},
    {"href": "?state=draft", "name": "Bản nháp", "current": False, "count": 4},
    {"href": "?state=review", "name": "Chờ duyệt", "current": False, "count": 1},
]


def file(name: str, picture: str = "", problem: Mapping[str, str] | None = None) -> dict[str, Any]:
    thumbnail = PICTURES.format(picture) if picture else ""
    return {
        "id": name.replace(".", "-"),
        "name": name,
        "thumbnail": thumbnail,
        "size_bytes": 8_400_000,
        "problem": problem,
    }


def group(number: int, kind: str, state: str, files: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {
        "id": f"g{number}",
        "kind": kind,
        "title": "",
        "files": files,
        "state": state,
        "why": "",
        "awaited": 0,
        "may_be_panorama": kind in {"panorama", "part"},
        "taken_at": NOW,
        "job": None,
        "report": "",
        "picture": "",
        "problem": None,
    } | more


PHOTOS = ["cong-tam-quan", "san-chua", "chanh-dien", "dai-ngam-canh"]
GROUPS = [
    group(
        1,
        "photos",
        "found",
        [file(f"DSC0{n}.jpg", PHOTOS[n % 4]) for n in range(101, 127)],
        title="Sân chùa",
        why="Chụp liền nhau trong 3 phút, cùng một chỗ đứng, ảnh nào cũng chồng lên ảnh bên cạnh.",
    ),
    group(2, "panorama", "found", [file("R0010423.jpg", "cong-tam-quan")], title="Cổng tam quan"),
    group(
        3,
        "photos",
        "working",
        [file(f"IMG_{n}.jpg", PHOTOS[n % 4]) for n in range(2001, 2007)],
        title="Đài ngắm cảnh",
        job=STITCHING,
    ),
    group(
        4,
        "photos",
        "failed",
        [file(f"IMG_{n}.jpg", PHOTOS[n % 4]) for n in range(3001, 3005)],
        title="Chánh điện",
        job=JOBS[2],
        report="/jobs/v3/report",
    ),
    group(5, "fisheye", "found", [file("IMG_20280314_090000_00_001.insp")]),
    group(6, "part", "done", [file("PANO_0007.jpg", "dai-ngam-canh")], picture=PICTURES.format("dai-ngam-canh")),
    group(7, "media", "found", [file("tieng-chuong.mp3"), file("lu-huong.jpg", "san-chua")]),
    group(8, "unusable", "failed", [file("IMG_2041.jpg", "", CUT)]),
]
PEOPLE = [
    {
        "id": "p1",
        "href": "/people/p1",
        "name": "Nguyễn Thị Hoa",
        "account": "nguyen.thi.hoa@angiang.gov.vn",
        "role": "admin",
        "on": True,
        "two_step": True,
        "seen_at": NOW,
        "is_this": True,
        "may_change": True,
    },
    {
        "id": "p2",
        "href": "/people/p2",
        "name": "Trần Văn Lộc",
        "account": "tran.van.loc@angiang.gov.vn",
        "role": "editor",
        "on": True,
        "two_step": False,
        "seen_at": NOW - 30 * HOUR,
        "is_this": False,
        "may_change": True,
    },
    {
        "id": "p3",
        "href": "/people/p3",
        "name": "Lê Minh Châu",
        "account": "le.minh.chau@angiang.gov.vn",
        "role": "viewer",
        "on": False,
        "two_step": False,
        "seen_at": None,
        "is_this": False,
        "may_change": True,
    },
]
ENTRIES = [
    {
        "id": "1",
        "at": NOW,
        "who": "Nguyễn Thị Hoa",
        "via": "page",
        "address": "10.0.4.17",
        "action": "Đổi vai trò",
        "object": "Trần Văn Lộc",
        "href": "/people/p2",
        "rows": [{"field": "Vai trò", "before": "Chỉ xem", "after": "Biên tập"}],
    },
    {
        "id": "2",
        "at": NOW - HOUR,
        "who": "Trần Văn Lộc",
        "via": "page",
        "address": "10.0.4.22",
        "action": "Tạo tour",
        "object": "Chùa cổ bên Núi Sam",
        "href": "/tours/chua-co",
        "rows": [{"field": "Tên", "before": None, "after": "Chùa cổ bên Núi Sam"}],
    },
    {
        "id": "3",
        "at": NOW - 2 * HOUR,
        "who": "iSpace",
        "via": "job",
        "address": "",
        "action": "Ghép xong",
        "object": "Sân chùa",
        "href": "",
        "rows": [],
    },
]
CHECKS = [
    {
        "name": "Kho công khai",
        "ok": False,
        "text": "Kho từ chối ghi (403). Tour đang công khai không bị ảnh hưởng. Báo quản trị. (KHO-403)",
    },
    {"name": "Thư viện", "ok": True, "text": "Thư viện: đủ"},
    {"name": "Tiến trình xử lý ảnh", "ok": True, "text": "Tiến trình xử lý ảnh chạy được"},
]
ENDED = {"name": "Lê Minh Châu", "href": "https://studio.example.vn/invitation/7c1f0d9a5b", "ends_at": NOW + 72 * HOUR}
UPLOAD = {
    "endpoint": "/uploads/",
    "known": "/uploads/known",
    "chunk_bytes": 8 << 20,
    "at_once": 3,
    "file_bytes": 2_000_000_000,
    "room_bytes": 41_000_000_000,
    "accept": [".jpg", ".jpeg", ".png", ".tif", ".mp3", ".mp4"],
}
SHORT = "Mật khẩu mới có 6 ký tự, cần ít nhất 12. Thêm vài từ nữa."
