"""Every page of the studio with small values, in both languages: what templates are rendered with where no server is.

``PYTHONPATH=.:tests python tests/web/studio_samples.py FOLDER`` writes all pages and the front end, to be looked at.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from web import library_samples, publish_samples
from web.studio_values import (
    CHECKS,
    ENDED,
    ENTRIES,
    GAP,
    GROUPS,
    HOUR,
    JOBS,
    LANGUAGES,
    LIVE,
    NOW,
    ONE_PAGE,
    PAGES_OF_LIST,
    PEOPLE,
    PICTURES,
    ROLES,
    SHORT,
    TABS,
    TOUR,
    TOURS,
    UPLOAD,
    Named,
    frame,
    qr,
)

from ispace import assets, language, templating

NAMED = Named()


def pages(lang: str, urls: Mapping[str, str] = NAMED) -> dict[str, tuple[str, dict[str, Any]]]:
    """Return every page by a name: its template, and its values beside ``frame``."""
    door: dict[str, Any] = {"frame": frame(lang, urls, signed_in=False)}
    accounts = {
        "values": {"name": "Nguyễn Thị Hoa", "account": "nguyen.thi.hoa@angiang.gov.vn", "lang": lang, "token": {}},
        "language_options": [{"value": "vi", "name": "Tiếng Việt"}, {"value": "en", "name": "English"}],
        "errors": {},
        "two_step": {"on": True, "since": NOW, "codes_left": 7, "demanded": False},
        "setup": None,
        "new_codes": [],
        "codes_made_at": NOW,
        "new_token": "",
        "sessions": [
            {
                "id": "s1",
                "where": "Firefox, Windows",
                "address": "10.0.4.17",
                "started_at": NOW,
                "seen_at": NOW,
                "is_this": True,
            },
            {
                "id": "s2",
                "where": "Chrome, Android",
                "address": "113.161.2.8",
                "started_at": NOW,
                "seen_at": NOW - HOUR,
                "is_this": False,
            },
        ],
        "tokens": [
            {
                "id": "t1",
                "name": "Cổng thông tin của tỉnh",
                "scopes": ["tours-read", "jobs"],
                "made_at": NOW,
                "used_at": None,
                "ends_at": NOW,
            }
        ],
        "scopes": ["tours-read", "tours-write", "tours-publish", "uploads", "jobs", "people", "audit"],
        "least": 12,
        "from_outside": False,
    }
    starting = {
        "two_step": {"on": False, "since": None, "codes_left": 0, "demanded": True},
        "setup": qr("otpauth://totp/iSpace:nguyen.thi.hoa?secret=JBSWY3DPEHPK3PXP&issuer=iSpace"),
        "new_codes": ["4f7ka-92mab-wwmww", "p23s4-x8qep-tmdkb", "77hd2-4kzun-3emhk", "m2vnb-5tyba-wsc6c"],
        "new_token": "isp_4fJ0q8Zk2v",
        "errors": {"password": {"password": SHORT}},
    }
    tours = {
        "tours": TOURS,
        "tabs": TABS,
        "query": "",
        "state": "",
        "pages": PAGES_OF_LIST,
        "total": 12,
        "may_create": True,
        "values": {},
        "errors": {},
    }
    pictures = {
        "tour": TOUR,
        "may_edit": True,
        "upload": UPLOAD,
        "unfinished": [{"name": "DSC0131.jpg", "sent_bytes": 4_200_000, "size_bytes": 8_400_000}],
        "counts": {"found": 3, "working": 1, "failed": 1, "done": 1},
        "ready": 2,
        "groups": GROUPS,
        "live": LIVE,
    }
    boundless = UPLOAD | {"room_bytes": None}
    people = {
        "people": PEOPLE,
        "invitations": [{"id": "i1", "name": "Phạm Thu Hà", "role": "editor", "by": "Nguyễn Thị Hoa", "ends_at": NOW}],
        "link": ENDED,
        "roles": ROLES,
        "query": "",
        "pages": ONE_PAGE,
        "values": {},
        "errors": {},
    }
    members = [PEOPLE[1] | {"role": "editor", "added_at": NOW}, PEOPLE[2] | {"added_at": NOW}]
    log = {
        "entries": ENTRIES,
        "filter": {"who": "", "action": "", "object": "", "from": "", "to": ""},
        "people": [{"value": "", "name": "–"}],
        "actions": [{"value": "", "name": "–"}],
        "exports": {"csv": "/audit.csv", "json": "/audit.json"},
        "pages": PAGES_OF_LIST,
        "any": True,
    }
    rows = [
        {
            "name": "ISPACE_PUBLIC",
            "value": "file:var/public",
            "origin": "default",
            "what": "Kho công khai.",
            "secret": False,
        },
        {
            "name": "ISPACE_DATABASE",
            "value": "postgresql://…",
            "origin": "environment",
            "what": "Cơ sở dữ liệu.",
            "secret": True,
        },
    ]
    one_job = {
        "job": JOBS[0],
        "stages": [
            {"name": "ingest", "state": "done", "seconds": 4.0, "note": ""},
            {"name": "stitch", "state": "running", "seconds": None, "note": "26/26 ảnh"},
            {"name": "tile", "state": "ahead", "seconds": None, "note": ""},
        ],
        "lines": [
            {"at": NOW, "text": "26 ảnh, 24 ảnh nối được", "kind": "plain"},
            {"at": NOW, "text": "Ảnh 8 mờ", "kind": "warn"},
        ],
        "result": None,
        "live": LIVE,
    }
    ended = {
        "text": "Ghép xong: 26 ảnh, phủ 98 % quả cầu.",
        "report": "/jobs/v5/report",
        "picture": PICTURES.format("san-chua"),
        "tour": "/tours/chua-co",
    }
    person = {
        "person": PEOPLE[1] | {"locked": True, "joined_at": NOW, "two_step": True},
        "roles": ROLES,
        "link": None,
        "tours": [{"href": "/tours/chua-co", "title": "Chùa cổ bên Núi Sam", "role": "editor"}],
        "audit": "/audit?who=p2",
        "problem": None,
    }
    editor = {
        "given": {
            "tour": "chua-co",
            "api": "/api/v1/tours/chua-co",
            "page": "/tours/chua-co",
            "person": {"id": "p1", "name": "Hoa"},
            "may_edit": True,
            "may_publish": False,
            "lang": lang,
            "icons": "/a/icons.svg",
        },
        "words": language.texts(lang)["editor"],
        "script": f"studio/editor.{lang}.js",
    }
    alone = {"tabs": TABS, "jobs": [], "pages": ONE_PAGE, "live": LIVE, "whose": [], "looks": None, "all_href": ""}
    folded = {
        "whose": [
            {"href": "/jobs", "name": "Việc của tôi", "current": True},
            {"href": "/jobs?whose=all", "name": "Việc của mọi người", "current": False},
        ],
        "looks": {"count": 1200, "href": "/jobs?kind=look-upload"},
        "all_href": "/jobs",
    }
    system = {
        "checks": CHECKS,
        "at": NOW,
        "running": False,
        "problem": None,
        "queues": [{"name": "Ghép ảnh", "waiting": 3, "running": 1}],
        "workers": [
            {"name": "may-1/1", "machine": "may-1", "alive": True, "beat_at": NOW, "doing": "Ghép 26 ảnh"},
            {"name": "may-2/1", "machine": "may-2", "alive": False, "beat_at": NOW - HOUR, "doing": ""},
        ],
        "disk": [{"name": "Kho riêng", "used_bytes": 412_000_000_000, "total_bytes": 1_000_000_000_000}],
    }
    cancelling = {
        "title": "Dừng việc “Ghép 26 ảnh: Sân chùa”?",
        "text": "Phần đã xong được giữ lại.",
        "verb": "Dừng",
        "action": "/jobs/v1/cancel",
        "fields": {"reason": "page"},
        "back": "/jobs",
        "danger": True,
    }
    new = {"values": {}, "errors": {}, "least": 12}
    wrong = {
        "values": {"name": "Hoa", "account": "Hoa!"},
        "errors": {"account": "Địa chỉ này thiếu @. Viết lại cho đủ.", "password": SHORT},
        "least": 12,
    }
    saved = [
        {"kind": "good", "text": "Đã tạo tour “Rừng tràm Trà Sư”."},
        {"kind": "bad", "text": "Chưa đổi được tên. Thử lại."},
    ]
    inside = (
        library_samples.pages(lang)
        | publish_samples.pages()
        | {
            "account": ("account", {**accounts}, ""),
            "account-setting-up": ("account", accounts | starting, ""),
            "account-codes-wrong": (
                "account",
                accounts | {"new_codes": starting["new_codes"], "errors": {"codes": {"kept": "Đánh dấu vào ô này."}}},
                "",
            ),
            "account-without": ("account", accounts | {"from_outside": True, "tokens": []}, ""),
            "editor": ("editor", editor, "tours"),
            "tours": ("tours", tours | {"flashes": saved}, "tours"),
            "tours-empty": ("tours", tours | {"tours": [], "total": 0}, "tours"),
            "tours-not-found": ("tours", tours | {"tours": [], "query": "nui voi"}, "tours"),
            "tours-member": ("tours", tours | {"tours": [], "total": 0, "may_create": False}, "tours"),
            "tours-wrong": (
                "tours",
                tours | {"errors": {"title": "Tên tour còn trống. Đặt một tên."}, "total": 0},
                "tours",
            ),
            "pictures": ("tour_pictures", pictures, "tours"),
            "pictures-empty": (
                "tour_pictures",
                pictures | {"groups": [], "unfinished": [], "upload": boundless},
                "tours",
            ),
            "pictures-viewer": (
                "tour_pictures",
                pictures | {"may_edit": False, "upload": None, "unfinished": []},
                "tours",
            ),
            "members": (
                "tour_people",
                {
                    "tour": TOUR,
                    "may_change": True,
                    "members": members,
                    "options": [{"value": "p1", "name": "Nguyễn Thị Hoa"}],
                    "roles": ROLES[1:],
                    "values": {},
                    "errors": {},
                },
                "tours",
            ),
            "members-viewer": (
                "tour_people",
                {
                    "tour": TOUR,
                    "may_change": False,
                    "members": members,
                    "options": [],
                    "roles": ROLES[1:],
                    "values": {},
                    "errors": {},
                },
                "tours",
            ),
            "members-none": (
                "tour_people",
                {
                    "tour": TOUR,
                    "may_change": True,
                    "members": [],
                    "options": [],
                    "roles": ROLES[1:],
                    "values": {},
                    "errors": {},
                },
                "tours",
            ),
            "jobs": (
                "jobs",
                {"tabs": TABS, "jobs": JOBS, "pages": ONE_PAGE, "live": LIVE, "any": True} | folded,
                "jobs",
            ),
            "jobs-empty": (
                "jobs",
                {"tabs": TABS, "jobs": [], "pages": ONE_PAGE, "live": LIVE, "any": False} | alone,
                "jobs",
            ),
            "jobs-none-here": (
                "jobs",
                {"tabs": TABS, "jobs": [], "pages": ONE_PAGE, "live": LIVE, "any": True} | alone,
                "jobs",
            ),
            "job": ("job", one_job, "jobs"),
            "job-done": ("job", one_job | {"job": JOBS[4], "result": ended, "lines": []}, "jobs"),
            "job-aside": (
                "job",
                one_job
                | {
                    "job": JOBS[5] | {"tour": None},
                    "stages": [{"name": "ingest", "state": "failed", "seconds": 2.0, "note": ""}],
                },
                "jobs",
            ),
            "people": ("people", people, "people"),
            "people-not-found": (
                "people",
                people | {"people": [], "invitations": [], "link": None, "query": "x"},
                "people",
            ),
            "person": ("person", person, "people"),
            "person-off": (
                "person",
                person
                | {
                    "person": PEOPLE[2] | {"locked": False, "joined_at": NOW},
                    "tours": [],
                    "link": ENDED,
                    "problem": GAP,
                },
                "people",
            ),
            "person-own": ("person", person | {"person": PEOPLE[0] | {"locked": False, "joined_at": NOW}}, "people"),
            "audit": ("audit", log, "audit"),
            "audit-not-found": ("audit", log | {"entries": []}, "audit"),
            "audit-empty": ("audit", log | {"entries": [], "any": False}, "audit"),
            "settings": (
                "settings",
                {
                    "editable": [
                        {
                            "name": "site_name",
                            "label": "Tên trang",
                            "hint": "Hiện ở đầu mọi trang.",
                            "kind": "text",
                            "options": [],
                        },
                        {
                            "name": "demand_two_step",
                            "label": "Bắt buộc xác thực hai lớp",
                            "hint": "Cho quản trị và người duyệt.",
                            "kind": "check",
                            "options": [],
                        },
                        {
                            "name": "language",
                            "label": "Ngôn ngữ",
                            "hint": "",
                            "kind": "choice",
                            "options": [{"value": "vi", "name": "Tiếng Việt"}],
                        },
                    ],
                    "values": {"site_name": "iSpace An Giang", "demand_two_step": "yes", "language": "vi"},
                    "errors": {},
                    "groups": [{"title": "Kho", "rows": rows}],
                },
                "settings",
            ),
            "system": ("system", system, "system"),
            "system-good": ("system", system | {"checks": CHECKS[1:], "workers": []}, "system"),
            "system-first": ("system", system | {"checks": [], "at": None, "running": True}, "system"),
            "confirm": ("confirm", cancelling, "jobs"),
            **{
                f"error-{status}": (
                    "error",
                    {
                        "status": status,
                        "code": "LOI",
                        "text": "",
                        "wait_s": 90 if status == 429 else None,
                        "gone": "",
                        "contact": "",
                    },
                    "",
                )
                for status in (403, 404, 429, 500, 503)
            },
        }
    )
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "sign-in": (
            "sign_in",
            door | {"values": {}, "errors": {}, "text": "", "provider": {"name": "An Giang", "href": "/oidc"}},
        ),
        "sign-in-wrong": (
            "sign_in",
            door
            | {
                "values": {"account": "hoa", "next": "/tours"},
                "errors": {},
                "provider": None,
                "text": "Tên đăng nhập hoặc mật khẩu chưa đúng. Kiểm tra bộ gõ rồi thử lại.",
            },
        ),
        "second-factor": ("second_factor", door | {"recovery": False, "errors": {}}),
        "second-factor-recovery": (
            "second_factor",
            door | {"recovery": True, "errors": {"code": "Mã này đã dùng rồi. Nhập mã khác trong danh sách."}},
        ),
        "set-up": ("set_up", door | new),
        "set-up-wrong": ("set_up", door | wrong),
        "invitation": (
            "invitation",
            door | new | {"invited_by": "Nguyễn Thị Hoa", "role": "editor", "ends_at": NOW + 72 * HOUR},
        ),
        "reset-ask": ("reset_ask", door | {"contact": "Phòng Công nghệ số, 0296 3 000 000"}),
        "reset": (
            "reset",
            door | {"whose": "tran.van.loc@angiang.gov.vn", "errors": {"password": SHORT}, "least": 12},
        ),
        "error-outside": (
            "error",
            door | {"status": 404, "code": "", "text": "", "wait_s": None, "gone": "", "contact": ""},
        ),
        "error-link": (
            "error",
            door
            | {
                "status": 404,
                "code": "LIEN-KET-QUA-HAN",
                "text": "",
                "wait_s": None,
                "gone": "link",
                "contact": "1234",
            },
        ),
    }
    for name, (template, values, part) in inside.items():
        flashes = values.pop("flashes", [])
        found[name] = (template, {"frame": frame(lang, urls, part) | {"flashes": flashes}} | values)
    return found


def render(name: str, lang: str, urls: Mapping[str, str] = NAMED) -> str:
    """Return a page."""
    template, values = pages(lang, urls)[name]
    other = "en" if lang == "vi" else "vi"
    return templating.render(f"studio/{template}.html.j2", lang=lang, fallback=other, **values).decode()


def write(folder: Path) -> None:
    """Write every page as ``folder/LANGUAGE/NAME.html``, and what they link."""
    front = assets.studio()
    urls = {name: f"/{key}" for name, key in front.key_of.items()}
    for key, content in front.published.items():
        (folder / key).parent.mkdir(parents=True, exist_ok=True)
        (folder / key).write_bytes(content)
    for lang in LANGUAGES:
        (folder / lang).mkdir(parents=True, exist_ok=True)
        for name in pages(lang):
            (folder / lang / f"{name}.html").write_text(render(name, lang, urls), "utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
