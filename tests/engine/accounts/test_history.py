"""Fills read from a Kraken over sockets: back only until they explain what is held, and never twice."""

from decimal import Decimal

import pytest

from engine.model.venues import Venue
from engine.orders import fills_store as fill_rows
from sandbox.coinbase import DerivativeFill
from sandbox.faults import FaultKind
from sandbox.world import Bought, Opening, Story

#: Kraken's page has fifty trades.
PAGE = 50


def purchases(count, *, symbol="ETH/USD", first_days_ago=400):
    return tuple(
        Bought(symbol=symbol, quantity=Decimal("0.1"), price=Decimal(3000 + n), days_ago=first_days_ago - n)
        for n in range(count)
    )


async def learn(room):
    """Read the account and its fills as the bot does after a snapshot."""
    account = room.account()
    await room.engine.reader.read(account)
    report = room.report()
    new = await room.histories.catch_up(account)
    await room.histories.explain(report)
    return report, new


def offsets(room):
    return [int(call.params["ofs"]) for call in room.sent("TradesHistory")]


async def stored_fills(room, asset="ETH"):
    async with room.database.read() as session:
        return await fill_rows.load_fills(session, "env-kraken", asset=asset)


async def cursor(room):
    async with room.database.read() as session:
        return await fill_rows.load_cursor(session, "env-kraken")


async def test_the_newest_page_is_enough_when_it_explains_what_is_held(rooms):
    # All of an early position was sold again; only the last purchase is still there.
    opening = Opening(purchases=purchases(60))
    async with rooms(story=Story(openings={"kraken": opening})) as room:
        room.deposit("USD", "1000")
        room.trade("sell", "6", "ETH/USD")
        await room.clock.sleep(1)
        room.trade("buy", "0.2", "ETH/USD")

        report, _ = await learn(room)

        assert offsets(room) == [0]
        basis = room.histories.basis("env-kraken", "ETH")
        assert (basis.explained, basis.complete) == (Decimal("0.2"), True)
        assert room.histories.is_explained(report)
        assert not (await cursor(room)).complete


async def test_older_pages_are_read_until_they_explain_what_is_held(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(purchases=purchases(120))})) as room:
        report, _ = await learn(room)

        assert offsets(room) == [0, 50, 100]
        basis = room.histories.basis("env-kraken", "ETH")
        assert (basis.explained, basis.currency) == (Decimal(12), "USD")
        assert basis.cost == sum(
            (fill.quantity * fill.price for fill in await stored_fills(room)), Decimal(0)
        )
        assert room.histories.is_explained(report)


async def test_a_long_history_is_read_over_several_turns_and_goes_on_where_it_stopped(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(purchases=purchases(290))})) as room:
        report, _ = await learn(room)
        first_turn = room.histories.is_explained(report)
        await room.restart()

        report, _ = await learn(room)

        assert not first_turn
        # The restart asks for the newest page again and meets what it knows.
        assert offsets(room) == [0, 50, 100, 150, 0, 200, 250]
        assert room.histories.is_explained(report)
        assert (await cursor(room)).complete


async def test_coins_from_elsewhere_stay_unexplained_with_no_cost(rooms):
    opening = Opening(purchases=purchases(1), deposits={"ETH": Decimal(1), "BTC": Decimal("0.5")})
    async with rooms(story=Story(openings={"kraken": opening})) as room:
        report, _ = await learn(room)

        eth, btc = (room.histories.basis("env-kraken", asset) for asset in ("ETH", "BTC"))
        assert (eth.explained, eth.unexplained) == (Decimal("0.1"), Decimal(1))
        assert (btc.explained, btc.cost, btc.currency) == (0, 0, None)
        # There is nothing older to read, so nothing more can be learnt.
        assert room.histories.is_explained(report)


async def test_new_fills_are_returned_once_oldest_first(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(purchases=purchases(2))})) as room:
        room.deposit("USD", "1000")
        _, first = await learn(room)
        room.trade("buy", "0.1", "ETH/USD")
        await room.clock.sleep(10)
        room.trade("sell", "0.05", "ETH/USD")

        _, second = await learn(room)
        _, third = await learn(room)

        assert [len(first), len(second), len(third)] == [2, 2, 0]
        assert [fill.side for fill in second] == ["buy", "sell"]


async def test_more_new_fills_than_a_page_holds_are_all_met(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(purchases=purchases(2))})) as room:
        await learn(room)
        room.deposit("USD", "100000")
        for _ in range(PAGE + 20):
            room.trade("buy", "0.01", "ETH/USD")

        _, new = await learn(room)

        assert len(new) == PAGE + 20
        assert offsets(room) == [0, 0, 50]
        assert room.histories.basis("env-kraken", "ETH").explained == Decimal("0.9")


async def test_an_older_page_nobody_answers_for_is_read_on_the_next_turn(rooms):
    async with rooms(story=Story(openings={"kraken": Opening(purchases=purchases(60))})) as room:
        account = room.account()
        await room.engine.reader.read(account)
        report = room.report()
        await room.histories.catch_up(account)
        room.fault(FaultKind.HTTP_ERROR_BEFORE, "TradesHistory")

        await room.histories.explain(report)
        incomplete = room.histories.is_explained(report)
        await room.histories.explain(report)

        assert not incomplete
        assert room.histories.is_explained(report)


async def test_nothing_is_known_of_an_account_that_was_never_looked_at(room):
    room.deposit("BTC", "1")
    await room.engine.reader.read(room.account())
    report = room.report()

    assert room.histories.basis("env-kraken", "BTC") is None
    assert not room.histories.is_explained(report)


async def test_an_account_with_cash_alone_is_explained_from_the_start(room):
    room.deposit("USD", "100")
    await room.engine.reader.read(room.account())

    assert room.histories.is_explained(room.report())


@pytest.mark.parametrize("venue", [Venue.COINBASE, Venue.ALPACA])
async def test_every_venue_explains_what_was_bought_there(rooms, venue):
    bought = Bought(symbol="BTC/USD", quantity=Decimal("0.1"), price=Decimal(50_000))
    story = Story(openings={venue.value: Opening(purchases=(bought,))})
    async with rooms(venues=(venue,), story=story) as room:
        await room.read()

        basis = room.histories.basis(f"env-{venue.value}", "BTC")
        # Alpaca keeps its fee of a quarter percent from the coins.
        quantity = Decimal("0.09975") if venue is Venue.ALPACA else Decimal("0.1")
        assert (basis.explained, basis.unexplained, basis.currency) == (quantity, 0, "USD")
        assert basis.cost == quantity * 50_000


async def test_derivatives_are_no_part_of_what_a_coin_cost_or_of_how_much_there_is(rooms):
    opening = Opening(
        purchases=(
            Bought(symbol="BTC/USD", quantity=Decimal("0.01"), price=Decimal(60_000), days_ago=20),
            Bought(symbol="SOL/USD", quantity=Decimal(5), price=Decimal(150), days_ago=20),
        )
    )
    async with rooms(venues=(Venue.COINBASE,), story=Story(openings={"coinbase": opening})) as room:
        [account] = room.world.coinbase.accounts.values()
        at = room.clock.now().timestamp() - 3600
        account.derivative_fills += [
            DerivativeFill(
                product_id="BTC-PERP-INTX", side="BUY", size=Decimal("0.01"), price=Decimal(62_000), at=at
            ),
            DerivativeFill(
                product_id="SOL-28NOV26-CDE", side="SELL", size=Decimal(2), price=Decimal(150), at=at
            ),
        ]

        await room.read()

        bitcoin, solana = (room.histories.basis("env-coinbase", asset) for asset in ("BTC", "SOL"))
        assert (bitcoin.explained, bitcoin.cost, bitcoin.currency) == (Decimal("0.01"), Decimal(600), "USD")
        assert (solana.explained, solana.cost, solana.currency) == (Decimal(5), Decimal(750), "USD")


@pytest.mark.parametrize("at", ["0001-01-01 00:00:00.000000", "0001-01-01 00:01:00.000000"])
async def test_fills_that_an_earlier_version_stored_as_of_the_year_1_keep_no_later_one_from_being_read(
    room, at
):
    room.deposit("USD", "10000")
    room.trade("buy", "1", "ETH/USD")
    await learn(room)
    await room.damage("fills", f"at = '{at}'")
    await room.restart()
    room.trade("buy", "0.5", "ETH/USD")

    _, new = await learn(room)

    assert [fill.quantity for fill in new] == [Decimal("0.5")]
    assert room.histories.basis("env-kraken", "ETH").explained == Decimal("1.5")
