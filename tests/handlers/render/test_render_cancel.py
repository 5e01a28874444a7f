"""The screens of cancelling an order."""

from decimal import Decimal

import pytest

from engine.offers.cancelling_preview import CancelOutcome, NoCancel
from engine.portfolio.open_orders import OrderOwner
from handlers.render.cancel import render_cancel, render_cancel_result
from handlers.render.html import plain_text
from handlers.render.times import Reader
from tests.handlers.order_values import (
    COINBASE,
    account_orders,
    cancel_line,
    cancel_preview,
    cancel_result,
)
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, ago

READER = Reader(now=NOW)


def test_each_order_is_shown_with_its_button_or_with_why_it_has_none():
    preview = cancel_preview(
        cancel_line(),
        cancel_line("OSALE1-UNDER-WAYWAY", owner=OrderOwner.EXIT, why_not=NoCancel.EXIT),
        unread=(account_orders(account=COINBASE, as_of=ago(minutes=5), error="503 <Unavailable>"),),
    )

    check_golden("cancel_preview", render_cancel(preview, READER))


def test_what_came_of_it_is_what_the_venue_says():
    results = (
        cancel_result(filled=Decimal(0)),
        cancel_result(filled=Decimal("0.1")),
        cancel_result(was_over=True),
        cancel_result(CancelOutcome.FILLED),
        cancel_result(CancelOutcome.REFUSED, detail="EOrder:Rate limit exceeded"),
        cancel_result(CancelOutcome.UNKNOWN, detail="<no answer>"),
        cancel_result(CancelOutcome.UNKNOWN),
    )

    check_golden("cancel_results", *(render_cancel_result(one, READER) for one in results))


@pytest.mark.parametrize("why_not", NoCancel)
def test_without_a_button_nothing_can_be_cancelled_and_it_says_why(why_not):
    screen = render_cancel(cancel_preview(cancel_line(why_not=why_not)), READER)

    assert screen.text.startswith("<b>Nothing can be cancelled</b>")
    assert screen.keyboard == ()


def test_an_order_sized_by_its_cost_is_named_without_a_quantity():
    screen = render_cancel(cancel_preview(cancel_line(quantity=Decimal(0))), READER)

    assert screen.keyboard[0][0].label == "Cancel sell BTC/USD"


def test_what_was_not_confirmed_is_never_called_cancelled():
    text = plain_text(render_cancel_result(cancel_result(CancelOutcome.UNKNOWN), READER).text)

    assert text.startswith("Unknown whether cancelled")
    assert "/orders shows whether it is still open." in text


def test_the_longest_list_fits():
    lines = [
        cancel_line(f"{number:08d}-1f6f-4e0f-9e0b-3d1d6a3c0e11", symbol="1000CHEEMS/USDT")
        for number in range(200)
    ]

    check_fits(
        render_cancel(cancel_preview(*lines[:10], *(cancel_line(why_not=NoCancel.TOO_MANY),) * 190), READER)
    )
