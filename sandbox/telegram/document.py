"""Uploaded documents: any bytes under a name, whose ending says what they are."""

import mimetypes
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from sandbox.telegram.errors import bad_request
from sandbox.telegram.request import Upload

_UNNAMED = "document"


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A stored document."""

    file_id: str
    name: str
    content: bytes

    def to_json(self) -> dict[str, Any]:
        """The Document object of the Bot API."""
        kind, _ = mimetypes.guess_type(self.name)
        return {
            "file_id": self.file_id,
            "file_unique_id": f"u{self.file_id}",
            "file_name": self.name,
            "file_size": len(self.content),
            **({"mime_type": kind} if kind else {}),
        }


def read_document(upload: Upload, file_id: str) -> Document:
    """Keep an uploaded document; of its name only the last part counts, and the server takes no larger request."""
    if not upload.content:
        raise bad_request("file must be non-empty")
    return Document(file_id=file_id, name=PurePath(upload.name).name or _UNNAMED, content=upload.content)
