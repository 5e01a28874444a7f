from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from engine.entries.gates import GateName, GateVerdict
from engine.entries.halts import Halt, HaltedBy
from engine.entries.holdings import EntryPlaces
from engine.entries.plan import EntryPlan, EntryRequest, Refused, bounds_of, plan_entry, trade_of
from engine.entries.route import NoRoute, RouteObstacle
from engine.entries.sizing import Amount, EquityShare, Most, SizeBasis, SizeUnknown
from engine.entries.trade import TradeRequest
from engine.model.instruments import AssetClass
from engine.model.money import exact
from engine.model.venues import Venue
from tests.builders import NOW, a_book, a_guard, a_mark, a_position, an_instrument
from tests.engine.entries.trades import ALPACA, CHEAP, COINBASE, KRAKEN, RULES, a_place, entry_accounts

BOOK = a_book(bids=[("49950", "5")], asks=[("50000", "5")])


def a_market(venue, *, minimum="0.00005", **facts):
    instrument = an_instrument(venue=venue, lot="0.00000001", minimum_quantity=minimum)
    usual = {"bid": Decimal(49950), "ask": Decimal(50000), "book": BOOK, "instrument": instrument}
    return a_place(venue, **usual | facts)


def request(size=None):
    return EntryRequest(symbol="BTC/USD", base="BTC", asset_class=AssetClass.CRYPTO, size=size)


def plan(*places, size=None, rules=RULES, **known):
    return plan_entry(request(size), entry_accounts(*places, **known), rules)


def test_total_equity_over_all_brokers_decides_the_size_and_not_free_cash():
    planned = plan(a_market(KRAKEN, equity="900", free="60"), a_market(COINBASE, equity="100", free="0"))

    # A tenth of $1,000, for which no broker has the cash.
    assert isinstance(planned, Refused)
    assert planned.size.usd == 100
    assert [gate.name for gate in planned.reasons] == [GateName.CASH]


def test_what_total_exposure_leaves_is_unknown_where_the_positions_were_not_read():
    places = EntryPlaces(places=(a_market(KRAKEN),), at=NOW)

    assert bounds_of(request(), places, RULES, exposure_usd=None).exposure_left_usd is None


def test_a_plan_has_its_broker_quantity_stop_target_and_time():
    planned = plan(a_market(KRAKEN))

    assert isinstance(planned, EntryPlan)
    assert (planned.size.usd, planned.size.basis) == (100, SizeBasis.USUAL)
    bought = planned.route.cost.execution
    assert (bought.quantity, bought.price) == (Decimal("0.00199481"), 50000)
    assert bought.total <= 100
    assert planned.stop == Decimal("-0.01")
    assert planned.route.profit_target == planned.route.cost.minimum_profitable
    assert (planned.at, planned.counts_until) == (NOW, NOW + timedelta(seconds=30))
    assert all(gate.is_open for gate in planned.gates)


def test_the_users_own_part_counts():
    assert plan(a_market(KRAKEN), rules=replace_share("0.25")).size.usd == 250


def replace_share(share):
    return type(RULES)(
        threshold=RULES.threshold,
        coinbase_min_equity_usd=RULES.coinbase_min_equity_usd,
        share=Decimal(share),
    )


def test_a_small_account_is_planned_with_the_smallest_that_can_be_sold_again():
    planned = plan(a_market(KRAKEN, equity="30", free="30", minimum="0.0001"))

    # 0.0001 BTC at 50000, 0.26 % of fee and 0.5 % of drift, in whole cents.
    assert (planned.size.usd, planned.size.basis) == (Decimal("5.04"), SizeBasis.SMALLEST)
    assert isinstance(planned, EntryPlan)


def test_the_smallest_that_is_more_than_half_of_equity_is_refused_with_its_figures():
    planned = plan(a_market(KRAKEN, equity="8", free="8", minimum="0.0001"))

    assert (planned.size.usd, planned.size.basis) == (4, SizeBasis.CEILING)
    [gate] = planned.reasons
    assert (gate.name, gate.actual, gate.limit) == (GateName.MINIMUM, 4, Decimal("5.013"))


def test_the_smallest_size_is_that_of_a_broker_that_can_pay_it():
    rich = a_market(COINBASE, equity="50", free="20", minimum="0.0001")
    poor = a_market(KRAKEN, equity="0", free="0", minimum="0.00001")

    planned = plan(rich, poor)

    assert (planned.size.usd, planned.route.account.venue) == (Decimal("5.06"), COINBASE)


def test_of_two_that_can_pay_theirs_the_lower_smallest_size_counts():
    coarse, fine = a_market(ALPACA, equity="20", minimum="0.0001"), a_market(KRAKEN, equity="20")

    planned = plan(coarse, fine)

    # A tenth of $40: more than Kraken's smallest, and less than Alpaca's.
    assert (planned.size.usd, planned.size.basis) == (4, SizeBasis.USUAL)
    assert planned.route.account.venue is KRAKEN


def test_a_smallest_size_that_nobody_can_pay_is_planned_and_refused_for_its_cash():
    planned = plan(a_market(KRAKEN, equity="30", free="0", minimum="0.0001"))

    assert (planned.size.usd, planned.size.basis) == (Decimal("5.04"), SizeBasis.SMALLEST)
    assert [gate.name for gate in planned.reasons] == [GateName.CASH]


def test_a_small_coinbase_sets_no_size_beside_another_broker():
    small = a_market(COINBASE, equity="40", free="40")
    other = a_market(KRAKEN, equity="20", free="20", minimum="0.0002")

    planned = plan(small, other)

    # A tenth of $60 would do for Coinbase, and not for Kraken.
    assert (planned.size.usd, planned.route.account.venue) == (Decimal("10.08"), KRAKEN)


def test_the_most_keeps_within_what_exposure_leaves():
    guard = a_guard("2", "500", asset="ETH")
    held = a_position(asset="ETH", instrument=an_instrument("ETH/USD"), guard=guard, mark=a_mark("250"))

    planned = plan(a_market(KRAKEN), size=Most(), positions=(held,))

    # Four fifths of $1,000, of which half a percent stays free, less $500
    assert planned.size.usd == 296


@given(
    places=st.lists(st.sampled_from([KRAKEN, COINBASE, ALPACA]), min_size=2, max_size=3, unique=True),
    frees=st.lists(st.decimals("200", "1000", places=2), min_size=3, max_size=3),
)
def test_the_usual_size_does_not_depend_on_how_much_of_equity_is_free(places, frees):
    planned = plan(*(a_market(venue, free=free) for venue, free in zip(places, frees, strict=False)))

    assert planned.size.usd == 100 * len(places)


def test_the_most_goes_where_most_cash_is():
    planned = plan(a_market(ALPACA, free="51"), a_market(KRAKEN, free="408"), size=Most())

    assert (planned.size.usd, planned.route.account.venue) == (400, KRAKEN)
    assert planned.route.missed.account.venue is ALPACA


def test_without_any_known_equity_there_is_no_usual_size():
    planned = plan(a_market(KRAKEN, equity=None))

    assert (planned.size, planned.decision) == (SizeUnknown.EQUITY, None)
    unknown = {gate.name for gate in planned.reasons}
    assert unknown == {GateName.CASH, GateName.EXPOSURE, GateName.MINIMUM, GateName.SPREAD}


def test_a_total_that_lacks_something_is_marked_and_counts_as_at_least_so_much():
    planned = plan(a_market(KRAKEN), a_market(ALPACA, equity=None))

    assert (planned.size.usd, planned.size.is_equity_complete) == (100, False)


def test_a_halt_refuses_what_would_be_planned_otherwise():
    planned = plan(a_market(KRAKEN), halt=Halt(since=NOW, by=HaltedBy.CHAT))

    assert [gate.name for gate in planned.reasons] == [GateName.HALT]
    assert planned.decision.account.venue is KRAKEN


def test_where_no_broker_takes_it_the_gates_look_at_the_nearest():
    # Cheaper, and with two things in its way.
    far = a_market(ALPACA, free="0", minimum="0.01")
    near = a_market(KRAKEN, free="12")

    planned = plan(far, near, size=Amount(Decimal(30)))

    assert isinstance(planned.decision, NoRoute)
    [gate] = planned.reasons
    assert (gate.name, gate.venue, gate.actual) == (GateName.CASH, KRAKEN, 12)


def test_a_usual_size_refused_for_cash_alone_comes_with_what_fits():
    places = a_market(KRAKEN, equity="900", free="60"), a_market(COINBASE, equity="100", free="20")

    usual, named = plan(*places), plan(*places, size=Amount(Decimal(100)))

    assert (usual.fits.size.basis, usual.fits.route.account.venue) == (SizeBasis.MOST, KRAKEN)
    assert usual.fits.size.usd == Decimal("58.82")
    assert named.fits is None


def test_where_the_most_is_refused_too_nothing_fits():
    assert plan(a_market(KRAKEN, equity="900", free="0")).fits is None


def test_the_trade_that_is_routed_is_the_buy_that_is_wanted():
    stock = EntryRequest(symbol="AAPL/USD", base="AAPL", asset_class=AssetClass.STOCK, size=None)

    assert trade_of(stock, Decimal(30)) == TradeRequest(
        symbol="AAPL/USD", base="AAPL", usd=Decimal(30), asset_class=AssetClass.STOCK
    )


def test_where_nobody_knows_a_price_the_gates_look_nowhere():
    planned = plan(a_market(KRAKEN, ask=None), size=Amount(Decimal(30)))

    assert isinstance(planned, Refused)
    assert {gate.venue for gate in planned.gates} == {None}


def test_a_broker_that_lacks_something_unknown_is_farther_than_one_that_lacks_cash():
    unknown, known = a_market(ALPACA, free=None), a_market(KRAKEN, free="12")

    planned = plan(unknown, known, size=Amount(Decimal(30)))

    assert [(gate.name, gate.venue) for gate in planned.reasons] == [(GateName.CASH, KRAKEN)]


def test_the_gates_look_at_the_chosen_broker_and_not_at_a_cheaper_one_with_too_little_equity():
    small = a_market(COINBASE, equity="40", free="200", fees=CHEAP)

    planned = plan(small, a_market(KRAKEN), size=Amount(Decimal(100)))

    assert planned.route.account.venue is KRAKEN
    assert {gate.venue for gate in planned.gates} == {None, KRAKEN}


def test_what_is_held_of_it_already_is_asked_about():
    held = a_position(guard=a_guard("2", "100"))

    found = {gate.name: gate for gate in plan(a_market(KRAKEN), positions=(held,)).gates}

    assert (found[GateName.HELD].verdict, found[GateName.HELD].actual) == (GateVerdict.CONFIRM, 2)


def test_the_levels_are_those_of_the_guard_that_will_cover_it_as_well():
    guard = replace(a_guard("2", "100", threshold="-0.5"), target=Decimal("0.2"))

    joined = plan(a_market(KRAKEN), positions=(a_position(guard=guard),))
    alone = plan(a_market(KRAKEN), positions=(a_position(guard=None),))

    assert (joined.joins, joined.sold_at, joined.target) == (guard, guard.threshold, guard.target)
    assert joined.loss_at_stop == Decimal("-0.5052")
    assert (joined.is_held, alone.is_held) == (True, True)
    assert (alone.joins, alone.sold_at, alone.target) == (None, alone.stop, alone.route.profit_target)


def test_a_refusal_is_of_the_moment_its_figures_were_read():
    assert plan(a_market(KRAKEN, equity=None)).at == NOW


def test_a_buy_refused_for_more_than_cash_comes_with_nothing_that_fits():
    halted = plan(a_market(KRAKEN, equity="900", free="60"), halt=Halt(since=NOW, by=HaltedBy.CHAT))

    assert halted.fits is None


def test_a_stop_loses_the_threshold_and_both_fees():
    planned = plan(a_market(KRAKEN))

    # 1 % and twice 0.26 %
    assert planned.loss_at_stop == Decimal("-0.0152")


def test_where_all_lack_cash_the_gates_look_at_the_one_that_lacks_least():
    cheapest = a_market(ALPACA, free="12")
    planned = plan(cheapest, a_market(KRAKEN, free="25"), a_market(COINBASE), size=Amount(Decimal(3000)))
    small = plan(cheapest, a_market(KRAKEN, free="25"), size=Amount(Decimal(30)))

    found = [next(gate for gate in one.gates if gate.name is GateName.CASH).venue for one in (planned, small)]

    assert found == [COINBASE, KRAKEN]


def test_where_it_is_below_every_minimum_the_gates_look_at_the_smallest():
    cheapest, fine = a_market(ALPACA, minimum="0.0002"), a_market(COINBASE, minimum="0.00002")

    planned = plan(cheapest, fine, size=Amount(Decimal("0.5")))

    [gate] = planned.reasons
    assert (gate.name, gate.venue) == (GateName.MINIMUM, COINBASE)


def test_a_wide_spread_sends_the_buy_to_the_next_broker():
    wide = a_book(bids=[("49700", "5")], asks=[("50000", "5")])

    planned = plan(a_market(ALPACA, book=wide, bid=Decimal(49700)), a_market(KRAKEN))

    assert planned.route.account.venue is KRAKEN
    [left_out] = planned.route.left_out
    assert left_out.reasons[0].obstacle is RouteObstacle.WIDE_SPREAD


@pytest.mark.parametrize("size", [None, Most()])
def test_a_best_ask_of_less_than_the_minimum_is_bought_through(size):
    book = a_book(bids=[("49950", "5")], asks=[("50000", "0.00002"), ("50010", "5")])

    planned = plan(a_market(KRAKEN, equity="30", free="30", book=book, minimum="0.0001"), size=size)

    assert isinstance(planned, EntryPlan)
    assert planned.size.basis is (SizeBasis.MOST if size else SizeBasis.SMALLEST)


def test_the_most_is_sized_where_no_book_holds_the_minimum_and_its_broker_says_why_not():
    thin = a_book(bids=[("49950", "5")], asks=[("50000", "0.00002")])

    planned = plan(a_market(KRAKEN, book=thin, minimum="0.0001"), size=Most())

    assert (planned.size.usd, planned.size.basis) == (800, SizeBasis.MOST)
    [left_out] = planned.decision.left_out
    assert [reason.obstacle for reason in left_out.reasons] == [RouteObstacle.THIN_BOOK]


def test_a_book_that_holds_less_than_the_smallest_is_bought_from_at_no_price():
    # A hundred dollars reach into the second level, and buy a fifth of the minimum there.
    absurd = a_book(bids=[("49950", "5")], asks=[("50000", "0.00001"), ("9000000", "0.00002")])

    planned = plan(a_market(KRAKEN, book=absurd, minimum="0.0001"), size=Amount(Decimal(100)))

    [left_out] = planned.decision.left_out
    assert [one.obstacle for one in left_out.reasons] == [
        RouteObstacle.BELOW_MINIMUM,
        RouteObstacle.WIDE_SPREAD,
    ]


def test_a_size_that_cannot_be_worked_out_names_what_is_not_known():
    guarded = a_position(asset="ETH", guard=a_guard("2", "500", asset="ETH"), quote_usd=None)
    unknown = (
        plan(a_market(KRAKEN, equity=None), size=Most()),
        plan(a_market(KRAKEN, free=None), size=Most()),
        plan(a_market(KRAKEN), size=Most(), positions=(guarded,)),
    )

    assert [one.size for one in unknown] == list(SizeUnknown)


def test_a_thin_book_is_no_place_for_a_large_buy():
    thin = a_book(bids=[("49950", "5")], asks=[("50000", "0.001")])

    planned = plan(a_market(ALPACA, book=thin), a_market(KRAKEN))

    assert planned.route.account.venue is KRAKEN
    assert [reason.obstacle for reason in planned.route.left_out[0].reasons] == [RouteObstacle.THIN_BOOK]


def test_without_an_order_book_nothing_is_planned():
    planned = plan(a_market(KRAKEN, book=None))

    assert [(gate.name, gate.verdict) for gate in planned.reasons] == [(GateName.SPREAD, GateVerdict.UNKNOWN)]


def test_without_accounts_nothing_is_planned():
    assert isinstance(plan(), Refused)


amounts = st.decimals("0", "2000", places=2)


@st.composite
def markets(draw):
    venue = draw(st.sampled_from(Venue))
    ask = draw(st.decimals("49900", "50400", places=1))
    size = draw(st.sampled_from(["0.001", "0.01", "5"]))
    book = a_book(bids=[("49900", size)], asks=[(ask, size), (ask + 10, "1")])
    return a_market(
        venue,
        equity=draw(st.sampled_from([None, Decimal(10), Decimal(1000)]) | amounts),
        free=draw(st.sampled_from([None, Decimal(20), Decimal(1000)]) | amounts),
        reserved_quote=draw(st.sampled_from([None, Decimal(0), Decimal(0), Decimal(40)])),
        book=draw(st.sampled_from([None, book, book, book])),
        bid=Decimal(49900),
        ask=ask,
        minimum=draw(st.sampled_from(["0.00005", "0.001"])),
        account_id=str(draw(st.uuids())),
    )


sizes = (
    st.none()
    | st.builds(Amount, st.decimals("0.01", "2000", places=2))
    | st.builds(EquityShare, st.decimals("0.01", "1", places=2))
    | st.just(Most())
)


@settings(suppress_health_check=[HealthCheck.filter_too_much])
@given(places=st.lists(markets(), min_size=1, max_size=4), size=sizes)
def test_gates_and_route_agree_on_cash_minimum_and_spread(places, size):
    planned = plan(*places, size=size)
    assume(isinstance(planned, Refused) and isinstance(planned.decision, NoRoute))

    against = {one.obstacle for left in planned.decision.left_out for one in left.reasons}
    obstacles = {
        GateName.CASH: RouteObstacle.NOT_ENOUGH_CASH,
        GateName.MINIMUM: RouteObstacle.BELOW_MINIMUM,
        GateName.SPREAD: RouteObstacle.WIDE_SPREAD,
    }
    failed = {gate.name for gate in planned.reasons if gate.verdict is GateVerdict.FAIL}
    assert {obstacles[name] for name in failed & obstacles.keys()} <= against


@st.composite
def takers(draw):
    """A place where something can be bought, so that most of what is drawn is planned."""
    # Of $4.60 the smallest buy is more than half, and of $10 more than the usual part.
    usual = st.sampled_from([Decimal("4.60"), Decimal(10), Decimal(1000)])
    equity = draw(usual | st.decimals("10", "2000", places=2))
    free = draw(st.sampled_from([equity, equity / 2]) | st.decimals("10", "2000", places=2))
    ask = draw(st.decimals("49900", "50140", places=1))
    book = a_book(bids=[("49900", "5")], asks=[(ask, draw(st.sampled_from(["0.01", "5"]))), (ask + 10, "1")])
    return a_market(
        draw(st.sampled_from(Venue)),
        equity=equity,
        free=free,
        reserved_quote=draw(st.sampled_from([Decimal(0), Decimal(4)])),
        book=book,
        bid=Decimal(49900),
        ask=ask,
        account_id=str(draw(st.uuids())),
    )


@st.composite
def places_with_a_taker(draw):
    return draw(st.permutations([draw(takers()), *draw(st.lists(markets(), max_size=3))]))


@given(places=places_with_a_taker(), size=sizes)
def test_what_is_planned_is_paid_for_within_its_caps_and_can_be_sold_again(places, size):
    planned = plan(*places, size=size)
    assume(isinstance(planned, EntryPlan))

    [place] = [one for one in places if one.account == planned.route.account]
    bought = planned.route.cost.execution
    with exact():
        assert bought.total <= planned.size.usd
        assert planned.size.usd * Decimal("1.02") <= place.free_quote - place.reserved_quote
        equity = sum(one.equity_usd for one in places if one.equity_usd is not None)
        assert planned.size.usd <= equity * Decimal("0.8")
        assert (bought.price - place.bid) / bought.price < Decimal("0.005")
        sold = place.instrument.floor_quantity(bought.change)
        assert place.instrument.why_too_small_to_sell(sold, place.bid * Decimal("0.99")) is None
    if size is None:
        assert planned.size.usd <= equity / 2


@given(places=st.lists(markets(), min_size=1, max_size=4), size=sizes)
def test_a_refusal_always_names_what_keeps_the_buy_back(places, size):
    planned = plan(*places, size=size)
    assume(isinstance(planned, Refused))

    is_left_out = isinstance(planned.decision, NoRoute) and all(
        one.reasons for one in planned.decision.left_out
    )
    assert planned.reasons or is_left_out
