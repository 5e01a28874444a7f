"""When what a venue says of an order may be acted on."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine.model.orders import Fill, Order, OrderStatus, Side, VenueOrderId
from engine.orders.order_readings import (
    OrderReadings,
    ReadingVerdict,
    falls_short,
    is_all_traded,
    is_price_odd,
    needs_trades,
    weigh,
    weigh_not_known,
    why_unconfirmed,
    with_trade_totals,
)

OPEN, FILLED, CANCELED = OrderStatus.OPEN, OrderStatus.FILLED, OrderStatus.CANCELED
WAIT, OK, GOES_ON = ReadingVerdict.UNCONFIRMED, ReadingVerdict.CONFIRMED, ReadingVerdict.OPEN


def an_order(status, filled, *, sent="1"):
    filled = Decimal(filled)
    return Order(
        venue_order_id=VenueOrderId("O-1"),
        client_order_id=None,
        symbol="BTC/USD",
        side=Side.SELL,
        status=status,
        quantity=Decimal(sent),
        filled_quantity=filled,
        cost=filled * 100,
        fee=filled,
        fee_asset="USD",
    )


def a_trade(quantity, *, price="100", fee="1", fee_asset="USD", trade_id="T-1"):
    return Fill(
        trade_id=trade_id,
        venue_order_id=VenueOrderId("O-1"),
        symbol="BTC/USD",
        base="BTC",
        quote="USD",
        side=Side.SELL,
        price=Decimal(price),
        quantity=Decimal(quantity),
        fee=None if fee is None else Decimal(fee),
        fee_asset=fee_asset,
        at=datetime(2026, 3, 4, tzinfo=UTC),
    )


def verdicts(*answers, written="0"):
    """Weigh (seconds, status, filled, traded) one after the other."""
    readings, given_verdicts = OrderReadings(sent=Decimal(1), most_filled=Decimal(written)), []
    for now_s, status, filled, traded in answers:
        known = None if traded is None else Decimal(traded)
        readings, verdict = weigh(readings, an_order(status, filled), traded=known, now_s=now_s)
        given_verdicts.append(verdict)
    return given_verdicts


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        pytest.param([(0, OPEN, "0", None)], [GOES_ON], id="open"),
        pytest.param([(0, OPEN, "0", "0.4"), (9, OPEN, "0", "0.4")], [GOES_ON] * 2, id="open, part traded"),
        pytest.param([(0, OPEN, "0", "1"), (2, OPEN, "0", "1")], [GOES_ON, OK], id="open, all traded twice"),
        pytest.param(
            [(0, OPEN, "1", "1"), (1, OPEN, "1", "1")], [GOES_ON] * 2, id="open, all traded too soon"
        ),
        pytest.param(
            [(0, OPEN, "1", "1"), (1, OPEN, "1", None), (2, OPEN, "1", "1")],
            [GOES_ON] * 3,
            id="open, all traded, then not reported",
        ),
        pytest.param([(0, FILLED, "1", None)], [OK], id="all of it"),
        pytest.param([(0, CANCELED, "1", None)], [OK], id="all of it, whatever the word"),
        pytest.param([(0, FILLED, "0.99999999", None)], [OK], id="one unit of the last digit short"),
        pytest.param([(0, FILLED, "0.99999998", None)], [WAIT], id="two units short"),
        pytest.param([(0, FILLED, "0", None)], [WAIT], id="closed with nothing"),
        pytest.param([(0, FILLED, "0", "0")], [WAIT], id="no trades prove nothing"),
        pytest.param([(0, FILLED, "0", "1")], [OK], id="its trades are all of it"),
        pytest.param(
            [(0, CANCELED, "0.4", "0.4"), (1.9, CANCELED, "0.4", "0.4"), (2, CANCELED, "0.4", "0.4")],
            [WAIT, WAIT, OK],
            id="a part that its trades agree with is said twice: they may be as old",
        ),
        pytest.param(
            [(0, CANCELED, "0.4", "0.4"), (2, FILLED, "1", None)], [WAIT, OK], id="a part, then all of it"
        ),
        pytest.param([(0, CANCELED, "0.4", "0.3")], [WAIT], id="trades may be late"),
        pytest.param([(0, CANCELED, "0.4", "0.6")], [WAIT], id="trades of more than it says"),
        pytest.param([(0, FILLED, "1.2", None)], [WAIT], id="more than was sent"),
        pytest.param(
            [(0, CANCELED, "0", None), (4.9, CANCELED, "0", None), (5, CANCELED, "0", None)],
            [WAIT, WAIT, OK],
            id="nothing filled again, some seconds later",
        ),
        pytest.param(
            [(0, CANCELED, "0", None), (5, FILLED, "0", None)], [WAIT, OK], id="another word for the same end"
        ),
        pytest.param(
            [(0, CANCELED, "0", None), (2, CANCELED, "0.4", None), (4, CANCELED, "0.4", None)],
            [WAIT, WAIT, OK],
            id="more than before must be said twice too",
        ),
        pytest.param(
            [(0, CANCELED, "0", None), (1, OPEN, "0", None), (2, CANCELED, "0", None)],
            [WAIT, GOES_ON, WAIT],
            id="open again begins anew",
        ),
        pytest.param(
            [(0, OPEN, "0.4", None), (1, CANCELED, "0.3", "0.3"), (15, CANCELED, "0.3", "0.3")],
            [GOES_ON, WAIT, WAIT],
            id="less than before is not said twice soon",
        ),
        pytest.param(
            [(0, OPEN, "0.4", None), (1, CANCELED, "0.3", None), (16, CANCELED, "0.3", None)],
            [GOES_ON, WAIT, OK],
            id="less than before, said for long",
        ),
        pytest.param(
            [
                (0, OPEN, "0.4", None),
                (1, CANCELED, "0.3", None),
                (2, CANCELED, "0.4", "0.4"),
                (4, CANCELED, "0.4", "0.4"),
            ],
            [GOES_ON, WAIT, WAIT, OK],
            id="what was filled before is reported again",
        ),
        pytest.param(
            [(0, CANCELED, "0", "0.6"), (2, CANCELED, "0", "0.6"), (15, CANCELED, "0", "0.6")],
            [WAIT, WAIT, OK],
            id="trades that stay at more than it says",
        ),
        pytest.param(
            [(0, OPEN, "0", "1"), (1, CANCELED, "0.4", None), (5, CANCELED, "0.4", None)],
            [GOES_ON, WAIT, WAIT],
            id="less than was all traded",
        ),
        pytest.param(
            [
                (0, CANCELED, "0.4", None),
                (1, FILLED, "1", None),
                (2.5, CANCELED, "0.4", None),
                (16, CANCELED, "0.4", None),
            ],
            [WAIT, OK, WAIT, WAIT],
            id="all of it, then less than that again",
        ),
    ],
)
def test_an_answer_counts_when_nothing_contradicts_it(answers, expected):
    assert verdicts(*answers) == expected


def test_what_the_journal_wrote_down_counts_as_an_answer_before():
    assert verdicts((0, CANCELED, "0", None), (2, CANCELED, "0", None), written="0.4") == [WAIT, WAIT]


def not_known(*answers, most="0"):
    """Return the verdicts on answers that do not know the order, each with its time and what its trades add up to."""
    readings, found = OrderReadings(sent=Decimal(1), most_filled=Decimal(most)), []
    for now_s, traded in answers:
        known = None if traded is None else Decimal(traded)
        readings, verdict = weigh_not_known(readings, traded=known, now_s=now_s)
        found.append(verdict)
    return found


def test_an_order_that_is_not_known_for_long_is_given_up_under_its_id():
    assert not_known((0, None), (9.9, "0"), (10, "0")) == [GOES_ON, GOES_ON, ReadingVerdict.NOT_KNOWN]


def test_an_order_of_which_something_filled_is_there_whatever_its_venue_knows():
    assert not_known((0, None), (10, "0.4")) == [GOES_ON, GOES_ON]
    assert not_known((0, None), (10, None), most="0.4") == [GOES_ON, GOES_ON]


def test_an_order_that_was_known_in_between_counts_as_not_known_from_then_on():
    readings, _ = weigh_not_known(OrderReadings(sent=Decimal(1)), traded=None, now_s=0)
    readings, _ = weigh(readings, an_order(OPEN, "0"), traded=None, now_s=9)

    _, verdict = weigh_not_known(readings, traded=None, now_s=12)

    assert verdict is GOES_ON


AMOUNTS = st.sampled_from([Decimal(n) / 4 for n in range(5)])
ANSWERS = st.lists(
    st.tuples(st.sampled_from(list(OrderStatus)), AMOUNTS, st.none() | AMOUNTS, st.floats(0.01, 1.9)),
    min_size=1,
    max_size=12,
)


@given(ANSWERS)
@example([(OPEN, Decimal(0), Decimal(1), 1.0)] * 3)
def test_one_final_answer_that_falls_short_never_counts_by_itself(answers):
    readings, now_s, before = OrderReadings(sent=Decimal(1)), 0.0, []
    for status, filled, traded, pause_s in answers:
        now_s += pause_s
        order = an_order(status, filled)
        readings, verdict = weigh(readings, order, traded=traded, now_s=now_s)
        if verdict is ReadingVerdict.CONFIRMED and falls_short(order, Decimal(1)):
            counted = max(filled, traded or Decimal(0))
            agrees = (status.is_final, counted) in before
            assert agrees or traded == Decimal(1)
        # An order that goes on being reported as open is over once its trades show all that was sent.
        is_over_by_trades = traded == Decimal(1) and verdict is ReadingVerdict.CONFIRMED
        assert (verdict is ReadingVerdict.OPEN) == (not status.is_final) or is_over_by_trades
        before.append((status.is_final, max(filled, traded or Decimal(0))))


@given(AMOUNTS, AMOUNTS)
def test_an_answer_that_is_repeated_always_counts_in_the_end(filled, before):
    readings = OrderReadings(sent=Decimal(1), most_filled=before)
    order = an_order(CANCELED, filled)
    readings, _ = weigh(readings, order, traded=None, now_s=0)
    _, verdict = weigh(readings, order, traded=None, now_s=15)

    assert verdict is ReadingVerdict.CONFIRMED


@pytest.mark.parametrize(
    ("filled", "traded", "before", "words"),
    [
        ("0", "0", "0", "without any fill, which a market order hardly ever is"),
        ("0", None, "0", "without any fill, which a market order hardly ever is"),
        ("0", "0", "0.4", "with 0 filled, less than was sent, although it or its trades told of 0.4"),
        ("0.2", "0.5", "0", "with 0.2 filled, less than was sent, although it or its trades told of 0.5"),
        ("0.4", None, "0", "with 0.4 filled, less than was sent, and its trades are not known"),
        ("0.4", "0.1", "0", "with 0.4 filled, less than was sent, and its trades tell of 0.1 yet"),
        ("0.4", "0.4", "0", "with 0.4 filled, less than was sent, and its trades tell of no more yet"),
        ("1.5", "0", "0", "with 1.5 filled, more than was sent, and its trades tell of 0 yet"),
    ],
)
def test_what_is_the_matter_with_an_unconfirmed_answer_is_said_truly(filled, traded, before, words):
    order, known = an_order(FILLED, filled), None if traded is None else Decimal(traded)
    readings = OrderReadings(sent=Decimal(1), most_filled=Decimal(before))

    after, verdict = weigh(readings, order, traded=known, now_s=0)

    assert verdict is WAIT
    assert why_unconfirmed(after, order, traded=known) == words


def test_trades_of_more_than_an_order_says_give_its_figures():
    trades = [a_trade("0.4"), a_trade("0.6", price="90", trade_id="T-2")]

    order = with_trade_totals(an_order(FILLED, "0"), trades, Decimal(1))

    assert (order.status, order.filled_quantity, order.cost) == (FILLED, Decimal(1), Decimal(94))
    assert (order.fee, order.fee_asset, order.fills) == (Decimal(2), "USD", tuple(trades))


@pytest.mark.parametrize(
    "other", [a_trade("0.6", fee=None), a_trade("0.6", fee_asset="BTC")], ids=["unknown", "in another asset"]
)
def test_fees_that_cannot_be_summed_are_unknown(other):
    order = with_trade_totals(an_order(CANCELED, "0"), [a_trade("0.4"), other], Decimal(1))

    assert (order.fee, order.fee_asset) == (None, None)


def test_trades_of_less_than_an_order_says_leave_it_as_it_is():
    order = an_order(CANCELED, "0.4")

    assert with_trade_totals(order, [a_trade("0.3")], Decimal(1)) is order


@pytest.mark.parametrize(
    ("lacks", "cost", "fee"),
    [
        pytest.param({"cost": None}, Decimal("99.5"), 1, id="no cost"),
        pytest.param({"cost": Decimal(0)}, Decimal("99.5"), 1, id="a cost of zero"),
        pytest.param({"fee": None}, 100, 7, id="no fee"),
        pytest.param({"cost": None, "fee": None}, Decimal("99.5"), 7, id="neither"),
        pytest.param({}, 100, 1, id="nothing lacks"),
        pytest.param({"cost": Decimal(1)}, Decimal("99.5"), 1, id="a cost far from that of its trades"),
    ],
)
def test_trades_of_as_much_as_an_order_says_give_what_it_lacks(lacks, cost, fee):
    order = replace(an_order(FILLED, "1"), **lacks)

    reported = with_trade_totals(order, [a_trade("1", price="99.5", fee="7")], Decimal(1))

    assert (reported.cost, reported.fee, reported.fee_asset) == (cost, fee, "USD")
    assert reported.fills == (a_trade("1", price="99.5", fee="7"),)


@pytest.mark.parametrize(
    ("fee", "expected"), [(Decimal(1), (1, "USD")), (None, (7, "BTC"))], ids=["its own", "its trades'"]
)
def test_a_fee_goes_with_the_asset_it_was_reported_in(fee, expected):
    order = replace(an_order(FILLED, "1"), fee=fee)

    reported = with_trade_totals(order, [a_trade("1", fee="7", fee_asset="BTC")], Decimal(1))

    assert (reported.fee, reported.fee_asset) == expected


@pytest.mark.parametrize("filled", ["0", "0.4", "1"])
@pytest.mark.parametrize(("traded", "status"), [("1", FILLED), ("1.1", FILLED), ("0.9", CANCELED)])
def test_an_order_is_filled_once_its_trades_are_all_of_it(filled, traded, status):
    filled = min(Decimal(filled), Decimal(traded))

    reported = with_trade_totals(an_order(CANCELED, filled), [a_trade(traded)], Decimal(1))

    assert (reported.status, reported.filled_quantity) == (status, Decimal(traded))


@pytest.mark.parametrize(("cost", "reported"), [("101", 101), ("99", 99), ("101.01", 100), ("98.99", 100)])
def test_a_value_counts_that_is_within_a_percent_of_that_of_its_trades(cost, reported):
    order = replace(an_order(FILLED, "1"), cost=Decimal(cost))

    assert with_trade_totals(order, [a_trade("1")], Decimal(1)).cost == reported


def test_trades_of_all_that_was_sent_count_more_than_an_order_that_says_more():
    reported = with_trade_totals(an_order(FILLED, "1000"), [a_trade("1")], Decimal(1))

    assert (reported.filled_quantity, reported.cost) == (1, 100)


@pytest.mark.parametrize(
    ("changes", "is_needed"),
    [
        ({}, False),
        ({"cost": None}, True),
        ({"cost": Decimal(0)}, True),
        ({"fee": None}, True),
        ({"fee": None, "fee_asset": None}, False),
        ({"filled_quantity": Decimal("0.4")}, True),
        ({"status": OPEN, "cost": None}, False),
    ],
    ids=["all reported", "no cost", "zero cost", "no fee", "fee booked later", "less than sent", "open"],
)
def test_trades_are_needed_where_a_final_order_lacks_something(changes, is_needed):
    assert needs_trades(replace(an_order(FILLED, "1"), **changes), Decimal(1)) is is_needed


@pytest.mark.parametrize(
    ("trigger", "is_odd"),
    [
        ("100", False),
        ("80", False),
        ("66.7", False),
        ("150", False),
        ("66.6", True),
        ("150.1", True),
        ("0", False),
    ],
)
def test_a_price_that_is_far_from_its_trigger_is_odd(trigger, is_odd):
    assert is_price_odd(an_order(FILLED, "1"), Decimal(trigger)) is is_odd


@pytest.mark.parametrize(("cost", "is_odd"), [("150", False), ("150.01", True)])
def test_half_as_much_again_as_its_trigger_is_the_last_price_that_is_not_odd(cost, is_odd):
    order = replace(an_order(FILLED, "1"), cost=Decimal(cost))

    assert is_price_odd(order, Decimal(100)) is is_odd


def test_without_a_fill_no_price_is_odd():
    assert not is_price_odd(an_order(CANCELED, "0"), Decimal(1))


@pytest.mark.parametrize(
    ("fills", "is_all"),
    [(None, False), ((), False), ((a_trade("0.5"),), False), ((a_trade("0.5"), a_trade("0.5")), True)],
    ids=["not known", "none", "a part", "all"],
)
def test_everything_is_traded_once_the_trades_add_up_to_it(fills, is_all):
    assert is_all_traded(fills, Decimal(1)) is is_all


def test_nothing_traded_is_not_all_of_the_least_quantity():
    assert not is_all_traded((), Decimal("1E-8"))
