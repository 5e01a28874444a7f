"""What our orders changed that no known fill reports yet: a venue's history may lag behind its orders."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from engine.model.holdings import PositionKey, PositionKind, Unsettled
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.movements import change_of
from engine.model.orders import Fill, quantity_of
from engine.orders import filled_intents_store as filled_rows
from engine.orders import fills_store as fills
from engine.orders.filled_intents_store import FilledIntent
from engine.orders.intents import Intent
from engine.storage.session import DatabaseSession

#: Fills of our own orders are waited for so long.
FILLS_AWAITED = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Which orders ended so lately that a venue may not have reported all of their fills."""

    #: Those with a later step, by the steady clock.
    after: int
    #: Those up to that step are of an earlier process and go by the time stored with them, if it is not older than
    #: this; None when by the steady clock all of them are too old.
    stored_since: datetime | None


async def load_unsettled(
    session: DatabaseSession, account_id: str, *, read: int | None, awaited: Awaited
) -> Mapping[PositionKey, Unsettled]:
    """Return the positions our orders changed since the account was read, or whose fills are not all known.

    `read` is the last step that was known when the reading was requested; None when nobody knows it any more.
    """
    unsettled = dict[PositionKey, Unsettled]()
    for filled in await _load_since(session, account_id, read, awaited):
        intent, is_read = filled.intent, read is not None and filled.step <= read
        if is_read and not _is_more_than(intent, await _reported(session, intent)):
            continue
        before = unsettled.get(intent.position)
        one = Unsettled(quantity=intent.filled_quantity, at=intent.updated_at, is_read=is_read)
        unsettled[intent.position] = before.joined(one) if before else one
    return unsettled


async def lacks_fills(session: DatabaseSession, account_id: str, *, awaited: Awaited) -> bool:
    """Return whether an order that ended lately filled more than is reported."""
    for filled in await _load_since(session, account_id, None, awaited):
        if _is_more_than(filled.intent, await _reported(session, filled.intent)):
            return True
    return False


async def load_unreported(session: DatabaseSession, key: PositionKey, *, step: int) -> Decimal:
    """Return by how much orders that left after a step changed a position beyond what is reported.

    What was seen when an order had left may be smaller by it already, so `step` is the last one before it was seen.
    In units of its asset; negative where they sold it, positive where its asset was their proceeds.
    """
    unreported = ZERO
    for intent in await filled_rows.load_filled_sent_after(session, key.account_id, step=step):
        reported = await _reported(session, intent)
        # A venue rounds an order's totals otherwise than its fills: what is reported in full has no rest.
        if _concerns(intent, key) and _is_more_than(intent, reported):
            with exact():
                unreported += intent.change_of(key.asset) - sum(
                    (change_of(key.asset, fill) for fill in reported), ZERO
                )
    return unreported


async def _load_since(
    session: DatabaseSession, account_id: str, read: int | None, awaited: Awaited
) -> tuple[FilledIntent, ...]:
    after = awaited.after if read is None else min(read, awaited.after)
    if awaited.stored_since is None:
        return await filled_rows.load_filled(session, account_id, after=after)
    return await filled_rows.load_filled_lately(session, account_id, after=after, since=awaited.stored_since)


def _is_more_than(intent: Intent, reported: Iterable[Fill]) -> bool:
    return intent.filled_quantity > quantity_of(reported)


async def _reported(session: DatabaseSession, intent: Intent) -> tuple[Fill, ...]:
    if intent.venue_order_id is None:
        return ()
    return await fills.load_order_fills(session, intent.account_id, intent.venue_order_id)


def _concerns(intent: Intent, key: PositionKey) -> bool:
    if intent.position == key:
        return True
    is_paid_in = key.asset in {quote_of(intent.symbol), intent.fee_asset}
    return key.kind is PositionKind.SPOT and not intent.reduce_only and is_paid_in
