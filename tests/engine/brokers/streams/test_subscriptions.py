from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.streams.subscriptions import Subscriptions
from engine.clock import Moment
from engine.model.quotes import Quote

START = Moment(datetime(2026, 3, 4, 12, tzinfo=UTC), 0.0)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["subscribe", "confirm", "refuse", "quote", "crossed", "drop", "wait", "forget"]),
        st.sampled_from(["A", "B"]),
    ),
    max_size=60,
)


class Sink:
    """Keeps what is reported, and fails at a report that changes nothing."""

    def __init__(self):
        self.live_now, self.quoted, self.losses = set(), {}, []

    def quote(self, quote, received):
        self.quoted[quote.symbol] = quote

    def live(self, symbol):
        assert symbol not in self.live_now
        assert symbol in self.quoted
        self.live_now.add(symbol)

    def lost(self, symbols, loss):
        self.live_now.difference_update(symbols)
        self.losses.append((tuple(symbols), loss.reason))


class Plain:
    """The same in plain sets: what is subscribed, which of it is confirmed, and whose last quote is a price."""

    def __init__(self):
        self.subscribed, self.confirmed, self.priced = set(), set(), set()

    @property
    def live(self):
        return self.subscribed & self.confirmed & self.priced

    def end(self, symbol):
        for kept in (self.subscribed, self.confirmed, self.priced):
            kept.discard(symbol)


def a_quote(symbol, now, bid="1", ask="2"):
    return Quote(symbol=symbol, bid=Decimal(bid), ask=Decimal(ask), at=now.at)


def step(symbols, plain, name, symbol, now):
    match name:
        case "subscribe":
            symbols.subscribe([symbol], now)
            plain.end(symbol)
            plain.subscribed.add(symbol)
        case "confirm":
            symbols.confirm([symbol])
            plain.confirmed |= plain.subscribed & {symbol}
        case "refuse":
            symbols.refuse([symbol], "no")
            plain.confirmed.discard(symbol)
        case "quote":
            symbols.quote(a_quote(symbol, now), now, venue_at=now.at)
            plain.priced |= plain.subscribed & {symbol}
        case "crossed":
            symbols.quote(a_quote(symbol, now, bid="3"), now, venue_at=now.at)
            plain.priced.discard(symbol)
        case "drop":
            symbols.end(["A", "B"], Loss(LossReason.DISCONNECTED))
            plain.end("A")
            plain.end("B")
        case "forget":
            symbols.forget([symbol])
            plain.end(symbol)
        case "wait":
            symbols.report_overdue(now + timedelta(seconds=60))


@given(STEPS)
def test_live_is_what_is_subscribed_confirmed_and_has_a_price_last(steps):
    sink, plain = Sink(), Plain()
    symbols = Subscriptions(sink)
    for number, (name, symbol) in enumerate(steps):
        if name == "subscribe" and symbol in sink.live_now:
            continue  # what is live is not subscribed again without an end
        step(symbols, plain, name, symbol, START + timedelta(seconds=number))

        assert sink.live_now == plain.live


def test_a_late_quote_is_not_handed_over_and_one_that_is_minutes_older_is():
    sink = Sink()
    symbols = Subscriptions(sink)
    symbols.subscribe(["A"], START)
    symbols.quote(a_quote("A", START), START, venue_at=START.at)

    second = timedelta(seconds=1)
    symbols.quote(a_quote("A", START, bid="1.1"), START, venue_at=START.at - second)
    assert sink.quoted["A"].bid == 1

    symbols.quote(a_quote("A", START, bid="1.2"), START, venue_at=START.at - 300 * second)
    assert sink.quoted["A"].bid == Decimal("1.2")


def test_the_same_loss_is_reported_once_and_another_one_again():
    sink = Sink()
    symbols = Subscriptions(sink)
    for reason in (LossReason.DISCONNECTED, LossReason.DISCONNECTED, LossReason.BANNED):
        symbols.end(["A"], Loss(reason))
        symbols.subscribe(["A"], START)

    assert sink.losses == [(("A",), LossReason.DISCONNECTED), (("A",), LossReason.BANNED)]


def test_what_is_not_confirmed_is_overdue_after_five_seconds_and_requested_again_after_a_minute():
    sink = Sink()
    symbols = Subscriptions(sink)
    symbols.subscribe(["A"], START)
    for seconds in (5, 6, 7):
        symbols.report_overdue(START + timedelta(seconds=seconds))

    assert sink.losses == [(("A",), LossReason.UNCONFIRMED)]
    assert symbols.to_request_again(START + timedelta(seconds=60)) == frozenset()
    assert symbols.to_request_again(START + timedelta(seconds=61)) == {"A"}
