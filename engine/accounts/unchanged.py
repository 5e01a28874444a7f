"""Whether an account has been unchanged for so long that its fills need not be requested."""

from dataclasses import dataclass, replace
from datetime import timedelta

from engine.clock import Moment
from engine.model.holdings import AccountReport

#: How much later than the balance a venue may report its fill.
FILLS_REPORTED_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnchangedSince:
    """Since when an account shows the same."""

    #: The first reading that showed what it holds now, and when it was requested.
    first_alike: AccountReport | None = None
    first_requested_at: Moment | None = None
    #: A reading that left nothing open.
    settled: AccountReport | None = None

    def is_settled(self, report: AccountReport) -> bool:
        """Return whether nothing moved since all was settled; reading fills would cost calls for nothing."""
        return self.settled is not None and self.settled.holds_the_same(report)

    def after(self, report: AccountReport, *, requested_at: Moment, is_clear: bool) -> "UnchangedSince":
        """Return what is known after a reading; `is_clear` is true if it left nothing open by itself."""
        if not is_clear:
            return replace(self, settled=None)
        known, since = self.first_alike, self.first_requested_at
        if known is None or since is None or not known.holds_the_same(report):
            return UnchangedSince(first_alike=report, first_requested_at=requested_at)
        is_old = requested_at - since >= FILLS_REPORTED_WITHIN
        return replace(self, settled=report) if is_old else self


class UnchangedAccounts:
    """Since when each account is unchanged."""

    def __init__(self) -> None:
        self._by_account = dict[str, UnchangedSince]()

    def of(self, account_id: str) -> UnchangedSince:
        """Return since when an account shows the same."""
        return self._by_account.get(account_id, UnchangedSince())

    def put(self, account_id: str, since: UnchangedSince) -> None:
        """Store since when an account shows the same."""
        self._by_account[account_id] = since

    def is_settled(self, report: AccountReport) -> bool:
        """Return whether nothing moved since all that was traded is known."""
        return self.of(report.account.account_id).is_settled(report)
