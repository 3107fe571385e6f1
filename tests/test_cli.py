"""The command line: exit codes, JSON that is JSON, sentences that help, and never a traceback."""

from __future__ import annotations

import dataclasses
import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from pictures import panorama
from small_tour import RAW, SLUG, SmallTour

from ispace import assets, cli, flow, releases
from ispace.cli import serving
from ispace.errors import (
    BadInputError,
    ConflictError,
    IspaceError,
    NotAllowedError,
    NotFoundError,
    UnavailableError,
)
from ispace.pipeline import STAGES


@dataclasses.dataclass(frozen=True)
class Said:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


class Terminal:
    """Runs command lines in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self._monkeypatch, self._capsys = monkeypatch, capsys

    def __call__(self, *words: object) -> Said:
        self._capsys.readouterr()
        with self._monkeypatch.context() as patched:
            patched.setattr(sys, "argv", ["ispace", *map(str, words)])
            with pytest.raises(SystemExit) as ended:
                cli.main()
        captured = self._capsys.readouterr()
        said = Said(int(ended.value.code or 0), captured.out, captured.err)
        assert "Traceback" not in said.out + said.err
        return said


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, front: assets.Assets
) -> Terminal:
    load = assets.load
    monkeypatch.setattr(assets, "load", lambda folder=None: load(folder) if folder else front)
    monkeypatch.setenv("ISPACE_PUBLIC", f"file:{tmp_path / 'public'}")
    monkeypatch.setenv("ISPACE_PRIVATE", f"file:{tmp_path / 'private'}")
    monkeypatch.chdir(tmp_path)
    return Terminal(monkeypatch, capsys)


def _failed(said: Said) -> Any:
    assert said.code != 0
    assert said.json["ok"] is False
    assert set(said.json["error"]["sentence"]) == {"vi", "en"}
    assert said.err == ""
    return said.json["error"]


# Exit codes


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (IspaceError, 1),
        (BadInputError, 3),
        (NotAllowedError, 4),
        (NotFoundError, 5),
        (ConflictError, 6),
        (UnavailableError, 7),
    ],
)
def test_each_branch_of_the_tree_has_its_exit_code(
    run: Terminal, monkeypatch: pytest.MonkeyPatch, kind: type[IspaceError], code: int
) -> None:
    def fail(*_: object) -> None:
        raise kind

    monkeypatch.setattr(releases, "slugs", fail)
    said = run("releases")
    assert said.code == code
    assert said.err
    assert said.out == ""


def test_every_class_ends_with_the_code_of_its_branch() -> None:
    branches = {BadInputError: 3, NotAllowedError: 4, NotFoundError: 5, ConflictError: 6, UnavailableError: 7}

    def below(kind: type[IspaceError]) -> list[type[IspaceError]]:
        return [kind] + [leaf for child in kind.__subclasses__() for leaf in below(child)]

    for branch, code in branches.items():
        assert {leaf.exit_code for leaf in below(branch)} == {code}


def test_a_command_line_that_is_not_understood_ends_with_2(run: Terminal) -> None:
    for words in (["none"], ["publish"], ["gc", "--grace-days", "-1"], ["publish", "a", "b"], ["tile", "x"]):
        said = run(*words)
        assert said.code == 2
        assert said.out == ""
        assert said.err
        assert _failed(run(*words, "--json"))["code"] == "CU-PHAP"


def test_stopping_by_hand_ends_with_130(run: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(releases, "slugs", stop)
    said = run("releases")
    assert said.code == 130
    assert "Đã dừng" in said.err


def test_a_mistake_of_ours_is_a_sentence_and_a_file_for_the_developer(
    run: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(releases, "slugs", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    error = _failed(run("releases", "--json"))
    assert error["code"] == "LOI-LA"
    assert "oops" in Path(error["params"]["file"]).read_text()
    assert run("releases").code == 1


def test_a_reader_that_goes_away_is_no_failure_with_a_traceback() -> None:
    script = f"{sys.executable} -m ispace stages | true"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


# The life of a tour


def test_every_command_speaks_json_and_nothing_else(run: Terminal, small: SmallTour) -> None:
    for words in (
        ["publish", small.folder],
        ["build", small.folder],
        ["releases"],
        ["releases", SLUG],
        ["rollback", SLUG, "*"],
        ["unpublish", SLUG],
        ["gc"],
        ["gc", "--dry-run"],
        ["stages"],
    ):
        here = [small.current if word == "*" else word for word in words]
        said = run(*here, "--json")
        assert said.code == 0, said
        assert said.json["ok"] is True
        assert said.err == ""


def test_publishing_says_what_it_did_and_where_the_page_is(run: Terminal, small: SmallTour) -> None:
    said = run("publish", small.folder)
    assert said.code == 0
    assert "Đã xuất bản chua-nho" in said.out
    assert f"{SLUG}/index.html" in said.out
    again = run("publish", small.folder, "--json").json
    assert (again["unchanged"], again["objects_written"]) == (True, 0)


def test_commands_about_tours_that_are_not_there_end_with_5(run: Terminal, small: SmallTour) -> None:
    run("publish", small.folder)
    for words in (["rollback", "khong-co"], ["unpublish", "khong-co"], ["releases", "khong-co"], ["unpublish", "en"]):
        assert _failed(run(*words, "--json"))["code"] == "TOUR-KHONG-CO"
        assert run(*words).code == 5
    assert _failed(run("rollback", SLUG, "20260101-000000-00000000", "--json"))["code"] == "BAN-KHONG-CO"
    assert run("rollback", SLUG).code == 6


def test_a_first_publish_that_was_killed_hides_no_other_tour_from_the_list(run: Terminal, small: SmallTour) -> None:
    run("publish", small.folder)
    begun = small.public.root / "r" / "tour-khac" / "20260101-000000-00000000" / "tour.json"
    begun.parent.mkdir(parents=True)
    begun.write_text("{}")
    said = run("releases", "--json")
    assert said.code == 0
    assert [t["tour"] for t in said.json["tours"]] == [SLUG]


def test_the_releases_of_a_tour_say_what_changed_in_columns_and_how_many_there_are(
    run: Terminal, small: SmallTour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISPACE_AUTHOR", "an")
    run("publish", small.folder)
    small.raw["scenes"][0]["title"]["vi"] = "Cổng tam quan"
    small.title("Chùa nhỏ bên sông")
    monkeypatch.setenv("ISPACE_AUTHOR", "Nguyễn Thị Bình")
    run("publish", small.folder)
    head, newer, older, total = run("releases", SLUG).out.splitlines()
    assert head == f"{SLUG} · Chùa nhỏ bên sông"
    assert newer.endswith("  cảnh “Cổng tam quan”: đổi tên; đổi tên của tour")
    assert older.endswith("  bản đầu tiên")
    assert newer.index("cảnh “") == older.index("bản đầu")
    assert newer.index("Nguyễn") == older.index("an  ")
    assert total.startswith("Số bản phát hành: 2. Tổng cộng ")
    monkeypatch.setenv("ISPACE_LANGUAGE", "en")
    assert "scene “Gate”: changed name; changed the tour's name" in run("releases").out


def test_programs_get_the_tokens_of_a_change_and_its_sentences(run: Terminal, small: SmallTour) -> None:
    run("publish", small.folder)
    small.title("Chùa nhỏ bên sông")
    run("publish", small.folder)
    (tour,) = run("releases", SLUG, "--json").json["tours"]
    newer, older = tour["releases"]
    assert newer["changes"] == ["tour-changed title"]
    assert newer["told"] == {"vi": ["đổi tên của tour"], "en": ["changed the tour's name"]}
    assert older["told"] == {"vi": ["bản đầu tiên"], "en": ["first release"]}
    assert max(newer["bytes"], older["bytes"]) < tour["bytes"] < newer["bytes"] + older["bytes"]


def test_taking_down_a_tour_that_never_was_writes_nothing(run: Terminal, small: SmallTour) -> None:
    assert _failed(run("unpublish", "khong-co", "--json"))["code"] == "TOUR-KHONG-CO"
    assert list(small.public.scan()) == []


def test_a_tour_whose_only_release_is_damaged_is_not_said_to_be_unknown(run: Terminal, small: SmallTour) -> None:
    run("publish", small.folder)
    (manifest,) = small.public.root.glob("r/*/*/release.json")
    manifest.write_text("")
    failed = _failed(run("releases", SLUG, "--json"))
    assert failed["code"] == "KHO-SAI-MA"
    assert failed["params"]["key"].endswith("release.json")


def test_an_empty_store_address_is_refused_and_not_taken_for_the_usual_one(run: Terminal, small: SmallTour) -> None:
    run("publish", small.folder)
    for words in (["gc"], ["releases"], ["publish", small.folder]):
        assert _failed(run(*words, "--to", "", "--json"))["code"] == "KHO-URL"


def test_a_store_that_was_never_written_is_empty_and_no_failure(run: Terminal) -> None:
    assert run("releases", "--json").json["tours"] == []
    assert run("gc", "--json").json["objects"] == 0


# What is handed in


def test_a_tour_json_with_faults_lists_every_one_in_the_chosen_language(
    run: Terminal, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw = json.loads(json.dumps(RAW))
    raw["scenes"][0]["hotspots"][0]["target"] = "snc"
    raw["scenes"][1]["hotspots"][0]["yaw_deg"] = 400
    raw["colour"] = "red"
    del raw["title"]
    (tmp_path / "tour.json").write_text(json.dumps(raw))
    said = run("publish", tmp_path)
    assert said.code == 3
    for word in ("snc", "400", "colour", "title", "(TOUR-SAI)", "phải sửa"):
        assert word in said.err
    assert said.out == ""
    monkeypatch.setenv("ISPACE_LANGUAGE", "en")
    english = run("publish", tmp_path).err
    assert english != said.err
    assert len(english.splitlines()) == len(said.err.splitlines()) == 5
    problems = _failed(run("publish", tmp_path, "--json"))["problems"]
    assert sorted(p["field"] for p in problems) == [
        "colour",
        "scenes[0].hotspots[0].target",
        "scenes[1].hotspots[0].yaw_deg",
        "title",
    ]


def test_what_is_not_json_is_named_with_line_and_column(run: Terminal, tmp_path: Path) -> None:
    (tmp_path / "tour.json").write_text('{\n  "version": 1,\n}')
    error = _failed(run("publish", tmp_path, "--json"))
    assert (error["code"], error["params"]["line"]) == ("TOUR-JSON", 3)


def test_a_folder_that_is_not_there_is_named(run: Terminal, tmp_path: Path) -> None:
    error = _failed(run("publish", tmp_path / "không có", "--json"))
    assert error["code"] == "KHONG-THAY-TEP"
    assert "không có" in error["sentence"]["vi"]
    assert run("publish", tmp_path / "không có").code == 5


def test_a_folder_without_pictures_says_what_to_do(run: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "tour"
    folder.mkdir()
    (folder / "ghi chú.txt").write_text("x")
    (folder / "._cong.jpg").write_text("what a Mac hides beside a picture")
    for command in ("publish", "build"):
        assert _failed(run(command, folder, "--json"))["code"] == "THU-MUC-TRONG"
    assert sorted(p.name for p in folder.iterdir()) == ["._cong.jpg", "ghi chú.txt"]


def test_a_folder_of_broken_pictures_names_each_of_them(run: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "tour"
    folder.mkdir()
    (folder / "trống.jpg").write_bytes(b"")
    (folder / "chữ.jpg").write_text("not a picture")
    whole = panorama(tmp_path / "whole.jpg").read_bytes()
    (folder / "cụt.jpg").write_bytes(whole[: len(whole) // 2])
    panorama(folder / "nhỏ.png", width_px=64)
    (folder / "đọc tôi.txt").write_text("x")
    error = _failed(run("publish", folder, "--json"))
    assert error["code"] == "TOUR-CHUA-DAT"
    sentences = [p["sentence"]["vi"] for p in error["problems"]]
    for name in ("trống.jpg", "chữ.jpg", "cụt.jpg", "nhỏ.png"):
        assert sum(name in sentence for sentence in sentences) == 1
    assert not any("đọc tôi" in sentence for sentence in sentences)
    assert not (folder / "tour.json").exists()


def test_one_broken_picture_among_good_ones_is_left_out_and_named(run: Terminal, tmp_path: Path) -> None:
    folder = tmp_path / "Đình làng"
    panorama(folder / "01_cổng.jpg")
    (folder / "02_hỏng.jpg").write_text("not a picture")
    (folder / "note.txt").write_text("x")
    said = run("publish", folder, "--json")
    assert said.code == 0
    assert said.json["tour"] == "dinh-lang"
    assert "DOAN-BO-QUA" in [n["code"] for n in said.json["notes"]]
    assert [s["title"] for s in json.loads((folder / "tour.json").read_text())["scenes"]] == [{"vi": "Cổng"}]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ISPACE_PORT", "abc"),
        ("ISPACE_DIRECTIONS_URL", "https://maps.example.org/"),
        ("ISPACE_PORT", "70000"),
        ("ISPACE_TILE_FORMAT", "gif"),
        ("ISPACE_PUBLIC_URL", "ftp://x"),
        ("ISPACE_GRACE_DAYS", "-1"),
        ("ISPACE_MAX_PIXELS", ""),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    run: Terminal, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    said = run("releases", "--json")
    assert said.code == 3
    assert _failed(said)["params"]["name"] == name


@pytest.mark.parametrize(
    "url",
    [
        "s3://bucket/prefix?region",
        "s3:bucket",
        "gs://bucket",
        "ftp:x",
        "file:",
        "file://host/x",
        "file:~nobody-here-x/y",
        ":",
    ],
)
def test_a_store_that_iSpace_does_not_know_is_refused(run: Terminal, url: str) -> None:  # noqa: N802
    assert _failed(run("releases", "--to", url, "--json"))["code"] == "KHO-URL"


@pytest.mark.parametrize("private", ["public", "public/private", "public/x/../y"])
def test_originals_are_never_kept_where_tours_are_served(
    run: Terminal, small: SmallTour, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, private: str
) -> None:
    monkeypatch.setenv("ISPACE_PRIVATE", f"file:{tmp_path / private}")
    assert _failed(run("publish", small.folder, "--json"))["code"] == "KHO-LONG-NHAU"
    assert not (tmp_path / "public").exists()


def test_a_message_about_a_name_that_is_no_text_comes_out(run: Terminal) -> None:
    for language in ("vi", "en"):
        done = subprocess.run(
            [sys.executable.encode(), b"-m", b"ispace", b"publish", b"/none/\xff", b"--json"],
            capture_output=True,
            check=False,
            env=dict(os.environ) | {"ISPACE_LANGUAGE": language, "PYTHONIOENCODING": "ascii"},
        )
        assert done.returncode == 5
        assert b"Traceback" not in done.stderr
        assert json.loads(done.stdout)["error"]["code"] == "KHONG-THAY-TEP"


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda t: json.dumps({t: t}).encode())))
@example(b"[" * 100_000)
@example(b'{"a":' * 5000)
@example(b'{"version": 1e400}')
@example(b'{"version": ' + b"9" * 4000 + b"}")
@example(b'{"version": ' + b"9" * 5000 + b"}")
@example(b'{"version": 1, "id": "\\ud800", "title": {"\\udfff": "\\ud800"}}')
@example(b"\xef\xbb\xbf{}")
@example(b'{"version": 1, "scenes": [null, {"id": null, "hotspots": [[], {"kind": {}}]}], "languages": [[], {}]}')
def test_no_tour_json_whatever_is_in_it_gives_a_traceback(run: Terminal, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "tour.json").write_bytes(content)
    said = run("publish", tmp_path, "--json")
    assert said.code == 3
    assert _failed(said)["code"].startswith("TOUR-")
    assert run("publish", tmp_path).code == 3


# Single pictures


def test_a_partial_panorama_is_cut_with_the_angles_given(run: Terminal, tmp_path: Path) -> None:
    panorama(tmp_path / "dải.jpg")
    out = tmp_path / "ô"
    said = run("tile", "dải.jpg", "-o", out, "--haov", 120, "--vaov", 60, "--json")
    assert said.code == 0, said
    cover = json.loads((out / "tileset.json").read_text())["coverage"]
    assert cover["yaw_max_deg"] - cover["yaw_min_deg"] == pytest.approx(120)
    assert (out / "1" / "f" / "0_0.jpg").is_file()


def test_angles_go_together(run: Terminal, tmp_path: Path) -> None:
    assert run("tile", panorama(tmp_path / "x.jpg"), "-o", tmp_path / "o", "--haov", 120).code == 2


def test_a_picture_that_is_not_there_is_named(run: Terminal, tmp_path: Path) -> None:
    assert _failed(run("tile", "none.jpg", "-o", tmp_path / "o", "--json"))["code"] == "KHONG-THAY-TEP"


def test_a_place_that_cannot_take_tiles_is_named(run: Terminal, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    error = _failed(run("tile", panorama(tmp_path / "x.jpg"), "-o", tmp_path / "file" / "o", "--json"))
    assert error["code"] == "TEP-KHONG-GHI"
    assert str(tmp_path / "file") in error["sentence"]["en"]


def test_a_picture_called_as_a_mac_writes_it_is_found(run: Terminal, small: SmallTour) -> None:
    small.raw["scenes"][1]["panorama"]["file"] = "Sân chùa/ảnh.jpg"
    small.raw["media"][0]["file"] = "bìa.jpg"
    small.save()
    folder = small.folder / unicodedata.normalize("NFD", "Sân chùa")
    folder.mkdir()
    (small.folder / "san.jpg").rename(folder / unicodedata.normalize("NFD", "ảnh.jpg"))
    (small.folder / "media" / "bia.jpg").rename(small.folder / unicodedata.normalize("NFD", "bìa.jpg"))
    assert run("publish", small.folder, "--json").code == 0


def test_stages_are_listed_in_their_order_each_with_a_sentence(run: Terminal) -> None:
    assert run("stages", "--json").json["stages"] == list(STAGES)
    lines = run("stages").out.strip().splitlines()
    assert len(lines) == len(STAGES)
    assert all(len(line) > 30 for line in lines)


def test_version_and_help_are_printed(run: Terminal) -> None:
    assert run("--version").out.startswith("ispace ")
    for command in cli._COMMANDS:
        assert run(*command.split(), "--help").code == 0
    assert serving.STAGES == STAGES
    assert flow.TOUR_FILE == "tour.json"
