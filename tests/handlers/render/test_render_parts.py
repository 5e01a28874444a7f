"""The screens of selling a part."""

from decimal import Decimal

import pytest

from engine.model.holdings import Direction
from engine.model.venues import Venue
from engine.offers.closing_preview import ObstacleKind, PartChoice, Stays
from handlers.render.closing import render_close, stays_text
from handlers.render.parts import render_parts
from handlers.render.times import Reader
from tests.handlers.exit_values import close_line, close_preview, part_choice, parts_preview, unsellable
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import NOW, ago

READER = Reader(now=NOW)


def stays(quantity, guarded, too_small=""):
    return Stays(quantity=Decimal(quantity), guarded=Decimal(guarded), too_small=too_small)


def test_each_part_is_offered_with_what_it_would_bring_and_leave():
    check_golden("sell_parts", render_parts(parts_preview(), READER))


def test_a_named_part_says_what_stays():
    line = close_line(quantity=Decimal("0.06"), stays=stays("0.06", "0.06"))

    check_golden("sell_part", render_close(close_preview(line), READER))


@pytest.mark.parametrize(
    ("left", "text"),
    [
        (stays("0.5", "0.5"), "Stays: 0.5, guarded as before."),
        (stays("0.5", "0.2"), "Stays: 0.5, 0.2 of it guarded as before."),
        (stays("0.5", "0"), "Stays: 0.5, not guarded."),
        (
            stays("0.5", "0", "the venue sells at least 1 BTC"),
            "Stays: 0.5, not guarded any more: the venue sells at least 1 BTC.",
        ),
    ],
)
def test_what_stays_says_how_much_of_it_is_guarded(left, text):
    assert stays_text(left) == text


def test_a_part_that_is_too_small_has_no_button_and_says_so():
    small = PartChoice(
        percent=25, lines=(unsellable(ObstacleKind.TOO_SMALL, "the venue sells at least 1 BTC"),)
    )

    screen = render_parts(parts_preview(small, part_choice(50, "0.06")), READER)

    assert "cannot be sold: the venue sells at least 1 BTC" in screen.text
    assert [button.label for button in screen.keyboard[0]] == ["Sell 50 %"]


def test_where_nothing_can_be_sold_no_part_is_offered():
    screen = render_parts(parts_preview(lines=(unsellable(),), confirmation_id=None), READER)

    assert "Nothing can be sold now" in screen.text
    assert screen.keyboard == ()


def test_parts_at_several_brokers_are_named_by_broker():
    both = PartChoice(
        percent=25,
        lines=(close_line(stays=stays("1", "0")), close_line(venue=Venue.ALPACA, stays=stays("2", "0"))),
    )

    text = render_parts(parts_preview(both), READER).text

    assert "Kraken: 0.12, worth $7,620.00" in text
    assert "Alpaca: 0.12, worth $7,620.00" in text


def test_a_short_is_bought_back_in_parts():
    short = PartChoice(percent=50, lines=(close_line(direction=Direction.SHORT),))

    assert render_parts(parts_preview(short), READER).keyboard[0][0].label == "Buy back 50 %"


def test_a_command_from_before_an_outage_says_that_these_are_the_prices_of_now():
    text = render_parts(parts_preview(), READER, sent_at=ago(minutes=12)).text

    assert "You sent this 12 min ago" in text


@pytest.mark.parametrize(
    ("kind", "detail", "text"),
    [
        (ObstacleKind.MORE_THAN_HELD, "0.4", "it is more than you can sell there, which is 0.4"),
        (ObstacleKind.NO_USD_PRICE, "", "name the part in units or in %"),
    ],
)
def test_what_keeps_a_part_from_being_sold_is_said(kind, detail, text):
    line = unsellable(kind, detail)

    assert text in render_close(close_preview(line, confirmation_id=None), READER).text


def test_a_part_at_several_brokers_is_not_said_to_be_sold_whole_at_one():
    lines = [close_line(stays=stays("1", "0")), close_line(venue=Venue.ALPACA, stays=stays("1", "0"))]

    text = render_close(close_preview(*lines), READER).text

    assert "/close BTC" not in text
    assert "Held at several brokers: name one to sell there only." in text
