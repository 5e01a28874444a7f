"""Accounts on paper that begin anew: shown first, done by one press, the guards of what was there ended with it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain

from engine.accounts.reports import Reports
from engine.brokers.base import Broker
from engine.brokers.paper.broker import PaperBroker
from engine.clock import Clock
from engine.guards import store as guard_rows
from engine.guards.guard import Guard
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.offers.confirmation import Confirmation
from engine.offers.outcomes import Nothing, Rejected
from engine.orders.store import read_live_intents
from engine.storage.database import Database
from engine.storage.session import DatabaseSession

RESET = "paper_reset"
RESET_VALID = timedelta(seconds=60)
_DOLLAR = "USD"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReset:
    """What the button begins anew, and with how much."""

    account_ids: tuple[str, ...]
    usd: Decimal


RESET_BUTTON = Confirmation(ShownReset, actions=(RESET,))


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOnPaper:
    """Nothing can be reset: these are no accounts on paper."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrdersUnderWay:
    """Nothing was reset: what was ordered there is not over."""

    venues: tuple[Venue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetPreview:
    """What one press would do."""

    venues: tuple[Venue, ...]
    usd: Decimal
    guards: tuple[Guard, ...]
    confirmation_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetDone:
    """The accounts that began anew, and the guards that ended with it."""

    venues: tuple[Venue, ...]
    usd: Decimal
    guards: tuple[Guard, ...]


class PaperResets:
    """Answers `/paper reset` and its button."""

    def __init__(
        self, *, brokers: Iterable[Broker], reports: Reports, database: Database, clock: Clock
    ) -> None:
        self._brokers = tuple(one for one in brokers if isinstance(one, PaperBroker))
        self._reports = reports
        self._database = database
        self._clock = clock

    async def offer_reset(
        self, user_id: int, usd: Decimal, venue: Venue | None
    ) -> ResetPreview | NotOnPaper | OrdersUnderWay:
        """Show which accounts would begin anew and which guards that ends."""
        brokers = [
            one
            for one in self._brokers
            if one.account.user_id == user_id and venue in {None, one.account.venue}
        ]
        if not brokers:
            return NotOnPaper()
        now = self._clock.now()
        async with self._database.write() as session:
            if busy := await _under_way(session, brokers):
                return busy
            confirmation_id = await RESET_BUTTON.store(
                session,
                ShownReset(account_ids=tuple(one.account.account_id for one in brokers), usd=usd),
                user_id=user_id,
                action=RESET,
                now=now,
                valid_for=RESET_VALID,
            )
            return ResetPreview(
                venues=_venues(brokers),
                usd=usd,
                guards=await _open_guards(session, brokers),
                confirmation_id=confirmation_id,
                expires_at=now + RESET_VALID,
            )

    async def reset(self, user_id: int, confirmation_id: str) -> ResetDone | OrdersUnderWay | Nothing:
        """Begin the accounts anew and end their guards, in one transaction."""
        now = self._clock.now()
        async with self._database.write() as session:
            used = await RESET_BUTTON.use(session, confirmation_id, user_id=user_id, now=now)
            if isinstance(used, Rejected):
                return Nothing(why=used)
            usd, named = used.shown.usd, used.shown.account_ids
            brokers = [one for one in self._brokers if one.account.account_id in named]
            if busy := await _under_way(session, brokers):
                return busy
            guards = await _open_guards(session, brokers)
            for guard in guards:
                ended = guard.closed(GuardReason.TAKEN_OFF)
                await guard_rows.save_guard(session, ended, was=guard, now=now, cause="its account was reset")
            for broker in brokers:
                await broker.reset(session, {_DOLLAR: usd})
        for broker in brokers:
            self._reports.outdate(broker.account.account_id)
        return ResetDone(venues=_venues(brokers), usd=usd, guards=guards)


def _venues(brokers: Iterable[PaperBroker]) -> tuple[Venue, ...]:
    return tuple(one.account.venue for one in brokers)


async def _open_guards(session: DatabaseSession, brokers: Iterable[PaperBroker]) -> tuple[Guard, ...]:
    found = [await guard_rows.load_open_guards(session, one.account.account_id) for one in brokers]
    return tuple(chain.from_iterable(found))


async def _under_way(session: DatabaseSession, brokers: Collection[PaperBroker]) -> OrdersUnderWay | None:
    """Return where an order of ours is not over; one that cannot be read may be anywhere."""
    live = await read_live_intents(session)
    busy = {intent.account_id for intent in live.readable}
    venues = tuple(one.account.venue for one in brokers if live.unreadable or one.account.account_id in busy)
    return OrdersUnderWay(venues=venues) if venues else None
