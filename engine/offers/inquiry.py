"""Look up the positions a question is about, with confirmed prices where it sets something, and ask it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.alerts.questions import About, Offer
from engine.clock import Clock
from engine.model.venues import Venue
from engine.offers.offering import GuardProposal, largest_first, propose, propose_renamed
from engine.offers.questions import CONVERSATION, Button, create_offer
from engine.offers.shown import ConfirmedPositions
from engine.portfolio.position import Position
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

    async def find(self, user_id: int, symbol: str | None, venue: Venue | None) -> list[Position]:
        """Return what a user holds of a symbol, or of everything, priced just now for showing."""
        return await self._portfolio.find(user_id, symbol, venue, fresh=True)

    async def find_again(self, pressed: ConfirmedPositions) -> list[Position]:
        """Return the positions a button is about as they are now, priced for showing."""
        return await self._portfolio.find_again(pressed.user_id, pressed.shown.positions)

    def propose(self, positions: Iterable[Position]) -> list[GuardProposal]:
        """Return what can be done about positions."""
        proposals = [propose(one, threshold=self._threshold) for one in positions]
        return largest_first(map(self._with_trouble, proposals))

    def _with_trouble(self, proposal: GuardProposal) -> GuardProposal:
        trouble = self._portfolio.trouble(proposal.position.account)
        return replace(proposal, line=replace(proposal.line, trouble=trouble)) if trouble else proposal

    def why_never_read(self, user_id: int, venue: Venue | None) -> str:
        """Return which accounts were never read; empty when all were."""
        return self._portfolio.why_never_read(user_id, venue)

    async def propose_confirmed(self, pressed: ConfirmedPositions) -> list[GuardProposal]:
        """Return what can be done about the positions of a button, at confirmed prices."""
        confirmed = await self.confirm(await self.find_again(pressed))
        return [self._propose_as_shown(one, pressed) for one in confirmed]

    def _propose_as_shown(self, position: Position, pressed: ConfirmedPositions) -> GuardProposal:
        shown = pressed.shown.of(position.key)
        if shown is None or shown.old_cost is None:
            return propose(position, threshold=self._threshold)
        return propose_renamed(position, shown.old_cost, threshold=self._threshold)

    async def confirm(
        self, positions: Sequence[Position], *, quantity: Decimal | None = None
    ) -> list[Position]:
        """Return positions with prices confirmed for a quantity of each, or for all that could be guarded."""
        return await self._portfolio.confirm(positions, quantity=quantity)

    async def offer(
        self, user_id: int, about: About, proposals: Sequence[GuardProposal], buttons: Sequence[Button]
    ) -> Offer:
        """Ask within a conversation."""
        async with self._database.write() as session:
            return await create_offer(
                session,
                user_id=user_id,
                about=about,
                proposals=proposals,
                buttons=buttons,
                threshold=self._threshold,
                now=self._clock.now(),
                valid_for=CONVERSATION,
            )
