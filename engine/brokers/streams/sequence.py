"""The numbers of Coinbase's messages, over all channels of a connection: of one that is missing nobody knows what it held."""

from engine.brokers.parse import MalformedAnswerError, Row
from engine.brokers.streams.conversation import StreamEnd
from engine.brokers.streams.price_stream import Loss, LossReason


class StreamSequence:
    """Tells the next message from one that comes twice or late."""

    def __init__(self) -> None:
        self._last: int | None = None
        #: The end of a connection that lost a message; None while none is missing.
        self.gap: StreamEnd | None = None

    def is_next(self, message: Row) -> bool:
        """Return whether a message is the one that follows the last.

        Raises:
            MalformedAnswerError: it has no number.

        """
        number = message.get("sequence_num")
        if not isinstance(number, int) or isinstance(number, bool):
            what = "a message has no sequence_num"
            raise MalformedAnswerError(what)
        expected = number if self._last is None else self._last + 1
        if number > expected:
            self.gap = StreamEnd(Loss(LossReason.GAP, f"{number} after {self._last}"))
        if number != expected:
            return False
        self._last = number
        return True
