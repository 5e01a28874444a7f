import io
import json
from dataclasses import replace

from rich.console import Console

from bench.figures import Figure, spread
from bench.report import as_json, print_shortfalls, print_table

FIGURE = Figure(
    name="first /balance, new data dir",
    unit="s",
    measured=spread([1.5, 1.25]),
    floor_name="import ccxt",
    floor=spread([0.5]),
    aim=2.5,
)


def test_the_table_fits_a_terminal_and_shows_floor_and_aim_beside_each_figure():
    console = Console(file=io.StringIO(), width=80)

    print_table([FIGURE], console=console)

    *_, figure, floor, aim = console.file.getvalue().splitlines()
    assert " ".join(figure.split()) == "first /balance, new data dir, s 2 1.38 1.50 0.50 0.50 2.8 x"
    assert floor.strip() == "/ import ccxt"
    assert aim.strip() == "aim 2.5 s: kept"


def test_an_aim_that_is_a_ratio_is_shown_as_one():
    console = Console(file=io.StringIO(), width=80)

    print_table([replace(FIGURE, aim=None, ratio_aim=2.5)], console=console)

    assert console.file.getvalue().splitlines()[-1].strip() == "aim 2.5 x: MISSED"


def test_rows_short_of_their_aim_are_named_with_what_they_came_to():
    console = Console(file=io.StringIO(), width=80)

    print_shortfalls([FIGURE, replace(FIGURE, ratio_aim=2)], console=console)

    assert (
        console.file.getvalue()
        == "short of its aim: first /balance, new data dir: 1.38 s, 2.75 x import ccxt\n"
    )


def test_programs_read_ratios_and_circumstances():
    read = json.loads(as_json([FIGURE], {"cores": 2}))

    assert read["cores"] == 2
    assert read["figures"][0]["ratio"] == 2.75
    assert read["figures"][0]["reaches_aim"] is True
    assert read["figures"][0]["floor"] == {"median": 0.5, "p95": 0.5, "count": 1}
