"""How figures are shown: as a table for people, as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, Spread

_SMALL = 10


def print_table(figures: Sequence[Figure], *, console: Console) -> None:
    """Print one line a figure: it, its floor, and the ratio of the two medians."""
    table = Table(box=SIMPLE, pad_edge=False)
    table.add_column("measured")
    for heading in ("n", "median", "p95"):
        table.add_column(heading, justify="right")
    table.add_column("floor, from the same run")
    for heading in ("median", "p95", "ratio", "aim"):
        table.add_column(heading, justify="right")
    for figure in figures:
        table.add_row(*_cells(figure))
    console.print(table)


def as_json(figures: Sequence[Figure], circumstances: Mapping[str, object]) -> str:
    """Return the figures with their ratios, and what they were measured on."""
    rows = [
        {**asdict(figure), "ratio": figure.ratio, "reaches_aim": figure.reaches_aim} for figure in figures
    ]
    return json.dumps({**circumstances, "figures": rows}, indent=2)


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        figure.name,
        str(figure.measured.count),
        *_pair(figure.measured, figure.unit),
        figure.floor_name,
        *_pair(figure.floor, figure.unit),
        f"{figure.ratio:.1f} x",
        _aim(figure),
    )


def _pair(spread: Spread, unit: str) -> tuple[str, str]:
    return f"{_number(spread.median)} {unit}", f"{_number(spread.p95)} {unit}"


def _aim(figure: Figure) -> str:
    if figure.aim is None:
        return ""
    return f"{'kept' if figure.reaches_aim else 'MISSED'}: {figure.aim:g} {figure.unit}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < _SMALL else f"{value:.0f}"
