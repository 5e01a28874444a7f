from dataclasses import replace

import pytest

from engine.guards.guard import GuardSource, GuardState
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind, Unsettled
from engine.model.venues import Venue
from engine.portfolio.assemble import Found, Result, assemble, sort_positions, why_not_guarded, work_out
from engine.portfolio.view import NotGuarded
from tests.builders import NOW, a_guard, a_mark, an_account, an_instrument, number

NO_PRICE = PriceUnknown(problem=PriceProblem.NO_QUOTE)
CLOSED = PriceUnknown(problem=PriceProblem.MARKET_CLOSED)
BEFORE = {"mark": NO_PRICE, "last_mark": Mark(price=number("90"), basis=MarkBasis.BID, at=NOW)}


def a_found(**changes):
    """Two coins, explained with a cost of 100 each, worth 90 each now."""
    values = {
        "account": an_account(),
        "kind": PositionKind.SPOT,
        "direction": Direction.LONG,
        "asset": "BTC",
        "instrument": an_instrument(minimum_quantity="0.01", minimum_notional="5"),
        "quantity": number("2"),
        "explained": number("2"),
        "cost": number("200"),
        "currency": "USD",
        "mark": a_mark("90"),
        "quote_usd": number("1"),
        "taker": number("0.01"),
        "guard": None,
        "as_of": NOW,
    }
    return Found(**{**values, **changes})


def test_an_explained_position_shows_entry_value_and_result():
    view = assemble(a_found())

    assert (view.entry, view.value_usd, view.currency) == (number("100"), number("180"), "USD")
    assert (view.pnl, view.pnl_ratio) == (number("-20"), number("-0.1"))
    # 180 brings 1.80 of fees when it is sold.
    assert view.net_if_sold == number("-21.80")


def test_only_the_explained_part_has_an_entry_and_a_result():
    view = assemble(a_found(quantity=number("5")))

    assert (view.quantity, view.explained, view.entry) == (5, 2, number("100"))
    assert (view.value_usd, view.pnl) == (number("450"), number("-20"))


@pytest.mark.parametrize("source", GuardSource)
def test_what_is_being_sold_keeps_the_entry_that_was_paid(source):
    guard = a_guard(quantity=number("1.5"), cost=number("180"), state=GuardState.CLOSING, source=source)

    view = assemble(a_found(guard=guard, cost=number("200"), fills_pending=True))

    assert (view.explained, view.entry) == (number("1.5"), number("100"))
    assert (view.pnl, view.pnl_ratio) == (number("-15"), number("-0.1"))
    assert view.guard_ratio == number("-0.25")


@pytest.mark.parametrize(
    ("source", "entry"),
    [
        (GuardSource.EXISTING_COST, number("120")),
        (GuardSource.BOUGHT, number("120")),
        # Neither the price of the day it was guarded nor what stands in for an unknown cost was paid.
        (GuardSource.EXISTING_PRICE, None),
        (GuardSource.MANUAL, None),
    ],
)
def test_while_the_cost_is_read_again_only_a_guard_from_cost_remembers_it(source, entry):
    guard = a_guard(quantity=number("1.5"), cost=number("180"), state=GuardState.CLOSING, source=source)

    view = assemble(a_found(guard=guard, explained=number("0"), cost=None))

    assert view.entry == entry
    assert view.pnl == (entry and number("-45"))
    assert view.guard_ratio == number("-0.25")


def test_of_what_is_being_sold_only_the_part_with_a_cost_has_an_entry():
    guard = a_guard(quantity=number("3"), cost=number("270"), state=GuardState.CLOSING)

    view = assemble(a_found(guard=guard, quantity=number("3")))

    assert (view.explained, view.entry, view.pnl) == (2, number("100"), number("-20"))


@pytest.mark.parametrize("is_read", [True, False])
def test_after_a_sale_there_is_no_entry_and_no_result_until_its_fills_are_read(is_read):
    sale = Unsettled(quantity=number("1"), at=NOW, is_read=is_read)

    view = assemble(a_found(fills_pending=True, unsettled=sale))

    assert (view.entry, view.pnl, view.pnl_ratio, view.net_if_sold) == (None, None, None, None)
    assert view.value_usd == (number("180") if is_read else None)
    why = NotGuarded.FILLS_PENDING if is_read else NotGuarded.UNREAD_SALE
    assert view.not_guarded is why


def test_a_short_gains_when_the_price_falls():
    short = a_found(direction=Direction.SHORT, kind=PositionKind.MARGIN)

    assert work_out(short) == Result(number("20"), number("0.1"), number("18.20"))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mark": NO_PRICE}, id="no price"),
        pytest.param({"cost": None}, id="no cost"),
        pytest.param({"cost": number("0")}, id="a cost of nothing"),
        pytest.param({"explained": number("0")}, id="nothing explained"),
        pytest.param({"currency": "EUR"}, id="bought with another currency"),
        pytest.param({"instrument": None}, id="not listed"),
    ],
)
def test_there_is_no_result_without_an_entry_and_a_price_in_its_currency(changes):
    view = assemble(a_found(**changes))

    assert (view.pnl, view.pnl_ratio, view.net_if_sold) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"quote_usd": number("1.1")}, "198"),
        ({"quote_usd": None}, None),
        ({"mark": NO_PRICE}, None),
    ],
)
def test_the_value_in_dollars_needs_a_price_and_a_rate(changes, value):
    assert assemble(a_found(**changes)).value_usd == number(value)


def test_what_is_not_listed_is_shown_in_dollars_without_a_symbol():
    view = assemble(a_found(instrument=None, cost=None, currency=None, explained=number("0")))

    assert (view.symbol, view.currency, view.entry) == (None, "USD", None)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({}, NotGuarded.NOT_ASKED_FOR, id="nobody asked"),
        pytest.param({"cost": None}, NotGuarded.ENTRY_UNKNOWN, id="no entry"),
        pytest.param({"mark": NO_PRICE}, NotGuarded.PRICE_UNKNOWN, id="never a price"),
        pytest.param(BEFORE, NotGuarded.NOT_ASKED_FOR, id="no price now"),
        pytest.param(BEFORE | {"cost": None}, NotGuarded.ENTRY_UNKNOWN, id="no price now and no entry"),
        pytest.param(
            BEFORE | {"quantity": number("0.05")}, NotGuarded.BELOW_MINIMUM, id="worth too little before"
        ),
        pytest.param(
            BEFORE | {"locked": number("1.95")},
            NotGuarded.CANNOT_BE_SOLD_NOW,
            id="what is not staked was worth too little before",
        ),
        pytest.param(
            {"mark": NO_PRICE, "quantity": number("0.009")}, NotGuarded.BELOW_MINIMUM, id="dust at any price"
        ),
        pytest.param(
            {"mark": NO_PRICE, "locked": number("1.995")},
            NotGuarded.CANNOT_BE_SOLD_NOW,
            id="all but dust staked at any price",
        ),
        pytest.param({"mark": NO_PRICE, "asked": True}, NotGuarded.ASKED, id="asked about before"),
        pytest.param(
            {"mark": NO_PRICE, "instrument": None, "is_listing_known": False},
            NotGuarded.PRICE_UNKNOWN,
            id="nobody tells what is listed",
        ),
        pytest.param({"asked": True}, NotGuarded.ASKED, id="asked about"),
        pytest.param(
            {"asked": True, "cost": None}, NotGuarded.ENTRY_UNKNOWN, id="asked about without an entry"
        ),
        pytest.param({"mark": CLOSED}, NotGuarded.MARKET_CLOSED, id="market closed"),
        pytest.param({"instrument": None}, NotGuarded.CANNOT_BE_SOLD_NOW, id="not listed"),
        pytest.param({"locked": number("2")}, NotGuarded.CANNOT_BE_SOLD_NOW, id="staked"),
        pytest.param({"locked": number("1.995")}, NotGuarded.CANNOT_BE_SOLD_NOW, id="all but dust staked"),
        pytest.param(
            {"quantity": number("0.009"), "locked": number("0.005")},
            NotGuarded.BELOW_MINIMUM,
            id="staked dust",
        ),
        pytest.param({"quantity": number("0.009")}, NotGuarded.BELOW_MINIMUM, id="dust"),
        pytest.param({"guard": a_guard()}, None, id="guarded"),
        pytest.param({"guard": a_guard(), "mark": NO_PRICE}, NotGuarded.PRICE_UNKNOWN, id="guarded blind"),
        pytest.param(
            {"guard": a_guard(state=GuardState.PAUSED)}, NotGuarded.PAUSED, id="paused until answered"
        ),
    ],
)
def test_why_nothing_watches_a_position(changes, why):
    assert why_not_guarded(a_found(**changes)) is why


def test_positions_stand_by_broker_the_worst_first_and_those_without_a_result_last():
    worst = assemble(a_found(mark=a_mark("50"), asset="SOL"))
    bad = assemble(a_found(asset="ADA"))
    unknown = assemble(a_found(mark=NO_PRICE, asset="AAA"))
    alpaca = assemble(a_found(account=an_account(Venue.ALPACA), mark=a_mark("200")))

    assert sort_positions([unknown, bad, worst, alpaca]) == (worst, bad, unknown, alpaca)


@pytest.mark.parametrize("typed", ["AAPLx.T", "aaplX.t", "AAPLX.T/USD"])
def test_a_position_is_found_by_its_name_in_any_letters(typed):
    assert a_found(asset="AAPLx.T").is_called(typed)
    assert not a_found(asset="AAPL").is_called(typed)


def test_two_equal_results_stand_by_name():
    one, other = assemble(a_found(asset="ADA")), assemble(replace(a_found(), asset="BTC"))

    assert sort_positions([other, one]) == (one, other)
