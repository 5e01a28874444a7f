"""Which prices a venue pushes now, and why and since when it does not push the others."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment

#: What a whole connection is lost by, half open ones included. Anything else is an instrument's own matter, and of a
#: market that is shut nothing is pushed.
_OF_CONNECTION = frozenset(
    {
        LossReason.DISCONNECTED,
        LossReason.SILENT,
        LossReason.UNCONFIRMED,
        LossReason.UNREADABLE,
        LossReason.KEY_REJECTED,
        LossReason.BANNED,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotLive:
    """Why and since when a wanted instrument is not streamed."""

    since: Moment
    #: None until something was wrong: what does not move is not pushed.
    loss: Loss | None = None

    @property
    def is_disconnected(self) -> bool:
        """Return whether its stream has no connection that answers."""
        return self.loss is not None and self.loss.reason in _OF_CONNECTION


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStatus:
    """Which of the wanted instruments a venue pushes now."""

    #: Whether it has a stream at all; without one everything is polled as its owner wished.
    has_stream: bool
    live: frozenset[str] = frozenset()
    polled: Mapping[str, NotLive] = field(default_factory=dict)
