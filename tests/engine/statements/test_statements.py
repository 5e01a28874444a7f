"""What the engine states of a period, out of what it stored."""

from datetime import UTC, timedelta
from decimal import Decimal

import pytest

from engine.alerts.messages import ExitFilled
from engine.entries.sizing import Amount
from engine.statements.periods import Period, month_of, span_of
from sandbox.world import OWNER_ID
from tests.engine.offers.buying import a_buyer


@pytest.fixture
async def traded(room):
    """A coin bought by its owner, half of it sold by its guard, and a quarter by the owner."""
    room.deposit("USD", "100000")
    room.set_bid("60000")
    room.trade("buy", "1")
    await room.read()
    await room.arm("0.5", "32000")
    room.set_bid("50000")
    await room.sell_off()
    room.trade("sell", "0.25")
    await room.read()
    return room


async def stated(room, period=Period.DAY):
    return await room.engine.statements.fetch_pnl(OWNER_ID, span_of(period, room.clock.now(), UTC))


async def test_sales_of_the_guard_and_of_the_owner_are_both_there_once(traded):
    [alert] = await traded.alerts(ExitFilled)
    bought, _, own = traded.world.ledger("kraken").fills
    statement = await stated(traded)

    [result] = statement.total.results
    cost = bought.price * Decimal("0.25")
    by_owner = own.price * own.quantity - own.fee - cost
    assert (result.sales, result.owners, result.unknown) == (2, 1, ())
    assert result.realised == alert.realised + by_owner
    [(account, pnl)] = statement.accounts
    assert (account.venue, pnl) == ("kraken", statement.total)


async def test_fees_are_apart_for_sales_and_purchases_and_counted_once(traded):
    bought, sold, own = traded.world.ledger("kraken").fills
    total = (await stated(traded)).total

    [sale_fees], [purchase_fees] = total.sale_fees, total.purchase_fees
    assert (sale_fees.booked, sale_fees.trades) == (sold.fee + own.fee, 2)
    assert (purchase_fees.booked, purchase_fees.trades) == (bought.fee, 1)
    assert not sale_fees.unbooked + purchase_fees.unbooked


async def test_a_sale_is_stated_before_the_venues_list_of_trades_was_read(guarded):
    guarded.set_bid("50000")
    await guarded.sell_off()
    [alert] = await guarded.alerts(ExitFilled)

    [result] = (await stated(guarded)).total.results

    assert (result.realised, result.sales) == (alert.realised, 1)


async def test_nobody_else_sees_it_and_another_day_has_none_of_it(traded):
    tomorrow = span_of(Period.DAY, traded.clock.now() + timedelta(days=1), UTC)

    other = await traded.engine.statements.fetch_pnl(
        OWNER_ID + 1, span_of(Period.MONTH, traded.clock.now(), UTC)
    )
    later = await traded.engine.statements.fetch_pnl(OWNER_ID, tomorrow)

    assert (other.accounts, other.total.results) == ((), ())
    assert later.total.results == later.total.sale_fees == ()


async def test_a_damaged_fill_is_named_and_the_others_are_stated(traded):
    await traded.damage("fills", "price = 'nothing'", "side = 'sell'")

    statement = await stated(traded)

    assert statement.unreadable > 0
    [result] = statement.total.results
    assert result.sales == 1


async def fees(room):
    now = room.clock.now()
    return await room.engine.statements.fetch_fees(OWNER_ID, month_of(now.year, now.month, UTC))


async def test_the_fees_of_a_month_are_every_trades_once(traded):
    stated_fees = await fees(traded)

    [total] = stated_fees.total.sums
    fills = traded.world.ledger("kraken").fills
    assert (total.booked, total.trades, total.unbooked) == (sum(fill.fee for fill in fills), 3, 0)
    assert [one.sums for _, one in stated_fees.accounts] == [(total,)]
    assert stated_fees.total.compared == ()


async def test_what_a_route_estimated_stands_beside_what_the_purchase_after_it_was_charged(room):
    room.deposit("USD", "1000")
    room.set_bid("60000")
    await room.read()
    preview = await room.engine.entries.preview(OWNER_ID, "BTC", Amount(Decimal(100)))
    room.trade("buy", "0.001")
    await room.read()

    [compared] = (await fees(room)).total.compared

    [bought] = room.world.ledger("kraken").fills
    value = bought.price * bought.quantity
    # Kraken reports so many places.
    assert (compared.trades, compared.charged) == (1, bought.fee.quantize(Decimal("0.00001")))
    assert compared.estimated == value * preview.decision.cost.fees.taker


async def test_a_buy_of_nija_is_charged_once_before_and_after_its_fill_is_read(room):
    buyer = await a_buyer(room)
    await buyer.buy()
    await buyer.end()
    before = await fees(room)
    await room.read()
    after = await fees(room)

    [bought] = buyer.fills
    for found in (before, after):
        [total] = found.total.sums
        assert (total.trades, total.booked) == (1, bought.fee.quantize(Decimal("0.00001")))
        [compared] = found.total.compared
        assert (compared.trades, compared.charged) == (1, total.booked)
        assert abs(compared.error) < Decimal("0.01")


async def test_a_sale_whose_fill_is_still_to_be_read_is_named_by_an_export(guarded):
    guarded.set_bid("50000")
    await guarded.sell_off()
    before = await guarded.engine.statements.fetch_fills(OWNER_ID)
    await guarded.read()
    after = await guarded.engine.statements.fetch_fills(OWNER_ID)

    [fill] = guarded.world.ledger("kraken").fills
    assert (before.fills, before.to_be_read) == ((), 1)
    assert ([one.fill.venue_order_id for one in after.fills], after.to_be_read) == ([fill.order_id], 0)
