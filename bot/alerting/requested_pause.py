"""The pause that an address of the owner's requested with its last answer."""

from math import inf

from bot.alerting.http_call import HttpCallError
from engine.clock import Clock


class RequestedPause:
    """Keeps for how long nothing is sent to one address."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        #: Until when, by the steady clock, and after which answer.
        self._until_s, self._answer = -inf, ""

    @property
    def left_s(self) -> float:
        """Return how much of it is left; 0 once it is over."""
        return max(0.0, self._until_s - self._clock.monotonic())

    def take(self, failed: HttpCallError) -> None:
        """Begin the pause that a failed request was answered with, if it was."""
        pause_s = failed.retry_after.pause_s(self._clock.now()) if failed.retry_after else None
        if pause_s is not None:
            self._until_s, self._answer = self._clock.monotonic() + pause_s, str(failed)

    def raise_while_on(self) -> None:
        """Raise while nothing may be sent.

        Raises:
            HttpCallError: which answer requested the pause, and how much of it is left.

        """
        if self.left_s > 0:
            raise HttpCallError(f"{self._answer} and asked for a pause; {self.left_s:.0f} s of it left")
