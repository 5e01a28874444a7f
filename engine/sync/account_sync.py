"""After each reading of an account: learn its fills, keep its guards true, and ask about what is new."""

from engine.accounts.history import Histories
from engine.accounts.outages import OutageMonitor, ReadingKind
from engine.accounts.reports import Reports
from engine.exits.late_fills import LateFills
from engine.guards.resting import Rest
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.movements import concerns
from engine.model.orders import Fill
from engine.model.venues import Account
from engine.offers.onboarding import Onboarding
from engine.orders.unreported import lacks_fills
from engine.storage.database import Database
from engine.sync.reconciler import GuardReconciler
from engine.sync.unattributed_trades import UnattributedTrades


class AccountSync:
    """Runs after every successful snapshot of an account."""

    def __init__(
        self,
        *,
        reconciler: GuardReconciler,
        reports: Reports,
        histories: Histories,
        onboarding: Onboarding,
        outages: OutageMonitor,
        late_fills: LateFills,
        unattributed_trades: UnattributedTrades,
        database: Database,
    ) -> None:
        self._reconciler = reconciler
        self._reports = reports
        self._histories = histories
        self._onboarding = onboarding
        self._outages = outages
        self._late_fills = late_fills
        self._unattributed_trades = unattributed_trades
        self._database = database
        #: By account: fills of assets of which the venue did not tell yet whether an order of ours filled late.
        self._unbooked: dict[str, tuple[Fill, ...]] = {}
        self._rests: dict[str, Rest] = {}

    async def after_reading(self, account: Account) -> None:
        """Bring fills, questions and guards up to date with an account's latest report."""
        report, asked = self._reports.latest(account.account_id), self._reports.asked(account.account_id)
        if report is None or asked is None:
            return
        if self._rest(account).is_known(report) and await self._reconciler.was_seen(report):
            # Nothing is missing of them, whether they could be read or not.
            await self._outages.note(account, ReadingKind.PAST_TRADES, None)
            return
        try:
            new = await self._catch_up(account)
        except BrokerError as e:
            # Without the fills a change could not be told from a sale; the next reading tries again.
            await self._outages.note(account, ReadingKind.PAST_TRADES, e)
            return
        await self._outages.note(account, ReadingKind.PAST_TRADES, None)
        if new is None:
            # So it is while some of the new ones are still to be read.
            return
        untold = await self._find_late_fills(account, report, new)
        await self._histories.explain(report)
        await self._reconciler.reconcile(report, asked, new, untold=untold)
        await self._onboarding.meet(account)
        is_clear = (
            not untold
            and self._histories.is_explained(report)
            and not await self._reconciler.is_waiting(account)
            and not await self._lacks_own_fills(account)
            and not await self._late_fills.are_awaited(account.account_id)
        )
        self._rests[account.account_id] = self._rest(account).after(report, asked=asked, is_clear=is_clear)

    async def _catch_up(self, account: Account) -> tuple[Fill, ...] | None:
        """Return the fills no guard was held against yet; None while some are still to be read."""
        account_id = account.account_id
        new = await self._histories.catch_up(account)
        return None if new is None else (*self._unbooked.get(account_id, ()), *new)

    async def _find_late_fills(
        self, account: Account, report: AccountReport, new: tuple[Fill, ...]
    ) -> frozenset[str]:
        """Return the assets of which the venue does not tell yet whether an order of ours filled late."""
        untold = await self._late_fills.book(report)
        self._unbooked[account.account_id] = tuple(
            fill for fill in new if any(fill.base == asset or concerns(asset, fill) for asset in untold)
        )
        await self._unattributed_trades.note(account, untold)
        return frozenset(untold)

    def _rest(self, account: Account) -> Rest:
        return self._rests.get(account.account_id, Rest())

    async def _lacks_own_fills(self, account: Account) -> bool:
        """Tell whether a sale of ours is over whose fills the venue has not all told yet."""
        async with self._database.read() as session:
            return await lacks_fills(session, account.account_id, awaited=self._reports.awaited())
