"""Which alerts this process holds back, by its steady clock; all others may leave at once."""

from collections.abc import Collection
from dataclasses import dataclass

from engine.alerts.batches import Batch
from engine.clock import Clock


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pause:
    chat_id: int
    until_s: float
    #: False where it is not the way to the chat that is waited for.
    may_end: bool


class AlertPauses:
    """Holds alerts back after a failed send.

    Nothing of it is stored: the time of day at which an earlier process would have tried again may come late or
    never where the clock was wrong, and trying at once after a start costs no more than one refusal.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pauses: dict[int, _Pause] = {}

    def hold(self, batch: Batch, after_s: float, *, may_end: bool = True) -> None:
        """Keep alerts from leaving for some seconds, or until their chat can be reached if that may end it."""
        until_s = self._clock.monotonic() + after_s
        for alert in batch.alerts:
            self._pauses[alert.alert_id] = _Pause(chat_id=alert.chat_id, until_s=until_s, may_end=may_end)

    def end(self, chats: Collection[int]) -> None:
        """Let what waits for these chats leave at once."""
        self._pauses = {
            number: one for number, one in self._pauses.items() if one.chat_id not in chats or not one.may_end
        }

    def held(self) -> frozenset[int]:
        """Return the alerts that have to wait now."""
        now_s = self._clock.monotonic()
        self._pauses = {number: one for number, one in self._pauses.items() if one.until_s > now_s}
        return frozenset(self._pauses)
