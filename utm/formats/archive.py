"""KMZ and WPML archives: a few documents out of a ZIP, within bounds that its own headers are not trusted for."""

import io
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Final

from airspace.formats.problems import FormatProblem

MAX_ENTRIES: Final = 2_000
MAX_DOCUMENT_BYTES: Final = 32 << 20
"""Of all documents of an archive together, unpacked."""
_CHUNK: Final = 1 << 20
_STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""The same documents make the same archive."""


def is_archive(data: bytes) -> bool:
    """Tell whether the bytes begin as a ZIP archive."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def unpack(data: bytes, wanted: Callable[[str], bool], *, most: int = 8) -> dict[str, bytes] | FormatProblem:
    """Return the documents whose names are wanted, by name, in order of the archive.

    Codes: malformed_archive, too_many, archive_too_large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                return FormatProblem.of("", None, "too_many", limit=MAX_ENTRIES, what="files", what_zh="文件")
            chosen = [entry for entry in entries if wanted(entry.filename)][:most]
            found: dict[str, bytes] = {}
            left = MAX_DOCUMENT_BYTES
            for entry in chosen:
                content = _read(archive, entry, left)
                if content is None:
                    limit = f"{MAX_DOCUMENT_BYTES >> 20} MiB"
                    return FormatProblem.of(entry.filename, None, "archive_too_large", limit=limit)
                left -= len(content)
                found.setdefault(entry.filename, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        return FormatProblem.of("", None, "malformed_archive", reason=str(error) or type(error).__name__)
    except (RuntimeError, NotImplementedError, ValueError) as error:  # encrypted; a method nobody knows; absurd headers
        return FormatProblem.of("", None, "malformed_archive", reason=str(error))
    return found


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> bytes | None:
    """Return what an entry unpacks to, None as soon as it is more than `limit`, whatever its header says."""
    content = bytearray()
    with archive.open(entry) as stream:
        while chunk := stream.read(_CHUNK):
            content += chunk
            if len(content) > limit:
                return None
    return bytes(content)


def pack(documents: Mapping[str, bytes]) -> bytes:
    """Return an archive of documents, byte for byte the same for the same ones."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in documents.items():
            archive.writestr(zipfile.ZipInfo(name, _STAMP), content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def kml_of(data: bytes) -> bytes | FormatProblem:
    """Return the main document of a KMZ: doc.kml, else the first KML in it."""
    found = unpack(data, lambda name: name.lower().endswith(".kml"))
    if isinstance(found, FormatProblem):
        return found
    if not found:
        return FormatProblem.of(
            "", None, "missing", what="A KML document in the archive", what_zh="压缩包中的 KML 文档"
        )
    name = next((name for name in found if name.lower().rpartition("/")[2] == "doc.kml"), next(iter(found)))
    return found[name]
