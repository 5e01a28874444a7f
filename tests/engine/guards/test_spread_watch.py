from datetime import timedelta

from engine.guards.spread_watch import SpreadWatch, watch_spread
from engine.market.mark import MarkBasis
from tests.builders import NOW, a_mark

WIDE = a_mark(basis=MarkBasis.MID)
NARROW = a_mark(basis=MarkBasis.BID)


def walk(*steps):
    """Go through (seconds, mark) pairs and return at which seconds the owner is told."""
    watch, reported = SpreadWatch(), []
    for seconds, mark in steps:
        watch = watch_spread(watch, mark=mark, now=NOW + timedelta(seconds=seconds))
        if watch.report_now:
            reported.append(seconds)
    return reported


def test_a_wide_spread_is_reported_once_after_sixty_seconds():
    assert walk((0, WIDE), (5, WIDE), (59.999, WIDE), (60, WIDE), (65, WIDE), (500, WIDE)) == [60]


def test_a_spread_that_narrows_starts_the_wait_again():
    assert walk((0, WIDE), (50, WIDE), (55, NARROW), (60, WIDE), (119, WIDE), (121, WIDE)) == [121]


def test_a_second_wide_stretch_is_reported_again():
    assert walk((0, WIDE), (60, WIDE), (70, NARROW), (80, WIDE), (140, WIDE)) == [60, 140]


def test_a_narrow_spread_is_never_reported():
    assert walk((0, NARROW), (100, NARROW)) == []


def test_the_watch_remembers_since_when_and_that_it_reported():
    since = watch_spread(SpreadWatch(), mark=WIDE, now=NOW)
    reported = watch_spread(since, mark=WIDE, now=NOW + timedelta(seconds=60))
    later = watch_spread(reported, mark=WIDE, now=NOW + timedelta(seconds=61))

    assert since == SpreadWatch(wide_since=NOW, reported=False, report_now=False)
    assert reported == SpreadWatch(wide_since=NOW, reported=True, report_now=True)
    assert later == SpreadWatch(wide_since=NOW, reported=True, report_now=False)
