"""A lost order that is sent again under its own id: no earlier sale of ours is taken for its own."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing, ExitFilled
from engine.guards.guard import GuardState
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.settling_step import SEARCH_LIMIT
from handlers.render.failing_actions import doing_text
from sandbox.coinbase.switches import Duplicates
from sandbox.faults import FaultKind
from sandbox.pace import Pace
from tests.engine.exits.failing_texts import why_of

D = Decimal
ORDERS = {Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}
BALANCES = {Venue.COINBASE: "accounts", Venue.ALPACA: "GET /v2/positions"}


@pytest.mark.fault("V101")
@pytest.mark.parametrize("venue", ORDERS)
async def test_an_earlier_sale_that_arrived_late_does_not_hide_that_the_next_one_was_lost(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.2", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.read()
        await room.arm("0.05", "3000", venue=venue)
        await room.clock.sleep(60)
        await room.read()
        room.fault(FaultKind.DELAY_BEFORE, ORDERS[venue], venue=venue, delay_s=12)
        room.set_bid("59000", venue=venue)
        await room.look()
        await room.clock.sleep(8)
        # Of before the sale arrives.
        await room.read()
        room.fault(FaultKind.HTTP_ERROR_BEFORE, BALANCES[venue], venue=venue, times=None)
        await room.wait_for("exit ")
        await room.arm("0.05", "3000", venue=venue, guard_id="guard-2")
        room.fault(FaultKind.DROP_BEFORE, ORDERS[venue], venue=venue)

        await room.look()
        await room.world.tape(venue.value).wait_for(ORDERS[venue])
        await room.clock.sleep(1)
        room.world.faults(venue.value).clear()
        await room.wait_for("exit ")

        assert (await room.guard("guard-2")).state is GuardState.CLOSED
        sales = [fill.quantity for fill in room.world.ledger(venue.value).fills if fill.side is Side.SELL]
        assert sales == [D("0.05"), D("0.05")]
        assert len(await room.alerts(ExitFilled)) == 2


@pytest.mark.fault("V104")
async def test_an_order_that_was_sent_for_more_than_its_last_attempt_is_followed_to_its_end(room):
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    room.world.kraken.pace = Pace(over_s=20, parts=2)
    room.set_bid("59000")
    await room.look()
    await room.world.tape("kraken").wait_for("QueryOrders")
    await room.crash()
    await room.open()
    # As it is where the same id was sent again for what a first part had left.
    await room.damage("intents", "quantity = '0.05'")
    await room.engine.start()

    await room.wait_for("exit ")

    [sale] = await room.alerts(ExitFilled)
    assert sale.quantity == D("0.1")
    assert (await room.guard()).state is GuardState.CLOSED


#: What keeps it from being known whether a request arrived, by the venues that take an id once.
AWAY = [
    (Venue.COINBASE, "orders/historical/batch"),
    (Venue.COINBASE, "orders/historical/fills"),
    (Venue.COINBASE, "accounts"),
    (Venue.ALPACA, "GET /v2/orders:by_client_order_id"),
    (Venue.ALPACA, "GET /v2/positions"),
]


@pytest.fixture
async def falling(rooms, venue):
    """A tenth of three tenths of a bitcoin, guarded and about to be at a loss."""
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "0.3", venue=venue)
        room.set_bid("60000", venue=venue)
        await room.arm("0.1", "6000", venue=venue)
        await room.read()
        await room.look()
        room.set_bid("59000", venue=venue)
        yield room


def sold(room, venue):
    return [fill.quantity for fill in room.world.ledger(venue).fills if fill.side is Side.SELL]


@pytest.mark.fault("V142")
@pytest.mark.parametrize(("venue", "away"), AWAY)
async def test_a_request_that_never_arrived_goes_out_again_while_a_list_or_the_balance_is_away(
    falling, venue, away
):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, away, venue=venue, times=None)
    falling.fault(FaultKind.DROP_BEFORE, ORDERS[venue], venue=venue)

    await falling.look()
    await falling.clock.sleep(120)

    assert sold(falling, venue) == [D("0.1")]
    assert len(falling.sent(ORDERS[venue], venue=venue)) == 2


#: What becomes of the first request, and of the second where that is lost as well.
LOST = {
    "arrived": [{"kind": FaultKind.DROP_AFTER}],
    "arrives after the next one": [{"kind": FaultKind.DELAY_BEFORE, "delay_s": 70}],
    "arrived, and the next one is lost": [{"kind": FaultKind.DROP_AFTER}, {"kind": FaultKind.DROP_BEFORE}],
    "never, and the next one arrives unanswered": [
        {"kind": FaultKind.DROP_BEFORE},
        {"kind": FaultKind.DROP_AFTER},
    ],
}


#: How each venue takes a second request under one id: Coinbase in either of two ways.
REFUSALS = [*((Venue.COINBASE, one) for one in Duplicates), (Venue.ALPACA, None)]
ALL_AWAY = [*AWAY, (Venue.COINBASE, "*"), (Venue.ALPACA, "*")]


@pytest.mark.fault("V142")
@pytest.mark.parametrize("lost", LOST.values(), ids=LOST)
@pytest.mark.parametrize(
    ("venue", "away", "refusal"),
    [(venue, away, refusal) for venue, away in ALL_AWAY for of, refusal in REFUSALS if of is venue],
)
async def test_whatever_is_away_no_request_under_the_same_id_makes_a_second_order(
    falling, venue, away, lost, refusal
):
    if refusal is not None:
        falling.world.coinbase.switches.duplicates = refusal
    for request in lost:
        falling.fault(endpoint=ORDERS[venue], venue=venue, **request)
    for endpoint in {at for of, at in AWAY if of is venue and away in {"*", at}}:
        falling.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, venue=venue, times=None)

    await falling.look()
    await falling.clock.sleep(SEARCH_LIMIT.total_seconds() + 60)
    falling.world.faults(venue).clear()
    await falling.wait_for("exit ")

    assert sold(falling, venue) == [D("0.1")]
    assert (await falling.guard()).state is GuardState.CLOSED


LISTS_AWAY = [one for one in AWAY if one[1] not in BALANCES.values()]


async def move_money(room, venue):
    room.deposit("USD", "100", venue=venue)


async def move_coins(room, venue):
    room.deposit("BTC", "0.01", venue=venue)


async def move_nothing(_room, _venue):
    """The lost request sells."""


@pytest.mark.fault("V149")
@pytest.mark.parametrize(
    ("move", "lost"),
    [
        (move_money, FaultKind.DROP_BEFORE),
        (move_coins, FaultKind.DROP_BEFORE),
        (move_nothing, FaultKind.DROP_AFTER),
    ],
)
@pytest.mark.parametrize(("venue", "away"), LISTS_AWAY)
async def test_an_owner_is_told_which_lists_are_away_and_not_that_they_show_no_order(
    falling, venue, away, move, lost
):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, away, venue=venue, times=None)
    falling.fault(lost, ORDERS[venue], venue=venue)

    await falling.look()
    await falling.world.tape(venue.value).wait_for(ORDERS[venue])
    await move(falling, venue)
    await falling.clock.sleep(400)

    told = await falling.alerts(ExitFailing)
    said = [f"{why_of(one)}; {doing_text(one.doing, venue.label)}" for one in told]
    assert said
    assert not [one for one in said if "lists no order" in one or "if no list shows" in one]
    assert not [one for one in said if "balance cannot be read" in one]


@pytest.mark.fault("V150")
@pytest.mark.parametrize("venue", [Venue.COINBASE])
async def test_coins_that_went_while_a_list_was_away_are_searched_for_once_it_answers(falling, venue):
    falling.fault(FaultKind.HTTP_ERROR_BEFORE, "orders/historical/batch", venue=venue, times=None)
    falling.fault(FaultKind.DROP_BEFORE, ORDERS[venue], venue=venue)
    await falling.look()
    await falling.world.tape(venue.value).wait_for(ORDERS[venue])
    falling.withdraw("BTC", "0.1", venue=venue)
    falling.deposit("USD", "5900", venue=venue)
    await falling.clock.sleep(900)

    falling.world.faults(venue).clear()
    answered_s = falling.clock.monotonic()
    await falling.wait_for("exit ")

    assert falling.clock.monotonic() - answered_s >= SEARCH_LIMIT.total_seconds()
