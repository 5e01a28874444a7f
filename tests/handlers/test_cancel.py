"""Cancelling an order in a real chat."""

import pytest

from engine.model.venues import Venue
from engine.offers.cancelling_plan import NamedOrder
from engine.offers.not_cancelled import NotOpen, OrderKept, OrdersUnread, OrderUnreadable
from engine.offers.outcomes import Nothing
from engine.users.roles import Role
from handlers.arguments import Misread
from handlers.cancel import parse_cancel
from tests.handlers.values import OWNER, user

UUID = "7a1c1d86-1f6f-4e0f-9e0b-3d1d6a3c0e11"


@pytest.mark.parametrize(
    ("typed", "symbol"),
    [("BTC", "BTC"), ("btc-usd", "BTC/USD"), ("OQCLML-BW3P3-BUCMWZ", None), (UUID, None), ("my_id.1", None)],
)
def test_an_id_or_a_symbol_is_read(typed, symbol):
    assert parse_cancel([typed]) == NamedOrder(text=typed, symbol=symbol)


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "Name one order by its id, or its symbol; /orders lists them."),
        ("BTC ETH", "Name one order"),
        ("<b>", "“<b>” is neither an order's id nor a symbol."),
        ("x" * 65, "is neither an order's id nor a symbol."),
    ],
)
def test_what_cannot_be_read_says_so(typed, why):
    misread = parse_cancel(typed.split())

    assert isinstance(misread, Misread)
    assert misread.why.startswith("Nothing was cancelled. ")
    assert why in misread.why


async def test_the_button_cancels_once_and_goes(engine, owner):
    asked = await owner.ask("/cancel BTC")

    owner.press(asked, "Cancel sell 0.5 BTC/USD")
    done = await owner.wait_for("Kraken confirms it.", after=asked)

    assert engine.asked("cancel") == [[OWNER, "cancel1"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


async def test_a_viewer_may_not_press(engine, owner):
    asked = await owner.ask("/cancel BTC")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Cancel sell"))

    assert "Nothing was changed" in answer.text
    assert engine.asked("cancel") == []


async def test_a_cancel_that_fails_under_the_finger_is_called_uncertain(engine, owner):
    asked = await owner.ask("/cancel BTC")
    engine.answers["cancel"] = RuntimeError("bug")

    owner.press(asked, "Cancel sell")

    assert await owner.wait_for("The order may or may not have been cancelled", after=asked)


UNREAD = OrdersUnread(venue=Venue.COINBASE, error="503")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (
            NotOpen(name="BTC"),
            "BTC is neither the id nor the symbol of an open order; nothing was cancelled. /orders lists them.",
        ),
        (NotOpen(name="BTC", unread=(UNREAD,)), "not listed now: Coinbase (503). Nothing was cancelled."),
        (UNREAD, "Coinbase did not list its open orders (503); nothing was cancelled."),
        (OrderUnreadable(name="O-1", venue=Venue.KRAKEN), "Kraken lists O-1, which NIJA cannot read"),
        *((kept, "nothing was cancelled.") for kept in OrderKept),
    ],
)
async def test_why_nothing_was_cancelled_is_said(engine, owner, why, text):
    engine.answers["offer_cancel"] = Nothing(why=why)

    assert text in (await owner.ask("/cancel BTC")).text
