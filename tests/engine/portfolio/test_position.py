from dataclasses import replace

import pytest

from engine.guards.guard import GuardSource, GuardState
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind, Unsettled
from engine.model.venues import Venue
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.portfolio import sort_positions
from engine.portfolio.position import SaleNow
from tests.builders import NOW, a_guard, a_mark, a_position, an_account, number

NO_PRICE = PriceUnknown(problem=PriceProblem.NO_QUOTE)


def test_an_explained_position_shows_entry_value_and_result():
    position = a_position()

    assert (position.entry, position.value_usd, position.currency) == (number("100"), number("180"), "USD")
    assert (position.pnl, position.pnl_ratio) == (number("-20"), number("-0.1"))
    # 180 brings 1.80 of fees when it is sold.
    assert position.net_if_sold == number("-21.80")


def test_only_the_explained_part_has_an_entry_and_a_result():
    position = a_position(quantity=number("5"))

    assert (position.quantity, position.explained, position.entry) == (5, 2, number("100"))
    assert (position.value_usd, position.pnl) == (number("450"), number("-20"))


@pytest.mark.parametrize("source", GuardSource)
def test_what_is_being_sold_keeps_the_entry_that_was_paid(source):
    guard = a_guard(quantity=number("1.5"), cost=number("180"), state=GuardState.CLOSING, source=source)

    position = a_position(guard=guard, cost=number("200"), fills_pending=True).with_known_cost()

    assert (position.explained, position.entry) == (number("1.5"), number("100"))
    assert (position.pnl, position.pnl_ratio) == (number("-15"), number("-0.1"))
    assert position.guard_ratio == number("-0.25")


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

    position = a_position(guard=guard, explained=number("0"), cost=None).with_known_cost()

    assert position.entry == entry
    assert position.pnl == (entry and number("-45"))
    assert position.guard_ratio == number("-0.25")


def test_of_what_is_being_sold_only_the_part_with_a_cost_has_an_entry():
    guard = a_guard(quantity=number("3"), cost=number("270"), state=GuardState.CLOSING)

    position = a_position(guard=guard, quantity=number("3")).with_known_cost()

    assert (position.explained, position.entry, position.pnl) == (2, number("100"), number("-20"))


@pytest.mark.parametrize("is_read", [True, False])
def test_after_a_sale_there_is_no_entry_and_no_result_until_its_fills_are_read(is_read):
    sale = Unsettled(quantity=number("1"), at=NOW, is_read=is_read)

    position = a_position(fills_pending=True, unsettled=sale).with_known_cost()

    assert (position.entry, position.pnl, position.pnl_ratio, position.net_if_sold) == (
        None,
        None,
        None,
        None,
    )
    assert position.value_usd == (number("180") if is_read else None)
    why = NotGuarded.FILLS_PENDING if is_read else NotGuarded.UNREAD_SALE
    assert why_not_guarded(position) is why


def test_a_short_gains_when_the_price_falls():
    short = a_position(direction=Direction.SHORT, kind=PositionKind.MARGIN)

    assert (short.pnl, short.pnl_ratio, short.net_if_sold) == (number("20"), number("0.1"), number("18.20"))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"mark": NO_PRICE}, id="no price"),
        pytest.param({"cost": None}, id="no cost"),
        pytest.param({"cost": number("0")}, id="a cost of nothing"),
        pytest.param({"explained": number("0")}, id="nothing explained"),
        pytest.param({"cost_currency": "EUR"}, id="bought with another currency"),
        pytest.param({"instrument": None}, id="not listed"),
    ],
)
def test_there_is_no_result_without_an_entry_and_a_price_in_its_currency(changes):
    position = a_position(**changes)

    assert (position.pnl, position.pnl_ratio, position.net_if_sold) == (None, None, None)


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"quote_usd": number("1.1")}, "198"),
        ({"quote_usd": None}, None),
        ({"mark": NO_PRICE}, None),
    ],
)
def test_the_value_in_dollars_needs_a_price_and_a_rate(changes, value):
    assert a_position(**changes).value_usd == number(value)


def test_what_is_not_listed_is_shown_in_dollars_without_a_symbol():
    position = a_position(instrument=None, cost=None, cost_currency=None, explained=number("0"))

    assert (position.symbol, position.currency, position.entry) == (None, "USD", None)


def test_positions_stand_by_broker_the_worst_first_and_those_without_a_result_last():
    worst = a_position(mark=a_mark("50"), asset="SOL")
    bad = a_position(asset="ADA")
    unknown = a_position(mark=NO_PRICE, asset="AAA")
    alpaca = a_position(account=an_account(Venue.ALPACA), mark=a_mark("200"))

    assert sort_positions([unknown, bad, worst, alpaca]) == (worst, bad, unknown, alpaca)


@pytest.mark.parametrize("typed", ["AAPLx.T", "aaplX.t", "AAPLX.T/USD"])
def test_a_position_is_found_by_its_name_in_any_letters(typed):
    assert a_position(asset="AAPLx.T").is_called(typed)
    assert not a_position(asset="AAPL").is_called(typed)


def test_two_equal_results_stand_by_name():
    one, other = a_position(asset="ADA"), replace(a_position(), asset="BTC")

    assert sort_positions([other, one]) == (one, other)


def test_while_fills_are_awaited_nothing_of_it_is_explained():
    pending = a_position(fills_pending=True).with_known_cost()

    assert (pending.explained, pending.cost, pending.fills_pending) == (0, None, True)
    assert a_position().with_known_cost() == a_position()


def test_what_is_being_sold_awaits_no_fills():
    guard = a_guard("2", "200", state=GuardState.CLOSING)
    selling = a_position(guard=guard, explained=number("0"), fills_pending=True).with_known_cost()

    assert (selling.explained, selling.cost, selling.cost_currency) == (2, 200, "USD")
    assert selling.fills_pending is False


def test_what_is_being_sold_cost_what_its_guard_knows_in_the_guards_own_money():
    guard = a_guard("2", "200", state=GuardState.CLOSING, currency="EUR")
    selling = a_position(guard=guard, cost=None, cost_currency=None).with_known_cost()

    assert (selling.explained, selling.cost, selling.cost_currency) == (2, 200, "EUR")


def test_what_is_being_sold_from_the_price_of_a_day_has_no_cost_that_is_known():
    guard = a_guard("2", "200", state=GuardState.CLOSING, source=GuardSource.EXISTING_PRICE)
    selling = a_position(guard=guard, explained=number("0")).with_known_cost()

    assert (selling.explained, selling.cost) == (0, None)
    assert a_position(guard=guard, cost=None).with_known_cost().explained == 0


@pytest.mark.parametrize(
    ("typed", "is_it"),
    [("BTC/USD", True), ("btc/usd", True), ("BTC/EUR", False), ("BTC", True), ("ETH", False)],
)
def test_a_pair_is_found_only_in_its_own_currency(typed, is_it):
    assert a_position().is_called(typed) is is_it


def test_a_guard_remembers_what_a_part_cost_while_fills_are_read_again():
    unread = {"explained": number("0"), "cost": None}

    assert a_position().paid_or_remembered(number("1")) == 100
    assert a_position(**unread).paid_or_remembered(number("1")) is None
    assert a_position(guard=a_guard("2", "190"), **unread).paid_or_remembered(number("1")) == 95


@pytest.mark.parametrize(
    ("changes", "quantity", "received", "net"),
    [
        pytest.param({}, "2", "178.20", "-21.80", id="all of it"),
        pytest.param({"locked": number("0.5")}, "1.5", "133.650", "-16.350", id="a part is staked"),
        pytest.param({"quantity": number("5")}, "2", "178.20", "-21.80", id="a part has no cost"),
        pytest.param({"direction": Direction.SHORT}, "2", "181.80", "18.20", id="a short"),
    ],
)
def test_what_a_sale_at_once_would_bring_and_leave(changes, quantity, received, net):
    sale = SaleNow(quantity=number(quantity), received=number(received), net=number(net))

    assert a_position(**changes).sale_at_once == sale


@pytest.mark.parametrize("changes", [{"mark": NO_PRICE}, {"cost": None}, {"locked": number("2")}])
def test_without_price_cost_or_anything_free_no_sale_at_once_is_worked_out(changes):
    assert a_position(**changes).sale_at_once is None
