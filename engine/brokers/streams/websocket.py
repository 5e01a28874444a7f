"""Opening a websocket of a venue's stream, and what a failure to open it means."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import aiohttp

from engine.brokers.streams.connection import Socket
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.brokers.venue_http import Http
from engine.model.venues import Venue

CONNECT_S = 10.0
#: How long the closing handshake may take; nothing waits for it.
CLOSE_S = 1.0
_TOO_MANY = 429


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamTerms:
    """What a venue's stream is called, and what keeps and ends its connections."""

    venue: Venue
    name: str
    url: str
    #: How long an address that connected too often stays away.
    ban_s: float
    #: None where the venue sends heartbeats by itself.
    ping_every_s: float | None = None
    largest_message: int = 4 << 20
    is_whole_market: bool = True


async def open_socket(terms: StreamTerms, http: Http, redact: Callable[[str], str]) -> Socket | StreamEnd:
    """Return an open connection, or why there is none."""
    try:
        async with asyncio.timeout(CONNECT_S):
            return await http.session.ws_connect(
                terms.url,
                autoping=False,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
                max_msg_size=terms.largest_message,
            )
    except aiohttp.WSServerHandshakeError as e:
        if e.status == _TOO_MANY:
            return StreamEnd(Loss(LossReason.BANNED, f"HTTP {e.status}"), terms.ban_s)
        return StreamEnd(Loss(LossReason.DISCONNECTED, f"HTTP {e.status}"))
    except (aiohttp.ClientError, OSError, TimeoutError) as e:
        return StreamEnd(Loss(LossReason.DISCONNECTED, redact(str(e) or type(e).__name__)))
