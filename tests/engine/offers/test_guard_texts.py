"""What the chat says of guards in the states that the venue, not a value made up for a screen, brings about."""

from decimal import Decimal

import pytest

from engine.alerts.questions import ChoiceKind
from engine.guards.guard import GuardState
from engine.model.venues import Venue
from engine.offers.outcomes import Nothing
from handlers.render.closing import render_close
from handlers.render.guard_outcomes import render_outcome
from handlers.render.html import plain_text
from handlers.render.nothing import nothing_text
from handlers.render.numbers import price
from handlers.render.positions import render_positions
from handlers.render.times import Reader
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Bought, Opening, Story

STORY = Story(
    openings={
        "kraken": Opening(
            purchases=(Bought(symbol="ETH/USD", quantity=Decimal(1), price=Decimal(3_100)),),
            deposits={"SOL": Decimal(20)},
        )
    }
)


@pytest.fixture
async def met(rooms):
    async with rooms(story=STORY, guard_existing="none") as room:
        await room.read()
        yield room


def text_of(room, outcome):
    return plain_text(render_outcome(outcome, Reader(now=room.clock.now()))[0].text)


async def guard_text(room, symbol):
    return text_of(room, await room.engine.guards.offer_guard(OWNER_ID, symbol, Venue.KRAKEN))


async def unguard_text(room, symbol):
    return text_of(room, await room.engine.guards.offer_unguard(OWNER_ID, symbol, Venue.KRAKEN))


async def positions_text(room):
    portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)
    return plain_text(render_positions(portfolio, Reader(now=room.clock.now())).text)


async def close_text(room, symbol):
    offered = await room.engine.closing.offer_close(OWNER_ID, symbol, Venue.KRAKEN)
    if isinstance(offered, Nothing):
        return nothing_text(offered)
    return plain_text(render_close(offered, Reader(now=room.clock.now())).text)


async def set_guard(room, symbol):
    offer = await room.engine.guards.offer_guard(OWNER_ID, symbol, None)
    [button] = [one.confirmation_id for one in offer.choices if one.kind is ChoiceKind.GUARD_FROM_PRICE]
    await room.engine.guards.confirm(OWNER_ID, button)


async def test_a_manual_close_that_waits_is_being_sold_as_asked_and_never_called_guarded(met):
    met.fault(FaultKind.RATE_LIMIT, times=None)
    preview = await met.engine.closing.offer_close(OWNER_ID, "SOL", Venue.KRAKEN)
    await met.engine.closing.close(OWNER_ID, preview.confirmation_id)
    await met.clock.sleep(5)

    guard, unguard, positions = (
        await guard_text(met, "SOL"),
        await unguard_text(met, "SOL"),
        await positions_text(met),
    )

    assert "SOL/USD · Kraken: being sold as you asked, not guarded" in guard
    assert "Guarded before" not in guard
    assert unguard == "SOL/USD at Kraken is being sold as you asked and is not guarded: nothing to unguard."
    assert "2 held, 0 guarded, 1 being sold as you asked." in positions
    assert "Trigger" not in positions
    assert "guarded at" not in positions


async def test_a_guard_paused_because_its_coins_left_is_ended_by_unguard_and_says_so(met):
    await set_guard(met, "SOL")
    met.world.ledger(Venue.KRAKEN).withdraw("SOL", Decimal(20), at=met.clock.now().timestamp())
    for _ in range(3):
        await met.read()
        await met.clock.sleep(60)
    [paused] = await met.guards()
    assert paused.state is GuardState.PAUSED

    guard, unguard = await guard_text(met, "SOL"), await unguard_text(met, "SOL")

    assert "none there; its guard is paused; /unguard SOL kraken ends it" in guard
    assert "cannot be sold now" not in guard
    assert unguard.startswith(
        "End the paused guard?\nIt watches nothing now, and stays paused until you answer."
    )
    assert "without an answer by then its guard stays paused and watches nothing." in unguard
    assert "It stays guarded" not in unguard


async def test_ending_a_guard_says_nothing_of_what_trading_costs(met):
    await set_guard(met, "SOL")
    guards = met.engine.guards
    offer = await guards.offer_unguard(OWNER_ID, "SOL", None)

    assert "The fees for buying and selling" not in text_of(met, offer)


async def test_an_outage_says_that_the_venue_is_silent_and_what_to_do(met):
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    await met.clock.sleep(60)
    await met.read()

    guard, close = await guard_text(met, "SOL"), await close_text(met, "SOL")

    assert "cannot be guarded: Kraken does not answer: " in guard
    assert "; send /guard SOL kraken again when Kraken answers" in guard
    assert "Kraken did not answer: " in close
    assert "If you cannot wait, sell in Kraken's own app" in close


async def test_missing_prices_are_named_with_what_to_do(met):
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    await met.clock.sleep(60)

    guard, close = await guard_text(met, "SOL"), await close_text(met, "SOL")

    assert "price unknown (Kraken reports no prices); send /guard SOL kraken again when there is one" in guard
    assert "If you cannot wait, sell in Kraken's own app" in close


async def test_what_was_never_read_is_not_called_not_held(rooms):
    async with rooms(story=STORY, guard_existing="none") as room:
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)

        guard, close = await guard_text(room, "SOL"), await close_text(room, "SOL")

    assert "It is not known whether you hold SOL: Kraken does not answer: " in guard
    assert "send /guard SOL again" in guard
    assert "It is not known whether you hold SOL: Kraken does not answer: " in close
    assert "sell in the broker's own app" in close


async def test_positions_show_the_last_known_price_of_a_venue_that_is_silent(met):
    before = await positions_text(met)
    met.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    await met.clock.sleep(180)
    await met.read()

    text = " ".join((await positions_text(met)).split())

    bid = price(met.world.bid("kraken", "SOL/USD"))
    assert "Last known" not in before
    assert "Mark unknown Last known, 3 min ago" in text
    assert f"ago {bid} PnL unknown" in text
