"""One client's connection to the private stream of an account: it shows what the account's ledger does."""

from abc import abstractmethod
from collections.abc import Callable, Sequence

from engine.brokers.paper.ledger import Entry, Ledger
from engine.brokers.paper.ledger.change import Change
from sandbox.streams.session import Session, Surroundings
from sandbox.streams.wire import Wire


class AccountSession(Session):
    """Prices are none of its news."""

    def __init__(self, wire: Wire, around: Surroundings) -> None:
        super().__init__(wire, around)
        self._stop: Callable[[], None] | None = None

    def follow(self, ledger: Ledger) -> None:
        """Show what a ledger does from now on, once."""
        if self._stop is None:
            self._stop = ledger.listen(self._note)

    @abstractmethod
    def show(self, change: Change, entries: Sequence[Entry]) -> None:
        """Send what a change is told by."""

    def push(self) -> None:
        """Send nothing: a price is no news of an account."""

    def ended(self, *, in_order: bool) -> None:
        """Follow the ledger no more."""
        super().ended(in_order=in_order)
        if self._stop is not None:
            self._stop()

    def _note(self, change: Change, entries: Sequence[Entry]) -> None:
        if not self.around.faults.stalls:
            self.show(change, entries)
