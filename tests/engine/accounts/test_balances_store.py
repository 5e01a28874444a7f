import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import text

from engine.accounts import balances_store as balances
from engine.accounts.balances_store import AccountState, SnapshotFigures
from engine.accounts.snapshot import BalanceSnapshot, CashLine, OpenPosition, UserBrokerState
from engine.model.holdings import AccountReport, Direction, Holding, MarginPosition, PositionKind
from engine.model.venues import Venue
from tests.engine.accounts.snapshots import stored_snapshots
from tests.engine.storage.stored import ALPACA, KRAKEN, NOW, OWNER

REPORT = AccountReport(
    account=KRAKEN,
    holdings=(
        Holding(asset="USD", free=Decimal("1.10")),
        Holding(asset="BTC", free=Decimal("0.000000000000000001"), held=Decimal("0.2"), symbol="BTC/USD"),
    ),
    margin_positions=(
        MarginPosition(
            symbol="ETH/USD",
            direction=Direction.SHORT,
            quantity=Decimal("1.5"),
            cost=Decimal("3000.10"),
            fee=Decimal("7.8"),
            leverage=2,
        ),
    ),
    equity_usd=None,
    spendable_usd=Decimal("1.1"),
    at=NOW,
)

STATE = UserBrokerState(
    broker=Venue.KRAKEN,
    user_id=OWNER,
    account_id=KRAKEN.account_id,
    balance=BalanceSnapshot(
        total_equity_usd=Decimal("3.123456789012345678"),
        available_usd=Decimal("1.1"),
        locked_in_positions_usd=Decimal("2.023456789012345678"),
        cash=(CashLine(currency="USD", free=Decimal("1.1"), rate_usd=Decimal(1), value_usd=Decimal("1.1")),),
        unpriced=("OBSCURE",),
        as_of=NOW,
    ),
    open_positions=(OpenPosition(kind=PositionKind.SPOT, asset="BTC", quantity=Decimal("0.2")),),
    last_updated=NOW,
    connected=True,
)

KNOWN = AccountState(state=STATE, report=REPORT, last_attempt=NOW)


def figures(at, *, account=KRAKEN, total="3.123456789012345678"):
    return SnapshotFigures(
        account_id=account.account_id,
        user_id=OWNER,
        taken_at=at,
        total_equity_usd=Decimal(total),
        available_usd=Decimal("1.1"),
        locked_in_positions_usd=Decimal("2.023456789012345678"),
        held_usd=Decimal(0),
        complete=False,
    )


async def test_a_reading_comes_back_as_the_same_values_to_the_last_digit(database):
    async with database.write() as session:
        await balances.save_account_state(session, KNOWN)

    async with database.read() as session:
        assert await balances.load_account_states(session) == (KNOWN,)


async def test_a_reading_that_an_earlier_version_stored_in_more_fields_is_read(database):
    earlier = {
        "asset": "BTC",
        "symbol": "BTC/USD",
        "kind": "spot",
        "direction": "long",
        "quantity": "0.2",
        "locked": "0",
        "value_usd": None,
        "venue_entry": "61000.5",
    }
    async with database.write() as session:
        await balances.save_account_state(session, KNOWN)
        (stored,) = (await session.exec(text("SELECT state_json FROM account_states"))).one()
        data = json.dumps(json.loads(stored) | {"open_positions": [earlier]})
        await session.exec(text("UPDATE account_states SET state_json = :data").bindparams(data=data))

    async with database.read() as session:
        assert await balances.load_account_states(session) == (KNOWN,)


async def test_a_failed_try_keeps_the_last_good_figures_beside_its_reason(database):
    later = NOW + timedelta(minutes=1)
    failed = replace(KNOWN, state=replace(STATE, connected=False, error="timed out"), last_attempt=later)
    async with database.write() as session:
        await balances.save_account_state(session, KNOWN)
    async with database.write() as session:
        await balances.save_account_state(session, failed)

    async with database.read() as session:
        assert await balances.load_account_states(session) == (failed,)


async def test_an_account_that_never_answered_has_no_figures_rather_than_zeros(database):
    silent = replace(STATE, balance=None, open_positions=(), last_updated=None, connected=False)
    never = AccountState(state=silent, report=None, last_attempt=NOW)
    async with database.write() as session:
        await balances.save_account_state(session, never)

    async with database.read() as session:
        assert await balances.load_account_states(session) == (never,)


async def test_history_comes_back_oldest_first_and_for_its_account_only(database):
    older, newer = figures(NOW), figures(NOW + timedelta(minutes=1))
    async with database.write() as session:
        for each in (newer, figures(NOW, account=ALPACA), older):
            await balances.add_snapshot(session, each)

    async with database.read() as session:
        assert await stored_snapshots(session, KRAKEN.account_id) == (older, newer)


async def test_old_history_keeps_the_last_of_each_hour_and_of_each_day(database):
    day, hour, minute = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
    recent = [NOW - 2 * minute, NOW - minute]
    hourly = [NOW - 2 * day, NOW - 2 * day + minute, NOW - 2 * day + hour]
    daily = [NOW - 40 * day, NOW - 40 * day + hour, NOW - 39 * day]
    async with database.write() as session:
        for at in (*daily, *hourly, *recent):
            await balances.add_snapshot(session, figures(at))
            await balances.add_snapshot(session, figures(at, account=ALPACA))

    async with database.write() as session:
        await balances.thin_snapshots(session, hourly_before=NOW - day, daily_before=NOW - 30 * day)

    async with database.read() as session:
        kept = [each.taken_at for each in await stored_snapshots(session, KRAKEN.account_id)]
        other = [each.taken_at for each in await stored_snapshots(session, ALPACA.account_id)]
    assert kept == [daily[1], daily[2], hourly[1], hourly[2], *recent]
    assert other == kept


async def test_history_is_thinned_however_much_has_piled_up(database):
    async with database.write() as session:
        for second in range(2500):
            await balances.add_snapshot(session, figures(NOW + timedelta(seconds=second)))

    async with database.write() as session:
        after = NOW + timedelta(days=3)
        await balances.thin_snapshots(session, hourly_before=after, daily_before=NOW)

    async with database.read() as session:
        kept = await stored_snapshots(session, KRAKEN.account_id)
    assert [each.taken_at for each in kept] == [NOW + timedelta(seconds=2499)]
