"""One client's connection to a stream, as its venue talks: subclasses greet, answer and push news."""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.market import Market
from sandbox.streams.stream_faults import StreamFaults
from sandbox.streams.wire import Wire


class ClosedError(Exception):
    """The venue ends the connection with this code."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What every session of an endpoint reads."""

    market: Market
    faults: StreamFaults
    #: the venue's clock, and steady seconds
    now: Callable[[], float]
    monotonic: Callable[[], float]


class Session(ABC):
    """From the first message to the last; `receive` and `beat` may raise ClosedError."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        self.wire = wire
        self.around = around
        self.opened_s = self.received_s = self.sent_s = around.monotonic()
        self._withheld: list[Callable[[], None]] = []

    @abstractmethod
    def greet(self) -> None:
        """Send the first message."""

    @abstractmethod
    def receive(self, text: str) -> None:
        """Answer a message."""

    @abstractmethod
    def push(self) -> None:
        """Send the prices that changed."""

    @abstractmethod
    def beat(self) -> None:
        """Do what is due; called each second."""

    def ended(self, *, in_order: bool) -> None:
        """Take note that the client is gone, with a closing handshake or without."""
        del in_order

    def send(self, message: object, *, is_news: bool = False) -> None:
        """Send a message."""
        self.sent_s = self.around.monotonic()
        self.wire.send(message, is_news=is_news)

    def confirm(self, send: Callable[[], None]) -> None:
        """Call what sends a confirmation, now or when it is withheld no more."""
        if self.around.faults.withholds_confirmations:
            self._withheld.append(send)
        else:
            send()

    def release(self) -> None:
        """Send the confirmations that were withheld."""
        for send in self._withheld:
            send()
        self._withheld.clear()
