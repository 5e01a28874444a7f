"""JSON as the venues write it: amounts are numbers with all their digits, which no float could carry."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal


def written(value: object) -> str:
    """The text of a message; what is no number stays what it is, as NaN."""
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{json.dumps(name)}:{written(inner)}' for name, inner in value.items())}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{','.join(map(written, value))}]"
    return json.dumps(value)
