"""After each reading of an account: learn its fills, ask about what is new, and keep guards true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.alerts.messages import (
    ClosedElsewhere,
    FillSeen,
    GuardPaused,
    GuardReduced,
    Message,
)
from engine.alerts.outbox import append_alert
from engine.balances.lookout import Lookout
from engine.balances.reports import Reports
from engine.clock import Clock
from engine.errors import BrokerError
from engine.guards.asking import UNASKED, Button, ask
from engine.guards.changes import (
    ChangeReason,
    Closed,
    GuardChange,
    Paused,
    Reduced,
    Unchanged,
    is_explained,
    reconcile,
)
from engine.guards.guard import Guard, GuardState
from engine.guards.introduction import Introduction
from engine.guards.offering import Proposal, key_of_guard, propose
from engine.guards.offers import ChoiceKind, Offer
from engine.history import Histories
from engine.instruments import AssetClass
from engine.money import ZERO
from engine.movements import concerns
from engine.orders import Fill
from engine.portfolio.service import PortfolioService
from engine.positions import AccountReport, PositionKind
from engine.storage.database import Database
from engine.storage.repositories import fills as fill_rows
from engine.storage.repositories import guards as rows
from engine.storage.repositories import intents as intent_rows
from engine.storage.restored import RESTORED, RESTORED_IN_SALE
from engine.venues import Account

#: A venue may tell of a fill later than of what it left.
FILLS_TOLD_WITHIN = timedelta(minutes=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much of a guarded position was there at a reading."""

    quantity: Decimal
    at: datetime


class GuardKeeper:
    """Runs after every successful snapshot of an account."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reports: Reports,
        histories: Histories,
        introduction: Introduction,
        lookout: Lookout,
        database: Database,
        clock: Clock,
    ) -> None:
        self._portfolio = portfolio
        self._reports = reports
        self._histories = histories
        self._introduction = introduction
        self._lookout = lookout
        self._database = database
        self._clock = clock
        self._seen: dict[str, Seen] = {}
        #: A change no fill explains, waiting for a second reading that agrees.
        self._suspect: dict[str, Decimal] = {}
        #: The first reading of each account that showed what it holds now.
        self._first_alike: dict[str, AccountReport] = {}
        #: The last reading of each account that left nothing open.
        self._settled: dict[str, AccountReport] = {}

    async def after_reading(self, account: Account) -> None:
        """Bring fills, questions and guards up to date with an account's latest report."""
        report = self._reports.latest(account.account_id)
        if report is None or self._is_known(report):
            return
        try:
            new = await self._histories.catch_up(account)
        except BrokerError as e:
            # Without the fills a change could not be told from a sale; the next reading tries again.
            await self._lookout.note(account, e)
            return
        await self._lookout.note(account, None)
        await self._histories.explain(report)
        await self._reconcile(report, new)
        await self._introduction.meet(account)
        if self._histories.is_explained(report) and not self._suspect and self._is_old_news(report):
            self._settled[account.account_id] = report

    def _is_known(self, report: AccountReport) -> bool:
        """Tell whether nothing moved since all was settled; reading fills would cost calls for nothing."""
        settled = self._settled.get(report.account.account_id)
        return settled is not None and _holds_the_same(settled, report)

    def _is_old_news(self, report: AccountReport) -> bool:
        """Tell whether an account holds the same for so long that no fill of it is still to be told."""
        first = self._first_alike.get(report.account.account_id)
        if first is None or not _holds_the_same(first, report):
            self._first_alike[report.account.account_id] = report
            return False
        return report.at - first.at >= FILLS_TOLD_WITHIN

    async def _reconcile(self, report: AccountReport, new: tuple[Fill, ...]) -> None:
        account_id = report.account.account_id
        async with self._database.read() as session:
            guards = await rows.load_open_guards(session, account_id)
        for guard in guards:
            if guard.state_reason in {RESTORED, RESTORED_IN_SALE}:
                await self._compare_restored(report, guard, new)
            else:
                await self._reconcile_one(report, guard)

    async def _compare_restored(self, report: AccountReport, guard: Guard, new: tuple[Fill, ...]) -> None:
        """Arm a guard from a backup again if nothing happened to its position since; ask otherwise."""
        there = quantity_there(report, guard)
        traded = any(concerns(guard.asset, fill) or fill.symbol == guard.symbol for fill in new)
        if guard.state_reason == RESTORED and not traded and there >= guard.quantity:
            armed = replace(guard, state=GuardState.ARMED, state_reason=None)
            async with self._database.write() as session:
                await rows.save_guard(session, armed, now=self._clock.now(), cause="as it was backed up")
            return
        waiting = replace(guard, state_reason="changed since the backup")
        await self._apply(guard, Paused(guard=waiting, reason=ChangeReason.RESTORED), seen=there)

    async def _reconcile_one(self, report: AccountReport, guard: Guard) -> None:
        there = quantity_there(report, guard)
        before = self._seen.get(guard.guard_id)
        if guard.state in {GuardState.CLOSING, GuardState.CLOSED}:
            self._seen.pop(guard.guard_id, None)
            return
        if before is None:
            self._seen[guard.guard_id] = Seen(quantity=there, at=report.at)
            if there >= guard.quantity:
                return
            before = Seen(quantity=guard.quantity, at=guard.created_at)
        if report.at <= before.at:
            return
        async with self._database.read() as session:
            fills = await fill_rows.load_fills(session, guard.account_id, asset=guard.asset)
            ours = await intent_rows.load_order_ids(session, guard.account_id)
        between = [fill for fill in fills if before.at < fill.at <= report.at]
        by_hand = [fill for fill in between if fill.venue_order_id not in ours]
        if len(by_hand) < len(between):
            # Our own sale ran meanwhile and took its part off the guard itself: start anew from here.
            self._seen[guard.guard_id] = Seen(quantity=there, at=report.at)
            return
        change = reconcile(
            guard,
            before=before.quantity,
            seen=there,
            fills=by_hand,
            asset_class=AssetClass.STOCK if _is_stock(report, guard) else AssetClass.CRYPTO,
            venue_entry=report.holding(guard.asset).venue_entry,
        )
        by_fills = is_explained(guard, before=before.quantity, seen=there, fills=by_hand)
        if not (by_fills or isinstance(change, Unchanged) or self._is_confirmed(guard, there)):
            return
        self._seen[guard.guard_id] = Seen(quantity=there, at=report.at)
        self._suspect.pop(guard.guard_id, None)
        await self._apply(guard, change, seen=there)

    def _is_confirmed(self, guard: Guard, there: Decimal) -> bool:
        if self._suspect.get(guard.guard_id) == there:
            return True
        self._suspect[guard.guard_id] = there
        return False

    async def _apply(self, guard: Guard, change: GuardChange, *, seen: Decimal) -> None:
        if isinstance(change, Unchanged):
            return
        now = self._clock.now()
        proposal = await self._propose_guard(guard) if isinstance(change, Paused) else None
        async with self._database.write() as session:
            current = await rows.load_guard(session, guard.guard_id)
            if current != guard:
                # The watch or the owner was quicker; the next reading looks again.
                return
            await rows.save_guard(session, change.guard, now=now, cause=_reason(change))
            offer = await self._ask_whether_to_go_on(session, guard, proposal, now) if proposal else None
            await append_alert(
                session,
                describe_change(guard, change, seen=seen, offer=offer),
                user_id=guard.user_id,
                account_id=guard.account_id,
                dedup_key=f"guard_changed:{guard.guard_id}:{now.isoformat()}",
                now=now,
            )

    async def _ask_whether_to_go_on(
        self, session: AsyncSession, guard: Guard, proposal: Proposal, now: datetime
    ) -> Offer:
        key = key_of_guard(guard)
        return await ask(
            session,
            user_id=guard.user_id,
            about="paused",
            proposals=[proposal],
            buttons=[
                Button(kind=ChoiceKind.RESUME_GUARD, keys=(key,)),
                Button(kind=ChoiceKind.UNGUARD, keys=(key,)),
            ],
            threshold=guard.threshold,
            now=now,
            valid_for=UNASKED,
        )

    async def _propose_guard(self, guard: Guard) -> Proposal | None:
        account = Account(account_id=guard.account_id, user_id=guard.user_id, venue=guard.venue)
        for found in await self._portfolio.gather(account):
            if found.guard is not None and found.guard.guard_id == guard.guard_id:
                return propose(found, threshold=guard.threshold)
        return None


def quantity_there(report: AccountReport, guard: Guard) -> Decimal:
    """Return how much of a guarded position an account holds, whether it can be sold now or not."""
    if guard.kind is PositionKind.SPOT:
        return report.holding(guard.asset).total
    return sum(
        (
            position.quantity
            for position in report.margin_positions
            if position.symbol == guard.symbol and position.direction is guard.direction
        ),
        ZERO,
    )


def _holds_the_same(one: AccountReport, other: AccountReport) -> bool:
    return (one.holdings, one.margin_positions) == (other.holdings, other.margin_positions)


def describe_change(
    guard: Guard, change: GuardChange, *, seen: Decimal, offer: Offer | None = None
) -> Message:
    """Return what the owner reads of a change that the guard did not make itself.

    Raises:
        ValueError: there is nothing to tell.

    """
    if isinstance(change, Paused):
        return GuardPaused(
            venue=guard.venue,
            symbol=guard.symbol,
            guarded=guard.quantity,
            seen=seen,
            why=change.reason,
            offer=offer,
        )
    if isinstance(change, Closed) and change.fills:
        return ClosedElsewhere(
            venue=guard.venue,
            symbol=guard.symbol,
            quantity=change.by,
            fills=tuple(_fill_seen(fill) for fill in change.fills),
        )
    if isinstance(change, Closed | Reduced):
        return GuardReduced(
            venue=guard.venue,
            symbol=guard.symbol,
            was=guard.quantity,
            now=change.guard.quantity,
            why=change.reason,
        )
    message = f"nothing to tell of {change}"
    raise ValueError(message)


def _reason(change: GuardChange) -> str:
    return str(change.reason) if isinstance(change, Reduced | Paused | Closed) else "changed"


def _fill_seen(fill: Fill) -> FillSeen:
    return FillSeen(side=fill.side, quantity=fill.quantity, price=fill.price, at=fill.at)


def _is_stock(report: AccountReport, guard: Guard) -> bool:
    # Alpaca names the pair of a stock with its holding; crypto is found by its asset alone.
    return report.holding(guard.asset).symbol is not None
