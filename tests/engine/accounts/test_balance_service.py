"""The equity picture over three brokers, and the snapshots that keep it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from engine.accounts import balances_store as rows
from engine.accounts.balances_store import SnapshotFigures
from engine.accounts.snapshot import UserBrokerState
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.world import DEMO_STORY, OWNER_ID
from tests.engine.accounts.snapshots import stored_snapshots

VENUES = (Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA)


@pytest.fixture
async def wide(rooms):
    async with rooms(venues=VENUES, story=DEMO_STORY) as room:
        yield room


async def overview(room):
    return await room.engine.balances.fetch_overview(OWNER_ID)


async def snapshots(room, venue=Venue.KRAKEN):
    async with room.database.read() as session:
        return await stored_snapshots(session, f"env-{venue.value}")


async def test_all_brokers_are_added_up(wide):
    seen = await overview(wide)

    expected = [wide.world.expected_balance(venue) for venue in VENUES]
    assert seen.total_equity_usd == sum(each.total for each in expected)
    assert seen.available_usd == sum(each.available for each in expected)
    assert seen.locked_in_positions_usd == seen.total_equity_usd - seen.available_usd
    # Kraken holds a coin nobody prices.
    assert [state.broker for state in seen.partial] == [Venue.KRAKEN]


async def test_a_broker_that_hangs_delays_the_picture_by_less_than_two_seconds(wide):
    await overview(wide)
    await wide.clock.sleep(60)
    wide.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=30)
    before = wide.clock.monotonic()

    seen = await overview(wide)

    assert wide.clock.monotonic() - before < 2
    kraken, coinbase, alpaca = seen.states
    assert kraken.age(seen_at := wide.clock.now()) > timedelta(seconds=60)
    assert coinbase.age(seen_at) < timedelta(seconds=2)
    assert alpaca.age(seen_at) < timedelta(seconds=2)
    # A minute old is still worth adding.
    assert seen.total_equity_usd == sum(wide.world.expected_balance(venue).total for venue in VENUES)


async def test_a_broker_that_never_answered_is_named_as_missing_and_in_no_sum(wide):
    wide.fault(FaultKind.DELAY_BEFORE, "BalanceEx", times=None, delay_s=30)

    seen = await overview(wide)

    assert [state.broker for state in seen.missing] == [Venue.KRAKEN]
    assert not seen.complete
    others = [wide.world.expected_balance(venue).total for venue in VENUES[1:]]
    assert seen.total_equity_usd == sum(others)


async def test_figures_older_than_three_minutes_are_named_and_in_no_sum(wide):
    await overview(wide)
    wide.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)
    await wide.clock.sleep(181)

    seen = await overview(wide)

    assert [state.broker for state in seen.stale] == [Venue.KRAKEN]
    assert seen.total_equity_usd == sum(wide.world.expected_balance(venue).total for venue in VENUES[1:])


async def test_an_answer_that_came_too_late_for_one_picture_is_in_the_next(wide):
    wide.fault(FaultKind.DELAY_BEFORE, "BalanceEx", delay_s=5)
    await overview(wide)
    await wide.clock.sleep(4)

    kraken = wide.engine.reader.state(wide.account())

    assert kraken.connected


async def test_somebody_without_accounts_has_an_empty_picture(wide):
    seen = await wide.engine.balances.fetch_overview(OWNER_ID + 1)

    assert (seen.states, seen.complete, seen.total_equity_usd) == ((), False, 0)


async def test_every_reading_is_stored_with_its_three_figures(wide):
    await wide.read()

    for venue in VENUES:
        [stored] = await snapshots(wide, venue)
        expected = wide.world.expected_balance(venue)
        assert (stored.total_equity_usd, stored.available_usd) == (expected.total, expected.available)
        assert stored.locked_in_positions_usd == expected.locked
        assert stored.held_usd == expected.held
        assert stored.complete is (venue is not Venue.KRAKEN)


async def test_a_failed_reading_is_no_snapshot(wide):
    wide.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)

    await wide.read()

    assert await snapshots(wide) == ()
    async with wide.database.read() as session:
        stored = {known.state.account_id: known for known in await rows.load_account_states(session)}
    assert stored["env-kraken"].state.error == "it sent an error page instead of an answer (HTTP 503)"
    assert len(await snapshots(wide, Venue.ALPACA)) == 1


async def test_a_reading_that_takes_longer_than_half_a_minute_is_given_up_but_not_the_next(room):
    room.deposit("BTC", "1")
    room.fault(FaultKind.DELAY_BEFORE, "*", times=None, delay_s=9)

    await room.read()
    gave_up = room.clock.monotonic()
    room.world.faults("kraken").clear()
    await room.clock.sleep(60)
    await room.read()

    assert gave_up == 30
    assert len(await snapshots(room)) == 1


async def test_an_account_that_answers_late_is_kept_although_its_prices_take_longer(room):
    room.deposit("USD", "100000")
    room.trade("buy", "0.1", leverage=2)
    room.deposit("BTC", "1")
    await room.read()
    room.deposit("BTC", "1")
    room.fault(FaultKind.DELAY_BEFORE, "*", times=None, delay_s=9)
    await room.clock.sleep(60)
    asked = room.clock.monotonic()

    await room.read()

    assert room.clock.monotonic() - asked > 30
    assert len(await snapshots(room)) == 2
    [spot, _] = room.engine.reader.state(room.account()).open_positions
    assert spot.quantity == Decimal(2)


async def test_figures_that_cannot_be_stored_keep_no_withdrawal_from_its_guard(room):
    room.deposit("BTC", "0.1")
    await room.arm("0.1", "6000")
    await room.read()
    async with room._another_program() as execute:
        await execute("DROP TABLE snapshots")
    room.withdraw("BTC", "0.04")
    for _ in range(4):
        await room.clock.sleep(60)
        await room.read()

    assert (await room.guard()).quantity == Decimal("0.06")
    room.expected_failures.append("no such table: snapshots")


async def test_the_first_snapshots_are_taken_at_once_and_later_ones_spread_over_the_interval(wide):
    await wide.read()
    began = wide.clock.monotonic()

    await wide.read()

    first = [wide.world.tape(venue).calls()[0].monotonic for venue in VENUES]
    reads = [wide.engine.reader.state(wide.account(venue)).last_updated for venue in VENUES]
    gaps = [round((after - before).total_seconds()) for before, after in pairwise(reads)]
    assert max(first) < 1
    assert gaps == [16, 16]
    assert wide.clock.monotonic() - began < 48


async def test_the_next_process_starts_from_the_stored_figures_with_their_age(wide):
    await wide.read()
    before = await overview(wide)
    await wide.read()
    await wide.clock.sleep(30)
    wide.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)

    await wide.restart()
    state = wide.engine.reader.state(wide.account())

    assert state.balance.total_equity_usd == before.states[0].balance.total_equity_usd
    assert (state.connected, state.age(wide.clock.now()) >= timedelta(seconds=30)) == (False, True)
    assert (await overview(wide)).total_equity_usd == before.total_equity_usd


async def test_history_is_thinned_to_hours_after_a_day_and_to_days_after_thirty(wide):
    now = wide.clock.now()
    at = [
        *(now - timedelta(hours=1, minutes=m) for m in (0, 1)),
        *(datetime(2026, 3, 2, 10, m, tzinfo=UTC) for m in (0, 30, 59)),
        *(datetime(2026, 1, 10, h, tzinfo=UTC) for h in (1, 12, 23)),
    ]
    async with wide.database.write() as session:
        for moment in at:
            await rows.add_snapshot(session, some_figures(moment))

    await wide.engine.thin_history()

    kept = [figures.taken_at for figures in await snapshots(wide)]
    assert kept == [
        datetime(2026, 1, 10, 23, tzinfo=UTC),
        datetime(2026, 3, 2, 10, 59, tzinfo=UTC),
        now - timedelta(hours=1, minutes=1),
        now - timedelta(hours=1),
    ]


def some_figures(at):
    return SnapshotFigures(
        account_id="env-kraken",
        user_id=OWNER_ID,
        taken_at=at,
        total_equity_usd=Decimal(3),
        available_usd=Decimal(1),
        locked_in_positions_usd=Decimal(2),
        held_usd=Decimal(0),
        complete=True,
    )


async def test_a_state_without_figures_is_no_snapshot(wide):
    account = wide.account()
    state = UserBrokerState(
        broker=Venue.KRAKEN,
        user_id=OWNER_ID,
        account_id=account.account_id,
        balance=None,
        last_updated=None,
        connected=True,
    )

    await wide.engine.balances._save(account, state)

    assert await snapshots(wide) == ()


@pytest.mark.parametrize(
    ("start", "named"),
    [(datetime(2026, 3, 8, 15, tzinfo=UTC), ["AAPL"]), (datetime(2026, 3, 4, 15, tzinfo=UTC), [])],
    ids=["on Sunday", "in the session"],
)
async def test_a_stock_whose_market_is_shut_is_named_as_counted_at_the_venues_own_value(rooms, start, named):
    async with rooms(venues=(Venue.ALPACA,), start=start) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)

        [state] = (await overview(room)).states

        assert [asset for asset, _ in state.balance.venue_valued] == named
        assert state.balance.complete


async def test_money_on_hold_at_kraken_is_not_spendable_yet_and_held_by_no_order(room):
    room.deposit("USD", "1000")
    room.deposit("USD.HOLD", "100")
    await room.read()

    [state] = (await room.engine.balances.fetch_overview(OWNER_ID)).states

    assert (state.balance.total_equity_usd, state.balance.available_usd) == (1100, 1000)
    assert state.balance.held_by_orders_usd == 0
