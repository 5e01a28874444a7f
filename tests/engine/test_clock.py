from datetime import UTC, datetime, timedelta

from engine.clock import SystemClock


async def test_the_systems_clock_tells_one_time_in_all_its_forms():
    clock = SystemClock()

    now, now_ns, began = clock.now(), clock.now_ns(), clock.monotonic()
    await clock.sleep(0.001)
    await clock.sleep(-1)

    assert now.tzinfo is UTC
    assert abs(datetime.fromtimestamp(now_ns / 1e9, UTC) - now) < timedelta(seconds=1)
    assert clock.monotonic() > began
