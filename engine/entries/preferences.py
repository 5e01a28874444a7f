"""What each user has set of the rules of buying; what nobody set is as the settings and this version have it."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.entries.rules import LARGEST_SHARE, SMALLEST_SHARE, EntryRules
from engine.storage.database import Database
from engine.users import store as users_store
from engine.users.roles import StoredUser


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """A usual size that is too small or too large to be set; nothing was changed."""

    smallest: Decimal = SMALLEST_SHARE
    largest: Decimal = LARGEST_SHARE


class EntryPreferences:
    """Loads and changes a user's own rules."""

    def __init__(self, *, database: Database, rules: EntryRules) -> None:
        self._database = database
        self._rules = rules

    async def rules_of(self, user_id: int) -> EntryRules:
        """Return the rules a user's buys are planned within."""
        async with self._database.read() as session:
            return self._with(await users_store.load_user(session, user_id))

    async def set_share(self, user_id: int, share: Decimal | None) -> EntryRules | OutOfRange:
        """Set the part of total equity that a buy without a size spends; None is the usual part again."""
        if share is not None and not SMALLEST_SHARE <= share <= LARGEST_SHARE:
            return OutOfRange()
        return await self._change(user_id, lambda user: replace(user, trade_share=share))

    async def set_daily_loss(self, user_id: int, usd: Decimal | None) -> EntryRules:
        """Set what may be lost in a day before buys are kept back; None keeps none back."""
        return await self._change(user_id, lambda user: replace(user, daily_loss_usd=usd))

    async def _change(self, user_id: int, change: Callable[[StoredUser], StoredUser]) -> EntryRules:
        async with self._database.write() as session:
            known = await users_store.load_user(session, user_id)
            if known is None:
                return self._rules
            await users_store.save_user(session, change(known))
        return await self.rules_of(user_id)

    def _with(self, user: StoredUser | None) -> EntryRules:
        if user is None:
            return self._rules
        share = self._rules.share if user.trade_share is None else user.trade_share
        return replace(self._rules, share=share, daily_loss_usd=user.daily_loss_usd)
