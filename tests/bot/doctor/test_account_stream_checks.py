import pytest

from bot.doctor.account_stream_checks import check_account_stream
from bot.doctor.checks import CheckVerdict
from tests.engine.brokers.streams.account_stage import KINDS, open_quiet_account_stage


@pytest.fixture
async def stages(patient_time):
    return open_quiet_account_stage


async def look(stage):
    return await check_account_stream(stage.stream, stage.clock, timeout_s=8)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_stream_that_is_live_says_after_how_long(stages, kind):
    async with stages(kind) as stage:
        check = await look(stage)

    assert check.verdict is CheckVerdict.PASS
    assert check.name == f"{kind.capitalize()} orders stream"
    assert check.finding.startswith("it is live after 0.")


async def test_nothing_of_the_look_stays_connected(stages):
    async with stages("kraken") as stage:
        await look(stage)
        await stage.clock.sleep(2)

        assert stage.endpoint.sessions == []


async def test_a_permission_that_is_missing_is_named_with_what_to_do(stages):
    async with stages("kraken") as stage:
        stage.keys.permissions = frozenset(stage.keys.permissions - {"create-ws-token"})
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert "permission" in check.finding
    assert check.advice == (
        'Orders are polled meanwhile. Give the key the permission "WebSocket interface" at Kraken.'
    )


async def test_a_stream_that_is_not_confirmed_is_a_warning(stages):
    async with stages("alpaca") as stage:
        stage.faults.withholds_confirmations = True
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding == "it is not live after 8 s"
    assert check.advice == "Orders are polled meanwhile. Check the network and NIJA_ALPACA_TRADE_WS_URL."


async def test_a_venue_that_is_down_is_a_warning(stages):
    async with stages("coinbase") as stage:
        await stage.server.stop()
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding.startswith("it does not deliver: the stream ended")
