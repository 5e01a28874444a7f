"""What our orders changed that no known fill tells yet: a venue's history may lag behind its orders."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel.ext.asyncio.session import AsyncSession

from engine import wall_time
from engine.execution.intents import Intent
from engine.money import ZERO, exact
from engine.movements import change_of
from engine.orders import Fill, Side
from engine.positions import PositionKey, PositionKind, Unsettled
from engine.storage.repositories import fills, intents
from engine.wall_time import is_older

#: Fills of our own orders are waited for so long.
FILLS_AWAITED = timedelta(hours=1)


async def load_unsettled(
    session: AsyncSession, account_id: str, *, read_ago: timedelta, now: datetime, is_outdated: bool = False
) -> Mapping[PositionKey, Unsettled]:
    """Return the positions our orders changed since the account was read, or whose fills are not all known.

    `read_ago` is measured on the steady clock: an order that ended later than that is not in the reading. Nor is
    the last one where `is_outdated` says that something of ours ended since: the time stored with it may be of
    another clock than the one that is asked now.
    """
    unsettled = dict[PositionKey, Unsettled]()
    recent = await intents.load_filled(session, account_id, since=now - max(read_ago, FILLS_AWAITED))
    last = await intents.load_last_filled(session, account_id) if is_outdated else None
    if last is not None and last not in recent:
        recent = (*recent, last)
    for intent in recent:
        is_read = intent != last and is_older(intent.updated_at, now, read_ago)
        if is_read and not _is_more_than(intent, await _told(session, intent)):
            continue
        before = unsettled.get(intent.position)
        one = Unsettled(quantity=intent.filled_quantity, at=intent.updated_at, is_read=is_read)
        unsettled[intent.position] = before.joined(one) if before else one
    return unsettled


async def lacks_fills(session: AsyncSession, account_id: str, *, since: datetime) -> bool:
    """Tell whether an order that ended at `since` or later filled more than is told."""
    for intent in await intents.load_filled(session, account_id, since=since):
        if _is_more_than(intent, await _told(session, intent)):
            return True
    return False


async def load_untold(session: AsyncSession, key: PositionKey, *, since: datetime) -> Decimal:
    """Return by how much orders that left at `since` or later changed a position beyond what is told.

    In units of its asset; negative where they sold it, positive where its asset was their proceeds.
    """
    untold = ZERO
    for intent in await intents.load_filled(session, key.account_id, since=since):
        if intent.sent_at is None or wall_time.is_before(intent.sent_at, since):
            # It was seen after this one had left, and may be smaller by it already.
            continue
        told = await _told(session, intent)
        # A venue rounds an order's totals otherwise than its fills: what is told in full has no rest.
        if _concerns(intent, key) and _is_more_than(intent, told):
            with exact():
                untold += _change(intent, key.asset) - sum(
                    (change_of(key.asset, fill) for fill in told), ZERO
                )
    return untold


def _is_more_than(intent: Intent, told: Iterable[Fill]) -> bool:
    with exact():
        return intent.filled_quantity > sum((fill.quantity for fill in told), ZERO)


async def _told(session: AsyncSession, intent: Intent) -> tuple[Fill, ...]:
    if intent.venue_order_id is None:
        return ()
    return await fills.load_order_fills(session, intent.account_id, intent.venue_order_id)


def _concerns(intent: Intent, key: PositionKey) -> bool:
    if intent.position == key:
        return True
    is_paid_in = key.asset in {intent.symbol.partition("/")[2], intent.fee_asset}
    return key.kind is PositionKind.SPOT and not intent.reduce_only and is_paid_in


def _change(intent: Intent, asset: str) -> Decimal:
    """Return by how much an order's totals changed an asset, as `movements.change_of` does for one fill."""
    sign = -1 if intent.side is Side.SELL else 1
    change = ZERO
    if asset == intent.asset:
        change += sign * intent.filled_quantity
    if asset == intent.symbol.partition("/")[2]:
        change -= sign * (intent.cost or ZERO)
    if asset == intent.fee_asset:
        change -= intent.fee or ZERO
    return change
