"""The time when nobody watched: reported with what moved in it, and only when it was long."""

from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, Moved, NotWatching
from engine.guards.guard import GuardState
from engine.market.mark import PriceProblem
from engine.model.delays import UnseenReason
from engine.model.venues import Venue
from sandbox.faults import FaultKind


@pytest.fixture
async def watched(room):
    """A process that watched a tenth of a bitcoin until now."""
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.engine.start()
    await room.look()
    await room.engine.note_watching()
    return room


async def come_back(room, after_s):
    await room.crash()
    await room.clock.sleep(after_s)
    await room.open()
    await room.engine.start()


async def test_a_long_gap_is_reported_with_how_far_each_guard_moved(watched):
    last = watched.clock.now()
    await come_back(watched, 3600)
    watched.set_bid("59700")

    await watched.look()
    await watched.engine.note_watching()
    await watched.engine.note_watching()

    [alert] = await watched.alerts()
    assert isinstance(alert, NotWatching)
    assert abs(alert.since - last) < timedelta(seconds=1)
    assert timedelta(0) <= watched.clock.now() - alert.until < timedelta(seconds=5)
    moved = Moved(venue=Venue.KRAKEN, symbol="BTC/USD", before=Decimal(0), after=Decimal("-0.005"))
    assert alert.moved == (moved,)


@pytest.mark.fault("V93")
async def test_a_breach_seen_first_after_a_restart_says_since_when_nobody_watched(watched):
    last = watched.clock.now()
    await come_back(watched, 40)
    watched.set_bid("50000")

    await watched.sell_off()

    [sale] = await watched.alerts(ExitFilled)
    assert sale.unseen.why == UnseenReason.NOT_WATCHING
    assert abs(sale.unseen.since - last) < timedelta(seconds=1)
    assert sale.unseen.until == sale.triggered_at


async def test_a_breach_later_after_a_restart_is_not_late(watched):
    await come_back(watched, 40)
    await watched.look()
    await watched.clock.sleep(5)
    watched.set_bid("50000")

    await watched.sell_off()

    [sale] = await watched.alerts(ExitFilled)
    assert sale.unseen is None


@pytest.mark.parametrize(("after_s", "reported"), [(50, 0), (70, 1)])
async def test_a_short_gap_is_not_reported(watched, after_s, reported):
    await come_back(watched, after_s)

    await watched.look()
    await watched.engine.note_watching()

    assert len(await watched.alerts(NotWatching)) == reported


async def test_a_gap_is_reported_before_the_prices_only_when_they_stay_away(watched):
    await come_back(watched, 3600)
    watched.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=300)

    await watched.engine.note_watching()
    early = await watched.alerts()
    await watched.clock.sleep(30)
    await watched.engine.note_watching()

    assert early == []
    [alert] = await watched.alerts()
    assert alert.moved[0].before == 0
    assert alert.moved[0].after is None
    assert alert.moved[0].why_unwatched
    # Waiting for the prices was no time without a process.
    assert alert.until <= watched.clock.now() - timedelta(seconds=30)


async def test_what_fell_through_its_threshold_in_the_gap_is_sold_and_both_are_reported(watched):
    await come_back(watched, 3600)
    watched.set_bid("50000")

    await watched.sell_off()
    await watched.engine.note_watching()

    assert [type(alert) for alert in await watched.alerts()] == [ExitFilled, NotWatching]


async def test_nobody_is_alerted_to_a_gap_in_which_nothing_was_guarded(watched):
    await watched.arm("0.1", "6000", state=GuardState.CLOSED)
    await come_back(watched, 3600)

    await watched.engine.note_watching()

    assert await watched.alerts() == []


async def test_the_very_first_life_has_no_gap_before_it(room):
    await room.engine.start()
    await room.look()

    await room.engine.note_watching()

    assert await room.alerts() == []


@pytest.fixture
async def silent(watched):
    """The same after its venue has not answered for 200 s, with the process watching on."""
    watched.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    for _ in range(40):
        await watched.clock.sleep(5)
        await watched.look()
        await watched.engine.note_watching()
    return watched


@pytest.mark.fault("P49")
async def test_an_outage_of_a_venue_is_no_time_in_which_nija_was_away(silent):
    await come_back(silent, 7)
    await silent.look()
    await silent.engine.note_watching()

    assert await silent.alerts(NotWatching) == []


async def test_a_guard_that_is_still_not_watched_after_a_gap_is_named_with_its_last_result(silent):
    ran_until = silent.clock.now()
    await come_back(silent, 70)
    began = silent.clock.now()
    await silent.look()
    await silent.engine.note_watching()

    [alert] = await silent.alerts(NotWatching)
    assert ran_until <= alert.since <= alert.until <= silent.clock.now()
    assert abs(alert.until - began) < timedelta(seconds=1)
    [moved] = alert.moved
    assert (moved.before, moved.after) == (Decimal(0), None)
    assert moved.why_unwatched == PriceProblem.NO_ANSWER


@pytest.mark.fault("P49")
async def test_a_result_outlives_a_run_that_never_saw_a_price(silent):
    await come_back(silent, 7)
    await silent.look()
    await silent.engine.note_watching()
    await come_back(silent, 70)
    silent.world.faults("kraken").clear()
    silent.set_bid("59700")
    await silent.look()
    await silent.engine.note_watching()

    [alert] = await silent.alerts(NotWatching)
    assert [(one.before, one.after) for one in alert.moved] == [(Decimal(0), Decimal("-0.005"))]


async def test_a_guard_sold_before_the_gap_is_reported_is_over_not_unwatched(watched):
    await come_back(watched, 3600)
    await watched.arm("0.1", "6000", state=GuardState.CLOSED)
    await watched.look()
    await watched.engine.note_watching()

    [alert] = await watched.alerts(NotWatching)
    assert [(one.is_over, one.why_unwatched) for one in alert.moved] == [(True, "")]


async def test_a_breach_hidden_by_an_outage_and_a_short_restart_names_the_outage(silent):
    seen_at = silent.clock.now() - timedelta(seconds=200)
    await come_back(silent, 7)
    await silent.look()
    await silent.clock.sleep(10)
    silent.world.faults("kraken").clear()
    silent.set_bid("50000")

    await silent.sell_off()

    [sale] = await silent.alerts(ExitFilled)
    assert sale.unseen.why == PriceProblem.NO_ANSWER
    assert abs(sale.unseen.since - seen_at) < timedelta(seconds=2)
    assert 6 < sale.unseen.away_s < 13


async def test_each_beat_says_whether_everything_is_watched(watched):
    await watched.clock.sleep(5)
    await watched.look()

    assert await watched.watch_log.beat()
    assert watched.watch_log.all_watched


async def test_a_venue_that_stays_away_leaves_its_guards_unwatched_for_whoever_asks(silent):
    assert silent.watch_log.all_watched is False
    await come_back(silent, 7)

    assert silent.watch_log.all_watched is None


async def test_a_gap_after_a_clean_stop_is_reported_like_any_other(watched):
    await watched.watch_log.end()
    await come_back(watched, 3600)

    await watched.look()
    await watched.engine.note_watching()

    assert len(await watched.alerts(NotWatching)) == 1


async def test_after_a_restart_the_account_nearest_to_a_sale_is_read_first(rooms):
    async with rooms(venues=(Venue.KRAKEN, Venue.COINBASE)) as room:
        for venue, bid in ((Venue.KRAKEN, "60000"), (Venue.COINBASE, "59500")):
            room.deposit("BTC", "0.1", venue=venue)
            room.set_bid(bid, venue=venue)
            await room.arm("0.1", "6000", venue=venue, guard_id=venue.value)
        await room.engine.start()
        await room.look()
        await room.engine.note_watching()

        await come_back(room, 40)

        accounts = room.engine.reader.accounts()
        ordered = room.engine.watch_log.nearest_first(accounts)
    assert [account.venue for account in accounts] == [Venue.KRAKEN, Venue.COINBASE]
    assert [account.venue for account in ordered] == [Venue.COINBASE, Venue.KRAKEN]
