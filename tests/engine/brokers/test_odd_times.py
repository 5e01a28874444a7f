"""A time that no venue can have is none, in every place where one is read, and what needs no time does without."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.brokers.alpaca import orders as alpaca_orders
from engine.brokers.alpaca import parse as alpaca
from engine.brokers.alpaca import session as alpaca_session
from engine.brokers.alpaca.names import parse_catalog
from engine.brokers.coinbase import orders as coinbase_orders
from engine.brokers.coinbase import parse as coinbase
from engine.brokers.kraken import candles as kraken_candles
from engine.brokers.kraken import orders as kraken_orders
from engine.brokers.kraken import trades
from engine.brokers.parse import MalformedAnswerError, iso_time_in, unix_time_in
from tests.engine.brokers.alpaca import rows as alpaca_rows
from tests.engine.brokers.kraken.listings import CATALOG
from tests.engine.brokers.test_odd_rows import FILL, PAIR, TRADE

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
ODD_ISO = [
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00+14:00",
    "1970-01-01T00:00:00Z",
    "1999-12-31T23:59:59.999999Z",
    "2000-01-01T00:00:00+00:01",
    "2100-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999Z",
    "9999-12-31T23:59:59-12:00",
]
ODD_UNIX = ["-62135596800", "0", 0, "946684799.999999", "4102444800", "253402300799.9", "1e300", "-1e18"]
ALPACA = parse_catalog([PAIR])

KRAKEN_ORDER = {
    "status": "open",
    "descr": {"pair": "XBTUSD", "type": "sell", "ordertype": "limit", "price": "70000"},
    "vol": "0.5",
    "vol_exec": "0",
    "cost": "0",
    "fee": "0",
}
COINBASE_ORDER = {
    "order_id": "o-1",
    "product_id": "BTC-USD",
    "side": "SELL",
    "status": "OPEN",
    "order_configuration": {"limit_limit_gtc": {"base_size": "0.5", "limit_price": "70000"}},
    "filled_size": "0",
}


def _session(**changes):
    good = dict.fromkeys(("timestamp", "next_open", "next_close"), "2026-11-30T16:00:00-05:00")
    return alpaca_session.parse_session({"is_open": True, **good, **changes})


def _dates(at):
    session = _session(next_open=at)
    return session.opened_at, session.next_open, session.next_close


UNIX_READERS = {
    "Kraken order opened": lambda at: (
        kraken_orders.parse_order("O1", {**KRAKEN_ORDER, "opentm": at}, CATALOG).opened_at
    ),
    "Kraken order closed": lambda at: (
        kraken_orders.parse_order("O1", {**KRAKEN_ORDER, "closetm": at}, CATALOG).closed_at
    ),
    "Kraken trade": lambda at: trades.parse_trades({"trades": {"T": {**TRADE, "time": at}}}, CATALOG)[0].at,
    "Kraken candle": lambda at: kraken_candles.parse_candles({"P": [[at, 1, 1, 1, "1"]]})[0].start,
    "Kraken clock": lambda at: unix_time_in({"unixtime": at}, "unixtime"),
    "Coinbase candle": lambda at: coinbase.parse_candles({"candles": [{"start": at, "close": "1"}]})[0].start,
}
ISO_READERS = {
    "Coinbase order": lambda at: (
        coinbase_orders.parse_order({**COINBASE_ORDER, "created_time": at}).opened_at
    ),
    "Coinbase row": lambda at: (
        coinbase_orders.glimpse_order({**COINBASE_ORDER, "created_time": at}).opened_at
    ),
    "Coinbase trade row": lambda at: coinbase_orders.glimpse_fill({**FILL, "trade_time": at}).opened_at,
    "Coinbase fill": lambda at: coinbase.parse_fills({"fills": [{**FILL, "trade_time": at}]}, {})[0].at,
    "Coinbase book": lambda at: (
        coinbase.parse_book({"pricebook": {"product_id": "BTC-USD", "bids": [], "asks": [], "time": at}}).at
    ),
    "Coinbase clock": lambda at: iso_time_in({"iso": at}, "iso"),
    "Alpaca order": lambda at: alpaca_orders.parse_order(alpaca_rows.order(created_at=at), ALPACA).opened_at,
    "Alpaca fill": lambda at: alpaca.parse_fills([alpaca_rows.fill(transaction_time=at)], ALPACA)[0].at,
    "Alpaca book": lambda at: alpaca.parse_book({"orderbooks": {"B": {"b": [], "a": [], "t": at}}}, "B").at,
    "Alpaca bar": lambda at: alpaca.parse_bars({"bars": {"B": [{"t": at, "c": "1"}]}}, "B")[0].start,
    "Alpaca quote": lambda at: [
        quote.at for quote in alpaca.parse_quotes({"quotes": {"B": {"t": at}}}, {"B": "B"}).values()
    ],
    "Alpaca clock": lambda at: _session(timestamp=at).opened_at,
    "Alpaca opening": _dates,
    "Alpaca closing": lambda at: _session(next_close=at).next_close,
}

_anywhere = st.datetimes(
    timezones=st.integers(-23, 23).map(lambda hours: timezone(timedelta(hours=hours)))
).map(datetime.isoformat)


def _times_in(read):
    return [at for at in (read if isinstance(read, list | tuple) else [read]) if at is not None]


@pytest.mark.parametrize("name", ISO_READERS)
@given(at=_anywhere | st.sampled_from(ODD_ISO))
def test_whatever_time_a_venue_writes_becomes_one_to_reckon_with_or_none(name, at):
    try:
        read = ISO_READERS[name](at)
    except MalformedAnswerError:
        return
    assert all(FIRST <= one < LAST for one in _times_in(read))


@pytest.mark.parametrize("name", UNIX_READERS)
@given(seconds=st.decimals(allow_nan=True, allow_infinity=True).map(str) | st.sampled_from(ODD_UNIX))
def test_whatever_seconds_a_venue_writes_become_a_time_to_reckon_with_or_none(name, seconds):
    try:
        read = UNIX_READERS[name](seconds)
    except MalformedAnswerError:
        return
    assert all(FIRST <= one < LAST for one in _times_in(read))


@pytest.mark.parametrize("at", ODD_ISO)
def test_a_written_time_of_another_age_is_none(at):
    with pytest.raises(MalformedAnswerError):
        iso_time_in({"at": at}, "at")


@pytest.mark.parametrize("at", ODD_UNIX)
def test_seconds_of_another_age_are_no_time(at):
    with pytest.raises(MalformedAnswerError):
        unix_time_in({"at": at}, "at")


def test_the_first_and_the_last_time_are_read():
    assert iso_time_in({"at": "2000-01-01T00:00:00Z"}, "at") == FIRST
    assert unix_time_in({"at": "946684800"}, "at") == FIRST
    assert iso_time_in({"at": "2099-12-31T23:59:59Z"}, "at") == LAST - timedelta(seconds=1)


@pytest.mark.fault("V85")
@pytest.mark.parametrize("at", ODD_ISO)
def test_an_order_that_was_opened_at_no_time_is_still_an_order(at):
    coinbase_open = coinbase_orders.parse_open_orders([{**COINBASE_ORDER, "created_time": at}])
    alpaca_row = alpaca_rows.order(status="new", filled_qty="0", created_at=at)
    alpaca_open = alpaca_orders.parse_open_orders([alpaca_row], ALPACA)

    for opened in (coinbase_open, alpaca_open):
        assert [order.opened_at for order in opened.orders] == [None]
    assert coinbase_orders.parse_order({**COINBASE_ORDER, "created_time": at}).opened_at is None
    assert alpaca_orders.parse_order(alpaca_row, ALPACA).opened_at is None


@pytest.mark.parametrize("at", ODD_UNIX)
def test_a_kraken_order_of_no_time_is_still_an_order(at):
    row = {**KRAKEN_ORDER, "opentm": at, "closetm": at}

    (listed,) = kraken_orders.parse_open_orders({"open": {"O1": row}}, CATALOG).orders
    order = kraken_orders.parse_order("O1", row, CATALOG)

    assert (listed.opened_at, order.opened_at, order.closed_at) == (None, None, None)


@pytest.mark.parametrize("at", ODD_ISO)
def test_a_fill_or_a_quote_of_no_time_hides_no_other(at):
    quotes = {"A": {"t": at}, "B": {"t": "2026-11-01T00:00:00Z"}}

    assert len(coinbase.parse_fills({"fills": [{**FILL, "trade_time": at}, FILL]}, {})) == 1
    assert len(alpaca.parse_fills([alpaca_rows.fill(transaction_time=at), alpaca_rows.fill()], ALPACA)) == 1
    assert list(alpaca.parse_quotes({"quotes": quotes}, {"A": "A", "B": "B"})) == ["B"]
