"""Whether a venue's stream delivers prices: one instrument is subscribed for a look."""

import asyncio
from collections.abc import Collection, Mapping

from bot.configuration.settings import Settings
from bot.doctor.account_stream_checks import ACCOUNT_SETTINGS
from bot.doctor.checks import Check, passed, warned
from engine.brokers.base import Broker, MarketData
from engine.brokers.streams.price_stream import Loss, PriceStream
from engine.clock import Clock, Moment
from engine.model.errors import BrokerError
from engine.model.instruments import AssetClass, Instrument
from engine.model.quotes import Quote
from engine.model.venues import Venue
from handlers.render.stream_losses import loss_text

#: What is traded all the time, wherever it is listed.
_BUSIEST = "BTC/USD"
_POLLED = "Prices are polled meanwhile. Check the network and {}."
#: The settings of each venue's streams of prices.
_SETTINGS = {
    Venue.KRAKEN: ("kraken_ws_url",),
    Venue.COINBASE: ("coinbase_ws_url",),
    Venue.ALPACA: ("alpaca_ws_url", "alpaca_stock_ws_url"),
}


class _FirstNews:
    """A sink that waits for the first quote to be believed, or for why there is none."""

    def __init__(self) -> None:
        #: None once a quote is to be believed.
        self.loss: asyncio.Future[Loss | None] = asyncio.get_running_loop().create_future()

    def quote(self, quote: Quote, received: Moment) -> None:
        """Wait on: it counts once it is live."""

    def live(self, symbol: str) -> None:
        """Stop waiting."""
        del symbol
        self._end(None)

    def lost(self, symbols: Collection[str], loss: Loss) -> None:
        """Stop waiting, in vain."""
        del symbols
        self._end(loss)

    def _end(self, loss: Loss | None) -> None:
        if not self.loss.done():
            self.loss.set_result(loss)


def check_switched_off(settings: Settings, venue: Venue) -> list[Check]:
    """Report the streams that are not to be used."""
    of_prices = [(name, "prices are polled") for name in _SETTINGS[venue]]
    return [
        passed(f"{venue.label} stream", f"NIJA_{name.upper()} is off: {meaning}")
        for name, meaning in (*of_prices, (ACCOUNT_SETTINGS[venue], "orders are polled"))
        if getattr(settings, name) is None
    ]


async def check_stream(
    stream: PriceStream, market: MarketData, broker: Broker | None, clock: Clock, *, timeout_s: float
) -> Check:
    """Subscribe to one instrument and report whether a price of it arrives."""
    name, is_stock = f"{stream.name} stream", not stream.is_whole_market
    try:
        instruments = await market.fetch_instruments()
        if is_stock and broker is not None:
            # Stocks join the listings when an account turns out to hold them.
            await broker.fetch_report()
        symbol = _example(instruments, is_stock=is_stock)
    except BrokerError as error:
        return warned(name, f"not tried: {error.message}", _advice(stream))
    if symbol is None:
        return passed(name, "not tried: no stock is held here")
    news, began_s = _FirstNews(), clock.monotonic()
    stream.want([symbol])
    running = asyncio.create_task(stream.run(news), name=name)
    try:
        async with asyncio.timeout(timeout_s):
            loss = await news.loss
    except TimeoutError:
        return _judge_silence(stream, symbol, timeout_s)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    if loss is not None:
        return warned(name, f"it does not deliver: {loss_text(loss)}", _advice(stream))
    return passed(name, f"it delivers: {symbol} after {clock.monotonic() - began_s:.1f} s")


def _judge_silence(stream: PriceStream, symbol: str, timeout_s: float) -> Check:
    """Judge a stream that brings nothing: a price that does not move is not pushed."""
    name = f"{stream.name} stream"
    if stream.last_received is None:
        return warned(name, f"no connection in {timeout_s:g} s", _advice(stream))
    return passed(name, f"it is connected; nothing moved in {timeout_s:g} s: {symbol}")


def _example(instruments: Mapping[str, Instrument], *, is_stock: bool) -> str | None:
    wanted = AssetClass.STOCK if is_stock else AssetClass.CRYPTO
    symbols = [symbol for symbol, each in instruments.items() if each.asset_class is wanted]
    return _BUSIEST if _BUSIEST in symbols else next(iter(symbols), None)


def _advice(stream: PriceStream) -> str:
    names = " and ".join(f"NIJA_{name.upper()}" for name in _SETTINGS[stream.venue])
    return _POLLED.format(names)
