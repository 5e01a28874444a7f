"""Tells the owners that their chat is not heard, and that it is again."""

from collections.abc import Callable
from datetime import timedelta

import structlog

from bot.rival import RIVAL, Rival
from engine.clock import Clock
from handlers.render.times import exact_duration

#: Telegram is away for a moment now and then.
DEAF_AFTER_S = 60.0

log = structlog.get_logger(__name__)


class Hearing:
    """Listens to polls, and speaks once when none has worked for a while and once when one does again."""

    def __init__(self, *, tell: Callable[[str], object], clock: Clock, rival: Rival | None = None) -> None:
        self._tell = tell
        self._rival = rival or Rival(clock)
        self._clock = clock
        self._since: float | None = None
        self._is_told = False

    def fails(self, why: str, *, asked_s: float = 0.0, kept_s: float | None = None) -> None:
        """Note that a poll failed, for how long Telegram asked not to be polled again, and how much of that is kept."""
        now = self._clock.monotonic()
        if self._since is None:
            self._since = now
        deaf_s = now - self._since
        if self._is_told or deaf_s + asked_s < DEAF_AFTER_S:
            return
        self._is_told = True
        if asked_s:
            self._tell_pause(asked_s, kept_s=asked_s if kept_s is None else kept_s)
            return
        log.critical("the chat has not been heard for a while; guards are watched", why=why)
        self._tell(
            f"NIJA has not heard its chat for {deaf_s:.0f} s: {why.rstrip('.')}. Commands and buttons do "
            "nothing meanwhile; guards are watched and exits are carried out."
        )

    def _tell_pause(self, asked_s: float, *, kept_s: float) -> None:
        # Until it is over no poll fails: nothing would tell it later.
        lasting = exact_duration(timedelta(seconds=asked_s))
        log.critical("telegram asks not to be polled for a while; guards are watched", lasting=lasting)
        self._tell(
            f"Telegram asks NIJA not to read its chat for {lasting}. {_until(asked_s, kept_s)}; "
            "guards are watched, exits are carried out and alerts are sent."
        )

    @property
    def rival(self) -> str | None:
        """Return what to say while another process polls with this bot's token; None while none does."""
        return RIVAL if self._rival.is_around else None

    def conflicts(self) -> None:
        """Note that Telegram names another process with this bot's token; that is told at once."""
        if self._rival.note():
            log.critical("another process polls with this bot's token: both may sell")
            self._tell(RIVAL)

    def works(self) -> None:
        """Note that a poll worked."""
        since, self._since = self._since, None
        if since is None or not self._is_told:
            return
        self._is_told = False
        deaf_s = self._clock.monotonic() - since
        self._tell(
            f"NIJA hears its chat again, after {deaf_s:.0f} s; what was written meanwhile is answered now."
        )


def _until(asked_s: float, kept_s: float) -> str:
    if kept_s >= asked_s:
        return "Commands and buttons do nothing until then"
    trying = exact_duration(timedelta(seconds=kept_s))
    return f"That is too long to be meant: it tries again in {trying}. Commands and buttons do nothing until then"
