"""Notices from outside the event loop that it hangs, tells the owners, and at last ends the process."""

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
#: EX_SOFTWARE, so that the log of the supervisor tells a hang from a refusal to start.
EXIT_CODE = 70
LOOK_EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Watchdog:
    """A thread that wants to hear from the loop."""

    def __init__(
        self,
        *,
        tell: Callable[[str], object],
        monotonic: Callable[[], float] = time.monotonic,
        dump: Callable[[], None] = lambda: faulthandler.dump_traceback(file=sys.stderr),
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._tell = tell
        self._monotonic = monotonic
        self._dump = dump
        self._end = end
        self._heard = monotonic()
        self._alarmed = False
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self.beat()
        self._thread.start()

    def beat(self) -> None:
        """Tell that the loop turns."""
        self._heard = self._monotonic()

    def look(self) -> None:
        """Alarm once when the loop is silent, and end the process when it stays so."""
        silent_s = self._monotonic() - self._heard
        if silent_s < ALARM_AFTER_S:
            self._give_the_all_clear()
            return
        if not self._alarmed:
            self._alarm(silent_s)
        if silent_s >= EXIT_AFTER_S:
            self._end(EXIT_CODE)

    def _alarm(self, silent_s: float) -> None:
        self._alarmed = True
        log.critical("the event loop hangs: nothing is guarded now", silent_s=round(silent_s, 1))
        self._tell(
            f"NIJA hangs since {silent_s:.0f} s: nothing is guarded now. If that lasts, it ends itself after "
            f"{EXIT_AFTER_S:.0f} s for systemd or the container to start it anew."
        )
        self._dump()

    def _give_the_all_clear(self) -> None:
        if self._alarmed:
            self._alarmed = False
            log.warning("the event loop turns again")
            self._tell("NIJA goes on: the hang is over and guards are watched again.")

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            self.look()
