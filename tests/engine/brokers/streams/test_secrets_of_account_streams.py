"""What opens a private stream is in no setting, and yet no part of it is shown when a venue repeats it."""

import asyncio
import json
from types import SimpleNamespace

import pytest

from bot.logs.stream_log import StreamLog
from engine.accounts.live_accounts import AccountStreamStatus
from engine.brokers.alpaca.account_stream import AlpacaOrderNews
from engine.brokers.coinbase.account_stream import CoinbaseOrderNews
from engine.brokers.kraken.account_stream import KrakenAccountNews
from engine.brokers.parse import MalformedAnswerError
from engine.brokers.streams.price_stream import LossReason
from engine.redaction import HIDDEN
from sandbox.faults import Fault, FaultKind
from tests.bot.logs.real_log import real_log
from tests.builders import an_account
from tests.engine.brokers.streams.account_stage import (
    RecordingSink,
    open_account_stage,
    open_quiet_account_stage,
)

TOKEN = "WW91ciBhdXRoZW50aWNhdGlvbiB0b2tlbiBnb2VzIGhlcmUu"
#: Where a text is cut there may be any part of a token.
BEFORE = (0, 1, 20, 35, 45, 50, 55, 59, 150, 190)


def loss_of(conversation, message):
    """Return what a connection ends with at a message."""
    frame = message if isinstance(message, str) else json.dumps(message)
    try:
        list(conversation.receive(frame, None))
    except MalformedAnswerError as e:
        return e.redacted(conversation.redact)
    return conversation.end.loss.message


def shows_a_part(text):
    return any(TOKEN[at : at + 6].lower() in text.lower() for at in range(len(TOKEN) - 5))


def kraken(text):
    return [
        text,
        {"method": "subscribe", "error": text},
        {"method": "subscribe", "success": True, "result": text},
        {"method": "subscribe", "success": True, "result": {"channel": [text]}},
        {"channel": "executions", "type": "update", "sequence": 1, "data": text},
        [text],
    ]


def coinbase(text):
    return [
        text,
        {"type": "error", "message": text},
        {"channel": "user", "sequence_num": 0, "events": text},
        {"channel": "user", "sequence_num": 0, "events": [text]},
        [text],
    ]


def alpaca(text):
    return [
        text,
        {"stream": "authorization", "data": {"status": text}},
        {"stream": "authorization", "data": text},
        {"stream": "listening", "data": {"streams": text}},
        {"stream": "new", "data": {"error": text}},
        [text],
    ]


@pytest.mark.fault("V41")
@pytest.mark.parametrize("before", BEFORE)
@pytest.mark.parametrize("echo", [TOKEN, TOKEN[:40], TOKEN[5:], TOKEN.upper()])
@pytest.mark.parametrize(
    ("opened", "messages"),
    [
        pytest.param(lambda sink: KrakenAccountNews(sink, str, token=TOKEN), kraken, id="kraken"),
        pytest.param(lambda sink: CoinbaseOrderNews(sink, str, token=TOKEN), coinbase, id="coinbase"),
        pytest.param(lambda sink: AlpacaOrderNews(sink, str, key="K", secret=TOKEN), alpaca, id="alpaca"),
    ],
)
def test_no_part_of_what_opens_a_stream_is_in_what_is_said_of_its_end(opened, messages, echo, before):
    for message in messages(f"{'~' * before} {echo} {'~' * 900}"):
        assert not shows_a_part(loss_of(opened(RecordingSink()), message))


@pytest.fixture
async def stage(patient_time):
    async with open_account_stage("kraken") as stage:
        await stage.go_live()
        yield stage


async def test_a_token_that_a_venue_repeats_is_shown_to_nobody(stage):
    [token] = stage.keys.stream_tokens

    stage.endpoint.send_raw(json.dumps({"method": "subscribe", "success": False, "error": f"bad {token}"}))
    await stage.sink.until_lost(LossReason.REFUSED)

    assert stage.sink.loss.message == f"bad {HIDDEN}"


@pytest.mark.fault("V41")
@pytest.mark.parametrize("before", BEFORE)
async def test_no_part_of_a_token_reaches_the_log(stage, before):
    [token] = stage.keys.stream_tokens
    accounts = SimpleNamespace(status=lambda _: AccountStreamStatus(has_stream=True, loss=stage.sink.loss))
    stream_log = StreamLog({}, accounts, {"kraken-1": SimpleNamespace(account=an_account())})

    with real_log() as log:
        stage.endpoint.send_raw(json.dumps({"channel": f"{'~' * before} {token}"}))
        stage.endpoint.send_raw(f"{'~' * before} {token}")
        await stage.sink.until_lost(LossReason.UNREADABLE)
        stream_log.log_changes()

    lines = log.getvalue()
    assert "a venue does not push orders" in lines
    assert not [at for at in range(len(token) - 5) if token[at : at + 6] in lines]


@pytest.mark.fault("V41")
@pytest.mark.parametrize("result", [TOKEN, [TOKEN], {"token": [TOKEN]}, {"token": {"is": TOKEN}}, {}])
async def test_a_token_in_an_answer_that_cannot_be_read_is_shown_to_nobody(patient_time, result):
    async with open_quiet_account_stage("kraken") as stage:
        body = json.dumps({"error": [], "result": result})
        stage.server.faults.add(
            Fault(kind=FaultKind.WRONG_BODY, endpoint="GetWebSocketsToken", body=body, times=None)
        )
        running = asyncio.create_task(stage.stream.run(stage.sink))
        await stage.sink.until_lost(LossReason.REFUSED)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    assert stage.sink.loss.message == "GetWebSocketsToken holds no token"
