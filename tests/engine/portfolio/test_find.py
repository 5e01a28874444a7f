from dataclasses import replace

import pytest

from engine.accounts.cost_basis import CostBasis
from engine.accounts.fees import TABLE, TakerFee
from engine.brokers.base import Session
from engine.guards.guard import GuardState
from engine.guards.guard_mark import GuardMark
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.market.shown_mark import NO_BOOK
from engine.model.holdings import Direction, PositionKey, PositionKind, Unsettled
from engine.model.instruments import AssetClass
from engine.model.venues import Venue
from engine.offers.offering import propose
from engine.portfolio.account_facts import AccountFacts, exit_symbols
from engine.portfolio.find import find_positions, marks_of, thin_symbols
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from tests.builders import (
    NOW,
    a_book,
    a_guard,
    a_holding,
    a_margin_position,
    a_mark,
    a_position,
    a_quote,
    a_report,
    ago,
    an_instrument,
    number,
)

LISTED = {symbol: an_instrument(symbol) for symbol in ("BTC/USD", "BTC/EUR", "ETH/BTC", "EUR/USD")}
STOCK = an_instrument("AAPL/USD", venue=Venue.ALPACA, asset_class=AssetClass.STOCK)
OPEN = Session(is_open=True, opened_at=ago(3600), next_open=None, next_close=None)
SHUT = Session(is_open=False, opened_at=None, next_open=None, next_close=None)

QUOTES = (a_quote(),)
LAST = Mark(price=number("90"), basis=MarkBasis.BID, at=ago(180))

OWN_FEE = TakerFee(ratio=number("0.004"), is_own=True)
USUAL_FEE = TakerFee(ratio=TABLE[Venue.KRAKEN].taker, is_own=False)


def a_basis(asset="BTC", quantity="1", *, explained="1", cost="100", currency="USD", complete=True):
    return CostBasis(
        asset=asset,
        quantity=number(quantity),
        explained=number(explained),
        cost=number(cost),
        currency=currency,
        complete=complete,
    )


def account_facts(*holdings, quotes=QUOTES, instruments=LISTED, margin=(), **changes):
    values = {
        "report": a_report(*holdings, margin=margin),
        "guards": (),
        "instruments": instruments,
        "quotes": {quote.symbol: quote for quote in quotes},
        "session": None,
        "bases": {},
        "takers": {"BTC/USD": OWN_FEE},
        "guard_marks": {},
        "unsettled": {},
        "threshold": number("-0.01"),
        "price_max_age_s": 15,
        "now": NOW,
    }
    return AccountFacts(**{**values, **changes})


def found(*holdings, **choices):
    [one] = find_positions(account_facts(*holdings, **choices))
    return one


@pytest.mark.parametrize("instruments", [LISTED, {}], ids=["listed", "without listings"])
def test_a_fee_that_is_not_known_is_the_tables_and_not_zero(instruments):
    position = found(a_holding("BTC", "1"), takers={}, instruments=instruments)

    assert position.taker == USUAL_FEE
    assert not position.is_fee_own


def test_cash_and_what_is_gone_are_no_positions():
    report = a_report(a_holding("USD"), a_holding("USDC"), a_holding("BTC", "0"), a_holding("ETH", "2"))

    assert [holding.asset for holding in report.spot_positions] == ["ETH"]


def test_coins_held_or_staked_are_positions_too():
    one = found(a_holding("BTC", "0", held="1", locked="2"))

    assert (one.quantity, one.held, one.locked, one.free) == (3, 1, 2, 0)


@pytest.mark.parametrize(
    ("asset", "currency", "symbol"),
    [
        pytest.param("BTC", "EUR", "BTC/EUR", id="what it was bought with"),
        pytest.param("BTC", None, "BTC/USD", id="dollars"),
        pytest.param("BTC", "CHF", "BTC/USD", id="dollars where its own pair is not listed"),
        pytest.param("ETH", "USD", "ETH/BTC", id="whatever there is"),
    ],
)
def test_the_pair_a_coin_would_be_sold_through(asset, currency, symbol):
    report = a_report(a_holding(asset))

    assert exit_symbols(report, {asset: a_basis(asset, currency=currency)}, LISTED) == {asset: symbol}


def test_what_no_pair_sells_has_no_symbol_and_no_price():
    one = found(a_holding("SGB"))

    assert one.instrument is None
    assert one.quote_usd is None
    assert one.mark == PriceUnknown(problem=PriceProblem.NO_QUOTE)


@pytest.mark.parametrize(("instruments", "is_known"), [(LISTED, True), ({}, False)])
def test_where_no_listing_is_known_nothing_is_called_unlisted(instruments, is_known):
    one = found(a_holding("SGB"), instruments=instruments)

    assert (one.instrument, one.is_listing_known) == (None, is_known)


def test_a_price_from_before_is_kept_beside_the_one_that_is_missing():
    one = found(a_holding("BTC"), quotes=(), last_marks={"BTC/USD": LAST})

    assert (one.mark, one.last_mark) == (PriceUnknown(problem=PriceProblem.NO_QUOTE), LAST)


def test_a_stock_is_sold_through_the_symbol_its_venue_names():
    holding = a_holding("AAPL", symbol="AAPL/USD")

    assert exit_symbols(a_report(holding), {}, {"AAPL/USD": STOCK}) == {"AAPL": "AAPL/USD"}


def test_an_entry_comes_from_the_explained_part():
    one = found(a_holding("BTC", "3"), bases={"BTC": a_basis(quantity="3", explained="2", cost="150")})

    assert (one.explained, one.cost, one.cost_currency, one.history_incomplete) == (2, 150, "USD", False)


def test_a_coin_whose_history_was_not_read_yet_has_no_entry_and_says_so():
    one = found(a_holding("BTC"))

    assert (one.explained, one.cost, one.history_incomplete) == (0, None, True)


def test_a_coin_nothing_explains_has_no_cost():
    one = found(a_holding("BTC"), bases={"BTC": a_basis(explained="0", cost="0", currency=None)})

    assert (one.cost, one.cost_currency) == (None, None)


def test_a_coin_is_marked_at_its_bid_with_its_taker_fee():
    one = found(a_holding("BTC"), quotes=[a_quote("100", "100.1")])

    assert (one.mark.price, one.mark.basis) == (100, MarkBasis.BID)
    assert (one.taker, one.quote_usd) == (OWN_FEE, 1)


def test_a_pair_in_euros_is_valued_at_the_venues_euro():
    one = found(
        a_holding("BTC"),
        quotes=[a_quote(symbol="BTC/EUR"), a_quote("1.08", "1.09", symbol="EUR/USD")],
        bases={"BTC": a_basis(currency="EUR")},
    )

    assert (one.instrument.symbol, one.quote_usd, one.taker) == (
        "BTC/EUR",
        number("1.08"),
        USUAL_FEE,
    )


@pytest.mark.parametrize(
    ("quote", "problem"),
    [
        (a_quote(at=ago(16)), PriceProblem.STALE),
        (a_quote(bid=None), PriceProblem.NO_BID),
        (a_quote("101", "100"), PriceProblem.CROSSED),
    ],
)
def test_a_price_nobody_can_trust_is_no_price(quote, problem):
    assert found(a_holding("BTC"), quotes=[quote]).mark == PriceUnknown(problem=problem)


def test_a_top_that_says_too_little_is_no_price_without_its_order_book():
    one = found(a_holding("BTC", "1000"))

    assert one.mark == PriceUnknown(problem=PriceProblem.NO_BOOK)


def test_a_top_that_says_too_little_is_priced_by_its_order_book():
    book = a_book(bids=[("100", "500"), ("98", "500")])

    one = found(a_holding("BTC", "1000"), books={"BTC/USD": book})

    assert (one.mark.price, one.mark.basis) == (99, MarkBasis.WALKED)


@pytest.mark.parametrize(
    ("guards", "basis"), [((), MarkBasis.MID), ((a_guard(threshold="-0.2"),), MarkBasis.BID)]
)
def test_how_wide_a_spread_may_be_goes_by_the_threshold_of_its_guard(guards, basis):
    assert found(a_holding("BTC"), guards=guards, quotes=[a_quote("95", "105")]).mark.basis is basis


def test_what_nobody_lists_now_has_no_price_because_its_venue_gave_no_answer():
    assert found(a_holding("BTC"), instruments={}).mark == PriceUnknown(problem=PriceProblem.NO_ANSWER)


@pytest.mark.parametrize(
    ("seen", "last"),
    [
        pytest.param(GuardMark(current=a_mark("77"), last=a_mark("77")), a_mark("77"), id="its guard's"),
        pytest.param(GuardMark(), LAST, id="one from before its guard"),
        pytest.param(None, LAST, id="one of what nobody looked at"),
    ],
)
def test_the_last_price_is_that_of_its_guard_else_the_one_known_before(seen, last):
    one = found(
        a_holding("BTC"),
        guards=(a_guard(),),
        guard_marks={"guard-1": seen} if seen else {},
        last_marks={"BTC/USD": LAST},
    )

    assert one.last_mark == last


def test_a_guarded_coin_shows_what_its_guard_goes_by():
    guard_marks = {"guard-1": GuardMark(current=a_mark("77"))}

    one = found(a_holding("BTC"), guards=(a_guard(),), guard_marks=guard_marks)

    assert (one.guard.guard_id, one.mark) == ("guard-1", a_mark("77"))


def test_a_guard_that_saw_nothing_yet_shows_the_quote():
    one = found(a_holding("BTC"), guards=(a_guard(),), guard_marks={"guard-1": GuardMark()})

    assert one.mark.price == 100


def test_a_paused_guard_shows_todays_price_and_not_the_one_from_before():
    guard_marks = {"guard-1": GuardMark(current=a_mark("77"))}

    one = found(a_holding("BTC"), guards=(a_guard(state=GuardState.PAUSED),), guard_marks=guard_marks)

    assert one.mark.price == 100


def test_a_guard_decides_through_which_pair_its_coin_is_sold():
    one = found(
        a_holding("BTC"), guards=(a_guard(currency="EUR"),), bases={"BTC": a_basis()}, quotes=[a_quote()]
    )

    assert one.instrument.symbol == "BTC/EUR"


def test_a_guard_of_something_else_is_not_taken_for_it():
    one = found(a_holding("BTC"), guards=(a_guard(asset="ETH"), a_guard(kind=PositionKind.MARGIN)))

    assert one.guard is None


def test_a_margin_position_has_its_own_cost_and_is_marked_by_its_side():
    short = a_margin_position(direction=Direction.SHORT, quantity="2", cost="180", leverage=3)

    one = found(margin=[short], quotes=[a_quote("99.9", "100")])

    assert (one.kind, one.asset, one.direction) == (PositionKind.MARGIN, "BTC", Direction.SHORT)
    assert (one.quantity, one.explained) == (2, 2)
    assert (one.cost, one.cost_currency, one.leverage) == (180, "USD", 3)
    assert (one.mark.price, one.mark.basis) == (100, MarkBasis.ASK)


@pytest.mark.parametrize(
    ("direction", "currency", "is_guarded"),
    [(Direction.SHORT, "USD", True), (Direction.SHORT, "EUR", False), (Direction.LONG, "USD", False)],
)
def test_a_margin_guard_belongs_to_its_pair_and_direction(direction, currency, is_guarded):
    guard = a_guard(kind=PositionKind.MARGIN, direction=direction, currency=currency)

    one = found(margin=[a_margin_position(direction=Direction.SHORT)], guards=(guard,))

    assert (one.guard is not None) is is_guarded


@pytest.mark.parametrize(
    ("session", "problem"),
    [(SHUT, PriceProblem.MARKET_CLOSED), (None, PriceProblem.MARKET_CLOSED), (OPEN, None)],
)
def test_a_stock_has_a_price_in_its_session_only(session, problem):
    one = found(
        a_holding("AAPL", symbol="AAPL/USD"),
        instruments={"AAPL/USD": STOCK},
        quotes=[a_quote(symbol="AAPL/USD")],
        session=session,
    )

    assert getattr(one.mark, "problem", None) == problem


def test_what_was_sold_without_being_held_is_shown_and_never_guarded():
    owed = a_holding("AAPL", "-5", symbol="AAPL/USD")
    [short] = find_positions(
        account_facts(
            owed, instruments={"AAPL/USD": STOCK}, quotes=(a_quote(symbol="AAPL/USD"),), session=OPEN
        )
    )

    assert (short.asset, short.direction, short.quantity) == ("AAPL", Direction.SHORT, 5)
    assert isinstance(short.mark, Mark)
    assert why_not_guarded(short) is NotGuarded.SHORT
    assert propose(short, threshold=number("-0.01")).choices == ()


def test_a_quantity_that_shrank_has_no_entry_until_its_fills_are_read():
    one = found(a_holding("BTC", "2"), bases={"BTC": a_basis(quantity="3", explained="2", cost="150")})

    assert (one.cost, one.explained, one.fills_pending, one.history_incomplete) == (None, 0, True, True)


@pytest.mark.parametrize(("state", "cost"), [(GuardState.CLOSING, 150), (GuardState.ARMED, None)])
def test_what_is_being_sold_keeps_its_entry_while_its_fills_are_read(state, cost):
    one = found(
        a_holding("BTC", "2"),
        bases={"BTC": a_basis(quantity="3", explained="2", cost="150")},
        guards=(a_guard(state=state),),
    )

    assert (one.cost, one.fills_pending) == (cost, True)


def test_a_position_says_of_when_it_is_and_whether_its_owner_was_asked():
    report = replace(a_report(a_holding("BTC")), venue_at=ago(1), step=7)
    key = PositionKey(account_id="kraken-1", kind=PositionKind.SPOT, asset="BTC")

    one = found(report=report, step_included=5, open_questions=frozenset({key}))

    assert (one.as_of, one.venue_as_of, one.step_at_request, one.step_included) == (NOW, ago(1), 7, 5)
    assert one.has_open_question
    assert not found(a_holding("BTC")).has_open_question


def test_a_quantity_that_grew_keeps_the_entry_of_what_was_there():
    one = found(a_holding("BTC", "3"), bases={"BTC": a_basis(quantity="2", explained="2", cost="150")})

    assert (one.cost, one.explained, one.fills_pending, one.history_incomplete) == (150, 2, False, True)


def a_live(bid, *, current="99", **changes):
    guard = a_guard()
    marks = {guard.guard_id: GuardMark(current=a_mark(current), last=a_mark(current))}
    pushed = {"BTC/USD": a_quote(bid, bid, **changes)}
    return found(a_holding("BTC"), guards=(guard,), guard_marks=marks, pushed=pushed)


def test_a_guarded_position_whose_price_is_pushed_shows_the_latest_quote():
    one = a_live("99.5")

    assert (one.mark.price, one.is_live) == (number("99.5"), True)


@pytest.mark.parametrize(
    ("bid", "changes"),
    [
        pytest.param("90", {}, id="a jump that nobody looked at twice"),
        pytest.param("99.5", {"bid_quantity": "0.01"}, id="too thin to be a price by itself"),
        pytest.param("99.5", {"at": ago(16)}, id="nothing new for a while"),
    ],
)
def test_a_pushed_quote_that_a_guard_would_not_be_judged_by_alone_leaves_the_last_mark(bid, changes):
    assert a_live(bid, **changes).mark == a_mark("99")


def test_a_price_that_is_only_polled_is_not_live():
    assert not found(a_holding("BTC")).is_live


def test_a_paused_guard_of_what_is_gone_is_found_with_nothing_there():
    guard = replace(a_guard("1", "100", state=GuardState.PAUSED), leverage=3)

    gone = found(guards=(guard,))

    assert (gone.key, gone.direction, gone.symbol) == (guard.key, guard.direction, guard.symbol)
    assert (gone.quantity, gone.leverage, gone.guard) == (0, 3, guard)
    assert find_positions(account_facts(guards=(a_guard(),))) == ()


def test_the_pairs_that_need_their_book_and_those_with_a_mark_are_named():
    thin = a_position(mark=NO_BOOK)
    eth = a_position(asset="ETH", instrument=an_instrument("ETH/USD"), mark=a_mark("9"))
    unlisted = a_position(instrument=None)

    assert thin_symbols([thin, eth, unlisted, a_position(instrument=None, mark=NO_BOOK)]) == {"BTC/USD"}
    assert marks_of([thin, eth, unlisted]) == {"ETH/USD": a_mark("9")}


def test_a_sale_that_is_read_already_holds_up_no_margin_position():
    sale = Unsettled(quantity=number("1"), at=NOW, is_read=False)
    key = PositionKey(account_id="kraken-1", kind=PositionKind.MARGIN, asset="BTC", symbol="BTC/USD")

    def margin(unsettled):
        return found(margin=[a_margin_position()], unsettled={key: unsettled}).unsettled

    assert margin(sale) == sale
    assert margin(replace(sale, is_read=True)) is None


def test_a_sale_of_coins_is_shown_until_its_fills_are_read():
    sale = Unsettled(quantity=number("1"), at=NOW, is_read=True)
    key = PositionKey(account_id="kraken-1", kind=PositionKind.SPOT, asset="BTC")

    pending = found(a_holding(venue_entry="95"), unsettled={key: sale})

    assert (pending.unsettled, pending.fills_pending, pending.venue_entry) == (sale, True, number("95"))
