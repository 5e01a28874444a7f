from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.guards.guard import AtTarget, GuardSource, GuardState
from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import MarkBasis, PriceProblem, PriceUnknown
from engine.model.holdings import Direction, Unsettled
from engine.model.instruments import AssetClass
from engine.portfolio.not_guarded import NotGuarded
from engine.status import FailingExit, Hindrances
from handlers.render.standing import standing_text
from handlers.render.why_not import not_guarded_text
from tests.handlers.values import NOW, READER, WITHOUT_COST, guard, instrument, mark, position

_MINUS = "\N{MINUS SIGN}"
UNPRICED = {"mark": PriceUnknown(problem=PriceProblem.NO_QUOTE)}
SHUT = {"mark": PriceUnknown(problem=PriceProblem.MARKET_CLOSED)}
UNREAD_SALE = Unsettled(quantity=Decimal("0.06"), at=NOW, is_read=False)
REASONS = {
    NotGuarded.NOT_REQUESTED: {},
    NotGuarded.QUESTION_OPEN: {"has_open_question": True},
    NotGuarded.ENTRY_UNKNOWN: WITHOUT_COST,
    NotGuarded.FILLS_PENDING: {"fills_pending": True},
    NotGuarded.UNREAD_SALE: {"unsettled": UNREAD_SALE},
    NotGuarded.PRICE_UNKNOWN: UNPRICED,
    NotGuarded.MARKET_CLOSED: SHUT,
    NotGuarded.CANNOT_BE_SOLD_NOW: {"locked": Decimal("0.12")},
    NotGuarded.SHORT: {"direction": Direction.SHORT},
    NotGuarded.TOKENIZED: {"instrument": instrument("AAPLx.T/USD", asset_class=AssetClass.TOKENIZED)},
    NotGuarded.BELOW_MINIMUM: {"instrument": instrument(minimum_quantity=Decimal(1))},
}


@pytest.mark.parametrize("reason", [one for one in NotGuarded if one is not NotGuarded.PAUSED])
def test_each_reason_for_not_being_guarded_is_shown(reason):
    unwatched = position(guard=None, **REASONS[reason])

    assert standing_text(unwatched, READER).startswith(f"not guarded: {not_guarded_text(reason)}")


def test_a_tokenized_stock_is_never_recommended_for_guard():
    stock = position(guard=None, asset="AAPLx.T", **REASONS[NotGuarded.TOKENIZED], **WITHOUT_COST)

    assert standing_text(stock, READER) == (
        "not guarded: a tokenized stock, which NIJA prices and does not sell; sell it at the venue itself"
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, f"guarded at {_MINUS}1.00 %"),
        ({"guard": guard(threshold=Decimal("-0.025"))}, f"guarded at {_MINUS}2.50 %"),
        (
            {"guard": guard(trail=Decimal("0.025"), stop=Decimal(64000), target=Decimal("0.02"))},
            f"guarded at {_MINUS}1.00 %, stop trails by 2.50 %, target +2.00 %",
        ),
        ({"guard": guard(stop=Decimal("64333.2"))}, f"guarded at {_MINUS}1.00 %, stop at $64,333.20"),
        (
            {"guard": guard(target=Decimal("0.02"), at_target=AtTarget.BREAK_EVEN)},
            f"guarded at {_MINUS}1.00 %, target +2.00 %, then break-even",
        ),
        ({"guard": guard(target=Decimal("0.02"))}, f"guarded at {_MINUS}1.00 %, target +2.00 %"),
        (
            {
                "guard": guard(quantity="0.1", cost="6400", target=Decimal("0.0225")),
                "mark": mark(basis=MarkBasis.MID),
            },
            f"guarded at {_MINUS}1.00 % for 0.1 of it, target +2.25 %, wide spread, guarded at mid",
        ),
        ({"mark": mark(basis=MarkBasis.MID)}, f"guarded at {_MINUS}1.00 %, wide spread, guarded at mid"),
        ({"guard": guard(quantity="0.1", cost="6400")}, f"guarded at {_MINUS}1.00 % for 0.1 of it"),
        ({"guard": guard(state=GuardState.CLOSING)}, f"guarded at {_MINUS}1.00 %, being sold now"),
        (
            {"guard": guard(state=GuardState.PAUSED, reason="other", detail="2 for 1")},
            f"not guarded: paused, your answer is needed (2 for 1); its guard at {_MINUS}1.00 % waits",
        ),
        (
            SHUT,
            f"guarded at {_MINUS}1.00 %, but not watched: market closed",
        ),
        (
            {"guard": guard(quantity="0.1")} | UNPRICED,
            f"guarded at {_MINUS}1.00 % for 0.1 of it, but not watched: price unknown (no quote)",
        ),
        ({"guard": None}, "not guarded: you have not asked for it"),
    ],
    ids=[
        "plain",
        "own threshold",
        "trailing",
        "break-even",
        "then break-even",
        "target",
        "all of it",
        "mid",
        "part",
        "closing",
        "paused",
        "closed",
        "no price",
        "none",
    ],
)
def test_standing(changes, expected):
    assert standing_text(position(**changes), READER) == expected


def test_what_is_staked_is_said_with_what_to_do_about_it():
    staked = position(quantity=Decimal("0.75"), locked=Decimal("0.75"), guard=None)

    text = "not guarded: cannot be sold now"

    assert standing_text(staked, READER) == f"{text}: 0.75 is staked; unstake it at Kraken first"
    assert standing_text(replace(staked, instrument=None), READER) == text


def test_an_unknown_entry_says_what_makes_a_guard_possible():
    unknown = position(guard=None, **WITHOUT_COST)

    assert standing_text(unknown, READER).endswith("; /guard BTC kraken guards it from today's price")


def test_without_a_price_nothing_is_guarded_from_today_s():
    unknown = position(guard=None, last_mark=mark(), **UNPRICED, **WITHOUT_COST)
    unpriced = replace(unknown, last_mark=None)

    assert standing_text(unknown, READER) == "not guarded: entry unknown"
    assert standing_text(unpriced, READER) == "not guarded: price unknown (no quote)"


def test_a_venue_that_does_not_answer_is_named_as_why_there_is_no_price():
    silent = PriceUnknown(problem=PriceProblem.NO_ANSWER)
    unpriced = position(guard=None, mark=silent)
    guarded = position(mark=silent)

    why = "price unknown (Kraken does not answer)"
    assert standing_text(unpriced, READER) == f"not guarded: {why}"
    assert standing_text(guarded, READER).endswith(f"but not watched: {why}")


def test_what_purchases_cost_that_are_being_read_may_be_asked_again():
    reading = position(guard=None, history_incomplete=True, **WITHOUT_COST)

    assert standing_text(reading, READER).endswith("; its purchases are being read, ask again in a minute")


def test_a_closed_market_says_when_to_ask_again():
    share = position(guard=None, asset="AAPL", instrument=instrument("AAPL/USD"), **SHUT)

    assert standing_text(share, READER).endswith("; send /guard AAPL kraken when it is open")


def test_a_closed_market_says_when_it_opens_and_what_to_do_then():
    shut = PriceUnknown(problem=PriceProblem.MARKET_CLOSED, opens_at=NOW + timedelta(hours=18))
    share = position(guard=None, asset="AAPL", instrument=instrument("AAPL/USD"), mark=shut)

    assert standing_text(share, READER) == (
        "not guarded: market closed, opens 20:30:11 UTC, in 18 h; send /guard AAPL kraken then"
    )
    waiting = replace(share, guard=guard())
    assert "but not watched: market closed, opens 20:30:11 UTC, in 18 h" in standing_text(waiting, READER)


UNWATCHED = Unwatched(
    guard_id="g1",
    symbol="BTC/USD",
    venue_label="Kraken",
    reason=UnwatchedReason.PRICE_UNKNOWN,
    problem=PriceProblem.NO_ANSWER,
    since=NOW,
)


def hindered(unwatched):
    return Hindrances(unwatched={unwatched.guard_id: unwatched})


@pytest.mark.parametrize(
    ("price", "past"),
    [("63500", ""), ("63360", "; the price shown is past the threshold, and nothing is sold yet")],
)
def test_a_guard_that_the_watch_cannot_judge_is_not_called_watched_whatever_price_is_shown(price, past):
    text = standing_text(position(mark=mark(price)), READER, hindered(UNWATCHED))

    assert text == (
        f"guarded at {_MINUS}1.00 %, but not watched: price unknown (Kraken does not answer){past}"
    )


def test_a_guard_that_waits_for_the_first_prices_is_not_watched_yet():
    starting = replace(UNWATCHED, reason=UnwatchedReason.STARTING, problem=None)

    assert standing_text(position(), READER, hindered(starting)) == (
        f"guarded at {_MINUS}1.00 %, but not watched yet: starting, the first prices are not in yet"
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (GuardSource.EXISTING_COST, f"guarded at {_MINUS}1.00 %, sale failing"),
        (GuardSource.MANUAL, "being sold as you asked, not guarded, failing"),
    ],
)
def test_a_sale_that_does_not_get_through_says_since_when_and_why(source, said):
    selling = position(guard=guard(state=GuardState.CLOSING, source=source))
    failing = FailingExit(
        symbol="BTC/USD", venue_label="Kraken", guard_id="g1", why="no connection", since=NOW
    )

    text = standing_text(selling, READER, Hindrances(failing={"g1": failing}))

    assert text == f"{said} since 02:30:11 UTC, not sold yet: no connection"
