"""Tables of texts: what goes out comes back unchanged, formulas are text, what is hostile is refused in words."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from openpyxl import Workbook, load_workbook

from ispace.errors import SheetColumnsError, SheetTooLargeError, SheetUnreadableError
from ispace.sheets import formats, rows, table

ROOT = Path(__file__).parent.parent

DRAFT: dict[str, Any] = {
    "id": "chua", "title": {"vi": "Chùa cổ"}, "description": {"vi": "- một\n- hai"}, "languages": ["vi", "en"],
    "agency": {"managing_body": {"vi": "Sở Du lịch"}, "phone": "1"},
    "scenes": [
        {
            "id": "cong", "title": {"vi": "Cổng"},
            "panorama": {"file": "cong-chua-0123456789ab.jpg", "alt": {"vi": "Cổng đỏ"}},
            "hotspots": [
                {"id": "a", "kind": "card", "title": {"vi": "=1+1", "en": "Banyan"}},
                {"id": "b", "kind": "link", "target": "san"}, 7, {"kind": "card"}, {"id": "c", "kind": ["card"]},
            ],
        },
        {"id": "san", "title": {}, "panorama": None, "hotspots": None}, "lạ",
    ],
    "products": [{"id": "mam", "name": {"vi": "Mắm"}, "maker": {"name": {"vi": "Bà Hai"}}}],
    "places": [{"id": "p", "names": [{"name": {"vi": "Xã Cũ"}}, None]}], "media": {"x": 1},
}  # fmt: skip
BOTH = pytest.mark.parametrize("write", [formats.to_csv, formats.to_xlsx])
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("=+-@'\n,;\t\"*"), min_size=1, max_size=30
)


def xlsx(lines: list[list[Any]]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for line in lines:
        book.active.append(line)  # type: ignore[union-attr]
    book.save(out)
    return out.getvalue()


def test_every_text_of_the_demo_tours_is_a_line() -> None:
    documents = [json.loads(file.read_text("utf-8")) for file in (ROOT / "tours").glob("*/tour.json")]
    assert documents
    for document in documents:
        assert set(texts(document)) == {tuple(row.way) for row in rows.rows(document) if row.texts}


def texts(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield where a document has something by language, but for spoken tracks, which name files."""
    if isinstance(value, dict) and value and set(value) <= {"vi", "en"}:
        yield way
        return
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        if step not in {"narration", "captions"}:
            yield from texts(one, (*way, step))


@BOTH
def test_a_table_that_comes_back_as_it_went_changes_nothing(write: Any) -> None:
    lines = formats.read(write(table.table(DRAFT)))
    assert lines == list(table.table(DRAFT))
    assert [line[1:4] for line in lines] == [
        ["scene", "part", "field"], ["", "", "tour.title"], ["", "", "tour.description"],
        ["", "", "tour.agency.managing_body"], ["cong", "", "title"], ["cong", "", "panorama.alt"],
        ["cong", "a", "title"], ["san", "", "title"],
        ["", "p", "place.names.0.name"], ["", "mam", "product.name"], ["", "mam", "product.maker.name"],
    ]  # fmt: skip
    found = table.read(DRAFT, lines)
    assert (found.changes, found.left, found.ignored) == ([], [], [])


@BOTH
def test_what_translators_fill_in_is_all_that_changes(write: Any) -> None:
    lines = list(table.table(DRAFT))
    for line in lines[1:]:
        line[5] = f"{line[3]} in English"
    found = table.read(DRAFT, formats.read(write(lines)))
    after = found.document(DRAFT)
    assert after["scenes"][0]["panorama"]["alt"] == {"vi": "Cổng đỏ", "en": "panorama.alt in English"}
    assert after["scenes"][1]["title"] == {"en": "title in English"}
    assert after["places"][0]["names"][0]["name"]["en"] == "place.names.0.name in English"
    assert after["scenes"][0]["hotspots"][1:] == DRAFT["scenes"][0]["hotspots"][1:]
    assert len(found.changes) == len(lines) - 1
    assert DRAFT["scenes"][0]["title"] == {"vi": "Cổng"}


@pytest.mark.parametrize("name", ["cong", "CỔNG", "Cổng chùa.JPG", "cong-chua-0123456789ab.jpg"])
def test_a_list_of_scenes_names_them_by_id_title_or_picture(name: str) -> None:
    found = table.read(DRAFT, [["Tên tệp", "Tiếng Việt", "English", "Ghi chú"], [name, "Cổng tam quan", "Gate", "x"]])
    assert [(one.row.scene, one.lang, one.after) for one in found.changes] == [
        ("cong", "vi", "Cổng tam quan"), ("cong", "en", "Gate"),
    ]  # fmt: skip
    assert found.ignored == ["Ghi chú"]


def test_lines_that_cannot_be_used_are_told_with_their_number_and_empty_cells_keep_what_there_is() -> None:
    lines = [
        ["scene", "part", "field", "vi", "en"], ["ma", "", "title", "x", ""], ["cong", "", "title", "", ""],
        ["cong", "", "title", "Cổng mới", ""], ["cong", "", "title", "Cổng khác", ""],
        ["cong", "a", "title", "x" * 301, ""],
        ["cong"],
    ]  # fmt: skip
    found = table.read(DRAFT, lines)
    assert [(one.line, one.why) for one in found.left] == [(2, "unknown"), (5, "twice"), (6, "long")]
    assert [one.after for one in found.changes] == ["Cổng mới"]


@given(TEXT)
@settings(max_examples=60)
def test_no_text_becomes_a_formula_and_every_text_comes_back(text: str) -> None:
    for write in (formats.to_csv, formats.to_xlsx):
        (line,) = formats.read(write([["x", text]]))
        assert line == ["x", text.replace("\r", "\n") if write is formats.to_xlsx else text]
    cells = formats.to_csv([[text]]).decode("utf-8-sig").lstrip('"')
    assert not cells.startswith(("=", "+", "-", "@", "\t"))
    (cell,) = next(load_workbook(io.BytesIO(formats.to_xlsx([[text]]))).worksheets[0].rows)
    assert cell.data_type == "s"


def test_formulas_of_a_table_that_comes_in_are_text() -> None:
    assert (
        formats.read(xlsx([["scene", "vi"], ["cong", '=HYPERLINK("https://x.vn")']]))[1][1]
        == '=HYPERLINK("https://x.vn")'
    )


def test_columns_may_be_parted_by_semicolons_or_tabs_and_excel_may_write_utf_16() -> None:
    assert formats.read("scene;vi\ncong;Cổng, lớn\n".encode("utf-8-sig")) == [["scene", "vi"], ["cong", "Cổng, lớn"]]
    assert formats.read("scene\tvi\ncong\tCổng\n".encode("utf-16")) == [["scene", "vi"], ["cong", "Cổng"]]


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet1.xml", b" " * (65 << 20))
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"\xff\xd8\xff\xe0 no table", SheetUnreadableError),
        (b"PK\x03\x04 broken", SheetUnreadableError),
        ("Cổng".encode("utf-16-be"), SheetUnreadableError),
        (b'"' + b"x" * 200_000, SheetUnreadableError),
        (bomb(), SheetTooLargeError),
        (b"x\n" * (formats.MAX_ROWS + 2), SheetTooLargeError),
        (b"x" * (formats.MAX_BYTES + 1), SheetTooLargeError),
    ],
    ids=["picture", "broken", "utf-16 without mark", "endless cell", "bomb", "rows", "bytes"],
)
def test_what_is_no_table_or_too_much_is_refused(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        formats.read(content)


@pytest.mark.parametrize(
    ("part", "tags"), [("xl/styles.xml", "<xf/>"), ("xl/worksheets/sheet1.xml", "<c/>"), ("xl/theme/x.xml", "<a/>")]
)
def test_a_small_file_that_takes_long_to_read_is_refused_unread(
    part: str, tags: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(formats, "load_workbook", lambda *_, **__: pytest.fail("it was read"))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(part, tags * (1_300_000 if "sheet1" in part else 70_000))
    with pytest.raises(SheetTooLargeError):
        formats.read(out.getvalue())


def test_characters_that_spreadsheets_cannot_hold_are_left_out_and_the_rest_is_sent() -> None:
    read = formats.read(formats.to_xlsx([["scene", "vi"], ["cong", "C\x01ổ\x0bng\x1b"]]))
    assert read[1] == ["cong", "Cổng"]


def test_an_entity_in_a_table_is_refused() -> None:
    made, out = xlsx([["scene", "vi"]]), io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(made)) as source, zipfile.ZipFile(out, "w") as target:
        for one in source.infolist():
            text = source.read(one)
            if one.filename.endswith("workbook.xml"):
                text = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + text.partition(b"?>")[2] or text
            target.writestr(one, text)
    with pytest.raises(SheetUnreadableError):
        formats.read(out.getvalue())


@pytest.mark.parametrize("lines", [[], [["vi", "en"]], [["scene", "km"]], [["", ""]]])
def test_a_table_that_does_not_say_scene_and_language_is_refused(lines: list[list[str]]) -> None:
    with pytest.raises(SheetColumnsError):
        table.read(DRAFT, lines)
