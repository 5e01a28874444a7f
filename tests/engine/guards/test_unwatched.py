from dataclasses import replace

import pytest

from engine.clock import Moment
from engine.guards.guard_mark import GuardMark
from engine.guards.unwatched import Unwatched, UnwatchedReason, Watching, find_unwatched
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.reminder_state import ReminderState
from tests.builders import a_guard, a_mark, ago

WATCHED = Watching(
    guard_mark=GuardMark(current=a_mark("90"), last=a_mark("90")),
    looked_at=ago(2),
    is_looked_at=True,
    read_at=ago(40),
)


def why_of(found):
    return found.reason, found.problem, found.error


def blind(problem, **changes):
    return replace(WATCHED.guard_mark, current=PriceUnknown(problem=problem), **changes)


def test_a_guard_with_a_price_and_a_key_is_watched():
    assert find_unwatched(a_guard(), WATCHED) is None


@pytest.mark.parametrize(
    ("changes", "why", "since"),
    [
        pytest.param(
            {"is_looked_at": False, "looked_at": ago(60)},
            (UnwatchedReason.NOT_LOOKED_AT, None, ""),
            ago(60),
            id="silent",
        ),
        pytest.param(
            {"is_looked_at": False, "looked_at": None},
            (UnwatchedReason.NOT_LOOKED_AT, None, ""),
            None,
            id="never looked at",
        ),
        pytest.param(
            {"guard_mark": blind(PriceProblem.CROSSED, unknown_since=Moment(ago(20), 0))},
            (UnwatchedReason.PRICE_UNKNOWN, PriceProblem.CROSSED, ""),
            ago(20),
            id="no price",
        ),
        pytest.param(
            {"key_refused": "EAPI:Invalid key"},
            (UnwatchedReason.KEY_REFUSED, None, "EAPI:Invalid key"),
            ago(40),
            id="key refused",
        ),
    ],
)
def test_a_guard_that_cannot_act_says_why_and_since_when(changes, why, since):
    found = find_unwatched(a_guard(), replace(WATCHED, **changes))

    assert (why_of(found), found.since, found.is_usual) == (why, since, False)


@pytest.mark.parametrize(
    "changes",
    [
        {"is_looked_at": False, "looked_at": None, "guard_mark": GuardMark()},
        {
            "guard_mark": GuardMark(
                current=PriceUnknown(problem=PriceProblem.NO_BID), unknown_since=Moment(ago(2), 0)
            )
        },
    ],
    ids=["not looked at yet", "no price yet"],
)
def test_what_has_had_no_price_since_a_start_moments_ago_is_starting(changes):
    found = find_unwatched(a_guard(), replace(WATCHED, **changes, has_just_started=True))

    assert why_of(found) == (UnwatchedReason.STARTING, None, "")
    assert found.is_starting


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            {"guard_mark": GuardMark(current=PriceUnknown(problem=PriceProblem.NO_ANSWER))},
            (UnwatchedReason.PRICE_UNKNOWN, PriceProblem.NO_ANSWER, ""),
            id="looked at",
        ),
        pytest.param(
            {"guard_mark": GuardMark(current=PriceUnknown(problem=PriceProblem.NOT_CONNECTED))},
            (UnwatchedReason.PRICE_UNKNOWN, PriceProblem.NOT_CONNECTED, ""),
            id="not connected",
        ),
        pytest.param(
            {
                "guard_mark": GuardMark(
                    current=PriceUnknown(problem=PriceProblem.STALE), reminders=ReminderState(count=1)
                )
            },
            (UnwatchedReason.PRICE_UNKNOWN, PriceProblem.STALE, ""),
            id="reported before the restart",
        ),
        pytest.param(
            {"guard_mark": GuardMark(), "read_error": "no connection"},
            (UnwatchedReason.NOT_LOOKED_AT, None, "no connection"),
            id="its account cannot be read",
        ),
    ],
)
def test_a_venue_that_is_known_not_to_answer_is_named_however_short_ago_the_start_was(changes, why):
    just_started = replace(WATCHED, looked_at=None, is_looked_at=False, has_just_started=True)

    found = find_unwatched(a_guard(), replace(just_started, **changes))

    assert (why_of(found), found.is_starting) == (why, False)


def test_a_market_that_is_closed_at_a_start_is_not_starting():
    just_started = replace(
        WATCHED,
        has_just_started=True,
        guard_mark=GuardMark(current=PriceUnknown(problem=PriceProblem.MARKET_CLOSED)),
    )

    found = find_unwatched(a_guard(), just_started)

    assert (found.is_starting, found.is_usual, found.since) == (False, True, None)


def test_a_refused_key_is_said_from_the_start_on():
    refused = replace(WATCHED, key_refused="Invalid key", has_just_started=True, is_key_certain=False)

    assert find_unwatched(a_guard(), refused).reason is UnwatchedReason.KEY_REFUSED


def test_a_changed_key_is_named_until_it_is_certain_whose_account_it_opens():
    guard = a_guard()
    found = find_unwatched(guard, replace(WATCHED, is_key_certain=False))

    assert found == Unwatched(
        guard_id=guard.guard_id,
        symbol="BTC/USD",
        venue_label="Kraken",
        reason=UnwatchedReason.KEY_UNCERTAIN,
        since=None,
    )


def test_a_closed_market_is_usual_and_counts_from_the_last_price():
    closed = replace(WATCHED, guard_mark=blind(PriceProblem.MARKET_CLOSED))

    found = find_unwatched(a_guard(), closed)

    assert (found.since, found.is_usual) == (WATCHED.guard_mark.last.at, True)
