from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.fees import TABLE, FeeProfile
from engine.entries.choose import choose
from engine.entries.route import NoRoute, Reason, Route, RouteChoice, RouteObstacle
from engine.model.instruments import AssetClass, TradingStatus
from engine.model.venues import Venue
from tests.builders import an_instrument
from tests.engine.entries.trades import ALPACA, CHEAP, COINBASE, FINE, KRAKEN, RULES, a_place, a_request


def route(request, *accounts):
    return choose(request, accounts, RULES)


def venue_of(answer):
    return answer.account.venue


def why_not(answer, venue):
    return {left.account.venue: left.reasons for left in answer.left_out}[venue]


def obstacles(answer, venue):
    return [reason.obstacle for reason in why_not(answer, venue)]


def test_a_buy_goes_to_the_lowest_round_trip_and_says_why_nowhere_else():
    answer = route(a_request(), a_place(COINBASE), a_place(ALPACA), a_place(KRAKEN))

    assert venue_of(answer) is ALPACA
    assert answer.request == a_request()
    assert answer.choice is RouteChoice.CHEAPEST
    assert answer.cost.fees is TABLE[ALPACA]
    assert answer.instrument.venue is ALPACA
    assert why_not(answer, KRAKEN) == (
        Reason(obstacle=RouteObstacle.NOT_CHEAPER, limit=Decimal("0.001"), actual=Decimal("0.0062")),
    )
    assert why_not(answer, COINBASE) == (
        Reason(obstacle=RouteObstacle.NOT_CHEAPER, limit=Decimal("0.001"), actual=Decimal("0.0140")),
    )
    assert [left.cost.fees for left in answer.left_out] == [TABLE[COINBASE], TABLE[KRAKEN]]


@pytest.mark.parametrize(
    ("target", "aimed_for"), [(None, "0.003"), ("0.001", "0.003"), ("0.003", "0.003"), ("0.05", "0.05")]
)
def test_a_route_aims_for_at_least_its_minimum_profitable_move(target, aimed_for):
    assert route(a_request(target=target), a_place(ALPACA)).profit_target == Decimal(aimed_for)


LEFT_OUT = {
    "not connected": ({"connected": False}, Reason(obstacle=RouteObstacle.NOT_CONNECTED)),
    "not listed": ({"instrument": None}, Reason(obstacle=RouteObstacle.NOT_LISTED)),
    "not answering": ({"instrument": None, "answered": False}, Reason(obstacle=RouteObstacle.NO_ANSWER)),
    "a shut market": ({"in_session": False}, Reason(obstacle=RouteObstacle.MARKET_CLOSED)),
    "another asset class": (
        {"instrument": an_instrument(asset_class=AssetClass.STOCK)},
        Reason(obstacle=RouteObstacle.NOT_LISTED),
    ),
    "cancel only": (
        {"instrument": an_instrument(status=TradingStatus.CANCEL_ONLY)},
        Reason(obstacle=RouteObstacle.NOT_TRADING),
    ),
    "order too small in money": (
        {"instrument": an_instrument(lot=FINE, minimum_notional="30.01")},
        # 0.00060627 BTC, which is worth as much when the bid has fallen by 1 %
        Reason(
            obstacle=RouteObstacle.BELOW_MINIMUM, limit=Decimal("30.3135"), actual=Decimal(30), unit="USD"
        ),
    ),
    "order too small in euros": (
        {
            "instrument": an_instrument("BTC/EUR", lot=FINE, minimum_notional="24.01"),
            "quote_usd": Decimal("1.25"),
        },
        Reason(
            obstacle=RouteObstacle.BELOW_MINIMUM, limit=Decimal("30.31625"), actual=Decimal(30), unit="USD"
        ),
    ),
    "order too small in coins": (
        {"instrument": an_instrument(lot="0.0001", minimum_quantity="0.0007")},
        Reason(obstacle=RouteObstacle.BELOW_MINIMUM, limit=Decimal(35), actual=Decimal(30), unit="USD"),
    ),
    "less than one lot": (
        {"instrument": an_instrument(lot="1", minimum_quantity="0")},
        Reason(obstacle=RouteObstacle.BELOW_MINIMUM, limit=Decimal(50000), actual=Decimal(30), unit="USD"),
    ),
    "too little cash": (
        {"free": "29.99"},
        Reason(
            obstacle=RouteObstacle.NOT_ENOUGH_CASH, limit=Decimal("30.6"), actual=Decimal("29.99"), unit="USD"
        ),
    ),
    "too little cash in euros": (
        {
            "instrument": an_instrument("BTC/EUR"),
            "free": "23.99",
            "price": Decimal(40000),
            "quote_usd": Decimal("1.25"),
        },
        Reason(
            obstacle=RouteObstacle.NOT_ENOUGH_CASH,
            limit=Decimal("24.48"),
            actual=Decimal("23.99"),
            unit="EUR",
        ),
    ),
    "cash unknown": ({"free": None}, Reason(obstacle=RouteObstacle.CASH_UNKNOWN, unit="USD")),
    "price unknown": ({"price": None}, Reason(obstacle=RouteObstacle.PRICE_UNKNOWN)),
    "price zero": ({"price": Decimal(0)}, Reason(obstacle=RouteObstacle.PRICE_UNKNOWN)),
    "price negative": ({"price": Decimal(-1)}, Reason(obstacle=RouteObstacle.PRICE_UNKNOWN)),
    "price NaN": ({"price": Decimal("NaN")}, Reason(obstacle=RouteObstacle.PRICE_UNKNOWN)),
}


@pytest.mark.parametrize(("facts", "reason"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_broker_that_cannot_take_the_trade_is_left_out_with_its_reason(facts, reason):
    answer = route(a_request(), a_place(ALPACA, **facts), a_place(KRAKEN))

    assert venue_of(answer) is KRAKEN
    assert answer.choice is RouteChoice.ONLY_ONE
    assert why_not(answer, ALPACA) == (reason,)


@pytest.mark.parametrize("rate", [None, Decimal(0), Decimal(-1), Decimal("NaN")])
def test_an_unknown_rate_of_the_quote_leaves_price_and_cash_unknown(rate):
    answer = route(a_request(), a_place(ALPACA, quote_usd=rate))

    assert answer == NoRoute(request=a_request(), left_out=answer.left_out)
    assert obstacles(answer, ALPACA) == [RouteObstacle.PRICE_UNKNOWN, RouteObstacle.CASH_UNKNOWN]


JUST_ENOUGH = {
    "cash": {"free": "30.6"},
    "money": {"instrument": an_instrument(lot=FINE, minimum_notional="29.70")},
    "coins": {"instrument": an_instrument(lot="0.0006", minimum_quantity="0.0006")},
    "euros": {
        "instrument": an_instrument("BTC/EUR", lot=FINE, minimum_notional="23.76"),
        "free": "24.48",
        "price": Decimal(40000),
        "quote_usd": Decimal("1.25"),
    },
}


@pytest.mark.parametrize("facts", JUST_ENOUGH.values(), ids=JUST_ENOUGH)
def test_exactly_enough_is_enough(facts):
    assert venue_of(route(a_request(), a_place(ALPACA, **facts))) is ALPACA


def test_the_smallest_buy_that_can_be_sold_again_costs_its_fee_too():
    place = a_place(KRAKEN, instrument=an_instrument(lot=FINE, minimum_quantity="0.0006"))

    reason = why_not(route(a_request(), place), KRAKEN)[0]

    assert (reason.obstacle, reason.limit) == (RouteObstacle.BELOW_MINIMUM, Decimal("30.078"))


def test_every_reason_is_named():
    place = a_place(KRAKEN, free="1", instrument=an_instrument(minimum_notional="50"))

    assert obstacles(route(a_request(), place), KRAKEN) == [
        RouteObstacle.BELOW_MINIMUM,
        RouteObstacle.NOT_ENOUGH_CASH,
    ]


@pytest.mark.parametrize(
    ("equity", "chosen"), [("49.99", KRAKEN), ("50.00", COINBASE), ("50.01", COINBASE), (None, KRAKEN)]
)
def test_the_cheapest_coinbase_is_chosen_from_fifty_dollars(equity, chosen):
    answer = route(a_request(), a_place(COINBASE, equity=equity, fees=CHEAP), a_place(KRAKEN))

    assert venue_of(answer) is chosen


def test_a_small_coinbase_account_is_left_out_with_a_reason_naming_the_minimum():
    answer = route(a_request(), a_place(COINBASE, equity="49.99", fees=CHEAP), a_place(KRAKEN))

    assert why_not(answer, COINBASE) == (
        Reason(
            obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=Decimal(50), actual=Decimal("49.99"), unit="USD"
        ),
    )
    assert answer.choice is RouteChoice.ONLY_ONE


UNKNOWN_EQUITY = Reason(obstacle=RouteObstacle.EQUITY_UNKNOWN, limit=Decimal(50), unit="USD")


@pytest.mark.parametrize("others", [[], [a_place(KRAKEN)]], ids=["alone", "beside another"])
@pytest.mark.parametrize(
    "facts",
    [
        {"equity": None},
        {"equity": "80", "equity_complete": False},
        {"equity": "30", "equity_complete": False},
    ],
)
def test_a_coinbase_account_of_unknown_equity_is_left_out_and_said_so(facts, others):
    answer = route(a_request(), a_place(COINBASE, fees=CHEAP, **facts), *others)

    assert why_not(answer, COINBASE) == (UNKNOWN_EQUITY,)


@pytest.mark.parametrize(
    "facts", [{"equity": None}, {"equity": "10", "equity_complete": False}, {"equity": "1"}]
)
@pytest.mark.parametrize("venue", [KRAKEN, ALPACA])
def test_no_other_brokers_equity_matters(venue, facts):
    assert venue_of(route(a_request(), a_place(venue, **facts))) is venue


@pytest.mark.parametrize(
    ("target", "aimed_for"), [(None, "0.02"), ("0.018", "0.02"), ("0.02", "0.02"), ("0.035", "0.035")]
)
def test_a_small_coinbase_account_alone_is_taken_with_a_higher_target(target, aimed_for):
    answer = route(a_request(target=target), a_place(COINBASE, equity="31", free="31"))

    assert venue_of(answer) is COINBASE
    assert answer.choice is RouteChoice.ONLY_ONE
    assert answer.profit_target == Decimal(aimed_for)


def test_a_small_coinbase_account_with_high_fees_aims_for_its_own_minimum():
    dear = FeeProfile(taker=Decimal("0.012"), spread=Decimal("0.002"))

    assert route(a_request(), a_place(COINBASE, equity="30", fees=dear)).profit_target == Decimal("0.028")


def test_a_coinbase_account_of_fifty_dollars_alone_keeps_the_usual_target():
    assert route(a_request(), a_place(COINBASE, equity="50")).profit_target == Decimal("0.016")


def test_a_small_coinbase_account_is_taken_when_no_other_broker_can():
    answer = route(a_request(), a_place(COINBASE, equity="30"), a_place(KRAKEN, free="5"))

    assert venue_of(answer) is COINBASE
    assert obstacles(answer, KRAKEN) == [RouteObstacle.NOT_ENOUGH_CASH]
    assert (answer.small.obstacle, answer.small.limit) == (RouteObstacle.EQUITY_TOO_SMALL, 50)


def test_a_small_coinbase_account_gives_way_to_a_dearer_broker():
    dear = FeeProfile(taker=Decimal("0.05"), spread=Decimal("0.01"))

    answer = route(a_request(), a_place(COINBASE, equity="30"), a_place(KRAKEN, fees=dear))

    assert venue_of(answer) is KRAKEN


def test_being_small_is_named_beside_other_reasons_only_when_it_mattered():
    small = a_place(COINBASE, equity="30", free="5")

    beside = route(a_request(), small, a_place(KRAKEN))
    alone = route(a_request(), small)

    assert obstacles(beside, COINBASE) == [
        RouteObstacle.EQUITY_TOO_SMALL,
        RouteObstacle.NOT_ENOUGH_CASH,
        RouteObstacle.NOT_CHEAPER,
    ]
    assert obstacles(alone, COINBASE) == [RouteObstacle.NOT_ENOUGH_CASH]


def test_of_two_small_coinbase_accounts_the_cheaper_is_taken():
    dear, cheap = (
        a_place(COINBASE, equity="30", account_id="a"),
        a_place(COINBASE, equity="20", account_id="b", fees=CHEAP),
    )

    answer = route(a_request(), dear, cheap)

    assert answer.account.account_id == "b"
    assert answer.choice is RouteChoice.CHEAPEST
    assert obstacles(answer, COINBASE) == [RouteObstacle.NOT_CHEAPER]


@pytest.mark.parametrize("usd", ["30", "1000"])
def test_a_broker_that_costs_more_too_says_both_the_obstacle_first(usd):
    answer = route(a_request(usd), a_place(ALPACA, free="1020"), a_place(KRAKEN, free="0"))

    assert why_not(answer, KRAKEN) == (
        Reason(
            obstacle=RouteObstacle.NOT_ENOUGH_CASH,
            limit=Decimal(usd) * Decimal("1.02"),
            actual=Decimal(0),
            unit="USD",
        ),
        Reason(obstacle=RouteObstacle.NOT_CHEAPER, limit=Decimal("0.001"), actual=Decimal("0.0062")),
    )


def test_where_none_takes_it_each_still_says_what_it_costs():
    answer = route(a_request(), a_place(KRAKEN, free="0"), a_place(ALPACA, connected=False))

    assert [left.cost.fees for left in answer.left_out] == [TABLE[KRAKEN], TABLE[ALPACA]]


def test_of_several_that_lack_cash_the_cheapest_is_missed():
    answer = route(a_request(), a_place(COINBASE), a_place(KRAKEN, free="0"), a_place(ALPACA, free="0"))

    assert (venue_of(answer), answer.missed.account.venue) == (COINBASE, ALPACA)


def test_one_that_lacks_cash_and_costs_as_much_is_neither_dearer_nor_missed():
    answer = route(a_request(), a_place(KRAKEN, account_id="a"), a_place(KRAKEN, account_id="b", free="0"))

    assert obstacles(answer, KRAKEN) == [RouteObstacle.NOT_ENOUGH_CASH]
    assert answer.missed is None


@pytest.mark.parametrize(
    "facts",
    [{"connected": False}, {"answered": False}, {"instrument": None}, {"in_session": False}],
    ids=lambda facts: next(iter(facts)),
)
def test_costs_of_a_broker_that_reports_none_are_not_compared(facts):
    answer = route(a_request(), a_place(ALPACA), a_place(KRAKEN, **facts))

    assert len(why_not(answer, KRAKEN)) == 1


def test_an_unconnected_coinbase_account_is_only_that():
    answer = route(a_request(), a_place(COINBASE, connected=False, equity=None))

    assert obstacles(answer, COINBASE) == [RouteObstacle.NOT_CONNECTED]


def test_equal_costs_are_decided_by_name_whatever_the_order():
    places = [
        a_place(KRAKEN, fees=CHEAP),
        a_place(ALPACA, fees=CHEAP, account_id="b"),
        a_place(ALPACA, fees=CHEAP, account_id="a"),
    ]

    answers = {route(a_request(), *order).account.account_id for order in (places, places[::-1])}

    assert answers == {"a"}


def test_without_accounts_there_is_no_route():
    assert route(a_request()) == NoRoute(request=a_request(), left_out=())


@st.composite
def places(draw):
    venue = draw(st.sampled_from(Venue))
    ratio = st.decimals("0", "0.02", places=4)
    place = a_place(
        venue,
        equity=draw(st.none() | st.sampled_from(["0", "49.99", "50", "1000"])),
        free=draw(st.none() | st.sampled_from(["0", "29.99", "30", "1000"])),
        fees=FeeProfile(taker=draw(ratio), spread=draw(ratio)),
        connected=draw(st.booleans()),
        account_id=str(draw(st.uuids())),
    )
    return replace(place, instrument=place.instrument if draw(st.booleans()) else None)


@given(accounts=st.lists(places(), max_size=5), data=st.data())
def test_every_account_is_either_chosen_or_left_out_with_a_reason(accounts, data):
    answer = route(a_request(), *accounts)

    named = [left.account for left in answer.left_out]
    if isinstance(answer, Route):
        named.append(answer.account)
    assert sorted(named, key=str) == sorted((place.account for place in accounts), key=str)
    assert all(left.reasons for left in answer.left_out)
    shuffled = data.draw(st.permutations(accounts))
    assert getattr(route(a_request(), *shuffled), "account", None) == getattr(answer, "account", None)


@given(accounts=st.lists(places(), max_size=5))
def test_no_left_out_broker_without_an_obstacle_is_cheaper(accounts):
    answer = route(a_request(), *accounts)

    for left in answer.left_out:
        if left.reasons[0].obstacle is RouteObstacle.NOT_CHEAPER:
            assert left.cost.round_trip >= answer.cost.round_trip


def test_a_named_broker_is_taken_although_another_costs_less():
    wish = replace(a_request(), venue=KRAKEN)

    chosen = choose(wish, [a_place(KRAKEN), a_place(ALPACA)], RULES)

    assert chosen.account.venue is KRAKEN
    [other] = chosen.left_out
    assert [reason.obstacle for reason in other.reasons] == [RouteObstacle.NOT_NAMED]


def test_a_small_coinbase_that_was_named_is_taken_with_its_higher_target():
    wish = replace(a_request("20"), venue=COINBASE)

    chosen = choose(wish, [a_place(COINBASE, equity="45"), a_place(KRAKEN)], RULES)

    assert (chosen.account.venue, chosen.profit_target) == (COINBASE, Decimal("0.02"))


def test_where_the_named_broker_cannot_take_it_no_other_does():
    wish = replace(a_request(), venue=KRAKEN)

    assert isinstance(choose(wish, [a_place(KRAKEN, free="1"), a_place(ALPACA)], RULES), NoRoute)
