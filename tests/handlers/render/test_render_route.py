from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.accounts.fees import TABLE, FeeProfile
from engine.brokers.venue_rules import Execution
from engine.entries.cost import TradeCost, cost_by_figures
from engine.entries.halts import Halt, HaltedBy
from engine.entries.route import Missed, NoRoute, Reason, RouteChoice, RouteObstacle
from engine.entries.sizing import SizeBasis
from engine.model.venues import Venue
from handlers.render.html import plain_text
from handlers.render.route import render_route
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import (
    NOW,
    READER,
    account,
    ago,
    instrument,
    left_out,
    preview,
    request,
    route,
    size,
)


def test_every_broker_has_its_costs_and_the_reason_for_or_against_it():
    check_golden("route_chosen", render_route(preview(), READER))


def test_a_route_through_another_pair_than_was_typed_names_that_pair():
    through = preview(route(instrument=instrument("BTC/USDT")))

    assert "It is bought there as BTC/USDT." in render_route(through, READER).text
    assert "It is bought there" not in render_route(preview(), READER).text


def test_no_route_says_so_with_every_reason():
    reasons = (Reason(obstacle=RouteObstacle.NOT_CONNECTED),)
    nowhere = NoRoute(
        request=request(),
        left_out=(left_out(Venue.KRAKEN, *reasons),),
    )

    check_golden(
        "route_nowhere",
        render_route(preview(nowhere, sized=size(basis=SizeBasis.USUAL, share="0.1")), READER),
    )


UNLISTED = left_out(Venue.KRAKEN, Reason(obstacle=RouteObstacle.NOT_LISTED))


def test_a_broker_that_does_not_list_it_shows_no_costs():
    text = render_route(preview(route(left_out=(UNLISTED,))), READER).text

    assert "<b>Kraken</b>\nNot chosen: not listed there.\n\n" in text
    assert text.count("Round trip") == 1


def test_a_closed_stock_market_is_the_reason_why_nobody_is_chosen():
    closed = left_out(Venue.ALPACA, Reason(obstacle=RouteObstacle.MARKET_CLOSED))
    nowhere = NoRoute(request=request(base="AAPL"), left_out=(UNLISTED, closed))

    text = render_route(preview(nowhere), READER).text

    assert "<b>Chosen: none</b>\nNo broker can take this trade now: the stock market is closed." in text
    assert "Not chosen: the stock market is closed." in text
    opening = replace(preview(nowhere), opens_at=NOW + timedelta(hours=18))
    assert "It opens 20:30:11 UTC, in 18 h; ask again then." in render_route(opening, READER).text


@pytest.mark.parametrize(("asked", "named"), [("XYZ", "XYZ"), ("XYZ/EUR", "XYZ/EUR")])
def test_what_nobody_lists_is_said_in_one_sentence(asked, named):
    nowhere = NoRoute(request=request(base="XYZ"), left_out=(UNLISTED, UNLISTED))

    text = render_route(preview(nowhere, requested=asked), READER).text

    assert f"<b>Chosen: none</b>\nNo broker lists {named}.\n\nAs of" in text


def test_without_a_broker_nobody_is_said_not_to_list_it():
    text = render_route(preview(NoRoute(request=request(), left_out=())), READER).text

    assert "No broker can take this trade now." in text
    assert "lists" not in text


def test_the_terms_of_the_table_are_explained():
    text = render_route(preview(route(profit_target=Decimal("0.02"))), READER).text

    assert "Minimum profitable: the price move that pays the round trip and 0.20 % more." in text
    assert "Target in effect: the move this trade would aim for" in text


def test_a_target_that_is_the_minimum_is_said_once():
    text = render_route(preview(), READER).text

    assert "Minimum profitable          0.30 %" in text
    assert "Target in effect" not in text


def test_a_buy_while_entries_are_stopped_says_so():
    halt = Halt(since=ago(minutes=2), by=HaltedBy.CHAT)

    assert "Buys are stopped since 02:28:11 UTC" in render_route(preview(), READER, halt).text


def test_a_target_raised_for_a_small_account_says_why():
    small = route(
        account=account(Venue.COINBASE),
        cost=cost_by_figures(TABLE[Venue.COINBASE]),
        choice=RouteChoice.ONLY_ONE,
        profit_target=Decimal("0.02"),
        left_out=(),
    )

    text = render_route(preview(small), READER).text

    assert "Target in effect            2.00 %" in text
    assert "The target is raised because" in text


def test_a_target_that_was_set_is_not_called_raised():
    set_before = route(request=request(profit_target=Decimal("0.05")), profit_target=Decimal("0.05"))

    assert "raised" not in render_route(preview(set_before), READER).text


@pytest.mark.parametrize(
    ("taker_live", "spread_live", "expected"),
    [
        (True, True, "Fee and spread are live."),
        (True, False, "The fee is live, the spread is from NIJA's table."),
        (False, True, "The spread is live, the fee is from NIJA's table."),
        (False, False, "Fee and spread are from NIJA's table, not live."),
    ],
)
def test_it_says_which_figures_are_live(taker_live, spread_live, expected):
    fees = FeeProfile(
        taker=Decimal("0.0025"), spread=Decimal("0.001"), taker_live=taker_live, spread_live=spread_live
    )

    assert expected in render_route(preview(route(cost=cost_by_figures(fees), left_out=())), READER).text


@pytest.mark.parametrize("obstacle", [RouteObstacle.NO_ANSWER, RouteObstacle.NOT_CONNECTED])
@pytest.mark.parametrize(
    ("taker_live", "spread_live", "expected"),
    [
        (True, True, "Fee and spread are the last it reported."),
        (True, False, "The fee is the last it reported, the spread is from NIJA's table."),
        (False, True, "The spread is the last it reported, the fee is from NIJA's table."),
        (False, False, "Fee and spread are from NIJA's table: it has reported neither."),
    ],
)
def test_a_silent_broker_is_not_said_to_have_reported_what_it_never_has(
    obstacle, taker_live, spread_live, expected
):
    fees = FeeProfile(
        taker=Decimal("0.0025"), spread=Decimal("0.001"), taker_live=taker_live, spread_live=spread_live
    )
    silent = replace(left_out(Venue.KRAKEN, Reason(obstacle=obstacle)), cost=cost_by_figures(fees))

    assert expected in plain_text(render_route(preview(route(left_out=(silent,))), READER).text)


@pytest.mark.parametrize(
    ("reason", "expected"),
    [
        (Reason(obstacle=RouteObstacle.NOT_LISTED), "not listed there"),
        (Reason(obstacle=RouteObstacle.NO_ANSWER), "does not answer"),
        (
            Reason(
                obstacle=RouteObstacle.NOT_ENOUGH_CASH, limit=Decimal(30), actual=Decimal("12.5"), unit="USDC"
            ),
            "not enough free cash in USDC, 12.50 USDC of 30.00 USDC",
        ),
        (
            Reason(
                obstacle=RouteObstacle.BELOW_MINIMUM, limit=Decimal(10), actual=Decimal("9.999"), unit="USD"
            ),
            "below the smallest that can be bought and sold again, $9.99 of $10.00",
        ),
        (
            Reason(
                obstacle=RouteObstacle.EQUITY_TOO_SMALL,
                limit=Decimal(50),
                actual=Decimal("49.999"),
                unit="USD",
            ),
            "its equity of $49.99 is under $50.00",
        ),
        (
            Reason(obstacle=RouteObstacle.EQUITY_UNKNOWN, limit=Decimal(50), unit="USD"),
            "equity unknown, and it must be at least $50.00",
        ),
        (
            Reason(obstacle=RouteObstacle.NOT_CHEAPER, limit=Decimal("0.001"), actual=Decimal("0.0062")),
            "not cheaper, 0.62 % against 0.10 %",
        ),
    ],
    ids=lambda value: value.obstacle if isinstance(value, Reason) else "",
)
def test_reasons_name_their_figures_and_never_round_up_to_the_limit(reason, expected):
    other = left_out(Venue.KRAKEN, reason)

    assert f"Not chosen: {expected}." in render_route(preview(route(left_out=(other,))), READER).text


def test_refresh_asks_for_the_same_again():
    default = size(basis=SizeBasis.USUAL, share="0.1")
    sized = render_route(preview(sized=size("1000.50")), READER)
    usual = render_route(preview(sized=default), READER)
    pair = render_route(preview(sized=default, requested="BTC/USD"), READER)
    only_size = render_route(preview(requested=None), READER)
    nothing = render_route(preview(sized=default, requested=None), READER)

    data = [screen.keyboard[0][0].data for screen in (sized, usual, pair, only_size, nothing)]
    assert data == ["r:route:BTC:1000.5", "r:route:BTC", "r:route:BTC/USD", "r:route:30", "r:route"]


@pytest.mark.parametrize(
    ("sized", "data"),
    [
        (size(basis=SizeBasis.MOST), "r:route:BTC:max"),
        (size(basis=SizeBasis.SHARE, share="0.025"), "r:route:BTC:2.5%"),
    ],
)
def test_refresh_asks_for_the_same_part_of_what_is_there(sized, data):
    assert render_route(preview(sized=sized), READER).keyboard[0][0].data == data


def test_a_small_account_is_chosen_with_the_rule_that_speaks_against_it():
    small = Reason(
        obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=Decimal(50), actual=Decimal("34.12"), unit="USD"
    )
    chosen = route(choice=RouteChoice.ONLY_ONE, small=small)

    assert (
        "Why: its equity of $34.12 is under $50.00: chosen only because no other can take it."
        in render_route(preview(chosen), READER).text
    )


def test_the_saving_against_the_dearest_and_what_a_cheaper_one_lacks_are_told():
    cheaper = left_out(
        Venue.ALPACA,
        Reason(
            obstacle=RouteObstacle.NOT_ENOUGH_CASH, limit=Decimal("30.6"), actual=Decimal("12.1"), unit="USD"
        ),
    )
    dearer = left_out(Venue.COINBASE, Reason(obstacle=RouteObstacle.NOT_CHEAPER))
    missed = Missed(
        account=account(Venue.ALPACA),
        saving_usd=Decimal("0.156"),
        lacking=Decimal("18.501"),
        currency="USD",
    )
    chosen = route(
        account=account(),
        cost=cost_by_figures(TABLE[Venue.KRAKEN]),
        left_out=(cheaper, dearer),
        missed=missed,
    )

    text = render_route(preview(chosen), READER).text

    assert "That is $0.23 less than at the dearest." in text
    assert "Alpaca would cost $0.16 less, but lacks $18.51 of free cash." in text


def test_a_cost_by_the_order_book_says_so():
    bought = Execution(quantity=Decimal(1), value=Decimal(30), total=Decimal(30), change=Decimal(1))
    cost = TradeCost(fees=TABLE[Venue.KRAKEN], round_trip=Decimal("0.0088"), execution=bought)

    text = render_route(preview(route(cost=cost)), READER).text

    assert "Round trip           0.88 %, $0.26" in text
    assert "The order book was walked for this size." in text


def test_where_no_broker_has_the_cash_it_is_said_how_to_see_what_fits():
    short = left_out(
        Venue.KRAKEN,
        Reason(obstacle=RouteObstacle.NOT_ENOUGH_CASH, limit=Decimal(30), actual=Decimal(12), unit="USD"),
    )
    nowhere = preview(decision=NoRoute(request=request(), left_out=(short,)))

    text = plain_text(render_route(nowhere, READER).text)

    assert "No broker can take this trade now. /route BTC max shows the most" in text
