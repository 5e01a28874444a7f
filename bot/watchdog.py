"""Notices from outside the event loop that it hangs, says where, and at last ends the process."""

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
        monotonic: Callable[[], float] = time.monotonic,
        dump: Callable[[], None] = lambda: faulthandler.dump_traceback(file=sys.stderr),
        end: Callable[[int], object] = os._exit,
    ) -> None:
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
            self._alarmed = False
            return
        if not self._alarmed:
            self._alarmed = True
            log.critical("the event loop hangs: nothing is guarded now", silent_s=round(silent_s, 1))
            self._dump()
        if silent_s >= EXIT_AFTER_S:
            self._end(EXIT_CODE)

    def stop(self) -> None:
        """Stop watching."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def _watch(self) -> None:
        while not self._stopped.wait(LOOK_EVERY_S):
            self.look()
