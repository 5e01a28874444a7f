"""What holds of every venue's broker over a socket: refusals, lost answers, and silence that is no answer."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from engine.brokers.base import Priority
from engine.model.errors import (
    MisconfiguredError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.model.orders import VenueOrderId
from engine.model.venues import Venue
from sandbox.faults import Fault, FaultKind
from tests.simulation.contract_accounts import BITCOIN, a_sale, open_stand

ENDPOINTS = {
    Venue.KRAKEN: SimpleNamespace(order="AddOrder", listings="AssetPairs", candles="OHLC"),
    Venue.COINBASE: SimpleNamespace(
        order="orders", listings="market/products", candles="market/products/{product_id}/candles"
    ),
    Venue.ALPACA: SimpleNamespace(
        order="POST /v2/orders", listings="GET /v2/assets", candles="GET /v1beta3/crypto/{loc}/bars"
    ),
}
UNPLACED = "00000000-0000-4000-8000-000000000000"
SILENCE = [
    (FaultKind.HTML_200, MisconfiguredError),
    (FaultKind.HTTP_ERROR_BEFORE, TryLaterError),
    (FaultKind.RATE_LIMIT, TryLaterError),
    (FaultKind.DROP_BEFORE, TryLaterError),
]


@pytest.fixture(params=list(Venue))
async def stand(request, tmp_path):
    async with open_stand("socket", request.param, tmp_path) as stand:
        await stand.deposit("BTC", "10")
        yield stand


def fault(stand, kind, endpoint, **more):
    stand.stand_in.server.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


def yesterday():
    return datetime.now(UTC) - timedelta(days=1)


async def refusal_of(awaitable):
    with pytest.raises(RefusedError) as refused:
        await awaitable
    return refused.value.reason


async def test_an_unlisted_pair_has_no_past_price(stand):
    reading = stand.market.fetch_close("NOT/LISTED", yesterday())

    assert await refusal_of(reading) is RefusalReason.UNKNOWN_SYMBOL


async def test_an_unlisted_pair_has_no_book(stand):
    assert await refusal_of(stand.market.fetch_book("NOT/LISTED")) is RefusalReason.UNKNOWN_SYMBOL


async def test_an_order_nobody_placed_cannot_be_cancelled(stand):
    unknown = "OAAAAA-AAAAA-AAAAAA" if stand.venue is Venue.KRAKEN else UNPLACED

    cancelling = stand.broker.cancel_order(VenueOrderId(unknown), BITCOIN, priority=Priority.EXIT)

    assert await refusal_of(cancelling) is RefusalReason.UNKNOWN_ORDER


@pytest.mark.fault("V2")
@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.TRUNCATE, FaultKind.HTTP_ERROR_AFTER])
async def test_an_order_whose_answer_was_lost_is_unknown_and_found_by_our_id(stand, kind):
    since = datetime.now(UTC) - timedelta(minutes=5)
    request = a_sale("0.1", client_order_id=UNPLACED)
    fault(stand, kind, ENDPOINTS[stand.venue].order)

    with pytest.raises(UnknownOutcomeError):
        await stand.broker.submit_order(request, priority=Priority.EXIT)

    order = await stand.broker.find_order(request.client_order_id, BITCOIN, since=since)
    assert order.filled_quantity == Decimal("0.1")
    assert bool(order.fills) is (stand.venue is not Venue.KRAKEN)


@pytest.mark.parametrize(("kind", "error"), SILENCE)
async def test_silence_is_an_error_and_not_a_price_that_is_missing(stand, kind, error):
    await stand.market.catalog()
    fault(stand, kind, ENDPOINTS[stand.venue].candles, times=None)

    with pytest.raises(error):
        await stand.market.fetch_close(BITCOIN, yesterday())


@pytest.mark.parametrize(("kind", "error"), SILENCE[:2])
async def test_no_usable_answer_is_an_error_and_not_an_empty_venue(stand, kind, error):
    fault(stand, kind, ENDPOINTS[stand.venue].listings)
    with pytest.raises(error):
        await stand.market.fetch_instruments()
    await stand.market.catalog()
    fault(stand, kind, "*", times=None)

    for reading in (
        stand.market.fetch_quotes({BITCOIN}),
        stand.market.fetch_book(BITCOIN),
        stand.market.fetch_time(),
    ):
        with pytest.raises(error):
            await reading


async def test_fills_page_backwards_to_the_beginning_of_history(stand):
    for _ in range(120):
        stand.stand_in.place(BITCOIN, "sell", "0.01")

    pages = [await stand.broker.fetch_fills()]
    while pages[-1].next_cursor is not None:
        pages.append(await stand.broker.fetch_fills(cursor=pages[-1].next_cursor))

    fills = [fill for page in pages for fill in page.fills]
    sizes = [50, 50, 20] if stand.venue is Venue.KRAKEN else [100, 20]
    assert [len(page.fills) for page in pages] == sizes
    assert len({fill.trade_id for fill in fills}) == 120
    assert [fill.at for fill in fills] == sorted((fill.at for fill in fills), reverse=True)
