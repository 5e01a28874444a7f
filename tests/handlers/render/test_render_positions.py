import re
from decimal import Decimal

import pytest

from engine.guards.guard import GuardSource, GuardState
from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind, Unsettled
from engine.model.venues import Venue
from engine.portfolio.portfolio import Unread
from engine.status import Hindrances
from handlers.render.html import plain_text, split
from handlers.render.numbers import money
from handlers.render.positions import render_positions
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import (
    READER,
    WITHOUT_COST,
    account,
    ago,
    guard,
    instrument,
    mark,
    portfolio,
    position,
    taker,
    unread,
)

_MINUS = "\N{MINUS SIGN}"
UNPRICED = {"mark": PriceUnknown(problem=PriceProblem.NO_BID)}
SHUT = {"mark": PriceUnknown(problem=PriceProblem.MARKET_CLOSED)}
DUST = {"instrument": instrument(minimum_quantity=Decimal(1))}


def test_a_guarded_position_shows_entry_mark_result_and_trigger():
    check_golden("positions_guarded", render_positions(portfolio(position(is_live=True)), READER))


def test_what_is_unusual_about_positions_is_said():
    no_price = PriceUnknown(problem=PriceProblem.NO_BID)
    held = portfolio(
        position(quantity=Decimal("0.15"), guard=guard(quantity="0.1", cost="6000")),
        position(mark=no_price),
        position(
            asset="XTZ",
            instrument=None,
            mark=PriceUnknown(problem=PriceProblem.NO_QUOTE),
            locked=Decimal("0.12"),
            guard=None,
            **WITHOUT_COST,
        ),
        position(
            kind=PositionKind.MARGIN,
            direction=Direction.SHORT,
            guard=guard(direction=Direction.SHORT, kind=PositionKind.MARGIN, leverage=2),
        ),
        unread=(unread(Venue.COINBASE, ago(minutes=12)), unread(Venue.ALPACA, error="403")),
    )

    check_golden("positions_unusual", render_positions(held, READER))


def labels(text):
    """Return the labels of each table, in their order."""
    tables = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
    return [[re.split(r"\s{2,}|, ", line)[0] for line in table.splitlines()] for table in tables]


def test_many_positions_are_shown_as_one_is():
    one = render_positions(portfolio(position()), READER).text
    many = render_positions(portfolio(*(position() for _ in range(8))), READER).text

    assert labels(many) == labels(one) * 8
    assert len(split(many)) == 1


def test_too_many_positions_for_one_message_leave_out_the_same_figures_of_each():
    one = render_positions(portfolio(position()), READER).text
    screen = render_positions(portfolio(*(position() for _ in range(15))), READER)

    [full] = labels(one)
    kept = [label for label in full if label not in {"Value", "Net if sold now"}]
    assert labels(screen.text) == [kept] * 15
    assert "Left out, because there are so many: Value, Net if sold now." in screen.text
    assert len(split(screen.text)) == 1
    check_golden("positions_many", screen)


def test_what_is_held_free_and_guarded_are_told_apart():
    ether = position(
        quantity=Decimal("1.987"),
        locked=Decimal("0.75"),
        explained=Decimal("1.25"),
        guard=guard(quantity="1", cost="64000"),
    )

    table = " ".join(render_positions(portfolio(ether), READER).text.split())

    assert "Quantity 1.987 · staked 0.75 · free 1.237 · guarded 1 Entry" in table


def test_what_open_orders_hold_is_not_called_free():
    ether = position(quantity=Decimal("1.98765432"), locked=Decimal("0.75"), held=Decimal("1.2"), guard=None)
    ripple = position(account=account(Venue.COINBASE), quantity=Decimal(10), held=Decimal(6), guard=None)

    table = " ".join(render_positions(portfolio(ether, ripple), READER).text.split())

    assert "Quantity 1.98765432 · staked 0.75 · held by open orders 1.2 · free 0.03765432 Entry" in table
    assert "Quantity 10 · on hold at Coinbase 6 · free 4 Entry" in table


def test_what_is_guarded_whole_and_free_has_one_quantity():
    table = " ".join(render_positions(portfolio(position()), READER).text.split())

    assert "Quantity 0.12 Entry" in table


def test_what_is_all_staked_says_that_none_of_it_is_free():
    ether = position(quantity=Decimal("0.75"), locked=Decimal("0.75"), guard=None)

    table = " ".join(render_positions(portfolio(ether), READER).text.split())

    assert "Quantity 0.75 · staked 0.75 · free 0 Entry" in table


def test_a_position_guarded_from_a_price_shows_since_when_from_what_and_how_far_it_is():
    table = plain_text(render_positions(portfolio(position(**WITHOUT_COST)), READER).text)

    shown = [" ".join(row.split()) for row in table.splitlines()]
    assert "Guarded from $64,000.00" in shown
    assert "Guarded since 6 Mar 02:30:11 UTC" in shown
    assert f"Now against that {_MINUS}0.78 %" in shown
    assert "Trigger ≤ $63,360.00" in shown


def test_what_is_being_sold_says_what_its_guard_counts_from():
    selling = position(cost=Decimal(9240), guard=guard(state=GuardState.CLOSING))

    table = " ".join(render_positions(portfolio(selling), READER).text.split())

    assert "Entry $77,000.00" in table
    assert (
        f"Guarded from $64,000.00 Guarded since 6 Mar 02:30:11 UTC Now against that {_MINUS}0.78 %" in table
    )


def test_what_is_closed_manually_without_a_known_cost_has_no_price_it_was_guarded_from():
    closing = guard(state=GuardState.CLOSING, source=GuardSource.MANUAL)
    selling = position(guard=closing, **WITHOUT_COST)

    for count in (1, 30):
        text = render_positions(portfolio(*[selling] * count), READER).text
        assert "being sold as you asked, not guarded" in text
        assert "uarded from" not in text


def test_without_a_price_nothing_is_compared_with_it():
    no_price = PriceUnknown(problem=PriceProblem.NO_QUOTE)
    waiting = position(cost=Decimal(9240), mark=no_price)

    table = render_positions(portfolio(waiting), READER).text

    assert "against that" not in table
    assert "Guarded from $64,000.00" in " ".join(table.split())


def test_few_positions_say_which_part_the_result_is_of():
    ether = position(
        quantity=Decimal("1.98765432"),
        locked=Decimal("0.75"),
        explained=Decimal("1.25"),
        cost=Decimal(80000),
    )

    check_golden("positions_staked", render_positions(portfolio(ether), READER))


@pytest.mark.parametrize(
    ("guarded", "counted"),
    [
        (({},), "2 held, 1 guarded."),
        ((UNPRICED,), "2 held, 1 guarded, waiting for a price."),
        (({}, UNPRICED), "3 held, 2 guarded, 1 of them waiting for a price."),
        ((SHUT,), "2 held, 1 guarded, waiting for the market to open."),
        (({}, {"guard": guard(state=GuardState.PAUSED)}), "3 held, 1 guarded, 1 paused."),
        ((), "1 held, 0 guarded."),
    ],
)
def test_a_guard_that_waits_is_counted_and_says_so(guarded, counted):
    held = portfolio(position(guard=None), *(position(**changes) for changes in guarded))

    assert counted in render_positions(held, READER).text


def test_a_result_just_above_the_threshold_is_not_shown_as_having_reached_it():
    close = position(mark=mark("63360.256"))

    assert f"{_MINUS}0.9996 %, {_MINUS}$76.77" in render_positions(portfolio(close), READER).text


def test_a_guard_from_another_price_than_the_entry_says_from_which():
    text = render_positions(portfolio(position(guard=guard(cost="7200"))), READER).text

    assert "Guarded from            $60,000.00" in text
    assert "Trigger               ≤ $59,400.00" in text


def test_a_short_triggers_above():
    short = position(direction=Direction.SHORT, guard=guard(direction=Direction.SHORT))

    assert "≥ $64,640.00" in render_positions(portfolio(short), READER).text


def test_old_fills_still_being_read_are_no_unknown_entry():
    reading = position(history_incomplete=True, guard=None, **WITHOUT_COST)

    text = render_positions(portfolio(reading), READER).text

    assert "still being read" in text
    assert "entry is unknown" not in text


def test_positions_whose_account_is_still_being_read_carry_the_time_of_the_last_reading():
    slow = portfolio(position(), unread=(unread(as_of=ago(seconds=20), error="", is_awaited=True),))

    text = render_positions(slow, READER).text

    assert "No newer answer from Kraken yet; its positions are as of 02:29:51 UTC." in text


@pytest.mark.parametrize("held", [1, 9])
@pytest.mark.parametrize(
    ("problem", "words"),
    [(PriceProblem.NO_BID, "price unknown (no bid)"), (PriceProblem.MARKET_CLOSED, "market closed")],
)
def test_why_a_guarded_position_is_not_watched_is_said_once(problem, words, held):
    blind = position(mark=PriceUnknown(problem=problem))

    text = render_positions(portfolio(*[blind] * held), READER).text

    assert text.count(f"but not watched: {words}") == held
    assert "Value" not in text
    assert text.count("price unknown") + text.count("market closed") == held


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (UNPRICED, "price unknown (no bid)"),
        (UNPRICED | WITHOUT_COST | {"last_mark": mark()}, "price unknown (no bid)"),
        (SHUT, "market closed"),
    ],
)
def test_why_an_unguarded_position_has_no_price_is_said_once(changes, words):
    blind = position(guard=None, **changes)

    assert render_positions(portfolio(blind), READER).text.count(words) == 1


def test_what_no_position_shows_is_not_named_as_left_out():
    sold = Unsettled(quantity=Decimal("0.12"), at=ago(seconds=3), is_read=False)
    unread_sales = portfolio(*(position(unsettled=sold) for _ in range(40)))

    assert "Left out" not in render_positions(unread_sales, READER).text


@pytest.mark.parametrize("changes", [{"locked": Decimal("0.12")}, DUST], ids=["staked", "dust"])
def test_what_cannot_be_sold_has_no_result_of_selling_it_now(changes):
    kept = position(explained=Decimal("0.01234568"), guard=None, **changes)

    text = render_positions(portfolio(kept), READER).text

    assert "Net if sold now" not in text
    assert "The entry is of the 0.01234568 bought here; what the other 0.10765432 cost is not known." in text


def test_an_unknown_price_stands_beside_the_last_known_one_and_its_age():
    last = Mark(price=Decimal(63500), basis=MarkBasis.BID, at=ago(minutes=3))
    unpriced = position(mark=PriceUnknown(problem=PriceProblem.NO_ANSWER), last_mark=last)

    table = " ".join(render_positions(portfolio(unpriced), READER).text.split())

    assert "Mark unknown Last known, 3 min ago $63,500.00 PnL unknown" in table


@pytest.mark.parametrize(
    ("changes", "is_said"),
    [
        ({"taker": taker(is_own=False)}, True),
        ({}, False),
        ({"taker": taker(is_own=False)} | WITHOUT_COST, False),
        ({"taker": taker(is_own=False), "guard": None} | DUST, False),
    ],
)
def test_a_net_result_says_where_its_fee_may_not_be_the_accounts_own(changes, is_said):
    text = render_positions(portfolio(position(**changes)), READER).text

    assert ("At Kraken the usual fee is counted: your account's own is not known." in text) is is_said


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        pytest.param({"symbol": "ETH"}, "No ETH is known.", id="a coin"),
        pytest.param(
            {"symbol": "ETH", "venue": Venue.KRAKEN}, "No ETH at Kraken is known.", id="at a broker"
        ),
        pytest.param({"venue": Venue.ALPACA}, "You hold no positions at Alpaca.", id="at another broker"),
    ],
)
def test_what_was_not_read_is_not_called_not_held(wanted, says):
    unread = Unread(account=position().account, as_of=None, error="no connection")

    assert says in render_positions(portfolio(unread=(unread,)), READER, **wanted).text


def test_a_price_that_the_watch_does_not_take_is_not_called_live():
    unwatched = Unwatched(
        guard_id="g1",
        symbol="BTC/USD",
        venue_label="Kraken",
        reason=UnwatchedReason.PRICE_UNKNOWN,
        problem=PriceProblem.NO_ANSWER,
        since=ago(minutes=1),
    )
    hindrances = Hindrances(unwatched={"g1": unwatched})
    held = portfolio(position(is_live=True), position(asset="ETH", guard=guard(guard_id="g2")))

    text = " ".join(render_positions(held, READER, hindrances).text.split())

    assert "2 held, 2 guarded, 1 of them not watched." in text
    assert "Mark, not confirmed, 2 s ago $63,500.00" in text
    assert "Mark, live" not in text


def head_of(*positions):
    return plain_text(render_positions(portfolio(*positions), READER).text).split("\n\n")[0]


def test_what_several_positions_would_bring_is_summed_up_and_the_others_are_counted():
    priced = position()
    both = 2 * priced.net_if_sold

    head = head_of(priced, position(), position(**UNPRICED))

    assert f"together: {money(both, signed=True)} (2 positions, and 1 without a figure)." in head


@pytest.mark.parametrize("others", [(), (position(**UNPRICED),), (position(cost_currency="EUR"),)])
def test_one_result_alone_is_not_summed_up(others):
    assert "together" not in head_of(position(), *others)
