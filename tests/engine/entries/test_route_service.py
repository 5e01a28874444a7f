"""Where a buy should go, asked of three venues over sockets."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlmodel import select

from engine.entries.route import NoRoute, Route, RouteChoice, RouteObstacle
from engine.entries.routes_table import RouteRow
from engine.entries.sizing import Amount, Most, SizeBasis
from engine.model.instruments import AssetClass
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.rows import load_rows

VENUES = (Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA)
BOTH = (Venue.KRAKEN, Venue.COINBASE)


async def preview(room, symbol="BTC", usd="20"):
    return await room.engine.entries.preview(OWNER_ID, symbol, None if usd is None else Amount(Decimal(usd)))


def why_not(decision):
    return {left.account.venue: [reason.obstacle for reason in left.reasons] for left in decision.left_out}


async def test_the_cheapest_broker_takes_it_and_every_other_says_why_not(rooms):
    async with rooms(venues=VENUES) as room:
        for venue in VENUES:
            room.deposit("USD", "500", venue=venue)

        answer = await preview(room)

        assert (answer.symbol, answer.size.usd, answer.size.basis) == (
            "BTC/USD",
            Decimal(20),
            SizeBasis.AMOUNT,
        )
        assert answer.decision.account.venue is Venue.ALPACA
        assert answer.decision.choice is RouteChoice.CHEAPEST
        assert why_not(answer.decision) == {
            Venue.KRAKEN: [RouteObstacle.NOT_CHEAPER],
            Venue.COINBASE: [RouteObstacle.NOT_CHEAPER],
        }


async def test_the_most_that_may_be_bought_leaves_out_what_is_guarded(room):
    room.deposit("USD", "10000")
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")

    answer = await room.engine.entries.preview(OWNER_ID, "BTC", Most())

    # 80 % of $16,000 in all, less 0.5 % that it may drift and the $6,000 that are guarded.
    assert (answer.size.usd, answer.size.basis) == (Decimal(6736), SizeBasis.MOST)


@pytest.mark.parametrize(
    ("usd", "obstacles"),
    [
        pytest.param(
            "49.99", [RouteObstacle.EQUITY_TOO_SMALL, RouteObstacle.NOT_CHEAPER], id="a cent too small"
        ),
        pytest.param("50", [RouteObstacle.NOT_CHEAPER], id="just large enough"),
    ],
)
async def test_coinbase_is_out_below_fifty_dollars_and_in_from_there(rooms, usd, obstacles):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "500")
        room.deposit("USD", usd, venue=Venue.COINBASE)

        answer = await preview(room)

        assert answer.decision.account.venue is Venue.KRAKEN
        assert why_not(answer.decision) == {Venue.COINBASE: obstacles}


async def test_coinbase_with_a_coin_nobody_prices_has_no_known_equity(rooms):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "500")
        room.deposit("USD", "40", venue=Venue.COINBASE)
        room.deposit("SGB", "1000", venue=Venue.COINBASE)

        answer = await preview(room)

        assert why_not(answer.decision) == {
            Venue.COINBASE: [RouteObstacle.EQUITY_UNKNOWN, RouteObstacle.NOT_CHEAPER]
        }


async def test_coinbase_out_of_reach_has_neither_equity_nor_cash(rooms):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "500")
        room.deposit("USD", "400", venue=Venue.COINBASE)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "accounts", times=None, venue=Venue.COINBASE)

        answer = await preview(room)

        assert answer.decision.account.venue is Venue.KRAKEN
        assert RouteObstacle.NO_ANSWER in why_not(answer.decision)[Venue.COINBASE]


async def test_a_small_coinbase_takes_it_as_the_only_one_with_a_higher_target(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("USD", "40", venue=Venue.COINBASE)

        decision = (await preview(room)).decision

        assert (decision.account.venue, decision.choice) == (Venue.COINBASE, RouteChoice.ONLY_ONE)
        assert decision.profit_target >= Decimal("0.02")


async def test_without_enough_cash_anywhere_there_is_no_route(rooms):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "5")

        decision = (await preview(room)).decision

        assert isinstance(decision, NoRoute)
        assert RouteObstacle.NOT_ENOUGH_CASH in why_not(decision)[Venue.KRAKEN]


async def test_dollars_in_usdc_count_at_coinbase_and_buy_what_is_sold_for_dollars(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("USDC", "55.2", venue=Venue.COINBASE)
        await room.read()

        decision = (await preview(room, "SOL")).decision

        [state] = (await room.engine.balances.fetch_overview(OWNER_ID)).states
        assert (state.balance.total_equity_usd, state.balance.complete) == (Decimal("55.2"), True)
        assert state.balance.available_usd == Decimal("55.2")
        assert (decision.account.venue, decision.instrument.symbol) == (Venue.COINBASE, "SOL/USD")


async def test_usdc_at_kraken_buys_nothing_that_is_sold_for_dollars(room):
    room.deposit("USDC", "55.2")

    decision = (await preview(room, "SOL")).decision

    assert why_not(decision)[Venue.KRAKEN] == [RouteObstacle.NOT_ENOUGH_CASH]


async def test_cash_in_another_currency_buys_through_its_own_pair(room):
    room.deposit("USDT", "500")

    decision = (await preview(room)).decision

    assert decision.instrument.symbol == "BTC/USDT"


async def test_a_named_pair_is_the_only_one_looked_at(room):
    room.deposit("USDT", "500")

    decision = (await preview(room, "btc/eur")).decision

    assert decision.request.symbol == "BTC/EUR"
    assert RouteObstacle.NOT_ENOUGH_CASH in why_not(decision)[Venue.KRAKEN]


async def test_a_pair_that_the_venue_lists_no_more_is_not_bought_from_the_next_listing_on(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("USD", "500", venue=Venue.COINBASE)
        before = (await preview(room, "BTC/USD")).decision
        room.fault(
            FaultKind.WRONG_FIELDS,
            "market/products",
            venue=Venue.COINBASE,
            fields={"product_id": None},
            times=None,
            of="BTC-USD",
        )
        await room.clock.sleep(60)
        await room.engine.refresh_listings()

        delisted = (await preview(room, "BTC/USD")).decision

        assert isinstance(before, Route)
        assert why_not(delisted)[Venue.COINBASE] == [RouteObstacle.NOT_LISTED]


async def test_what_nobody_lists_goes_nowhere(rooms):
    async with rooms(venues=VENUES) as room:
        decision = (await preview(room, "NOPE")).decision

        assert isinstance(decision, NoRoute)
        assert all(RouteObstacle.NOT_LISTED in reasons for reasons in why_not(decision).values())


async def test_a_stock_goes_to_the_stock_broker(rooms):
    async with rooms(venues=VENUES) as room:
        for venue in VENUES:
            room.deposit("USD", "500", venue=venue)
        room.deposit("AAPL", "1", venue=Venue.ALPACA)
        room.world.alpaca.session.forced = True
        await room.engine.reader.read(room.account(Venue.ALPACA))

        decision = (await preview(room, "AAPL")).decision

        assert decision.account.venue is Venue.ALPACA
        assert decision.request.asset_class is AssetClass.STOCK
        assert decision.choice is RouteChoice.ONLY_ONE


async def test_a_closed_stock_market_takes_no_trade_and_its_spread_is_not_live(rooms):
    async with rooms(venues=VENUES) as room:
        for venue in VENUES:
            room.deposit("USD", "500", venue=venue)
        room.deposit("AAPL", "1", venue=Venue.ALPACA)
        room.world.alpaca.session.forced = False
        await room.engine.reader.read(room.account(Venue.ALPACA))

        shown = await preview(room, "AAPL")
        closed, coin = shown.decision, (await preview(room, "BTC")).decision

        assert isinstance(closed, NoRoute)
        assert shown.opens_at > room.clock.now()
        assert why_not(closed)[Venue.ALPACA] == [RouteObstacle.MARKET_CLOSED]
        assert {left.account.venue: left.cost.fees.spread_live for left in closed.left_out}[
            Venue.ALPACA
        ] is False
        assert coin.account.venue is Venue.ALPACA


async def test_the_usual_size_and_pair_are_taken_when_none_is_named(room):
    room.deposit("USD", "500")

    answer = await preview(room, None, None)

    assert (answer.symbol, answer.size.usd, answer.size.basis) == ("BTC/USD", Decimal(50), SizeBasis.USUAL)


async def test_a_market_that_hangs_delays_the_answer_by_a_few_seconds_at_most(rooms):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "500")
        room.deposit("USD", "500", venue=Venue.COINBASE)
        room.fault(FaultKind.DELAY_BEFORE, "*", times=None, delay_s=30)

        answer = await preview(room)

        assert room.clock.monotonic() < 5
        assert answer.decision.account.venue is Venue.COINBASE
        assert RouteObstacle.NOT_LISTED not in why_not(answer.decision)[Venue.KRAKEN]


async def test_the_live_fee_of_the_account_is_requested_and_named_as_live(room):
    room.deposit("USD", "500")

    fees = (await preview(room)).decision.cost.fees

    assert (fees.taker, fees.taker_live, fees.spread_live) == (Decimal("0.004"), True, True)


@pytest.mark.fault("V146")
@pytest.mark.parametrize("sizes", [("20", "0.0004"), ("0.0004", "20")], ids=["behind", "on top"])
async def test_a_purchase_is_estimated_on_a_book_with_levels_of_size_zero(room, sizes):
    # Kraken's Depth has three decimals.
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=tuple(map(Decimal, sizes))))
    room.deposit("USD", "500")

    decision = (await preview(room)).decision

    assert decision.account.venue is Venue.KRAKEN
    assert decision.cost.execution is not None


async def test_a_fee_nobody_reports_in_time_is_the_tables_and_named_so(room):
    room.deposit("USD", "500")
    room.fault(FaultKind.DELAY_BEFORE, "TradeVolume", times=None, delay_s=30)

    fees = (await preview(room)).decision.cost.fees

    assert (fees.taker, fees.taker_live) == (Decimal("0.0026"), False)


async def test_every_decision_is_kept(rooms):
    async with rooms(venues=BOTH) as room:
        room.deposit("USD", "500")
        await preview(room)
        await preview(room, "NOPE")

        async with room.database.read() as session:
            first, second = list(await load_rows(session, select(RouteRow).order_by(RouteRow.route_id)))

        assert (first.user_id, first.account_id, second.account_id) == (OWNER_ID, "env-kraken", None)
        assert first.request["usd"] == "20"
        assert first.decision["choice"] == RouteChoice.ONLY_ONE


async def test_a_preview_places_nothing(rooms):
    async with rooms(venues=VENUES) as room:
        for venue in VENUES:
            room.deposit("USD", "500", venue=venue)

        await preview(room)

        assert not any(room.world.ledger(venue).orders for venue in VENUES)


@pytest.mark.parametrize("fault", [FaultKind.HTTP_ERROR_BEFORE, FaultKind.DELAY_BEFORE])
async def test_a_broker_whose_prices_are_missing_is_left_out_for_that_and_not_as_silent(rooms, fault):
    async with rooms(venues=BOTH) as room:
        for venue in BOTH:
            room.deposit("USD", "500", venue=venue)
        await room.read()
        await room.clock.sleep(60)
        room.fault(fault, "Ticker", times=None, delay_s=20)

        answer = await preview(room)

        assert answer.decision.account.venue is Venue.COINBASE
        assert why_not(answer.decision) == {Venue.KRAKEN: [RouteObstacle.PRICE_UNKNOWN]}
