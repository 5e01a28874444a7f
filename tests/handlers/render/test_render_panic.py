"""The screens of a panic."""

from decimal import Decimal

import pytest

from engine.alerts.messages import PanicInterrupted
from engine.offers.closing_preview import ObstacleKind, Selling
from engine.offers.panic_preview import PanicBegun, PanicPreview
from handlers.render.panic import panic_interrupted_lines, render_panic, render_panic_begun
from handlers.render.times import Reader
from tests.handlers.exit_values import close_line, close_preview, unsellable
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, ago

READER = Reader(now=NOW)
UNREAD = ("Coinbase does not answer: 503 <Service Unavailable>",)


def panic(*lines, unread=(), **changes):
    return PanicPreview(closing=close_preview(*lines, **changes), unread=unread)


def test_the_preview_says_what_is_stopped_and_what_each_sale_would_bring():
    preview = panic(
        close_line(), close_line(symbol="ETH/USD"), unsellable(locked=Decimal("0.12")), unread=UNREAD
    )

    check_golden("panic_preview", render_panic(preview, READER))


def test_what_came_of_the_press_is_told_with_all_that_was_left():
    selling = Selling(lines=(close_line(),), left_out=(unsellable(ObstacleKind.NO_ANSWER, "503"),))

    check_golden(
        "panic_begun",
        render_panic_begun(PanicBegun(selling=selling, unread=UNREAD, buys=("SOL/USD at Kraken",)), READER),
    )


@pytest.mark.parametrize(
    ("lines", "label"),
    [
        ((close_line(),), "Panic: stop buys and sell it now"),
        ((close_line(), close_line(symbol="ETH/USD")), "Panic: stop buys and sell all 2 now"),
        ((unsellable(),), "Panic: stop buys"),
    ],
)
def test_the_button_says_what_it_does(lines, label):
    assert render_panic(panic(*lines), READER).keyboard[0][0].label == label


def test_without_a_position_the_preview_still_offers_the_halt():
    nothing = PanicPreview(closing=close_preview())
    closing = nothing.closing
    screen = render_panic(
        PanicPreview(closing=type(closing)(lines=(), confirmation_id="c", as_of=NOW, expires_at=NOW)), READER
    )

    check_fits(screen)
    assert "Nothing can be sold now" in screen.text
    assert screen.keyboard[0][0].label == "Panic: stop buys"


def test_without_a_position_the_press_says_that_none_is_held():
    text = render_panic_begun(PanicBegun(selling=Selling(lines=())), READER).text

    assert "Panic: buys are stopped" in text
    assert "No position is held." in text


def test_a_panic_that_was_cut_off_too_long_ago_says_that_nothing_more_is_sold():
    lines = tuple(panic_interrupted_lines(PanicInterrupted(at=ago(minutes=5), in_time=False), READER))

    assert "Panic was cut off" in lines[0]
    assert "is not sold now. /panic or /closeall asks again." in lines[2]


@pytest.mark.parametrize(
    ("came", "said"),
    [
        (
            {"selling": ("BTC/USD at Kraken",)},
            "Being sold: BTC/USD at Kraken. The alert of each fill follows.",
        ),
        ({"left": ("BTC/USD at Kraken",)}, "Cannot be sold now: BTC/USD at Kraken. /closeall says why."),
        ({}, "Nothing more was to be sold."),
        (
            {"in_time": False},
            "What was not being sold by then is not sold now. /panic or /closeall asks again.",
        ),
    ],
)
def test_what_came_of_the_rest_names_no_stop_of_the_process(came, said):
    values = {"at": ago(seconds=30), "in_time": True, "was_stopped": False, **came}
    lines = tuple(panic_interrupted_lines(PanicInterrupted(**values), READER))

    assert "Panic: what came of the rest" in lines[0]
    assert said in lines
    assert not any("NIJA stopped" in line for line in lines)


def test_the_answer_to_the_press_says_until_when_the_rest_is_tried():
    selling = Selling(lines=(), left_out=(unsellable(ObstacleKind.NOT_WRITTEN),))
    text = render_panic_begun(PanicBegun(selling=selling, goes_on_until=NOW), READER).text

    assert "its sale could not be written down" in text
    assert "NIJA goes on trying what was not read or begun until" in text
