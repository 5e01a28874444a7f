"""After each reading of an account: learn its fills, ask about what is new, and keep guards true."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine import wall_time
from engine.accounts.history import Histories
from engine.accounts.outages import OutageMonitor, ReadingKind
from engine.accounts.reports import Reports
from engine.alerts.outbox import append_alert
from engine.clock import Clock, Moment, moment
from engine.exits.late_fills import LateFills
from engine.guards import store as rows
from engine.guards.changes import ChangeReason, GuardChange, Paused, Unchanged
from engine.guards.dating import (
    LONG_AGO,
    Dated,
    SeenTimes,
    Suspect,
    ahead_of,
    ids_of,
    on_our_clock,
    wall_now,
)
from engine.guards.following import SHOWN_LATE_WITHIN, Followed, Reading, follow, is_told, quantity_there
from engine.guards.guard import SWAPPED, SWAPPED_IN_SALE, Guard, GuardState, Seen
from engine.guards.resting import Rest
from engine.guards.vanished import TOLD_LATE_WITHIN, follow_vanished, is_vanished
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.instruments import AssetClass
from engine.model.money import ZERO
from engine.model.movements import concerns
from engine.model.orders import Fill
from engine.model.venues import Account
from engine.offers.asking import UNASKED, Button, ask
from engine.offers.offering import Proposal, propose_paused, propose_returned
from engine.offers.offers import Offer
from engine.offers.onboarding import Onboarding
from engine.orders import fills_store as fill_rows
from engine.orders import store as intent_rows
from engine.orders.unreported import lacks_fills, load_unreported
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.restored import COPIED, COPIED_AND_CHANGED, RESTORED, RESTORED_IN_SALE
from engine.sync.notices import describe_change, reason_of
from engine.sync.renamings import Renamings, Successor, renamed

#: A stored time that differs by less is left as it is.
_SAME_TIME = timedelta(seconds=2)

_OF_ANOTHER_ACCOUNT = {
    SWAPPED: ChangeReason.OTHER_ACCOUNT,
    SWAPPED_IN_SALE: ChangeReason.OTHER_ACCOUNT_IN_SALE,
}


class GuardReconciler:
    """Runs after every successful snapshot of an account."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reports: Reports,
        histories: Histories,
        onboarding: Onboarding,
        outages: OutageMonitor,
        late_fills: LateFills,
        is_alone: Callable[[], bool],
        database: Database,
        clock: Clock,
    ) -> None:
        self._portfolio = portfolio
        self._reports = reports
        self._histories = histories
        self._onboarding = onboarding
        self._outages = outages
        self._late_fills = late_fills
        #: Whether no other NIJA is known, or may turn up yet, that guards the same positions.
        self._is_alone = is_alone
        self._database = database
        self._clock = clock
        #: By account and guard: a quantity no fill explains, waiting for a later reading that agrees.
        self._suspects: dict[str, dict[str, Suspect]] = {}
        self._seen_times = SeenTimes()
        #: By account: fills of which the venue did not tell yet whether an order of ours filled late.
        self._unbooked: dict[str, tuple[Fill, ...]] = {}
        self._rests: dict[str, Rest] = {}
        self._renamings = Renamings(portfolio=portfolio, database=database)

    async def after_reading(self, account: Account) -> None:
        """Bring fills, questions and guards up to date with an account's latest report."""
        report, asked = self._reports.latest(account.account_id), self._reports.asked(account.account_id)
        if report is None or asked is None:
            return
        if self._rest(account).is_known(report) and await self._was_seen(report):
            # Nothing is missing of them, whether they could be read or not.
            await self._outages.note(account, ReadingKind.PAST_TRADES, None)
            return
        try:
            new = await self._catch_up(account, report)
        except BrokerError as e:
            # Without the fills a change could not be told from a sale; the next reading tries again.
            await self._outages.note(account, ReadingKind.PAST_TRADES, e)
            return
        await self._outages.note(account, ReadingKind.PAST_TRADES, None)
        if new is None:
            # So it is while some of the new ones are still to be read.
            return
        await self._histories.explain(report)
        await self._reconcile(report, asked, new)
        await self._onboarding.meet(account)
        is_clear = (
            self._histories.is_explained(report)
            and not self._suspects[account.account_id]
            and not self._renamings.is_waiting(account.account_id)
            and not await self._lacks_own_fills(account)
            and not await self._may_be_explained(account)
            and not await self._late_fills.are_awaited(account.account_id)
        )
        self._rests[account.account_id] = self._rest(account).after(report, asked=asked, is_clear=is_clear)

    async def _catch_up(self, account: Account, report: AccountReport) -> tuple[Fill, ...] | None:
        """Return the fills that are new once it is known which are ours; None while some are still to be read."""
        account_id = account.account_id
        new = await self._histories.catch_up(account)
        if new is None:
            return None
        self._unbooked[account_id] = (*self._unbooked.get(account_id, ()), *new)
        await self._late_fills.book(report)
        return self._unbooked.pop(account_id)

    def _rest(self, account: Account) -> Rest:
        return self._rests.get(account.account_id, Rest())

    async def _lacks_own_fills(self, account: Account) -> bool:
        """Tell whether a sale of ours is over whose fills the venue has not all told yet."""
        async with self._database.read() as session:
            return await lacks_fills(session, account.account_id, awaited=self._reports.awaited())

    async def _may_be_explained(self, account: Account) -> bool:
        """Tell whether something guarded vanished so lately that a sale of it may still be told."""
        now = moment(self._clock)
        async with self._database.read() as session:
            guards = await rows.load_open_with_seen(session, account.account_id)
        return any(
            self._seen_times.is_younger(guard.guard_id, seen.at, now=now, limit=TOLD_LATE_WITHIN)
            for guard, seen in guards
            if seen is not None and is_vanished(guard)
        )

    async def _was_seen(self, report: AccountReport) -> bool:
        """Tell whether every guard that watches, or waits for its position, was compared with what is there."""
        async with self._database.read() as session:
            guards = await rows.load_open_with_seen(session, report.account.account_id)
        for guard, seen in guards:
            there = quantity_there(report, guard)
            is_seen = seen is not None and seen.quantity == there
            is_new = guard.state is GuardState.ARMED and not is_seen
            is_back = guard.state_reason == ChangeReason.VANISHED and there != ZERO
            is_restored = guard.state_reason in {RESTORED, RESTORED_IN_SALE}
            if is_told(report, guard) and (is_new or is_back or is_restored):
                return False
        return True

    async def _reconcile(self, report: AccountReport, asked: Moment, new: tuple[Fill, ...]) -> None:
        account_id = report.account.account_id
        async with self._database.read() as session:
            guards = await rows.load_open_guards(session, account_id)
        before, self._suspects[account_id] = self._suspects.get(account_id, {}), {}
        self._renamings.begin_reading(account_id)
        for guard in (guard for guard in guards if is_told(report, guard)):
            if guard.state_reason in {RESTORED, RESTORED_IN_SALE}:
                await self._compare_restored(report, guard, new)
            elif guard.state_reason == COPIED and _is_traded(guard, new):
                await self._note_traded(guard)
            elif guard.state_reason in _OF_ANOTHER_ACCOUNT:
                await self._ask_of_another_account(report, guard)
            else:
                await self._follow(report, asked, guard, new, suspect=before.get(guard.guard_id))

    async def _follow(
        self,
        report: AccountReport,
        asked: Moment,
        guard: Guard,
        new: tuple[Fill, ...],
        *,
        suspect: Suspect | None,
    ) -> None:
        now = moment(self._clock)
        ahead = ahead_of(now, asked, report.venue_at)
        async with self._database.read() as session:
            seen = await rows.load_seen(session, guard.guard_id)
            told = await fill_rows.load_fills(session, guard.account_id, asset=guard.asset)
            fills = on_our_clock(told, ahead)
            dated = self._seen_times.date(
                guard.guard_id,
                seen.at if seen else guard.created_at,
                venue_at=seen.venue_at if seen else None,
                ahead=ahead,
                now=now,
                fills=fills,
                new=new,
            )
            reading = Reading(
                there=quantity_there(report, guard),
                at=wall_now(now, asked),
                venue_at=report.venue_at,
                fills=fills,
                our_orders=await intent_rows.load_order_ids(session, guard.account_id),
                unreported=await load_unreported(
                    session,
                    guard.key,
                    step=await rows.load_seen_step(session, guard.guard_id)
                    if dated.step is None
                    else dated.step,
                ),
                asset_class=AssetClass.STOCK if _is_stock(report, guard) else AssetClass.CRYPTO,
                venue_entry=report.holding(guard.asset).venue_entry,
                set_at=dated.at,
                known=dated.known,
            )
        base = replace(seen, at=dated.at) if seen else None
        doubted = suspect.seen_at(now) if suspect else None
        compare = follow_vanished if is_vanished(guard) else follow
        followed = compare(guard, reading, seen=base, suspect=doubted)
        if followed.suspect is not None:
            if suspect is None or followed.suspect != doubted:
                suspect = Suspect(quantity=followed.suspect.quantity, asked=asked)
            self._suspects[guard.account_id][guard.guard_id] = suspect
        after = _to_store(followed, reading, dated, seen)
        if not (guard.state is GuardState.ARMED or is_vanished(guard)) or after is None:
            return
        became = await self._renamings.find_successor(report, guard, followed.change, was=followed.seen)
        if after != seen or followed.change.guard != guard or became:
            if after.at == reading.at:
                self._seen_times.note(
                    guard.guard_id, after.at, asked=asked, step=report.step, known=ids_of(fills)
                )
            else:
                self._seen_times.move(guard.guard_id, after.at)
            change = renamed(followed.change.guard) if became else followed.change
            if after.at == reading.at:
                after = replace(after, step=self._reports.step_at(asked + -SHOWN_LATE_WITHIN))
            await self._apply(guard, change, seen=after, there=reading.there, became=became)

    async def _compare_restored(self, report: AccountReport, guard: Guard, new: tuple[Fill, ...]) -> None:
        """Arm a guard from a backup again if nothing happened to its position since; ask otherwise."""
        there = self._there(report, guard)
        async with self._database.read() as session:
            seen = await rows.load_seen(session, guard.guard_id)
        least = max(guard.quantity, seen.quantity) if seen else guard.quantity
        traded = _is_traded(guard, new)
        if guard.state_reason == RESTORED and not traded and there.quantity >= least:
            if not self._is_alone():
                # The bot that was backed up may still run and guard the same: each would sell all of it.
                return
            armed = replace(guard, state=GuardState.ARMED, state_reason=None)
            async with self._database.write() as session:
                await rows.save_guard(session, armed, now=self._clock.now(), cause="as it was backed up")
                await rows.note_seen(session, guard.guard_id, there)
            return
        waiting = replace(guard, state_reason="changed since the backup")
        change = Paused(guard=waiting, reason=ChangeReason.RESTORED)
        await self._apply(guard, change, seen=there, there=there.quantity)

    async def _note_traded(self, guard: Guard) -> None:
        """Remember of a guard that waits for its owner that something was traded: those fills are told once."""
        changed = replace(guard, state_reason=COPIED_AND_CHANGED)
        async with self._database.write() as session:
            if await rows.load_guard(session, guard.guard_id) == guard:
                await rows.save_guard(session, changed, now=self._clock.now(), cause="traded meanwhile")

    async def _ask_of_another_account(self, report: AccountReport, guard: Guard) -> None:
        reason = _OF_ANOTHER_ACCOUNT[guard.state_reason or ""]
        there = self._there(report, guard)
        change = Paused(guard=replace(guard, state_reason=reason), reason=reason)
        await self._apply(guard, change, seen=there, there=there.quantity)

    def _there(self, report: AccountReport, guard: Guard) -> Seen:
        return Seen(
            quantity=quantity_there(report, guard),
            at=report.at,
            venue_at=report.venue_at,
            step=self._reports.certain_step(report.account.account_id, SHOWN_LATE_WITHIN),
        )

    async def _apply(
        self,
        guard: Guard,
        change: GuardChange,
        *,
        seen: Seen,
        there: Decimal,
        became: Successor | None = None,
    ) -> None:
        now = self._clock.now()
        proposal = became.proposal if became else await self._proposal(change, was=seen.quantity)
        async with self._database.write() as session:
            if await rows.load_guard(session, guard.guard_id) != guard:
                # The watch or the owner was quicker; the next reading looks again.
                return
            await rows.note_seen(session, guard.guard_id, seen)
            if change.guard == guard:
                return
            await rows.save_guard(session, change.guard, now=now, cause=reason_of(change))
            if isinstance(change, Unchanged):
                return
            about = "renamed" if became else "paused"
            offer = await self._ask(session, guard, proposal, now, about=about) if proposal else None
            await append_alert(
                session,
                describe_change(guard, change, seen=there, offer=offer, became=became),
                user_id=guard.user_id,
                account_id=guard.account_id,
                dedup_key=f"guard_changed:{guard.guard_id}:{now.isoformat()}",
                now=now,
            )

    async def _ask(
        self, session: AsyncSession, guard: Guard, proposal: Proposal, now: datetime, *, about: str
    ) -> Offer:
        return await ask(
            session,
            user_id=guard.user_id,
            about=about,
            proposals=[proposal],
            buttons=[Button(kind=kind, keys=(proposal.key,)) for kind in proposal.choices],
            threshold=guard.threshold,
            now=now,
            valid_for=UNASKED,
        )

    async def _proposal(self, change: GuardChange, *, was: Decimal) -> Proposal | None:
        """Return the question about a guard that is being paused; `was` is how much should be there of it."""
        if not isinstance(change, Paused):
            return None
        guard = change.guard
        account = Account(account_id=guard.account_id, user_id=guard.user_id, venue=guard.venue)
        for found in await self._portfolio.gather(account, pausing=guard):
            if found.guard is not None and found.guard.guard_id == guard.guard_id:
                is_other = change.reason is ChangeReason.RETURNED_OTHERWISE
                return propose_returned(found, guard, was=was) if is_other else propose_paused(found, guard)
        return None


def _to_store(followed: Followed, reading: Reading, dated: Dated, stored: Seen | None) -> Seen | None:
    """Return what is written down of what was seen: a time of which nothing is known is not."""
    after = followed.seen
    if after.at == LONG_AGO:
        if followed.suspect is not None or is_vanished(followed.change.guard):
            return stored
        return Seen(quantity=reading.there, at=reading.at, venue_at=reading.venue_at)
    if stored and after == replace(stored, at=dated.at) and _is_same_time(stored.at, dated.at):
        return stored
    return after


def _is_same_time(one: datetime, other: datetime) -> bool:
    return abs(wall_time.between(one, other)) < _SAME_TIME


def _is_traded(guard: Guard, new: tuple[Fill, ...]) -> bool:
    return any(concerns(guard.asset, fill) or fill.symbol == guard.symbol for fill in new)


def _is_stock(report: AccountReport, guard: Guard) -> bool:
    # Alpaca names the pair of a stock with its holding; crypto is found by its asset alone.
    return report.holding(guard.asset).symbol is not None
