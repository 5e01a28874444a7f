"""What every venue's private stream does alike: the contract of engine/brokers/streams/account_stream.py."""

import asyncio

import pytest

from engine.brokers.streams.price_stream import LossReason
from tests.engine.brokers.streams.account_stage import KINDS, open_account_stage, open_quiet_account_stage


@pytest.fixture(params=KINDS)
async def stage(request, patient_time):
    async with open_account_stage(request.param) as stage:
        yield stage


async def test_it_is_live_once_everything_is_confirmed(stage):
    stage.faults.withholds_confirmations = True
    await stage.clock.sleep(5)
    assert not stage.sink.is_live

    stage.endpoint.confirm()
    await stage.go_live()

    assert stage.sink.count("live") == 1


async def test_what_is_never_confirmed_is_given_up_and_tried_again_later(stage):
    stage.faults.withholds_confirmations = True
    await stage.sink.until_lost(LossReason.UNCONFIRMED)
    at, stage.faults.withholds_confirmations = stage.clock.monotonic(), False

    await stage.go_live()

    assert stage.clock.monotonic() - at >= 60


async def test_an_order_that_fills_is_told_to_be_over(stage):
    await stage.go_live()

    await stage.told(stage.sell())


async def test_an_order_that_fills_later_is_over_with_its_last_part(stage):
    await stage.go_live()
    order = stage.accept()
    stage.fill(order, "0.004")
    await stage.sink.until(lambda: stage.sink.count("order", order))
    await stage.clock.sleep(1)
    assert not stage.sink.is_over(order)

    stage.fill(order)

    await stage.told(order)


async def test_an_order_that_was_open_before_the_connection_is_told_to_be_over(stage):
    order = stage.rest()
    await stage.go_live()

    stage.cancel(order)

    await stage.told(order)


async def test_a_cancelled_order_is_over(stage):
    await stage.go_live()
    order = stage.rest()
    await stage.sink.until(lambda: stage.sink.count("order", order))
    assert not stage.sink.is_over(order)

    stage.cancel(order)

    await stage.told(order)


@pytest.mark.fault("V129")
async def test_a_dropped_connection_is_lost_at_once_and_opened_again(stage):
    await stage.go_live()

    stage.endpoint.drop()
    await stage.sink.until_lost(LossReason.DISCONNECTED)
    await stage.go_live()

    await stage.told(stage.sell())


@pytest.mark.fault("V129")
async def test_a_half_open_connection_is_lost_when_nothing_comes(stage):
    await stage.go_live()

    stage.faults.is_silent = True
    at = stage.clock.monotonic()
    await stage.sink.until_lost(LossReason.SILENT)

    assert stage.clock.monotonic() - at < 15


@pytest.mark.fault("V130")
async def test_news_that_comes_twice_loses_nothing(stage):
    await stage.go_live()
    stage.faults.doubled = 10

    order = stage.sell()
    await stage.told(order)
    await stage.clock.sleep(2)

    assert stage.sink.is_live


async def test_a_key_that_is_wrong_is_lost_and_tried_again_no_sooner_than_a_minute_later(stage):
    await stage.go_live()
    connects = stage.endpoint.connects
    keys = stage.server.accounts.pop(stage.keys.key)
    stage.endpoint.drop()
    await stage.sink.until_lost(LossReason.DISCONNECTED)
    await stage.sink.until(lambda: stage.sink.loss.reason is not LossReason.DISCONNECTED)
    await stage.clock.sleep(45)

    assert stage.endpoint.connects <= connects + 1
    assert keys.secret not in str(stage.sink.loss)


async def test_a_venue_that_is_down_is_connected_to_when_it_is_back(stage):
    await stage.go_live()
    await stage.server.stop()
    await stage.sink.until_lost()
    await stage.clock.sleep(300)

    await stage.server.start()

    await stage.go_live()


async def test_a_message_of_an_unknown_kind_is_left_out(stage):
    await stage.go_live()

    (session,) = stage.endpoint.sessions
    if stage.kind == "coinbase":
        session.send_event("new", [])
    else:
        stage.endpoint.send_raw('{"channel":"new","stream":"new","data":{}}')
    await stage.told(stage.sell())

    assert stage.sink.is_live


@pytest.mark.parametrize("text", ["no json", "[]", '"text"', "null", '{"x":NaN}'])
async def test_a_message_that_cannot_be_read_ends_the_connection_and_the_next_is_read(stage, text):
    await stage.go_live()

    stage.endpoint.send_raw(text)
    await stage.sink.until_lost(LossReason.UNREADABLE)

    await stage.go_live()


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stopped_reader_leaves_no_connection(patient_time, kind):
    async with open_quiet_account_stage(kind) as stage:
        running = asyncio.create_task(stage.stream.run(stage.sink))
        await stage.go_live()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await stage.clock.sleep(2)

        assert stage.endpoint.sessions == []
