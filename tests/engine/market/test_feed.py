"""One venue's public data as all accounts share it, from stand-ins over sockets."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from engine.market.mark import PriceProblem, PriceUnknown
from engine.market.marks import Marks
from engine.model.errors import BrokerError
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from tests.engine.market.prices import a_request
from tests.engine.market.pushing import Stream


@pytest.fixture
def market(room):
    return room.base.markets[Venue.KRAKEN]


async def test_many_callers_share_one_question_for_the_listings(room, market):
    answers = await asyncio.gather(*(market.instruments() for _ in range(5)))

    assert all("BTC/USD" in answer for answer in answers)
    assert len(room.sent("Assets")) == 1


async def give_up_on(question, *, after_s):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(after_s):
            await question


@pytest.mark.fault("V109")
async def test_a_slow_answer_for_the_listings_counts_although_who_requested_it_gave_up(room, market):
    room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", delay_s=3, times=None)

    await give_up_on(market.instruments(), after_s=2)
    async with asyncio.timeout(5):
        listed = await market.instruments()

    assert "BTC/USD" in listed
    assert len(room.sent("Assets")) == 1


LISTED_BY = {
    # Its tokenized stocks are a question of their own.
    Venue.KRAKEN: ("AssetPairs", 2),
    Venue.COINBASE: ("market/products", 1),
    Venue.ALPACA: ("GET /v2/assets", 1),
}


@pytest.mark.parametrize("venue", LISTED_BY)
async def test_a_slow_answer_for_a_venues_names_counts_although_who_requested_it_gave_up(rooms, venue):
    endpoint, times = LISTED_BY[venue]
    async with rooms(venues=(venue,)) as room:
        data = room.base.markets[venue].data
        room.fault(FaultKind.DELAY_BEFORE, endpoint, venue=venue, delay_s=3, times=None)
        await give_up_on(data.catalog(), after_s=2)

        async with asyncio.timeout(3 * times - 1.5):
            await data.catalog()

        assert len(room.sent(endpoint, venue=venue)) == times


async def test_nobody_waits_for_names_that_are_known_while_they_are_read_again(room, market):
    await market.instruments()
    room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", delay_s=30, times=None)
    await room.clock.sleep(10)
    again = asyncio.create_task(market.refresh_instruments())
    await room.clock.sleep(1)

    async with asyncio.timeout(1):
        quotes = await market.fetch_quotes({"BTC/USD"})

    assert "BTC/USD" in quotes
    assert not again.done()
    again.cancel()


async def test_listings_that_fail_after_everybody_gave_up_are_requested_again(room, market):
    room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", delay_s=3)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AssetPairs")
    await give_up_on(market.instruments(), after_s=2)
    await room.clock.sleep(10)

    assert "BTC/USD" in await market.instruments()


async def test_no_question_for_the_listings_outlives_the_process(room, market):
    room.fault(FaultKind.DELAY_BEFORE, "AssetPairs", delay_s=60, times=None)
    await give_up_on(market.instruments(), after_s=2)

    await room.crash()

    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith(("listings", "catalog"))]
    await room.open()


async def test_listings_that_were_never_reported_are_an_error(room, market):
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AssetPairs", times=None)

    with pytest.raises(BrokerError):
        await market.instruments()


async def test_old_listings_stand_in_while_the_venue_does_not_answer(room, market):
    await market.instruments()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "AssetPairs", times=None)
    await room.clock.sleep(7200)

    await market.refresh_instruments()

    assert "BTC/USD" in await market.instruments()


async def test_a_quote_is_kept_for_those_who_may_have_it_that_old(room, market):
    first = await market.quotes({"BTC/USD"}, max_age_s=10)
    await room.clock.sleep(9)
    kept = await market.quotes({"BTC/USD"}, max_age_s=10)
    await room.clock.sleep(2)
    fresh = await market.quotes({"BTC/USD"}, max_age_s=10)

    assert kept == first
    assert fresh["BTC/USD"].at > first["BTC/USD"].at
    assert len(room.sent("Ticker")) == 2


async def test_only_what_is_missing_is_requested(room, market):
    await market.quotes({"BTC/USD"}, max_age_s=10)

    both = await market.quotes({"BTC/USD", "ETH/USD"}, max_age_s=10)

    assert set(both) == {"BTC/USD", "ETH/USD"}
    assert room.sent("Ticker")[-1].params["pair"] == "XETHZUSD"


async def test_what_is_kept_is_not_lost_when_the_venue_does_not_report_the_rest(room, market):
    await market.quotes({"BTC/USD"}, max_age_s=10)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)

    assert set(await market.quotes({"BTC/USD", "ETH/USD"}, max_age_s=10)) == {"BTC/USD"}
    with pytest.raises(BrokerError):
        await market.quotes({"ETH/USD"}, max_age_s=10)


async def test_what_is_not_listed_has_no_quote(market):
    assert await market.quotes({"NOPE/USD"}, max_age_s=10) == {}


async def test_a_quote_requested_now_is_fresh_whatever_is_kept(room, market):
    await market.quotes({"BTC/USD"}, max_age_s=10)
    room.set_bid("12345")

    fresh = await market.fetch_quotes({"BTC/USD"})

    assert fresh["BTC/USD"].bid == Decimal(12345)
    assert (await market.quotes({"BTC/USD"}, max_age_s=10))["BTC/USD"].bid == Decimal(12345)


async def test_a_venue_of_coins_has_no_session(market):
    assert market.venue is Venue.KRAKEN
    assert await market.session() is None


async def test_the_stock_session_is_requested_twice_a_minute_at_most(rooms):
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 15, tzinfo=UTC)) as room:
        market = room.base.markets[Venue.ALPACA]
        for _ in range(7):
            session = await market.session()
            await room.clock.sleep(10)

        assert session.is_open
        assert len(room.sent("GET /v2/clock", venue=Venue.ALPACA)) == 2


@pytest.fixture
async def stocks(rooms):
    """A room in the middle of a session that was read, whose clock fails from half a minute later on."""
    async with rooms(venues=(Venue.ALPACA,), start=datetime(2026, 3, 4, 17, tzinfo=UTC)) as room:
        room.market = room.base.markets[Venue.ALPACA]
        await room.market.session()
        await room.clock.sleep(31)
        yield room


async def test_an_open_session_lasts_while_its_clock_cannot_be_read(stocks):
    stocks.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/clock", venue=Venue.ALPACA, times=None)
    await stocks.clock.sleep(3600)

    assert (await stocks.market.session()).is_open


async def test_a_session_whose_clock_cannot_be_read_is_not_known_to_last_once_ours_was_set(stocks):
    stocks.fault(FaultKind.HTTP_ERROR_BEFORE, "GET /v2/clock", venue=Venue.ALPACA, times=None)
    stocks.clock.set_by(60)

    with pytest.raises(BrokerError):
        await stocks.market.session()


async def test_many_callers_wait_a_second_for_one_question_for_a_session_that_lasts(stocks):
    stocks.fault(FaultKind.DELAY_BEFORE, "GET /v2/clock", venue=Venue.ALPACA, delay_s=3)
    before, sent = stocks.clock.monotonic(), len(stocks.sent("GET /v2/clock", venue=Venue.ALPACA))
    sessions = await asyncio.gather(*(stocks.market.session() for _ in range(5)))
    waited = stocks.clock.monotonic() - before
    await stocks.clock.sleep(5)

    assert all(session.is_open for session in sessions)
    assert waited < 1.5
    assert len(stocks.sent("GET /v2/clock", venue=Venue.ALPACA)) == sent + 1
    # The answer counts although nobody waited for it.
    await stocks.market.session()
    assert len(stocks.sent("GET /v2/clock", venue=Venue.ALPACA)) == sent + 1


async def test_no_question_for_the_session_outlives_the_process(stocks):
    stocks.fault(FaultKind.DELAY_BEFORE, "GET /v2/clock", venue=Venue.ALPACA, delay_s=60)
    await stocks.market.session()

    await stocks.crash()

    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("session ")]
    await stocks.open()


def why(reading, symbol="BTC/USD"):
    reported = reading.of(symbol)
    return reported.problem if isinstance(reported, PriceUnknown) else None


async def test_a_venue_that_does_not_answer_is_told_from_one_that_quotes_no_such_thing(room, market):
    answering = await market.read_quotes({"NOPE/USD"}, max_age_s=10)
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker")
    silent = await market.read_quotes({"BTC/USD"}, max_age_s=10)

    assert why(answering, "NOPE/USD") is PriceProblem.NO_QUOTE
    assert why(silent) is PriceProblem.NO_ANSWER


@pytest.fixture
def marks(room, market):
    return Marks(market=market, clock=room.clock, max_age_s=15)


async def test_a_venue_that_takes_too_long_does_not_answer(room, marks):
    room.fault(FaultKind.DELAY_BEFORE, "Ticker", delay_s=60)

    assert why(await marks.fetch_quotes({"BTC/USD"}, within_s=5)) is PriceProblem.NO_ANSWER


async def test_a_refused_symbol_is_no_silence(room, marks):
    room.fault(FaultKind.ERROR, "Ticker", message="EGeneral:Invalid arguments")

    assert why(await marks.fetch_quotes({"BTC/USD"})) is PriceProblem.NO_QUOTE


WHY = {
    FaultKind.HTTP_ERROR_BEFORE: PriceProblem.NO_ANSWER,
    FaultKind.HTML_200: PriceProblem.NO_PRICES,
    FaultKind.RATE_LIMIT: PriceProblem.NO_PRICES,
    FaultKind.ERROR: PriceProblem.NO_QUOTE,
}


async def ask_in_vain(room, market):
    """Ask as a screen does that gives up waiting."""
    room.fault(FaultKind.DELAY_BEFORE, "Ticker", delay_s=60)
    await give_up_on(market.fetch_quotes({"ETH/USD"}), after_s=1)


async def ask_with_success(_, market):
    await market.fetch_quotes({"ETH/USD"})


@pytest.mark.parametrize("ask", [ask_in_vain, ask_with_success])
@pytest.mark.parametrize("fault", WHY, ids=[str(problem) for problem in WHY.values()])
async def test_what_others_ask_changes_no_reason_of_a_missing_price(room, market, marks, ask, fault):
    room.fault(fault, "Ticker", message="EGeneral:Invalid arguments")
    reading = await marks.fetch_quotes({"BTC/USD"})
    await ask(room, market)

    seen = await marks.mark_of(a_request(), reading.of("BTC/USD"), last=None)

    assert seen == PriceUnknown(problem=WHY[fault])


async def test_what_is_pushed_is_shown_without_a_request(room, market):
    stream = Stream(room.clock)
    market.pushed.streams = (stream,)
    market.pushed.want(["BTC/USD"])
    reader = asyncio.create_task(market.pushed.run(stream))
    await stream.is_read.wait()
    stream.push("50000", "50010")
    stream.confirm()

    young = await market.quotes(["BTC/USD"], max_age_s=10)
    requested = len(room.sent("Ticker"))
    stream.lose()
    await market.quotes(["BTC/USD"], max_age_s=10)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)

    assert young["BTC/USD"].bid == Decimal(50000)
    assert (requested, len(room.sent("Ticker"))) == (0, 1)


async def test_the_latest_of_what_was_pushed_and_what_was_answered_is_shown(room, market):
    room.set_bid("49000")
    stream = Stream(room.clock)
    market.pushed.streams = (stream,)
    market.pushed.want(["BTC/USD"])
    reader = asyncio.create_task(market.pushed.run(stream))
    await stream.is_read.wait()
    stream.push("50000", "50010")
    stream.confirm()
    await room.clock.sleep(1)

    await market.fetch_quotes(["BTC/USD"])
    answered = await market.quotes(["BTC/USD"], max_age_s=10)
    await room.clock.sleep(1)
    stream.push("50001", "50010")
    pushed = await market.quotes(["BTC/USD"], max_age_s=10)
    reader.cancel()
    await asyncio.gather(reader, return_exceptions=True)

    assert (answered["BTC/USD"].bid, pushed["BTC/USD"].bid) == (49000, 50001)


@pytest.fixture
def slow_books(room, market):
    room.set_bid("50000")
    room.fault(FaultKind.DELAY_BEFORE, "Depth", times=None, delay_s=1)
    return market


async def test_all_who_need_a_book_at_once_share_one_request(room, slow_books):
    books = await asyncio.gather(*(slow_books.book("BTC/USD") for _ in range(100)))

    assert {book.top.bid for book in books} == {Decimal(50000)}
    assert len(room.sent("Depth")) == 1


async def test_who_needs_a_book_a_moment_later_does_not_get_one_of_before(room, slow_books):
    first = asyncio.create_task(slow_books.book("BTC/USD"))
    await room.clock.sleep(0.03)
    await slow_books.book("BTC/USD")
    await first
    await slow_books.book("BTC/USD")

    assert len(room.sent("Depth")) == 3


async def test_who_gives_up_on_a_book_takes_it_from_nobody_else(room, slow_books):
    patient = asyncio.create_task(slow_books.book("BTC/USD"))
    await give_up_on(slow_books.book("BTC/USD"), after_s=0.5)

    assert (await patient).top.bid == Decimal(50000)
    assert len(room.sent("Depth")) == 1


async def test_a_book_that_all_gave_up_on_is_requested_anew(room, slow_books):
    await give_up_on(slow_books.book("BTC/USD"), after_s=0.01)
    await slow_books.book("BTC/USD")

    assert len(room.sent("Depth")) == 2


async def test_a_book_that_is_refused_is_refused_to_all(room, market):
    await market.instruments()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Depth")

    answers = await asyncio.gather(*(market.book("BTC/USD") for _ in range(3)), return_exceptions=True)

    assert [isinstance(answer, BrokerError) for answer in answers] == [True, True, True]
