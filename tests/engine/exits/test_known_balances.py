"""A balance that a private stream keeps known is not read again before a sale; any other is."""

import random
from decimal import ROUND_DOWN, Decimal

import pytest

from tests.engine.exits.account_streaming import give_account_stream

LATER_S = 60


def readings(room):
    return len(room.sent("BalanceEx"))


@pytest.fixture
async def held(room):
    """A tenth of a bitcoin that is to be sold, its account read a minute ago while its stream was live."""
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    room.account_stream = await give_account_stream(room)
    await room.arm("0.1", "6000")
    await room.clock.sleep(1)
    await room.read()
    await room.clock.sleep(LATER_S)
    return room


def sold(room):
    return [Decimal(call.params["volume"]) for call in room.sent()]


async def test_a_balance_of_which_every_change_is_pushed_is_not_read_again(held):
    before = readings(held)

    await held.sell_off()

    assert sold(held) == [Decimal("0.1")]
    assert readings(held) == before


async def test_what_was_withdrawn_meanwhile_is_read_and_not_sold(held):
    held.withdraw("BTC", "0.04")
    before = readings(held)

    await held.sell_off()

    assert sold(held) == [Decimal("0.06")]
    assert readings(held) > before


@pytest.mark.fault("V133")
@pytest.mark.parametrize("cause", ["lost", "lost and read", "reconnected", "mute before", "old"])
async def test_where_it_is_uncertain_it_is_read_as_before(held, cause):
    stream = held.account_stream
    match cause:
        case "lost":
            stream.lose()
        case "lost and read":
            stream.lose()
            await held.clock.sleep(1)
            await held.read()
            await held.clock.sleep(LATER_S)
        case "reconnected":
            stream.lose()
            stream.live()
        case "mute before":
            stream.is_mute = True
            held.deposit("ETH", "1")
            await held.read()
            await held.clock.sleep(LATER_S)
        case "old":
            await held.clock.sleep(300)
    before = readings(held)

    await held.sell_off()

    assert sold(held) == [Decimal("0.1")]
    assert readings(held) > before


async def test_a_stream_that_found_its_voice_again_is_believed_from_the_next_reading_on(held):
    held.account_stream.is_mute = True
    held.deposit("ETH", "1")
    await held.read()
    held.account_stream.is_mute = False
    held.deposit("ETH", "1")
    await held.clock.sleep(1)
    await held.read()
    await held.clock.sleep(LATER_S)
    before = readings(held)

    await held.sell_off()

    assert readings(held) == before


@pytest.mark.fault("V133")
async def test_what_a_mute_stream_hid_is_refused_read_and_sold(held):
    held.account_stream.is_mute = True
    held.withdraw("BTC", "0.04")

    await held.sell_off()

    assert sold(held) == [Decimal("0.1"), Decimal("0.06")]
    assert [fill.quantity for fill in held.world.ledger("kraken").fills[-1:]] == [Decimal("0.06")]


async def test_a_stream_that_pushes_no_transfers_keeps_nothing_known(room):
    room.deposit("BTC", "0.1")
    room.set_bid("50000")
    await give_account_stream(room, pushes_transfers=False)
    await room.arm("0.1", "6000")
    await room.read()
    await room.clock.sleep(LATER_S)
    before = readings(room)

    await room.sell_off()

    assert readings(room) > before


def change(room, draw):
    """Let the account do something by itself."""
    ledger = room.world.ledger("kraken")
    part = (ledger.free("BTC") * draw.randint(1, 9) / 10).quantize(Decimal("0.001"), ROUND_DOWN)
    match draw.choice(["in", "out", "sale", "order", "cancel", "other"]):
        case "in":
            room.deposit("BTC", Decimal(draw.randint(1, 50)) / 1000)
        case "out" if part:
            room.withdraw("BTC", part)
        case "sale" if part:
            room.trade("sell", part)
        case "order" if part:
            room.trade("sell", part, limit=90_000)
        case "cancel" if ledger.open_orders():
            ledger.cancel(draw.choice(ledger.open_orders()).id, at=room.seconds())
        case _:
            room.deposit("ETH", "0.1")


async def disturb(room, draw):
    """Let the stream lose something, which it notices, or be away."""
    stream = room.account_stream
    stream.is_mute = True
    change(room, draw)
    stream.is_mute = False
    stream.lose()
    if draw.random() < 0.7:
        await room.clock.sleep(draw.random())
        stream.live()


@pytest.mark.fault("V133")
@pytest.mark.parametrize("seed", range(30))
async def test_whatever_happens_no_more_is_sold_than_is_there(held, seed):
    draw, ledger = random.Random(seed), held.world.ledger("kraken")
    for _ in range(draw.randint(1, 12)):
        match draw.choice(["change", "change", "disturb", "read", "sleep"]):
            case "change":
                change(held, draw)
            case "disturb":
                await disturb(held, draw)
            case "read":
                await held.read()
            case _:
                await held.clock.sleep(draw.choice([0.5, 4, 20, 70]))
    there = ledger.total("BTC")
    fills = len(ledger.fills)

    await held.sell_off()

    if held.account_stream.is_live:
        # Without it, a balance of five seconds ago may be refused, as ever.
        assert [call.outcome for call in held.sent()] == ["ok"] * len(held.sent())
    assert sum(fill.quantity for fill in ledger.fills[fills:]) <= min(there, Decimal("0.1"))
