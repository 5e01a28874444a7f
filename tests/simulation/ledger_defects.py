"""Mistakes in the ledger that simulation, stand-ins and accounts on paper share."""

from dataclasses import replace
from decimal import Decimal
from unittest.mock import patch

from engine.brokers.paper.book import Level
from engine.brokers.paper.ledger import Ledger, account, filling
from engine.brokers.paper.ledger.matching import take
from engine.model.money import ZERO


def charge_no_fee():
    return patch.object(filling, "fee_of", lambda amount, ratio: ZERO)


def charge_a_fee_that_is_not_paid():
    exchange = filling._exchange

    def free_of_charge(fill):
        return [replace(posting, fee=ZERO) for posting in exchange(fill)]

    return patch.object(filling, "_exchange", free_of_charge)


def hold_on_after_a_cancel():
    cancel = Ledger.cancel

    def holding(self, order_id, *, at, reason="", keep_hold=False):
        return cancel(self, order_id, at=at, reason=reason, keep_hold=True)

    return patch.object(Ledger, "cancel", holding)


def fill_below_the_level():
    def lower(levels, quantity, draft):
        return [Level(level.price * Decimal("0.99"), level.size) for level in take(levels, quantity, draft)]

    return patch.object(account, "take", lower)
