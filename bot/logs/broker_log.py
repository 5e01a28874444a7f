"""A line in the log when a broker begins to answer, stops to, or refuses its key: the chat may be out of reach."""

import structlog

from engine.accounts.reader import AccountReader
from engine.model.errors import BrokerError, KeyRejectedError
from engine.model.venues import Account

log = structlog.get_logger(__name__)


class BrokerLog:
    """Looks at every account now and then and writes down what has changed."""

    def __init__(self, reader: AccountReader) -> None:
        self._reader = reader
        #: The kind of error of each account that was read; None for a good answer.
        self._known: dict[str, type[BrokerError] | None] = {}

    async def log_changes(self) -> None:
        """Write a line for each account whose answer is of another kind than before."""
        for account in self._reader.accounts():
            error = self._reader.error(account)
            if error is None and not self._reader.state(account).connected:
                continue
            kind = type(error) if error else None
            if self._known.get(account.account_id, BaseException) is not kind:
                self._known[account.account_id] = kind
                _log_change(account, error)


def _log_change(account: Account, error: BrokerError | None) -> None:
    broker = account.venue.label
    match error:
        case None:
            log.info("a broker answers", broker=broker)
        case KeyRejectedError():
            log.error("a broker refuses its key; see `nija doctor`", broker=broker, why=error.message)
        case _:
            log.warning("a broker does not answer", broker=broker, why=error.message)
