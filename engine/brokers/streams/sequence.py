"""The numbers of a stream's messages: of one that is missing nobody knows what it held."""

from engine.brokers.parse import MalformedAnswerError, Row
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason


class MessageSequence:
    """Tells the next message from one that comes twice or late, in one series of numbers."""

    def __init__(self, field: str, *, of: str = "") -> None:
        self._field = field
        #: What is numbered, where a connection has several series.
        self._of = of
        self._last: int | None = None
        #: The end of a connection that lost a message; None while none is missing.
        self.gap: StreamEnd | None = None

    def is_next(self, message: Row) -> bool:
        """Return whether a message is the one that follows the last.

        Raises:
            MalformedAnswerError: it has no number.

        """
        number = message.get(self._field)
        if not isinstance(number, int) or isinstance(number, bool):
            what = f"a message of {self._of or 'the stream'} has no {self._field}"
            raise MalformedAnswerError(what)
        expected = number if self._last is None else self._last + 1
        if number > expected:
            self.gap = StreamEnd(Loss(LossReason.GAP, f"{self._of} {number} after {self._last}".lstrip()))
        if number != expected:
            return False
        self._last = number
        return True
