"""Whether a venue's private stream may be opened with the key, and is live."""

import asyncio

from bot.doctor.checks import Check, passed, warned
from engine.brokers.streams.account_stream import AccountStream, OrderNews
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Clock
from engine.model.venues import Venue
from handlers.render.stream_losses import loss_text

#: The setting of each venue's private stream.
ACCOUNT_SETTINGS = {
    Venue.KRAKEN: "kraken_ws_auth_url",
    Venue.COINBASE: "coinbase_ws_user_url",
    Venue.ALPACA: "alpaca_trade_ws_url",
}
_POLLED = "Orders are polled meanwhile."
#: What a key lacks that may trade and may not open it, by venue.
_PERMISSIONS = {Venue.KRAKEN: 'Give the key the permission "WebSocket interface" at Kraken.'}


class _FirstNews:
    """A sink that waits until the stream is live, or for why it is not."""

    def __init__(self) -> None:
        #: None once it is live.
        self.loss: asyncio.Future[Loss | None] = asyncio.get_running_loop().create_future()

    def order(self, news: OrderNews) -> None:
        """Wait on: it counts once it is live."""

    def balance(self) -> None:
        """Wait on: it counts once it is live."""

    def live(self) -> None:
        """Stop waiting."""
        self._end(None)

    def lost(self, loss: Loss) -> None:
        """Stop waiting, in vain."""
        self._end(loss)

    def _end(self, loss: Loss | None) -> None:
        if not self.loss.done():
            self.loss.set_result(loss)


async def check_account_stream(stream: AccountStream, clock: Clock, *, timeout_s: float) -> Check:
    """Open the stream and report whether it is live."""
    name, news, began_s = f"{stream.name} stream", _FirstNews(), clock.monotonic()
    running = asyncio.create_task(stream.run(news), name=name)
    try:
        async with asyncio.timeout(timeout_s):
            loss = await news.loss
    except TimeoutError:
        return warned(name, f"it is not live after {timeout_s:g} s", _advice(stream, None))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    if loss is not None:
        return warned(name, f"it does not deliver: {loss_text(loss)}", _advice(stream, loss))
    return passed(name, f"it is live after {clock.monotonic() - began_s:.1f} s")


def _advice(stream: AccountStream, loss: Loss | None) -> str:
    venue = stream.account.venue
    if loss is not None and loss.reason is LossReason.NOT_PERMITTED and venue in _PERMISSIONS:
        return f"{_POLLED} {_PERMISSIONS[venue]}"
    return f"{_POLLED} Check the network and NIJA_{ACCOUNT_SETTINGS[venue].upper()}."
