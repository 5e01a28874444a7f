"""A buy from its intent to its booked fill at each venue over sockets: the order layer asks no guard."""

from decimal import Decimal

import pytest

from engine.brokers.base import Priority
from engine.brokers.lane import Lane
from engine.model.errors import UnknownOutcomeError
from engine.model.holdings import PositionKey, PositionKind
from engine.model.orders import Side
from engine.model.venues import Venue
from engine.orders.balance_verdict import BalanceState, judge_balance
from engine.orders.filled_intents_store import load_changes_after
from engine.orders.fills_store import load_order_fills
from engine.orders.follow import Follower
from engine.orders.intents import Intent, IntentKind
from engine.orders.order_readings import ReadingVerdict
from engine.orders.settling import Settler
from engine.orders.states import IntentState, client_order_id
from engine.orders.submit import Submitter
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID

QUANTITY = Decimal("0.1")
SPENT = Decimal(5000)
ORDERS = {Venue.KRAKEN: "AddOrder", Venue.COINBASE: "orders", Venue.ALPACA: "POST /v2/orders"}


class Buyer:
    """What a policy above the orders does with them, and nothing else."""

    def __init__(self, room, venue):
        self.room = room
        self.venue = venue
        self.broker = room.broker(venue)
        self.settler = Settler(journal=room.journal.orders, clock=room.clock)
        self.submitter = Submitter(journal=room.journal.orders, settler=self.settler, clock=room.clock)

    async def plan(self):
        now = self.room.clock.now()
        intent = Intent(
            intent_id="intent-1",
            user_id=OWNER_ID,
            account_id=self.room.account(self.venue).account_id,
            venue=self.venue,
            guard_id=None,
            kind=IntentKind.ENTRY,
            symbol="BTC/USD",
            asset="BTC",
            side=Side.BUY,
            quantity=QUANTITY,
            state=IntentState.PLANNED,
            attempt=1,
            client_order_id=client_order_id("intent-1", 1),
            created_at=now,
            updated_at=now,
        )
        await self.room.journal.orders.plan(intent, cause="asked for")
        return intent

    async def send(self, intent):
        return await self.submitter.send(intent, self.broker, intent.quantity)

    async def settle(self, lost):
        before = BalanceState(owned=self.dollars, cash=Decimal(0))

        async def judge(_may_be, _unread):
            report = await self.broker.fetch_report(priority=lost.priority)
            # Dollars are what is given and coins what it brings.
            now = BalanceState(owned=report.holding("USD").total, cash=report.holding("BTC").total)
            return judge_balance(before=before, now=now, listed=Decimal(0), sent=SPENT)

        async def note_unread(_error, _failures):
            """Nobody is told of a buy yet."""

        return await self.settler.settle(lost, self.broker, judge, note_unread=note_unread)

    async def book(self, accepted):
        follower = Follower(journal=self.room.journal.orders, broker=self.broker, clock=self.room.clock)
        followed = await follower.ask(accepted)
        while followed.verdict is not ReadingVerdict.CONFIRMED:
            await self.room.clock.sleep(1)
            followed = await follower.ask(followed.intent)
        return (await self.room.journal.orders.book(followed.intent, followed.order)).intent

    @property
    def dollars(self):
        return self.room.world.ledger(self.venue).total("USD")

    @property
    def coins(self):
        """What is owned by the venue's own ledger: Alpaca takes its fee from the coins that are bought."""
        return self.room.world.ledger(self.venue).total("BTC")

    async def check_booked_once(self):
        [fill] = self.room.world.ledger(self.venue).fills
        [stored] = await self.room.intents()
        assert (stored.state, stored.filled_quantity) == (IntentState.FILLED, QUANTITY)
        assert stored.venue_order_id == fill.order_id
        assert stored.cost == fill.price * QUANTITY
        assert await self.room.guards(self.venue) == ()
        assert await self.room.alerts() == []
        key = PositionKey(account_id=stored.account_id, kind=PositionKind.SPOT, asset="BTC", symbol=None)
        await self.room.engine.late_fees.book(self.room.account(self.venue))
        async with self.room.database.read() as session:
            assert await load_changes_after(session, key, step=0) == (self.coins,)
            fills = await load_order_fills(session, stored.account_id, fill.order_id)
        # Kraken's order does not report its trades; they come with its history.
        assert [fill.quantity for fill in fills] == ([] if self.venue is Venue.KRAKEN else [QUANTITY])


@pytest.fixture(params=list(Venue))
async def buyer(request, rooms):
    async with rooms(venues=(request.param,)) as room:
        room.deposit("USD", "20000", venue=request.param)
        room.set_bid("50000", venue=request.param)
        yield Buyer(room, request.param)


@pytest.fixture
def priorities(monkeypatch):
    """The priorities of all calls that keys were used for."""
    asked, run = [], Lane.run

    async def noted(self, call, *, priority, cost=1):
        asked.append(priority)
        return await run(self, call, priority=priority, cost=cost)

    monkeypatch.setattr(Lane, "run", noted)
    return asked


async def test_a_buy_is_sent_behind_exits_and_booked(buyer, priorities):
    attempt = await buyer.send(await buyer.plan())

    assert (attempt.error, attempt.intent.state) == (None, IntentState.ACCEPTED)
    await buyer.book(attempt.intent)
    assert set(priorities) == {Priority.ENTRY}
    await buyer.check_booked_once()


@pytest.mark.fault("V1")
async def test_a_buy_whose_answer_was_lost_is_found_and_booked_once(buyer, priorities):
    buyer.room.fault(FaultKind.DROP_AFTER, ORDERS[buyer.venue], venue=buyer.venue)

    attempt = await buyer.send(await buyer.plan())
    found = await buyer.settle(attempt.intent)

    assert isinstance(attempt.error, UnknownOutcomeError)
    assert (found.state, found.attempt) == (IntentState.ACCEPTED, 1)
    await buyer.book(found)
    assert set(priorities) == {Priority.ENTRY}
    await buyer.check_booked_once()


@pytest.mark.fault("V3")
async def test_a_buy_that_never_arrived_is_sent_again_and_booked_once(buyer):
    buyer.room.fault(FaultKind.DROP_BEFORE, ORDERS[buyer.venue], venue=buyer.venue)

    lost = (await buyer.send(await buyer.plan())).intent
    planned = await buyer.settle(lost)
    again = await buyer.send(planned)

    # Only Kraken's deadline proves that the first one cannot arrive any more.
    assert (planned.state, planned.attempt) == (IntentState.PLANNED, 2 if buyer.venue is Venue.KRAKEN else 1)
    await buyer.book(again.intent)
    await buyer.check_booked_once()


@pytest.mark.fault("V110")
async def test_a_fee_that_is_booked_hours_after_a_buy_is_not_missing_from_a_guard_beside_it(rooms):
    async with rooms(venues=(Venue.ALPACA,)) as room:
        for asset, amount in (("USD", "20000"), ("BTC", "0.1")):
            room.deposit(asset, amount, venue=Venue.ALPACA)
        room.set_bid("50000", venue=Venue.ALPACA)
        await room.arm("0.1", "5000", venue=Venue.ALPACA)
        await room.read()
        await room.clock.sleep(60)
        buyer = Buyer(room, Venue.ALPACA)
        booked = await buyer.book((await buyer.send(await buyer.plan())).intent)

        room.set_bid("40000", venue=Venue.ALPACA)
        await room.sell_off()
        await room.read()

        [filled] = await room.alerts()
        guards = await room.guards(Venue.ALPACA)
    assert booked.fee is None
    assert (filled.quantity, filled.left_over, filled.left_over_why) == (Decimal("0.1"), 0, "")
    assert guards == ()
