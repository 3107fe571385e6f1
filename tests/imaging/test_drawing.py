"""Drawings become a picture of each page; what is none is told as such."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from ispace.errors import DrawingUnreadableError
from ispace.imaging import drawing
from ispace.imaging.isolate import PictureWorker
from ispace.imaging.limits import Limits


def pdf(path: Path, *sizes: tuple[int, int]) -> Path:
    pages = [Image.new("RGB", size, "white") for size in sizes]
    pages[0].paste("navy", (0, 0, sizes[0][0] // 2, sizes[0][1] // 2))
    pages[0].save(path, save_all=True, append_images=pages[1:])
    return path


def test_each_page_becomes_a_picture_upright_and_large_enough_to_read(tmp_path: Path) -> None:
    file = pdf(tmp_path / "a.pdf", (300, 200), (200, 300))
    assert drawing.render(file, tmp_path, "Tầng.pdf") == ["1.png", "2.png"]
    with Image.open(tmp_path / "1.png") as first, Image.open(tmp_path / "2.png") as second:
        assert abs(first.height - first.width * 2 / 3) <= 1
        assert first.width == second.height == drawing.LONGEST_PX
        corner, other = (sum(first.convert("L").crop((x, 100, x + 9, 109)).tobytes()) // 81 for x in (100, 3000))
    assert corner < 30 < 250 < other


def test_of_a_book_the_first_pages_are_enough(tmp_path: Path) -> None:
    file = pdf(tmp_path / "a.pdf", *[(20, 30)] * (drawing.MOST_PAGES + 2))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(drawing, "LONGEST_PX", 60)
        assert len(drawing.render(file, tmp_path, "Sách.pdf")) == drawing.MOST_PAGES


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n%broken", b"%PDF-1.4\n" + b"\0" * 5000, b""], ids=["cut", "nul", "empty"]
)
def test_what_is_no_drawing_is_told_from_the_picture_process(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "a.pdf"
    file.write_bytes(content)
    with PictureWorker(Limits()) as worker, pytest.raises(DrawingUnreadableError) as told:
        worker.run("drawing", {"path": str(file), "name": "Tầng.pdf", "out": str(tmp_path)})
    assert told.value.params["file"] == "Tầng.pdf"
