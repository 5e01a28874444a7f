"""Accounts read from stand-ins over sockets, once at a time, old figures kept over a failure."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.accounts.service import READ_BUDGET_S
from engine.accounts.snapshot import UserBrokerState
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import DEMO_STORY, OWNER_ID

VENUES = (Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA)


@pytest.fixture
def reader(room):
    room.deposit("USD", "100")
    return room.engine.reader


async def test_every_account_of_the_story_is_valued_exactly(rooms):
    async with rooms(venues=VENUES, story=DEMO_STORY) as room:
        for venue in VENUES:
            state = await room.engine.reader.read(room.account(venue))

            expected = room.world.expected_balance(venue)
            balance = state.balance
            assert (state.connected, state.error) == (True, None)
            assert (balance.total_equity_usd, balance.available_usd, balance.locked_in_positions_usd) == (
                expected.total,
                expected.available,
                expected.locked,
            )
            assert (balance.held_by_orders_usd, balance.unpriced) == (expected.held, expected.unpriced)


async def test_two_readers_at_once_share_one_reading(room, reader):
    states = await asyncio.gather(*(reader.read(room.account()) for _ in range(3)))

    assert states[0] is states[1] is states[2]
    assert len(room.sent("BalanceEx")) == 1


async def test_the_next_reader_asks_again(room, reader):
    await reader.read(room.account())
    await reader.read(room.account())

    assert len(room.sent("BalanceEx")) == 2


async def test_a_reading_goes_on_when_the_first_of_its_readers_gives_up(room, reader):
    room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=3)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            await reader.read(room.account())

    state = await reader.read(room.account())

    assert state.connected
    assert len(room.sent("BalanceEx")) == 1


async def test_a_failed_reading_keeps_the_last_good_figures_with_their_age(room, reader):
    good = await reader.read(room.account())
    room.fault(FaultKind.ERROR, "BalanceEx", times=None, message="EService:Busy")
    await room.clock.sleep(300)

    failed = await reader.read(room.account())

    assert failed == replace(good, connected=False, error="EService:Busy")
    assert failed.age(room.clock.now()) >= timedelta(seconds=300)
    assert reader.state(room.account()) == failed
    assert reader.last_error_at(room.account()) == room.clock.now()
    assert str(reader.error(room.account())) == "Kraken: EService:Busy"


async def test_a_good_reading_after_a_failed_one_has_no_error_left(room, reader):
    room.fault(FaultKind.ERROR, "BalanceEx", message="EAPI:Invalid key")
    failed = await reader.read(room.account())

    good = await reader.read(room.account())

    assert (failed.balance, failed.connected, failed.error) == (None, False, "EAPI:Invalid key")
    assert (good.connected, good.error, reader.error(room.account())) == (True, None, None)


PRICE_CALLS = {
    Venue.KRAKEN: ("Ticker",),
    Venue.COINBASE: ("market/product_book",),
    Venue.ALPACA: ("GET /v1beta3/crypto/{loc}/latest/quotes", "GET /v2/stocks/quotes/latest"),
}


def silence_prices(room, venue, kind=FaultKind.HTTP_ERROR_BEFORE, **options):
    for endpoint in PRICE_CALLS[venue]:
        room.fault(kind, endpoint, venue=venue, times=None, **options)


@pytest.mark.parametrize("venue", VENUES)
async def test_prices_nobody_reports_keep_what_is_held_and_count_it_as_unknown(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("USD", "100", venue=venue)
        room.deposit("BTC", "1", venue=venue)
        silence_prices(room, venue)

        state = await room.engine.reader.read(room.account(venue))

        assert (state.connected, state.error, room.engine.reader.error(room.account(venue))) == (
            True,
            None,
            None,
        )
        assert state.prices_error
        assert [(one.asset, one.quantity) for one in state.open_positions] == [("BTC", Decimal(1))]
        assert room.report(venue).holding("BTC").total == Decimal(1)
        if venue is Venue.ALPACA:
            # The venue's own total counts it.
            assert state.balance.complete
        else:
            assert (state.balance.unpriced, state.balance.total_equity_usd) == (("BTC",), Decimal(100))
            assert not state.balance.complete


async def test_prices_that_come_again_leave_no_error_of_theirs(room, reader):
    room.deposit("BTC", "1")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker")
    missing = await reader.read(room.account())

    there = await reader.read(room.account())

    assert (bool(missing.prices_error), there.prices_error, there.balance.unpriced) == (True, None, ())


async def test_prices_that_hang_hold_up_no_reading_for_long(room, reader):
    room.deposit("BTC", "1")
    room.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)
    before = room.clock.monotonic()

    state = await reader.read(room.account())

    assert room.clock.monotonic() - before < READ_BUDGET_S
    assert (state.connected, state.balance.unpriced) == (True, ("BTC",))
    assert state.prices_error


async def test_who_waits_for_prices_no_longer_still_knows_that_the_account_answered(room, reader):
    room.deposit("BTC", "1")
    room.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(2):
            await reader.read(room.account())

    assert (reader.state(room.account()).connected, reader.error(room.account())) == (True, None)
    assert not reader.is_fresh(room.account(), 60)


async def test_listings_nobody_reports_leave_cash_and_what_is_worth_a_dollar_there_counted(rooms):
    async with rooms(venues=(Venue.COINBASE,)) as room:
        room.deposit("USD", "100", venue=Venue.COINBASE)
        room.deposit("USDC", "50", venue=Venue.COINBASE)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "market/products", venue=Venue.COINBASE, times=None)

        state = await room.engine.reader.read(room.account(Venue.COINBASE))

        assert (state.connected, state.prices_error) == (True, None)
        assert (state.balance.total_equity_usd, state.balance.complete) == (Decimal(150), True)


async def test_an_account_that_fails_says_nothing_new_of_prices(room, reader):
    room.deposit("BTC", "1")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker")
    missing = await reader.read(room.account())
    room.fault(FaultKind.ERROR, "BalanceEx", message="EService:Busy")

    failed = await reader.read(room.account())

    assert failed == replace(missing, connected=False, error="EService:Busy")


async def test_an_account_never_read_is_not_connected_and_has_no_figures(room, reader):
    assert reader.state(room.account()) == UserBrokerState(
        broker=Venue.KRAKEN,
        user_id=OWNER_ID,
        account_id="env-kraken",
        balance=None,
        last_updated=None,
        connected=False,
    )
    assert reader.last_error_at(room.account()) is None


async def test_everybody_sees_only_their_own_accounts(room, reader):
    assert reader.accounts() == reader.accounts(OWNER_ID) == (room.account(),)
    assert reader.accounts(OWNER_ID + 1) == ()


async def test_a_coin_nobody_prices_is_named_and_in_no_sum(room, reader):
    room.deposit("SGB", "1000")

    state = await reader.read(room.account())

    assert state.balance.unpriced == ("SGB",)
    assert state.balance.total_equity_usd == Decimal(100)


async def test_closing_ends_a_reading_under_way(room, reader):
    room.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=60)
    reading = asyncio.ensure_future(reader.read(room.account()))
    await room.world.tape("kraken").wait_for("BalanceEx")

    await reader.close()

    with pytest.raises(asyncio.CancelledError):
        await reading
