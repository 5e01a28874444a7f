"""What is one venue's own in its private stream."""

import json
from decimal import Decimal

import pytest

from engine.brokers.kraken.account_stream import KrakenAccountNews
from engine.brokers.streams.price_stream import LossReason
from tests.engine.brokers.streams.account_stage import RecordingSink, open_account_stage


@pytest.fixture
async def kraken(patient_time):
    async with open_account_stage("kraken") as stage:
        yield stage


@pytest.fixture
async def coinbase(patient_time):
    async with open_account_stage("coinbase") as stage:
        yield stage


@pytest.fixture
async def alpaca(patient_time):
    async with open_account_stage("alpaca") as stage:
        yield stage


async def test_kraken_tells_every_balance_that_changes(kraken):
    await kraken.go_live()

    kraken.ledger.withdraw("BTC", Decimal("0.2"), at=kraken.now)
    await kraken.sink.until(lambda: kraken.sink.count("balance") == 1)
    kraken.sell()
    await kraken.sink.until(lambda: kraken.sink.count("balance") == 2)

    assert kraken.stream.pushes_transfers


async def test_others_tell_no_transfers(coinbase, alpaca):
    assert not coinbase.stream.pushes_transfers
    assert not alpaca.stream.pushes_transfers


async def test_kraken_gets_a_token_of_its_own_for_each_connection(kraken):
    await kraken.go_live()
    kraken.keys.stream_tokens.clear()

    kraken.endpoint.drop()
    await kraken.sink.until_lost()
    await kraken.go_live()

    assert len(kraken.server.tape.calls("GetWebSocketsToken")) == 2


@pytest.mark.fault("V132")
async def test_a_kraken_key_without_the_permission_is_left_alone_for_minutes_and_says_what_it_lacks(
    patient_time,
):
    async with open_account_stage("kraken") as stage:
        stage.keys.permissions = frozenset(stage.keys.permissions - {"create-ws-token"})
        await stage.sink.until_lost(LossReason.NOT_PERMITTED)
        await stage.clock.sleep(290)

        assert stage.sink.loss.message == (
            'it lacks the permission "WebSocket interface" (EGeneral:Permission denied)'
        )
        assert len(stage.server.tape.calls("GetWebSocketsToken")) == 1
        assert stage.endpoint.connects == 0


async def test_a_kraken_key_that_may_not_see_orders_is_not_live(patient_time):
    async with open_account_stage("kraken") as stage:
        stage.keys.permissions = frozenset(stage.keys.permissions - {"query-open-trades"})
        await stage.sink.until_lost(LossReason.NOT_PERMITTED)

        assert not stage.sink.is_live


@pytest.mark.fault("V129")
@pytest.mark.parametrize("kind", ["kraken", "coinbase"])
@pytest.mark.parametrize("fault", ["lost", "swapped"])
async def test_a_message_that_is_missing_or_overtaken_is_a_gap(patient_time, kind, fault):
    async with open_account_stage(kind) as stage:
        await stage.go_live()
        setattr(stage.faults, fault, 1)

        stage.sell()
        stage.sell()
        await stage.sink.until_lost(LossReason.GAP)

        await stage.go_live()


async def test_alpaca_stays_away_for_as_long_as_a_dead_connection_counts(alpaca):
    await alpaca.go_live()
    alpaca.endpoint.drop()
    await alpaca.sink.until_lost(LossReason.BANNED)
    at = alpaca.clock.monotonic()

    await alpaca.go_live()

    assert alpaca.clock.monotonic() - at >= 90


async def test_alpaca_sends_binary_frames(alpaca):
    await alpaca.go_live()

    (session,) = alpaca.endpoint.sessions
    assert session.wire.is_binary


def kraken_conversation():
    sink = RecordingSink()
    return sink, KrakenAccountNews(sink, str, token="the token")


def confirmed(channel):
    return json.dumps({"method": "subscribe", "success": True, "result": {"channel": channel}})


def pushed(channel, sequence, **row):
    return json.dumps({"channel": channel, "type": "update", "sequence": sequence, "data": [row]})


async def test_kraken_is_live_by_its_confirmations_whether_or_not_it_shows_what_is_empty():
    sink, conversation = kraken_conversation()

    conversation.receive(confirmed("executions"), None)
    assert not sink.is_live
    conversation.receive(confirmed("balances"), None)
    conversation.receive(pushed("executions", 2, order_id="O1", exec_type="filled"), None)

    assert sink.events == [("live",), ("order", "O1", True)]
    assert conversation.end is None


async def test_kraken_knows_an_end_by_either_of_its_two_fields():
    sink, conversation = kraken_conversation()

    rows = [
        {"exec_type": "trade", "order_status": "partially_filled"},
        {"exec_type": "trade", "order_status": "filled"},
        {"exec_type": "canceled"},
        {"exec_type": "status", "order_status": "expired"},
        {"exec_type": "amended"},
    ]
    for number, row in enumerate(rows, start=1):
        conversation.receive(pushed("executions", number, order_id=f"O{number}", **row), None)

    assert [is_over for _, _, is_over in sink.events] == [False, True, True, True, False]
