"""The audit trail of exits: from what triggered each to its fills, with the time of every step."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine import wall_time
from engine.alerts.kinds import AlertKind
from engine.alerts.messages import ExitFailing, ExitFilled
from engine.alerts.outbox import load_written, load_written_under
from engine.alerts.series import load_series
from engine.exits.exit_journal import ending_key
from engine.exits.failure_reminders import failing_key
from engine.exits.guard_of_exit import load_guard_of
from engine.exits.late_booking import late_fill_prefix
from engine.exits.result import Results, Traded, results_of_exit
from engine.model.delays import Wait
from engine.model.instruments import quote_of
from engine.model.money import ZERO, exact
from engine.model.orders import Fill, Side, quantity_of
from engine.orders import fills_store as fills
from engine.orders import store as intents
from engine.orders.intents import Intent, IntentKind, IntentStep
from engine.orders.lookup import may_be_owners
from engine.orders.states import IntentState
from engine.orders.steps_store import load_readable_steps
from engine.orders.traded_store import read_traded
from engine.storage.database import Database
from engine.storage.readable import Read
from engine.storage.session import DatabaseSession

#: A look at history shows this many exits.
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One step of an exit and how long it took since the one before, or since the trigger."""

    step: IntentStep
    took: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRecord:
    """One exit with everything that is written down of it."""

    intent: Intent
    steps: tuple[IntentStep, ...]
    fills: tuple[Fill, ...]
    #: The alert of its end; None while it goes on, and when it ended without a fill.
    alert: ExitFilled | None = None
    #: What its orders sold beyond its end, as reported; abandoned attempts included.
    late: tuple[ExitFilled, ...] = ()
    #: The pair of its guard; empty where there is no guard any more.
    guard_symbol: str = ""
    #: What it waited for when its owner was last reminded of it; None once it goes on.
    wait: Wait | None = None

    @property
    def began_at(self) -> datetime:
        """Return when it was triggered."""
        return self.intent.trigger.at if self.intent.trigger else self.intent.created_at

    @property
    def may_be_owners(self) -> bool:
        """Return whether its order was taken for its own although nothing names it so."""
        return may_be_owners(self.intent.venue_order_id, self.steps)

    @property
    def times_sent(self) -> int:
        """Return how often an order left, the same one again included."""
        return sum(step.to_state is IntentState.SENT and step.note is None for step in self.steps)

    @property
    def filled_at(self) -> datetime | None:
        """Return when the last fill happened, by its alert; None without one."""
        if self.alert is not None:
            # What is read of the fills later may differ by the venue's own clock.
            return self.alert.filled_at
        heard = (step.at for step in self.steps if step.to_state is IntentState.FILLED)
        return wall_time.latest(fill.at for fill in self.fills) or next(heard, None)

    @property
    def average_price(self) -> Decimal | None:
        """Return value over quantity of what was filled."""
        if self.intent.cost is None or self.intent.filled_quantity <= ZERO:
            return None
        return self.intent.cost / self.intent.filled_quantity

    @property
    def slippage(self) -> Decimal | None:
        """Return by how much the fill differs from the trigger's price, as a fraction of that."""
        price, trigger, rate = self.average_price, self.intent.trigger, self.rate
        if price is None or trigger is None or trigger.price == ZERO or rate is None:
            return None
        return (price * rate - trigger.price) / trigger.price

    @property
    def rate(self) -> Decimal | None:
        """Return what one unit of the money it brought is worth in the guard's own; None is unknown."""
        if self.alert is not None:
            return self.alert.rate
        return Decimal(1) if self._currency == self.guard_currency else None

    @property
    def guard_currency(self) -> str:
        """Return the currency of its trigger and its result, where it was sold through another pair too."""
        instead_of = self.alert.instead_of if self.alert is not None else ""
        return quote_of(self.guard_symbol or instead_of) or self._currency

    @property
    def fee(self) -> Decimal | None:
        """Return what the venue charged, or booked with the fills since; None while some of it is not known."""
        if self.intent.fee is not None:
            return self.intent.fee
        fees = [fill.fee for fill in self.fills if fill.fee is not None]
        is_booked = quantity_of(self.fills) >= self.intent.filled_quantity
        with exact():
            return sum(fees, ZERO) if fees and is_booked and len(fees) == len(self.fills) else None

    @property
    def fee_asset(self) -> str:
        """Return what the fee was charged in."""
        booked = next((fill.fee_asset for fill in self.fills), None)
        return self.intent.fee_asset or booked or self._currency

    @property
    def results(self) -> Results | None:
        """Return what it brought; None without a fill."""
        intent, trigger = self.intent, self.intent.trigger
        if trigger is None or intent.filled_quantity <= ZERO:
            return None
        traded = Traded(
            quantity=intent.filled_quantity,
            value=intent.cost,
            is_sale=intent.side is Side.SELL,
            currency=self._currency,
            fee=self.fee,
            fee_asset=self.fee_asset,
            rate=self.rate,
        )
        # Earlier versions wrote down with the alert what the cost counts from.
        was_noted = self.alert is not None and self.alert.since_guarded
        return results_of_exit(traded, replace(trigger, since_guarded=trigger.since_guarded or was_noted))

    @property
    def _currency(self) -> str:
        return quote_of(self.intent.symbol)

    @property
    def price_age(self) -> timedelta | None:
        """Return how old the price was that triggered; None where that was not written down."""
        trigger = self.intent.trigger
        if trigger is None or trigger.price_at is None:
            return None
        return max(wall_time.between(trigger.price_at, trigger.at), timedelta(0))

    def stages(self) -> Iterator[Stage]:
        """Walk through the steps with the time each took."""
        before = self.began_at
        for step in self.steps:
            yield Stage(step=step, took=max(wall_time.between(before, step.at), timedelta(0)))
            before = step.at


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitPage:
    """Some of a user's exits, newest first, and where they stand among all of them."""

    exits: tuple[ExitRecord, ...]
    #: How many newer ones come before these.
    skipped: int = 0
    total: int

    @property
    def end(self) -> int:
        """Return the place of the last one, counted from 1."""
        return self.skipped + len(self.exits)


class Audit:
    """Answers `/history`."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def fetch_exits(self, user_id: int, symbol: str | None = None) -> tuple[ExitRecord, ...]:
        """Return a user's latest exits, newest first, of one asset or pair or of all."""
        return (await self.fetch_page(user_id, symbol)).exits

    async def fetch_page(self, user_id: int, symbol: str | None = None, *, skip: int = 0) -> ExitPage:
        """Return a user's exits after the latest so many, and how many there are in all."""
        async with self._database.read() as session:
            found = await intents.load_exits(session, user_id, named=symbol, most=skip + SHOWN)
            records = [await _record(session, intent) for intent in found[skip:]]
            total = await intents.count_exits(session, user_id, named=symbol)
        # An exit may be written down long after its trigger, and it is shown under the time of that.
        ordered = wall_time.newest_first(records, lambda record: record.began_at)
        return ExitPage(exits=ordered, skipped=skip, total=total)

    async def fetch_traded(self, user_id: int, *, since: datetime) -> Read[ExitRecord]:
        """Return a user's exits that may have sold something since a moment, and those that cannot be read."""
        async with self._database.read() as session:
            found = await read_traded(session, user_id, IntentKind.EXIT, since=since)
            records = [await _record(session, intent) for intent in found.readable]
        return Read(tuple(records), found.unreadable)

    async def fetch_exit(self, user_id: int, intent_id: str) -> ExitRecord | None:
        """Return one exit of a user; None when there is none of that id."""
        async with self._database.read() as session:
            intent = await intents.load_exit(session, user_id, intent_id)
            return await _record(session, intent) if intent else None


async def _record(session: DatabaseSession, intent: Intent) -> ExitRecord:
    order_id = intent.venue_order_id
    late = await load_written_under(session, key_prefix=late_fill_prefix(intent))
    guard = await load_guard_of(session, intent)
    ended = await load_written(session, ending_key(AlertKind.EXIT_FILLED, intent))
    return ExitRecord(
        intent=intent,
        steps=await load_readable_steps(session, intent.intent_id),
        fills=await fills.load_order_fills(session, intent.account_id, order_id) if order_id else (),
        alert=ended if isinstance(ended, ExitFilled) else None,
        late=tuple(one for one in late if isinstance(one, ExitFilled)),
        guard_symbol=guard.symbol if guard is not None else "",
        wait=await _load_wait(session, intent),
    )


async def _load_wait(session: DatabaseSession, intent: Intent) -> Wait | None:
    if intent.state is not IntentState.SUSPENDED:
        return None
    messages = (await load_series(session, key_prefix=failing_key(intent))).messages
    last = next(reversed(messages), None)
    return last.wait if isinstance(last, ExitFailing) else None
