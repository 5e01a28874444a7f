from dataclasses import replace
from datetime import timedelta

import pytest

from engine.clock import Moment
from engine.guards.guard import GuardSource
from engine.guards.guard_mark import (
    GuardMark,
    after_look,
    after_report,
    due_event,
    is_past,
    mark_request,
    ratio_of,
    trigger_of,
    trigger_price_of,
    unseen_before,
    unseen_over_restart,
)
from engine.market.mark import MarkBasis, MarkRequest, PriceProblem, PriceUnknown
from engine.model.delays import Away, Unseen, UnseenReason
from engine.model.holdings import Direction
from engine.model.price_event import PriceEvent
from tests.builders import NOW, a_guard, a_mark, number

LIMIT = timedelta(seconds=15)
NO_QUOTE = PriceUnknown(problem=PriceProblem.NO_QUOTE)
NO_ANSWER = PriceUnknown(problem=PriceProblem.NO_ANSWER)
CLOSED = PriceUnknown(problem=PriceProblem.MARKET_CLOSED)
WIDE = a_mark(basis=MarkBasis.MID)


def later(seconds):
    return Moment(NOW, 0) + timedelta(seconds=seconds)


def looks(*steps):
    """Look at given seconds and return the last mark with all that was reported."""
    guard_mark, reported = GuardMark(), []
    for at, seen in steps:
        guard_mark, of_spread = after_look(guard_mark, seen, now=later(at))
        of_price = due_event(guard_mark, now=later(at), alarm_after=LIMIT)
        if of_price:
            guard_mark = after_report(guard_mark, of_price, now=later(at))
        reported += [event for event in (of_price, of_spread) if event]
    return guard_mark, reported


@pytest.mark.parametrize(
    ("threshold", "trail", "expected"),
    [("-0.01", None, "-0.01"), ("-0.1", "0.02", "-0.02"), ("-0.01", "0.05", "-0.01")],
)
def test_a_spread_is_too_wide_by_the_nearer_of_threshold_and_trail(threshold, trail, expected):
    guard = replace(a_guard("1", "100"), threshold=number(threshold))
    if trail is not None:
        guard = replace(guard, trail=number(trail), stop=number("95"))

    assert mark_request(guard, max_age_s=15).threshold == number(expected)


def test_an_accepted_mark_is_remembered():
    guard_mark, reported = looks((0, a_mark("100")), (5, a_mark("101")))

    assert (guard_mark.last.price, reported) == (101, [])


def marked(price, at):
    return a_mark(price, at=later(at).at)


def test_a_poll_that_shows_what_was_before_a_tick_is_not_the_price_of_now():
    guard_mark, reported = looks((5, marked("90", 5)), (6, marked("101", 3)))

    assert (guard_mark.current.price, guard_mark.last.price, reported) == (90, 90, [])


def test_a_price_is_taken_though_the_clock_was_set_back():
    guard_mark, _ = looks((3600, marked("90", 3600)), (5, marked("101", 5)))

    assert guard_mark.current.price == 101


def test_an_older_price_is_better_than_none():
    guard_mark, _ = looks((5, marked("90", 5)), (6, NO_QUOTE), (7, marked("101", 3)))

    assert guard_mark.current.price == 101


def test_a_missing_price_keeps_the_last_mark_but_is_no_mark_itself():
    guard_mark, reported = looks((0, a_mark("100")), (5, NO_QUOTE))

    assert (guard_mark.current, guard_mark.last.price, reported) == (NO_QUOTE, 100, [])


@pytest.mark.parametrize(("last", "reported"), [(14.9, []), (15, ["unknown"]), (500, ["unknown"])])
def test_a_missing_price_alarms_once_it_is_missing_too_long(last, reported):
    assert looks((0, NO_QUOTE), (last, NO_QUOTE))[1] == reported


def test_a_price_that_was_unconfirmed_for_too_long_alarms_at_the_first_look():
    assert looks((0, replace(NO_QUOTE, for_s=15)))[1] == ["unknown"]
    assert looks((0, replace(NO_QUOTE, for_s=14.9)))[1] == []


def test_a_missing_price_alarms_once_however_long_it_stays():
    assert looks((0, NO_QUOTE), (20, NO_QUOTE), (40, NO_QUOTE))[1] == ["unknown"]


@pytest.mark.parametrize(("after_s", "due"), [(29, False), (30, True), (3600, True)])
def test_a_missing_price_is_due_to_be_reported_again_after_a_pause(after_s, due):
    guard_mark, _ = looks((0, NO_QUOTE), (20, NO_QUOTE))

    now = later(20 + after_s)
    assert (due_event(guard_mark, now=now, alarm_after=LIMIT) is PriceEvent.UNKNOWN) is due


def test_of_a_price_that_is_missing_while_its_guard_is_sold_nobody_is_reminded():
    guard_mark, _ = looks((0, NO_QUOTE), (14, NO_QUOTE))

    first = due_event(guard_mark, now=later(15), alarm_after=LIMIT, is_closing=True)
    reported = after_report(guard_mark, PriceEvent.UNKNOWN, now=later(15))
    again = due_event(reported, now=later(3600), alarm_after=LIMIT, is_closing=True)

    assert (first, again) == (PriceEvent.UNKNOWN, None)


def test_a_closed_market_is_never_due():
    guard_mark, _ = looks((0, NO_QUOTE), (20, NO_QUOTE), (30, CLOSED))

    assert due_event(guard_mark, now=Moment(NOW, 9000), alarm_after=LIMIT) is None


def test_a_price_between_two_gaps_starts_the_count_anew():
    assert looks((0, NO_QUOTE), (10, a_mark()), (12, NO_QUOTE), (26, NO_QUOTE))[1] == []


def test_a_price_after_an_alarm_is_reported_once():
    assert looks((0, NO_QUOTE), (15, NO_QUOTE), (20, a_mark()), (25, a_mark()))[1] == ["unknown", "back"]


def test_a_price_that_is_back_is_the_mark_again():
    guard_mark, _ = looks((0, NO_QUOTE), (15, NO_QUOTE), (20, a_mark("101")))

    assert (guard_mark.current, guard_mark.last) == (a_mark("101"), a_mark("101"))
    assert not guard_mark.is_unknown


def test_a_price_that_is_missing_again_when_its_return_is_reported_is_missing_since_then():
    missing, _ = looks((0, a_mark()), (5, NO_QUOTE))
    shut = replace(missing, current=CLOSED, unknown_since=None)

    assert after_report(missing, PriceEvent.BACK, now=later(6)).unknown_since == later(5)
    assert after_report(shut, PriceEvent.BACK, now=later(6)).unknown_since is None
    assert not after_report(missing, PriceEvent.BACK, now=later(6)).unknown_reported
    assert after_report(missing, PriceEvent.UNKNOWN, now=later(6)).reminders.count == 1


def test_a_price_that_is_there_is_missing_since_no_time_once_its_return_is_reported():
    seen = replace(GuardMark(current=a_mark(), last=a_mark()), unknown_since=later(1))

    assert after_report(seen, PriceEvent.BACK, now=later(6)).unknown_since is None


def test_a_closed_market_is_shown_but_calls_nobody():
    guard_mark, reported = looks((0, a_mark()), (5, CLOSED), (40_000, CLOSED), (40_005, a_mark()))

    assert looks((0, CLOSED))[0].current == CLOSED
    assert (guard_mark.current, reported) == (a_mark(), [])


def test_the_end_of_a_wide_spread_is_reported_once_if_its_beginning_was():
    assert looks((0, WIDE), (60, WIDE), (65, a_mark("100")), (70, a_mark("100")))[1] == [
        "wide_spread",
        "narrow_spread",
    ]
    assert looks((0, WIDE), (55, WIDE), (60, a_mark("100")))[1] == []


def test_what_is_new_of_a_spread_is_reported_after_the_price_that_is_back():
    wide, narrow = (0, WIDE), (100, a_mark("100"))
    assert looks((0, NO_QUOTE), (20, NO_QUOTE), (30, WIDE), (35, WIDE), (95, WIDE))[1] == [
        "unknown",
        "back",
        "wide_spread",
    ]
    assert looks(wide, (60, WIDE), (65, NO_QUOTE), (90, NO_QUOTE), narrow, (105, a_mark("100")))[1] == [
        "wide_spread",
        "unknown",
        "back",
        "narrow_spread",
    ]


def test_a_wide_spread_is_reported_once_after_a_minute():
    assert looks((0, WIDE), (59, WIDE), (60, WIDE), (120, WIDE))[1] == ["wide_spread"]


def test_a_guard_is_past_its_threshold_at_it_and_not_a_cent_above():
    guard = a_guard("1", "100")

    assert is_past(guard, a_mark("99"))
    assert not is_past(guard, a_mark("99.01"))
    assert ratio_of(guard, a_mark("99")) == number("-0.01")


def test_a_guard_is_priced_by_all_that_it_is_judged_by():
    assert mark_request(a_guard("2", "200"), max_age_s=15) == MarkRequest(
        symbol="BTC/USD",
        direction=Direction.LONG,
        quantity=number("2"),
        threshold=number("-0.01"),
        trigger_price=number("99"),
        max_age_s=15,
    )


def test_a_guard_of_nothing_has_no_trigger():
    assert trigger_price_of(a_guard().reduced_by(number("1"))) is None


def test_a_trigger_says_what_was_seen_and_what_was_guarded():
    trigger = trigger_of(a_guard("2", "100"), a_mark("40"), now=NOW)

    assert (trigger.price, trigger.ratio, trigger.quantity, trigger.cost) == (40, number("-0.2"), 2, 100)
    assert (trigger.basis, trigger.at, trigger.threshold) == ("bid", NOW, number("-0.01"))
    assert (trigger.paid, trigger.since_guarded, trigger.unseen) == (None, False, None)


def test_a_trigger_of_a_guard_from_the_price_of_a_day_says_what_was_paid_and_what_was_unseen():
    guard = replace(a_guard(source=GuardSource.EXISTING_PRICE), paid=number("120"))
    unseen = Unseen(since=later(-60).at, until=NOW, why=PriceProblem.MARKET_CLOSED)

    trigger = trigger_of(guard, marked("90", -2), now=NOW, unseen=unseen)

    assert (trigger.paid, trigger.since_guarded, trigger.unseen) == (120, True, unseen)
    assert (trigger.at, trigger.price_at) == (NOW, later(-2).at)


@pytest.mark.parametrize(
    ("looks_before", "since_s", "why"),
    [
        (((0, a_mark("100")), (5, a_mark("100"))), None, None),
        (((0, a_mark("100")), (20, NO_QUOTE), (40, NO_QUOTE)), 20, PriceProblem.NO_QUOTE),
        (((0, a_mark("100")), (59.5, NO_QUOTE)), None, None),
        (((0, a_mark("100")), (59.01, NO_QUOTE)), None, None),
        (((0, CLOSED),), None, None),
        (((0, a_mark("100")), (59, NO_QUOTE)), 59, PriceProblem.NO_QUOTE),
        (((0, a_mark("100")), (20, NO_ANSWER)), 20, PriceProblem.NO_ANSWER),
    ],
)
def test_until_when_nobody_saw_a_price_and_why(looks_before, since_s, why):
    guard_mark, _ = looks(*looks_before)

    unseen = unseen_before(guard_mark, now=later(60))

    expected = None if why is None else Unseen(since=later(since_s).at, until=later(60).at, why=why)
    assert unseen == expected


def test_a_closed_market_showed_nothing_since_its_last_price():
    last = a_mark("100")
    guard_mark, _ = looks((0, last), (20, CLOSED))

    unseen = unseen_before(guard_mark, now=later(60))

    assert unseen == Unseen(since=last.at, until=later(60).at, why=PriceProblem.MARKET_CLOSED)


#: No process ran from ten minutes ago until one minute ago.
AWAY = Away(since=later(-600).at, until=later(-60).at)


def over_restart(*, last_seen_s, current=None, until_s=-60):
    return unseen_over_restart(
        GuardMark(current=current),
        last_seen=later(last_seen_s).at,
        away=Away(since=AWAY.since, until=later(until_s).at),
        now=later(0),
    )


@pytest.mark.parametrize(
    ("last_seen_s", "current", "until_s"),
    [
        pytest.param(-600, None, -60, id="seen until it ended, and at the first look"),
        pytest.param(-615, a_mark(), -60, id="its last look fifteen seconds before it ended"),
        pytest.param(-600, NO_QUOTE, -0.5, id="no price yet, half a second after the start"),
    ],
)
def test_a_price_that_was_seen_until_the_process_ended_was_missed_for_the_restart_alone(
    last_seen_s, current, until_s
):
    unseen = over_restart(last_seen_s=last_seen_s, current=current, until_s=until_s)

    assert unseen == Unseen(since=later(last_seen_s).at, until=later(0).at, why=UnseenReason.NOT_WATCHING)


@pytest.mark.parametrize(
    ("last_seen_s", "current", "until_s", "away_s", "why"),
    [
        pytest.param(-616, None, -60, 600, UnseenReason.NO_PRICE, id="missing before it ended"),
        pytest.param(-600, NO_QUOTE, -60, 540, PriceProblem.NO_QUOTE, id="missing since it is back"),
        pytest.param(-600, NO_QUOTE, -1, 599, PriceProblem.NO_QUOTE, id="for a second"),
        pytest.param(-700, NO_QUOTE, -60, 540, PriceProblem.NO_QUOTE, id="before and since"),
        pytest.param(-600, CLOSED, -60, 540, PriceProblem.MARKET_CLOSED, id="a market that is shut"),
    ],
)
def test_a_price_that_was_missing_beside_a_restart_is_named_and_the_restart_is_the_rest(
    last_seen_s, current, until_s, away_s, why
):
    unseen = over_restart(last_seen_s=last_seen_s, current=current, until_s=until_s)

    assert unseen == Unseen(since=later(last_seen_s).at, until=later(0).at, why=why, away_s=away_s)


def test_a_restart_never_lasts_less_than_no_time():
    wrong_clock = Away(since=later(600).at, until=later(600).at)

    unseen = unseen_over_restart(GuardMark(), last_seen=later(-60).at, away=wrong_clock, now=later(0))

    assert unseen.away_s == 0
