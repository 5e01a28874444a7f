"""What is said of positions while their venue does not answer."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.alerts.questions import Exclusion
from engine.market.mark import PriceProblem, PriceUnknown
from engine.offers.closing_preview import ObstacleKind
from engine.portfolio.not_guarded import NotGuarded, why_not_guarded
from sandbox.faults import FaultKind
from sandbox.world import OWNER_ID, Opening, Story


async def positions(room):
    portfolio = await room.engine.portfolio.fetch_portfolio(OWNER_ID)
    return {view.asset: view for view in portfolio.positions}


@pytest.mark.fault("V88")
async def test_a_broker_that_does_not_answer_changes_no_reason(rooms):
    crumbs = {
        "XRP": Decimal(11),
        "ETH": Decimal("0.001"),
        "ETH.S": Decimal(1),
        "DOGE": Decimal(12),
        "BTC": Decimal(1),
    }
    async with rooms(story=Story(openings={"kraken": Opening(deposits=crumbs)})) as room:
        listing = room.world.market.listing("kraken", "XRP/USD")
        room.world.market.add(replace(listing, minimum_quantity=Decimal(1), minimum_notional=Decimal(1000)))
        await room.read()
        before = await positions(room)
        for endpoint in ("BalanceEx", "Ticker"):
            room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)
        await room.clock.sleep(60)

        down = await positions(room)

    assert {view.mark for view in down.values()} == {PriceUnknown(problem=PriceProblem.NO_ANSWER)}
    assert {key: why_not_guarded(view) for key, view in down.items()} == {
        key: why_not_guarded(view) for key, view in before.items()
    }
    assert {asset: why_not_guarded(view) for asset, view in before.items()} == {
        "BTC": NotGuarded.ENTRY_UNKNOWN,
        "DOGE": NotGuarded.BELOW_MINIMUM,
        "ETH": NotGuarded.CANNOT_BE_SOLD_NOW,
        "XRP": NotGuarded.BELOW_MINIMUM,
    }


@pytest.mark.fault("V88")
async def test_after_a_restart_that_no_venue_answers_nothing_is_called_unlisted(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(deposits={"BTC": Decimal(1)})})) as room:
        await room.read()
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
        await room.restart()

        shown = await positions(room)
        [armed] = (await room.engine.guards.offer_guard(OWNER_ID, "BTC", None)).left_out
        [close] = (await room.engine.closing.offer_close(OWNER_ID, "BTC")).lines

    assert why_not_guarded(shown["BTC"]) is NotGuarded.PRICE_UNKNOWN
    assert shown["BTC"].mark == PriceUnknown(problem=PriceProblem.NO_ANSWER)
    assert armed.excluded is Exclusion.PRICE_UNKNOWN
    assert close.obstacle.kind is ObstacleKind.NO_ANSWER
