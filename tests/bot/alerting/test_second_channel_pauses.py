import pytest

from bot.alerting.http_call import HttpCallError
from bot.alerting.second_channel import (
    SecondChannel,
)
from tests.bot.address import received_by
from tests.bot.database import migrated
from tests.bot.hand_clock import HandClock
from tests.bot.posts import critical, put


@pytest.fixture
async def database(tmp_path):
    async with migrated(tmp_path) as ready:
        yield ready


@pytest.mark.fault("P34")
@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Retry-After": "120"}, id="seconds"),
        pytest.param(
            {
                # By the address's own clock, whatever ours shows.
                "Date": "Sun, 22 Nov 2015 09:00:00 GMT",
                "Retry-After": "Sun, 22 Nov 2015 09:02:00 GMT",
            },
            id="a date",
        ),
    ],
)
async def test_an_address_that_asks_for_a_pause_hears_nothing_until_it_is_over(
    address, database, status, headers
):
    clock = HandClock()
    channel = SecondChannel(address.url, database=database, clock=clock)
    address.status, address.headers = status, headers
    await put(database, critical("BTC/USD"), "1")
    with pytest.raises(HttpCallError):
        await channel.post_new()
    address.status, address.headers = 200, {}
    received_by(address)
    await put(database, critical("ETH/USD"), "2")

    clock.pass_time(119)
    with pytest.raises(HttpCallError, match=f"it answered {status} and asked for a pause; 1 s of it left"):
        await channel.post_new()
    assert received_by(address) == []
    clock.pass_time(1)
    await channel.post_new()

    assert sorted(symbol in text for text in received_by(address) for symbol in ("BTC/USD", "ETH/USD")) == [
        False,
        False,
        True,
        True,
    ]


async def test_a_pause_that_an_address_asks_for_lasts_an_hour_at_most(address, database):
    clock = HandClock()
    channel = SecondChannel(address.url, database=database, clock=clock)
    address.status, address.headers = 429, {"Retry-After": "31536000"}
    await put(database, critical("BTC/USD"), "1")
    with pytest.raises(HttpCallError):
        await channel.post_new()
    address.status, address.headers = 200, {}

    clock.pass_time(3600)
    await channel.post_new()

    assert len(received_by(address)) == 2


async def test_a_pause_that_cannot_be_read_holds_nothing(address, database):
    channel = SecondChannel(address.url, database=database, clock=HandClock())
    address.status, address.headers = 503, {"Retry-After": "soon"}
    await put(database, critical("BTC/USD"), "1")
    with pytest.raises(HttpCallError):
        await channel.post_new()
    address.status, address.headers = 200, {}

    await channel.post_new()

    assert len(received_by(address)) == 2
