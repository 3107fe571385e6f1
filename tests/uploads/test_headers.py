"""Headers are read strictly, names are cleaned, fingerprints agree: whatever somebody sends."""

from __future__ import annotations

import base64
import hashlib
import unicodedata

import pytest
from hypothesis import given, strategies as st
from starlette.datastructures import Headers
from starlette.requests import Request

from ispace.errors import StoreFullError, UploadHeaderError, uploads
from ispace.uploads import media, naming
from ispace.uploads.fingerprint import END_BYTES, Digests, is_fingerprint, of_bytes
from ispace.web.studio.tus import answers, headers
from ispace.web.studio.visit import language_of

anything = st.text(max_size=300)
a_name = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","), min_size=1, max_size=64)


@given(
    st.dictionaries(
        a_name, st.text(max_size=40).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)), max_size=12
    )
)
def test_metadata_is_read_as_it_was_written(said: dict[str, str]) -> None:
    text = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in said.items())
    if len(text) <= headers.METADATA_BYTES:
        assert headers.metadata(text) == said


@given(anything)
def test_metadata_is_understood_or_refused(text: str) -> None:
    try:
        found = headers.metadata(text)
    except UploadHeaderError:
        return
    assert all(isinstance(value, str) for value in found.values())


@given(anything)
def test_a_number_is_decimal_digits_and_nothing_else(text: str) -> None:
    sent = Headers(raw=[(b"upload-offset", text.encode("utf-8", "replace"))])
    try:
        found = headers.number(sent, "Upload-Offset")
    except UploadHeaderError:
        return
    assert found is not None
    assert text.isascii()
    assert text.isdecimal()
    assert found == int(text)


@given(anything)
def test_a_checksum_is_of_a_known_algorithm_and_of_its_length(text: str) -> None:
    try:
        found = headers.checksum(text)
    except UploadHeaderError:
        return
    assert found is not None
    assert len(found.digest) == {"sha1": 20, "sha256": 32}[found.algorithm]


def test_a_header_that_is_sent_twice_is_refused() -> None:
    for name in ("upload-offset", "upload-length", "upload-metadata"):
        sent = Headers(raw=[(name.encode(), b"1"), (name.encode(), b"2")])
        with pytest.raises(UploadHeaderError):
            headers.only(sent, name)


@given(anything)
def test_a_name_is_short_visible_text_without_folders(text: str) -> None:
    name, folder = naming.file_name(text), naming.folder_of(text)
    assert len(name) <= naming.NAME_LETTERS
    assert len(folder) <= naming.FOLDER_LETTERS
    assert not set(name) & set("/\\")
    assert not {"", ".", ".."} & set(folder.split("/")) or folder == ""
    assert name not in {".", ".."}
    for letter in name + folder:
        assert unicodedata.category(letter) not in {"Cc", "Cf", "Cs"}
    assert naming.file_name(name) == name


def test_a_long_name_keeps_its_extension() -> None:
    assert naming.file_name("à" * 500 + ".jpeg") == "à" * 195 + ".jpeg"


def test_every_refusal_of_an_upload_has_a_status_of_its_own_and_is_shown_as_it_is() -> None:
    kinds = [kind for kind in vars(uploads).values() if isinstance(kind, type) and kind.__module__ == uploads.__name__]
    assert len(kinds) > 20
    for kind in kinds:
        assert type(answers.shown(kind())) is kind
    assert type(answers.shown(StoreFullError(store="/srv"))) is uploads.UploadNotKeptError


def asked_in(text: str) -> Request:
    return Request({"type": "http", "headers": [(b"accept-language", text.encode("latin-1", "replace"))]})


@given(st.text(max_size=120))
def test_a_language_is_always_found(text: str) -> None:
    assert language_of(asked_in(text)) in {"vi", "en"}


@pytest.mark.parametrize("text", ["en", "EN-gb", "km, en;q=0.4"])
def test_the_first_of_our_languages_is_chosen(text: str) -> None:
    assert language_of(asked_in(text)) == "en"


@pytest.mark.parametrize("size", [0, 1, END_BYTES, END_BYTES + 1, 2 * END_BYTES, 2 * END_BYTES + 1, 3 * END_BYTES])
@pytest.mark.parametrize("step", [1 << 19, 700_001, 1 << 30])
def test_a_fingerprint_is_of_the_length_and_both_ends(size: int, step: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    content = content[:size]
    digests = Digests(size)
    for start in range(0, size, step):
        digests.update(content[start : start + step])
    ends = content[:END_BYTES] + content[max(END_BYTES, size - END_BYTES) :]
    assert digests.fingerprint() == f"{size}-{hashlib.sha256(ends).hexdigest()}" == of_bytes(content)
    assert digests.sha256() == hashlib.sha256(content).hexdigest()
    assert is_fingerprint(digests.fingerprint())


@pytest.mark.parametrize(
    ("head", "found"),
    [
        (b"\xff\xd8\xff\xe1", ("image", "JPEG")),
        (b"\x89PNG\r\n\x1a\n", ("image", "PNG")),
        (b"II*\0\x08\0\0\0", ("image", "TIFF")),
        (b"RIFF\0\0\0\0WEBP", ("image", "WEBP")),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", ("image", "HEIF")),
        (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", ("image", "AVIF")),
        (b"\0\0\0\x18ftypmp42\0\0\0\0isommp42", ("video", "MP4")),
        (b"\0\0\0\x14ftypqt  ", ("video", "MP4")),
        (b"\0\0\0\x08wide\0\0\0\0mdat", ("video", "MOV")),
        (b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm", ("video", "WEBM")),
        (b"\0\0\0\x18ftypM4A \0\0\0\0", ("audio", "M4A")),
        (b"ID3\x04", ("audio", "MP3")),
        (b"OggS", ("audio", "OGG")),
        (b"%PDF-1.7\n", ("drawing", "PDF")),
        (b"WEBVTT\n", ("captions", "VTT")),
    ],
)
def test_what_a_tour_is_made_of_is_known_by_its_first_bytes(head: bytes, found: tuple[str, str]) -> None:
    assert media.of(head, "x.bin") == found
