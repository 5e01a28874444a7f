"""Another first owner in the settings, over the database of the former one."""

import pytest
from sqlmodel import select

from engine.alerts.messages import AccountsMoved, PriceTrouble
from engine.alerts.outbox import append_alert
from engine.alerts.table import AlertRow
from engine.entries.halts import HaltedBy
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue
from engine.tables import metadata
from sandbox.world import OWNER_ID
from tests.rows import load_rows

NEW_OWNER = 777_000


@pytest.fixture
async def furnished(room):
    """A guard, a sale of before, a reading, a question, fills and an alert that waits."""
    room.deposit("ETH", "1")
    room.deposit("BTC", "0.2")
    room.deposit("USD", "9000")
    room.trade("buy", "0.1")
    await room.read()
    await room.arm("0.1", "6000", symbol="BTC/USD")
    room.set_bid("50000")
    await room.sell_off()
    await room.arm("0.05", "1000", symbol="BTC/USD", guard_id="guard-2")
    await put_alert(room, "waits")
    return room


async def put_alert(room, key, *, user_id=OWNER_ID, account_id="env-kraken"):
    message = PriceTrouble(
        venue=Venue.KRAKEN, symbol=key, what=PriceEvent.BACK, why="", since=room.clock.now()
    )
    async with room.database.write() as session:
        await append_alert(
            session, message, user_id=user_id, account_id=account_id, dedup_key=key, now=room.clock.now()
        )


async def start_for(room, *owner_ids):
    await room.crash()
    room.settings = room.settings.model_copy(update={"owner_ids": owner_ids})
    await room.open()
    await room.engine.start()


async def owners_of_rows(room):
    """Return, by table, whose rows about an account there are."""
    found = {}
    async with room.database.read() as session:
        for table in metadata.sorted_tables:
            if {"account_id", "user_id"} <= set(table.c.keys()):
                about = select(table.c.user_id).where(table.c.account_id.is_not(None)).distinct()
                found[table.name] = set((await session.exec(about)).all())
    return {name: owners for name, owners in found.items() if owners}


async def due_for(room, user_id):
    async with room.database.read() as session:
        rows = await load_rows(session, select(AlertRow).where(AlertRow.chat_id == user_id))
        return {row.dedup_key for row in rows if row.not_before is not None and row.user_id == user_id}


@pytest.mark.parametrize("owner_ids", [(NEW_OWNER,), (NEW_OWNER, OWNER_ID)])
async def test_everything_about_an_account_goes_to_the_new_first_owner(furnished, owner_ids):
    before = await owners_of_rows(furnished)

    await start_for(furnished, *owner_ids)

    assert {"accounts", "guards", "guard_events", "intents", "intent_events", "alerts", "fills"} <= set(
        before
    )
    assert {"snapshots", "account_states", "known_assets", "nonces"} <= set(before)
    assert {name: {NEW_OWNER} for name in before} == await owners_of_rows(furnished)
    assert "waits" in await due_for(furnished, NEW_OWNER)
    [reported] = await furnished.alerts(AccountsMoved)
    assert reported.guarded == ("BTC/USD",)


async def test_the_new_owner_sees_the_sales_and_may_answer_what_is_still_asked(furnished):
    question = await furnished.engine.guards.offer_unguard(OWNER_ID, "BTC", None)
    unguard = question.choices[0]

    await start_for(furnished, NEW_OWNER)
    answer = await furnished.engine.guards.confirm(NEW_OWNER, unguard.confirmation_id)

    assert len(await furnished.engine.audit.fetch_exits(NEW_OWNER)) == 1
    assert await furnished.engine.audit.fetch_exits(OWNER_ID) == ()
    assert [guard.guard_id for guard in answer.guards] == ["guard-2"]


async def test_a_former_owner_who_stays_one_keeps_what_is_about_no_account(furnished):
    await put_alert(furnished, "about no account", account_id=None)

    await start_for(furnished, NEW_OWNER, OWNER_ID)

    assert await due_for(furnished, OWNER_ID) == {"about no account"}


async def test_nothing_waits_for_a_former_owner_whom_the_settings_do_not_name_any_more(furnished):
    await put_alert(furnished, "about no account", account_id=None)

    await start_for(furnished, NEW_OWNER)

    assert await due_for(furnished, OWNER_ID) == set()
    assert "about no account" in await due_for(furnished, NEW_OWNER)


async def test_entries_that_were_stopped_stay_stopped(furnished):
    await furnished.engine.halts.halt(OWNER_ID, by=HaltedBy.CHAT)

    await start_for(furnished, NEW_OWNER)

    assert await furnished.engine.halts.fetch_halt(NEW_OWNER) is not None


async def test_an_ordinary_start_moves_nothing_and_reports_nothing(furnished):
    await start_for(furnished, OWNER_ID)
    await start_for(furnished, OWNER_ID, NEW_OWNER)

    assert await furnished.alerts(AccountsMoved) == []
    assert set.union(*(await owners_of_rows(furnished)).values()) == {OWNER_ID}
