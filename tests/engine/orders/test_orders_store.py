from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateIndex, DropIndex

from engine.clock import SystemClock
from engine.exits.exit_journal import ExitJournal
from engine.exits.live_sales import may_be_on_sale
from engine.guards import store as guards
from engine.guards.guard import Guard, GuardSource
from engine.model.holdings import Direction, PositionKind
from engine.model.orders import CancelledOrder, Side, VenueOrderId
from engine.model.venues import Venue
from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind, IntentStep, ManualClose, StepNote, Trigger
from engine.orders.states import IntentState, client_order_id
from engine.orders.step_log import note_of
from engine.orders.steps_store import insert_step, load_steps
from engine.orders.table import IntentRow
from tests.engine.storage.stored import COINBASE, KRAKEN, NOW, OWNER

GUARD = Guard(
    guard_id="g1",
    user_id=OWNER,
    account_id=KRAKEN.account_id,
    venue=Venue.KRAKEN,
    kind=PositionKind.SPOT,
    direction=Direction.LONG,
    asset="BTC",
    symbol="BTC/USD",
    quantity=Decimal("0.5"),
    cost=Decimal(40000),
    currency="USD",
    threshold=Decimal("-0.01"),
    source=GuardSource.BOUGHT,
    created_at=NOW,
)

INTENT = Intent(
    intent_id="i1",
    user_id=OWNER,
    account_id=KRAKEN.account_id,
    venue=Venue.KRAKEN,
    guard_id="g1",
    kind=IntentKind.EXIT,
    symbol="BTC/USD",
    asset="BTC",
    side=Side.SELL,
    quantity=Decimal("0.500000000000000001"),
    state=IntentState.PLANNED,
    attempt=1,
    client_order_id=client_order_id("i1", 1),
    trigger=Trigger(
        price=Decimal("79199.123456789012345678"),
        basis="bid",
        ratio=Decimal("-0.0100109"),
        threshold=Decimal("-0.01"),
        quantity=Decimal("0.5"),
        cost=Decimal(40000),
        at=NOW,
    ),
    created_at=NOW,
    updated_at=NOW,
)


@pytest.fixture
async def journal(database):
    """Return the database with the guard and its exit in it."""
    async with database.write() as session:
        await guards.save_guard(session, GUARD, was=None, now=NOW, cause="bought")
        await intents.insert_intent(session, INTENT)
    return database


def another(intent_id, **changes):
    return replace(INTENT, intent_id=intent_id, client_order_id=client_order_id(intent_id, 1), **changes)


async def insert(database, intent):
    async with database.write() as session:
        await intents.insert_intent(session, intent)


async def update(database, intent, *, expected):
    async with database.write() as session:
        await intents.update_intent(session, intent, expected=expected)


async def live(database):
    async with database.read() as session:
        return await intents.load_live_intents(session)


async def test_an_intent_comes_back_as_the_same_value_with_its_trigger(journal):
    assert await live(journal) == (INTENT,)


async def test_a_manual_close_is_stored_under_the_name_of_earlier_versions(journal):
    manual = ManualClose(guarded=Decimal(0), guarded_cost=Decimal(0), entry_known=False)
    entry = another(
        "i2",
        kind=IntentKind.ENTRY,
        side=Side.BUY,
        guard_id=None,
        trigger=replace(INTENT.trigger, manual=manual),
    )
    await insert(journal, entry)

    async with journal.read() as session:
        rows = await session.exec(
            text("SELECT json_extract(trigger_json, '$.asked.guarded') FROM intents ORDER BY intent_id")
        )
        assert rows.scalars().all() == [None, "0"]
    assert entry in await live(journal)


async def test_a_manual_close_of_earlier_versions_is_read_without_what_was_added_since(journal):
    earlier = ManualClose(guarded=Decimal("0.1"), guarded_cost=Decimal(6000), entry_known=True)
    now = replace(earlier, paid=Decimal(5000), most=Decimal("0.5"), there=Decimal("0.6"), step=7)
    async with journal.write() as session:
        await intents.update_intent(
            session,
            replace(INTENT, trigger=replace(INTENT.trigger, manual=now)),
            expected=IntentState.PLANNED,
        )
    [stored] = await live(journal)
    added = ", ".join(f"'$.asked.{name}'" for name in ("paid", "most", "there", "step"))

    async with journal.write() as session:
        await session.send(text(f"UPDATE intents SET trigger_json = json_remove(trigger_json, {added})"))  # noqa: S608

    [read] = await live(journal)
    assert (stored.manual, read.manual) == (now, earlier)


async def test_a_guard_never_has_two_live_exits(journal):
    with pytest.raises(IntegrityError, match=r"intents\.guard_id"):
        await insert(journal, another("i2"))


@pytest.mark.parametrize("state", [state for state in IntentState if not state.is_final])
async def test_an_exit_in_any_unfinished_state_keeps_a_second_one_out(journal, state):
    await update(journal, replace(INTENT, state=state), expected=IntentState.PLANNED)

    with pytest.raises(IntegrityError):
        await insert(journal, another("i2"))


@pytest.mark.parametrize("state", [state for state in IntentState if state.is_final])
async def test_a_finished_exit_makes_room_for_the_next(journal, state):
    await update(journal, replace(INTENT, state=state), expected=IntentState.PLANNED)
    following = another("i2")

    await insert(journal, following)

    assert await live(journal) == (following,)


async def test_entries_are_not_limited_by_exits(journal):
    entry = another("i2", kind=IntentKind.ENTRY, side=Side.BUY, guard_id=None, trigger=None)

    await insert(journal, entry)
    await insert(journal, replace(entry, intent_id="i3", client_order_id=client_order_id("i3", 1)))

    assert len(await live(journal)) == 3


async def test_no_two_intents_share_a_client_order_id(journal):
    entry = another("i2", kind=IntentKind.ENTRY, guard_id=None)

    with pytest.raises(IntegrityError, match="client_order_id"):
        await insert(journal, replace(entry, client_order_id=INTENT.client_order_id))


async def test_an_intent_that_moved_meanwhile_is_not_overwritten(journal):
    sent = replace(INTENT, state=IntentState.SENT, sent_at=NOW, venue_order_id=VenueOrderId("O1"))
    await update(journal, sent, expected=IntentState.PLANNED)

    with pytest.raises(intents.StaleIntentError):
        await update(journal, replace(INTENT, state=IntentState.SUSPENDED), expected=IntentState.PLANNED)

    assert await live(journal) == (sent,)


async def test_steps_are_numbered_in_the_order_they_were_taken(journal):
    planned = IntentStep(
        intent_id="i1",
        user_id=OWNER,
        account_id=KRAKEN.account_id,
        seq=0,
        at=NOW,
        from_state=None,
        to_state=IntentState.PLANNED,
        cause="triggered",
        detail="",
    )
    sent = replace(
        planned,
        at=NOW + timedelta(seconds=1),
        from_state=IntentState.PLANNED,
        to_state=IntentState.SENT,
        cause="send",
        detail="EOrder:Rate limit exceeded",
    )
    async with journal.write() as session:
        await insert_step(session, planned)
        await insert_step(session, sent)

    async with journal.read() as session:
        assert await load_steps(session, "i1") == (planned, replace(sent, seq=1))


async def test_our_orders_are_known_by_the_venues_ids(journal):
    accepted = replace(INTENT, state=IntentState.ACCEPTED, venue_order_id=VenueOrderId("O1"))
    await update(journal, accepted, expected=IntentState.PLANNED)
    await insert(journal, another("i2", kind=IntentKind.ENTRY, guard_id=None))

    async with journal.read() as session:
        assert await intents.load_order_ids(session, KRAKEN.account_id) == {"O1"}


async def test_orders_that_were_cancelled_for_an_exit_or_gone_by_then_are_none_of_ours(journal):
    accepted = replace(INTENT, state=IntentState.ACCEPTED, venue_order_id=VenueOrderId("O1"))
    await update(journal, accepted, expected=IntentState.PLANNED)
    releases = ExitJournal(database=journal, clock=SystemClock()).releases
    theirs = [
        CancelledOrder(side=Side.SELL, quantity=Decimal(1), price=None, venue_order_id=name, confirmed=False)
        for name in ("T1", "T2")
    ]
    for order in theirs:
        await releases.note_release(accepted, order)
    await releases.note_released(accepted, theirs[0])
    await releases.note_not_released(accepted, theirs[1])

    async with journal.read() as session:
        assert await intents.load_order_ids(session, KRAKEN.account_id) == {"O1"}


def a_cancel(order_id, **changes):
    order = CancelledOrder(side=Side.SELL, quantity=Decimal(1), price=None, venue_order_id=order_id)
    return replace(order, confirmed=False, **changes)


async def test_an_order_that_was_gone_by_then_is_not_named_as_cancelled(journal):
    releases = ExitJournal(database=journal, clock=SystemClock()).releases
    for order in (a_cancel("T1"), a_cancel("T2")):
        await releases.note_release(INTENT, order)
    await releases.note_not_released(INTENT, a_cancel("T2"))

    async with journal.read() as session:
        assert (await load_steps(session, "i1"))[-1].cancelled == a_cancel("T2")
    assert await releases.load_released("i1") == (a_cancel("T1"),)
    assert await releases.load_tried("i1") == {"T1", "T2"}


async def test_steps_that_earlier_versions_wrote_name_their_order_in_the_text(journal):
    before_ids = a_cancel("")
    steps = [
        note_of(INTENT, StepNote.RELEASE, detail="T1", at=NOW, cancelled=before_ids),
        note_of(INTENT, StepNote.RELEASE, detail="T2", at=NOW, cancelled=before_ids),
        note_of(INTENT, StepNote.NOT_RELEASED, detail="T2", at=NOW),
    ]
    async with journal.write() as session:
        for step in steps:
            await insert_step(session, step)

    releases = ExitJournal(database=journal, clock=SystemClock()).releases
    assert await releases.load_released("i1") == (before_ids,)
    assert await releases.load_tried("i1") == {"T1", "T2"}


async def plans_of(session, read):
    """Return how SQLite finds the rows of each statement that a reading makes, compiled before or not."""
    made, raw = [], session.raw
    event.listen(session.connection, "before_cursor_execute", lambda *call: made.append(call[2:4]))
    session.raw = SimpleNamespace(execute=lambda *call: made.append(call) or raw.execute(*call))
    await read(session)
    found = [raw.execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall() for sql, values in made]
    return ["; ".join(detail for *_, detail in plan) for plan in found]


@pytest.mark.parametrize(
    "reading",
    [lambda session: may_be_on_sale(session, GUARD), intents.load_live_intents],
    ids=["before an exit", "live"],
)
@pytest.mark.parametrize("newest", sorted(index.name for index in IntentRow.__table__.indexes))
async def test_what_is_live_is_found_without_what_ended(journal, reading, newest):
    # Of two indexes that serve a statement alike, SQLite takes the one that was made last.
    async with journal.write() as session:
        (index,) = (index for index in IntentRow.__table__.indexes if index.name == newest)
        await session.send(DropIndex(index))
        await session.send(CreateIndex(index))
    async with journal.read() as session:
        plans = await plans_of(session, reading)

    of_one_guard = "SEARCH intents USING INDEX ix_intents_guard_id (guard_id=?)"
    assert plans
    assert all("ix_intents_live" in plan or plan == of_one_guard for plan in plans), plans


async def test_an_intent_of_another_account_that_cannot_be_read_keeps_no_exit_back(journal):
    elsewhere = another("i2", account_id=COINBASE.account_id, guard_id=None, kind=IntentKind.ENTRY)
    await insert(journal, elsewhere)
    async with journal.write() as session:
        await session.exec(text("UPDATE intents SET quantity = 'much' WHERE intent_id = 'i2'"))

    async with journal.read() as session:
        assert not await may_be_on_sale(session, GUARD)
    assert not tuple(journal.unreadable)


async def test_an_intent_that_names_another_account_is_still_found_by_its_guard(journal):
    async with journal.write() as session:
        await session.exec(text("UPDATE intents SET quantity = 'much', account_id = 'env-coinbase'"))

    async with journal.read() as session:
        assert await may_be_on_sale(session, GUARD)
