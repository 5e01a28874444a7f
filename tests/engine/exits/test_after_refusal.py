from dataclasses import replace
from decimal import Decimal

import pytest

from engine.exits.after_refusal import (
    AfterRefusal,
    AfterTooSmall,
    RefusalFacts,
    TooSmallFacts,
    after_refusal,
    after_too_small,
)
from engine.exits.pair_rules import SHUT_MAX_WAIT_S
from engine.model.errors import RefusalReason
from engine.orders.too_small import TooSmall
from tests.builders import an_instrument

FACTS = RefusalFacts(reason=None, is_guarded_pair=True, shut_s=0, is_all=True, is_gone=False)
LISTED = an_instrument(lot="0.00001", minimum_quantity="0.00001", minimum_notional="5")
SMALL = TooSmallFacts(
    quantity=Decimal("0.001"),
    instrument=LISTED,
    usual_minimum=Decimal(5),
    price=Decimal(60_000),
    trigger_price=Decimal(60_000),
    entry=Decimal(60_000),
    refused=TooSmall().again(100),
    now_s=100,
)


@pytest.mark.parametrize(
    ("reason", "changes", "step"),
    [
        (None, {}, AfterRefusal.TRY_AGAIN),
        (RefusalReason.BELOW_MINIMUM, {}, AfterRefusal.CHECK_MINIMUM),
        (RefusalReason.BELOW_MINIMUM, {"is_all": False}, AfterRefusal.AWAIT_REST),
        # Too little for another pair is none of the guarded one's business.
        (RefusalReason.BELOW_MINIMUM, {"is_guarded_pair": False}, AfterRefusal.ANOTHER_PAIR),
        (RefusalReason.BELOW_MINIMUM, {"is_guarded_pair": False, "is_all": False}, AfterRefusal.ANOTHER_PAIR),
        (RefusalReason.INSUFFICIENT_FUNDS, {}, AfterRefusal.READ_AGAIN),
        (RefusalReason.INSUFFICIENT_FUNDS, {"is_gone": True}, AfterRefusal.AWAIT_RETURN),
        (RefusalReason.MARKET_UNAVAILABLE, {"is_gone": True}, AfterRefusal.TRY_AGAIN),
        (RefusalReason.MARKET_UNAVAILABLE, {"shut_s": SHUT_MAX_WAIT_S}, AfterRefusal.ANOTHER_PAIR),
        (RefusalReason.PAIR_UNAVAILABLE, {}, AfterRefusal.ANOTHER_PAIR),
        (RefusalReason.OPPOSITE_ORDER, {}, AfterRefusal.CANCEL_OPPOSITE),
        (RefusalReason.INVALID_ORDER, {}, AfterRefusal.READ_LISTING),
        (RefusalReason.UNKNOWN_ORDER, {}, AfterRefusal.TRY_AGAIN),
    ],
)
def test_what_an_exit_does_follows_from_the_reason_of_the_refusal(reason, changes, step):
    assert after_refusal(replace(FACTS, reason=reason, **changes)) is step


@pytest.mark.parametrize(
    ("changes", "step"),
    [
        # Worth $60, where the least is $5.
        ({}, AfterTooSmall.TRY_AGAIN),
        # Worth $3 at what it cost: the listing agrees at once.
        ({"quantity": Decimal("0.00005")}, AfterTooSmall.ABANDON),
        # Worth $4 only since the price fell to a fifteenth.
        ({"price": Decimal(4_000)}, AfterTooSmall.AWAIT_PRICE),
        # The venue's word is believed once it has lasted.
        ({"quantity": Decimal("0.0002"), "refused": TooSmall(refusals=4, since=70)}, AfterTooSmall.ABANDON),
        ({"quantity": Decimal("0.0002"), "refused": TooSmall(refusals=3, since=70)}, AfterTooSmall.TRY_AGAIN),
        ({"quantity": Decimal("0.0002"), "refused": TooSmall(refusals=4, since=71)}, AfterTooSmall.TRY_AGAIN),
        # Worth $3 at what it cost, and $6 at a price that fell since.
        (
            {"quantity": Decimal("0.00005"), "trigger_price": Decimal(120_000)},
            AfterTooSmall.TRY_AGAIN,
        ),
        (
            {"quantity": Decimal("0.00005"), "price": None, "trigger_price": Decimal(0)},
            AfterTooSmall.TRY_AGAIN,
        ),
        ({"instrument": None}, AfterTooSmall.TRY_AGAIN),
    ],
)
def test_what_is_called_too_small_is_given_up_only_by_its_listing_or_after_a_while(changes, step):
    assert after_too_small(replace(SMALL, **changes)) is step
