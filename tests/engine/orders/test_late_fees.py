"""Fees that a venue books after the fill are written down once they are there, and nothing else changes."""

from decimal import Decimal

from engine.model.venues import Venue
from engine.orders.late_fees import ASK_AGAIN_S
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID


async def an_exit_with_a_fee_to_come(room):
    room.deposit("BTC", "0.1", venue=Venue.ALPACA)
    room.set_bid("50000", venue=Venue.ALPACA)
    await room.arm("0.1", "6000", venue=Venue.ALPACA)
    [account] = room.world.alpaca.accounts.values()
    account.books_fees = False
    await room.sell_off()
    return account


async def the_exit(room):
    [record] = await room.engine.audit.fetch_exits(OWNER_ID)
    return record


async def test_a_booked_fee_replaces_what_was_not_known(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        account = await an_exit_with_a_fee_to_come(room)
        await room.read()
        before = await the_exit(room)

        account.books_fees = True
        await room.clock.sleep(ASK_AGAIN_S)
        await room.read()

        after = await the_exit(room)
        assert (before.fee, before.results.before_fee) == (None, True)
        [sold] = room.world.ledger(Venue.ALPACA).fills
        assert (after.fee, after.fee_asset) == (sold.fee, "USD")
        assert (after.results.before_fee, after.results.realised) == (
            False,
            before.results.realised - sold.fee,
        )
        assert after.intent.updated_at == before.intent.updated_at


async def test_the_alert_estimates_what_is_not_booked_yet(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        await an_exit_with_a_fee_to_come(room)

        [alert] = await room.alerts()
        [sold] = room.world.ledger(Venue.ALPACA).fills
        assert (alert.fee, alert.before_fee) == (None, True)
        assert abs(alert.fee_estimate - sold.fee) < Decimal("0.01")


async def test_a_venue_that_does_not_answer_is_asked_again_and_not_at_once(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        account = await an_exit_with_a_fee_to_come(room)
        account.books_fees = True
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/orders/{order_id}", venue=Venue.ALPACA)
        await room.read()
        await room.read()
        assert (await the_exit(room)).fee is None

        await room.clock.sleep(ASK_AGAIN_S)
        await room.read()

        assert (await the_exit(room)).fee is not None


async def test_a_fee_that_cannot_be_written_keeps_no_other_from_being_booked(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        room.deposit("ETH", "1", venue=Venue.ALPACA)
        room.set_bid("2000", "ETH/USD", venue=Venue.ALPACA)
        await room.arm("1", "3000", guard_id="guard-2", symbol="ETH/USD", venue=Venue.ALPACA)
        account = await an_exit_with_a_fee_to_come(room)
        account.books_fees = True

        async with room.refused_changes("NEW.asset = 'BTC'", table="intents"):
            await room.clock.sleep(ASK_AGAIN_S)
            await room.read()

        fees = {one.intent.asset: one.fee for one in await room.engine.audit.fetch_exits(OWNER_ID)}
        assert fees["BTC"] is None
        assert fees["ETH"] is not None
