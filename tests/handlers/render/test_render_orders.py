"""The screen of open orders."""

from decimal import Decimal

import pytest

from engine.model.orders import Collateral, ProductFamily, Side
from engine.model.venues import Venue
from engine.portfolio.open_orders import OrderOwner
from handlers.render.html import plain_text, split
from handlers.render.orders import render_orders
from handlers.render.times import Reader
from tests.handlers.order_values import COINBASE, KRAKEN, account_orders, open_order, overview
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, ago

READER = Reader(now=NOW)


def test_each_order_is_shown_with_what_it_holds_and_whose_it_is():
    orders = overview(
        account_orders(
            open_order(),
            open_order("OAAAAA-BBBBB-CCCCCC", side=Side.BUY, price=Decimal("0.00001234"), symbol="PEPE/USD"),
            open_order("OMARGI-NNNNN-SSSSSS", family=ProductFamily.MARGIN),
            open_order(
                "OSALE1-UNDER-WAYWAY", owner=OrderOwner.EXIT, price=None, is_market=True, opened_at=None
            ),
            unreadable=("OODDDD-EEEEE-FFFFFF: type should be a known word, not '<hold>'",),
        ),
        account_orders(
            open_order(
                "7a1c1d86-1f6f-4e0f-9e0b-3d1d6a3c0e11",
                account=COINBASE,
                side=Side.BUY,
                quantity=Decimal(0),
                collateral=Collateral(asset="USD", quantity=None),
            ),
            account=COINBASE,
            as_of=ago(minutes=5),
            error="503 <Service Unavailable>",
        ),
    )

    check_golden("orders", render_orders(orders, READER))


@pytest.mark.parametrize(
    ("orders", "text"),
    [
        (overview(account_orders()), "None."),
        (overview(account_orders(as_of=None, error="503")), "None is known."),
        (overview(account_orders(as_of=None, error="503")), "(503); they are not known."),
        (overview(account_orders(unreadable=("odd",))), "0 open, and 1 that cannot be read."),
    ],
)
def test_nothing_is_told_apart_from_unknown(orders, text):
    assert text in plain_text(render_orders(orders, READER).text)


def test_without_a_broker_it_says_so():
    nobody = type(overview())(accounts=(), as_of=NOW)

    assert "No broker is set." in render_orders(nobody, READER).text


@pytest.mark.parametrize("owner", [owner for owner in OrderOwner if owner.is_ours])
def test_what_is_our_own_is_not_said_to_be_cancelled_by_its_owner(owner):
    text = render_orders(overview(account_orders(open_order(owner=owner))), READER).text

    assert "NIJA's own" in text
    assert "/cancel" not in text


@pytest.mark.parametrize("price", [None, Decimal(70000)])
def test_an_order_without_a_listed_price_does_not_claim_to_go_at_market(price):
    text = render_orders(overview(account_orders(open_order(price=price, is_market=False))), READER).text

    assert ("at a price that is not listed" in text) is (price is None)


def test_of_many_orders_fewer_figures_are_shown_and_each_message_fits():
    many = [
        open_order(
            f"{number:08d}-1f6f-4e0f-9e0b-3d1d6a3c0e11",
            symbol="1000CHEEMS/USDT",
            quantity=Decimal("123456789.12345678"),
            filled_quantity=Decimal("12345678.12345678"),
            price=Decimal("0.000000001234"),
        )
        for number in range(200)
    ]
    odd = tuple(f"{number}: {'x' * 400}" for number in range(100))
    worst = overview(*(account_orders(*many, account=one, unreadable=odd) for one in (KRAKEN, COINBASE)))

    screen = render_orders(worst, READER)

    check_fits(screen)
    assert "And 160 more there." in screen.text
    assert "and 60 more" in screen.text


def test_a_dozen_orders_fit_into_one_message():
    some = [open_order(f"{number:08d}-1f6f-4e0f-9e0b-3d1d6a3c0e11") for number in range(40)]

    assert len(split(render_orders(overview(account_orders(*some)), READER).text)) == 1


def test_refresh_keeps_the_broker():
    assert render_orders(overview(), READER, venue=Venue.KRAKEN).keyboard[0][0].data == "r:orders:kraken"
