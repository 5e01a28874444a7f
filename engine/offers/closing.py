"""Manual closes: a preview first, and one button that counts once within a minute."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.clock import Clock
from engine.exits.execute import Beginning, Exits
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.model.venues import Venue
from engine.offers.closing_guard import guard_to_close
from engine.offers.closing_plan import (
    ClosePlan,
    ShownSale,
    gone_line,
    plan_closing,
    plan_confirmed,
    why_again,
)
from engine.offers.closing_preview import (
    CloseLine,
    ClosePreview,
    Kept,
    Obstacle,
    ObstacleKind,
    Selling,
    ShownAgain,
)
from engine.offers.closing_reader import ClosingReader
from engine.offers.confirmation import Confirmation, Confirmed
from engine.offers.not_held import not_held, not_known
from engine.offers.outcomes import Nothing
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database

_ACTION = "close"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSales:
    """What the button of a preview sells."""

    positions: tuple[ShownSale, ...]


_CLOSE_BUTTON = Confirmation(ShownSales, actions=(_ACTION,))


class ClosingService:
    """Answers `/close` and `/closeall`, and their button."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reader: ClosingReader,
        exits: Exits,
        database: Database,
        clock: Clock,
        threshold: Decimal,
        new_id: Callable[[], str],
    ) -> None:
        self._portfolio = portfolio
        self._reader = reader
        self._exits = exits
        self._database = database
        self._clock = clock
        self._threshold = threshold
        self._new_id = new_id

    async def offer_close(
        self, user_id: int, symbol: str | None = None, venue: Venue | None = None
    ) -> ClosePreview | Nothing:
        """Show what closing a symbol, or everything, would sell and bring now."""
        positions = [one for one in await self._portfolio.find(user_id, symbol, venue) if one.quantity]
        if not positions:
            never_read = self._portfolio.why_never_read(user_id, venue)
            if never_read:
                return not_known(symbol, never_read, advice=_WAY_OUT)
            return not_held(symbol, venue, not_done="sold")
        plans = [plan_closing(one) for one in await self._reader.read(positions)]
        return await self._show(user_id, plans)

    async def close(self, user_id: int, confirmation_id: str) -> Selling | ClosePreview | Nothing:
        """Sell what the button shows, once, unless what it showed has become worse: then show it again."""
        confirmed = await self._confirm(user_id, confirmation_id)
        if isinstance(confirmed, Nothing):
            return confirmed
        shown = {one.key: one for one in confirmed.shown.positions}
        positions = [one for one in await self._portfolio.find_again(user_id, shown) if one.quantity]
        facts = await self._reader.read(positions)
        plans = [plan_confirmed(one, shown[one.position.key]) for one in facts]
        again = next(filter(None, (why_again(plan, shown[plan.position.key]) for plan in plans)), None)
        if again is not None:
            return await self._show(user_id, plans, again=again)
        held = {plan.position.key for plan in plans}
        return await self._sell(
            plans, self._gone(user_id, [one for key, one in shown.items() if key not in held])
        )

    async def keep(self, user_id: int, confirmation_id: str) -> Kept | Nothing:
        """Use the button up without selling."""
        confirmed = await self._confirm(user_id, confirmation_id)
        return confirmed if isinstance(confirmed, Nothing) else Kept()

    async def _confirm(self, user_id: int, confirmation_id: str) -> Confirmed[ShownSales] | Nothing:
        return await _CLOSE_BUTTON.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )

    async def _show(
        self, user_id: int, plans: Sequence[ClosePlan], *, again: ShownAgain | None = None
    ) -> ClosePreview:
        now = self._clock.now()
        sales = tuple(sale for plan in plans if (sale := plan.shown) is not None)
        confirmation_id = None
        if sales:
            async with self._database.write() as session:
                confirmation_id = await _CLOSE_BUTTON.store(
                    session,
                    ShownSales(positions=sales),
                    user_id=user_id,
                    action=_ACTION,
                    now=now,
                    valid_for=MANUAL_CLOSE_VALID,
                )
        return ClosePreview(
            lines=tuple(plan.line for plan in plans),
            confirmation_id=confirmation_id,
            again=again,
            as_of=now,
            expires_at=now + MANUAL_CLOSE_VALID,
        )

    def _gone(self, user_id: int, shown: Sequence[ShownSale]) -> tuple[CloseLine, ...]:
        """Return a line for each sale whose position is not held any more."""
        venues, now = self._portfolio.venues(user_id), self._clock.now()
        return tuple(
            gone_line(one, venue=venues[one.key.account_id], now=now)
            for one in shown
            if one.key.account_id in venues
        )

    async def _sell(self, plans: Sequence[ClosePlan], gone: tuple[CloseLine, ...]) -> Selling | Nothing:
        by_beginning = {beginning: list[ClosePlan]() for beginning in Beginning}
        for plan in plans:
            by_beginning[await self._begin(plan)].append(plan)
        if not plans:
            return Nothing(why="Nothing of it is held any more; nothing was sold.")
        return Selling(
            lines=tuple(plan.line for plan in by_beginning[Beginning.BEGUN]),
            left_out=(
                *(
                    plan.line if plan.line.obstacle else replace(plan.line, obstacle=_CHANGED)
                    for plan in by_beginning[Beginning.NOT_BEGUN]
                ),
                *gone,
            ),
            written_down=tuple(plan.line for plan in by_beginning[Beginning.WRITTEN_DOWN]),
        )

    async def _begin(self, plan: ClosePlan) -> Beginning:
        if plan.line.obstacle:
            return Beginning.NOT_BEGUN
        before = plan.position.guard
        guard, trigger = guard_to_close(
            plan,
            guard_id=before.guard_id if before else self._new_id(),
            threshold=self._threshold,
            now=self._clock.now(),
        )
        return await self._exits.begin_manual_close(guard, trigger, before=before)


_WAY_OUT = "Nothing was sold. If you cannot wait, sell in the broker's own app."
_CHANGED = Obstacle(ObstacleKind.CHANGED)
