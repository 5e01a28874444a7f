"""Read a venue's JSON: numbers as the texts they came in, and nothing that cannot be walked, stored or sent on."""

import json
import re

from engine.brokers.bounded_answers import require_bounded

#: No venue nests its answers half as deep; what is deeper could not be walked.
DEEPEST = 64

#: Half of a character and what no terminal, database or chat takes; a line break may be part of a text.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
#: What may become one of these, as it stands in JSON.
_MAY_BE_UNWRITABLE = re.compile(r"\\[bf]|\\u(?:00[017]|[dD][89a-fA-F])|[\x7f\ud800-\udfff]")
_TOO_DEEP = "nested too deep"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def read_json(body: str) -> object:
    """Parse JSON.

    Raises:
        ValueError: it is no JSON, or nested too deep.
        TooLargeError: it may hold more values than any answer may.

    """
    require_bounded(body)
    try:
        value: object = json.loads(body, parse_float=str, parse_constant=str)
    except RecursionError as e:
        raise ValueError(_TOO_DEEP) from e
    if _is_too_deep(value):
        raise ValueError(_TOO_DEEP)
    return _writable(value) if _MAY_BE_UNWRITABLE.search(body) else value


def _is_too_deep(value: object) -> bool:
    layer = [value]
    for _ in range(DEEPEST):
        layer = [
            inner for item in layer for inner in _items(item) if isinstance(inner, dict | list) and inner
        ]
        if not layer:
            return False
    return True


def _items(value: object) -> list[object]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _writable(value: object) -> object:
    if isinstance(value, str):
        return _UNWRITABLE.sub(_REPLACEMENT, value)
    if isinstance(value, list):
        return [_writable(item) for item in value]
    if isinstance(value, dict):
        return {_UNWRITABLE.sub(_REPLACEMENT, name): _writable(item) for name, item in value.items()}
    return value
