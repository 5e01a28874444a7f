"""A buy from its intent to its end at each venue over sockets: sent once, and followed over lost answers and restarts."""

from decimal import Decimal

import pytest

from engine.alerts.messages import (
    EntryEnd,
    EntryFilled,
    EntryGivenUp,
    EntryPending,
    RecordKind,
    RecordUnreadable,
)
from engine.entries.gates import GateName
from engine.entries.halts import HaltedBy
from engine.model.venues import Venue
from engine.offers.buying_preview import BuyPreview
from engine.orders.states import IntentState
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID
from tests.engine.offers.buying import ORDERS, SPENT, Buyer, a_buyer


@pytest.fixture(params=list(Venue))
async def buyer(request, rooms):
    async with rooms(venues=(request.param,)) as room:
        yield await a_buyer(room, request.param)


@pytest.mark.fault("V155")
async def test_a_lost_answer_is_found_guarded_and_said_so_once(buyer):
    buyer.room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)

    await buyer.buy()
    await buyer.end()

    [filled] = await buyer.room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    assert filled.found_later
    assert len(buyer.placed) == 1
    assert filled.guarded == guard.quantity


@pytest.mark.fault("V156")
async def test_a_buy_that_never_arrived_is_given_up_and_frees_its_cash(buyer):
    buyer.room.fault(FaultKind.DROP_BEFORE, ORDERS[buyer.venue], venue=buyer.venue)

    await buyer.buy()
    await buyer.end()

    [told] = await buyer.room.alerts(EntryFilled, EntryGivenUp)
    [intent] = await buyer.room.intents()
    assert (told.kind, told.why, told.usd) == ("entry_given_up", EntryEnd.NEVER_ARRIVED, SPENT)
    assert intent.state is IntentState.REFUSED
    assert buyer.placed == []
    assert await buyer.guards() == ()
    assert isinstance(await buyer.ask(4000), BuyPreview)


@pytest.mark.fault("V155")
async def test_an_answer_that_comes_after_a_crash_orphans_nothing(buyer):
    buyer.room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)
    buyer.room.fault(FaultKind.DELAY_AFTER, ORDERS[buyer.venue], venue=buyer.venue, delay_s=5)
    await buyer.buy()
    await buyer.room.clock.sleep(1)

    await buyer.room.restart()
    await buyer.end()

    [filled] = await buyer.room.alerts(EntryFilled)
    [guard] = await buyer.guards()
    assert filled.found_later
    assert len(buyer.placed) == 1
    assert 0 <= buyer.held() - guard.quantity < Decimal("1e-8")


@pytest.mark.fault("V156")
async def test_one_that_was_written_down_and_never_sent_is_not_sent_by_the_next_start(buyer):
    buyer.room.fault(FaultKind.DELAY_BEFORE, ORDERS[buyer.venue], venue=buyer.venue, delay_s=30)
    buyer.room.fault(FaultKind.DROP_BEFORE, ORDERS[buyer.venue], venue=buyer.venue)
    await buyer.buy()
    await buyer.room.clock.sleep(1)

    await buyer.room.restart()
    await buyer.end()

    [told] = await buyer.room.alerts(EntryFilled, EntryGivenUp)
    assert told.why is EntryEnd.NEVER_ARRIVED
    assert buyer.placed == []


async def test_what_the_venue_refuses_is_told_with_its_message(rooms):
    async with rooms() as room:
        buyer = await a_buyer(room)
        room.fault(FaultKind.ERROR, message="EOrder:Insufficient funds")

        await buyer.buy()
        await buyer.end()

        [told] = await room.alerts(EntryGivenUp)
    assert told.why is EntryEnd.REFUSED
    assert "Insufficient funds" in told.detail


@pytest.mark.fault("V161")
async def test_a_number_that_an_exit_overtook_is_drawn_again(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.INVALID_NONCE, times=2)

    await buyer.buy()
    await buyer.end()

    [filled] = await room.alerts(EntryFilled, EntryGivenUp)
    assert len(buyer.placed) == 1
    assert filled.quantity == buyer.held()


async def test_numbers_that_go_on_being_refused_end_a_buy(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.INVALID_NONCE, times=None)

    await buyer.buy()
    await buyer.end()

    [told] = await room.alerts(EntryFilled, EntryGivenUp)
    assert told.why is EntryEnd.REFUSED
    assert buyer.placed == []


async def test_an_approved_plan_that_has_expired_is_not_sent(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.clock.sleep(31)

    assert not await room.engine.buys.begin(OWNER_ID, preview.plan)
    assert await room.intents() == []


async def test_entries_that_are_halted_once_a_plan_was_approved_write_nothing_down(room):
    buyer = await a_buyer(room)
    preview = await buyer.ask()
    await room.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    assert not await room.engine.buys.begin(OWNER_ID, preview.plan)
    assert await room.intents() == []


async def test_a_buy_whose_record_is_damaged_is_told_and_keeps_other_buys_back(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DELAY_AFTER, delay_s=60)
    await buyer.buy()
    await room.clock.sleep(1)
    await room.crash()
    await room.damage("intents", "quantity = '?'")
    await room.open()
    await room.engine.start()
    await room.look()

    [told] = await room.alerts(RecordUnreadable)
    refused = await Buyer(room).ask(100, "ETH")
    assert told.record is RecordKind.ENTRY
    assert [gate.name for gate in refused.reasons] == [GateName.CASH, GateName.EXPOSURE]


@pytest.mark.fault("V155")
async def test_a_buy_that_is_not_certain_for_long_is_told_once_before_its_end(room):
    buyer = await a_buyer(room)
    room.fault(FaultKind.DROP_AFTER)
    room.fault_order_lists()

    await buyer.buy()
    await room.clock.sleep(120)
    [pending] = await room.alerts()
    room.world.faults(Venue.KRAKEN).clear()
    await buyer.end()

    [same, filled] = await room.alerts()
    assert (type(pending), type(filled)) == (EntryPending, EntryFilled)
    assert same == pending
    assert not pending.is_accepted
