"""What the scenarios found in the engine or could hardly meet by chance, each as short as it can be."""

from decimal import Decimal

import pytest

from engine.model.orders import Side
from engine.model.venues import Venue
from tests.simulation.faults import Fault, Kind
from tests.simulation.stage import play

ETHER = "ETH/USD"


def break_down(stage, venue, kind, *, seconds, times=1000):
    now = stage.world.clock.monotonic()
    stage.world.faults.begin_with(venue, Fault(kind=kind, until=now + seconds, left=times))


def test_one_reading_that_shows_nothing_closes_no_guard_though_its_owner_traded(store):
    async def script(stage):
        kraken = stage.furnish(Venue.KRAKEN, ETHER, price=3000, quantity="2")
        await stage.arm(kraken, ETHER, "1", cost="3000")
        await stage.cycles(8)
        kraken.place(ETHER, Side.BUY, Decimal("0.1"))
        break_down(stage, Venue.KRAKEN, Kind.HOLDING_MISSING, seconds=5)
        await stage.cycles(8)
        await stage.come_to_rest()

    assert play(store, script).violations == []


def test_two_wrong_readings_with_a_true_one_between_close_no_guard(store):
    async def script(stage):
        kraken = stage.furnish(Venue.KRAKEN, ETHER, price=3000, quantity="2")
        await stage.arm(kraken, ETHER, "1", cost="3000")
        await stage.cycles(20)
        for _ in range(2):
            break_down(stage, Venue.KRAKEN, Kind.HOLDING_MISSING, seconds=5)
            await stage.cycles(8)
        await stage.come_to_rest()

    assert play(store, script).violations == []


def test_a_fill_reported_late_is_read_though_nothing_moves_any_more(store):
    async def script(stage):
        kraken = stage.furnish(Venue.KRAKEN, ETHER, price=3000, quantity="1")
        await stage.arm(kraken, ETHER, "1", cost="3000")
        await stage.cycles(2)
        break_down(stage, Venue.KRAKEN, Kind.FILLS_LATE, seconds=60)
        kraken.prices.set(ETHER, Decimal(2900))
        await stage.cycles(2)
        await stage.come_to_rest()

    # A seed whose fill is reported half a minute late.
    assert play(store, script, seed=6).violations == []


@pytest.mark.fault("V19")
def test_a_reading_of_before_our_sale_shrinks_no_later_guard(store):
    async def script(stage):
        alpaca = stage.furnish(Venue.ALPACA, ETHER, price=3000, quantity="2")
        await stage.arm(alpaca, ETHER, "1", cost="3000")
        await stage.cycles(3)
        alpaca.deposit("ETH", Decimal("0.1"))
        alpaca.prices.set(ETHER, Decimal(2900))
        await stage.cycle()
        # What the account held before the sale is shown once more, just when the next guard is first read.
        await stage.arm(alpaca, ETHER, "1", cost="2900")
        break_down(stage, Venue.ALPACA, Kind.OLD_REPORT, seconds=5, times=1)
        await stage.cycles(2)
        await stage.come_to_rest()

    assert play(store, script).violations == []


def test_what_a_cancelled_order_still_holds_is_waited_for_and_not_called_dust(store):
    async def script(stage):
        alpaca = stage.furnish(Venue.ALPACA, ETHER, price=3000, quantity="1.00002")
        alpaca.place(ETHER, Side.SELL, Decimal(1), limit=Decimal(6000))
        await stage.arm(alpaca, ETHER, "1", cost="3000")
        await stage.cycles(2)
        break_down(stage, Venue.ALPACA, Kind.ANSWER_CUT, seconds=60, times=1)
        break_down(stage, Venue.ALPACA, Kind.RELEASES_LATE, seconds=60, times=1)
        alpaca.prices.set(ETHER, Decimal(2900))
        await stage.cycles(2)
        await stage.come_to_rest()

    assert play(store, script).violations == []


@pytest.mark.fault("V3")
def test_a_refusal_after_a_lost_request_does_not_change_the_order_id(store):
    async def script(stage):
        alpaca = stage.furnish(Venue.ALPACA, ETHER, price=3000, quantity="2")
        await stage.arm(alpaca, ETHER, "1", cost="3000")
        await stage.cycles(2)
        # The first request comes seconds after it was given up; the second one is refused meanwhile.
        break_down(stage, Venue.ALPACA, Kind.ARRIVES_LATE, seconds=60, times=1)
        break_down(stage, Venue.ALPACA, Kind.SPURIOUS_FUNDS, seconds=60, times=3)
        alpaca.prices.set(ETHER, Decimal(2900))
        await stage.cycles(4)
        await stage.come_to_rest()

    for seed in range(8):
        assert play(store, script, seed=seed).violations == []


def test_crumbs_that_were_there_some_time_ago_do_not_end_an_exit(store):
    async def script(stage):
        kraken = stage.furnish(Venue.KRAKEN, ETHER, price=3000, quantity="0.0001")
        await stage.cycles(2)
        kraken.deposit("ETH", Decimal(1))
        await stage.arm(kraken, ETHER, "1", cost="3000")
        break_down(stage, Venue.KRAKEN, Kind.READ_HANGS, seconds=5, times=1)
        kraken.prices.set(ETHER, Decimal(2900))
        await stage.cycles(2)
        await stage.come_to_rest()

    assert play(store, script).violations == []


def test_a_part_of_a_sale_whose_fill_is_reported_late_is_taken_off_its_guard_once(store):
    async def script(stage):
        coinbase = stage.furnish(Venue.COINBASE, ETHER, price=3000, quantity="2")
        await stage.arm(coinbase, ETHER, "1", cost="3000")
        await stage.cycles(15)
        break_down(stage, Venue.COINBASE, Kind.FILLS_LATE, seconds=60)
        break_down(stage, Venue.COINBASE, Kind.FILLS_PARTLY, seconds=60, times=1)
        coinbase.prices.set(ETHER, Decimal(2900))
        await stage.cycles(1)
        coinbase.prices.set(ETHER, Decimal(3100))
        await stage.cycles(20)
        await stage.come_to_rest()

    # A seed whose fill is reported after two readings without it.
    assert play(store, script, seed=8).violations == []


@pytest.mark.parametrize("off_s", [-3600, 30 * 86_400], ids=["an hour back", "a month ahead"])
@pytest.mark.parametrize("venue", Venue)
def test_a_clock_set_between_the_parts_of_a_fill_changes_nothing(store, venue, off_s):
    async def script(stage):
        truth = stage.furnish(venue, ETHER, price=3000, quantity="2")
        await stage.arm(truth, ETHER, "1", cost="3000")
        await stage.cycles(2)
        break_down(stage, venue, Kind.FILLS_SLOWLY, seconds=60, times=1)
        watch = truth.on_fill

        def set_clock(order, fill):
            watch(order, fill)
            if len(order.fills) == 1:
                break_down(stage, venue, Kind.CLOCK_SET, seconds=20)
                stage.world.wall.set_by(off_s)

        truth.on_fill = set_clock
        truth.prices.set(ETHER, Decimal(2900))
        await stage.cycles(5)
        [order] = truth.orders.values()
        assert order.filled == 1
        assert len(order.fills) > 1
        await stage.come_to_rest()

    assert play(store, script).violations == []


@pytest.mark.parametrize("venue", Venue)
def test_an_account_that_reads_empty_for_a_minute_is_sold_as_it_was_guarded(store, venue):
    async def script(stage):
        truth = stage.furnish(venue, ETHER, price=3000, quantity="2")
        armed = await stage.arm(truth, ETHER, "1", cost="3000")
        await stage.cycles(4)
        truth.holdings = lambda **_: ()
        await stage.cycles(12)
        del truth.holdings
        await stage.cycles(8)
        truth.prices.set(ETHER, Decimal(2900))
        await stage.cycles(4)
        await stage.come_to_rest()
        assert armed.sold == 1

    assert play(store, script).violations == []
