"""What a venue pushes while it cannot be polled is watched, as long as its order book shows the same."""

import pytest

from engine.alerts.messages import ExitFilled, PriceTrouble
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.watch.streaming import fall, quiet
from tests.engine.watch.watching import seen, watch


def no_poll(room, *others):
    for endpoint in ("Ticker", *others):
        room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)


@pytest.mark.fault("V134")
async def test_what_a_stream_and_the_book_show_has_a_price_while_no_poll_answers(agreed):
    no_poll(agreed)

    await watch(agreed, 60)

    assert await agreed.alerts(PriceTrouble) == []
    assert isinstance(seen(agreed), Mark)


async def test_a_venue_whose_order_book_answers_is_said_to_report_no_prices_not_to_be_silent(agreed):
    no_poll(agreed)

    await watch(agreed, 5)

    assert agreed.engine.watch.polling_failed == {Venue.KRAKEN: PriceProblem.NO_PRICES}


@pytest.mark.fault("V134")
async def test_a_sale_by_a_tick_of_a_stream_that_was_live_all_the_time_is_not_said_to_be_late(agreed):
    no_poll(agreed)
    await watch(agreed, 20)

    fall(agreed)
    await quiet(agreed)

    [sale] = await agreed.alerts(ExitFilled)
    assert sale.unseen is None


async def test_a_fall_that_stream_and_book_show_is_sold_by_a_look_while_no_poll_answers(agreed):
    no_poll(agreed)
    await watch(agreed, 5)
    agreed.base.markets[Venue.KRAKEN].pushed.listen(lambda _: None)

    fall(agreed)
    await agreed.sell_off()

    assert len(agreed.sent()) == 1


@pytest.mark.fault("V134")
async def test_a_stream_that_no_book_can_be_held_against_is_no_price(agreed):
    no_poll(agreed, "Depth")

    await watch(agreed, 20)

    [alarm] = await agreed.alerts(PriceTrouble)
    assert (alarm.what, alarm.why) == ("unknown", PriceProblem.NO_ANSWER)


@pytest.mark.fault("V134")
async def test_a_book_without_a_stream_is_no_price(agreed):
    no_poll(agreed)
    agreed.stream.lose()

    await watch(agreed, 20)

    assert [alarm.what for alarm in await agreed.alerts(PriceTrouble)] == ["unknown"]


@pytest.mark.fault("V134")
async def test_a_book_that_differs_from_the_stream_is_no_price_and_sells_nothing(agreed):
    no_poll(agreed)
    agreed.set_bid("50000")

    await watch(agreed, 20)

    assert agreed.sent() == []
    assert isinstance(seen(agreed), PriceUnknown)


async def test_polling_that_works_again_is_not_said_to_fail(agreed):
    no_poll(agreed)
    await watch(agreed, 5)
    agreed.world.faults("kraken").clear()

    await watch(agreed, 5)

    assert agreed.engine.watch.polling_failed == {}


@pytest.mark.fault("V134")
async def test_what_a_stream_and_the_book_show_has_a_price_while_polls_hang(agreed):
    agreed.fault(FaultKind.DELAY_BEFORE, "Ticker", times=None, delay_s=60)

    for _ in range(8):
        await agreed.look()

    assert await agreed.alerts(PriceTrouble) == []
    assert isinstance(seen(agreed), Mark)
