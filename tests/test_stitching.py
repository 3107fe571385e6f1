"""What people see of stitching: findings that can be said, a report that can be read, a command that leaves no mess."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import check_language
import numpy as np
import pytest
from PIL import Image

from ispace import cli, errors, language
from ispace.cli import early
from ispace.errors import (
    SourceMissingError,
    StitchFileUnknownError,
    StitchOptionError,
    StitchOverPhotoError,
    StitchSameNameError,
)
from ispace.imaging import worker as child
from ispace.imaging.gpano import Area
from ispace.imaging.limits import Limits
from ispace.imaging.stitch.findings import CATALOGUE, finding
from ispace.imaging.stitch.options import Options
from ispace.imaging.stitch.outcome import Finding, Gap, Group, Outcome, PhotoOutcome
from ispace.stitching import checklist, coverage, page, report, sentences, sets, work

ROOT = Path(__file__).parents[1]


def photo(file: str, yaw: float | None = 0.0, pitch: float = 0.0, *findings: Finding, **more: Any) -> PhotoOutcome:
    placed = {} if yaw is None else {"yaw_deg": yaw, "pitch_deg": pitch, "roll_deg": 0.0, "hfov_deg": 60.0, "group": 1}
    return PhotoOutcome(
        file, **{"used": yaw is not None, "width_px": 300, "height_px": 400, **placed, "findings": findings, **more}
    )


def outcome(*photos: PhotoOutcome, result: Any = "warnings", **more: Any) -> Outcome:
    area = None if result == "failed" else Area(64, 32, 0, 0, 64, 32)
    return Outcome(result, "ispace", photos, area=area, covered=0.93, residual_px=0.4, **more)


EXAMPLE = outcome(
    photo("<b>.jpg"),
    photo("02.jpg", 175.0, 10.0, finding("GHEP-CHO-NGO", residual_px=3.14)),
    photo("03.jpg", None, 0, finding("GHEP-IT-CHONG", other="02.jpg")),
    photo("04.jpg", None, 0, Finding("ANH-CUT", {"file": "04.jpg", "percent": 62})),
    findings=(finding("GHEP-HAI-NOI", count=2, group=1),),
    groups=(Group(("<b>.jpg", "02.jpg"), True), Group(("05.jpg", "06.jpg"), False)),
    gaps=(Gap(90, -40, 30, 20),),
)


# Findings


@pytest.mark.parametrize("lang", language.available())
def test_every_finding_has_its_sentence_with_the_parameters_that_it_gets(lang: str) -> None:
    texts = language.texts(lang)["stitch"]
    assert set(texts) == set(CATALOGUE)
    for code, kind in CATALOGUE.items():
        given = set(kind.params) | {"file"} | ({"direction"} if "yaw_deg" in kind.params else set())
        assert check_language.fields(texts[code]) <= given, code


def test_every_finding_that_the_imaging_code_makes_can_be_said() -> None:
    made: set[str] = set()
    for path in (ROOT / "ispace" / "imaging").rglob("*.py"):
        made |= set(re.findall(r'\b[Ff]inding\(\s*"([A-Z0-9-]+)"', path.read_text("utf-8")))
    assert made <= set(CATALOGUE) | set(language.texts("vi")["errors"])


def test_a_finding_without_its_parameters_is_a_mistake() -> None:
    with pytest.raises(TypeError):
        finding("GHEP-TRUNG")


@pytest.mark.parametrize(
    ("yaw", "pitch", "vi", "en"),
    [
        (0, 0, "ở phía trước, ngang tầm mắt", "ahead, at eye level"),
        (90, -40, "ở bên phải, dưới thấp", "on the right, low down"),
        (-135, 40, "ở phía sau bên trái, trên cao", "behind on the left, high up"),
        (181, 0, "ở phía sau, ngang", "behind, at eye level"),
        (12, -85, "dưới chân", "underfoot"),
    ],
)
def test_a_direction_is_said_as_somebody_in_the_middle_would_point(yaw: float, pitch: float, vi: str, en: str) -> None:
    assert sentences.place(yaw, pitch, "vi").startswith(vi)
    assert sentences.place(yaw, pitch, "en").startswith(en)


# Options and sets


def test_options_survive_the_way_to_the_picture_process() -> None:
    options = Options(width_px=4096, leave_out=("a.jpg",), pin=("b.jpg", "c.jpg"), cache=Path("x"), hfov_deg=67.0)
    assert Options.from_json(json.loads(json.dumps(options.to_json()))) == options


@pytest.mark.parametrize(
    "wrong", [{"width_px": 4097}, {"width_px": 100}, {"hfov_deg": 180.0}, {"hfov_deg": float("nan")}, {"group": 0}]
)
def test_an_option_that_cannot_be_is_refused_by_name(wrong: dict[str, Any]) -> None:
    with pytest.raises(StitchOptionError) as refused:
        Options(**wrong)
    assert str(refused.value.params["option"]).startswith("--")


def test_an_outcome_survives_the_way_from_the_picture_process() -> None:
    assert Outcome.from_json(json.loads(json.dumps(EXAMPLE.to_json()))) == EXAMPLE


def test_a_folder_is_its_photos_in_the_order_people_count(tmp_path: Path) -> None:
    for name in ("10.jpg", "2.jpg", ".hidden.jpg", "film.mp4", "report.json", "pano.jpg"):
        (tmp_path / name).write_bytes(b"x")
    found = sets.photos([tmp_path], [tmp_path / "pano.jpg"])
    assert [path.name for path in found] == ["2.jpg", "10.jpg", "film.mp4"]
    with pytest.raises(StitchOverPhotoError):
        sets.photos([tmp_path / "2.jpg"], [tmp_path / "2.jpg"])


def test_of_a_link_and_its_target_both_are_told_and_a_link_that_leads_nowhere_too(tmp_path: Path) -> None:
    (tmp_path / "1.jpg").write_bytes(b"1")
    (tmp_path / "2.jpg").symlink_to("1.jpg")
    (tmp_path / "3.jpg").symlink_to("khong-co.jpg")
    (tmp_path / "4.jpg").symlink_to(tmp_path)
    assert [path.name for path in sets.photos([tmp_path, tmp_path / "1.jpg"])] == ["1.jpg", "2.jpg", "3.jpg"]
    with pytest.raises(SourceMissingError):
        sets.photos([tmp_path / "3.jpg"])


def test_options_name_files_however_their_letters_are_stored() -> None:
    stored = unicodedata.normalize("NFD", "ảnh chùa.jpg")
    files = [Path(stored), Path("2.jpg")]
    assert sets.spelled(["ảnh chùa.jpg", "2.jpg", "khac.jpg"], files) == (stored, "2.jpg", "khac.jpg")


def test_a_file_name_that_is_no_text_can_be_reported() -> None:
    told = report.build(
        outcome(photo("caf\udce9.jpg"), photo("2.jpg", None, 0, finding("GHEP-TRUNG", other="caf\udce9.jpg"))), "p.jpg"
    )
    json.dumps(told, ensure_ascii=False).encode()
    assert told["photos"][0]["file"] == "caf\ufffd.jpg"


def test_two_photos_of_one_name_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.jpg").write_bytes(b"x")
    with pytest.raises(StitchSameNameError):
        sets.photos([tmp_path / "a", tmp_path / "b"])


# Report and page


def test_the_report_tells_angles_only_of_photos_that_have_a_place() -> None:
    told = report.build(EXAMPLE, "pano.jpg")
    first, _, third, cut = told["photos"]
    assert (first["yaw"], first["pitch"], first["roll"], first["hfov"], first["used"]) == (0, 0, 0, 60, True)
    assert "yaw" not in third
    assert third["used"] is False
    assert "02.jpg" in third["findings"][0]["sentence"]["en"]
    assert "62" in cut["findings"][0]["sentence"]["vi"]
    assert [p["state"] for p in told["photos"]] == ["used", "doubtful", "unused", "unused"]
    assert "{" not in json.dumps([told["verdict"], told["next"], [p["findings"] for p in told["photos"]]]).replace(
        '{"', ""
    ).replace("{}", "")
    assert any("--group 2" in step["vi"] for step in told["next"])
    assert any("bên phải, dưới thấp" in step["vi"] for step in told["next"])


def test_a_set_that_failed_says_why_first() -> None:
    told = report.build(
        outcome(photo("1.jpg", None), result="failed", findings=(Finding("GHEP-ROI", {"count": 1}),)), "p"
    )
    assert told["verdict"]["vi"] == "Chưa ghép được. Trong 1 ảnh không có hai ảnh nào chồng lên nhau đủ để nối."
    assert told["next"][0]["vi"].startswith("Chụp lại")
    assert told["panorama"] is None


def test_outlines_are_split_at_the_edge_and_closed_around_a_pole() -> None:
    ahead, edge, up = (coverage.outline(photo("a", *at)) for at in ((0, 0), (175, 0), (20, 90)))
    assert ahead
    assert edge
    assert up
    assert ahead.path.count("M") == 1
    xs = [float(x) for x in re.findall(r"[ML](-?[\d.]+) ", ahead.path)]
    assert (min(xs), max(xs)) == pytest.approx((-30, 30), abs=0.1)
    assert edge.path.count("M") == 2
    assert up.path.endswith("L180.0 -90.0L-180.0 -90.0Z")
    assert max(float(y) for y in re.findall(r" (-?[\d.]+)", up.path)) < -45
    assert coverage.outline(photo("b", None)) is None


class Tags(HTMLParser):
    """Collects what a page is made of, and whether every tag is closed in its turn."""

    VOID = ("meta", "link", "br", "img")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


HOSTILE = (
    "<b>.jpg",
    "</style></title><script>alert(1)</script>.jpg",
    "' onload='alert(1).jpg",
    "{{ 7 * 7 }}{% raw %}.jpg",
    "--mask -o <svg/onload=alert(1)>.jpg",
    "-->\u202e]]><!--.jpg",
)


@pytest.mark.parametrize(
    "made",
    [EXAMPLE, outcome(photo("<b>.jpg", None), result="failed"), outcome(*(photo(name) for name in HOSTILE))],
    ids=["made", "failed", "hostile"],
)
def test_the_page_stands_alone_and_no_name_is_markup(made: Outcome) -> None:
    told = report.build(made, "pano.jpg")
    text = page.render(made, told, '"><script>', b"jpeg" if made.area else None).decode()
    tags = Tags(text)
    assert tags.open == []
    names = [tag for tag, _ in tags.seen]
    assert not {"script", "b", "link", "iframe"} & set(names)
    assert not [a for _, attributes in tags.seen for a in attributes if a == "style" or a.startswith("on")]
    addresses = [a.get("href") or a.get("src") for _, a in tags.seen if a.get("href") or a.get("src")]
    assert all(str(address).startswith(("#", "data:image/jpeg;base64,")) for address in addresses)
    ids = [a["id"] for _, a in tags.seen if a.get("id")]
    assert len(ids) == len(set(ids))
    assert [a["lang"] for tag, a in tags.seen if tag == "main"] == ["vi", "en"]
    assert "&lt;b&gt;.jpg" in text
    assert "sha256-" in text


def test_the_page_has_the_colours_of_the_house() -> None:
    house = (ROOT / "static" / "site" / "tokens.css").read_text("utf-8")
    own = (ROOT / "templates" / "stitch" / "report.css").read_text("utf-8")
    known = {
        "ground": "silk",
        "sunken": "mist",
        "line": "line",
        "text": "ink",
        "muted": "muted",
        "link": "leaf",
        "bad": "clay",
    }
    for name, token in known.items():
        assert re.search(rf"--{name}: (#\w+);", own)[1] == re.search(rf"--{token}: (#\w+);", house)[1]  # type: ignore[index]


def test_every_word_of_the_page_exists() -> None:
    template = (ROOT / "templates" / "stitch" / "report.html.j2").read_text("utf-8")
    used = set(re.findall(r'words\("([a-z-]+)",', template))
    assert used
    assert used <= set(language.texts("vi")["report"])


# The command


class Here:
    """Does the tasks of the picture process in this one."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def run(self, task: str, params: dict[str, Any], progress: Callable[[float], None] | None = None) -> Any:
        self.asked.append(params)
        said = child.answer(
            {"task": task, "params": params}, Limits(), lambda say: progress and progress(say["progress"])
        )
        if "error" in said:
            kinds = [
                k
                for k in vars(errors).values()
                if isinstance(k, type) and getattr(k, "code", "") == said["error"]["code"]
            ]
            raise kinds[0](**said["error"]["params"])
        return said["result"]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Here:
    """A set of two photos in the current folder and a stitcher that only pretends."""
    worker = Here()
    monkeypatch.setattr(early, "start", lambda: None)
    monkeypatch.setattr(early, "worker", lambda *_: worker)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "set").mkdir()
    for name in ("1.jpg", "2.jpg"):
        Image.fromarray(np.full((40, 30, 3), 90, np.uint8)).save(tmp_path / "set" / name)
    return worker


def engine(monkeypatch: pytest.MonkeyPatch, stitch: Callable[..., Outcome]) -> None:
    monkeypatch.setattr("ispace.imaging.stitch.run.stitch", stitch)


def pretend(files: list[Path], out: Path, options: Options, *, progress: Any, cancelled: Any, limits: Any) -> Outcome:
    progress(0.5)
    assert not cancelled()
    left = [f.name for f in files if f.name not in options.leave_out]
    photos = tuple(
        photo(f.name, 60.0 * i) if f.name in left else photo(f.name, None, 0, finding("GHEP-BO-RA"))
        for i, f in enumerate(files)
    )
    if len(left) < 2:
        return outcome(*photos, result="failed", findings=(Finding("GHEP-MOT-ANH", {"file": left[0]}),))
    Image.fromarray(np.full((32, 64, 3), 120, np.uint8)).save(out)
    return outcome(*photos, result="ok")


def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *words: str) -> tuple[int, str, str]:
    monkeypatch.setattr(sys, "argv", ["ispace", "stitch", *words])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


WRITE = ("-o", "pano.jpg", "--report", "report.json", "--page", "report.html")


def test_a_set_becomes_a_panorama_a_report_and_a_page(
    here: Here, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, pretend)
    code, out, _ = run(capsys, monkeypatch, "set", *WRITE, "--json")
    assert code == 0
    told = json.loads(out)
    assert told["ok"] is True
    described = re.search(
        r"## ispace stitch\n.*?```json\n(.*?)```", (ROOT / "docs" / "commands.md").read_text("utf-8"), re.S
    )
    assert described
    assert set(told) == set(json.loads(described[1]))
    assert set(told["photos"][0]) == set(json.loads(described[1])["photos"][0])
    assert json.loads(Path("report.json").read_text("utf-8"))["verdict"] == told["verdict"]
    with Image.open("pano.jpg") as made:
        assert made.size == (64, 32)
    assert b"data:image/jpeg;base64," in Path("report.html").read_bytes()
    assert sorted(p.name for p in Path().iterdir()) == ["pano.jpg", "report.html", "report.json", "set"]


def test_a_set_that_fails_has_its_report_and_an_older_panorama_stays(
    here: Here, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    engine(monkeypatch, pretend)
    Path("pano.jpg").write_bytes(b"older")
    code, _, err = run(capsys, monkeypatch, "set", *WRITE, "--leave-out", "set/2.jpg")
    assert code == 3
    assert "(GHEP-MOT-ANH)" in err
    assert "2.jpg: Để ra ngoài theo yêu cầu." in err
    assert json.loads(Path("report.json").read_text("utf-8"))["result"] == "failed"
    assert Path("report.html").exists()
    assert Path("pano.jpg").read_bytes() == b"older"


def test_stopped_by_hand_nothing_is_left_behind(
    here: Here, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(files: list[Path], out: Path, *_: object, **__: object) -> Outcome:
        out.write_bytes(b"half")
        raise KeyboardInterrupt

    engine(monkeypatch, interrupted)
    code, _, err = run(capsys, monkeypatch, "set", *WRITE)
    assert code == 130
    assert "Đã dừng" in err
    assert [p.name for p in Path().iterdir()] == ["set"]


def test_time_that_ran_out_is_told_as_such(
    here: Here, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(files: list[Path], out: Path, options: Options, *, progress: Any, cancelled: Any, limits: Any) -> Outcome:
        clock[0] += 1e9
        assert cancelled()
        return outcome(*(photo(f.name, None) for f in files), result="failed", findings=(finding("GHEP-NGUNG"),))

    clock = [0.0]
    monkeypatch.setattr("ispace.imaging.tasks.time.monotonic", lambda: clock[0])
    engine(monkeypatch, slow)
    code, out, _ = run(capsys, monkeypatch, "set", "-o", "pano.jpg", "--time-limit", "7", "--json")
    assert (code, json.loads(out)["error"]["code"]) == (3, "GHEP-LAU")
    assert json.loads(out)["error"]["params"]["seconds"] == 7


def test_what_ends_the_picture_process_is_told_of_the_set(
    here: Here, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def greedy(*_: object, **__: object) -> Outcome:
        raise MemoryError

    engine(monkeypatch, greedy)
    code, out, _ = run(capsys, monkeypatch, "set", *WRITE, "--json")
    assert (code, json.loads(out)["error"]["code"]) == (3, "GHEP-BO-NHO")
    assert [p["file"] for p in json.loads(Path("report.json").read_text())["photos"]] == ["1.jpg", "2.jpg"]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("set", "-o", "pano.jpg", "--leave-out", "9.jpg"), 3, "GHEP-TEP-LA"),
        (("none", "-o", "pano.jpg"), 5, "KHONG-THAY-TEP"),
        (("set", "-o", "pano.jpg", "--width", "77"), 3, "GHEP-TUY-CHON"),
        (("set/1.jpg", "-o", "set/1.jpg"), 3, "GHEP-GHI-DE"),
        (("set", "-o", "nowhere/pano.jpg"), 7, "TEP-KHONG-GHI"),
        (("set", "-o", "pano.tif"), 2, "CU-PHAP"),
        (("--plan", "kite"), 3, "GHEP-KE-HOACH"),
        (("--plan", "nan"), 3, "GHEP-KE-HOACH"),
    ],
)
def test_what_cannot_be_done_is_told_by_name(
    here: Here,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: Any,
    exit_code: int,
    code: str,
) -> None:
    engine(monkeypatch, pretend)
    ended, out, _ = run(capsys, monkeypatch, *words, "--json")
    assert (ended, json.loads(out)["error"]["code"]) == (exit_code, code)
    assert "{" not in json.loads(out)["error"]["sentence"]["vi"]


def test_a_plan_is_a_checklist_in_both_languages() -> None:
    made = checklist.of("67,5")
    assert made.camera == "other"
    for lang in ("vi", "en"):
        lines = made.lines(lang)
        assert not [line for line in lines if "{" in line]
        assert str(made.plan.count) in lines[0]
    assert "xoay quanh người" in "".join(checklist.of("phone").lines("vi"))
    assert checklist.of("camera", portrait=False).plan.across_deg > checklist.of("camera").plan.across_deg


def test_a_name_that_is_not_in_the_set_is_found_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(StitchFileUnknownError):
        work.run([tmp_path / "1.jpg"], tmp_path / "p.jpg", Options(centre="2.jpg"), Here())  # type: ignore[arg-type]


def test_what_moved_is_marked_where_it_is() -> None:
    moved = outcome(photo("01.jpg"), findings=(finding("GHEP-BONG", yaw_deg=-60.0, pitch_deg=-20.0),))
    told = report.build(moved, "pano.jpg")

    html = page.render(moved, told, "pano", None).decode()

    assert '<g class="ghost"><circle cx="-60.0" cy="20.0"' in html
