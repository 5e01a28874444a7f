"""After each reading of an account: learn its fills, ask about what is new, and keep guards true."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine.alerts.outbox import append_alert
from engine.balances.lookout import Lookout
from engine.balances.reports import Reports
from engine.clock import Clock
from engine.errors import BrokerError
from engine.guards.asking import UNASKED, Button, ask
from engine.guards.changes import (
    ChangeReason,
    GuardChange,
    Paused,
    Unchanged,
    is_about,
    is_explained,
    quantity_before,
    reconcile,
)
from engine.guards.guard import Guard, GuardState
from engine.guards.introduction import Introduction
from engine.guards.notices import describe_change, reason_of
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
FILLS_TOLD_WITHIN = timedelta(minutes=1)

#: Right after a trade a venue may still show what was there before it.
SHOWN_LATE_WITHIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """How much of a guarded position was there at a reading."""

    quantity: Decimal
    at: datetime
    #: False for a lone reading right after a trade: compared with it, nothing is missed.
    is_sure: bool


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
        self._suspect: dict[tuple[str, str], Decimal] = {}
        #: The first reading of each account that showed what it holds now.
        self._first_alike: dict[str, AccountReport] = {}
        #: The last reading of each account that left nothing open.
        self._settled: dict[str, AccountReport] = {}

    async def after_reading(self, account: Account) -> None:
        """Bring fills, questions and guards up to date with an account's latest report."""
        report = self._reports.latest(account.account_id)
        if report is None or (self._is_known(report) and await self._follows_every_guard(account)):
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

    async def _follows_every_guard(self, account: Account) -> bool:
        async with self._database.read() as session:
            guards = await rows.load_open_guards(session, account.account_id)
        armed = [guard.guard_id for guard in guards if guard.state is GuardState.ARMED]
        return all(guard_id in self._seen and self._seen[guard_id].is_sure for guard_id in armed)

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
        open_keys = {_key(guard) for guard in guards}
        self._suspect = {
            key: seen for key, seen in self._suspect.items() if key[0] != account_id or key in open_keys
        }
        for guard in guards:
            if guard.state_reason in {RESTORED, RESTORED_IN_SALE}:
                await self._compare_restored(report, guard, new)
            else:
                await self._reconcile_one(report, guard, new)

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

    async def _reconcile_one(self, report: AccountReport, guard: Guard, new: tuple[Fill, ...]) -> None:
        there = quantity_there(report, guard)
        before = self._seen.get(guard.guard_id) or _seen_before(guard, there, new)
        if guard.state in {GuardState.CLOSING, GuardState.CLOSED}:
            self._seen.pop(guard.guard_id, None)
            return
        if before is not None and report.at <= before.at:
            return
        base = before or Seen(quantity=guard.quantity, at=guard.created_at, is_sure=False)
        guard = await self._note_entry(report, guard, after=base.at - SHOWN_LATE_WITHIN)
        fills, ours = await self._fills_between(guard, base.at, report.at)
        if ours:
            # Our own sale ran meanwhile and took its part off the guard itself: start anew from here.
            self._seen[guard.guard_id] = Seen(quantity=there, at=report.at, is_sure=False)
            return
        by_fills = is_explained(guard, before=base.quantity, seen=there, fills=fills)
        if before is None or not (base.is_sure or by_fills):
            traded = any(await self._fills_between(guard, report.at - SHOWN_LATE_WITHIN, report.at))
            self._seen[guard.guard_id] = Seen(quantity=there, at=report.at, is_sure=not traded)
            if there >= guard.quantity:
                return
            base = Seen(quantity=guard.quantity, at=base.at, is_sure=False)
        change = reconcile(
            guard,
            before=base.quantity,
            seen=there,
            fills=fills,
            asset_class=AssetClass.STOCK if _is_stock(report, guard) else AssetClass.CRYPTO,
            venue_entry=report.holding(guard.asset).venue_entry,
        )
        if not (by_fills or self._is_confirmed(guard, there)):
            return
        self._seen[guard.guard_id] = Seen(quantity=there, at=report.at, is_sure=True)
        self._suspect.pop(_key(guard), None)
        await self._apply(guard, change, seen=there)

    async def _fills_between(
        self, guard: Guard, after: datetime, until: datetime
    ) -> tuple[tuple[Fill, ...], tuple[Fill, ...]]:
        """Return the owner's own fills of a position in a time, and ours."""
        async with self._database.read() as session:
            fills = await fill_rows.load_fills(session, guard.account_id, asset=guard.asset)
            order_ids = await intent_rows.load_order_ids(session, guard.account_id)
        between = [fill for fill in fills if after < fill.at <= until and is_about(guard, fill)]
        ours = tuple(fill for fill in between if fill.venue_order_id in order_ids)
        return tuple(fill for fill in between if fill not in ours), ours

    async def _note_entry(self, report: AccountReport, guard: Guard, *, after: datetime) -> Guard:
        """Keep the venue's entry price that trades have changed, so that it is not taken for a split later."""
        entry = report.holding(guard.asset).venue_entry
        if entry in {None, guard.venue_entry} or not any(await self._fills_between(guard, after, report.at)):
            return guard
        noted = replace(guard, venue_entry=entry)
        async with self._database.write() as session:
            if await rows.load_guard(session, guard.guard_id) != guard:
                return guard
            await rows.save_guard(session, noted, now=self._clock.now(), cause="the venue's entry price")
        return noted

    def _is_confirmed(self, guard: Guard, there: Decimal) -> bool:
        if self._suspect.get(_key(guard)) == there:
            return True
        self._suspect[_key(guard)] = there
        self._settled.pop(guard.account_id, None)
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
            await rows.save_guard(session, change.guard, now=now, cause=reason_of(change))
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


def _seen_before(guard: Guard, there: Decimal, new: tuple[Fill, ...]) -> Seen | None:
    """Return what was there before trades that were made since a guard was set and only told now."""
    missed = [fill for fill in new if fill.at > guard.created_at and is_about(guard, fill)]
    if not missed:
        return None
    began = min(fill.at for fill in missed) - timedelta.resolution
    return Seen(quantity=quantity_before(guard, there, missed), at=began, is_sure=True)


def _key(guard: Guard) -> tuple[str, str]:
    return guard.account_id, guard.guard_id


def _holds_the_same(one: AccountReport, other: AccountReport) -> bool:
    return (one.holdings, one.margin_positions) == (other.holdings, other.margin_positions)


def _is_stock(report: AccountReport, guard: Guard) -> bool:
    # Alpaca names the pair of a stock with its holding; crypto is found by its asset alone.
    return report.holding(guard.asset).symbol is not None
