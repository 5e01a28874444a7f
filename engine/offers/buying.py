"""Buys in chat: a preview first, and one button that counts once within a minute."""

import asyncio
from datetime import timedelta
from weakref import WeakValueDictionary

from engine.clock import Clock
from engine.entries.execute import Buys
from engine.entries.plan import EntryPlan, Refused
from engine.entries.service import EntryService
from engine.entries.sizing import Amount, SizeRequest
from engine.model.venues import Venue
from engine.offers.buying_drift import ShownBuy, drift_of, shown_buy
from engine.offers.buying_preview import Buying, BuyPreview, Declined, Drift
from engine.offers.confirmation import Confirmation, Confirmed
from engine.offers.outcomes import Nothing, Outdated
from engine.storage.database import Database

#: What was shown is bought within this time or not at all.
BUY_VALID = timedelta(seconds=60)

_ACTION = "buy"
_BUY_BUTTON = Confirmation(ShownBuy, actions=(_ACTION,))


class BuyingService:
    """Answers `/buy` and its button."""

    def __init__(self, *, entries: EntryService, buys: Buys, database: Database, clock: Clock) -> None:
        self._entries = entries
        self._buys = buys
        self._database = database
        self._clock = clock
        #: By user: a buy is written down before the next one is planned, which its cash is kept from.
        self._turns = WeakValueDictionary[int, asyncio.Lock]()

    async def offer_buy(
        self, user_id: int, symbol: str, size: SizeRequest, venue: Venue | None = None
    ) -> BuyPreview | Refused:
        """Show what a buy would come to now, or why there is none."""
        plan = await self._entries.plan(user_id, symbol, size, venue)
        return plan if isinstance(plan, Refused) else await self._show(user_id, plan)

    async def buy(self, user_id: int, confirmation_id: str) -> Buying | BuyPreview | Refused | Nothing:
        """Buy what the button shows, once, unless a gate keeps it back now or it has drifted: then it is shown again.

        Prices, balances and gates are read again; they are a minute old at most, and may have changed.
        """
        confirmed = await self._confirm(user_id, confirmation_id)
        if isinstance(confirmed, Nothing):
            return confirmed
        shown = confirmed.shown
        async with self._turns.setdefault(user_id, asyncio.Lock()):
            plan = await self._plan_again(user_id, shown)
            if isinstance(plan, Refused):
                return plan
            if (drift := drift_of(plan, shown)) is not None:
                return await self._show(user_id, plan, drift=drift)
            if await self._buys.begin(user_id, plan):
                return Buying(plan=plan)
            # Entries were halted since, or its figures are too old: a gate says so if it is one.
            again = await self._plan_again(user_id, shown)
        return again if isinstance(again, Refused) else Nothing(why=Outdated.NOT_BOUGHT)

    async def decline(self, user_id: int, confirmation_id: str) -> Declined | Nothing:
        """Use the button up without buying."""
        confirmed = await self._confirm(user_id, confirmation_id)
        return confirmed if isinstance(confirmed, Nothing) else Declined()

    async def _confirm(self, user_id: int, confirmation_id: str) -> Confirmed[ShownBuy] | Nothing:
        return await _BUY_BUTTON.confirm(self._database, confirmation_id, user_id=user_id, clock=self._clock)

    async def _plan_again(self, user_id: int, shown: ShownBuy) -> EntryPlan | Refused:
        return await self._entries.plan(user_id, shown.pair, Amount(shown.usd), shown.venue)

    async def _show(self, user_id: int, plan: EntryPlan, *, drift: Drift | None = None) -> BuyPreview:
        now = self._clock.now()
        async with self._database.write() as session:
            confirmation_id = await _BUY_BUTTON.store(
                session, shown_buy(plan), user_id=user_id, action=_ACTION, now=now, valid_for=BUY_VALID
            )
        return BuyPreview(plan=plan, confirmation_id=confirmation_id, drift=drift, expires_at=now + BUY_VALID)
