"""/paper reset in a real chat: a preview, and a button that counts once."""

from decimal import Decimal

import pytest

from engine.model.venues import Venue
from engine.offers.outcomes import Nothing, Rejected
from engine.offers.paper_reset import NotOnPaper, OrdersUnderWay
from handlers.arguments import Misread
from handlers.paper import ResetArguments, parse_reset
from tests.handlers.values import OWNER


async def test_the_button_resets_what_it_says_and_goes(engine, owner):
    asked = await owner.ask("/paper reset 500 kraken")
    assert engine.asked("offer_reset") == [[OWNER, Decimal(500), Venue.KRAKEN]]
    assert asked.text.startswith("Reset?\nKraken: what is held there on paper goes, and it has $500.00.")
    assert "Guards that end with it: BTC/USD at Kraken." in asked.text
    assert engine.asked("reset") == []

    owner.press(asked, "Reset to $500.00")
    done = await owner.wait_for("it has $500.00 now", after=asked)

    assert engine.asked("reset") == [[OWNER, "reset1"]]
    assert "Guards that ended with it: BTC/USD at Kraken." in done.text
    assert done.buttons == ()


async def test_a_press_that_does_not_count_says_why(engine, owner):
    engine.answers["reset"] = Nothing(why=Rejected.EXPIRED)
    asked = await owner.ask("/paper reset 500")

    answer = await owner.wait_for_answer(owner.press(asked, "Reset to $500.00"))

    assert "expired" in answer.text


async def test_live_accounts_are_not_reset_and_a_sentence_says_so(engine, owner):
    engine.answers["offer_reset"] = NotOnPaper()

    answer = await owner.ask("/paper reset 500")

    assert answer.text.startswith("There is no account on paper to reset; nothing was changed.")
    assert answer.buttons == ()


async def test_what_is_in_the_way_is_named(engine, owner):
    engine.answers["offer_reset"] = OrdersUnderWay(venues=(Venue.ALPACA,))

    assert "Orders at Alpaca are not over; nothing was reset." in (await owner.ask("/paper reset 500")).text


def test_an_amount_is_read_with_and_without_a_broker():
    assert parse_reset(["reset", "500"]) == ResetArguments(usd=Decimal(500), venue=None)
    assert parse_reset(["RESET", "$1,000", "Alpaca"]) == ResetArguments(usd=Decimal(1000), venue=Venue.ALPACA)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "500",
        "reset",
        "reset 0",
        "reset much",
        "reset 500 binance",
        "reset 500 kraken now",
        "reset 9999999999",
    ],
)
def test_anything_else_is_answered_with_what_would_be_understood(typed):
    misread = parse_reset(typed.split())

    assert isinstance(misread, Misread)
    assert misread.why.endswith("Nothing was reset.")
