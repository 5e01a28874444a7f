"""Kraken's ticker and order book frozen together: reported like any stale price, and a quiet market is none."""

from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled, PriceTrouble
from engine.market.mark import Mark, PriceProblem
from sandbox.faults import FaultKind
from tests.engine.watch.test_watch_frozen import seen, watch

#: Fifty trades of the stand-in's take this long.
FROZEN_AFTER_S = 75


@pytest.mark.fault("V14")
async def test_a_price_that_froze_altogether_is_unknown_and_reported(guarded):
    guarded.world.market.freeze("kraken", "BTC/USD")

    await watch(guarded, FROZEN_AFTER_S + 40)

    assert seen(guarded).problem is PriceProblem.STALE
    [alarm] = await guarded.alerts(PriceTrouble)
    assert (alarm.symbol, alarm.what, alarm.why) == ("BTC/USD", "unknown", PriceProblem.STALE)


async def test_a_loss_behind_a_frozen_price_is_sold_once_it_moves_again(guarded):
    guarded.world.market.freeze("kraken", "BTC/USD")
    await watch(guarded, FROZEN_AFTER_S + 40)
    guarded.world.market.restore("kraken", "BTC/USD")
    guarded.set_bid("57000")

    await watch(guarded, 20)

    [sale] = await guarded.alerts(ExitFilled)
    assert sale.trigger_price == Decimal(57000)


@pytest.mark.fault("V14")
async def test_a_market_without_many_trades_may_stand_still_for_an_hour(guarded):
    guarded.fault(FaultKind.WRONG_FIELDS, "Ticker", fields={"t": [20, 60]}, times=None)
    guarded.world.market.freeze("kraken", "BTC/USD")

    # A freeze is seen by the time that no level changed, however many looks that were.
    await watch(guarded, 3600, every_s=30)

    assert isinstance(seen(guarded), Mark)
    assert await guarded.alerts(PriceTrouble) == []


@pytest.mark.parametrize("skew_s", [-3600, 3600])
async def test_a_clock_that_is_wrong_freezes_no_price(guarded, skew_s):
    guarded.fault(FaultKind.CLOCK_SKEW, "*", skew_s=skew_s)

    await watch(guarded, 120)

    assert isinstance(seen(guarded), Mark)
