"""One call as it came over the wire: text parameters, some of them JSON, and uploaded files."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.telegram.errors import bad_request


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiRequest:
    """The parameters of a call, with the server's complaints about malformed ones."""

    params: Mapping[str, str]
    files: Mapping[str, bytes] = field(default_factory=dict)

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
        try:
            return int(given)
        except ValueError:
            raise bad_request(f'invalid parameter "{name}" specified') from None

    def json(self, name: str, what: str) -> Any:
        """A parameter that carries JSON, absent as None; `what` names it in the complaint."""
        given = self.text(name)
        if not given:
            return None
        try:
            return json.loads(given)
        except ValueError:
            raise bad_request(f"can't parse {what} JSON object") from None

    def chat_id(self) -> int:
        """The chat a call is about; no chat of the stand-in has a public name."""
        given = self.text("chat_id").strip()
        if not given:
            raise bad_request("chat_id is empty")
        if not given.lstrip("-").isdecimal():
            raise bad_request("chat not found")
        return int(given)

    def for_tape(self) -> dict[str, str]:
        """The parameters as the tape keeps them: an upload is its size."""
        return {**self.params, **{name: f"<{len(content)} bytes>" for name, content in self.files.items()}}
