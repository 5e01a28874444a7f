"""Manual closes: a preview first, and one button that counts once within a minute."""

from collections.abc import Sequence

from engine.clock import Clock
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.model.venues import Venue
from engine.offers.closing_buttons import CLOSE, CLOSE_BUTTON, SELLING_BUTTONS, ShownSales
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
    Selling,
    ShownAgain,
)
from engine.offers.closing_reader import ClosingReader
from engine.offers.closing_sales import ClosingSales
from engine.offers.not_held import not_held, not_known
from engine.offers.outcomes import Nothing
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database


class ClosingService:
    """Answers `/close` and `/closeall`, and their button."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        reader: ClosingReader,
        sales: ClosingSales,
        database: Database,
        clock: Clock,
    ) -> None:
        self._portfolio = portfolio
        self._reader = reader
        self._sales = sales
        self._database = database
        self._clock = clock

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
        confirmed = await CLOSE_BUTTON.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        if isinstance(confirmed, Nothing):
            return confirmed
        shown = {one.key: one for one in confirmed.shown.positions}
        positions = [one for one in await self._portfolio.find_again(user_id, shown) if one.quantity]
        facts = await self._reader.read(positions)
        plans = [plan_confirmed(one, shown[one.position.key]) for one in facts]
        again = next(filter(None, (why_again(plan, shown[plan.position.key]) for plan in plans)), None)
        if again is not None:
            return await self._show(user_id, plans, again=again)
        if not plans:
            return Nothing(why="Nothing of it is held any more; nothing was sold.")
        held = {plan.position.key for plan in plans}
        gone = self._gone(user_id, [one for key, one in shown.items() if key not in held])
        return await self._sales.begin(plans, gone=gone)

    async def keep(self, user_id: int, confirmation_id: str) -> Kept | Nothing:
        """Use a button that would sell up without selling."""
        confirmed = await SELLING_BUTTONS.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        return confirmed if isinstance(confirmed, Nothing) else Kept()

    async def _show(
        self, user_id: int, plans: Sequence[ClosePlan], *, again: ShownAgain | None = None
    ) -> ClosePreview:
        now = self._clock.now()
        sales = tuple(sale for plan in plans if (sale := plan.shown) is not None)
        confirmation_id = None
        if sales:
            async with self._database.write() as session:
                confirmation_id = await CLOSE_BUTTON.store(
                    session,
                    ShownSales(positions=sales),
                    user_id=user_id,
                    action=CLOSE,
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


_WAY_OUT = "Nothing was sold. If you cannot wait, sell in the broker's own app."
