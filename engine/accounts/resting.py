"""When an account has rested for so long that its fills need not be asked for."""

from dataclasses import dataclass, replace
from datetime import timedelta

from engine.clock import Moment
from engine.model.holdings import AccountReport

#: A venue may tell of a fill later than of what it left.
FILLS_TOLD_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """Since when an account shows the same."""

    #: The first reading that showed what it holds now, and when it was asked for.
    first_alike: AccountReport | None = None
    first_asked: Moment | None = None
    #: A reading that left nothing open.
    settled: AccountReport | None = None

    def is_known(self, report: AccountReport) -> bool:
        """Tell whether nothing moved since all was settled; reading fills would cost calls for nothing."""
        return self.settled is not None and self.settled.holds_the_same(report)

    def after(self, report: AccountReport, *, asked: Moment, is_clear: bool) -> "Rest":
        """Return what is known after a reading; `is_clear` says that it left nothing open by itself."""
        if not is_clear:
            return replace(self, settled=None)
        known, since = self.first_alike, self.first_asked
        if known is None or since is None or not known.holds_the_same(report):
            return Rest(first_alike=report, first_asked=asked)
        is_old = asked - since >= FILLS_TOLD_WITHIN
        return replace(self, settled=report) if is_old else self


class Rests:
    """Keeps it for every account."""

    def __init__(self) -> None:
        self._by_account = dict[str, Rest]()

    def of(self, account_id: str) -> Rest:
        """Return since when an account shows the same."""
        return self._by_account.get(account_id, Rest())

    def put(self, account_id: str, rest: Rest) -> None:
        """Replace it."""
        self._by_account[account_id] = rest

    def is_known(self, report: AccountReport) -> bool:
        """Tell whether nothing moved since all that was traded is known."""
        return self.of(report.account.account_id).is_known(report)
