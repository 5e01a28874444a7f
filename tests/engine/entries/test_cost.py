"""What a round trip of a size costs by the order book, held against an oracle that trades on a ledger instead."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.fees import FeeProfile
from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.book import Level as PaperLevel
from engine.brokers.paper.ledger import Draft, Fees, Ledger
from engine.brokers.venue_rules import VENUE_RULES
from engine.entries.choose import choose
from engine.entries.cost import cost_by_book
from engine.entries.route import NoRoute, Reason, RouteObstacle
from engine.model.money import exact
from engine.model.orders import Side
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from tests.builders import a_book, an_instrument
from tests.engine.entries.trades import ALPACA, COINBASE, KRAKEN, RULES, a_place, a_request

CENT = Decimal("0.01")


def fees(taker):
    return FeeProfile(taker=Decimal(taker), spread=Decimal("0.001"), taker_live=True, spread_live=True)


def traded_on_a_ledger(venue, instrument, book, spend, taker):
    """Return what is lost of what was spent when a new account buys for an amount and sells what it then has."""
    number = iter(range(10**6))
    ledger = Ledger(
        fees=Fees(taker=taker, maker=taker, on=FIRST_TIERS[venue].on), new_id=lambda _kind: str(next(number))
    )
    ledger.deposit("USD", spend, at=0)
    listing = Listing(
        venue=venue.value,
        symbol="BTC/USD",
        base="BTC",
        quote="USD",
        tick=instrument.tick,
        lot=instrument.lot,
    )
    levels = {
        side: tuple(PaperLevel(level.price, level.quantity) for level in getattr(book, side))
        for side in ("bids", "asks")
    }
    paper = Book(**levels, at=0)
    bought = Draft(
        listing=listing, side=Side.BUY, spend=spend, spend_includes_fee=not VENUE_RULES[venue].takes_coins
    )
    ledger.place(bought, paper, at=1)
    paid = spend - ledger.free("USD")
    sold = Draft(listing=listing, side=Side.SELL, quantity=instrument.floor_quantity(ledger.free("BTC")))
    ledger.place(sold, paper, at=2)
    return (spend - ledger.free("USD")) / paid


@st.composite
def books(draw):
    ask = draw(st.decimals("100", "110", places=2))
    spread = draw(st.decimals("0.01", "2", places=2))
    step = draw(st.decimals("0.01", "0.5", places=2))
    depth = [draw(st.sampled_from(["0.5", "1", "2.5"])) for _ in range(4)]
    return a_book(
        bids=[(ask - spread - step * level, size) for level, size in enumerate(depth)],
        asks=[(ask + step * level, size) for level, size in enumerate(depth)],
    )


@given(
    venue=st.sampled_from(Venue),
    book=books(),
    spend=st.decimals("5", "200", places=2),
    taker=st.decimals("0", "0.012", places=4),
)
def test_the_cost_is_to_the_cent_what_a_ledger_loses_by_buying_and_selling(venue, book, spend, taker):
    instrument = an_instrument(venue=venue, lot="0.00000001", minimum_quantity="0")

    cost = cost_by_book(VENUE_RULES[venue], instrument, book, spend=spend, fees=fees(taker))

    with exact():
        lost = traded_on_a_ledger(venue, instrument, book, spend, taker) * spend
        assert abs(cost.round_trip * spend - lost) < CENT / 100


@st.composite
def markets(draw):
    venue, book = draw(st.sampled_from(Venue)), draw(books())
    return a_place(
        venue,
        instrument=an_instrument(venue=venue, lot="0.00000001", minimum_quantity="0.01"),
        book=book,
        ask=book.asks[0].price,
        bid=book.bids[0].price,
        fees=fees(draw(st.decimals("0", "0.012", places=4))),
        free=draw(st.sampled_from(["0", "20", "1000"])),
        equity=draw(st.sampled_from(["40", "1000"])),
        account_id=str(draw(st.uuids())),
    )


@given(places=st.lists(markets(), min_size=1, max_size=5), usd=st.decimals("5", "150", places=2))
def test_no_eligible_broker_costs_less_than_the_chosen_one(places, usd):
    answer = choose(a_request(str(usd)), places, RULES)
    if isinstance(answer, NoRoute):
        return

    for one in answer.left_out:
        if one.reasons[0].obstacle is RouteObstacle.NOT_CHEAPER:
            assert one.cost.round_trip >= answer.cost.round_trip
    dearest = max((one.cost.round_trip for one in answer.left_out if one.has_cost), default=None)
    if answer.saving_usd is not None:
        with exact():
            assert answer.saving_usd == (dearest - answer.cost.round_trip) * usd > 0


@given(book=books(), spends=st.tuples(*[st.decimals("5", "100", places=2)] * 2))
def test_a_larger_size_never_costs_a_smaller_part_on_the_same_book(book, spends):
    less, more = sorted(spends)
    instrument = an_instrument(lot="0.00000001", minimum_quantity="0")

    small, large = (
        cost_by_book(VENUE_RULES[KRAKEN], instrument, book, spend=spend, fees=fees("0.004")).round_trip
        for spend in (less, more)
    )

    assert large >= small - Decimal("1e-6")


DEEP = a_book(bids=[("49950", "5")], asks=[("50000", "5")])
#: Its first level is as good, and holds one hundred dollars.
SHALLOW = a_book(bids=[("49950", "0.002"), ("49500", "5")], asks=[("50000", "0.002"), ("50400", "5")])


def a_market(venue, book, taker, **facts):
    return a_place(
        venue, book=book, ask=book.asks[0].price, bid=book.bids[0].price, fees=fees(taker), **facts
    )


@pytest.mark.parametrize(("usd", "chosen"), [("60", ALPACA), ("150", KRAKEN)])
def test_a_book_that_is_thin_for_the_size_loses_its_lead(usd, chosen):
    answer = choose(
        a_request(usd), [a_market(ALPACA, SHALLOW, "0.0015"), a_market(KRAKEN, DEEP, "0.0026")], RULES
    )

    assert answer.account.venue is chosen


def test_a_cheaper_broker_without_the_cash_is_named_with_what_it_would_save_and_what_it_lacks():
    answer = choose(
        a_request("100"),
        [
            a_market(ALPACA, DEEP, "0.0015", free="42"),
            a_market(KRAKEN, DEEP, "0.0026"),
            a_market(COINBASE, DEEP, "0.006"),
        ],
        RULES,
    )

    assert answer.account.venue is KRAKEN
    assert (answer.missed.account.venue, answer.missed.lacking, answer.missed.currency) == (
        ALPACA,
        Decimal("60.00"),
        "USD",
    )
    # Kraken takes 0.618 %, Alpaca 0.399 % and Coinbase 1.292 % of what is spent.
    assert answer.missed.saving_usd.quantize(CENT, ROUND_HALF_UP) == Decimal("0.22")
    assert answer.saving_usd.quantize(CENT, ROUND_HALF_UP) == Decimal("0.67")


def test_a_small_coinbase_that_lacks_cash_is_no_missed_saving():
    answer = choose(
        a_request("30"),
        [a_market(COINBASE, DEEP, "0.0001", equity="30", free="1"), a_market(KRAKEN, DEEP, "0.0026")],
        RULES,
    )

    assert answer.missed is None


def test_the_table_stands_in_for_a_book_that_is_not_had():
    answer = choose(a_request("30"), [a_place(KRAKEN)], RULES)

    assert (answer.cost.execution, answer.cost.round_trip) == (None, Decimal("0.0062"))


def test_a_dearer_broker_without_the_cash_is_no_missed_saving():
    answer = choose(
        a_request("100"),
        [a_market(ALPACA, DEEP, "0.0026"), a_market(KRAKEN, DEEP, "0.006", free="42")],
        RULES,
    )

    assert (answer.account.venue, answer.missed) == (ALPACA, None)


#: Half of what is wanted at the best price; what follows is dearer.
STEEP = a_book(bids=[("49950", "5")], asks=[("50000", "0.0005"), ("50150", "5")])


@pytest.mark.parametrize(
    ("minimums", "usd"),
    [
        pytest.param({"minimum_quantity": "0.001"}, "50.15", id="fewer than can be bought"),
        pytest.param(
            {"minimum_quantity": "0", "minimum_notional": "49"},
            "49.70",
            id="worth too little at the threshold",
        ),
    ],
)
def test_what_dearer_levels_make_too_small_is_left_out(minimums, usd):
    place = a_market(KRAKEN, STEEP, "0.0026", instrument=an_instrument(lot="0.00000001", **minimums))

    answer = choose(a_request(usd), [place], RULES)

    assert [reason.obstacle for reason in answer.left_out[0].reasons] == [RouteObstacle.BELOW_MINIMUM]


@pytest.mark.parametrize("bid", ["49750", "49700"])
def test_a_wide_spread_is_an_obstacle_with_its_distance(bid):
    wide = a_book(bids=[(bid, "5")], asks=[("50000", "5")])

    answer = choose(a_request("30"), [a_market(KRAKEN, wide, "0")], RULES)

    assert answer.left_out[0].reasons == (
        Reason(obstacle=RouteObstacle.WIDE_SPREAD, limit=Decimal("0.005"), actual=1 - Decimal(bid) / 50000),
    )


def test_a_cost_that_never_ends_is_raised_and_never_cut():
    book = a_book(bids=[("1", "5")], asks=[("3", "5")])

    cost = cost_by_book(VENUE_RULES[KRAKEN], an_instrument(lot="1"), book, spend=Decimal(3), fees=fees("0"))

    assert cost.round_trip == Decimal("0.666666666667")
    assert cost_by_book(
        VENUE_RULES[KRAKEN],
        an_instrument(lot="1"),
        a_book(bids=[("2", "5")], asks=[("3", "5")]),
        spend=Decimal(3),
        fees=fees("0"),
    ).round_trip == Decimal("0.333333333334")
