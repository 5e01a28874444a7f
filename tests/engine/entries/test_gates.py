from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.entries.assess import assess
from engine.entries.gates import (
    _CHECKS,
    DamagedRecord,
    Gate,
    GateName,
    GateVerdict,
    ProposedBuy,
    Remedy,
    check_gates,
    check_halt,
)
from engine.entries.halts import Halt, HaltedBy
from engine.entries.holdings import DamagedGuard, Realised
from engine.entries.reservations import Reservation
from engine.guards.guard import GuardSource, GuardState
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.venues import Venue
from engine.orders.ended_exits_store import LastExit
from tests.builders import NOW, a_book, a_guard, a_mark, a_position, an_instrument, number
from tests.engine.entries.trades import RULES, a_place, a_request, entry_accounts

HALT = Halt(since=NOW, by=HaltedBy.CHAT)
CLOSED = PriceUnknown(problem=PriceProblem.MARKET_CLOSED)


def a_market(bid="49950", ask="50000", size="5"):
    return {
        "bid": number(bid),
        "ask": number(ask),
        "book": a_book(bids=[(bid, size)], asks=[(ask, size)]),
    }


def gates(usd="30", *, place=None, rules=RULES, **known):
    place = place or a_place(Venue.KRAKEN, **a_market())
    accounts = entry_accounts(place, **known)
    proposal = ProposedBuy(
        base="BTC",
        usd=Decimal(usd),
        place=assess(a_request(usd), place, rules),
        accounts=accounts,
        rules=rules,
    )
    return {gate.name: gate for gate in check_gates(proposal)}


def guarded(asset="ETH", quantity="1", price="100", *, venue=Venue.KRAKEN, **changes):
    guard = a_guard(quantity, "100", asset=asset, venue=venue)
    values = {
        "asset": asset,
        "quantity": number(quantity),
        "instrument": an_instrument(f"{asset}/USD", venue=venue, minimum_quantity="0.01"),
        "mark": a_mark(price),
        "guard": guard,
    }
    return a_position(**values | changes)


def test_every_gate_has_one_check_and_is_shown():
    assert set(_CHECKS) == set(GateName)
    assert list(gates()) == list(GateName)


def test_with_nothing_in_the_way_every_gate_is_open():
    assert {gate.verdict for gate in gates().values()} == {GateVerdict.PASS}
    assert all(gate.remedy is None for gate in gates().values())


def test_a_halt_keeps_every_buy_back_until_it_is_lifted():
    gate = gates(halt=HALT)[GateName.HALT]

    assert (gate.verdict, gate.since, gate.until, gate.remedy) == (GateVerdict.FAIL, NOW, None, Remedy.RESUME)
    assert gate == check_halt(HALT)


@pytest.mark.parametrize(
    ("free", "reserved", "verdict"),
    [
        ("30.6", "0", GateVerdict.PASS),
        ("30.59", "0", GateVerdict.FAIL),
        ("100", "69.4", GateVerdict.PASS),
        ("100", "69.41", GateVerdict.FAIL),
        ("100", None, GateVerdict.UNKNOWN),
        (None, "0", GateVerdict.UNKNOWN),
    ],
)
def test_cash_must_cover_the_buy_and_the_buffer_beside_what_others_reserve(free, reserved, verdict):
    place = a_place(
        Venue.KRAKEN, free=free, reserved_quote=None if reserved is None else Decimal(reserved), **a_market()
    )

    gate = gates(place=place)[GateName.CASH]

    assert (gate.verdict, gate.limit, gate.unit, gate.venue) == (
        verdict,
        Decimal("30.60"),
        "USD",
        Venue.KRAKEN,
    )
    assert gate.reserved == Decimal(reserved or 0)


@pytest.mark.parametrize(("usd", "verdict"), [("300", GateVerdict.PASS), ("300.01", GateVerdict.FAIL)])
def test_what_is_guarded_with_it_stays_within_four_fifths_of_equity(usd, verdict):
    held = (guarded("ETH", "2", "150"), guarded("SOL", "10", "20"))

    gate = gates(usd, positions=held)[GateName.EXPOSURE]

    assert (gate.verdict, gate.actual, gate.limit) == (verdict, 500 + Decimal(usd), Decimal(800))


def test_of_a_position_only_the_guarded_part_is_exposed():
    position = replace(guarded("ETH", "1", "100"), quantity=number("5"))

    assert gates(positions=(position,))[GateName.EXPOSURE].actual == 130


def test_buys_under_way_count_as_exposure_and_as_positions():
    under_way = Reservation(account_id="kraken-1", asset="SOL", currency="USD", amount=Decimal(780))

    found = gates("30", reservations=(under_way,))

    assert (found[GateName.EXPOSURE].verdict, found[GateName.EXPOSURE].actual) == (GateVerdict.FAIL, 810)
    assert found[GateName.POSITIONS].actual == 2


def test_a_guarded_share_at_night_counts_at_its_cost():
    share = guarded("AAPL", "1", mark=CLOSED)

    assert gates(positions=(share,))[GateName.EXPOSURE].actual == 130


@pytest.mark.parametrize(
    "known",
    [
        {"positions": (guarded(quote_usd=None),)},
        {"reservations": (Reservation(account_id="kraken-1", asset="SOL", currency="USD", amount=None),)},
        {"place": a_place(Venue.KRAKEN, equity=None, **a_market())},
    ],
    ids=["a worth", "a reservation", "total equity"],
)
def test_an_exposure_that_nobody_knows_keeps_a_buy_back(known):
    gate = gates(**known)[GateName.EXPOSURE]

    assert (gate.verdict, gate.remedy) == (GateVerdict.UNKNOWN, Remedy.TRY_AGAIN)


@pytest.mark.parametrize(
    ("assets", "after", "verdict"),
    [
        (["A1", "A2", "A3", "A4", "A5", "A6", "A7"], 8, GateVerdict.PASS),
        (["A1", "A2", "A3", "A4", "A5", "A6", "A7", "A8"], 9, GateVerdict.FAIL),
        # Adding to one of them makes no other.
        (["A1", "A2", "A3", "A4", "A5", "A6", "A7", "BTC"], 8, GateVerdict.PASS),
    ],
)
def test_at_most_eight_positions_are_guarded(assets, after, verdict):
    gate = gates(positions=tuple(guarded(asset, price="1") for asset in assets))[GateName.POSITIONS]

    assert (gate.actual, gate.limit, gate.verdict) == (after, 8, verdict)


def test_dust_and_the_guard_of_a_single_sale_are_no_positions():
    dust = guarded("ETH", "0.005")
    for_one_sale = guarded("SOL")
    closing = replace(for_one_sale.guard, source=GuardSource.MANUAL, state=GuardState.CLOSING)

    found = gates(positions=(dust, replace(for_one_sale, guard=closing)))

    assert found[GateName.POSITIONS].actual == 1
    assert found[GateName.EXPOSURE].actual == 30


@pytest.mark.parametrize(
    ("ago_s", "verdict"),
    [(0, GateVerdict.FAIL), (299, GateVerdict.FAIL), (300, GateVerdict.PASS), (-1, GateVerdict.PASS)],
)
def test_what_was_sold_is_not_bought_again_for_five_minutes(ago_s, verdict):
    ended = NOW - timedelta(seconds=ago_s)

    gate = gates(last_exit=LastExit(ended_at=ended))[GateName.COOLDOWN]

    assert gate.verdict is verdict
    assert gate.until == (ended + timedelta(seconds=300) if verdict is GateVerdict.FAIL else None)


def test_what_is_being_sold_is_not_bought_and_nobody_knows_until_when():
    gate = gates(last_exit=LastExit(is_under_way=True))[GateName.COOLDOWN]

    assert (gate.verdict, gate.until) == (GateVerdict.FAIL, None)


def test_a_sale_that_ended_nobody_knows_when_keeps_a_buy_back():
    gate = gates(last_exit=LastExit())[GateName.COOLDOWN]

    assert (gate.verdict, gate.remedy) == (GateVerdict.UNKNOWN, Remedy.TRY_AGAIN)


LIMITED = replace(RULES, daily_loss_usd=Decimal(50))


def realised(amount, currency="USD"):
    return Realised(amount=None if amount is None else Decimal(amount), currency=currency)


def test_without_a_daily_loss_limit_no_loss_keeps_a_buy_back():
    gate = gates(realised_today=(realised("-100000"),))[GateName.DAILY_LOSS]

    assert (gate.verdict, gate.actual, gate.limit) == (GateVerdict.PASS, None, None)


@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (["-29.99"], GateVerdict.PASS),
        (["-30"], GateVerdict.FAIL),
        (["-80", "60"], GateVerdict.PASS),
        ([None], GateVerdict.UNKNOWN),
    ],
)
def test_realised_and_standing_losses_of_a_day_keep_buys_back_at_the_limit(today, verdict):
    # Bought for 100 and worth 80 now
    standing = guarded("ETH", "1", "80")

    gate = gates(rules=LIMITED, positions=(standing,), realised_today=tuple(map(realised, today)))[
        GateName.DAILY_LOSS
    ]

    assert (gate.verdict, gate.limit) == (verdict, Decimal(-50))


def test_an_open_gain_lets_no_loss_of_the_day_above_the_limit_through():
    # Bought for 100 long ago and worth 696 now
    gain = guarded("SOL", "1", "696")

    gate = gates(rules=LIMITED, positions=(gain,), realised_today=(realised("-67.15"),))[GateName.DAILY_LOSS]

    assert (gate.verdict, gate.actual) == (GateVerdict.FAIL, Decimal("-67.15"))


def test_an_open_gain_makes_up_for_no_open_loss():
    gate = gates(rules=LIMITED, positions=(guarded("SOL", "1", "696"), guarded("ETH", "1", "40")))[
        GateName.DAILY_LOSS
    ]

    assert (gate.verdict, gate.actual) == (GateVerdict.FAIL, -60)


def test_a_sale_of_unknown_result_keeps_buys_back_until_midnight_and_a_missing_price_until_it_is_back():
    unsold, unpriced = realised(None), guarded("AAPL", "1", mark=CLOSED)

    sale = gates(rules=LIMITED, positions=(unpriced,), realised_today=(unsold,))[GateName.DAILY_LOSS]
    price = gates(rules=LIMITED, positions=(unpriced,))[GateName.DAILY_LOSS]

    assert (sale.verdict, sale.remedy) == (GateVerdict.UNKNOWN, Remedy.LIFT_LIMIT)
    assert (price.verdict, price.remedy) == (GateVerdict.UNKNOWN, Remedy.TRY_AGAIN)


def test_a_result_in_money_of_no_known_rate_is_no_known_result():
    found = [
        gates(rules=LIMITED, realised_today=(realised("-1", currency),))[GateName.DAILY_LOSS].verdict
        for currency in ("USDT", "EUR")
    ]

    assert found == [GateVerdict.PASS, GateVerdict.UNKNOWN]


def test_a_guarded_share_at_night_stands_at_its_last_price():
    share = guarded("AAPL", "1", mark=CLOSED, last_mark=a_mark("40"))
    unpriced = guarded("AAPL", "1", mark=CLOSED)

    lost, unknown = (gates(rules=LIMITED, positions=(one,))[GateName.DAILY_LOSS] for one in (share, unpriced))

    assert (lost.verdict, lost.actual) == (GateVerdict.FAIL, -60)
    assert unknown.verdict is GateVerdict.UNKNOWN


def test_a_buy_below_the_smallest_that_can_be_sold_again_is_kept_back():
    place = a_place(
        Venue.KRAKEN, instrument=an_instrument(lot="0.0001", minimum_quantity="0.001"), **a_market()
    )

    gate = gates("30", place=place)[GateName.MINIMUM]

    # A thousandth of a coin and the fee of buying it.
    assert (gate.verdict, gate.limit) == (GateVerdict.FAIL, Decimal("50.1300"))


@pytest.mark.parametrize(("bid", "verdict"), [("49750.01", GateVerdict.PASS), ("49750", GateVerdict.FAIL)])
def test_a_fill_half_of_the_threshold_above_the_bid_is_kept_back(bid, verdict):
    gate = gates(place=a_place(Venue.KRAKEN, **a_market(bid=bid)))[GateName.SPREAD]

    assert (gate.verdict, gate.limit) == (verdict, Decimal("0.005"))


def test_without_an_order_book_the_fill_is_not_known():
    gate = gates(place=a_place(Venue.KRAKEN))[GateName.SPREAD]

    assert (gate.verdict, gate.remedy) == (GateVerdict.UNKNOWN, Remedy.TRY_AGAIN)


def test_a_wide_spread_is_better_at_another_pair_and_a_book_too_thin_for_the_amount_with_less():
    levels = {"bids": [("49950", "5")], "asks": [("50000", "0.0001"), ("51000", "5")]}
    wide = gates(place=a_place(Venue.KRAKEN, **a_market(bid="49000")))
    deep = gates(place=a_place(Venue.KRAKEN, **a_market() | {"book": a_book(**levels)}))
    thin = gates(place=a_place(Venue.KRAKEN, **a_market(size="0.0001")))

    found = [(one[GateName.SPREAD].verdict, one[GateName.SPREAD].remedy) for one in (wide, deep, thin)]

    assert found == [
        (GateVerdict.FAIL, Remedy.OTHER_PAIR),
        (GateVerdict.FAIL, Remedy.BUY_LESS),
        (GateVerdict.UNKNOWN, Remedy.BUY_LESS),
    ]


def test_what_is_held_already_is_asked_about_and_keeps_nothing_back():
    gate = gates(positions=(a_position(), a_position(quantity=number("0.001"))))[GateName.HELD]

    assert (gate.verdict, gate.is_open, gate.actual) == (GateVerdict.CONFIRM, True, 2)


@pytest.mark.parametrize(("bid", "remedy"), [("49750", Remedy.OTHER_PAIR), ("49750.01", None)])
def test_a_spread_of_half_the_threshold_is_too_wide_for_any_amount(bid, remedy):
    gate = gates(place=a_place(Venue.KRAKEN, **a_market(bid=bid)))[GateName.SPREAD]

    assert gate.remedy is remedy


EIGHT = tuple(guarded(f"A{number}", price="1") for number in range(8))
COARSE = an_instrument(lot="0.0001", minimum_quantity="0.001")

KEPT_BACK = {
    GateName.CASH: (
        {"place": a_place(Venue.KRAKEN, free="30.59", **a_market())},
        {
            "actual": number("30.59"),
            "limit": number("30.6"),
            "ratio": RULES.buffer,
            "unit": "USD",
            "venue": Venue.KRAKEN,
            "remedy": Remedy.ADD_CASH,
        },
    ),
    GateName.EXPOSURE: (
        {"usd": "801"},
        {
            "actual": number("801"),
            "limit": number("800"),
            "ratio": RULES.most_exposure,
            "unit": "USD",
            "remedy": Remedy.CLOSE_ONE,
        },
    ),
    GateName.POSITIONS: (
        {"positions": EIGHT},
        {"actual": number("9"), "limit": number("8"), "remedy": Remedy.CLOSE_ONE},
    ),
    GateName.COOLDOWN: (
        {"last_exit": LastExit(ended_at=NOW - timedelta(seconds=10))},
        {
            "limit": number("300"),
            "unit": "s",
            "since": NOW - timedelta(seconds=10),
            "until": NOW + timedelta(seconds=290),
            "remedy": Remedy.WAIT,
        },
    ),
    GateName.DAILY_LOSS: (
        {"rules": LIMITED, "realised_today": (realised("-51"),)},
        {
            "actual": number("-51"),
            "limit": number("-50"),
            "unit": "USD",
            "remedy": Remedy.CHANGE_LIMIT,
        },
    ),
    GateName.SPREAD: (
        {"place": a_place(Venue.KRAKEN, **a_market(bid="49700"))},
        {
            "actual": number("0.006"),
            "limit": number("0.005"),
            "venue": Venue.KRAKEN,
            "remedy": Remedy.OTHER_PAIR,
        },
    ),
    GateName.MINIMUM: (
        {"place": a_place(Venue.KRAKEN, instrument=COARSE, **a_market())},
        {
            "actual": number("30"),
            "limit": number("50.13"),
            "unit": "USD",
            "venue": Venue.KRAKEN,
            "remedy": Remedy.BUY_MORE,
        },
    ),
}


@pytest.mark.parametrize(("name", "known", "said"), [(name, *row) for name, row in KEPT_BACK.items()])
def test_a_gate_that_fails_says_its_figure_its_limit_and_what_helps(name, known, said):
    assert gates(**known)[name] == Gate(name=name, verdict=GateVerdict.FAIL, **said)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, GateVerdict.CONFIRM),
        ({"state": GuardState.PAUSED}, GateVerdict.FAIL),
        ({"currency": "EUR", "symbol": "BTC/EUR"}, GateVerdict.FAIL),
    ],
)
def test_beside_a_guard_that_cannot_cover_more_nothing_is_bought(change, verdict):
    guard = replace(a_guard("1", "100"), **change)
    held = replace(a_position(guard=guard), account=a_place(Venue.KRAKEN).account)

    gate = gates(positions=(held,))[GateName.HELD]

    assert gate.verdict is verdict
    assert gate.remedy is (Remedy.UNGUARD if verdict is GateVerdict.FAIL else None)


def test_a_guard_at_another_broker_keeps_nothing_back():
    guard = replace(a_guard("1", "100"), state=GuardState.PAUSED)
    held = replace(a_position(guard=guard), account=a_place(Venue.ALPACA).account)

    assert gates(positions=(held,))[GateName.HELD].verdict is GateVerdict.CONFIRM


def test_what_is_not_held_yet_is_counted_as_none_of_it():
    assert gates()[GateName.HELD] == Gate(
        name=GateName.HELD, verdict=GateVerdict.PASS, actual=Decimal(0), unit="BTC"
    )


def test_sales_of_today_that_were_not_read_are_no_sales_without_a_loss():
    gate = gates(rules=LIMITED, realised_today=None)[GateName.DAILY_LOSS]

    assert (gate.verdict, gate.actual) == (GateVerdict.UNKNOWN, None)


def test_where_no_broker_is_near_nothing_is_known_of_one():
    proposal = ProposedBuy(base="BTC", usd=Decimal(30), place=None, accounts=entry_accounts(), rules=RULES)

    found = {gate.name: gate for gate in check_gates(proposal)}

    for name in (GateName.CASH, GateName.MINIMUM, GateName.SPREAD):
        assert (found[name].verdict, found[name].venue) == (GateVerdict.UNKNOWN, None)
    assert (found[GateName.CASH].actual, found[GateName.CASH].unit) == (None, "")
    assert found[GateName.POSITIONS].actual == 1


HERE, ELSEWHERE = (
    Reservation(account_id=account_id, asset="SOL", currency="USD", amount=None, is_damaged=True)
    for account_id in ("kraken-1", "kraken-2")
)
UNRESERVED = a_place(Venue.KRAKEN, reserved_quote=None, **a_market())
DAMAGED = DamagedGuard("kraken-1", "ETH")


@pytest.mark.parametrize(
    ("name", "known", "damaged"),
    [
        pytest.param(
            GateName.CASH, {"place": UNRESERVED, "reservations": (HERE,)}, DamagedRecord.ORDER, id="an order"
        ),
        pytest.param(
            GateName.CASH, {"place": UNRESERVED, "reservations": (ELSEWHERE,)}, None, id="of another account"
        ),
        pytest.param(GateName.EXPOSURE, {"reservations": (ELSEWHERE,)}, DamagedRecord.ORDER, id="any order"),
        pytest.param(GateName.EXPOSURE, {"damaged_guards": (DAMAGED,)}, DamagedRecord.GUARD, id="a guard"),
        pytest.param(
            GateName.EXPOSURE,
            {"damaged_guards": (DAMAGED,), "reservations": (ELSEWHERE,)},
            DamagedRecord.GUARD,
            id="a guard and an order",
        ),
        pytest.param(
            GateName.DAILY_LOSS,
            {"rules": LIMITED, "damaged_guards": (DAMAGED,)},
            DamagedRecord.GUARD,
            id="a loss",
        ),
    ],
)
def test_a_figure_is_unknown_because_of_what_is_stored_and_cannot_be_read(name, known, damaged):
    gate = gates(**known)[name]

    remedy = Remedy.TRY_AGAIN if damaged is None else Remedy.RESTORE
    assert (gate.verdict, gate.damaged, gate.remedy) == (GateVerdict.UNKNOWN, damaged, remedy)


def test_cash_that_no_venue_reported_is_not_unknown_because_of_a_damaged_order():
    unreported = a_place(Venue.KRAKEN, free=None, **a_market())

    gate = gates(place=unreported, reservations=(HERE,))[GateName.CASH]

    assert (gate.verdict, gate.damaged) == (GateVerdict.UNKNOWN, None)
