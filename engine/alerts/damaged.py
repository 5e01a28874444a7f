"""What can be shown of an alert whose row cannot be read."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from engine.storage.readable import UnreadableRow


def number_of(row: UnreadableRow) -> int:
    """Return an alert's number; zero where that cannot be read."""
    return row.key[0] if isinstance(row.key[0], int) else 0


def written_at(row: UnreadableRow, now: datetime) -> datetime:
    """Return when an alert was written; now where that cannot be read."""
    try:
        return datetime.fromisoformat(row.text("created_at")).replace(tzinfo=UTC)
    except ValueError:
        return now


def plain_data(data: str) -> str:
    """Return stored JSON data as a mapping; empty where it is damaged."""
    try:
        values = json.loads(data)
    except ValueError:
        return ""
    return _listed(values) if isinstance(values, dict) else ""


def _listed(values: Mapping[str, object]) -> str:
    fields = ((name, value) for name, value in values.items() if name != "kind" and value is not None)
    return "; ".join(f"{name}: {_formatted(value)}" for name, value in fields)


def _formatted(value: object) -> str:
    if isinstance(value, dict):
        return f"{{{_listed(value)}}}"
    return f"[{', '.join(map(_formatted, value))}]" if isinstance(value, list) else str(value)
