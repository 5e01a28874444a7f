"""When a request left this machine, as opposed to when it was put into its key's queue."""

from engine.clock import Clock, Moment, moment


class Departure:
    """When a request left, which may be long after it was put into the key's queue."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.at: Moment = moment(clock)

    def note(self) -> None:
        """Note that the request leaves now; one that is repeated left when it did so last."""
        self.at = moment(self._clock)
