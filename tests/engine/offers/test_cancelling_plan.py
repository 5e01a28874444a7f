"""Which open orders are meant, which may be cancelled, and what became of one."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.model.errors import (
    KeyRejectedError,
    NoAnswerError,
    RefusalReason,
    RefusedError,
    TryLaterError,
    UnlistedRefusalError,
)
from engine.model.orders import ClientOrderId, OrderStatus
from engine.model.venues import Venue
from engine.offers.cancelling_plan import (
    NamedOrder,
    cancel_outcome,
    find_orders,
    find_unreadable,
    why_not_cancelled,
)
from engine.offers.cancelling_preview import CancelOutcome, NoCancel
from engine.portfolio.open_orders import OrderOwner
from tests.handlers.order_values import COINBASE, account_orders, open_order, order, overview

BITCOIN = open_order("OBTC-1")
MINE = open_order("OBTC-2", client_order_id=ClientOrderId("my-own-id"))
EURO = open_order("OEUR-1", symbol="BTC/EUR", account=COINBASE)
ETHER = open_order("OETH-1", symbol="ETH/USD")
ALL = overview(
    account_orders(BITCOIN, MINE, ETHER, unreadable=("OODD-1: type should be a known word",)),
    account_orders(EURO, account=COINBASE),
)


@pytest.mark.parametrize(
    ("text", "symbol", "found"),
    [
        ("OBTC-1", None, (BITCOIN,)),
        ("obtc-1", None, (BITCOIN,)),
        ("my-own-id", None, (MINE,)),
        ("BTC", "BTC", (BITCOIN, MINE, EURO)),
        ("btc-usd", "BTC/USD", (BITCOIN, MINE)),
        ("BTC/EUR", "BTC/EUR", (EURO,)),
        ("DOGE", "DOGE", ()),
        ("OBTC", "OBTC", ()),
        ("OODD-1", None, ()),
    ],
)
def test_an_order_is_found_by_its_id_or_its_symbol(text, symbol, found):
    assert find_orders(ALL, NamedOrder(text=text, symbol=symbol)) == found


@pytest.mark.parametrize(("text", "count"), [("oodd-1", 1), ("OODD", 0), ("OBTC-1", 0)])
def test_an_order_that_cannot_be_read_is_known_by_its_id(text, count):
    assert len(find_unreadable(ALL, NamedOrder(text=text, symbol=None))) == count


@pytest.mark.parametrize(
    ("owner", "is_listed", "why_not"),
    [
        (OrderOwner.EXTERNAL, True, None),
        (OrderOwner.EXTERNAL, False, NoCancel.NOT_LISTED),
        (OrderOwner.EXIT, True, NoCancel.EXIT),
        (OrderOwner.EXIT, False, NoCancel.EXIT),
        (OrderOwner.ENTRY, True, NoCancel.ENTRY),
        (OrderOwner.ENDED, True, NoCancel.ENDED),
    ],
)
def test_only_an_order_of_the_owners_own_that_is_still_listed_may_be_cancelled(owner, is_listed, why_not):
    assert why_not_cancelled(open_order(owner=owner), is_listed=is_listed) is why_not


def refused(reason):
    return RefusedError(Venue.KRAKEN, "no", reason)


OPEN, GONE = order(), order(status=OrderStatus.CANCELED)
LOST, LATER = NoAnswerError(Venue.KRAKEN, "no"), TryLaterError(Venue.KRAKEN, "busy")


@pytest.mark.parametrize(
    ("now", "error", "outcome"),
    [
        pytest.param(GONE, None, CancelOutcome.CANCELLED, id="confirmed"),
        pytest.param(GONE, LOST, CancelOutcome.CANCELLED, id="confirmed though the answer was lost"),
        pytest.param(
            GONE, refused(RefusalReason.UNKNOWN_ORDER), CancelOutcome.CANCELLED, id="it was gone already"
        ),
        pytest.param(
            replace(OPEN, status=OrderStatus.FILLED, filled_quantity=Decimal("0.5")),
            None,
            CancelOutcome.FILLED,
            id="filled first",
        ),
        pytest.param(OPEN, None, CancelOutcome.UNKNOWN, id="accepted and still open"),
        pytest.param(None, None, CancelOutcome.UNKNOWN, id="accepted and not read"),
        pytest.param(OPEN, LOST, CancelOutcome.UNKNOWN, id="no answer"),
        pytest.param(
            OPEN,
            UnlistedRefusalError(Venue.KRAKEN, "?"),
            CancelOutcome.UNKNOWN,
            id="refused in unknown words",
        ),
        pytest.param(
            OPEN, refused(RefusalReason.UNKNOWN_ORDER), CancelOutcome.UNKNOWN, id="not found and still open"
        ),
        pytest.param(OPEN, refused(RefusalReason.OTHER), CancelOutcome.REFUSED, id="refused"),
        pytest.param(OPEN, LATER, CancelOutcome.REFUSED, id="not taken now"),
        pytest.param(None, KeyRejectedError(Venue.KRAKEN, "no"), CancelOutcome.REFUSED, id="key refused"),
    ],
)
def test_only_the_venues_own_word_makes_an_order_cancelled(now, error, outcome):
    assert cancel_outcome(now, error) is outcome
