from decimal import Decimal

import pytest

from engine.accounts.fees import TABLE, FeeProfile, measure_spread, with_live
from engine.model.venues import Venue
from tests.builders import a_quote

KRAKEN = TABLE[Venue.KRAKEN]


@pytest.mark.parametrize(
    ("venue", "taker", "spread", "round_trip", "minimum"),
    [
        (Venue.COINBASE, "0.006", "0.002", "0.014", "0.016"),
        (Venue.KRAKEN, "0.0026", "0.001", "0.0062", "0.0082"),
        (Venue.ALPACA, "0", "0.001", "0.001", "0.003"),
    ],
)
def test_the_table_is_what_routing_starts_from(venue, taker, spread, round_trip, minimum):
    profile = TABLE[venue]

    assert (profile.taker, profile.spread) == (Decimal(taker), Decimal(spread))
    assert profile.round_trip == Decimal(round_trip)
    assert profile.minimum_profitable == Decimal(minimum)
    assert not profile.live


def test_every_venue_is_in_the_table():
    assert set(TABLE) == set(Venue)


def test_live_figures_replace_the_tables_and_say_so():
    profile = with_live(KRAKEN, taker=Decimal("0.004"), spread=Decimal("0.0005"))

    assert profile == FeeProfile(
        taker=Decimal("0.004"), spread=Decimal("0.0005"), taker_live=True, spread_live=True
    )
    assert profile.round_trip == Decimal("0.0085")
    assert profile.live


def test_one_live_figure_leaves_the_other_as_it_is():
    taker_only = with_live(KRAKEN, taker=Decimal("0.004"))
    spread_only = with_live(KRAKEN, spread=Decimal("0.0005"))

    assert (taker_only.taker_live, taker_only.spread_live, taker_only.spread) == (True, False, KRAKEN.spread)
    assert (spread_only.taker_live, spread_only.spread_live, spread_only.taker) == (False, True, KRAKEN.taker)
    assert not taker_only.live
    assert not spread_only.live
    assert with_live(taker_only, spread=Decimal(0)).live


@pytest.mark.parametrize("figure", ["-0.0001", "1", "26", "NaN", "Infinity"])
def test_a_figure_that_is_no_fraction_changes_nothing(figure):
    assert with_live(KRAKEN, taker=Decimal(figure), spread=Decimal(figure)) == KRAKEN


@pytest.mark.parametrize("figure", ["0", "0.9999"])
def test_a_fraction_from_zero_to_below_one_is_taken(figure):
    assert with_live(KRAKEN, taker=Decimal(figure)).taker == Decimal(figure)


@pytest.mark.parametrize(
    ("bid", "ask", "spread"), [("99", "101", "0.02"), ("100", "100", "0"), ("399", "401", "0.005")]
)
def test_a_spread_is_a_fraction_of_the_middle(bid, ask, spread):
    assert measure_spread(a_quote(bid=bid, ask=ask)) == Decimal(spread)


@pytest.mark.parametrize(
    ("bid", "ask"),
    [
        (None, "100"),
        ("100", None),
        ("0", "100"),
        ("-1", "100"),
        ("100.01", "100"),
        ("NaN", "100"),
        ("100", "NaN"),
        ("100", "Infinity"),
    ],
)
def test_a_bad_quote_has_no_spread(bid, ask):
    assert measure_spread(a_quote(bid=bid, ask=ask)) is None
