"""What trading costs: asked of the venues over sockets, kept over restarts, the table where nobody reports."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.accounts.fees import TakerFee
from engine.model.venues import Venue
from sandbox.faults import FaultKind

VENUES = (Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA)
LIVE = {
    Venue.KRAKEN: (Decimal("0.0040"), True),
    Venue.COINBASE: (Decimal("0.012"), True),
    # Alpaca reports to nobody what an account pays; its schedule says a quarter percent.
    Venue.ALPACA: (Decimal("0.0025"), False),
}
TABLE = {Venue.KRAKEN: "0.0026", Venue.COINBASE: "0.006", Venue.ALPACA: "0"}


@pytest.fixture
async def wide(rooms):
    async with rooms(venues=VENUES) as room:
        yield room


@pytest.mark.parametrize("venue", VENUES)
async def test_before_anybody_asked_the_table_stands_and_says_so(wide, venue):
    profile = wide.costs.profile(wide.account(venue), "BTC/USD")

    assert (profile.taker, profile.live) == (Decimal(TABLE[venue]), False)


@pytest.mark.parametrize("venue", VENUES)
async def test_the_accounts_own_fee_and_the_measured_spread_replace_the_table(wide, venue):
    await wide.costs.refresh(wide.account(venue), {"BTC/USD"})

    profile = wide.costs.profile(wide.account(venue), "BTC/USD")
    assert (profile.taker, profile.taker_live) == LIVE[venue]
    assert profile.spread_live
    listing = wide.world.market.listing(venue, "BTC/USD")
    assert round(profile.spread, 4) == listing.spread_ratio
    taker = wide.costs.taker(wide.account(venue), "BTC/USD")
    assert (taker.ratio, taker.is_own) == LIVE[venue]


async def test_a_stock_costs_no_fee_at_alpaca(wide):
    await wide.costs.refresh(wide.account(Venue.ALPACA), {"AAPL/USD"})

    assert wide.costs.taker(wide.account(Venue.ALPACA), "AAPL/USD").ratio == 0


async def test_the_next_process_starts_from_what_was_learnt(wide):
    for venue in VENUES:
        await wide.costs.refresh(wide.account(venue), {"BTC/USD"})
    before = [wide.costs.profile(wide.account(venue), "BTC/USD") for venue in VENUES]

    await wide.restart()

    assert [wide.costs.profile(wide.account(venue), "BTC/USD") for venue in VENUES] == before


async def test_a_venue_that_does_not_answer_changes_nothing(room):
    await room.costs.refresh(room.account(), {"BTC/USD"})
    before = room.costs.profile(room.account(), "BTC/USD")
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    await room.clock.sleep(60)

    await room.costs.refresh(room.account(), {"BTC/USD"})

    assert room.costs.profile(room.account(), "BTC/USD") == before


async def test_a_fee_is_the_accounts_own_however_old_it_is(room):
    assert not room.costs.taker(room.account(), "BTC/USD").is_own
    await room.costs.refresh(room.account(), {"BTC/USD"})

    await room.clock.sleep(7200)

    assert not room.costs.profile(room.account(), "BTC/USD").taker_live
    assert room.costs.taker(room.account(), "BTC/USD").is_own


async def test_a_fee_that_rose_is_learnt(room):
    await room.costs.refresh(room.account(), {"BTC/USD"})
    ledger = room.world.kraken_account.ledger
    ledger.fees = replace(ledger.fees, taker=Decimal("0.008"))

    await room.costs.refresh(room.account(), {"BTC/USD"})

    assert room.costs.taker(room.account(), "BTC/USD") == TakerFee(ratio=Decimal("0.008"), is_own=True)


async def test_a_pair_without_a_market_has_its_fee_but_the_tables_spread(room):
    room.world.market.forget_price("ADA")

    await room.costs.refresh(room.account(), {"ADA/USD"})

    profile = room.costs.profile(room.account(), "ADA/USD")
    assert (profile.taker_live, profile.spread_live) == (True, False)


async def test_one_pair_the_venue_does_not_know_keeps_no_other_from_being_asked(room):
    await room.costs.refresh(room.account(), {"BTC/USD", "NOPE/USD"})

    assert room.costs.profile(room.account(), "BTC/USD").live


async def test_nothing_is_asked_about_nothing(room):
    await room.costs.refresh(room.account(), set())

    assert room.sent("TradeVolume") == []


async def test_a_pair_that_is_known_is_not_asked_about_again(room):
    for _ in range(3):
        await room.costs.ensure(room.account(), "BTC/USD")

    assert len(room.sent("TradeVolume")) == 1


async def test_the_first_snapshot_learns_the_costs_of_what_is_held_and_of_the_usual_pair(room):
    room.deposit("ETH", "1")

    await room.read()

    profiles = [room.costs.profile(room.account(), symbol) for symbol in ("ETH/USD", "BTC/USD", "SOL/USD")]
    assert [profile.taker_live for profile in profiles] == [True, True, False]
