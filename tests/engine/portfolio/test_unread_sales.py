"""A sale that no reading shows yet is known as one, whatever the wall clock was set to around it."""

import pytest

DAY_S = 86_400
OFF_BY_S = [0, -30 * DAY_S, 30 * DAY_S, -3600, 3600]


@pytest.mark.parametrize("at_sale_s", OFF_BY_S)
@pytest.mark.parametrize("now_s", OFF_BY_S)
async def test_a_position_that_was_not_read_since_its_sale_is_not_taken_for_read(room, at_sale_s, now_s):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    room.clock.set_by(at_sale_s)
    await room.read()
    await room.clock.sleep(60)
    room.set_bid("50000")
    await room.sell_off()

    room.clock.set_by(now_s - at_sale_s)
    await room.clock.sleep(1)
    [found] = await room.engine.portfolio.gather(room.account())

    assert found.unsettled is not None
    assert not found.unsettled.is_read


async def test_once_it_was_read_the_sale_is_part_of_the_figures(room):
    room.set_bid("60000")
    room.deposit("BTC", "0.3")
    await room.arm("0.1", "6000")
    await room.read()
    room.set_bid("50000")
    await room.sell_off()
    await room.clock.sleep(60)

    await room.read()
    [found] = await room.engine.portfolio.gather(room.account())

    assert found.unsettled is None or found.unsettled.is_read
