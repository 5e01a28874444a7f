import json
from decimal import Decimal

import pytest

from engine.brokers.streams.price_stream import LossReason
from sandbox.market import Override
from tests.engine.brokers.streams.stage import plain


async def test_heartbeats_and_books_are_subscribed_and_the_ticker_is_not(coinbase):
    await coinbase.subscribe("BTC/USD", "ETH/USD")

    sent = [json.loads(text) for text in coinbase.endpoint.received]
    assert [one["channel"] for one in sent] == ["heartbeats", "level2"]
    assert sent[1]["product_ids"] == ["BTC-USD", "ETH-USD"]


async def test_the_snapshot_makes_an_instrument_live_before_anything_moves(coinbase):
    await coinbase.subscribe("BTC/USD")

    top = coinbase.market.ticker("coinbase", "BTC/USD")
    quote = coinbase.sink.quotes["BTC/USD"]
    assert coinbase.sink.live_now == {"BTC/USD"}
    assert (quote.bid, quote.bid_quantity) == (top.bid.price, top.bid.size)
    assert (quote.ask, quote.ask_quantity) == (top.ask.price, top.ask.size)


async def test_a_change_below_the_top_is_no_new_quote(coinbase):
    await coinbase.go_live()
    before = coinbase.sink.count("quote")

    send(coinbase, "l2_data", level2("update", "BTC-USD", ("bid", "50", "1"), ("offer", "200", "1")))
    await coinbase.clock.sleep(1)
    assert coinbase.sink.count("quote") == before

    send(coinbase, "l2_data", level2("update", "BTC-USD", ("bid", "100.5", "0")))
    await coinbase.until_bid("50")


async def test_a_quantity_that_changes_at_the_top_is_a_new_quote(coinbase):
    await coinbase.go_live()

    send(coinbase, "l2_data", level2("update", "BTC-USD", ("bid", "100.50", "0.25")))
    await coinbase.sink.until(lambda: plain(coinbase.sink.quotes["BTC/USD"].bid_quantity) == "0.25")


async def test_a_missing_message_ends_the_connection(coinbase):
    await coinbase.go_live()

    coinbase.faults.lost = 1
    coinbase.set_prices("BTC/USD", "99.1", "99.3")
    message = await coinbase.sink.until_lost("BTC/USD", LossReason.GAP)
    await coinbase.go_live()

    after, before = message.split(" after ")
    assert int(after) == int(before) + 2
    assert coinbase.endpoint.connects == 2


async def test_a_gap_in_one_channel_is_a_gap_for_all(coinbase):
    await coinbase.go_live("BTC/USD", "ETH/USD")

    coinbase.faults.lost = 1
    coinbase.set_prices("ETH/USD", "99.1", "99.3")

    await coinbase.sink.until_lost("BTC/USD", LossReason.GAP)


async def test_messages_in_a_wrong_order_end_the_connection(coinbase):
    await coinbase.go_live()

    coinbase.faults.swapped = 1
    coinbase.set_prices("BTC/USD", "99.1", "99.3")
    coinbase.set_prices("BTC/USD", "98.1", "98.3")

    await coinbase.sink.until_lost("BTC/USD", LossReason.GAP)
    await coinbase.sink.until_live("BTC/USD")
    assert coinbase.bid == "98.1"


async def test_heartbeats_without_confirmation_are_no_life(coinbase):
    coinbase.faults.withholds_confirmations = True
    await coinbase.subscribe("BTC/USD")

    await coinbase.sink.until_lost("BTC/USD", LossReason.UNCONFIRMED)


async def test_an_error_without_channel_and_number_refuses_what_waits(coinbase):
    coinbase.faults.withholds_confirmations = True
    await coinbase.subscribe("BTC/USD")

    coinbase.endpoint.send_raw('{"type":"error","message":"authentication failure"}')

    assert await coinbase.sink.until_lost("BTC/USD", LossReason.REFUSED) == "authentication failure"


async def test_an_error_changes_nothing_of_what_is_confirmed(coinbase):
    await coinbase.go_live()

    coinbase.endpoint.send_raw('{"type":"error","message":"authentication failure"}')
    await coinbase.clock.sleep(5)

    assert coinbase.sink.live_now == {"BTC/USD"}


async def test_pairs_of_one_book_are_subscribed_once_and_quoted_each(coinbase):
    await coinbase.go_live("BTC/USD")
    await coinbase.subscribe("BTC/USD", "BTC/USDC")

    assert coinbase.sink.live_now == {"BTC/USD", "BTC/USDC"}
    assert coinbase.bid_of("BTC/USDC") == "100.5"
    assert "USDC" not in "".join(coinbase.endpoint.received)

    coinbase.set_prices("BTC/USD", "99.1", "99.3")
    await coinbase.until_bid("99.1")
    await coinbase.sink.until(lambda: coinbase.bid_of("BTC/USDC") == "99.1")


async def test_a_pair_that_is_wanted_no_more_leaves_its_book_to_the_other(coinbase):
    await coinbase.go_live("BTC/USD")
    await coinbase.subscribe("BTC/USD", "BTC/USDC")
    await coinbase.subscribe("BTC/USDC")

    coinbase.set_prices("BTC/USD", "99.1", "99.3")
    await coinbase.sink.until(lambda: coinbase.bid_of("BTC/USDC") == "99.1")

    assert coinbase.sink.live_now == {"BTC/USDC"}
    assert coinbase.bid == "100.5"
    assert "unsubscribe" not in "".join(coinbase.endpoint.received)


async def test_no_pair_is_carried_before_the_listings_name_its_book(coinbase):
    await coinbase.subscribe("NONE/USDC")
    await coinbase.clock.sleep(30)

    assert coinbase.endpoint.connects == 0


async def test_the_name_of_another_pair_is_never_taken_for_the_one_that_is_wanted(coinbase):
    await coinbase.go_live("ETH/USD")
    before = list(coinbase.sink.events)

    send(coinbase, "l2_data", level2("snapshot", "BTC-USD", ("bid", "1", "1"), ("offer", "2", "1")))
    await coinbase.clock.sleep(3)

    assert coinbase.sink.events == before


async def test_a_snapshot_of_many_megabytes_is_read(coinbase):
    await coinbase.go_live()
    rows = [("bid", f"{price}.5", "0.12345678") for price in range(1, 60_000)]

    send(coinbase, "l2_data", level2("snapshot", "BTC-USD", *rows, ("offer", "70000", "1")))

    await coinbase.until_bid("59999.5")


async def test_a_new_kind_of_event_or_channel_changes_nothing(coinbase):
    await coinbase.go_live()
    before = list(coinbase.sink.events)

    send(coinbase, "l2_data", level2("news", "BTC-USD"))
    send(coinbase, "news", {"type": "news"})
    await coinbase.clock.sleep(3)

    assert coinbase.sink.events == before


@pytest.mark.parametrize(
    "update", [("ask", "1", "1"), ("bid", "x", "1"), ("bid", "1", None), ("bid", "1", True)]
)
async def test_a_level_that_cannot_be_read_ends_the_connection(coinbase, update):
    await coinbase.go_live()

    send(coinbase, "l2_data", level2("update", "BTC-USD", update))

    await coinbase.sink.until_lost("BTC/USD", LossReason.UNREADABLE)


async def test_a_ticker_beside_its_book_moves_no_stream(coinbase):
    await coinbase.go_live()

    coinbase.market.restore("coinbase", "BTC/USD")
    shown = Override(bid=Decimal(50), ask=Decimal(51), in_book=False)
    coinbase.market.override("coinbase", "BTC/USD", shown)
    await coinbase.clock.sleep(3)

    assert coinbase.sink.quotes["BTC/USD"].bid == coinbase.market.book("coinbase", "BTC/USD").bid.price


def level2(kind, product, *rows):
    names = ("side", "price_level", "new_quantity")
    return {
        "type": kind,
        "product_id": product,
        "updates": [dict(zip(names, row, strict=True)) for row in rows],
    }


def send(coinbase, channel, event):
    """Send an event under the next number."""
    (session,) = coinbase.endpoint.sessions
    session.send_event(channel, [event])
