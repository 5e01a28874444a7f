"""Manual closes: a preview first, and one button that counts once within a minute."""

from collections.abc import Sequence
from dataclasses import replace

from engine.clock import Clock
from engine.exits.manual_close import MANUAL_CLOSE_VALID
from engine.model.venues import Venue
from engine.offers.closing_buttons import (
    CLOSE,
    CLOSE_BUTTON,
    PARTS,
    PARTS_BUTTON,
    SELLING_BUTTONS,
    ShownSales,
)
from engine.offers.closing_plan import (
    ClosePlan,
    ClosingFacts,
    gone_line,
    plan_closing,
    plan_confirmed,
    plan_part,
    why_again,
)
from engine.offers.closing_preview import (
    CloseLine,
    ClosePreview,
    Kept,
    PartChoice,
    PartsPreview,
    Selling,
    ShownAgain,
)
from engine.offers.closing_reader import ClosingReader
from engine.offers.closing_sales import ClosingSales
from engine.offers.confirmation import Confirmed
from engine.offers.not_held import HeldSeveralTimes, HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import Nothing, Outdated, Rejected
from engine.offers.part import ALL, PERCENTS, Part, Share, Units, Worth, ratio_of
from engine.offers.shown_sale import ShownSale
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database


class ClosingService:
    """Answers `/close`, `/closeall` and `/sell`, and their buttons."""

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
        self, user_id: int, symbol: str | None = None, venue: Venue | None = None, *, part: Part | None = None
    ) -> ClosePreview | Nothing:
        """Show what closing a symbol, a part of it or everything would sell and bring now."""
        facts = await self._find(user_id, symbol, venue)
        if isinstance(facts, Nothing):
            return facts
        if len(facts) > 1 and isinstance(part, Units | Worth):
            return Nothing(why=HeldSeveralTimes.of(symbol, [one.position for one in facts]))
        plans = [plan_closing(one) if part is None else plan_part(one, part) for one in facts]
        return await self._show(user_id, plans)

    async def offer_parts(
        self, user_id: int, symbol: str, venue: Venue | None = None
    ) -> PartsPreview | Nothing:
        """Show what selling a quarter, half or all of a symbol would bring now, each with a button."""
        facts = await self._find(user_id, symbol, venue)
        if isinstance(facts, Nothing):
            return facts
        choices = tuple(
            PartChoice(
                percent=percent, lines=tuple(plan_part(one, Share(ratio_of(percent))).line for one in facts)
            )
            for percent in PERCENTS
        )
        whole = await self._show(user_id, [plan_closing(one) for one in facts], button=PARTS)
        return PartsPreview(whole=whole, choices=choices)

    async def close(self, user_id: int, confirmation_id: str) -> Selling | ClosePreview | Nothing:
        """Sell what the button shows, once, unless what it showed has become worse: then show it again."""
        confirmed = await CLOSE_BUTTON.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        return confirmed if isinstance(confirmed, Nothing) else await self._close(confirmed)

    async def close_part(
        self, user_id: int, confirmation_id: str, percent: int
    ) -> Selling | ClosePreview | Nothing:
        """Sell the part of a button, once; one press uses up the buttons of all parts."""
        if percent not in PERCENTS:
            return Nothing(why=Rejected.UNKNOWN)
        confirmed = await PARTS_BUTTON.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        if isinstance(confirmed, Nothing) or percent == ALL:
            return confirmed if isinstance(confirmed, Nothing) else await self._close(confirmed)
        parts = tuple(one.share(ratio_of(percent)) for one in confirmed.shown.positions)
        return await self._close(replace(confirmed, shown=ShownSales(positions=parts)))

    async def keep(self, user_id: int, confirmation_id: str) -> Kept | Nothing:
        """Use a button that would sell up without selling."""
        confirmed = await SELLING_BUTTONS.confirm(
            self._database, confirmation_id, user_id=user_id, clock=self._clock
        )
        return confirmed if isinstance(confirmed, Nothing) else Kept()

    async def _find(
        self, user_id: int, symbol: str | None, venue: Venue | None
    ) -> list[ClosingFacts] | Nothing:
        """Return what is held of a symbol, or of everything, read just now; or that there is nothing."""
        positions = [one for one in await self._portfolio.find(user_id, symbol, venue) if one.quantity]
        if positions:
            return await self._reader.read(positions)
        never_read = self._portfolio.why_never_read(user_id, venue)
        if never_read:
            return Nothing(why=HoldingUnknown(symbol=symbol, unread=never_read, wanted=Wanted.SELL))
        return Nothing(why=NotHeld(symbol=symbol, venue=venue, wanted=Wanted.SELL))

    async def _close(self, confirmed: Confirmed[ShownSales]) -> Selling | ClosePreview | Nothing:
        user_id, shown = confirmed.user_id, {one.key: one for one in confirmed.shown.positions}
        positions = [one for one in await self._portfolio.find_again(user_id, shown) if one.quantity]
        facts = await self._reader.read(positions)
        plans = [plan_confirmed(one, shown[one.position.key]) for one in facts]
        again = next(filter(None, (why_again(plan, shown[plan.position.key]) for plan in plans)), None)
        if again is not None:
            return await self._show(user_id, plans, again=again)
        if not plans:
            return Nothing(why=Outdated.NOTHING_TO_SELL)
        held = {plan.position.key for plan in plans}
        gone = self._gone(user_id, [one for key, one in shown.items() if key not in held])
        return await self._sales.begin(plans, gone=gone)

    async def _show(
        self,
        user_id: int,
        plans: Sequence[ClosePlan],
        *,
        again: ShownAgain | None = None,
        button: str = CLOSE,
    ) -> ClosePreview:
        now = self._clock.now()
        sales = tuple(sale for plan in plans if (sale := plan.shown) is not None)
        confirmation_id = None
        if sales:
            async with self._database.write() as session:
                confirmation_id = await SELLING_BUTTONS.store(
                    session,
                    ShownSales(positions=sales),
                    user_id=user_id,
                    action=button,
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
