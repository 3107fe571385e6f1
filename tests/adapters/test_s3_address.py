"""Addresses of S3 stores: what they may hold, and that no credential in one is ever repeated."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from ispace import language, wiring
from ispace.adapters.s3 import bucket
from ispace.compression import CompressedTexts
from ispace.errors import IspaceError, StoresNestedError, StoreUrlError, StoreUrlSecretError
from ispace.settings import Settings

SECRET = "SieuBiMat123"


def test_an_address_names_bucket_prefix_server_region_and_profile() -> None:
    found = bucket.parse(
        "s3://an-giang/tour/du%20lich/?endpoint=https://rgw.example.vn:8443&region=vn-1&profile=tinh", Settings()
    )
    assert (found.name, found.prefix, found.below) == ("an-giang", "tour/du lich", "tour/du lich/")
    assert (found.endpoint, found.region, found.profile) == ("https://rgw.example.vn:8443", "vn-1", "tinh")
    assert found.url == "s3://an-giang/tour/du lich"


def test_settings_say_how_the_server_is_spoken_to() -> None:
    chosen = Settings(s3_addressing="virtual", s3_checksums="when_supported", s3_concurrency=7, s3_attempts=2)
    found = bucket.parse("s3://b1?endpoint=http://[::1]:9000", chosen)
    assert (found.addressing, found.checksums, found.concurrency, found.attempts) == (
        "virtual",
        "when_supported",
        7,
        2,
    )
    assert found.endpoint == "http://[::1]:9000"


@pytest.mark.parametrize(
    "url",
    [
        f"s3://key:{SECRET}@bucket/x",
        f"s3://{SECRET}@bucket",
        f"s3://bucket?endpoint=https://key:{SECRET}@host",
        f"s3://bucket?secret={SECRET}",
        f"s3://bucket?aws_secret_access_key={SECRET}",
        f"s3://bucket?session_token={SECRET}",
        f"s3://bucket?password={SECRET}&endpoint=http://x",
    ],
)
def test_a_credential_in_an_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(StoreUrlSecretError) as caught:
        wiring.blobs(url, Settings())
    told = repr(caught.value) + "".join(language.error_sentence(caught.value, lang) for lang in ("vi", "en"))
    assert SECRET not in told
    assert "bucket" in told


@pytest.mark.parametrize(
    "url",
    [
        "s3://",
        "s3://bucket?endpoint=ftp://x",
        "s3://bucket?endpoint=host",
        "s3://bucket?endpoint=",
        "s3://bucket?endpoint=http://x&endpoint=http://y",
        "s3://bucket/a//b",
        "s3://bucket/../x",
        "s3://bucket#x",
        "s3://bucket?colour=red",
        "s3://Tên",
        "s3://bucket?endpoint=http://[::1",
        "s3://bucket?endpoint=http://x:99999",
    ],
)
def test_an_address_that_cannot_be_is_refused(url: str) -> None:
    with pytest.raises(StoreUrlError):
        wiring.blobs(url, Settings())


@given(st.text(max_size=60))
def test_no_address_is_anything_but_a_store_or_a_refusal(rest: str) -> None:
    with contextlib.suppress(IspaceError):
        bucket.parse(f"s3://{rest}", Settings())


@pytest.mark.parametrize("private", ["s3://b1/x", "s3://b1/x/y", "s3://b1/x/y/"])
def test_originals_are_never_kept_where_tours_are_read(private: str) -> None:
    with pytest.raises(StoresNestedError):
        wiring.services(Settings(public="s3://b1/x", private=private))


@pytest.mark.parametrize(
    "private", ["s3://b1/x2", "s3://b1/y", "s3://b2/x", "s3://b1/x?endpoint=http://other", "file:x"]
)
def test_neighbours_are_not_inside_one_another(private: str) -> None:
    assert wiring.services(Settings(public="s3://b1/x", private=private))


@pytest.mark.parametrize(
    ("url", "chosen", "wanted"),
    [
        ("s3://b1", "auto", "gzip"),
        ("file:x", "auto", None),
        ("s3://b1", "none", None),
        ("s3://b1", "br", "br"),
        ("file:x", "gzip", "gzip"),
    ],
)
def test_texts_are_compressed_in_buckets_and_where_the_setting_says(url: str, chosen: str, wanted: str | None) -> None:
    services = wiring.services(Settings(public=url, private="file:y", text_encoding=chosen))  # type: ignore[arg-type]
    found = services.public
    assert (found.encoding if isinstance(found, CompressedTexts) else None) == wanted
    assert not isinstance(services.private, CompressedTexts)
