"""What every venue's stream does alike: the contract of engine/brokers/streams/price_stream.py."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from engine.brokers.streams.price_stream import LossReason
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.streams.stage import plain


async def test_what_is_wanted_goes_live_once_it_is_confirmed_and_quoted(stage):
    await stage.go_live()

    assert stage.sink.live_now == {stage.symbol}
    assert stage.sink.count("live", stage.symbol) == 1
    first_quote = stage.sink.events.index(("quote", stage.symbol, "100.5", "100.7"))
    assert first_quote >= 0


async def test_nobody_connects_while_nothing_is_wanted(stage):
    await stage.clock.sleep(120)

    assert stage.endpoint.connects == 0


async def test_a_price_move_arrives_at_once(stage):
    await stage.go_live()
    at = stage.clock.monotonic()

    stage.set_prices(stage.symbol, "99.1", "99.3")
    await stage.until_bid("99.1")

    assert stage.clock.monotonic() - at < 0.5


async def test_stream_and_rest_agree(stage):
    await stage.go_live()

    stage.market.restore(stage.venue, stage.symbol)
    await stage.sink.until(lambda: stage.bid != "100.5")

    top = stage.market.ticker(stage.venue, stage.symbol)
    quote = stage.sink.quotes[stage.symbol]
    assert (quote.bid, quote.ask) == (top.bid.price, top.ask.price)


async def test_prices_are_exact_to_their_last_digit(stage):
    await stage.go_live()

    stage.set_prices(stage.symbol, "12345678901.1234", "12345678901.1235", size="98765432109.87654321")
    await stage.sink.until(lambda: stage.bid != "100.5")

    quote = stage.sink.quotes[stage.symbol]
    assert isinstance(quote.bid, Decimal)
    assert (plain(quote.bid), plain(quote.ask)) == ("12345678901.1234", "12345678901.1235")
    assert quote.bid_quantity == Decimal("98765432109.87654321")


async def test_a_quote_is_dated_by_the_venue(stage):
    await stage.go_live()
    await stage.clock.sleep(20)

    stage.set_prices(stage.symbol, "99.1", "99.3")
    await stage.until_bid("99.1")

    assert abs((stage.clock.now() - stage.sink.quotes[stage.symbol].at).total_seconds()) < 0.5


async def test_a_quiet_market_stays_live(stage):
    await stage.go_live()
    await stage.clock.sleep(600)

    assert stage.sink.live_now == {stage.symbol}
    assert stage.endpoint.connects == 1
    assert (stage.clock.now() - stage.stream.last_received.at).total_seconds() < 10


async def test_what_is_wanted_later_joins_the_same_connection(stage):
    await stage.go_live()

    await stage.go_live(stage.symbol, stage.other)

    assert stage.sink.live_now == {stage.symbol, stage.other}
    assert stage.endpoint.connects == 1


async def test_what_is_wanted_no_more_is_unsubscribed(stage):
    await stage.go_live(stage.symbol, stage.other)

    await stage.subscribe(stage.symbol)
    stage.set_prices(stage.other, "99.1", "99.3")
    await stage.clock.sleep(5)

    assert await stage.sink.until_lost(stage.other, LossReason.UNWANTED) == ""
    assert stage.bid_of(stage.other) == "100.5"
    assert stage.sink.live_now == {stage.symbol}


async def test_the_connection_ends_when_nothing_is_wanted(stage):
    await stage.go_live()

    stage.stream.want(())
    await stage.clock.sleep(10)

    assert stage.endpoint.sessions == []
    assert stage.stream.last_received is None


async def test_a_stream_that_was_not_wanted_now_and_then_connects_at_once_when_it_is(kraken):
    """Guards are set and ended, some seconds each, at a venue with no other."""
    waits_s = []
    for _ in range(6):
        began_s = kraken.clock.monotonic()
        kraken.stream.want({"BTC/USD"})
        await kraken.sink.until_live("BTC/USD", within_s=120)
        waits_s.append(kraken.clock.monotonic() - began_s)
        await kraken.clock.sleep(10)
        kraken.stream.want(set())
        await kraken.clock.sleep(7)

    assert max(waits_s) <= 2


async def test_an_instrument_that_is_not_listed_hides_no_other(stage):
    await stage.go_live(stage.symbol)

    stage.stream.want({stage.symbol, stage.unlisted})
    await stage.clock.sleep(10)

    assert stage.sink.live_now == {stage.symbol}
    assert stage.endpoint.connects == 1


async def test_nothing_is_live_before_its_confirmation(stage):
    stage.faults.withholds_confirmations = True
    await stage.subscribe(stage.symbol)
    stage.set_prices(stage.symbol, "99.1", "99.3")

    await stage.sink.until_lost(stage.symbol, LossReason.UNCONFIRMED)
    assert stage.sink.live_now == set()

    stage.endpoint.confirm()
    await stage.sink.until_live(stage.symbol)
    await stage.until_bid("99.1")


async def test_a_confirmed_stream_without_prices_is_not_live(stage):
    stage.faults.stalls = True
    await stage.subscribe(stage.symbol)
    await stage.clock.sleep(120)

    assert stage.sink.live_now == set()


async def test_a_drop_is_reported_at_once_and_mended(stage):
    await stage.go_live()

    stage.endpoint.drop()
    await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)
    if stage.venue == "alpaca":
        await stage.clock.sleep(200)
    await stage.go_live()

    assert stage.endpoint.connects >= 2


@pytest.mark.parametrize("code", [1000, 1001, 1012])
async def test_a_closed_connection_is_opened_again(stage, code):
    await stage.go_live()

    await stage.endpoint.close(code, "restarting")
    message = await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)
    await stage.go_live()

    assert message.startswith(str(code))
    assert "restarting" in message


async def test_silence_is_noticed_within_ten_seconds(stage):
    await stage.go_live()
    at = stage.clock.monotonic()

    stage.faults.is_silent = True
    await stage.sink.until_lost(stage.symbol, LossReason.SILENT)

    assert stage.clock.monotonic() - at <= 10
    assert stage.stream.last_received is None


async def test_frozen_prices_are_live_until_another_source_contradicts_them(stage):
    await stage.go_live()
    stage.faults.stalls = True
    stage.set_prices(stage.symbol, "90.1", "90.3")
    await stage.clock.sleep(60)
    assert stage.sink.live_now == {stage.symbol}
    assert stage.bid == "100.5"

    stage.faults.stalls = False
    stage.stream.renew([stage.symbol])
    await stage.sink.until_lost(stage.symbol, LossReason.CONTRADICTED)
    await stage.clock.sleep(2)
    stage.set_prices(stage.symbol, "90.2", "90.4")
    await stage.sink.until_live(stage.symbol)
    await stage.until_bid("90.2")

    assert stage.endpoint.connects == 1


async def test_a_crossed_book_is_no_price_until_it_uncrosses(stage):
    await stage.go_live()

    stage.set_prices(stage.symbol, "101.5", "100.7")
    message = await stage.sink.until_lost(stage.symbol, LossReason.UNQUOTED)
    stage.set_prices(stage.symbol, "99.1", "99.3")
    await stage.sink.until_live(stage.symbol)

    assert message.startswith("bid 101.5")
    assert stage.bid == "99.1"
    assert stage.sink.count("quote", stage.symbol, "101.5") == 0


@pytest.mark.parametrize("bid", [None, "0", "-1"])
async def test_a_side_that_is_missing_or_no_price_is_lost(stage, bid):
    await stage.go_live()

    stage.set_prices(stage.symbol, bid, "100.7")
    await stage.sink.until_lost(stage.symbol, LossReason.UNQUOTED)

    assert stage.bid == "100.5"


async def test_what_comes_twice_changes_nothing(stage):
    await stage.go_live()

    stage.faults.doubled = 2
    stage.set_prices(stage.symbol, "99.1", "99.3")
    stage.set_prices(stage.symbol, "98.1", "98.3")
    await stage.until_bid("98.1")
    await stage.clock.sleep(5)

    assert stage.bid == "98.1"
    assert stage.sink.live_now == {stage.symbol}


async def test_what_comes_late_does_not_take_the_place_of_what_is_newer(stage):
    await stage.go_live()

    stage.faults.swapped = 1
    stage.set_prices(stage.symbol, "99.1", "99.3")
    await stage.clock.sleep(0.1)
    stage.set_prices(stage.symbol, "98.1", "98.3")
    await stage.clock.sleep(3)

    assert stage.bid in {"98.1", "100.5"}
    if stage.bid == "100.5":
        assert stage.symbol in stage.sink.losses


async def test_a_reconnect_storm_is_answered_with_growing_pauses(stage):
    stage.faults.closed_at_once = 1_000_000

    stage.stream.want({stage.symbol})
    await stage.clock.sleep(600)

    assert 20 <= stage.endpoint.connects <= 50
    assert stage.sink.count("lost", stage.symbol) == 1


async def test_a_venue_that_is_down_is_tried_again_and_found(stage):
    await stage.server.stop()
    stage.stream.want({stage.symbol})
    await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)

    await stage.server.start()
    await stage.clock.sleep(60)
    await stage.go_live()

    assert stage.sink.live_now == {stage.symbol}


async def test_a_ban_is_respected(stage):
    rest_s = {"kraken": 600, "coinbase": 60, "alpaca": 90}[stage.venue]
    stage.server.faults.add(
        Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=f"stream {stage.path}", status=429, times=None)
    )

    stage.stream.want({stage.symbol})
    message = await stage.sink.until_lost(stage.symbol, LossReason.BANNED)
    await stage.clock.sleep(rest_s - 5)

    assert message == "HTTP 429"
    assert len(stage.server.tape.calls(f"stream {stage.path}")) == 1

    stage.server.faults.clear()
    await stage.clock.sleep(rest_s / 4 + 10)
    await stage.go_live()


@pytest.mark.parametrize("text", ['{"a":', "NaN", '{"channel":"ticker","data":[{"bid":NaN}]}', "[" * 100_000])
async def test_what_cannot_be_read_ends_the_connection_and_not_the_stream(stage, text):
    await stage.go_live()

    stage.endpoint.send_raw(text)
    await stage.sink.until_lost(stage.symbol, LossReason.UNREADABLE)
    await stage.go_live()

    assert stage.endpoint.connects == 2


async def test_a_redirect_is_not_followed(stage):
    stage.server.faults.add(
        Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=f"stream {stage.path}", status=302)
    )

    stage.stream.want({stage.symbol})
    await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)

    assert stage.endpoint.connects == 0


async def test_a_sink_that_fails_ends_the_connection_and_not_the_stream(stage):
    failures = iter([RuntimeError("a defect")])

    def fail_once(symbol, live=stage.sink.live):
        for failure in failures:
            raise failure
        live(symbol)

    stage.sink.live = fail_once
    with capture_logs() as logs:
        await stage.subscribe(stage.symbol)
        stage.set_prices(stage.symbol, "99.1", "99.3")
        await stage.clock.sleep(5)
        await stage.go_live()

    assert [log["event"] for log in logs] == ["a reading failed at a defect"]
    assert stage.sink.losses[stage.symbol].reason is LossReason.UNREADABLE
    assert stage.endpoint.connects == 2


async def test_a_flood_ends_with_the_last_price_and_the_connection_stands(stage):
    await stage.go_live()

    for number in range(3000):
        stage.set_prices(stage.symbol, f"{200 + number}.5", f"{200 + number}.7")
    await stage.until_bid("3199.5")

    assert stage.endpoint.connects == 1
    assert stage.sink.live_now == {stage.symbol}


async def test_a_handshake_that_hangs_is_given_up_and_tried_again(stage):
    hanging = Fault(kind=FaultKind.DELAY_BEFORE, endpoint=f"stream {stage.path}", delay_s=3600)
    stage.server.faults.add(hanging)
    at = stage.clock.monotonic()

    stage.stream.want({stage.symbol})
    message = await stage.sink.until_lost(stage.symbol, LossReason.DISCONNECTED)
    assert stage.clock.monotonic() - at <= 12
    assert message == "TimeoutError"

    await stage.go_live()
