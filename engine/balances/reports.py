"""The latest raw reading of each account, whoever made it."""

from datetime import datetime

from engine.positions import AccountReport


class Reports:
    """Keeps the newest report of each account."""

    def __init__(self) -> None:
        self._latest: dict[str, AccountReport] = {}
        self._changed_at: dict[str, datetime] = {}

    def keep(self, report: AccountReport) -> None:
        """Remember a reading unless a later one is known."""
        known = self._latest.get(report.account.account_id)
        if known is None or known.at <= report.at:
            self._latest[report.account.account_id] = report

    def outdate(self, account_id: str, *, at: datetime) -> None:
        """Note that an account changed: readings made until then are not fresh any more."""
        self._changed_at[account_id] = at

    def is_outdated(self, account_id: str) -> bool:
        """Tell whether an account has changed since it was last read."""
        report, changed_at = self._latest.get(account_id), self._changed_at.get(account_id)
        return changed_at is not None and (report is None or report.at <= changed_at)

    def latest(self, account_id: str) -> AccountReport | None:
        """Return the latest reading."""
        return self._latest.get(account_id)

    def newer_than(self, account_id: str, at: datetime) -> AccountReport | None:
        """Return the latest reading if it was made at `at` or later, and after the account last changed."""
        report = self._latest.get(account_id)
        if report is None or report.at < at:
            return None
        return None if self.is_outdated(account_id) else report
