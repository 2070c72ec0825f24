"""Frames between the server and its helpers: four bytes of length, little-endian, then the content."""

import struct
from typing import Any, Final

from utm.settings import Settings

LENGTH: Final = struct.Struct("<I")


def cut(buffer: bytearray) -> bytes | None:
    """Take the first whole frame out of a buffer, None when there is none yet."""
    if len(buffer) < LENGTH.size:
        return None
    ends = LENGTH.size + LENGTH.unpack_from(buffer)[0]
    if len(buffer) < ends:
        return None
    frame = bytes(memoryview(buffer)[LENGTH.size : ends])
    del buffer[:ends]
    return frame


def settings_of(settings: Settings) -> dict[str, Any]:
    """Return what a helper needs of the settings; secrets stay where they are."""
    return settings.model_dump(mode="json", exclude={"report_url", "report_key"})
