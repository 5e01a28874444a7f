"""Every position of a user as the venues, the fills and the guards say, from stand-ins over sockets."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.questions import ChoiceKind
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, PositionKind
from engine.model.venues import Venue
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from engine.portfolio.portfolio import Unread
from sandbox.faults import FaultKind
from sandbox.world import DEMO_STORY, OWNER_ID, Bought, Opening, Story

VENUES = (Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA)


@pytest.fixture
async def demo(rooms):
    async with rooms(venues=VENUES, story=DEMO_STORY) as room:
        await room.read()
        yield room


async def positions(room):
    portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)
    return {(view.account.venue, view.asset): view for view in portfolio.positions}


async def test_every_position_of_every_broker_is_shown(demo):
    shown = await positions(demo)

    assert sorted(shown) == [
        ("alpaca", "AAPL"),
        ("alpaca", "BTC"),
        ("coinbase", "DOGE"),
        ("coinbase", "XRP"),
        ("kraken", "ADA"),
        ("kraken", "BTC"),
        ("kraken", "DOGE"),
        ("kraken", "ETH"),
        ("kraken", "SGB"),
        ("kraken", "SOL"),
    ]


async def test_a_position_shows_entry_mark_and_result(demo):
    ada = (await positions(demo))[Venue.KRAKEN, "ADA"]

    assert (ada.symbol, ada.quantity, ada.explained) == ("ADA/USD", Decimal("1043.5"), Decimal("1043.5"))
    assert (ada.entry, ada.mark.price, ada.pnl_ratio) == (Decimal("0.5"), Decimal("0.414"), Decimal("-0.172"))
    assert ada.pnl == Decimal("-89.741")
    assert ada.value_usd == Decimal("432.009")
    assert why_not_guarded(ada) is NotGuarded.QUESTION_OPEN


async def test_staked_coins_are_part_of_the_position_and_have_no_entry(demo):
    eth = (await positions(demo))[Venue.KRAKEN, "ETH"]

    # 1.25 bought, 0.0123456789 withdrawn, 0.75 staked that came from elsewhere.
    assert eth.quantity == Decimal("1.9876543211")
    assert (eth.locked, eth.explained) == (Decimal("0.75"), Decimal("1.25"))
    assert eth.entry == Decimal(3208)


async def test_what_has_no_entry_no_price_or_no_buyer_says_so(demo):
    shown = await positions(demo)

    assert why_not_guarded(shown[Venue.KRAKEN, "BTC"]) is NotGuarded.ENTRY_UNKNOWN
    assert why_not_guarded(shown[Venue.KRAKEN, "DOGE"]) is NotGuarded.BELOW_MINIMUM
    assert why_not_guarded(shown[Venue.KRAKEN, "SGB"]) is NotGuarded.CANNOT_BE_SOLD_NOW
    # The demo begins at noon in Greenwich, before New York opens.
    assert why_not_guarded(shown[Venue.ALPACA, "AAPL"]) is NotGuarded.MARKET_CLOSED


async def test_a_guarded_position_shows_its_guard(demo):
    await demo.arm("1043.5", "521.75", "ADA/USD", threshold=Decimal("-0.2"))
    await demo.look()

    ada = (await positions(demo))[Venue.KRAKEN, "ADA"]

    assert (ada.guard.guard_id, why_not_guarded(ada)) == ("guard-1", None)


async def test_what_was_read_just_now_is_not_read_again(demo):
    before = len(demo.sent("BalanceEx"))

    await positions(demo)
    assert len(demo.sent("BalanceEx")) == before

    await demo.clock.sleep(6)
    await positions(demo)
    assert len(demo.sent("BalanceEx")) == before + 1


async def test_the_worst_result_of_a_broker_stands_first(demo):
    portfolio = await demo.engine.portfolio.fetch_portfolio(OWNER_ID)

    kraken = [view.pnl_ratio for view in portfolio.positions if view.account.venue is Venue.KRAKEN]
    results = [ratio for ratio in kraken if ratio is not None]
    assert results == sorted(results)
    assert kraken[: len(results)] == results


async def test_a_broker_out_of_reach_is_named_and_its_positions_keep_their_age(demo):
    demo.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    await demo.clock.sleep(60)

    portfolio = await demo.engine.portfolio.fetch_portfolio(OWNER_ID)

    [unread] = portfolio.unread
    assert unread.account.venue is Venue.KRAKEN
    assert unread.error == "it sent an error page instead of an answer (HTTP 503)"
    assert demo.clock.now() - unread.as_of >= timedelta(seconds=60)
    ada = next(view for view in portfolio.positions if view.asset == "ADA")
    assert why_not_guarded(ada) is NotGuarded.QUESTION_OPEN
    assert (ada.as_of, ada.value_usd) == (unread.as_of, None)


async def test_a_broker_that_hangs_delays_the_screen_by_a_few_seconds_at_most(demo):
    await demo.clock.sleep(60)
    demo.fault(FaultKind.DELAY_BEFORE, "*", times=None, delay_s=30)
    before = demo.clock.monotonic()

    portfolio = await demo.engine.portfolio.fetch_portfolio(OWNER_ID)

    assert demo.clock.monotonic() - before < 4
    assert any(view.account.venue is Venue.COINBASE and view.value_usd for view in portfolio.positions)


async def test_brokers_that_hang_hold_up_neither_each_other_nor_the_one_that_answers(demo):
    await demo.clock.sleep(60)
    took_s = []
    for venue in (Venue.KRAKEN, Venue.COINBASE):
        demo.fault(FaultKind.DELAY_BEFORE, "*", times=None, delay_s=60, venue=venue)
        began_s = demo.clock.monotonic()
        found = await demo.engine.portfolio.find(OWNER_ID, None, None, fresh=True)
        took_s.append(demo.clock.monotonic() - began_s)
        await demo.clock.sleep(60)

    assert took_s[1] - took_s[0] < 1
    assert {position.account.venue for position in found} == set(VENUES)
    [btc] = [one for one in found if (one.account.venue, one.asset) == (Venue.ALPACA, "BTC")]
    assert isinstance(btc.mark, Mark)


async def test_a_broker_that_answers_nonsense_loses_no_position_of_another(demo):
    await demo.clock.sleep(60)
    demo.fault(FaultKind.WRONG_BODY, "*", times=None, body="[]")

    found = await demo.engine.portfolio.find(OWNER_ID, None, None, fresh=True)

    assert {position.account.venue for position in found} == set(VENUES)
    assert all(isinstance(one.mark, Mark) for one in found if one.account.venue is Venue.COINBASE)


async def test_an_account_nobody_read_yet_is_named(rooms):
    async with rooms() as room:
        room.fault(FaultKind.ERROR, "BalanceEx", times=None, message="EAPI:Invalid key")

        portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)

        assert portfolio.positions == ()
        assert portfolio.unread == (Unread(account=room.account(), as_of=None, error="EAPI:Invalid key"),)


async def test_missing_listings_leave_positions_without_a_price(rooms):
    async with rooms() as room:
        room.deposit("BTC", "1")
        await room.engine.reader.read(room.account())
        report = room.report()
        await room.crash()
        await room.open()
        room.engine.reader.remember(room.engine.reader.state(room.account()), report)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)

        [found] = await room.engine.portfolio.gather(room.account())

        assert (found.instrument, found.quantity) == (None, 1)


async def test_coins_bought_with_two_currencies_have_their_result_in_dollars_at_each_purchase_s_rate(rooms):
    dollars = Bought(symbol="BTC/USD", quantity=Decimal("0.2"), price=Decimal(60_000))
    euros = Bought(
        symbol="BTC/EUR",
        quantity=Decimal("0.1"),
        price=Decimal(55_000),
        days_ago=10,
        usd_rate=Decimal("1.20"),
    )
    async with rooms(story=Story(openings={"kraken": Opening(purchases=(dollars, euros))})) as room:
        await room.read()

        btc = (await positions(room))[Venue.KRAKEN, "BTC"]

        assert (btc.quantity, btc.explained, btc.currency) == (Decimal("0.3"), Decimal("0.3"), "USD")
        # 0.2 · 60,000 + 0.1 · 55,000 · 1.20 = 18,600.
        assert btc.entry == Decimal(62_000)
        assert btc.pnl == Decimal("0.3") * room.world.bid("kraken", "BTC/USD") - 18_600


async def test_coins_bought_with_euros_alone_have_their_result_in_euros(rooms):
    euros = Bought(symbol="BTC/EUR", quantity=Decimal("0.1"), price=Decimal(55_000))
    async with rooms(story=Story(openings={"kraken": Opening(purchases=(euros,))})) as room:
        await room.read()

        btc = (await positions(room))[Venue.KRAKEN, "BTC"]

        assert (btc.symbol, btc.currency, btc.entry) == ("BTC/EUR", "EUR", Decimal(55_000))
        bid = room.world.bid("kraken", "BTC/EUR")
        assert btc.pnl == Decimal("0.1") * (bid - 55_000)
        assert btc.value_usd == Decimal("0.1") * bid * room.world.bid("kraken", "EUR/USD")


async def test_a_short_on_margin_is_a_position_of_its_own(rooms):
    async with rooms() as room:
        room.deposit("USD", "10000")
        room.deposit("BTC", "0.01")
        room.set_bid("60000")
        room.trade("sell", "0.1", leverage=2)
        await room.read()

        portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)

        short, spot = sorted(portfolio.positions, key=lambda view: view.kind)
        assert (short.kind, short.direction, short.quantity) == (
            PositionKind.MARGIN,
            Direction.SHORT,
            Decimal("0.1"),
        )
        assert (short.entry, short.explained) == (Decimal(60_000), Decimal("0.1"))
        ask = room.world.market.ticker("kraken", "BTC/USD").ask.price
        assert short.pnl == Decimal("0.1") * (60_000 - ask)
        assert spot.kind is PositionKind.SPOT


async def test_the_net_result_counts_the_accounts_own_fee(rooms):
    bought = Bought(symbol="BTC/USD", quantity=Decimal("0.1"), price=Decimal(60_000))
    async with rooms(story=Story(openings={"kraken": Opening(purchases=(bought,))})) as room:
        room.world.kraken_account.ledger.fees = replace(
            room.world.kraken_account.ledger.fees, taker=Decimal("0.01")
        )
        room.set_bid("60000")
        await room.read()
        await room.wait_for("")
        await room.engine.refresh_costs()

        btc = (await positions(room))[Venue.KRAKEN, "BTC"]

        assert (btc.pnl, btc.net_if_sold) == (Decimal(0), Decimal(-60))


async def test_only_a_fee_that_the_venue_names_for_the_account_is_called_its_own(demo):
    await demo.engine.refresh_costs()

    shown = await positions(demo)
    preview = await demo.engine.closing.offer_close(OWNER_ID, "BTC", None)

    assert shown[Venue.KRAKEN, "ADA"].is_fee_own
    assert not shown[Venue.ALPACA, "BTC"].is_fee_own
    assert {line.venue: line.is_fee_own for line in preview.lines} == {
        Venue.KRAKEN: True,
        Venue.ALPACA: False,
    }


async def test_somebody_else_sees_nothing(demo):
    portfolio = await demo.engine.portfolio.fetch_portfolio(OWNER_ID + 1)

    assert (portfolio.positions, portfolio.unread) == ((), ())


@pytest.fixture
async def thin(rooms):
    """Two coins, and a tenth of one at the best price."""
    coins = Bought(symbol="BTC/USD", quantity=Decimal(2), price=Decimal(60_000))
    async with rooms(story=Story(openings={"kraken": Opening(purchases=(coins,))})) as room:
        listing = room.world.market.listing("kraken", "BTC/USD")
        room.world.market.add(replace(listing, depth=(Decimal("0.1"), Decimal(3), Decimal(20))))
        await room.read()
        yield room


async def test_a_position_larger_than_the_best_price_takes_is_priced_from_the_order_book(thin):
    btc = (await positions(thin))[Venue.KRAKEN, "BTC"]

    assert btc.mark.basis is MarkBasis.WALKED
    assert btc.mark.price < thin.world.bid("kraken", "BTC/USD")
    assert why_not_guarded(btc) is NotGuarded.QUESTION_OPEN


async def test_a_position_larger_than_the_best_price_takes_can_be_guarded(thin):
    offer = await thin.engine.guards.offer_guard(OWNER_ID, "BTC", None)

    assert ChoiceKind.GUARD_FROM_COST in {choice.kind for choice in offer.choices}


async def test_a_missing_order_book_leaves_the_price_unknown_for_that_reason(thin):
    await thin.clock.sleep(10)
    thin.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth", times=None)

    btc = (await positions(thin))[Venue.KRAKEN, "BTC"]

    assert btc.mark == PriceUnknown(problem=PriceProblem.NO_BOOK)
    assert why_not_guarded(btc) is NotGuarded.QUESTION_OPEN
