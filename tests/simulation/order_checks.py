"""Holds every order and fill of the bot against what it is allowed to do, the moment it happens."""

from decimal import Decimal

from engine.model.orders import Side
from tests.simulation.accounting import check_fill

#: A price may be this old, and a second look takes its time, before a sale is written down.
_PRICE_AGE_S = 20
#: Closing orders of one guard within a minute; more is a storm.
_STORM = 14


class OrderChecks:
    """Stands at every venue's order entry."""

    def __init__(self, world):
        self._world = world
        self._sent_at = {}
        self._began = set()

    def stand_at(self, truth):
        truth.on_order = lambda order: self._ordered(truth, order)
        truth.on_foreign_cancel = lambda order_id: self._world.violate(
            f"{order_id} holds nothing and was cancelled"
        )
        truth.on_fill = lambda order, fill: self._filled(truth, order, fill)

    def _ordered(self, truth, order):
        world = self._world
        world.tally.orders += 1
        world.trace(f"order {order.order_id} at {truth.venue}: {order.side} {order.quantity} {order.symbol}")
        if truth.effects[order.client_id] > 1:
            world.violate(f"{order.client_id} had a second effect at {truth.venue}")
        found = world.store.rows(
            """SELECT guard_id, intent_id, created_at, EXISTS (SELECT 1 FROM intent_events
            WHERE intent_events.intent_id = intents.intent_id AND to_state = 'sent')
            FROM intents WHERE client_order_id = ?""",
            order.client_id,
        )
        if not found:
            world.violate(f"{order.order_id} is an order that no intent knows")
            return
        guard_id, intent_id, created_at, was_sent = found[0]
        if not was_sent:
            world.violate(f"{order.order_id} was sent before it was written down")
        self._check_quantity(truth, order, guard_id)
        self._check_storm(order, guard_id)
        if intent_id not in self._began:
            self._began.add(intent_id)
            self._check_breach(truth, guard_id, self._world.seconds_of(created_at))

    def _check_quantity(self, truth, order, guard_id):
        world, armed = self._world, self._world.armed[guard_id]
        live = [one for one in truth.open_orders() if self._guard_of(one) == guard_id]
        if len(live) > 1:
            world.violate(f"{len(live)} closing orders of {guard_id} live at once")
        ((guarded,),) = world.store.rows("SELECT quantity FROM guards WHERE guard_id = ?", guard_id)
        if order.quantity > Decimal(guarded):
            world.violate(f"{order.order_id} sells {order.quantity}, guarded is {guarded}")
        if armed.sold + sum((one.left for one in live), Decimal(0)) > armed.may_sell:
            world.violate(f"{order.order_id} would sell more than {armed.may_sell} of {guard_id} in all")

    def _check_storm(self, order, guard_id):
        sent_at = self._sent_at.setdefault(guard_id, [])
        now = self._world.clock.monotonic()
        sent_at[:] = [*(at for at in sent_at if at > now - 60), now]
        if len(sent_at) > _STORM:
            self._world.violate(f"{len(sent_at)} closing orders of {guard_id} within a minute")

    def _check_breach(self, truth, guard_id, planned_at):
        armed = self._world.armed[guard_id]
        if armed.agreed is not None:
            return
        lowest = truth.prices.lowest_fair(
            armed.symbol, armed.quantity, armed.threshold, since=planned_at - _PRICE_AGE_S
        )
        if not armed.is_breached(lowest):
            self._world.violate(f"{guard_id} is sold though the price was never below {lowest}")

    def _filled(self, truth, order, fill):
        self._world.trace(f"fill {fill.trade_id}: {fill.side} {fill.quantity} @ {fill.price}")
        check_fill(self._world, truth, order, fill)
        if order.client_id is None and order.side is Side.SELL:
            self._world.owner_took(truth.venue, order.symbol, fill.quantity)
        guard_id = self._guard_of(order)
        if guard_id is None:
            return
        armed = self._world.armed[guard_id]
        armed.sold += fill.quantity
        if armed.sold > armed.may_sell:
            self._world.violate(f"{armed.sold} sold of {guard_id}, {armed.may_sell} was guarded or agreed to")

    def _guard_of(self, order):
        if order.client_id is None:
            return None
        found = self._world.store.rows(
            "SELECT guard_id FROM intents WHERE client_order_id = ?", order.client_id
        )
        return found[0][0] if found else None
