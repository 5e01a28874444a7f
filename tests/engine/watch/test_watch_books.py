"""Order books that can be read and do not show a price for all that is guarded, while they show a loss."""

from dataclasses import replace
from decimal import Decimal

import pytest

from engine.market.mark import MarkBasis, PriceProblem, PriceUnknown
from engine.model.venues import Venue
from tests.engine.watch.watching import seen


def show(room, venue, *sizes):
    market = room.world.market
    listing = market.listing(venue.value, "BTC/USD")
    market.add(replace(listing, depth=tuple(map(Decimal, sizes))))


async def fall(room, price):
    """Let the price stay about there for some looks, moving a little."""
    for second in range(6):
        room.world.market.set_price("BTC", Decimal(price) + second * 37 % 101)
        await room.sell_off()
        await room.clock.sleep(5)


@pytest.mark.fault("V146")
@pytest.mark.parametrize("price", [58500, 30000])
@pytest.mark.parametrize(
    "sizes",
    [
        pytest.param(("0.005", "0.0001", "20"), id="behind a thin top"),
        pytest.param(("0.005", "20", "20", "0.0004"), id="where no walk goes"),
        pytest.param(("0.0001", "20"), id="on top"),
    ],
)
async def test_a_level_of_size_zero_keeps_no_loser(room, sizes, price):
    # Depth has three decimals: 0.0004 of a bitcoin stands there as 0.000.
    show(room, Venue.KRAKEN, *sizes)
    room.deposit("BTC", "0.1")
    await room.arm("0.1", "6000")
    await room.look()

    await fall(room, price)

    assert room.world.ledger("kraken").total("BTC") == 0


@pytest.mark.fault("V147")
@pytest.mark.parametrize("venue", [Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA])
async def test_a_book_that_shows_less_than_is_guarded_keeps_no_loser(rooms, venue):
    async with rooms(venues=(venue,)) as room:
        room.deposit("BTC", "12", venue=venue)
        room.set_bid("60060", venue=venue)
        await room.arm("12", "720000", venue=venue)
        await room.look()
        show(room, venue, *["1"] * 9)

        await fall(room, 30000)

        assert room.world.ledger(venue.value).total("BTC") < 12


@pytest.mark.fault("V147")
async def test_a_book_that_shows_less_than_is_guarded_is_a_loss_only_past_the_threshold(room):
    show(room, Venue.KRAKEN, "1", "9")
    room.set_bid("60000")
    await room.arm("20", "1200000")

    await room.look()

    shallow = PriceUnknown(problem=PriceProblem.SHALLOW_BOOK)
    assert room.engine.watch.guard_marks["guard-1"].current == shallow
    room.set_bid("59410")

    await room.look()

    # One is bought at 59410 and nine at 59380.30; the ten that are not shown bring no more than these do.
    assert (seen(room).basis, seen(room).price) == (MarkBasis.WALKED, Decimal("59381.785"))
