"""A thin top of the book and a wide spread: which price they are guarded at, and what is reported of it."""

from dataclasses import replace
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.alerts.messages import ExitFilled
from engine.market.mark import MarkBasis, PriceProblem, PriceUnknown
from handlers.render.alerts import render_alert
from handlers.render.html import plain_text
from handlers.render.times import Reader
from sandbox.market import Override
from tests.engine.watch.watching import seen, watch


async def test_a_thin_top_is_walked_for_the_whole_quantity(room):
    listing = room.world.market.listing("kraken", "BTC/USD")
    room.world.market.add(replace(listing, depth=(Decimal(1), Decimal(19), Decimal(20))))
    room.set_bid("60000")
    await room.arm("20", "1190000", guard_id="guard-1")
    await room.arm("50", "2950000", guard_id="guard-2")

    await room.look()

    # 1 at 60,000 and 19 at a half spread of 30.0 below.
    walked = seen(room)
    assert (walked.basis, walked.price) == (MarkBasis.WALKED, Decimal("59971.5"))
    assert room.engine.watch.guard_marks["guard-2"].current == PriceUnknown(problem=PriceProblem.SHALLOW_BOOK)


async def test_a_wide_spread_is_guarded_at_its_middle_and_reported_once_after_a_minute(guarded):
    wide = Override(bid=Decimal(59000), ask=Decimal(61000))
    guarded.world.market.override("kraken", "BTC/USD", wide)

    await watch(guarded, 55)
    early = await guarded.alerts()
    await watch(guarded, 300)

    assert early == []
    assert [alert.what for alert in await guarded.alerts()] == ["wide_spread"]
    assert seen(guarded).price == Decimal(60000)
    assert guarded.sent() == []


async def test_a_wide_spread_is_reported_with_what_is_guarded_and_where_it_is_sold(guarded):
    guarded.world.market.override("kraken", "BTC/USD", Override(bid=Decimal(59000), ask=Decimal(61000)))

    await watch(guarded, 65)

    [alert] = await guarded.alerts()
    lines = plain_text(render_alert(alert, Reader(now=guarded.clock.now())).text).splitlines()
    [stake] = alert.at_stake
    assert lines[:2] == ["Wide spread", "BTC/USD on Kraken: bid and ask are too far apart to sell by either."]
    assert lines[2].startswith("0.1 BTC, about $6,000.00 at mid $60,000.00")
    assert f"; sells at ${stake.sells_at:,.2f}" in lines[2]
    assert lines[3] == "It is guarded at mid; a sale may fill lower than the mark."


@pytest.mark.fault("V102")
@pytest.mark.parametrize(
    "spreads",
    [
        pytest.param([(59000, 61000)] * 13 + [(59000, 59010)], id="its end"),
        pytest.param([(59000, 61000)] * 12 + [(58300, 60400)], id="its minute"),
    ],
)
async def test_a_breach_is_sold_although_what_is_new_of_the_spread_cannot_be_reported(guarded, spreads):
    *before, breach = spreads
    for bid, ask in before:
        guarded.world.market.override("kraken", "BTC/USD", Override(bid=Decimal(bid), ask=Decimal(ask)))
        await watch(guarded, 5)
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE alerts RENAME TO hidden"))
    guarded.world.market.override(
        "kraken", "BTC/USD", Override(bid=Decimal(breach[0]), ask=Decimal(breach[1]))
    )

    await watch(guarded, 5)
    await guarded.wait_for("exit ")

    assert len(guarded.sent()) == 1
    assert "no such table: alerts" in str(guarded.failures)
    guarded.expected_failures = guarded.failures
    async with guarded.database.write() as session:
        await session.exec(text("ALTER TABLE hidden RENAME TO alerts"))
    await guarded.sell_off()
    assert [sale.quantity for sale in await guarded.alerts(ExitFilled)] == [Decimal("0.1")]
