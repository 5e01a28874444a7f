"""The latest raw reading of each account, whoever made it."""

from datetime import datetime

from engine.positions import AccountReport


class Reports:
    """Keeps the newest report of each account."""

    def __init__(self) -> None:
        self._latest: dict[str, AccountReport] = {}

    def keep(self, report: AccountReport) -> None:
        """Remember a reading unless a later one is known."""
        known = self._latest.get(report.account.account_id)
        if known is None or known.at <= report.at:
            self._latest[report.account.account_id] = report

    def latest(self, account_id: str) -> AccountReport | None:
        """Return the latest reading."""
        return self._latest.get(account_id)

    def newer_than(self, account_id: str, at: datetime) -> AccountReport | None:
        """Return the latest reading if it was made at `at` or later."""
        report = self._latest.get(account_id)
        return report if report is not None and report.at >= at else None
