from datetime import UTC, datetime
from decimal import Decimal

from engine.brokers.streams.names import NamedSink, named
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment
from engine.model.quotes import Quote

NOW = Moment(datetime(2026, 3, 4, 12, tzinfo=UTC), 0.0)
QUOTE = Quote(symbol="BTC-USD", bid=Decimal(1), ask=Decimal(2), at=NOW.at)
GONE = Loss(LossReason.DISCONNECTED)


class Sink:
    def __init__(self):
        self.events = []

    def quote(self, quote, received):
        self.events.append(("quote", quote.symbol))

    def live(self, symbol):
        self.events.append(("live", symbol))

    def lost(self, symbols, loss):
        self.events.append(("lost", *symbols, loss.reason.name))

    def taken(self):
        taken, self.events = self.events, []
        return taken


def a_live_sink():
    """One book, of which BTC/USD is wanted and live."""
    sink = Sink()
    names = NamedSink(sink)
    names.name({"BTC/USD": "BTC-USD"})
    names.quote(QUOTE, NOW)
    names.live("BTC-USD")
    assert sink.taken() == [("quote", "BTC/USD"), ("live", "BTC/USD")]
    return names, sink


def test_the_names_are_what_is_to_be_subscribed():
    assert NamedSink(Sink()).name({"A/USD": "A-USD", "A/USDC": "A-USD", "B/USD": "B-USD"}) == {
        "A-USD",
        "B-USD",
    }


def test_what_joins_a_live_book_is_quoted_and_live_at_once():
    names, sink = a_live_sink()

    names.name({"BTC/USD": "BTC-USD", "BTC/USDC": "BTC-USD"})

    assert sink.taken() == [("quote", "BTC/USDC"), ("live", "BTC/USDC")]


def test_what_joins_a_lost_book_waits_for_it():
    names, sink = a_live_sink()
    names.lost(["BTC-USD"], GONE)
    assert sink.taken() == [("lost", "BTC/USD", "DISCONNECTED")]

    names.name({"BTC/USDC": "BTC-USD"})
    assert sink.taken() == [("lost", "BTC/USD", "UNWANTED")]


def test_what_leaves_is_lost_and_receives_nothing_more():
    names, sink = a_live_sink()

    names.name({})
    names.quote(QUOTE, NOW)
    names.lost(["BTC-USD"], GONE)

    assert sink.taken() == [("lost", "BTC/USD", "UNWANTED")]


def test_an_instrument_whose_name_changed_is_lost_and_begins_anew():
    names, sink = a_live_sink()

    names.name({"BTC/USD": "BTC2-USD"})

    assert sink.taken() == [("lost", "BTC/USD", "UNWANTED")]


def test_instruments_without_a_name_have_none():
    assert named(["A", "B"], {"A": "a"}) == {"a"}
