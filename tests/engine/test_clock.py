from datetime import UTC, datetime, timedelta

from engine.clock import Moment, SystemClock

NOW = datetime(2026, 3, 4, tzinfo=UTC)


async def test_the_systems_clock_shows_one_time_in_all_its_forms():
    clock = SystemClock()

    now, now_ns, began = clock.now(), clock.now_ns(), clock.monotonic()
    await clock.sleep(0.001)
    await clock.sleep(-1)

    assert now.tzinfo is UTC
    assert abs(datetime.fromtimestamp(now_ns / 1e9, UTC) - now) < timedelta(seconds=1)
    assert clock.monotonic() > began


def test_moments_at_one_steady_time_are_the_same_whatever_the_wall_clock_was_set_to():
    one, other = Moment(NOW, 1.0), Moment(NOW + timedelta(days=1), 1.0)

    assert one <= other <= one
    assert not one < other
    assert not one > other
