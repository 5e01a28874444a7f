from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.model.orders import Fill, Side, VenueOrderId
from engine.orders import fills_store as fills
from engine.orders.fills_store import FillCursor
from tests.engine.storage.stored import ALPACA, KRAKEN, NOW, OWNER

FILL = Fill(
    trade_id="T1",
    venue_order_id=VenueOrderId("O1"),
    symbol="BTC/USD",
    base="BTC",
    quote="USD",
    side=Side.BUY,
    price=Decimal("97123.123456789012345678"),
    quantity=Decimal("0.000000000000000001"),
    fee=None,
    fee_asset="USD",
    at=NOW,
    margin=True,
)


async def save(database, *some, account=KRAKEN):
    async with database.write() as session:
        return await fills.save_fills(session, account.account_id, OWNER, some, seen_at=NOW)


async def load(database, asset, account=KRAKEN):
    async with database.read() as session:
        return await fills.load_fills(session, account.account_id, asset=asset)


async def test_a_fill_comes_back_to_the_last_digit_and_an_unknown_fee_stays_unknown(database):
    await save(database, FILL)

    assert await load(database, "BTC") == (FILL,)


@pytest.mark.fault("V20")
async def test_a_fill_seen_twice_is_stored_once_and_new_only_once(database):
    other = replace(FILL, trade_id="T2")

    first = await save(database, FILL, FILL)
    second = await save(database, FILL, other)

    assert (first, second) == ((FILL,), (other,))


async def test_the_same_trade_id_in_another_account_is_another_fill(database):
    await save(database, FILL)

    assert await save(database, FILL, account=ALPACA) == (FILL,)


async def test_fills_come_oldest_first(database):
    older = replace(FILL, trade_id="T0", at=NOW - timedelta(hours=1))
    await save(database, FILL, older)

    assert await load(database, "BTC") == (older, FILL)


async def test_an_asset_has_the_fills_it_was_bought_spent_or_charged_in(database):
    bought = replace(FILL, trade_id="T1", base="ETH", quote="USD")
    spent = replace(FILL, trade_id="T2", base="SOL", quote="ETH")
    charged = replace(FILL, trade_id="T3", fee_asset="ETH")
    await save(database, bought, spent, charged, replace(FILL, trade_id="T4"))

    assert await load(database, "ETH") == (bought, spent, charged)


async def test_reading_history_goes_on_where_it_stopped(database):
    cursor = FillCursor(
        account_id=KRAKEN.account_id, user_id=OWNER, cursor="page 7", complete=False, updated_at=NOW
    )
    done = replace(cursor, cursor=None, complete=True)
    async with database.write() as session:
        before = await fills.load_cursor(session, KRAKEN.account_id)
        await fills.save_cursor(session, cursor)
    async with database.write() as session:
        between = await fills.load_cursor(session, KRAKEN.account_id)
        await fills.save_cursor(session, done)

    async with database.read() as session:
        after = await fills.load_cursor(session, KRAKEN.account_id)
    assert (before, between, after) == (None, cursor, done)


async def test_a_dollar_rate_is_kept_to_the_last_digit_and_only_where_it_is_known(database):
    rate = Decimal("1.100000000000000000000000001")
    await save(database, FILL, replace(FILL, trade_id="T2"))
    await save(database, FILL, account=ALPACA)
    async with database.write() as session:
        await fills.save_usd_rate(session, KRAKEN.account_id, "T1", rate)
        await fills.save_usd_rate(session, KRAKEN.account_id, "never seen", rate)

    async with database.read() as session:
        of_kraken = await fills.load_usd_rates(session, KRAKEN.account_id)
        of_alpaca = await fills.load_usd_rates(session, ALPACA.account_id)

    assert (of_kraken, of_alpaca) == ({"T1": rate}, {})


async def test_a_fill_reported_again_keeps_its_dollar_rate(database):
    await save(database, FILL)
    async with database.write() as session:
        await fills.save_usd_rate(session, KRAKEN.account_id, "T1", Decimal("1.1"))

    await save(database, FILL)

    async with database.read() as session:
        assert await fills.load_usd_rates(session, KRAKEN.account_id) == {"T1": Decimal("1.1")}
