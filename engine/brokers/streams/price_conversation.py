"""How a client talks about prices over one connection: what it subscribes to, and what of it is live."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.brokers.streams.conversation import Conversation
from engine.brokers.streams.price_stream import Loss
from engine.brokers.streams.subscriptions import Subscriptions
from engine.clock import Moment
from engine.model.quotes import Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class ParsedMessage:
    """What a conversation reads with: where it reports, the venue's clock, what is secret."""

    subscriptions: Subscriptions
    #: How far the venue's clock is ahead of ours.
    ahead: Callable[[], timedelta]
    #: Takes every secret out of a venue's text.
    redact: Callable[[str], str]


class PriceConversation(Conversation):
    """The protocol spoken on one connection about prices, in the venue's names of instruments."""

    #: False while the venue takes no subscription yet.
    is_ready = True

    def __init__(self, reading: ParsedMessage) -> None:
        super().__init__(reading.redact)
        self.subscriptions = reading.subscriptions
        self._reading = reading
        self._wanted: frozenset[str] = frozenset()

    # what a venue defines

    @abstractmethod
    def subscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return what subscribes to these."""

    @abstractmethod
    def unsubscribe(self, names: Sequence[str]) -> Iterable[object]:
        """Return what ends these subscriptions."""

    # what all share

    def want(self, names: Iterable[str], now: Moment) -> Iterable[object]:
        """Return what makes the subscriptions what is wanted now."""
        self._wanted = frozenset(names)
        return self.catch_up(now)

    def renew(self, names: Collection[str], loss: Loss, now: Moment) -> list[object]:
        """Return what ends some subscriptions and begins them anew."""
        known = self.subscriptions.known.intersection(names)
        self.subscriptions.end(known, loss)
        return [*self._unsubscribe(known), *self.catch_up(now)]

    def catch_up(self, now: Moment) -> list[object]:
        """Return what is to be sent for the difference between what is wanted and what is subscribed."""
        if not self.is_ready:
            return []
        known = self.subscriptions.known
        over, new = known - self._wanted, self._wanted - known
        self.subscriptions.forget(over)
        self.subscriptions.subscribe(new, now)
        return [*self._unsubscribe(over), *self._subscribe(new)]

    def check_overdue(self, now: Moment) -> Iterable[object]:
        """Report what is overdue, and return what subscribes to what was refused or not confirmed some time ago."""
        self.subscriptions.report_overdue(now)
        again = self.subscriptions.to_request_again(now)
        self.subscriptions.subscribe(again, now)
        return self._subscribe(again)

    def refuse(self, names: Iterable[str], message: object) -> None:
        """Report that the venue refused subscriptions, in its own text."""
        self.subscriptions.refuse(names, self.text(message))

    def known_names(self, names: Iterable[object]) -> list[str]:
        """Return those of the names that are subscribed, whatever a message holds instead of names."""
        return [str(name) for name in names if self.subscriptions.knows(name)]

    def hand_over(
        self,
        name: str,
        sides: tuple[Decimal | None, Decimal | None, Decimal | None, Decimal | None],
        venue_at: datetime | None,
        now: Moment,
    ) -> None:
        """Make a quote of bid, ask and their quantities, dated as our clock shows what the venue's did."""
        bid, ask, bid_quantity, ask_quantity = sides
        quote = Quote(
            symbol=name,
            bid=bid,
            ask=ask,
            bid_quantity=bid_quantity,
            ask_quantity=ask_quantity,
            at=now.at if venue_at is None else venue_at - self._reading.ahead(),
        )
        self.subscriptions.quote(quote, now, venue_at=venue_at)

    def _subscribe(self, names: Collection[str]) -> Iterable[object]:
        return self.subscribe(sorted(names)) if names else ()

    def _unsubscribe(self, names: Collection[str]) -> Iterable[object]:
        return self.unsubscribe(sorted(names)) if names else ()
