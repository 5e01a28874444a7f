"""Uploaded photos: the server looks into the file, so the stand-in does too."""

import struct
from dataclasses import dataclass

from sandbox.telegram.errors import bad_request

MAX_BYTES = 10 * 1024 * 1024
MAX_WIDTH_PLUS_HEIGHT = 10_000
MAX_RATIO = 20
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
#: Frame headers carry the size; these markers of the same range do not.
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A stored photo."""

    file_id: str
    content: bytes
    width: int
    height: int

    def to_json(self) -> list[dict[str, str | int]]:
        """The array of PhotoSize objects; one size is enough here."""
        size = {"width": self.width, "height": self.height, "file_size": len(self.content)}
        return [{"file_id": self.file_id, "file_unique_id": f"u{self.file_id}", **size}]


def read_photo(content: bytes, file_id: str) -> Photo:
    """Check an uploaded photo's kind and measures, and keep it."""
    if not content:
        raise bad_request("file must be non-empty")
    if len(content) > MAX_BYTES:
        raise bad_request("file is too big")
    measures = _measure(content)
    if measures is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = measures
    if width + height > MAX_WIDTH_PLUS_HEIGHT or max(measures) > MAX_RATIO * min(measures):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return Photo(file_id=file_id, content=content, width=width, height=height)


def _measure(content: bytes) -> tuple[int, int] | None:
    try:
        if content.startswith(_PNG):
            width, height = struct.unpack_from(">II", content, 16)
        elif content.startswith(_JPEG):
            width, height = _measure_jpeg(content)
        else:
            return None
    except struct.error:
        return None
    return (width, height) if width and height else None


def _measure_jpeg(content: bytes) -> tuple[int, int]:
    at = len(_JPEG)
    while True:
        marker, length = struct.unpack_from(">HH", content, at)
        if marker & 0xFF in _FRAMES:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        at += 2 + length
