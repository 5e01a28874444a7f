from decimal import Decimal
from types import SimpleNamespace

import pytest

from bot.doctor.checks import CheckVerdict
from bot.doctor.stream_checks import check_stream, check_switched_off
from engine.brokers.alpaca import connect_alpaca
from engine.model.venues import Account, Venue
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.streams.stage import open_quiet_stage


@pytest.fixture
async def stages(patient_time):
    return open_quiet_stage


async def look(stage):
    broker = alpaca_broker(stage) if stage.venue == "alpaca" else None
    return await check_stream(stage.stream, stage.data, broker, stage.clock, timeout_s=8)


def alpaca_broker(stage):
    account = Account(account_id="alpaca-1", user_id=1, venue=Venue.ALPACA)
    (keys,) = stage.server.accounts.values()
    return connect_alpaca(account, keys.key, keys.secret, market=stage.data, clock=stage.clock)


@pytest.mark.parametrize("kind", ["kraken", "coinbase"])
async def test_a_stream_that_delivers_says_after_how_long(stages, kind):
    async with stages(kind) as stage:
        check = await look(stage)

    assert check.verdict is CheckVerdict.PASS
    assert check.name == f"{kind.capitalize()} stream"
    assert check.finding.startswith("it delivers: BTC/USD after 0.")


async def test_nothing_of_the_look_stays_connected(stages):
    async with stages("kraken") as stage:
        await look(stage)
        await stage.clock.sleep(2)

        assert stage.endpoint.sessions == []


@pytest.mark.parametrize("kind", ["alpaca", "alpaca stocks"])
async def test_a_stream_is_connected_while_nothing_moves_whatever_it_carries(stages, kind):
    async with stages(kind) as stage:
        check = await look(stage)

    assert check.verdict is CheckVerdict.PASS
    assert check.finding == f"it is connected; nothing moved in 8 s: {stage.symbol}"


async def test_a_stream_that_is_refused_says_why_and_that_prices_are_polled(stages):
    async with stages("alpaca") as stage:
        stage.server.crypto_feed.connected.update(stage.server.accounts)
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding == (
        "it does not deliver: the venue takes no connection now: connection limit exceeded (406)"
    )
    assert "NIJA_ALPACA_WS_URL and NIJA_ALPACA_STOCK_WS_URL" in check.advice


async def test_a_venue_that_is_down_is_a_warning(stages):
    async with stages("kraken") as stage:
        await stage.data.refresh_catalog()
        stage.server.faults.add(
            Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="stream /v2", status=503, times=None)
        )
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding == "it does not deliver: the stream ended: HTTP 503"
    assert check.advice == "Prices are polled meanwhile. Check the network and NIJA_KRAKEN_WS_URL."


async def test_without_listings_nothing_is_tried(stages):
    async with stages("kraken") as stage:
        await stage.server.stop()
        check = await look(stage)

    assert check.verdict is CheckVerdict.WARN
    assert check.finding.startswith("not tried: ")
    assert stage.endpoint.connects == 0


async def test_without_a_stock_there_is_nothing_to_try(stages):
    async with stages("alpaca stocks") as stage:
        forget_stocks(stage)
        check = await look(stage)

    assert check.finding == "not tried: no stock is held here"


async def test_a_stock_that_the_account_holds_is_tried(stages):
    async with stages("alpaca stocks") as stage:
        forget_stocks(stage)
        (account,) = stage.server.accounts.values()
        account.ledger.deposit("SPY", Decimal(2), at=stage.clock.now().timestamp())
        check = await look(stage)

    assert check.finding == "it is connected; nothing moved in 8 s: SPY/USD"


def forget_stocks(stage):
    catalog = stage.data.known_catalog()
    for symbol in list(catalog.tickers):
        del catalog.tickers[symbol], catalog.instruments[symbol]


def test_a_stream_that_is_off_is_named():
    settings = SimpleNamespace(
        alpaca_ws_url="wss://x",
        alpaca_stock_ws_url=None,
        alpaca_trade_ws_url="wss://x",
        kraken_ws_url="wss://x",
        kraken_ws_auth_url=None,
    )

    (check,) = check_switched_off(settings, Venue.ALPACA)
    assert check.finding == "NIJA_ALPACA_STOCK_WS_URL is off: prices are polled"
    (check,) = check_switched_off(settings, Venue.KRAKEN)
    assert check.finding == "NIJA_KRAKEN_WS_AUTH_URL is off: orders are polled"
