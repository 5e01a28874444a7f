"""How a client talks over an account's private stream: live once every channel is confirmed."""

from abc import abstractmethod
from collections.abc import Callable, Iterable
from datetime import timedelta

from engine.brokers.parse import Row, as_row
from engine.brokers.streams.account_stream import AccountSink
from engine.brokers.streams.conversation import Conversation, StreamEnd
from engine.brokers.streams.message_json import read_message
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Moment
from engine.redaction import Redactor

#: A venue confirms at once, or something is wrong.
LIVE_WITHIN = timedelta(seconds=10)
#: What was refused is requested again after this, never in a loop.
REFUSED_REST_S = 60.0
#: What a key may not do now it may do when its owner has changed it.
PERMISSION_REST_S = 300.0


class AccountConversation(Conversation):
    """The protocol spoken on one connection about one account."""

    def __init__(
        self, sink: AccountSink, redact: Callable[[str], str], *, steps: Iterable[str], secrets: Iterable[str]
    ) -> None:
        # What opens the stream is in no setting.
        own = Redactor(secrets)
        super().__init__(lambda text: own.text(redact(text)))
        self.sink = sink
        #: What has to come before everything is pushed.
        self._missing = set(steps)
        self._is_live = False
        self._since: Moment | None = None

    @abstractmethod
    def greet(self) -> Iterable[object]:
        """Return what is to be sent first."""

    @abstractmethod
    def read(self, message: Row) -> Iterable[object]:
        """Read a message and return what is to be sent."""

    def receive(self, text: str | bytes, now: Moment) -> Iterable[object]:
        """Read a message, whatever frame it came in; none of them is as old as a price may be."""
        del now
        return self.read(as_row(read_message(text), "message"))

    def check_overdue(self, now: Moment) -> Iterable[object]:
        """Give a connection up that is not live in time."""
        self._since = self._since or now
        if self._missing and now - self._since > LIVE_WITHIN:
            missing = ", ".join(sorted(self._missing))
            self.end = StreamEnd(Loss(LossReason.UNCONFIRMED, missing), REFUSED_REST_S)
        return ()

    def arrived(self, step: str) -> None:
        """Take note of a step; with the last one the account is live."""
        self._missing.discard(step)
        if not self._missing and not self._is_live:
            self._is_live = True
            self.sink.live()

    def refuse(self, message: object, reason: LossReason = LossReason.REFUSED) -> None:
        """Give the connection up at a refusal, in the venue's own text."""
        rest_s = PERMISSION_REST_S if reason is LossReason.NOT_PERMITTED else REFUSED_REST_S
        self.end = StreamEnd(Loss(reason, self.text(message)), rest_s)
