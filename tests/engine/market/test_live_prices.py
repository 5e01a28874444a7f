"""Which pushed prices are believed, and from when on."""

import asyncio

import pytest

from engine.brokers.streams.price_stream import Loss, LossReason
from tests.engine.market.pushing import Pushing


@pytest.fixture
async def pushing():
    async with Pushing() as pushing:
        yield pushing


@pytest.fixture
async def live(pushing):
    pushing.stream.push("100", "100")
    pushing.stream.confirm()
    return pushing


async def test_a_quote_is_no_price_before_its_subscription_is_confirmed(pushing):
    pushing.stream.push("100")
    before = pushing.believed(), list(pushing.ticks)

    pushing.stream.confirm()

    assert before == (None, [])
    assert (pushing.believed(), pushing.bids) == ("100", ["100"])


async def test_each_quote_of_what_is_live_is_passed_on_and_the_last_one_stays_the_price(live):
    live.stream.push("99")
    live.clock.passed_s += 3600

    assert live.bids == ["100", "99"]
    assert live.believed() == "99"


@pytest.mark.parametrize("sides", [(None, "100"), ("100", None), ("0", "100"), ("101", "100"), ("NaN", "1")])
async def test_what_is_no_price_is_neither_passed_on_nor_believed(live, sides):
    live.stream.push(*sides)

    assert (live.believed(), live.bids) == (None, ["100"])


async def test_what_is_lost_is_believed_again_only_once_it_is_live_again(live):
    live.stream.lose()
    live.stream.push("90")
    lost = live.believed(), live.bids

    live.stream.confirm()

    assert lost == (None, ["100"])
    assert (live.believed(), live.bids) == ("90", ["100", "90"])


async def test_nothing_is_believed_of_a_stream_that_nobody_reads(live):
    await live.stop()

    assert live.believed() is None
    assert live.prices.status().polled["BTC/USD"].loss.reason is LossReason.DISCONNECTED


async def test_what_nobody_wants_is_not_kept(live):
    live.stream.push("3000", "3000", symbol="ETH/USD")
    live.stream.confirm("ETH/USD")
    live.prices.want([])
    live.stream.push("90")

    assert (live.believed(), live.believed("ETH/USD")) == (None, None)
    assert live.bids == ["100"]
    assert live.stream.wanted == set()


async def test_what_is_wanted_again_before_its_stream_noticed_is_live_still(live):
    live.prices.want([])
    live.stream.push("99")
    live.prices.want(["BTC/USD"])
    live.stream.push("98")

    assert (live.believed(), live.bids) == ("98", ["100", "98"])


async def test_what_its_stream_dropped_meanwhile_is_live_only_when_that_says_so(live):
    live.prices.want([])
    live.stream.lose(reason=LossReason.UNWANTED)
    live.prices.want(["BTC/USD"])
    live.stream.push("98")
    before = live.believed()

    live.stream.confirm()

    assert (before, live.believed()) == (None, "98")


async def test_one_stream_of_a_venue_loses_nothing_of_another():
    async with Pushing("crypto", "stocks") as pushing:
        crypto, stocks = pushing.streams
        crypto.push("100")
        crypto.confirm()

        stocks.lose("BTC/USD", reason=LossReason.REFUSED)

        assert pushing.believed() == "100"


async def test_a_part_of_the_market_is_not_the_market(live):
    live.stream.is_whole_market = False
    live.stream.push("99")

    assert live.prices.believed("BTC/USD") is not None
    assert live.prices.of_whole_market("BTC/USD") is None


async def test_a_stream_that_stands_still_while_the_venue_answers_less_is_no_price(live):
    live.clock.passed_s = 5
    live.compare("99.7")

    assert live.believed() is None
    assert live.prices.status().polled["BTC/USD"].loss.reason is LossReason.CONTRADICTED


async def test_a_connection_that_is_lost_is_why_nothing_is_pushed_whatever_was_contradicted_before(live):
    live.compare("90")
    live.stream.lose(reason=LossReason.DISCONNECTED)

    assert live.prices.status().polled["BTC/USD"].is_disconnected


async def test_a_stream_that_moves_may_be_a_moment_older_than_an_answer(live):
    requested = live.moment()
    live.stream.push("100.5", "100.5")

    live.compare("99.7", requested=requested)

    assert live.believed() == "100.5"


async def test_more_than_a_percent_is_no_moment(live):
    live.stream.push("102", "102")

    live.compare("100")

    assert live.believed() is None


async def test_what_was_contradicted_is_believed_from_the_first_answer_that_agrees_on(live):
    live.compare("90")
    live.stream.confirm()
    live.stream.push("90", "90")
    contradicted = live.believed(), live.bids

    live.compare("90")

    assert contradicted == (None, ["100"])
    assert live.believed() == "90"


async def test_an_answer_of_before_a_fall_denies_nothing_that_was_pushed_while_it_was_on_its_way(live):
    requested = live.moment()
    for second in (1, 2):
        live.clock.passed_s = second
        live.stream.push("90", "90")

    live.compare("100", requested=requested)

    assert live.believed() == "90"


async def test_an_answer_that_fits_nothing_since_its_request_denies_the_stream(live):
    live.clock.passed_s = 1
    live.stream.push("95", "95")
    live.clock.passed_s = 2
    requested = live.moment()
    live.stream.push("90", "90")

    live.compare("100", requested=requested)

    assert live.believed() is None


async def test_a_poll_that_fails_leaves_what_was_subscribed_anew_usable(live):
    live.compare("90")
    live.stream.push("90", "90")
    live.stream.confirm()
    contradicted = live.believed()

    live.ask_in_vain()

    assert (contradicted, live.believed()) == (None, "90")


async def test_a_poll_that_fails_proves_nothing_of_a_stream_that_another_contradicted(live):
    live.compare("90")
    live.stream.confirm()
    live.compare("90")
    live.stream.push("100", "100")
    live.stream.confirm()
    live.compare("90")
    renewed = len(live.stream.renewed)

    live.ask_in_vain()

    assert (live.believed(), renewed) == (None, 1)


async def test_answers_that_lie_on_one_side_again_and_again_contradict(live):
    for _ in range(6):
        before = live.believed()
        live.stream.push("100", "100")
        live.compare("100.5")
        live.clock.passed_s += 5

    assert (before, live.believed()) == ("100", None)


async def test_a_stream_that_is_off_lastingly_is_no_price_after_a_new_subscription_either(live):
    for _ in range(20):
        live.stream.push("100", "100")
        live.stream.confirm()
        live.compare("100.5")
        live.clock.passed_s += 5
    off = live.believed()
    live.stream.push("100", "100")
    live.stream.confirm()

    live.compare("100.1")

    assert (off, live.believed()) == (None, "100")


async def test_answers_on_either_side_are_the_market_moving(live):
    for number in range(20):
        live.stream.push("100", "100")
        live.compare("99.5" if number % 2 else "100.5")
        live.clock.passed_s += 5

    assert live.believed() == "100"


async def test_what_a_poll_agreed_with_is_so_only_for_a_while_and_for_its_subscription(live):
    def is_agreed():
        return live.prices.is_lately_agreed("BTC/USD", within_s=15)

    before = is_agreed()
    live.compare("100")
    live.clock.passed_s = 15
    within = is_agreed()
    live.clock.passed_s = 15.1
    later = is_agreed()
    live.compare("100", requested=live.moment())
    again = is_agreed()
    live.stream.lose()
    live.stream.push("100", "100")
    live.stream.confirm()

    assert (before, within, later, again, is_agreed()) == (False, True, False, True, False)


async def test_an_answer_without_a_price_agrees_with_nothing(live):
    live.compare("0")

    assert not live.prices.is_lately_agreed("BTC/USD", within_s=15)


async def test_what_is_contradicted_is_subscribed_anew_once_a_minute_at_most(live):
    for _ in range(13):
        live.compare("90")
        live.stream.push("100", "100")
        live.stream.confirm()
        live.clock.passed_s += 5

    assert live.stream.renewed == ["BTC/USD", "BTC/USD"]


async def test_an_answer_without_a_price_denies_nothing(live):
    live.compare("0")

    assert live.believed() == "100"


async def test_since_when_an_instrument_is_polled_goes_on_while_its_stream_tries(live):
    live.stream.lose()
    live.clock.passed_s = 60
    live.stream.lose(reason=LossReason.REFUSED, message="no such pair")

    [missing] = live.prices.status().polled.values()

    assert missing.since.steady_s == 0
    assert missing.loss == Loss(LossReason.REFUSED, "no such pair")


async def test_whoever_waits_for_the_next_tick_does_not_get_one_of_before(live):
    waiting = asyncio.create_task(live.prices.next_tick("BTC/USD"))
    await asyncio.sleep(0)
    was_done = waiting.done()

    live.stream.push("98")

    assert not was_done
    assert str((await waiting).quote.bid) == "98"


async def test_whoever_stops_waiting_leaves_nothing_behind(live):
    waiting = asyncio.create_task(live.prices.next_tick("BTC/USD"))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)

    assert live.prices._waiting == {}


async def test_what_was_pushed_before_a_loss_is_no_price_after_it(live):
    live.stream.lose()
    live.stream.confirm()

    assert (live.believed(), live.bids) == (None, ["100"])
