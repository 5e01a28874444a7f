"""How figures are shown: as a table for people, as JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from bench.figures import Figure, short_of_aim

_SMALL, _LARGE = 10, 100


def print_table(figures: Sequence[Figure], *, console: Console) -> None:
    """Print each figure with its floor below its name, and the ratio of the two medians."""
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), show_edge=False, collapse_padding=True)
    table.add_column("measured / its floor in this run", no_wrap=True)
    for heading in ("n", "median", "p95", "floor", "p95", "ratio"):
        table.add_column(heading, justify="right", no_wrap=True)
    for figure in figures:
        table.add_row(*_cells(figure))
    console.print(table)


def as_json(figures: Sequence[Figure], circumstances: Mapping[str, object]) -> str:
    """Return the figures with their ratios, and what they were measured on."""
    rows = [
        {**asdict(figure), "ratio": figure.ratio, "reaches_aim": figure.reaches_aim} for figure in figures
    ]
    return json.dumps({**circumstances, "figures": rows}, indent=2)


def print_shortfalls(figures: Sequence[Figure], *, console: Console) -> None:
    """Name every row that misses an aim, with what it came to."""
    for figure in short_of_aim(figures):
        console.print(
            f"short of its aim: {figure.name}: {_number(figure.measured.median)} {figure.unit}, "
            f"{figure.ratio:.2f} x {figure.floor_name}",
            soft_wrap=True,
            highlight=False,
        )


def _cells(figure: Figure) -> tuple[str, ...]:
    return (
        f"{figure.name}, {figure.unit}\n  / {figure.floor_name}{_aim(figure)}",
        str(figure.measured.count),
        _number(figure.measured.median),
        _number(figure.measured.p95),
        _number(figure.floor.median),
        _number(figure.floor.p95),
        f"{figure.ratio:.{1 if figure.ratio < _LARGE else 0}f} x",
    )


def _aim(figure: Figure) -> str:
    if figure.reaches_aim is None:
        return ""
    absolute = "" if figure.aim is None else f" {figure.aim:g} {figure.unit}"
    relative = "" if figure.ratio_aim is None else f" {figure.ratio_aim:g} x"
    return f"\n  aim{absolute}{relative}: {'kept' if figure.reaches_aim else 'MISSED'}"


def _number(value: float) -> str:
    return f"{value:.2f}" if value < _SMALL else f"{value:.0f}"
