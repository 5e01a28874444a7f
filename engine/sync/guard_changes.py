"""Writing down what a reading changed of a guard, with the alert and the question it calls for."""

from datetime import datetime
from decimal import Decimal

from engine.alerts.outbox import append_alert
from engine.alerts.questions import About, Offer
from engine.clock import Clock
from engine.guards import store as rows
from engine.guards.changes import GuardChange, Paused, Unchanged
from engine.guards.guard import Guard, Seen
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Account
from engine.offers.offering import GuardProposal, propose_paused, propose_returned
from engine.offers.questions import UNSOLICITED_VALID, Button, create_offer
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.sync.notices import describe_change, reason_of
from engine.sync.renamings import Successor


class GuardChanges:
    """Stores changes of guards."""

    def __init__(self, *, portfolio: PortfolioService, database: Database, clock: Clock) -> None:
        self._portfolio = portfolio
        self._database = database
        self._clock = clock

    async def store(
        self,
        guard: Guard,
        change: GuardChange,
        *,
        seen: Seen,
        there: Decimal,
        became: Successor | None = None,
    ) -> None:
        """Write down what was seen of a guard and what became of it.

        Raises:
            StaleGuardError: the watch or the owner was quicker; nothing is stored, and the next reading looks again.

        """
        now = self._clock.now()
        proposal = became.proposal if became else await self._proposal(change, was=seen.quantity)
        async with self._database.write() as session:
            if change.guard == guard:
                await rows.check_guard(session, guard)
            else:
                await rows.save_guard(session, change.guard, was=guard, now=now, cause=reason_of(change))
            await rows.note_seen(session, guard.guard_id, seen)
            if change.guard == guard or isinstance(change, Unchanged):
                return
            about = About.RENAMED if became else About.PAUSED
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
        self, session: DatabaseSession, guard: Guard, proposal: GuardProposal, now: datetime, *, about: About
    ) -> Offer:
        return await create_offer(
            session,
            user_id=guard.user_id,
            about=about,
            proposals=[proposal],
            buttons=[Button(kind=kind, keys=(proposal.key,)) for kind in proposal.choices],
            threshold=guard.threshold,
            now=now,
            valid_for=UNSOLICITED_VALID,
        )

    async def _proposal(self, change: GuardChange, *, was: Decimal) -> GuardProposal | None:
        """Return the question about a guard that is being paused; `was` is how much should be there of it."""
        if not isinstance(change, Paused):
            return None
        guard = change.guard
        account = Account(account_id=guard.account_id, user_id=guard.user_id, venue=guard.venue)
        for found in await self._portfolio.gather(account, pausing=guard):
            if found.guard is not None and found.guard.guard_id == guard.guard_id:
                is_other = change.reason is GuardReason.RETURNED_OTHERWISE
                return propose_returned(found, guard, was=was) if is_other else propose_paused(found, guard)
        return None
