"""Alerts the owners while their chat cannot be read, and once it can be again."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.telegram.second_poller import SECOND_POLLER, SecondPoller
from engine.clock import Clock
from handlers.render.times import exact_duration

#: Telegram is away for a moment now and then.
ALARM_AFTER_S = 60.0

log = structlog.get_logger(__name__)


class PollingAlarm:
    """Watches the polls: alerts once when none has worked for a while, and once when one does again."""

    def __init__(
        self, *, notify: Callable[[str], object], clock: Clock, second_poller: SecondPoller | None = None
    ) -> None:
        self._notify = notify
        self._second_poller = second_poller or SecondPoller(clock)
        self._clock = clock
        self._since: float | None = None
        self._is_reported = False

    def note_failure(self, why: str, *, requested_s: float = 0.0, kept_s: float | None = None) -> None:
        """Note that a poll failed, for how long Telegram requested a pause, and how much of that is kept."""
        now = self._clock.monotonic()
        if self._since is None:
            self._since = now
        failing_s = now - self._since
        if self._is_reported or failing_s + requested_s < ALARM_AFTER_S:
            return
        self._is_reported = True
        if requested_s:
            self._report_pause(requested_s, kept_s=requested_s if kept_s is None else kept_s)
            return
        log.critical("no poll has worked for a while; guards are watched", why=why)
        self._notify(
            f"NIJA has not heard its chat for {failing_s:.0f} s: {why.rstrip('.')}. Commands and buttons do "
            "nothing meanwhile; guards are watched and exits are carried out."
        )

    def _report_pause(self, requested_s: float, *, kept_s: float) -> None:
        # No poll fails before it is over, so nothing else would alert.
        lasting = exact_duration(timedelta(seconds=requested_s))
        log.critical("telegram asks not to be polled for a while; guards are watched", lasting=lasting)
        self._notify(
            f"Telegram asks NIJA not to read its chat for {lasting}. {_until(requested_s, kept_s)}; "
            "guards are watched, exits are carried out and alerts are sent."
        )

    @property
    def second_poller(self) -> str | None:
        """Return the warning while another process polls with this bot's token; None while none does."""
        return SECOND_POLLER if self._second_poller.is_present else None

    def note_conflict(self) -> None:
        """Note that Telegram names another process with this bot's token; that is reported at once."""
        if self._second_poller.note():
            log.critical("another process polls with this bot's token: both may sell")
            self._notify(SECOND_POLLER)

    def note_success(self) -> None:
        since, self._since = self._since, None
        if since is None or not self._is_reported:
            return
        self._is_reported = False
        failing_s = self._clock.monotonic() - since
        self._notify(
            f"NIJA hears its chat again, after {failing_s:.0f} s; what was written meanwhile is answered now."
        )


def _until(requested_s: float, kept_s: float) -> str:
    if kept_s >= requested_s:
        return "Commands and buttons do nothing until then"
    trying = exact_duration(timedelta(seconds=kept_s))
    return f"That is too long to be meant: it tries again in {trying}. Commands and buttons do nothing until then"
