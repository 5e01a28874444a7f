import json
from dataclasses import replace
from decimal import Decimal

import pytest

from engine.brokers.kraken.stream import name_of
from engine.brokers.streams.price_stream import LossReason


async def test_every_change_of_the_best_prices_is_subscribed_and_not_trades_alone(kraken):
    await kraken.go_live()

    request = json.loads(kraken.endpoint.received[0])
    assert request["params"]["event_trigger"] == "bbo"


async def test_the_snapshot_makes_an_instrument_live_before_anything_moves(kraken):
    await kraken.subscribe("BTC/USD")

    assert kraken.sink.live_now == {"BTC/USD"}


async def test_many_instruments_take_one_request(kraken):
    await kraken.subscribe(*(listing.symbol for listing in kraken.market.listings("kraken")))

    assert len(kraken.sink.live_now) == len(kraken.market.listings("kraken"))
    assert len(kraken.endpoint.received) == 1


async def test_a_refusal_names_its_pair_and_the_venue_s_text(kraken):
    await kraken.subscribe("BTC/USD", "NONE/USD")

    message = await kraken.sink.until_lost("NONE/USD", LossReason.REFUSED)
    assert message == "Currency pair not supported NONE/USD"
    assert kraken.sink.live_now == {"BTC/USD"}


async def test_a_refused_pair_is_requested_again_each_minute_and_never_in_a_loop(kraken):
    await kraken.subscribe("BTC/USD", "NONE/USD")
    await kraken.clock.sleep(600)

    assert 8 <= len(kraken.endpoint.received) <= 11
    assert kraken.sink.count("lost", "NONE/USD") == 1


async def test_a_pair_that_is_listed_later_goes_live(kraken):
    listing = kraken.market.listing("kraken", "ETH/USD")
    await kraken.subscribe("NEW/USD")
    assert kraken.sink.live_now == set()

    kraken.market.set_price("NEW", Decimal(7))
    kraken.market.add(replace(listing, symbol="NEW/USD", base="NEW"))
    await kraken.sink.until_live("NEW/USD", within_s=90)


async def test_a_refusal_without_a_pair_is_for_all_that_wait(kraken):
    kraken.faults.withholds_confirmations = True
    await kraken.subscribe("BTC/USD", "ETH/USD")

    kraken.endpoint.send_raw('{"error":"Exceeded msg rate"}')

    for symbol in ("BTC/USD", "ETH/USD"):
        assert await kraken.sink.until_lost(symbol, LossReason.REFUSED) == "Exceeded msg rate"


@pytest.mark.parametrize(
    "text",
    [
        '{"channel":"status","type":"update","data":[{"system":"maintenance"}]}',
        '{"channel":"heartbeat"}',
        '{"channel":"news","data":[]}',
        '{"method":"pong","req_id":7}',
        '{"method":"unsubscribe","success":false,"error":"Subscription not found","symbol":"BTC/USD"}',
        '{"channel":"ticker","type":"update","data":[{"symbol":"XRP/USD","bid":1,"ask":2}]}',
        '{"channel":"ticker","type":"update","data":[{"symbol":["BTC/USD"],"bid":1,"ask":2}]}',
        '{"method":"subscribe","success":false,"error":"Already subscribed","symbol":"BTC/USD"}',
    ],
)
async def test_what_says_nothing_of_a_price_that_is_wanted_changes_nothing(kraken, text):
    await kraken.go_live()
    before = list(kraken.sink.events)

    kraken.endpoint.send_raw(text)
    await kraken.clock.sleep(5)

    assert kraken.sink.events == before


@pytest.mark.parametrize("bid", ["true", '"abc"', "[]", "1e999", "null"])
async def test_a_field_that_is_no_amount_is_no_price(kraken, bid):
    await kraken.go_live()

    row = f'{{"symbol":"BTC/USD","bid":{bid},"ask":100.7}}'
    kraken.endpoint.send_raw(f'{{"channel":"ticker","type":"update","data":[{row}]}}')
    await kraken.sink.until_lost("BTC/USD", LossReason.UNQUOTED)

    assert kraken.bid == "100.5"


async def test_a_ticker_without_a_time_is_dated_by_its_receipt(kraken):
    await kraken.go_live()

    kraken.endpoint.send_raw(
        '{"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":99,"ask":100}]}'
    )
    await kraken.until_bid("99")

    assert abs((kraken.clock.now() - kraken.sink.quotes["BTC/USD"].at).total_seconds()) < 0.5


async def test_a_clock_that_was_set_back_at_the_venue_stops_no_price(kraken):
    await kraken.go_live()

    row = '{"symbol":"BTC/USD","bid":99,"ask":100,"timestamp":"2020-01-01T00:00:00Z"}'
    kraken.endpoint.send_raw(f'{{"channel":"ticker","type":"update","data":[{row}]}}')

    await kraken.until_bid("99")


@pytest.mark.parametrize(
    ("symbol", "name"), [("BTC/USD", "BTC/USD"), ("DOGE/USD", "DOGE/USD"), ("AAPLx.T/USD", None)]
)
def test_pairs_are_named_by_today_s_codes_and_tokens_are_not_carried(symbol, name):
    assert name_of(symbol) == name
