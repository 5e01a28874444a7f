"""Look up the positions a question is about, with confirmed prices where it sets something, and ask it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.clock import Clock
from engine.guards.guard import GuardSource
from engine.model.venues import Venue
from engine.offers.asking import CONVERSATION, Button, ask
from engine.offers.offering import Proposal, candidate_of, largest_first, propose, propose_renamed
from engine.offers.offers import Offer
from engine.offers.plan import coverable
from engine.offers.shown import ConfirmedPositions
from engine.portfolio.assemble import Found
from engine.portfolio.confirm import Wanted
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database


class Inquiry:
    """Reads what is held just before a question or its answer."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        database: Database,
        clock: Clock,
        threshold: Decimal,
    ) -> None:
        self._portfolio = portfolio
        self._database = database
        self._clock = clock
        self._threshold = threshold

    async def find(self, user_id: int, symbol: str | None, venue: Venue | None) -> list[Found]:
        """Return what a user holds of a symbol, or of everything, priced just now for showing."""
        return await self._portfolio.find(user_id, symbol, venue, fresh=True)

    async def find_pressed(self, pressed: ConfirmedPositions) -> list[Found]:
        """Return the positions a button is about as they are now, priced for showing."""
        return await self._portfolio.find_again(pressed.user_id, pressed.shown.positions)

    def propose(self, found: Iterable[Found]) -> list[Proposal]:
        """Return what can be done about positions."""
        proposals = [propose(one, threshold=self._threshold) for one in found]
        return largest_first(map(self._with_trouble, proposals))

    def _with_trouble(self, proposal: Proposal) -> Proposal:
        trouble = self._portfolio.trouble(proposal.found.account)
        return replace(proposal, line=replace(proposal.line, trouble=trouble)) if trouble else proposal

    def why_never_read(self, user_id: int, venue: Venue | None) -> str:
        """Say of which accounts nothing is known; empty when all were read."""
        return self._portfolio.why_never_read(user_id, venue)

    async def propose_confirmed(self, pressed: ConfirmedPositions) -> list[Proposal]:
        """Return what can be done about the positions of a button, at confirmed prices."""
        found = await self.find_pressed(pressed)
        confirmed = await self.confirm([wanted(one, self._threshold) for one in found])
        return [self._propose_as_shown(one, pressed) for one in confirmed]

    def _propose_as_shown(self, found: Found, pressed: ConfirmedPositions) -> Proposal:
        shown = pressed.shown.of(found.key)
        if shown is None or shown.old_cost is None:
            return propose(found, threshold=self._threshold)
        return propose_renamed(found, shown.old_cost, threshold=self._threshold)

    async def confirm(self, wanted: Sequence[Wanted]) -> list[Found]:
        """Return positions with confirmed prices."""
        return await self._portfolio.confirm(wanted)

    async def ask(
        self, user_id: int, about: str, proposals: Sequence[Proposal], buttons: Sequence[Button]
    ) -> Offer:
        """Ask within a conversation."""
        async with self._database.write() as session:
            return await ask(
                session,
                user_id=user_id,
                about=about,
                proposals=proposals,
                buttons=buttons,
                threshold=self._threshold,
                now=self._clock.now(),
                valid_for=CONVERSATION,
            )


def wanted(found: Found, threshold: Decimal) -> Wanted:
    """Return a position with the quantity its price is to be confirmed for: all that could be guarded."""
    quantity = coverable(candidate_of(found, threshold), GuardSource.EXISTING_PRICE)
    return Wanted(found=found, quantity=quantity)
