"""Everything a chat handler may ask of the engine, as one typed record."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from engine.accounts.snapshot import BalanceOverview
from engine.clock import Clock
from engine.entries.halts import Halt, HaltedBy
from engine.entries.route import RoutePreview
from engine.exits.audit import ExitPage, ExitRecord
from engine.model.venues import Venue
from engine.offers.closing_preview import ClosePreview, Kept, Selling
from engine.offers.offers import Nothing, Offer, Outcome
from engine.portfolio.view import PortfolioView
from engine.status import StatusSource
from engine.users.roles import Role, User


class UserDirectory(Protocol):
    """Who may speak to the bot; read afresh each time so that revoking works at once."""

    async def fetch_user(self, user_id: int) -> User | None:
        """Return the user, or None for strangers."""


class Balances(Protocol):
    """The equity picture."""

    async def fetch_overview(self, user_id: int) -> BalanceOverview:
        """Read every broker now, each within its own time limit, old figures standing in with their age."""


class Portfolio(Protocol):
    """The positions picture."""

    async def fetch_portfolio(self, user_id: int) -> PortfolioView:
        """Return every position with mark, result and guard."""


class Guards(Protocol):
    """Arming and disarming; nothing changes before `take`."""

    async def offer_guard(self, user_id: int, symbol: str | None, venue: Venue | None) -> Outcome:
        """Ask how to guard a position, or every one without a symbol; or say why it cannot be."""

    async def offer_unguard(self, user_id: int, symbol: str, venue: Venue | None) -> Offer | Nothing:
        """Ask whether to stop guarding a position, or say that it is not guarded."""

    async def take(self, user_id: int, confirmation_id: str) -> Outcome:
        """Carry out the chosen button once, for its owner, before it expires; else Nothing with the reason."""

    async def fetch_open_choices(self, user_id: int, confirmation_id: str) -> frozenset[str]:
        """Return the buttons beside a pressed one that still wait for an answer about another position."""


class Closing(Protocol):
    """Closing by hand; nothing is sold before `close`."""

    async def offer_close(
        self, user_id: int, symbol: str | None = None, venue: Venue | None = None
    ) -> ClosePreview | Nothing:
        """Show what closing a symbol, or everything, would sell and bring now."""

    async def close(self, user_id: int, confirmation_id: str) -> Selling | ClosePreview | Nothing:
        """Sell what the button says, once, unless it has become worse: then show it again."""

    async def keep(self, user_id: int, confirmation_id: str) -> Kept | Nothing:
        """Use the button up without selling."""


class Halts(Protocol):
    """The owner's stop for entries; exits never ask it."""

    async def fetch_halt(self, user_id: int) -> Halt | None:
        """Return the stop of a user's entries; None while they are allowed."""

    async def halt(self, user_id: int, *, by: HaltedBy) -> Halt | None:
        """Stop entries and return how they stand now."""

    async def resume(self, user_id: int, *, by: HaltedBy = HaltedBy.CHAT) -> Halt | None:
        """Allow entries again and return how they stand now."""


class ExitHistory(Protocol):
    """The audit trail of exits."""

    async def fetch_exits(self, user_id: int, symbol: str | None = None) -> tuple[ExitRecord, ...]:
        """Return the latest exits, newest first, of one asset or pair or of all."""

    async def fetch_page(self, user_id: int, symbol: str | None = None, *, skip: int = 0) -> ExitPage:
        """Return the exits after the latest so many, and how many there are in all."""

    async def fetch_exit(self, user_id: int, intent_id: str) -> ExitRecord | None:
        """Return one exit; None when there is none of that id."""


class Routes(Protocol):
    """The routing preview."""

    async def preview(self, user_id: int, symbol: str | None, usd: Decimal | None) -> RoutePreview:
        """Decide where a buy should go, store the decision, and place nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers see of the engine."""

    clock: Clock
    users: UserDirectory
    balances: Balances
    portfolio: Portfolio
    guards: Guards
    closing: Closing
    halts: Halts
    history: ExitHistory
    routes: Routes
    status: StatusSource


__all__ = [
    "Balances",
    "Closing",
    "ExitHistory",
    "Guards",
    "Halts",
    "Portfolio",
    "Role",
    "RoutePreview",
    "Routes",
    "Services",
    "User",
    "UserDirectory",
]
