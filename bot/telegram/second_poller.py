"""Whether another process polls with this bot's token: it may be a second NIJA that guards the same positions."""

from engine.clock import Clock

#: Two that poll in turn refuse each other every few seconds; one refusal may be of our own poll before a restart.
LASTS_S = 60.0
#: Between two alerts to the owners while it goes on.
REMIND_S = 600.0
#: After a start nobody knows for so long that there is none.
KNOWN_AFTER_S = 60.0

SECOND_POLLER = "Another NIJA answers with this bot's token. Stop one of them: both may sell."


class SecondPoller:
    """Remembers when Telegram last reported one."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._started_s = clock.monotonic()
        self._seen_s: float | None = None
        self._reported_s: float | None = None

    @property
    def is_present(self) -> bool:
        """Return whether there is one, by the polls of the last minute."""
        return self._seen_s is not None and self._clock.monotonic() - self._seen_s < LASTS_S

    @property
    def is_ruled_out(self) -> bool:
        """Return whether there is none: Telegram had the time to report it, and did not."""
        return not self.is_present and self._clock.monotonic() - self._started_s >= KNOWN_AFTER_S

    def note(self) -> bool:
        """Note that Telegram reports one; True when the owners have to be alerted (again)."""
        now_s, was_around = self._clock.monotonic(), self.is_present
        self._seen_s = now_s
        if was_around and self._reported_s is not None and now_s - self._reported_s < REMIND_S:
            return False
        self._reported_s = now_s
        return True
