"""Which instruments of a stream are live: the one place that decides it and reports it, by the venue's names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from engine import wall_time
from engine.brokers.streams.price_stream import Loss, LossReason, PriceSink
from engine.clock import Moment
from engine.model.quotes import Quote

#: A venue confirms at once, or something is wrong.
CONFIRM_WITHIN = timedelta(seconds=5)
#: What was refused or not confirmed is requested again after this, never in a loop.
AGAIN_AFTER = timedelta(seconds=60)
#: Messages overtake each other by less; a venue's clock that was set back is off by more.
LATE_BY = timedelta(seconds=5)


@dataclass(slots=True)
class _Subscription:
    since: Moment
    is_confirmed: bool = False
    #: The last quote that came can be a price.
    is_quoted: bool = False
    last_at: datetime | None = None
    #: Why it is not live, as it was reported last.
    lost: LossReason | None = None

    @property
    def is_live(self) -> bool:
        return self.is_confirmed and self.is_quoted

    @property
    def is_answered(self) -> bool:
        return self.is_confirmed or self.lost is LossReason.REFUSED


class Subscriptions:
    """Confirmed and quoted is live; anything else is lost, and each change is reported once."""

    def __init__(self, sink: PriceSink) -> None:
        self._sink = sink
        self._subscriptions: dict[str, _Subscription] = {}
        #: Why those are lost that have no subscription now.
        self._lost: dict[str, LossReason] = {}

    @property
    def known(self) -> frozenset[str]:
        """Return what is subscribed, confirmed or not."""
        return frozenset(self._subscriptions)

    def knows(self, name: object) -> bool:
        """Return whether something is the name of what is subscribed."""
        return isinstance(name, str) and name in self._subscriptions

    def subscribe(self, names: Iterable[str], now: Moment) -> None:
        """Take note that the venue was requested to send these."""
        for name in names:
            before = self._subscriptions.get(name)
            lost = before.lost if before else self._lost.pop(name, None)
            self._subscriptions[name] = _Subscription(since=now, lost=lost)

    def confirm(self, names: Iterable[str]) -> None:
        """Take note that the venue sends these."""
        for name in names:
            subscription = self._subscriptions.get(name)
            if subscription is not None and not subscription.is_confirmed:
                subscription.is_confirmed = True
                self._report_live(name, subscription)

    def refuse(self, names: Iterable[str], message: str) -> None:
        """Take note that the venue does not send these."""
        for name in names:
            if subscription := self._subscriptions.get(name):
                self._report_lost(name, subscription, Loss(LossReason.REFUSED, message))
                subscription.is_confirmed = False

    def quote(self, quote: Quote, received: Moment, *, venue_at: datetime | None) -> None:
        """Hand a quote over, unless nobody subscribed it, it is late, or it is no price."""
        subscription = self._subscriptions.get(quote.symbol)
        if subscription is None or _is_late(venue_at, subscription.last_at):
            return
        subscription.last_at = venue_at
        if quote.sides is None:
            loss = Loss(LossReason.UNQUOTED, f"bid {quote.bid}, ask {quote.ask}")
            self._report_lost(quote.symbol, subscription, loss)
            subscription.is_quoted = False
            return
        self._sink.quote(quote, received)
        if not subscription.is_quoted:
            subscription.is_quoted = True
            self._report_live(quote.symbol, subscription)

    def end(self, names: Iterable[str], loss: Loss) -> None:
        """Take note that these are not subscribed, and report why; the same reason is not reported twice."""
        lost = []
        for name in names:
            subscription = self._subscriptions.pop(name, None)
            is_live, before = (
                (subscription.is_live, subscription.lost) if subscription else (False, self._lost.get(name))
            )
            self._lost[name] = loss.reason
            if is_live or before is not loss.reason:
                lost.append(name)
        if lost:
            self._sink.lost(lost, loss)

    def forget(self, names: Iterable[str]) -> None:
        """Drop what nobody wants any more."""
        forgotten = list(names)
        self.end(forgotten, Loss(LossReason.UNWANTED))
        for name in forgotten:
            del self._lost[name]

    def unanswered(self) -> frozenset[str]:
        """Return what the venue has neither confirmed nor refused."""
        return frozenset(name for name, one in self._subscriptions.items() if not one.is_answered)

    def report_overdue(self, now: Moment) -> None:
        """Report what should have been confirmed by now; it still may be."""
        for name in self.unanswered():
            subscription = self._subscriptions[name]
            if now - subscription.since > CONFIRM_WITHIN:
                self._report_lost(name, subscription, Loss(LossReason.UNCONFIRMED))

    def to_request_again(self, now: Moment) -> frozenset[str]:
        """Return what was refused, or not confirmed, long enough ago to be requested again."""
        return frozenset(
            name
            for name, one in self._subscriptions.items()
            if not one.is_confirmed and now - one.since > AGAIN_AFTER
        )

    def _report_lost(self, name: str, subscription: _Subscription, loss: Loss) -> None:
        if subscription.is_live or subscription.lost is not loss.reason:
            subscription.lost = loss.reason
            self._sink.lost([name], loss)

    def _report_live(self, name: str, subscription: _Subscription) -> None:
        if subscription.is_live:
            subscription.lost = None
            self._sink.live(name)


def _is_late(at: datetime | None, last_at: datetime | None) -> bool:
    """Return whether a quote was overtaken by a newer one on its way."""
    if at is None or last_at is None:
        return False
    return wall_time.is_before(at, last_at) and not wall_time.is_before(at, last_at - LATE_BY)
