"""Stocks have a price in the regular session only, once its opening has settled."""

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.brokers.base import Session
from engine.market.mark import PriceProblem, PriceUnknown
from engine.market.session import check_session, is_settled
from tests.builders import NOW, a_quote, ago

OPENED_AT = ago(600)
MICROSECOND = timedelta(microseconds=1)
CLOSED = PriceUnknown(problem=PriceProblem.MARKET_CLOSED)


def a_session(*, is_open=True, opened_at=OPENED_AT):
    return Session(is_open=is_open, opened_at=opened_at, next_open=None, next_close=None)


@pytest.mark.parametrize(
    ("session", "quote"),
    [(a_session(), a_quote()), (a_session(opened_at=ago(30)), a_quote())],
    ids=["in the session", "exactly 30 s after the open"],
)
def test_a_stock_has_a_price_once_the_opening_has_settled(session, quote):
    assert check_session(session, quote=quote, now=NOW) is None


@pytest.mark.parametrize(
    ("session", "quote"),
    [
        (a_session(is_open=False), a_quote()),
        (a_session(opened_at=None), a_quote()),
        (a_session(opened_at=ago(30) + MICROSECOND), a_quote(at=NOW + timedelta(seconds=1))),
        (a_session(), a_quote(at=ago(570) - MICROSECOND)),
        (a_session(), a_quote(at=ago(900))),
    ],
    ids=["closed", "opening unknown", "just opened", "quote of the opening", "quote from before the open"],
)
def test_outside_the_settled_session_the_market_is_closed(session, quote):
    assert check_session(session, quote=quote, now=NOW) == CLOSED


@pytest.mark.parametrize(("is_open", "opens_at"), [(False, NOW + timedelta(hours=18)), (True, None)])
def test_a_closed_market_names_when_it_opens(is_open, opens_at):
    session = replace(a_session(is_open=is_open, opened_at=None), next_open=NOW + timedelta(hours=18))

    assert check_session(session, quote=a_quote(), now=NOW).opens_at == opens_at


def test_a_quote_taken_as_the_opening_settles_is_a_price():
    assert check_session(a_session(), quote=a_quote(at=ago(570)), now=NOW) is None


@pytest.mark.parametrize(("closes_in_s", "settled"), [(0, False), (0.001, True), (-1, False)])
def test_a_session_that_was_read_before_the_close_is_over_with_it(closes_in_s, settled):
    session = replace(a_session(), next_close=NOW + timedelta(seconds=closes_in_s))

    assert is_settled(session, NOW) is settled
