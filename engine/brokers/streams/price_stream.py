"""The port to a venue's public price stream: what is wanted of it, and what its reader hands over."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from engine.clock import Moment
from engine.model.quotes import Quote
from engine.model.venues import Venue


class LossReason(StrEnum):
    """Why the last quote of a stream is no price any more."""

    DISCONNECTED = "disconnected"
    SILENT = "silent"
    GAP = "gap"
    REFUSED = "refused"
    UNCONFIRMED = "unconfirmed"
    UNREADABLE = "unreadable"
    UNQUOTED = "unquoted"
    CONTRADICTED = "contradicted"
    KEY_REJECTED = "key_rejected"
    NOT_PERMITTED = "not_permitted"
    BANNED = "banned"
    UNWANTED = "unwanted"


@dataclass(frozen=True, slots=True)
class Loss:
    """Why instruments are no longer streamed."""

    reason: LossReason
    #: The venue's or the connection's own error text, free of secrets; empty where there is none.
    message: str = ""


class PriceSink(Protocol):
    """Who takes what a stream reads; called in the reader's task, so that it must neither wait nor raise."""

    def quote(self, quote: Quote, received: Moment) -> None:
        """Take a new top of the book.

        It is dated as our clock shows what the venue's showed, or by its receipt where the venue gives no time. A book
        that did not change is not sent again: while its instrument is live, the last quote is the price of now.
        It comes before the instrument is live too, while its subscription is not confirmed.
        """

    def live(self, symbol: str) -> None:
        """Take note that an instrument is streamed from now on: subscription confirmed, and a quote was handed over."""

    def lost(self, symbols: Collection[str], loss: Loss) -> None:
        """Take note that the last quotes of these are not to be believed any more, until they are live again."""


class PriceStream(Protocol):
    """One venue's public quotes, pushed; whatever of them fails is for the poll."""

    @property
    def venue(self) -> Venue:
        """Return the venue whose prices they are."""

    @property
    def name(self) -> str:
        """Return what the stream is called: a venue may have two."""

    @property
    def is_whole_market(self) -> bool:
        """Return whether its quotes are all of a market; on a small part of one (IEX) alone no stop is decided."""

    @property
    def last_received(self) -> Moment | None:
        """Return when the connection last proved that it lives; None without one."""

    def want(self, symbols: Collection[str]) -> None:
        """Set the instruments to be subscribed from now on; those it does not carry are never live."""

    def renew(self, symbols: Collection[str]) -> None:
        """Subscribe anew to instruments that another price of the venue contradicts; until then they are lost."""

    async def run(self, sink: PriceSink) -> None:
        """Connect, subscribe and read until cancelled, and connect again after every fault of the venue's."""
