"""Every known fill once, however many there are of one instant, and whatever one of them is damaged by."""

from datetime import timedelta

import pytest
from sqlalchemy import type_coerce, update
from sqlalchemy.types import NULLTYPE

from engine.orders.fills_store import FillCursor, save_cursor, save_fills
from engine.orders.fills_table import FillRow
from engine.statements.fill_reader import FillReader
from tests.builders import a_fill
from tests.engine.storage.stored import ALPACA, KRAKEN, NOW, OWNER


class StillClock:
    def now(self):
        return NOW


def some(*trade_ids, at=NOW):
    return [a_fill("buy 1 BTC @ 1 USD", at=at, trade_id=one) for one in trade_ids]


async def save(database, fills, account=KRAKEN):
    async with database.write() as session:
        await save_fills(session, account.account_id, OWNER, fills, seen_at=NOW)


async def read(database, page=2):
    return await FillReader(database=database, clock=StillClock(), page=page).read(OWNER)


def ids(export):
    return [one.fill.trade_id for one in export.fills]


@pytest.mark.parametrize("page", [1, 2, 3, 500])
async def test_pages_bring_every_fill_once_also_when_many_happened_at_once(database, page):
    await save(database, some("a", "b", "c", "d", "e"))
    await save(database, some("f", at=NOW + timedelta(seconds=1)))
    await save(database, some("g", at=NOW - timedelta(seconds=1)))

    assert ids(await read(database, page)) == ["g", "a", "b", "c", "d", "e", "f"]


async def test_the_same_trade_id_of_two_accounts_is_two_fills(database):
    await save(database, some("a"))
    await save(database, some("a"), ALPACA)

    found = await read(database)

    assert sorted(one.account_id for one in found.fills) == sorted([KRAKEN.account_id, ALPACA.account_id])


async def test_a_damaged_fill_is_counted_once_and_hides_no_other(database):
    await save(database, some("a", "b", "c"))
    async with database.write() as session:
        await session.exec(
            update(FillRow).where(FillRow.trade_id == "b").values(price=type_coerce("x", NULLTYPE))
        )

    found = await read(database)

    assert (ids(found), found.unreadable) == (["a", "c"], 1)


async def test_an_account_is_complete_once_its_history_was_read_to_the_beginning(database):
    async with database.write() as session:
        values = {"user_id": OWNER, "cursor": None, "updated_at": NOW}
        await save_cursor(session, FillCursor(account_id=KRAKEN.account_id, complete=True, **values))
        await save_cursor(session, FillCursor(account_id=ALPACA.account_id, complete=False, **values))

    complete = {one.account_id: one.is_complete for one in (await read(database)).accounts}

    assert (complete[KRAKEN.account_id], complete[ALPACA.account_id]) == (True, False)


async def test_nobody_else_reads_them(database):
    await save(database, some("a"))

    assert (await FillReader(database=database, clock=StillClock()).read(OWNER + 1)).fills == ()
