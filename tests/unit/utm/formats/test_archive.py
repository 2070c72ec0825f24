"""KMZ and WPML archives within their bounds."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from airspace.formats.problems import FormatProblem
from utm.formats.archive import MAX_DOCUMENT_BYTES, is_archive, kml_of, pack, unpack


def code(found: object) -> str:
    assert isinstance(found, FormatProblem), found
    return found.code


def test_what_is_packed_is_unpacked_and_always_the_same_bytes() -> None:
    """Documents must come back by name and in order; the same ones must make the same archive."""
    documents = {"wpmz/template.kml": b"<kml/>", "wpmz/waylines.wpml": b"<kml>2</kml>"}
    assert unpack(pack(documents), lambda _: True) == documents
    assert pack(documents) == pack(dict(documents))
    assert is_archive(pack(documents))
    assert not is_archive(b"<kml/>")


def test_the_main_document_of_a_kmz_is_found() -> None:
    """doc.kml counts wherever it stands; else the first KML; an archive without any says so."""
    assert kml_of(pack({"a.kml": b"1", "x/doc.kml": b"2"})) == b"2"
    assert kml_of(pack({"readme.txt": b"0", "b.KML": b"1", "c.kml": b"2"})) == b"1"
    assert code(kml_of(pack({"readme.txt": b"0"}))) == "missing"


@pytest.mark.parametrize("files", [1, 4])
def test_bombs_are_stopped_while_they_unpack(files: int) -> None:
    """A kilobyte that unpacks to gigabytes must be refused after the limit, in one file or spread over several."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(files):
            archive.writestr(f"{n}.kml", b"\0" * (2 * MAX_DOCUMENT_BYTES // files))
    assert len(buffer.getvalue()) < 1 << 20
    assert code(unpack(buffer.getvalue(), lambda name: name.endswith(".kml"))) == "archive_too_large"


def test_a_header_that_lies_about_its_size_is_not_believed() -> None:
    """The size in the directory must not decide how much is unpacked."""
    data = bytearray(pack({"doc.kml": b" " * (MAX_DOCUMENT_BYTES + 10)}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 10)
    assert code(kml_of(bytes(data))) in ("archive_too_large", "malformed_archive")


def test_archives_that_cannot_be_read_are_named() -> None:
    """Cut, encrypted and overfull archives must be told apart by code."""
    whole = pack({"doc.kml": b"<kml/>"})
    assert code(unpack(whole[:-10], lambda _: True)) == "malformed_archive"
    locked = bytearray(whole)
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        at = locked.index(mark) + offset
        locked[at] |= 1
    assert code(unpack(bytes(locked), lambda _: True)) == "malformed_archive"
    many = pack({f"{n}.txt": b"" for n in range(2_001)})
    assert code(unpack(many, lambda _: True)) == "too_many"


@given(st.integers(0, 400), st.integers(0, 255))
def test_any_byte_of_an_archive_may_be_wrong(at: int, byte: int) -> None:
    """One byte changed must give documents or a problem, never an exception."""
    whole = bytearray(pack({"doc.kml": b"<kml>" + b"x" * 100 + b"</kml>", "other.kml": b"<kml/>"}))
    whole[at % len(whole)] = byte
    found = unpack(bytes(whole), lambda _: True)
    assert isinstance(found, FormatProblem | dict)
