"""A listing that is odd or missing takes no guarded pair away: what it lacks is unknown, or as it was before."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFailing
from engine.brokers.alpaca import names as alpaca_names
from engine.brokers.coinbase import parse as coinbase
from engine.brokers.kraken import names as kraken_names
from engine.brokers.listings import kept_with
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.builders import an_instrument
from tests.engine.brokers.kraken.listings import ASSETS, PAIRS
from tests.engine.brokers.test_odd_rows import PAIR, PRODUCT
from tests.engine.exits.failing_texts import why_of

LISTINGS = {Venue.KRAKEN: "AssetPairs", Venue.COINBASE: "market/products", Venue.ALPACA: "GET /v2/assets"}
#: The row of BTC/USD, one of many.
ROWS = {Venue.KRAKEN: "XXBTZUSD", Venue.COINBASE: "BTC-USD", Venue.ALPACA: "BTC/USD"}
LOTS = {Venue.KRAKEN: "lot_decimals", Venue.COINBASE: "base_increment", Venue.ALPACA: "min_trade_increment"}
#: Wednesday in winter: New York trades from 14:30 to 21:00 UTC.
NOON = datetime(2026, 3, 4, 17, tzinfo=UTC)


def show(room, venue, **fields):
    room.fault(
        FaultKind.WRONG_FIELDS, LISTINGS[venue], venue=venue, fields=fields, times=None, of=ROWS[venue]
    )


async def fall(room, venue, bid="50000"):
    room.set_bid(bid, venue=venue)
    for _ in range(4):
        await room.look()
        await room.clock.sleep(30)


async def arm(room, venue):
    room.deposit("BTC", "0.1", venue=venue)
    room.set_bid("60000", venue=venue)
    await room.arm("0.1", "6000", venue=venue)


@pytest.mark.fault("V119")
@pytest.mark.parametrize(
    ("venue", "field"),
    [
        (Venue.COINBASE, "base_min_size"),
        (Venue.COINBASE, "quote_min_size"),
        (Venue.COINBASE, "price_increment"),
        (Venue.COINBASE, "quote_increment"),
        (Venue.COINBASE, "base_increment"),
        (Venue.COINBASE, "base_currency_id"),
        (Venue.COINBASE, "status"),
        (Venue.ALPACA, "min_order_size"),
        (Venue.ALPACA, "price_increment"),
        (Venue.ALPACA, "min_trade_increment"),
        (Venue.ALPACA, "tradable"),
        (Venue.ALPACA, "status"),
        (Venue.KRAKEN, "ordermin"),
        (Venue.KRAKEN, "costmin"),
        (Venue.KRAKEN, "tick_size"),
        (Venue.KRAKEN, "pair_decimals"),
        (Venue.KRAKEN, "lot_decimals"),
        (Venue.KRAKEN, "status"),
    ],
)
@pytest.mark.parametrize("value", [None, "NaN", "-1"], ids=str)
async def test_an_odd_field_of_a_listing_leaves_no_loser_unsold(rooms, venue, field, value):
    async with rooms(venues=(venue,)) as room:
        show(room, venue, **{field: value})
        await arm(room, venue)

        await fall(room, venue)

        assert room.world.ledger(venue).total("BTC") == 0


@pytest.mark.parametrize("value", ["0", "-1", "NaN", None], ids=str)
@pytest.mark.parametrize("venue", LOTS)
async def test_a_lot_of_nothing_is_an_odd_row_and_no_defect_of_ours(rooms, venue, value):
    async with rooms(venues=(venue,)) as room:
        endpoint, fields = LISTINGS[venue], {LOTS[venue]: value}
        room.fault(FaultKind.WRONG_FIELDS, endpoint, venue=venue, fields=fields, times=None)
        await arm(room, venue)

        await fall(room, venue)

        assert room.failures == []
        assert not any("defect" in why_of(failing) for failing in await room.alerts(ExitFailing))


@pytest.mark.fault("V119")
@pytest.mark.parametrize(
    ("venue", "field", "value"),
    [
        (Venue.COINBASE, "product_id", None),
        (Venue.COINBASE, "base_increment", None),
        (Venue.ALPACA, "symbol", None),
        (Venue.ALPACA, "min_trade_increment", "0"),
        (Venue.KRAKEN, "base", None),
        (Venue.KRAKEN, "lot_decimals", "99"),
    ],
)
async def test_a_guarded_pair_whose_row_became_odd_is_sold_by_what_was_listed_before(
    rooms, venue, field, value
):
    async with rooms(venues=(venue,)) as room:
        await arm(room, venue)
        await room.look()
        before = (await room.base.markets[venue].instruments())["BTC/USD"]
        show(room, venue, **{field: value})
        await room.clock.sleep(60)
        await room.engine.refresh_listings()

        kept = (await room.base.markets[venue].instruments())["BTC/USD"]
        assert replace(kept, is_listed=True) == before
        await fall(room, venue)

        assert room.world.ledger(venue).total("BTC") == 0


@pytest.mark.parametrize(
    "shown",
    [
        {"fractionable": None},
        {"fractionable": "true"},
        {"tradable": None},
        {"status": None},
        {"status": "Active"},
    ],
    ids=str,
)
async def test_a_flag_of_a_share_that_cannot_be_read_leaves_no_loser_unsold(rooms, shown):
    async with rooms(venues=(Venue.ALPACA,), start=NOON) as room:
        room.deposit("AAPL", "2", venue=Venue.ALPACA)
        room.set_bid("229.50", "AAPL/USD", venue=Venue.ALPACA)
        await room.arm("2", "460", "AAPL/USD", venue=Venue.ALPACA)
        room.fault(
            FaultKind.WRONG_FIELDS, "GET /v2/assets/{symbol}", venue=Venue.ALPACA, fields=shown, times=None
        )
        await room.read()
        await room.look()

        room.set_bid("220", "AAPL/USD", venue=Venue.ALPACA)
        for _ in range(6):
            await room.look()
            await room.clock.sleep(10)

        assert room.world.ledger(Venue.ALPACA).total("AAPL") == 0


def test_what_is_listed_as_no_longer_traded_does_not_stay_as_it_was():
    before = coinbase.parse_instruments({"products": [PRODUCT]})
    delisted = coinbase.parse_instruments({"products": [{**PRODUCT, "status": "delisted"}]}, before)

    assert not kept_with(delisted, before, venue="Coinbase")["BTC/USD"].status.takes_exits


def test_minimums_that_cannot_be_read_are_unknown_and_not_zero():
    instrument = coinbase.parse_instruments(
        {"products": [{**PRODUCT, "base_min_size": "", "quote_min_size": "-1", "price_increment": "0"}]}
    )["BTC/USD"]

    assert (instrument.minimum_quantity, instrument.minimum_notional) == (None, None)
    assert instrument.tick == Decimal("0.01")
    assert instrument.why_too_small_to_sell(Decimal("0.00000001"), Decimal(1)) is None


def test_a_lot_that_cannot_be_read_is_the_one_listed_before_or_the_usual_one():
    listed_before = coinbase.parse_instruments({"products": [{**PRODUCT, "base_increment": "0.001"}]})
    odd = {"products": [{**PRODUCT, "base_increment": "0"}]}

    assert coinbase.parse_instruments(odd, listed_before)["BTC/USD"].lot == Decimal("0.001")
    assert coinbase.parse_instruments(odd)["BTC/USD"].lot == Decimal("1e-8")
    assert alpaca_names.parse_catalog([{**PAIR, "min_trade_increment": "-1"}]).instruments[
        "BTC/USD"
    ].lot == Decimal("1e-9")
    pairs = {"XXBTZUSD": {**PAIRS["XXBTZUSD"], "lot_decimals": None}}
    assert kraken_names.parse_catalog(ASSETS, pairs).instruments["BTC/USD"].lot == Decimal("1e-8")


def test_what_is_missing_from_the_listings_is_named_in_the_log_once(caplog):
    before = {"GONE/USD": an_instrument("GONE/USD")}

    for _ in range(3):
        kept = kept_with({}, before, venue="Kraken")
        assert kept == {"GONE/USD": replace(before["GONE/USD"], is_listed=False)}

    assert caplog.messages == [
        "Kraken lists nothing that can be read of GONE/USD: what it listed before is kept"
    ]
