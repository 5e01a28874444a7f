"""After each reading of an account: fetch its fills, reconcile its guards, and ask about what is new."""

from collections.abc import Collection

from engine.accounts.history import Histories
from engine.accounts.reading_kind import ReadingKind
from engine.accounts.reports import Reports
from engine.accounts.unchanged import UnchangedAccounts
from engine.alerts.outages import OutageMonitor
from engine.clock import Moment
from engine.exits.late_fills import LateFills
from engine.failures import Failures
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
        unchanged: UnchangedAccounts,
        histories: Histories,
        onboarding: Onboarding,
        outages: OutageMonitor,
        late_fills: LateFills,
        unattributed_trades: UnattributedTrades,
        database: Database,
    ) -> None:
        self._reconciler = reconciler
        self._reports = reports
        self._unchanged = unchanged
        self._histories = histories
        self._onboarding = onboarding
        self._outages = outages
        self._late_fills = late_fills
        self._unattributed_trades = unattributed_trades
        self._database = database
        #: By account: fills that no reading was compared with yet, or of assets where an order of ours may have filled
        #: late. The venue lists them as new once only.
        self._unbooked: dict[str, tuple[Fill, ...]] = {}

    async def after_reading(self, account: Account) -> None:
        """Bring fills, questions and guards up to date with an account's latest report.

        Raises:
            ExceptionGroup: what went wrong; the next reading makes up for it.

        """
        account_id = account.account_id
        report, requested_at = self._reports.latest(account_id), self._reports.requested_at(account_id)
        if report is None or requested_at is None:
            return
        since = self._unchanged.of(account_id)
        if since.is_settled(report) and await self._reconciler.was_seen(report):
            # Nothing is missing of them, whether they could be read or not.
            await self._outages.note(account, ReadingKind.PAST_TRADES, None)
            return
        # Until it is certain that nothing was left open.
        self._unchanged.put(account_id, since.after(report, requested_at=requested_at, is_clear=False))
        if await self._catch_up(account):
            is_clear = await self._follow(report, requested_at)
            self._unchanged.put(account_id, since.after(report, requested_at=requested_at, is_clear=is_clear))

    async def _catch_up(self, account: Account) -> bool:
        """Read the new fills; return whether none of them is still to be read."""
        account_id = account.account_id
        try:
            new = await self._histories.catch_up(account)
        except BrokerError as e:
            # Without the fills a change could not be distinguished from a sale; the next reading tries again.
            await self._outages.note(account, ReadingKind.PAST_TRADES, e)
            return False
        # At once: whatever fails from here on, they are returned only this time.
        self._unbooked[account_id] = (*self._unbooked.get(account_id, ()), *(new or ()))
        await self._outages.note(account, ReadingKind.PAST_TRADES, None)
        return new is not None

    async def _follow(self, report: AccountReport, requested_at: Moment) -> bool:
        """Reconcile guards and questions with a reading and the fills; return whether that left nothing open."""
        account, failures, is_complete = report.account, Failures(), False
        late = await self._late_fills.book(report, failures)
        with failures.turn_of("telling what the venue does not attribute"):
            await self._unattributed_trades.note(account, late.unattributed)
        with failures.turn_of("working out what was paid"):
            await self._histories.explain(report)
        with failures.turn_of("comparing the guards"):
            is_complete = await self._reconcile(report, requested_at, late.open_assets)
        with failures.turn_of("asking about what is new"):
            await self._onboarding.run(account)
        failures.raise_together(f"{account.account_id} was not brought up to date")
        return (
            is_complete
            and not late.open_assets
            and self._histories.is_explained(report)
            and not await self._reconciler.is_waiting(account)
            and not await self._lacks_own_fills(account)
            and not await self._late_fills.are_awaited(account.account_id)
        )

    async def _reconcile(
        self, report: AccountReport, requested_at: Moment, unattributed: Collection[str]
    ) -> bool:
        account_id = report.account.account_id
        new = self._unbooked.get(account_id, ())
        is_complete = await self._reconciler.reconcile(report, requested_at, new, unattributed=unattributed)
        if is_complete:
            # Only what every guard was compared with is not new any more.
            self._unbooked[account_id] = tuple(
                fill
                for fill in new
                if any(fill.base == asset or concerns(asset, fill) for asset in unattributed)
            )
        return is_complete

    async def _lacks_own_fills(self, account: Account) -> bool:
        """Return whether a sale of ours is over whose fills the venue has not all reported yet."""
        async with self._database.read() as session:
            return await lacks_fills(session, account.account_id, awaited=self._reports.awaited())
