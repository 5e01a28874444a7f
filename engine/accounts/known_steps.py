"""How long ago the steps of our orders were written down, by the steady clock: their stored times may be wrong."""

import sys
from datetime import timedelta

from engine.clock import Moment

#: Older steps need not be distinguished.
_KEPT_FOR = timedelta(hours=2)


class KnownSteps:
    """Remembers which step was the last one at moments of this process."""

    def __init__(self) -> None:
        self._noted: list[tuple[Moment, int]] = []
        #: The last step of earlier processes; before anything was noted every step may be of one.
        self.first = sys.maxsize

    def note(self, step: int, now: Moment) -> None:
        """Remember that a step is the last one now."""
        if not self._noted:
            self.first = step
        if not self._noted or step > self._noted[-1][1]:
            self._noted.append((now, step))
        while len(self._noted) > 1 and now - self._noted[1][0] > _KEPT_FOR:
            del self._noted[0]

    def at(self, then: Moment) -> int | None:
        """Return the last step that is known to have been written by a moment; None before the first note."""
        return next((step for noted, step in reversed(self._noted) if noted <= then), None)
