"""Values that must never be written down, found in every form they may be written in."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from engine.secret_forms import SHORTEST_PART, Parts, shortest_of, written_forms

HIDDEN = "***"
#: What is nested deeper cannot be looked through, and is hidden.
DEEPEST = 100
#: Shorter values would blank out ordinary text.
SHORTEST = 4
#: The same for the single lines of a PEM: its last one may be a few letters.
SHORTEST_LINE = 16

#: Who logs in with what, as it stands in an address, whoever it belongs to; gone through once, whoever wrote it.
_LOGIN = re.compile(r"(?<=://)[^\s/@:]*+:[^\s/@]++(?=@)")

#: What a cut may leave of a secret at the end of a text without anybody recognizing it, in its longest form.
_UNRECOGNIZED = 200
#: So much more than what is kept is redacted: what is hidden there makes a text shorter.
_MARGIN = 800


class Redactor:
    """Replaces secrets by `***`, and those that another one replaces."""

    def __init__(
        self, secrets: Iterable[str] = (), *, shapes: Iterable[str] = (), other: "Redactor | None" = None
    ) -> None:
        parts = {part for secret in secrets for part in _parts(secret)}
        # The longest first, so that no tail of a longer one is left over.
        self._written = sorted(
            {form for part in parts for form in written_forms(part)}, key=len, reverse=True
        )
        self._shapes = tuple(shapes)
        # A text with none of them holds no longer form either.
        self._least = shortest_of(self._written)
        # Every PEM has the same first line.
        self._parts = Parts(part for part in parts if "-----" not in part)
        # A listing of thousands of rows holds mostly texts that are too short to look at.
        self._shortest = SHORTEST if self._shapes else min([SHORTEST_PART, *map(len, self._least)])
        self._other = other

    def text(self, text: str) -> str:
        """Return the text with each secret replaced."""
        if self._other is not None:
            text = self._other.text(text)
        elif "://" in text:
            text = _LOGIN.sub(HIDDEN, text)
        if len(text) < self._shortest:
            return text
        if self._shapes or any(map(text.__contains__, self._least)):
            text = self._pattern.sub(HIDDEN, text)
        return self._parts.hide(text, HIDDEN)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        # Of a thousand keys hardly one is ever repeated: compiling this takes longer than all else here.
        return re.compile("|".join([*map(re.escape, self._written), *self._shapes]), re.ASCII)

    def value(self, value: Any, *, levels: int = DEEPEST) -> Any:
        """Return the value with each secret replaced, however deep it lies."""
        if isinstance(value, str):
            return self.text(value)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return self._plain(value)
        if isinstance(value, Mapping | list | tuple | set | frozenset):
            return self._contents(value, levels) if levels else HIDDEN
        return self.text(repr(value) if isinstance(value, BaseException) else str(value))

    def _contents(self, value: Any, levels: int) -> Any:
        if isinstance(value, Mapping):
            return {self._key(key): self.value(item, levels=levels - 1) for key, item in value.items()}
        return [self.value(item, levels=levels - 1) for item in value]

    def _plain(self, value: float) -> Any:
        # A number can be a secret too, such as a password of digits.
        text = str(value)
        return value if self.text(text) == text else HIDDEN

    def _key(self, key: Any) -> str:
        return self.text(key if isinstance(key, str) else repr(key))


def beginning(text: str, most: int, redact: Callable[[str], str]) -> str:
    """Return the beginning of a text of any length, redacted before it is cut."""
    piece = text[: most + _MARGIN]
    clean = redact(piece)
    return (clean if len(piece) == len(text) else clean[:-_UNRECOGNIZED])[:most]


def _parts(secret: str) -> Iterator[str]:
    # Libraries quote a PEM line by line, or its body without the line ends.
    lines = [line.strip() for line in secret.replace("\\n", "\n").splitlines()]
    body = [line for line in lines if line and not line.startswith("-----")]
    parts = [secret, secret.strip(), "".join(body)]
    yield from (part for part in parts if len(part) >= SHORTEST)
    if len(lines) > 1:
        yield from (line for line in body if len(line) >= SHORTEST_LINE)
