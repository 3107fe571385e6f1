"""What is taken for a panorama before anything is decoded."""

from __future__ import annotations

from ispace.imaging.info import PictureInfo


def test_a_logo_is_no_panorama_however_wide_it_is() -> None:
    assert PictureInfo("anh.jpg", "JPEG", 4096, 2048).is_panorama
    assert PictureInfo("ghep.png", "PNG", 8000, 3000, has_alpha=True).is_panorama
    assert not PictureInfo("dau.png", "PNG", 400, 200).is_panorama
    assert not PictureInfo("dau.png", "PNG", 1200, 400, has_alpha=True).is_panorama
