"""One call as it came over the wire: text parameters, some of them JSON, and uploaded files."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad_request

#: Ids are of 64 bits; a longer number is none.
_ID = re.compile(r"-?\d{1,19}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """One uploaded file."""

    content: bytes
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """The parameters of a call, with the server's complaints about malformed ones."""

    params: Mapping[str, str]
    files: Mapping[str, Upload] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """A text parameter, empty when absent."""
        return self.params.get(name, "")

    def flag(self, name: str) -> bool:
        """A boolean parameter as the Bot API reads it."""
        return self.text(name).lower() in {"true", "yes", "1"}

    def number(self, name: str, default: int = 0) -> int:
        """An integer parameter."""
        given = self.text(name).strip()
        if not given:
            return default
        if not _ID.fullmatch(given):
            raise bad_request(f'invalid parameter "{name}" specified')
        return int(given)

    def json(self, name: str, what: str) -> Any:
        """A parameter that carries JSON, absent as None; `what` names it in the complaint."""
        given = self.text(name)
        if not given:
            return None
        try:
            value = json.loads(given)
        except (ValueError, RecursionError):
            raise bad_request(f"can't parse {what} JSON object") from None
        check_encoding(value)
        return value

    def list(self, name: str, what: str) -> list[Any] | None:
        """A parameter that carries a JSON array, absent as None."""
        given = self.json(name, what)
        if given is not None and not isinstance(given, list):
            raise bad_request(f"can't parse {what}: expected an Array")
        return given

    def chat_id(self) -> int:
        """The chat a call is about; no chat of the stand-in has a public name."""
        given = self.text("chat_id").strip()
        if not given:
            raise bad_request("chat_id is empty")
        if not _ID.fullmatch(given):
            raise bad_request("chat not found")
        return int(given)

    def for_tape(self) -> dict[str, str]:
        """The parameters as the tape keeps them: an upload is its size."""
        return {**self.params, **{name: f"<{len(file.content)} bytes>" for name, file in self.files.items()}}


def check_encoding(value: object) -> None:
    """Refuse half a surrogate pair, which JSON can spell and UTF-8 cannot, however deep it lies."""
    match value:
        case str() if any("\ud800" <= character <= "\udfff" for character in value):
            raise bad_request("strings must be encoded in UTF-8")
        case dict():
            for name, item in value.items():
                check_encoding(name)
                check_encoding(item)
        case list():
            for item in value:
                check_encoding(item)
