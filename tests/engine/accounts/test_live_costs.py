"""How long a fee or a spread counts as live, and that one refused symbol costs no other its figures."""

from decimal import Decimal

import pytest

from engine.accounts.fees import TABLE
from engine.brokers.paper.ledger import Fees
from engine.model.venues import Venue
from sandbox.faults import FaultKind

TABLED = TABLE[Venue.KRAKEN]


@pytest.fixture
async def costed(room):
    """A room whose account was asked what BTC/USD costs just now."""
    await room.costs.refresh(room.account(), {"BTC/USD"})
    return room


def profile(room, symbol="BTC/USD"):
    return room.costs.profile(room.account(), symbol)


async def test_what_was_fetched_just_now_is_live(costed):
    now = profile(costed)

    assert (now.taker, now.live) == (Decimal("0.004"), True)


async def test_after_an_hour_the_figures_stay_and_are_live_no_more(costed):
    fresh = profile(costed)
    await costed.clock.sleep(3600)
    assert profile(costed).live

    await costed.clock.sleep(1)

    old = profile(costed)
    assert (old.taker_live, old.spread_live) == (False, False)
    assert (old.taker, old.spread) == (fresh.taker, fresh.spread)


async def test_figures_of_a_former_process_keep_their_age(costed):
    fresh = profile(costed)
    await costed.clock.sleep(1800)
    await costed.restart()
    assert profile(costed) == fresh

    await costed.crash()
    await costed.clock.sleep(7 * 86_400)
    await costed.open()
    await costed.costs.restore()

    old = profile(costed)
    assert (old.taker, old.spread) == (fresh.taker, fresh.spread)
    assert (old.taker_live, old.spread_live) == (False, False)


async def test_old_figures_are_requested_again_when_they_are_needed(costed):
    costed.world.kraken_account.ledger.fees = Fees(taker=Decimal("0.003"), maker=Decimal("0.001"))
    await costed.costs.ensure(costed.account(), "BTC/USD")
    assert profile(costed).taker == Decimal("0.004")
    await costed.clock.sleep(3601)

    await costed.costs.ensure(costed.account(), "BTC/USD")

    assert (profile(costed).taker, profile(costed).live) == (Decimal("0.003"), True)


async def test_a_fee_that_makes_no_sense_is_the_tables_and_not_live(costed):
    costed.world.kraken_account.ledger.fees = Fees(taker=Decimal(2), maker=Decimal(2))
    await costed.costs.refresh(costed.account(), {"BTC/USD"})

    assert (profile(costed).taker, profile(costed).taker_live) == (TABLED.taker, False)


async def test_a_symbol_nobody_lists_costs_no_other_its_figures(room):
    await room.costs.refresh(room.account(), {"BTC/USD", "NOPE/USD", "ETH/USD"})

    assert profile(room).live
    assert profile(room, "ETH/USD").live
    assert profile(room, "NOPE/USD") == TABLED
    assert len(room.sent("TradeVolume")) == 1


async def test_a_pair_the_venue_refuses_costs_no_other_its_fee(room):
    room.fault(FaultKind.ERROR, "TradeVolume", message="EQuery:Unknown asset pair", times=2)

    await room.costs.refresh(room.account(), {"BTC/USD", "ETH/USD", "SOL/USD"})

    # Refused all together, then the first of two halves: what is left has its fee.
    assert [profile(room, symbol).taker_live for symbol in ("BTC/USD", "ETH/USD", "SOL/USD")] == [
        False,
        True,
        True,
    ]
    assert profile(room).spread_live


async def test_spreads_are_learned_while_fees_are_not_reported(room):
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradeVolume", times=None)

    await room.costs.refresh(room.account(), {"BTC/USD"})

    assert (profile(room).taker_live, profile(room).spread_live) == (False, True)


async def test_fees_are_learned_while_prices_are_not_reported(room):
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    await room.costs.refresh(room.account(), {"BTC/USD"})

    assert (profile(room).taker_live, profile(room).spread_live) == (True, False)


@pytest.mark.parametrize("is_open", [True, False])
async def test_a_closed_stock_market_reports_no_live_spread(rooms, is_open):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        account = room.account(Venue.ALPACA)
        room.deposit("AAPL", "1", venue=Venue.ALPACA)
        room.world.alpaca.session.forced = is_open
        await room.engine.reader.read(account)

        await room.costs.refresh(account, {"AAPL/USD", "BTC/USD"})

        assert room.costs.profile(account, "AAPL/USD").spread_live is is_open
        assert room.costs.profile(account, "BTC/USD").spread_live


async def test_a_session_that_is_not_reported_costs_no_coin_its_spread(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        await room.engine.reader.read(room.account(Venue.ALPACA))
        await room.clock.sleep(60)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/clock", times=None, venue=Venue.ALPACA)

        await room.costs.refresh(room.account(Venue.ALPACA), {"AAPL/USD", "BTC/USD"})

        live = [
            room.costs.profile(room.account(Venue.ALPACA), one).spread_live for one in ("AAPL/USD", "BTC/USD")
        ]
        assert live == [False, True]


@pytest.mark.parametrize(
    "fees", [7, [], {"XXBTZUSD": 7}, {"XXBTZUSD": {"fee": []}}, {"XXBTZUSD": {"fee": "1E+99999999"}}]
)
async def test_an_odd_answer_about_fees_costs_nothing_but_those_fees(costed, fees):
    before = profile(costed)
    costed.fault(FaultKind.WRONG_FIELDS, "TradeVolume", fields={"fees": fees})
    await costed.clock.sleep(3601)

    await costed.costs.ensure(costed.account(), "BTC/USD")

    assert (profile(costed).taker, profile(costed).spread_live) == (before.taker, True)
