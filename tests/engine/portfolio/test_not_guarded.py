from dataclasses import replace

import pytest

from engine.guards.guard import GuardState
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.instruments import AssetClass
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from tests.builders import NOW, a_guard, a_position, an_instrument, number

NO_PRICE = PriceUnknown(problem=PriceProblem.NO_QUOTE)
CLOSED = PriceUnknown(problem=PriceProblem.MARKET_CLOSED)
TOKENIZED = replace(an_instrument(), asset_class=AssetClass.TOKENIZED)
BEFORE = {"mark": NO_PRICE, "last_mark": Mark(price=number("90"), basis=MarkBasis.BID, at=NOW)}


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param({}, NotGuarded.NOT_REQUESTED, id="nobody asked"),
        pytest.param({"cost": None}, NotGuarded.ENTRY_UNKNOWN, id="no entry"),
        pytest.param({"mark": NO_PRICE}, NotGuarded.PRICE_UNKNOWN, id="never a price"),
        pytest.param(BEFORE, NotGuarded.NOT_REQUESTED, id="no price now"),
        pytest.param(BEFORE | {"cost": None}, NotGuarded.ENTRY_UNKNOWN, id="no price now and no entry"),
        pytest.param(
            BEFORE | {"quantity": number("0.05")}, NotGuarded.BELOW_MINIMUM, id="worth too little before"
        ),
        pytest.param(
            BEFORE | {"locked": number("1.95")},
            NotGuarded.CANNOT_BE_SOLD_NOW,
            id="what is not staked was worth too little before",
        ),
        pytest.param(
            {"mark": NO_PRICE, "quantity": number("0.009")}, NotGuarded.BELOW_MINIMUM, id="dust at any price"
        ),
        pytest.param(
            {"mark": NO_PRICE, "locked": number("1.995")},
            NotGuarded.CANNOT_BE_SOLD_NOW,
            id="all but dust staked at any price",
        ),
        pytest.param(
            {"mark": NO_PRICE, "has_open_question": True}, NotGuarded.QUESTION_OPEN, id="asked about before"
        ),
        pytest.param(
            {"mark": NO_PRICE, "instrument": None, "is_listing_known": False},
            NotGuarded.PRICE_UNKNOWN,
            id="nobody reports what is listed",
        ),
        pytest.param({"has_open_question": True}, NotGuarded.QUESTION_OPEN, id="asked about"),
        pytest.param(
            {"has_open_question": True, "cost": None},
            NotGuarded.ENTRY_UNKNOWN,
            id="asked about without an entry",
        ),
        pytest.param({"mark": CLOSED}, NotGuarded.MARKET_CLOSED, id="market closed"),
        pytest.param({"instrument": None}, NotGuarded.CANNOT_BE_SOLD_NOW, id="not listed"),
        pytest.param({"instrument": TOKENIZED}, NotGuarded.TOKENIZED, id="tokenized stock"),
        pytest.param(
            {"instrument": TOKENIZED, "cost": None},
            NotGuarded.TOKENIZED,
            id="tokenized stock without an entry",
        ),
        pytest.param({"locked": number("2")}, NotGuarded.CANNOT_BE_SOLD_NOW, id="staked"),
        pytest.param(
            {"locked": number("2"), "mark": CLOSED}, NotGuarded.CANNOT_BE_SOLD_NOW, id="staked overnight"
        ),
        pytest.param({"quantity": number("0.05")}, NotGuarded.BELOW_MINIMUM, id="worth too little now"),
        pytest.param({"locked": number("1.995")}, NotGuarded.CANNOT_BE_SOLD_NOW, id="all but dust staked"),
        pytest.param(
            {"quantity": number("0.009"), "locked": number("0.005")},
            NotGuarded.BELOW_MINIMUM,
            id="staked dust",
        ),
        pytest.param({"quantity": number("0.009")}, NotGuarded.BELOW_MINIMUM, id="dust"),
        pytest.param({"guard": a_guard()}, None, id="guarded"),
        pytest.param({"guard": a_guard(), "mark": NO_PRICE}, NotGuarded.PRICE_UNKNOWN, id="guarded blind"),
        pytest.param(
            {"guard": a_guard(state=GuardState.PAUSED)}, NotGuarded.PAUSED, id="paused until answered"
        ),
    ],
)
def test_why_nothing_watches_a_position(changes, why):
    assert why_not_guarded(a_position(**changes)) is why
