"""OCOP products end 36 months after they were recognised; places have names with dates."""

import datetime as dt

import pytest
from hypothesis import given, strategies as st
from pydantic import ValidationError

from ispace.model.place import Place
from ispace.model.product import Product, expiry


def product(**fields: object) -> Product:
    return Product.model_validate(
        {
            "id": "mam-thai",
            "name": {"vi": "Mắm thái"},
            "summary": {"vi": "Cá lóc đồng."},
            "group": "food",
            "stars": 4,
            "decision": "000/QĐ-UBND",
            "issuer": {"vi": "Ủy ban nhân dân tỉnh"},
            "issued_on": "2025-03-15",
            "maker": {"name": {"vi": "Cơ sở mẫu"}},
        }
        | fields
    )


@pytest.mark.parametrize(
    ("issued", "ends"),
    [
        ("2025-03-15", "2028-03-15"),
        ("2024-02-29", "2027-02-28"),
        ("2025-02-28", "2028-02-28"),
        ("2024-12-31", "2027-12-31"),
        ("2999-12-31", "3002-12-31"),
    ],
)
def test_a_recognition_holds_for_36_months(issued: str, ends: str) -> None:
    assert expiry(dt.date.fromisoformat(issued)).isoformat() == ends


@given(st.dates(dt.date(1000, 1, 1), dt.date(2999, 12, 31)))
def test_a_recognition_ends_in_the_same_month_three_years_later(issued: dt.date) -> None:
    ends = expiry(issued)
    assert (ends.year, ends.month) == (issued.year + 3, issued.month)
    assert ends.day == issued.day or (issued.month, issued.day, ends.day) == (2, 29, 28)


def test_the_day_that_the_document_says_wins() -> None:
    assert product().ends_on == dt.date(2028, 3, 15)
    assert product(expires_on="2026-01-01").ends_on == dt.date(2026, 1, 1)


def test_no_recognition_ends_before_it_begins() -> None:
    for day in ("2025-03-15", "2025-03-14"):
        with pytest.raises(ValidationError, match="expires after issue"):
            product(expires_on=day)


@pytest.mark.parametrize("stars", [2, 6, "4", 4.5, True, None])
def test_stars_are_three_four_or_five(stars: object) -> None:
    with pytest.raises(ValidationError):
        product(stars=stars)


def test_the_number_of_a_decision_is_cleaned_like_every_text() -> None:
    assert product(decision=" 12/QĐ\u202e-UBND\n").decision == "12/QĐ-UBND"


@pytest.mark.parametrize("sample", ["true", 1, None])
def test_a_sample_is_marked_by_true_or_false(sample: object) -> None:
    with pytest.raises(ValidationError):
        product(sample=sample)


PLACE = Place.model_validate(
    {
        "id": "nui-sam",
        "names": [
            {"name": {"vi": "phường Vĩnh Tế"}, "valid_from": "2025-07-01"},
            {"name": {"vi": "phường Núi Sam"}, "valid_from": "2013-01-01", "valid_to": "2025-06-30"},
            {"name": {"vi": "xã Vĩnh Tế"}, "valid_to": "2012-12-31"},
        ],
    }
)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        ("2026-01-01", "phường Vĩnh Tế"),
        ("2025-07-01", "phường Vĩnh Tế"),
        ("2025-06-30", "phường Núi Sam"),
        ("1900-01-01", "xã Vĩnh Tế"),
    ],
)
def test_a_place_has_the_name_of_its_day(day: str, name: str) -> None:
    assert PLACE.current(dt.date.fromisoformat(day)).name["vi"] == name


def test_former_names_come_latest_first() -> None:
    assert [n.name["vi"] for n in PLACE.former(dt.date(2026, 1, 1))] == ["phường Núi Sam", "xã Vĩnh Tế"]
    assert [n.name["vi"] for n in PLACE.former(dt.date(2025, 6, 30))] == ["xã Vĩnh Tế"]
