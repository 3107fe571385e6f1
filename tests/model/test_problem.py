"""What editors are told of a problem."""

from __future__ import annotations

from ispace.model.problem import Problem


def test_what_is_not_translated_is_named_and_so_is_the_language() -> None:
    problem = Problem("THIEU-DICH", "products[0].maker.address", part="mam", params={"language": "en, vi"})
    assert problem.text("vi") == "Địa chỉ chưa có tiếng Anh, tiếng Việt"
    assert problem.text("en") == "Address is missing in English, in Vietnamese"


def test_what_has_no_name_of_its_own_is_told_as_before() -> None:
    problem = Problem("THIEU-DICH", "scenes[0].narration", scene="cong", params={"language": "en"})
    assert problem.text("en") == "No text in en yet"
