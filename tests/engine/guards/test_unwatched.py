from dataclasses import replace

import pytest

from engine.clock import Moment
from engine.guards.guard_mark import GuardMark
from engine.guards.unwatched import KEY_CHANGED, STARTING, Unwatched, Watching, find_unwatched
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.reminder_state import ReminderState
from tests.builders import a_guard, a_mark, ago

WATCHED = Watching(
    guard_mark=GuardMark(current=a_mark("90"), last=a_mark("90")),
    looked_at=ago(2),
    is_looked_at=True,
    read_at=ago(40),
)


def blind(problem, **changes):
    return replace(WATCHED.guard_mark, current=PriceUnknown(problem=problem), **changes)


def test_a_guard_with_a_price_and_a_key_is_watched():
    assert find_unwatched(a_guard(), WATCHED) is None


@pytest.mark.parametrize(
    ("changes", "why", "since"),
    [
        pytest.param(
            {"is_looked_at": False, "looked_at": ago(60)}, "no prices come from Kraken", ago(60), id="silent"
        ),
        pytest.param(
            {"is_looked_at": False, "looked_at": None},
            "no prices come from Kraken",
            None,
            id="never looked at",
        ),
        pytest.param(
            {"guard_mark": blind(PriceProblem.CROSSED, unknown_since=Moment(ago(20), 0))},
            "price unknown (bid above ask)",
            ago(20),
            id="no price",
        ),
        pytest.param(
            {"key_refused": "EAPI:Invalid key"},
            "Kraken refuses the key, so nothing could be sold: EAPI:Invalid key",
            ago(40),
            id="key refused",
        ),
    ],
)
def test_a_guard_that_cannot_act_says_why_and_since_when(changes, why, since):
    found = find_unwatched(a_guard(), replace(WATCHED, **changes))

    assert (found.why, found.since, found.is_usual) == (why, since, False)


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

    assert (found.why, found.is_starting) == (STARTING, True)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        pytest.param(
            {"guard_mark": GuardMark(current=PriceUnknown(problem=PriceProblem.NO_ANSWER))},
            "price unknown (Kraken does not answer)",
            id="looked at",
        ),
        pytest.param(
            {"guard_mark": GuardMark(current=PriceUnknown(problem=PriceProblem.NOT_CONNECTED))},
            "price unknown (Kraken is not connected)",
            id="not connected",
        ),
        pytest.param(
            {
                "guard_mark": GuardMark(
                    current=PriceUnknown(problem=PriceProblem.STALE), reminders=ReminderState(count=1)
                )
            },
            "price unknown (too old)",
            id="reported before the restart",
        ),
        pytest.param(
            {"guard_mark": GuardMark(), "read_error": "no connection"},
            "no prices come from Kraken (no connection)",
            id="its account cannot be read",
        ),
    ],
)
def test_a_venue_that_is_known_not_to_answer_is_named_however_short_ago_the_start_was(changes, why):
    just_started = replace(WATCHED, looked_at=None, is_looked_at=False, has_just_started=True)

    found = find_unwatched(a_guard(), replace(just_started, **changes))

    assert (found.why, found.is_starting) == (why, False)


def test_a_refused_key_is_said_from_the_start_on():
    refused = replace(WATCHED, key_refused="Invalid key", has_just_started=True, is_key_certain=False)

    assert "refuses the key" in find_unwatched(a_guard(), refused).why


def test_a_changed_key_is_named_until_it_is_certain_whose_account_it_opens():
    found = find_unwatched(a_guard(), replace(WATCHED, is_key_certain=False))

    assert found == Unwatched(symbol="BTC/USD", venue_label="Kraken", why=KEY_CHANGED, since=None)


def test_a_closed_market_is_usual_and_counts_from_the_last_price():
    closed = replace(WATCHED, guard_mark=blind(PriceProblem.MARKET_CLOSED))

    found = find_unwatched(a_guard(), closed)

    assert (found.why, found.since, found.is_usual) == ("market closed", WATCHED.guard_mark.last.at, True)
