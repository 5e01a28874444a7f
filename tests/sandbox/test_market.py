import itertools
from decimal import Decimal

import pytest

from engine.brokers.paper.book import Level, Listing
from sandbox.market import Market, Move, Override, walk


def a_listing(**changes):
    values = {
        "venue": "kraken",
        "symbol": "BTC/USD",
        "base": "BTC",
        "quote": "USD",
        "tick": Decimal("0.1"),
        "lot": Decimal("0.00000001"),
        "spread_ratio": Decimal("0.001"),
        "depth": (Decimal(1), Decimal(2)),
    }
    return Listing(**{**values, **changes})


@pytest.fixture
def clock():
    return [1000.0]


@pytest.fixture
def market(clock):
    market = Market(now=lambda: clock[0])
    market.set_price("BTC", Decimal(60000))
    market.add(a_listing())
    return market


def test_the_spread_lies_around_the_reference_price(market):
    book = market.book("kraken", "BTC/USD")

    assert book.bids == (Level(Decimal("59970.0"), Decimal(1)), Level(Decimal("59940.0"), Decimal(2)))
    assert book.asks == (Level(Decimal("60030.0"), Decimal(1)), Level(Decimal("60060.0"), Decimal(2)))
    assert book.at == 1000.0


def test_prices_are_rounded_to_the_tick_away_from_the_mid(market):
    market.set_price("BTC", Decimal("60000.05"))

    book = market.book("kraken", "BTC/USD")

    assert book.bid.price == Decimal("59970.0")
    assert book.ask.price == Decimal("60030.1")


def test_a_cross_pair_follows_both_assets(market):
    market.set_price("USDT", Decimal("0.5"))
    market.add(a_listing(symbol="BTC/USDT", quote="USDT", spread_ratio=Decimal(0)))

    assert market.book("kraken", "BTC/USDT").bid.price == Decimal("120000.0")


def test_a_move_is_relative(market):
    assert market.move("BTC", Decimal("-0.02")) == Decimal("58800.00")


def test_a_script_is_played_move_by_move(market):
    prices = list(market.play([Move("BTC", Decimal("-0.5")), Move("BTC", Decimal("0.5"))]))

    assert prices == [Decimal("30000.0"), Decimal("45000.00")]


def test_a_walk_with_the_same_seed_is_the_same_and_keeps_its_step():
    first, second = (
        list(itertools.islice(walk(seed=7, step=Decimal("0.001"), assets=("BTC", "ETH")), 50))
        for _ in range(2)
    )

    assert first == second
    assert all(abs(move.ratio) <= Decimal("0.001") for move in first)
    assert {move.asset for move in first} == {"BTC", "ETH"}


def test_an_unpriced_pair_has_no_quotes(market):
    market.forget_price("BTC")

    book = market.book("kraken", "BTC/USD")

    assert book.bid is None
    assert book.ask is None


@pytest.mark.parametrize("garbage", [Decimal(0), Decimal("NaN"), Decimal(-1), None], ids=str)
def test_a_garbage_bid_is_shown_but_never_filled(market, garbage):
    market.override("kraken", "BTC/USD", Override(bid=garbage, ask=Decimal(60000)))

    shown = market.ticker("kraken", "BTC/USD").bid

    assert str(shown.price if shown else None) == str(garbage)
    assert market.liquidity("kraken", "BTC/USD").bid is None
    assert market.liquidity("kraken", "BTC/USD").ask.price == Decimal(60000)


def test_a_crossed_quote_is_shown_as_it_is(market):
    market.override("kraken", "BTC/USD", Override(bid=Decimal(61000), ask=Decimal(60000)))

    book = market.book("kraken", "BTC/USD")

    assert (book.bid.price, book.ask.price) == (Decimal(61000), Decimal(60000))


def test_an_override_can_spare_the_order_book(market):
    market.override("kraken", "BTC/USD", Override(bid=Decimal(1), ask=Decimal(2), in_book=False))

    assert market.ticker("kraken", "BTC/USD").bid.price == Decimal(1)
    assert market.book("kraken", "BTC/USD").bid.price == Decimal("59970.0")
    assert market.liquidity("kraken", "BTC/USD").bid.price == Decimal("59970.0")


def test_a_frozen_pair_keeps_its_prices_and_their_time_while_fills_go_on(market, clock):
    market.freeze("kraken", "BTC/USD")
    clock[0] = 2000.0
    market.set_price("BTC", Decimal(50000))

    frozen = market.ticker("kraken", "BTC/USD")

    assert frozen.bid.price == Decimal("59970.0")
    assert frozen.at == 1000.0
    assert market.liquidity("kraken", "BTC/USD").bid.price == Decimal("49975.0")


def test_restore_ends_freeze_and_override(market):
    market.override("kraken", "BTC/USD", Override(bid=Decimal(1), ask=Decimal(2)))
    market.freeze("kraken", "BTC/USD")

    market.restore("kraken", "BTC/USD")

    assert market.ticker("kraken", "BTC/USD").bid.price == Decimal("59970.0")


def test_listeners_hear_of_every_change(market):
    heard = []
    market.on_change(lambda: heard.append(1))

    market.set_price("BTC", Decimal(1))
    market.set_status("kraken", "BTC/USD", "cancel_only")
    market.override("kraken", "BTC/USD", Override(bid=None, ask=None))

    assert len(heard) == 3
    assert market.listing("kraken", "BTC/USD").status == "cancel_only"
