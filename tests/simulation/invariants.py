"""What must hold after every step, and what must hold when everything has come to rest."""

import json
from datetime import timedelta
from decimal import Decimal

from engine.exits.audit import SHOWN
from engine.model.orders import OrderStatus
from tests.simulation.accounting import check_accounts
from tests.simulation.alarms import is_alarmed, newest_alert
from tests.simulation.tally import TRANSITIONS

#: Seconds after which a position past its threshold is being sold or its owner was alerted that its price is unknown,
#: and after which one that is being sold is sold or its owner was alerted why not.
ALARM_S = {"armed": 30, "closing": 45}

#: Seconds after which an exit has named what it could not read: cancelling and releasing take their time.
NAMED_AFTER_S = 12


def check_step(world):
    """Check after a step; the process may have died in it."""
    _check_ends_are_reported(world)
    _check_live_exits(world)
    _check_unreadable_are_named(world)
    _check_cancelled_are_named(world)
    check_accounts(world)
    for guard_id, state, quantity in world.store.rows("SELECT guard_id, state, quantity FROM guards"):
        armed = world.armed[guard_id]
        if state == "closed" and not armed.is_closed:
            armed.is_closed = True
            _check_closing(world, armed)
        elif state != "closed":
            _check_breach(world, armed, state, Decimal(quantity))


def check_end(world):
    """Check when nothing goes wrong any more and everything had time to settle."""
    _check_steps(world)
    _check_fills(world)
    for truth in world.venues.values():
        for client_id, times in truth.effects.items():
            if times > 1:
                world.violate(f"{client_id} had {times} effects")
    for guard_id, state, quantity in world.store.rows(
        "SELECT guard_id, state, quantity FROM guards WHERE state <> 'closed'"
    ):
        _check_rest(world, world.armed[guard_id], state, Decimal(quantity))


def check_history(world, records):
    """Check that what `/history` shows of each exit is what happened."""
    ids = [row[0] for row in world.store.rows("SELECT intent_id FROM intents ORDER BY created_at DESC")]
    shown = [record.intent.intent_id for record in records]
    if sorted(shown) != sorted(ids[: len(shown)]) or len(shown) != min(len(ids), SHOWN):
        world.violate(f"the history shows {shown}, there were {ids}")
    for record in records:
        stages = list(record.stages())
        sold = sum((fill.quantity for fill in record.fills), Decimal(0))
        if record.intent.state == "filled" and sold != record.intent.filled_quantity:
            world.violate(
                f"the history of {record.intent.intent_id} shows {sold} sold of {record.intent.filled_quantity}"
            )
        if record.filled_at is not None and record.average_price is not None and record.slippage is None:
            world.violate(f"the history of {record.intent.intent_id} compares nothing")
        if len(stages) != len(record.steps) or (record.price_age or timedelta(0)) < timedelta(0):
            world.violate(f"the history of {record.intent.intent_id} has a gap")


def unsettled(world):
    """Return what still has to happen before the end can be checked."""
    live = world.store.rows("SELECT intent_id, state FROM intents WHERE finished_at IS NULL")
    waits = [f"intent {row[0]} is {row[1]}" for row in live]
    waiting = world.store.rows("SELECT kind FROM alerts WHERE not_before IS NOT NULL")
    waits += [f"an alert of {kind} waits" for (kind,) in waiting]
    for guard_id, quantity in world.store.rows("SELECT guard_id, quantity FROM guards WHERE state = 'armed'"):
        armed = world.armed[guard_id]
        if _is_past(world, armed):
            waits.append(f"guard {guard_id} of {quantity} is armed and past its threshold")
        if Decimal(quantity) > world.venues[armed.venue].total(armed.asset):
            waits.append(f"guard {guard_id} of {quantity} guards more than there is")
    # A reading that began before may hang for a while yet.
    waits += [
        f"a fill at {truth.venue} is not known" for truth in world.venues.values() if _ledgers(world, truth)
    ]
    return waits


def _check_ends_are_reported(world):
    unreported = world.store.rows(
        """SELECT intent_id, state FROM intents WHERE finished_at IS NOT NULL AND state IN ('filled', 'abandoned', 'refused') AND NOT EXISTS (
        SELECT 1 FROM alerts WHERE dedup_key LIKE 'exit%:' || intent_id || ':%'
        AND kind IN ('exit_filled', 'exit_parked'))"""
    )
    for intent_id, state in unreported:
        world.violate(f"intent {intent_id} ended as {state} without an alert")


def _check_unreadable_are_named(world):
    """An exit that failed for long while an order of its coin could not be read names that order."""
    alerted = world.store.rows(
        """SELECT alerts.created_at, intents.created_at, data_json, intents.venue, intents.asset FROM alerts
        JOIN intents ON dedup_key LIKE 'exit_failing:' || intent_id || ':%' WHERE alert_id > ?""",
        world.failing_checked_to,
    )
    for alerted_at, began_at, data, venue, asset in alerted:
        truth, at = world.venues[venue], world.seconds_of(alerted_at)
        for order_id in _unreadable_for_long(truth, at, since=world.seconds_of(began_at)):
            order = truth.orders.get(order_id)
            if order is not None and order.asset == asset and len(truth.assets) == 1 and order_id not in data:
                world.violate(f"an exit of {asset} fails, {order_id} cannot be read and is not named")
    world.failing_checked_to = newest_alert(world.store)


def _check_cancelled_are_named(world):
    """An exit's alert names as cancelled what was, and no more of it."""
    rows = world.store.rows(
        "SELECT alert_id, data_json FROM alerts WHERE kind LIKE 'exit%' AND alert_id > ?",
        world.cancelled_checked_to,
    )
    orders = {order.order_id: order for truth in world.venues.values() for order in truth.orders.values()}
    for alert_id, data in rows:
        world.cancelled_checked_to = alert_id
        for named in json.loads(data).get("cancelled", ()):
            order = orders[named["venue_order_id"]]
            left = order.left if order.status is OrderStatus.CANCELED else 0
            if named["confirmed"] and Decimal(named["quantity"]) != left:
                world.violate(
                    f"{order.order_id} is reported as cancelled with {named['quantity']}, it was with {left}"
                )


def _unreadable_for_long(truth, at, *, since):
    """Return what no reading of an exit could read for the last while; whatever else it does, it has learnt it by then."""
    if at - since < NAMED_AFTER_S:
        return set()
    during = [ids for read_at, ids in truth.unreadable if max(since, at - NAMED_AFTER_S) <= read_at <= at]
    before = [ids for read_at, ids in truth.unreadable if read_at < at - NAMED_AFTER_S][-1:]
    return set.intersection(*map(set, before + during)) if before and during else set()


def _check_live_exits(world):
    rows = world.store.rows("SELECT guard_id, count(*) FROM intents WHERE finished_at IS NULL GROUP BY 1")
    for guard_id, count in rows:
        if count > 1:
            world.violate(f"{count} live intents of {guard_id}")


def _check_closing(world, armed):
    """A guard closes when its coins are gone: sold by us, moved by the owner, or too few to be sold."""
    truth = world.venues[armed.venue]
    left = min(armed.quantity - armed.sold - armed.owner_out, truth.total(armed.asset))
    world.trace(f"guard {armed.guard_id} closed with {max(left, Decimal(0))} left")
    if (
        not armed.is_all_agreed
        and left > 0
        and not truth.instruments[armed.symbol].why_too_small_to_sell(left, truth.prices.bid(armed.symbol))
    ):
        world.violate(f"{armed.guard_id} was closed with {left} unsold")


def _check_breach(world, armed, state, quantity):
    is_watched = state in ALARM_S and world.life_is_up
    has_progressed, armed.sold_before = armed.sold != armed.sold_before, armed.sold
    if not is_watched or has_progressed or not _is_past(world, armed) or is_alarmed(world, armed):
        armed.breached_since = None
        return
    now = world.clock.monotonic()
    armed.breached_since = now if armed.breached_since is None else armed.breached_since
    if now - armed.breached_since >= ALARM_S[state]:
        world.violate(
            f"{armed.guard_id} ({quantity}, {state}) is past its threshold for {now - armed.breached_since:.0f} s, untold"
        )


def _is_past(world, armed):
    mark = world.venues[armed.venue].prices.fair(armed.symbol, armed.quantity, armed.threshold)
    return armed.is_breached(mark)


def _check_steps(world):
    rows = world.store.rows(
        "SELECT intent_id, from_state, to_state, cause, note FROM intent_events ORDER BY intent_id, seq"
    )
    last = (None, None)
    for intent_id, before, after, cause, note in rows:
        expected = last[1] if last[0] == intent_id else None
        transition = f"{before or 'nothing'} -> {after}"
        if before != expected or (transition not in TRANSITIONS and note is None):
            world.violate(f"illegal step of {intent_id}: {before} -> {after} after {expected} ({cause})")
        if note is None:
            world.tally.transitions[transition] += 1
        last = (intent_id, after)
    for state, count in world.store.rows("SELECT state, count(*) FROM intents GROUP BY state"):
        world.tally.ends[state] += count
    for kind, count in world.store.rows("SELECT kind, count(*) FROM alerts GROUP BY kind"):
        world.tally.alerts[kind] += count


def _check_fills(world):
    for truth in world.venues.values():
        account_id = world.account(truth.venue).account_id
        if different := _ledgers(world, truth):
            world.violate(f"the ledger of {truth.venue} differs: {different}")
        _check_orders(world, truth, account_id)


def _ledgers(world, truth):
    """Return some fills in which our ledger and the venue's differ."""
    ours = dict(_our_fills(world, world.account(truth.venue).account_id))
    theirs = {fill.trade_id: (str(fill.side), fill.price, fill.quantity, fill.fee) for fill in truth.fills}
    return _difference(ours, theirs)


def _our_fills(world, account_id):
    rows = world.store.rows(
        "SELECT trade_id, side, price, quantity, fee FROM fills WHERE account_id = ?", account_id
    )
    for trade_id, side, *amounts in rows:
        yield trade_id, (side, *(Decimal(amount) for amount in amounts))


def _difference(ours, theirs):
    keys = sorted(key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key))
    return [(key, ours.get(key), theirs.get(key)) for key in keys[:3]]


def _check_orders(world, truth, account_id):
    """Every fill of a bot's order is in an intent, with its exact value and fee."""
    rows = world.store.rows(
        "SELECT venue_order_id, filled_quantity, cost, fee FROM intents WHERE account_id = ? AND state = 'filled'",
        account_id,
    )
    known = {row[0]: tuple(Decimal(amount) for amount in row[1:]) for row in rows}
    for order in truth.orders.values():
        if order.client_id is None or not order.fills:
            continue
        reported = truth.order(order)
        if known.get(order.order_id) != (reported.filled_quantity, reported.cost, reported.fee):
            world.violate(f"{order.order_id} was filled, its intent says {known.get(order.order_id)}")


def _check_rest(world, armed, state, quantity):
    truth = world.venues[armed.venue]
    if state == "armed" and quantity > truth.total(armed.asset):
        world.violate(f"{armed.guard_id} guards {quantity}, there is {truth.total(armed.asset)}")
    if armed.is_all_agreed:
        # What its owner asked for comes off the guard or off the rest, as it happens to be sold.
        return
    least = armed.quantity - armed.sold - armed.owner_out
    if quantity < min(least, truth.total(armed.asset)):
        world.violate(f"{armed.guard_id} guards {quantity} only, untouched are {least}")
    if quantity > armed.quantity - armed.sold:
        world.violate(f"{armed.guard_id} guards {quantity} of {armed.quantity}, sold are {armed.sold}")
