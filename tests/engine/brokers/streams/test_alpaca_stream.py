import json

import pytest

from engine.brokers.streams.price_stream import LossReason


async def test_nothing_is_subscribed_before_the_key_is_accepted(alpaca):
    await alpaca.subscribe("BTC/USD")

    assert [json.loads(text)["action"] for text in alpaca.endpoint.received] == ["auth", "subscribe"]


async def test_there_is_no_snapshot_so_nothing_is_live_before_it_moves(alpaca):
    await alpaca.subscribe("BTC/USD")
    assert alpaca.sink.live_now == set()

    alpaca.set_prices("BTC/USD", "99.1", "99.3")
    await alpaca.sink.until_live("BTC/USD")


async def test_one_frame_may_hold_several_quotes_and_anything_else(alpaca):
    await alpaca.go_live("BTC/USD", "ETH/USD")

    alpaca.endpoint.send_raw(
        '[{"T":"n","S":"BTC/USD"},{"T":"q","S":"BTC/USD","bp":1.5,"bs":1,"ap":2,"as":1,"t":"2026-03-04T13:00:00Z"},'
        '{"T":"q","S":"ETH/USD","bp":3,"bs":1,"ap":4,"as":1,"t":"2026-03-04T13:00:00.123456789Z"}]'
    )
    await alpaca.sink.until(lambda: (alpaca.bid_of("BTC/USD"), alpaca.bid_of("ETH/USD")) == ("1.5", "3"))


async def test_a_rejected_key_is_named_and_left_alone_for_an_hour(alpaca):
    for account in alpaca.server.accounts.values():
        account.secret = "another"
    await alpaca.subscribe("BTC/USD")

    message = await alpaca.sink.until_lost("BTC/USD", LossReason.KEY_REJECTED)
    await alpaca.clock.sleep(3500)

    assert message == "auth failed (402)"
    assert alpaca.endpoint.connects == 1


async def test_a_connection_too_many_waits_for_ninety_seconds(alpaca):
    feed = alpaca.server.crypto_feed
    feed.connected.update(alpaca.server.accounts)
    await alpaca.subscribe("BTC/USD")

    message = await alpaca.sink.until_lost("BTC/USD", LossReason.BANNED)
    await alpaca.clock.sleep(80)
    assert message == "connection limit exceeded (406)"
    assert alpaca.endpoint.connects == 1

    feed.connected.clear()
    await alpaca.clock.sleep(40)
    await alpaca.go_live()


async def test_a_dead_connection_counts_on_and_is_waited_for(alpaca):
    await alpaca.go_live()

    alpaca.endpoint.drop()
    await alpaca.clock.sleep(300)
    await alpaca.go_live()

    assert alpaca.endpoint.connects <= 4


@pytest.mark.parametrize("code", [401, 404, 407, 500])
async def test_an_error_that_ends_a_connection_leads_to_another(alpaca, code):
    await alpaca.go_live()

    alpaca.endpoint.send_raw(f'[{{"T":"error","code":{code},"msg":"so it is"}}]')
    assert await alpaca.sink.until_lost("BTC/USD", LossReason.DISCONNECTED) == f"so it is ({code})"
    await alpaca.go_live()

    assert alpaca.endpoint.connects == 2


@pytest.mark.parametrize("code", [400, 403, 409, 410, 411, 999])
async def test_another_error_changes_nothing_of_what_is_confirmed(alpaca, code):
    await alpaca.go_live()

    alpaca.endpoint.send_raw(f'[{{"T":"error","code":{code},"msg":"so it is"}}]')
    await alpaca.clock.sleep(5)

    assert alpaca.sink.live_now == {"BTC/USD"}
    assert alpaca.endpoint.connects == 1


async def test_what_is_too_much_is_trimmed_until_it_fits(alpaca):
    alpaca.server.crypto_feed.most_symbols = 2
    symbols = ("BTC/USD", "DOGE/USD", "ETH/USD", "SOL/USD")
    await alpaca.subscribe(*symbols)
    for symbol in symbols:
        alpaca.set_prices(symbol, "99.1", "99.3")

    await alpaca.sink.until_live("BTC/USD", "DOGE/USD")
    message = await alpaca.sink.until_lost("SOL/USD", LossReason.REFUSED)

    assert message == "symbol limit exceeded (405)"
    assert alpaca.sink.live_now == {"BTC/USD", "DOGE/USD"}


async def test_coins_and_stocks_go_their_own_ways(alpaca, stocks):
    await alpaca.subscribe("BTC/USD", "AAPL/USD")
    await stocks.subscribe("BTC/USD", "AAPL/USD")

    assert json.loads(alpaca.endpoint.received[-1]) == {"action": "subscribe", "quotes": ["BTC/USD"]}
    assert json.loads(stocks.endpoint.received[-1]) == {"action": "subscribe", "quotes": ["AAPL"]}
    assert alpaca.stream.is_whole_market
    assert not stocks.stream.is_whole_market


async def test_no_connection_is_opened_for_what_the_stream_does_not_carry(alpaca):
    await alpaca.subscribe("AAPL/USD")
    await alpaca.clock.sleep(60)

    assert alpaca.endpoint.connects == 0


async def test_a_stock_market_that_is_closed_is_quiet_and_keeps_its_connection(stocks):
    await stocks.go_live()
    stocks.server.session.forced = False

    stocks.set_prices("AAPL/USD", "99.1", "99.3")
    await stocks.clock.sleep(600)

    assert stocks.bid == "100.5"
    assert stocks.sink.live_now == {"AAPL/USD"}
    assert stocks.endpoint.connects == 1


async def test_a_quote_in_binary_is_read_too(alpaca):
    await alpaca.go_live()

    alpaca.endpoint.send_raw(
        b'[{"T":"q","S":"BTC/USD","bp":7,"bs":1,"ap":8,"as":1,"t":"2026-03-04T13:00:00Z"}]'
    )

    await alpaca.until_bid("7")


async def test_the_key_is_never_in_what_the_venue_repeats(alpaca):
    (account,) = alpaca.server.accounts.values()
    await alpaca.go_live()

    alpaca.endpoint.send_raw(f'[{{"T":"error","code":500,"msg":"who is {account.secret}"}}]')

    assert await alpaca.sink.until_lost("BTC/USD", LossReason.DISCONNECTED) == "who is *** (500)"
