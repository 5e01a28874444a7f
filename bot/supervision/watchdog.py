"""Notices from outside the event loop that it hangs, alerts the owners, and at last ends the process."""

import faulthandler
import os
import sys
import threading
import time
from collections.abc import Callable

import structlog

#: A loop that did not turn for so long guards nothing.
ALARM_AFTER_S = 15.0
#: After so long the process ends, for systemd or the container to start it anew.
EXIT_AFTER_S = 60.0
#: EX_SOFTWARE, so that the supervisor's log distinguishes a hang from a refusal to start.
EXIT_CODE = 70
LOOK_EVERY_S = 1.0
#: A watchdog that itself did not look for longer was stopped with the whole process: the loop is not to blame.
LONGEST_LOOK_S = 3.0

log = structlog.get_logger(__name__)


def seconds_with_sleep() -> float:
    """Return a clock that nobody can set and that runs on while the machine sleeps, where there is one."""
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


class Watchdog:
    """A thread that checks that the loop turns; the loop in its turn restarts the thread."""

    def __init__(
        self,
        *,
        notify: Callable[[str], object],
        monotonic: Callable[[], float] = seconds_with_sleep,
        dump: Callable[[], None] = lambda: faulthandler.dump_traceback(file=sys.stderr),
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._notify = notify
        self._monotonic = monotonic
        self._dump = dump
        self._end = end
        self._beats = 0
        self._beats_seen = 0
        self._looked_at = monotonic()
        self._silent_s = 0.0
        self._alarmed = False
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to watch."""
        self.beat()
        self._looked_at = self._monotonic()
        self._begin()

    def beat(self) -> None:
        """Record that the loop turns, and restart the thread where it has ended."""
        self._beats += 1
        if self._thread and not self._thread.is_alive() and not self._stopped.is_set():
            log.critical("the watchdog ended by itself and begins anew")
            self._begin()

    def look(self) -> None:
        """Alarm once when the loop is silent, and end the process when it stays so."""
        away_s = self._note_look()
        if away_s >= ALARM_AFTER_S:
            self._report_standstill(away_s)
        if self._silent_s < ALARM_AFTER_S:
            self._report_recovery()
            return
        if not self._alarmed:
            self._alarm(self._silent_s)
        if self._silent_s >= EXIT_AFTER_S:
            self._end(EXIT_CODE)

    def stop(self) -> None:
        self._stopped.set()
        if self._thread and self._thread.is_alive():
            self._thread.join()

    def _note_look(self) -> float:
        """Return how long the whole process stood still; little of that counts as the loop's silence."""
        now, beats = self._monotonic(), self._beats
        since_s, self._looked_at = now - self._looked_at, now
        stood_still = since_s > LONGEST_LOOK_S
        if beats != self._beats_seen:
            self._beats_seen, self._silent_s = beats, 0.0
        else:
            self._silent_s += min(since_s, LONGEST_LOOK_S)
        return since_s if stood_still else 0.0

    def _report_standstill(self, away_s: float) -> None:
        log.critical("the whole process stood still: nothing was guarded", away_s=round(away_s, 1))
        self._notify(
            f"NIJA stood still for {away_s:.0f} s, because its process was stopped or the machine slept: nothing was "
            "guarded in that time. It goes on now; orders that were in flight are settled with the venue."
        )

    def _alarm(self, silent_s: float) -> None:
        self._alarmed = True
        log.critical("the event loop hangs: nothing is guarded now", silent_s=round(silent_s, 1))
        self._notify(
            f"NIJA hangs since {silent_s:.0f} s: nothing is guarded now. If that lasts, it ends itself after "
            f"{EXIT_AFTER_S:.0f} s for systemd or the container to start it anew."
        )
        self._dump()

    def _report_recovery(self) -> None:
        if self._alarmed:
            self._alarmed = False
            log.warning("the event loop turns again")
            self._notify("NIJA goes on: the hang is over and guards are watched again.")

    def _begin(self) -> None:
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            try:
                self.look()
            except (
                Exception
            ):  # the edge of the thread: whatever fails while reporting, the next check must come
                log.exception("the watchdog could not do all it wanted")
