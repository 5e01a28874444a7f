"""Prices that take several requests: what those brought, with what the others failed at."""

import pytest

from engine.brokers.ccxt_market import gather_quotes
from engine.model.errors import MisconfiguredError, RefusalReason, RefusedError, TryLaterError
from engine.model.venues import Venue
from tests.builders import a_quote

REFUSED = RefusedError(Venue.COINBASE, "product not found", RefusalReason.UNKNOWN_SYMBOL)
SILENT = TryLaterError(Venue.COINBASE, "no connection")
GARBAGE = MisconfiguredError(Venue.COINBASE, "its answer cannot be read")


def brings(symbol):
    async def request():
        return {symbol: a_quote(symbol=symbol)}

    return request


def fails(error):
    async def request():
        raise error

    return request


@pytest.mark.fault("V145")
@pytest.mark.parametrize("error", [SILENT, GARBAGE])
async def test_what_one_request_fails_at_comes_with_the_quotes_of_the_others(error):
    quotes = await gather_quotes(Venue.COINBASE, fails(error), fails(REFUSED), brings("BTC/USD"))

    assert quotes.keys() == {"BTC/USD"}
    assert quotes.failed is error


async def test_what_is_refused_beside_quotes_has_none_and_nothing_failed():
    quotes = await gather_quotes(Venue.COINBASE, brings("BTC/USD"), fails(REFUSED))

    assert quotes.failed is None


async def test_what_fails_is_an_error_where_nothing_else_came():
    with pytest.raises(TryLaterError):
        await gather_quotes(Venue.COINBASE, fails(SILENT))
