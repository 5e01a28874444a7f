"""Mistakes an engine or the ledger of its venues could make, planted into the real ones for the length of a scenario.

Each must be found: a check that no mistake can fail proves nothing.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from unittest.mock import patch

from sqlmodel import col, select

from engine.accounts.reports import Reports
from engine.alerts.outbox import append_alert, load_due
from engine.alerts.table import AlertRow
from engine.exits import filling, next_step, release_plan, releases
from engine.exits.availability import Availability
from engine.exits.execute import Exits
from engine.exits.exit_journal import ExitJournal
from engine.exits.exit_quantity import Dust, plan_sale
from engine.exits.filling import Filling
from engine.exits.order_end import OrderEnd
from engine.exits.reminder_loop import ReminderLoop
from engine.exits.sale import Sale
from engine.guards import guard_mark
from engine.guards.changes import Closed, Paused
from engine.guards.comparison import CONFIRMED_AFTER, compare_holding
from engine.guards.dating import Dated, SeenTimes
from engine.guards.guard import Seen
from engine.market import mark_rules, price_checker, second_looks
from engine.market.mark import Mark
from engine.market.mark_rules import mark_from_side
from engine.market.tick_confirmation import TickConfirmation
from engine.model.errors import RefusedError, UnknownOutcomeError
from engine.model.guard_reasons import GuardReason
from engine.model.money import ZERO
from engine.model.orders import Side
from engine.nonce.sequence import next_nonce
from engine.nonce.store import NonceStore
from engine.orders import follow as follow_order
from engine.orders import settling_step, submit
from engine.orders.journal import Journal
from engine.orders.order_readings import ReadingVerdict
from engine.orders.states import IntentEvent, IntentState
from engine.orders.submit import Submitter
from engine.sync import reconciler
from engine.watch.watch import Watch
from tests.simulation import account_stream_defects, delivery, ledger_defects
from tests.simulation.crashes import POINTS
from tests.simulation.faults import Kind
from tests.simulation.scenario import run_scenario


@dataclass(frozen=True, slots=True, kw_only=True)
class Defect:
    """A planted mistake, and what must go wrong for it to matter."""

    name: str
    plant: Callable[[], AbstractContextManager]
    #: faults that bring it out; the scenarios of a defect have no others
    kinds: tuple[Kind, ...]
    #: and where the process is killed in them
    points: tuple[str, ...] = POINTS


@contextmanager
def _send_before_save():
    async def send(self, intent, broker, quantity, *, symbol=None, basis=None):
        wanted = replace(intent, quantity=quantity, symbol=symbol or intent.symbol)
        order_id = await broker.submit_order(submit._request(wanted), priority=0)
        sent = await self._journal.record(
            intent, IntentEvent.SEND, cause="send", quantity=quantity, sent_at=self._clock.now()
        )
        accepted = await self._journal.record(
            sent, IntentEvent.ACCEPT, cause="accepted", venue_order_id=order_id
        )
        return submit.Attempt(intent=accepted, error=None)

    async def nothing_at_once(self, trigger):
        # The short way has a transaction of its own and a mistake of its own, below.
        return None

    with patch.object(Submitter, "send", send), patch.object(Sale, "_first_step", nothing_at_once):
        yield


def _save_after_sending_at_once():
    async def unwritten(self, guard, trigger, *, intent_id, quantity, basis, also):
        live = await self.plan_exit(guard, trigger, intent_id=intent_id)
        sent = {"state": IntentState.SENT, "quantity": quantity, "sent_at": self._clock.now()}
        return live and replace(live, intent=replace(live.intent, **sent))

    return patch.object(ExitJournal, "plan_and_send", unwritten)


def _resend_on_timeout():
    after_error = Submitter._after_error

    async def hasty(self, sent, error):
        if isinstance(error, UnknownOutcomeError):
            return await self._journal.retry(sent, cause="timed out", detail=error.message)
        return await after_error(self, sent, error)

    return patch.object(Submitter, "_after_error", hasty)


def _new_id_per_try():
    retry = Journal.retry

    async def renamed(self, intent, *, cause, detail="", same_id=False):
        return await retry(self, intent, cause=cause, detail=detail)

    return patch.object(Journal, "retry", renamed)


@contextmanager
def _believe_one_look():
    hasty = {
        venue: settling_step.Proof(looks_after=(timedelta(0),), resend=proof.resend)
        for venue, proof in settling_step.PROOFS.items()
    }
    with (
        patch.dict(settling_step.PROOFS, hasty),
        patch.object(settling_step, "BALANCE_AGREES_AFTER", timedelta(0)),
    ):
        yield


def _sell_all_there():
    def greedy(*, guarded, there, instrument, price):
        return plan_sale(guarded=there or guarded, there=there, instrument=instrument, price=price)

    return patch.object(next_step, "plan_sale", greedy)


def _forget_the_hold():
    async def nothing_to_cancel(self, intent, guard, available, broker):
        return available

    return patch.object(Availability, "free", nothing_to_cancel)


def _trust_a_shown_zero():
    def trusting(*, guarded, there, instrument, price):
        if there is not None and there == 0:
            return Dust(guarded, "there is nothing of it")
        return plan_sale(guarded=guarded, there=there, instrument=instrument, price=price)

    return patch.object(next_step, "plan_sale", trusting)


def _trust_one_reading():
    def trusting(guard, reading, *, seen, unconfirmed):
        restored = Seen(quantity=reading.there, at=reading.at - CONFIRMED_AFTER)
        comparison = compare_holding(guard, reading, seen=seen, unconfirmed=restored)
        change = comparison.change
        if not isinstance(change, Paused) or change.reason is not GuardReason.VANISHED:
            return comparison
        ended = change.guard.with_quantity(ZERO).closed(GuardReason.MOVED_OUT)
        return replace(
            comparison,
            change=Closed(guard=ended, by=change.guard.quantity, reason=GuardReason.MOVED_OUT),
            seen=Seen(quantity=reading.there, at=reading.at),
        )

    return patch.object(reconciler, "compare_holding", trusting)


def _report_after_the_fact():
    conclude = ExitJournal.conclude

    async def split(self, intent, order, *, was, guard, seen, message):
        with patch("engine.exits.exit_journal.append_alert", _no_alert):
            ended = await conclude(self, intent, order, was=was, guard=guard, seen=seen, message=message)
        async with self._database.write() as session:
            await append_alert(
                session,
                message,
                user_id=intent.user_id,
                account_id=intent.account_id,
                dedup_key=f"{message.kind}:{intent.intent_id}:{intent.attempt}",
                now=self._clock.now(),
            )
        return ended

    return patch.object(ExitJournal, "conclude", split)


async def _no_alert(*_args, **_kwargs):
    return False


@contextmanager
def _believe_an_old_price():
    # The order book would contradict it as well: an old price sells only where neither is asked.
    with patch.object(mark_rules, "_check_age", lambda *_: None), _believe_a_frozen_price():
        yield


def _believe_a_frozen_price():
    return patch.object(price_checker, "differs", lambda *_, **__: False)


def _believe_a_jump():
    def gullible(pending, look, **_):
        return pending.candidate if isinstance(pending.candidate, Mark) else look

    return patch.object(second_looks, "confirm", gullible)


def _take_a_stream_at_its_word():
    async def word(self, request, pushed, **_):
        return mark_from_side(request, quote=pushed.quote, now=self._clock.now())

    return patch.object(TickConfirmation, "confirm", word)


@contextmanager
def _forget_the_backstop():
    look = Watch.look

    async def at_what_is_not_pushed(self, venue, guards):
        pushed = self._marks[venue].pushed
        polled = tuple(guard for guard in guards if pushed.believed(guard.symbol) is None)
        if polled:
            await look(self, venue, polled)

    with patch.object(Watch, "look", at_what_is_not_pushed):
        yield


def _count_in_memory():
    async def issue(self, _key_hash):
        self.last = next_nonce(getattr(self, "last", None), self._clock.now_ns())
        return self.last

    return patch.object(NonceStore, "_issue", issue)


def _gate_on_exit():
    begin = Exits.begin

    def gated(self, guard, trigger):
        # A floor for small accounts belongs before entries.
        return guard.cost >= 2000 and begin(self, guard, trigger)

    return patch.object(Exits, "begin", gated)


def _forget_on_restart():
    async def forgetful(self):
        return None

    return patch.object(Exits, "resume", forgetful)


def _cancel_what_is_named_after_the_coin():
    def held(order, asset):
        is_sale = order.side is Side.SELL and order.symbol.split("/")[0] == asset
        return order.remaining_quantity if is_sale else Decimal(0)

    return patch.object(release_plan, "_held", held)


def _drop_what_cannot_be_read():
    return patch.object(ReminderLoop, "name_unreadable", lambda *_: None)


def _fail_in_silence():
    async def silent(self, why, doing, **_options):
        return None

    return patch.object(ReminderLoop, "note", silent)


def _misjudge_answers(misjudge):
    """Take answers about an order for its end that are none."""
    weigh = follow_order.weigh

    def hasty(readings, order, *, traded, now_s):
        after, verdict = weigh(readings, order, traded=traded, now_s=now_s)
        return after, ReadingVerdict.CONFIRMED if misjudge(order) else verdict

    return patch.object(follow_order, "weigh", hasty)


@contextmanager
def _believe_one_end():
    """Neither a second answer nor list and balance are asked."""

    async def nothing_speaks_against_it(self, intent, order):
        return None

    with (
        _misjudge_answers(lambda order: order.status.is_final),
        patch.object(OrderEnd, "contradiction", nothing_speaks_against_it),
    ):
        yield


def _take_open_for_over():
    return _misjudge_answers(lambda order: order.filled_quantity == 0)


def _take_a_part_for_all():
    return _misjudge_answers(lambda order: order.filled_quantity > 0)


def _order_readings_by_the_wall():
    def keep(self, report, *, start):
        known = self._latest.get(report.account.account_id)
        if known is None or known.at <= report.at:
            self._latest[report.account.account_id] = replace(report, step=start.step)
        self._requested_at[report.account.account_id] = start.moment

    return patch.object(Reports, "keep", keep)


def _date_what_was_seen_by_the_wall():
    return patch.object(SeenTimes, "date", lambda _self, _guard_id, stored, **_: Dated(at=stored))


def _wait_with_alerts_by_the_wall():
    async def load_by_the_wall(session, *, now, held=frozenset()):
        ahead = await session.exec(select(AlertRow.alert_id).where(col(AlertRow.not_before) > now))
        return await load_due(session, now=now, held={*held, *ahead})

    return patch.object(delivery, "load_due", load_by_the_wall)


@contextmanager
def _count_to_the_price_alarm_by_the_wall():
    def is_due(seen, *, now, alarm_after):
        if seen.unknown_reported or not seen.is_unknown:
            return is_alarm_due(seen, now=now, alarm_after=alarm_after)
        return now.at - seen.unknown_since.at >= alarm_after

    is_alarm_due = guard_mark.is_alarm_due
    with patch.object(guard_mark, "is_alarm_due", is_due):
        yield


def _take_what_is_not_listed_for_over():
    step = Filling.step

    async def hasty(self, intent, exit_quantity):
        listed = {order.venue_order_id for order in (await self._broker.fetch_open_orders()).orders}
        order = await self._broker.fetch_order(intent.venue_order_id, intent.symbol)
        if not order.status.is_final and order.venue_order_id not in listed:
            return await self._journal.orders.retry(intent, cause="not listed")
        return await step(self, intent, exit_quantity)

    return patch.object(Filling, "step", hasty)


def _send_again_what_is_not_found():
    step = Filling.step

    async def hasty(self, intent, exit_quantity):
        try:
            await self._broker.fetch_order(intent.venue_order_id, intent.symbol)
        except RefusedError:
            return await self._journal.orders.retry(intent, cause="not found")
        return await step(self, intent, exit_quantity)

    return patch.object(Filling, "step", hasty)


def _wait_for_an_id_that_nobody_knows():
    def patient(readings, *, traded, now_s):
        return readings, ReadingVerdict.OPEN

    return patch.object(follow_order, "weigh_not_known", patient)


def _believe_every_cancel():
    return patch.object(releases, "released_part", lambda order, _: replace(order, confirmed=True))


def _leave_nothing_guarded_of_a_part():
    def unguarded(rest, dust, _manual, **_):
        return rest.closed(GuardReason.SOLD), dust

    return patch.object(filling, "rest_after_manual_close", unguarded)


_LOST = (Kind.TIMEOUT_AFTER, Kind.ANSWER_CUT, Kind.ARRIVES_LATE, Kind.LOST_BEFORE)

DEFECTS = (
    Defect(name="send before save", plant=_send_before_save, kinds=()),
    Defect(name="save after sending at once", plant=_save_after_sending_at_once, kinds=()),
    Defect(name="resend on timeout", plant=_resend_on_timeout, kinds=_LOST),
    Defect(name="new client id per try", plant=_new_id_per_try, kinds=(Kind.ARRIVES_LATE,)),
    Defect(name="believe one look for a lost order", plant=_believe_one_look, kinds=_LOST),
    Defect(name="sell all that is there", plant=_sell_all_there, kinds=()),
    Defect(name="forget the hold", plant=_forget_the_hold, kinds=()),
    Defect(
        name="trust a zero shown to the exit",
        plant=_trust_a_shown_zero,
        kinds=(Kind.FREE_SHOWN_ZERO, Kind.HOLDING_MISSING),
    ),
    Defect(
        name="trust a zero shown once",
        plant=_trust_one_reading,
        kinds=(Kind.FREE_SHOWN_ZERO, Kind.HOLDING_MISSING),
    ),
    Defect(
        name="alert outside the transaction", plant=_report_after_the_fact, kinds=(), points=("alert write",)
    ),
    Defect(name="believe an old price", plant=_believe_an_old_price, kinds=(Kind.QUOTE_STALE,)),
    Defect(name="believe a frozen price", plant=_believe_a_frozen_price, kinds=(Kind.QUOTE_FROZEN,)),
    Defect(name="believe a jump", plant=_believe_a_jump, kinds=(Kind.QUOTE_JUMPS,)),
    Defect(name="take a stream at its word", plant=_take_a_stream_at_its_word, kinds=(Kind.STREAM_JUMPS,)),
    Defect(name="forget the backstop", plant=_forget_the_backstop, kinds=(Kind.STREAM_STALLS,)),
    Defect(
        name="count a pushed fill twice",
        plant=account_stream_defects.count_a_pushed_fill_twice,
        kinds=(Kind.ACCOUNT_STREAM_REPEATS,),
    ),
    Defect(
        name="believe a balance after a gap of the stream",
        plant=account_stream_defects.believe_a_balance_after_a_gap,
        kinds=(Kind.ACCOUNT_STREAM_LOST, Kind.ACCOUNT_STREAM_GAP),
    ),
    Defect(
        name="follow orders by their stream alone",
        plant=account_stream_defects.follow_orders_by_their_stream_alone,
        kinds=(Kind.ACCOUNT_STREAM_MUTE, Kind.FILLS_SLOWLY),
    ),
    Defect(name="count requests in memory", plant=_count_in_memory, kinds=()),
    Defect(
        name="believe the first end that is reported",
        plant=_believe_one_end,
        kinds=(Kind.ORDER_CONTRADICTS, Kind.LISTS_LAG),
    ),
    Defect(
        name="take an open order for over",
        plant=_take_open_for_over,
        kinds=(Kind.ORDER_OLDER, Kind.LISTS_LAG),
    ),
    Defect(name="take a part for all", plant=_take_a_part_for_all, kinds=(Kind.ORDER_AHEAD,)),
    Defect(
        name="cancel whatever is named after the coin",
        plant=_cancel_what_is_named_after_the_coin,
        kinds=(Kind.FOREIGN_ORDERS,),
    ),
    Defect(
        name="drop the rows that cannot be read",
        plant=_drop_what_cannot_be_read,
        kinds=(Kind.ORDERS_UNREADABLE, Kind.ORDERS_UNREADABLE, Kind.SPURIOUS_FUNDS),
        points=("before send",),
    ),
    Defect(
        name="order readings by the wall clock", plant=_order_readings_by_the_wall, kinds=(Kind.CLOCK_SET,)
    ),
    Defect(
        name="date what was seen by the wall clock",
        plant=_date_what_was_seen_by_the_wall,
        kinds=(Kind.CLOCK_SET,),
    ),
    Defect(
        name="wait with alerts by the wall clock",
        plant=_wait_with_alerts_by_the_wall,
        kinds=(Kind.CLOCK_SET,),
    ),
    Defect(
        name="count to the price alarm by the wall clock",
        plant=_count_to_the_price_alarm_by_the_wall,
        kinds=(Kind.CLOCK_SET, Kind.QUOTE_FROZEN, Kind.UNREACHABLE),
        points=("before cancel",),
    ),
    Defect(
        name="take what is not listed for over",
        plant=_take_what_is_not_listed_for_over,
        kinds=(Kind.LISTS_LAG, Kind.FILLS_SLOWLY),
    ),
    Defect(
        name="send again what is not found", plant=_send_again_what_is_not_found, kinds=(Kind.ORDER_LAGS,)
    ),
    Defect(
        name="wait for an id that nobody knows",
        plant=_wait_for_an_id_that_nobody_knows,
        kinds=(Kind.ID_NOT_KNOWN,),
    ),
    Defect(name="believe every cancel", plant=_believe_every_cancel, kinds=(Kind.CANCEL_OVERTAKEN,)),
    Defect(name="gate on exit", plant=_gate_on_exit, kinds=()),
    Defect(name="forget exits on restart", plant=_forget_on_restart, kinds=()),
    Defect(
        name="fail in silence",
        plant=_fail_in_silence,
        kinds=(Kind.KEY_REJECTED, Kind.MAINTENANCE, Kind.CANCEL_ONLY),
    ),
    Defect(name="charge no fee", plant=ledger_defects.charge_no_fee, kinds=()),
    Defect(
        name="charge a fee that is not paid", plant=ledger_defects.charge_a_fee_that_is_not_paid, kinds=()
    ),
    Defect(name="hold on after a cancel", plant=ledger_defects.hold_on_after_a_cancel, kinds=()),
    Defect(name="fill below the level", plant=ledger_defects.fill_below_the_level, kinds=()),
    Defect(name="leave nothing guarded of a part", plant=_leave_nothing_guarded_of_a_part, kinds=()),
)


def runs_until_found(defect, store, *, most, first=1, kinds=None, points=POINTS):
    """Return how many scenarios it took until one failed, and that scenario's world; None when none did."""
    with defect.plant():
        for scenarios in range(1, most + 1):
            world = run_scenario(first + scenarios - 1, store, kinds=kinds, points=points)
            if world.violations:
                return scenarios, world
    return None
