"""A lost answer is settled by looking until the venue's silence, and its balance, are proof."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.model.venues import Venue
from engine.orders.balance_verdict import BalanceVerdict
from engine.orders.settling_step import (
    BalanceReading,
    EndAttempt,
    Look,
    LookAfter,
    ReadBalanceAfter,
    Resend,
    TakeOrder,
    is_search_over,
    next_settling_step,
)
from engine.orders.step_cause import StepCause

U, T, H, N = BalanceVerdict.UNTOUCHED, BalanceVerdict.TAKEN, BalanceVerdict.HELD, BalanceVerdict.UNREADABLE
P, X, PART = BalanceVerdict.UNPAID, BalanceVerdict.UNEXPLAINED, BalanceVerdict.HELD_IN_PART


def looks(*ages, may_be=()):
    return [Look(age=timedelta(seconds=age), may_be=may_be) for age in ages]


def balances(*readings):
    return [BalanceReading(age=timedelta(seconds=age), verdict=verdict) for age, verdict in readings]


def look_after(age_s):
    return LookAfter(timedelta(seconds=age_s))


def read_after(age_s):
    return ReadBalanceAfter(timedelta(seconds=age_s))


SAME_ID = EndAttempt(resend=Resend.SAME_ID, cause=StepCause.PROVEN_ABSENT)
NEW_ATTEMPT = EndAttempt(resend=Resend.NEW_ATTEMPT, cause=StepCause.PROVEN_ABSENT)


@pytest.mark.parametrize("venue", list(Venue))
def test_the_first_look_is_at_once(venue):
    assert next_settling_step(venue, ()) == look_after(0)


@pytest.mark.parametrize(
    ("venue", "absent", "expected"),
    [
        pytest.param(Venue.KRAKEN, (0.1,), look_after(6), id="kraken after the deadline"),
        pytest.param(Venue.KRAKEN, (0.1, 5.9), look_after(6), id="before deadline and slack"),
        pytest.param(Venue.KRAKEN, (0.1, 6), read_after(6), id="absent after its deadline"),
        pytest.param(Venue.KRAKEN, (3600,), read_after(3600), id="one look long after is enough"),
        pytest.param(Venue.ALPACA, (0.1,), look_after(1), id="alpaca may still be writing"),
        pytest.param(Venue.ALPACA, (0.1, 1), SAME_ID, id="alpaca refuses a second use"),
        pytest.param(Venue.COINBASE, (2,), look_after(10), id="once is not enough"),
        pytest.param(Venue.COINBASE, (2, 9.9), look_after(10), id="not yet ten seconds"),
        pytest.param(Venue.COINBASE, (12,), look_after(13), id="one late look is one look"),
        pytest.param(Venue.COINBASE, (2, 10), SAME_ID, id="absent twice"),
    ],
)
def test_absence_counts_only_when_the_order_can_no_longer_appear(venue, absent, expected):
    assert next_settling_step(venue, looks(*absent)) == expected


@pytest.mark.parametrize(
    ("seen", "read", "expected"),
    [
        pytest.param((6,), [(6.1, U)], read_after(9.1), id="one reading may be old"),
        pytest.param((6,), [(6.1, U), (9, U)], read_after(9.1), id="too soon after the first"),
        pytest.param((6,), [(6.1, U), (9.1, U)], NEW_ATTEMPT, id="two agree"),
        pytest.param((6,), [(6.1, T)], look_after(6.6), id="gone, so it may be listed soon"),
        pytest.param((6,), [(6.1, N)], look_after(6.6), id="nobody reports"),
        pytest.param((6,), [(6.1, U), (9.1, T)], look_after(9.6), id="gone a moment later"),
        pytest.param((6, 6.6), [(6.1, T)], read_after(6.6), id="read again after each look"),
        pytest.param((6, 6.6), [(6.1, T), (6.7, U)], read_after(9.7), id="back, not certain yet"),
        pytest.param((6, 6.6), [(6.1, T), (6.7, T)], look_after(7.7), id="less and less often"),
        pytest.param((6, 6.6), [(6.1, P), (6.7, P)], look_after(7.7), id="moved, and no money came"),
        pytest.param((6, 65), [(6.1, P), (65.9, P)], look_after(66.9), id="moved, not yet a minute ago"),
        pytest.param((6, 66), [(6.1, P), (66.1, P)], NEW_ATTEMPT, id="no money came for a minute"),
        pytest.param((6, 66), [(6.1, N), (66.1, P)], look_after(66.6), id="not reported before"),
        pytest.param((6, 6.6), [(6.1, U), (6.7, N)], look_after(7.2), id="silence proves nothing"),
    ],
)
def test_a_new_id_is_used_only_when_two_balances_show_the_coins_untouched(seen, read, expected):
    assert next_settling_step(Venue.KRAKEN, looks(*seen), balances(*read)) == expected


def test_coins_that_are_gone_are_sought_for_ten_minutes_before_their_attempt_is_ended_as_unseen():
    often = [(age, T) for age in (6, 300, 605)]

    before = next_settling_step(Venue.KRAKEN, looks(6, 605), balances(*often))
    after = next_settling_step(Venue.KRAKEN, looks(6, 606), balances(*often, (606, T)))

    assert before == look_after(607)
    assert after == EndAttempt(resend=Resend.NEW_ATTEMPT, cause=StepCause.LISTED_NOWHERE_GONE)
    assert "absent" not in after.cause


UNEXPLAINED = EndAttempt(resend=Resend.NEW_ATTEMPT, cause=StepCause.LISTED_NOWHERE_MOVED)


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param([(6, X), (239, X), (305, X)], look_after(307), id="not for five minutes yet"),
        pytest.param([(6, X), (240, X), (306, X)], UNEXPLAINED, id="for five minutes"),
        pytest.param([(6, T), (240, X), (306, X)], look_after(307), id="looked sold before"),
        pytest.param([(6, H), (290, H), (301, X)], look_after(301.5), id="held a moment ago"),
        pytest.param([(6, N), (240, N), (3600, N)], look_after(3660), id="never read"),
    ],
)
def test_lists_without_the_order_are_believed_after_five_minutes_whatever_else_the_balance_shows(
    read, expected
):
    seen = looks(0, read[-1][0])

    assert next_settling_step(Venue.KRAKEN, seen, balances(*read)) == expected


@pytest.mark.parametrize(
    ("read", "expected"),
    [
        pytest.param([(6, H)], look_after(6.5), id="held, so it may be listed soon"),
        pytest.param([(6, H), (300, H), (606, H)], look_after(666), id="held for ten minutes"),
        pytest.param([(6, H), (300, H), (7200, H)], look_after(7260), id="held for two hours"),
        pytest.param([(6, H), (300, H), (606, T)], look_after(606.5), id="sold just now: sought anew"),
        pytest.param([(6, T), (300, T), (606, H)], look_after(606.5), id="back in a hold"),
        pytest.param(
            [(6, PART), (300, PART), (606, PART)], look_after(666), id="held in part for ten minutes"
        ),
    ],
)
def test_an_attempt_whose_coins_are_held_is_never_followed_by_one_under_a_new_id(read, expected):
    seen = looks(0, read[-1][0])

    assert next_settling_step(Venue.KRAKEN, seen, balances(*read)) == expected


@pytest.mark.parametrize(
    ("verdict", "searched_s", "expected"),
    [(T, 599, False), (T, 600, True), (H, 600, False), (H, 86400, False), (PART, 86400, False)],
)
def test_the_search_for_a_given_up_order_ends_when_its_coins_are_gone_but_not_while_they_are_held(
    verdict, searched_s, expected
):
    assert is_search_over(verdict, searched_s=searched_s) is expected


@pytest.mark.parametrize(
    ("may_be", "verdict", "expected"),
    [
        pytest.param(("A",), T, TakeOrder("A"), id="the only one that may be it took the verdict"),
        pytest.param(("A", "B"), T, look_after(6.6), id="one of two took them"),
        pytest.param(("A",), H, TakeOrder("A"), id="the only one that may be it holds the verdict"),
        pytest.param(("A",), N, look_after(6.6), id="nobody reports"),
    ],
)
def test_an_order_that_may_be_ours_is_taken_for_it_when_the_coins_are_gone(may_be, verdict, expected):
    assert next_settling_step(Venue.KRAKEN, looks(6, may_be=may_be), balances((6.1, verdict))) == expected


@pytest.mark.parametrize("venue", list(Venue))
def test_an_attempt_is_never_called_absent_while_a_listed_order_may_be_it(venue):
    step = next_settling_step(venue, looks(1, 6, 10, may_be=("A",)), balances((10, U), (13, U)))

    assert isinstance(step, EndAttempt)
    is_new = step.resend is Resend.NEW_ATTEMPT
    cause = StepCause.MAY_BE_ANOTHERS_UNTOUCHED if is_new else StepCause.MAY_BE_ANOTHERS
    assert (step.cause, step.may_be) == (cause, ("A",))


def test_a_look_that_finds_nothing_like_it_any_more_is_one_of_absence():
    seen = [*looks(0, may_be=("A",)), *looks(6)]

    assert next_settling_step(Venue.KRAKEN, seen, balances((6, U), (9, U))) == NEW_ATTEMPT


UNREAD = EndAttempt(resend=Resend.SAME_ID, cause=StepCause.NOT_SOLD_UNREAD)


@pytest.mark.parametrize(
    ("venue", "unread_s", "read", "expected"),
    [
        pytest.param(Venue.ALPACA, 29.9, [(29, U), (32, U)], look_after(0), id="it may be under way"),
        pytest.param(Venue.COINBASE, 39.9, [(35, U), (39, U)], look_after(0), id="it may not be listed yet"),
        pytest.param(Venue.ALPACA, 30, [], read_after(30), id="the balance is asked"),
        pytest.param(Venue.ALPACA, 30, [(30, U)], read_after(33), id="one reading may be old"),
        pytest.param(Venue.ALPACA, 30, [(30, U), (33, U)], UNREAD, id="alpaca takes an id once"),
        pytest.param(Venue.COINBASE, 40, [(40, U), (43, U)], UNREAD, id="coinbase takes an id once"),
        pytest.param(Venue.COINBASE, 101, [(40, P), (101, P)], UNREAD, id="moved, and no money came"),
        pytest.param(Venue.COINBASE, 9999, [(40, T), (9999, T)], look_after(10059), id="gone"),
        pytest.param(Venue.COINBASE, 9999, [(40, H), (9999, H)], look_after(10059), id="held"),
        pytest.param(Venue.COINBASE, 9999, [(40, X), (9999, X)], look_after(10059), id="moved somehow"),
        pytest.param(Venue.COINBASE, 9999, [(40, N), (9999, N)], look_after(10059), id="never read"),
        pytest.param(Venue.KRAKEN, 9999, [(40, U), (9999, U)], look_after(0), id="kraken takes an id twice"),
    ],
)
def test_an_id_that_its_venue_takes_once_goes_out_again_without_the_lists_if_the_balance_shows_no_sale(
    venue, unread_s, read, expected
):
    step = next_settling_step(venue, (), balances(*read), unread_at=timedelta(seconds=unread_s))

    assert step == expected


def test_an_order_that_may_be_it_was_seen_before_a_list_failed_and_is_taken_where_the_coins_are_gone():
    seen, read = looks(0, may_be=("A",)), balances((40, T))

    step = next_settling_step(Venue.COINBASE, seen, read, unread_at=timedelta(seconds=40))

    assert step == TakeOrder("A")


@given(
    venue=st.sampled_from(list(Venue)),
    absent=st.lists(st.floats(0, 60), max_size=3),
    read=st.lists(st.tuples(st.floats(0, 900), st.sampled_from(list(BalanceVerdict))), max_size=6),
    unread_s=st.none() | st.floats(0, 900),
)
def test_without_proof_of_absence_nothing_goes_out_but_under_the_same_id_and_by_the_balance(
    venue, absent, read, unread_s
):
    unread_at = None if unread_s is None else timedelta(seconds=unread_s)
    readings = balances(*sorted(read, key=lambda one: one[0]))

    step = next_settling_step(venue, looks(*sorted(absent)), readings, unread_at=unread_at)

    if isinstance(step, EndAttempt) and step.cause is StepCause.NOT_SOLD_UNREAD:
        assert (venue is not Venue.KRAKEN, step.resend) == (True, Resend.SAME_ID)
        assert unread_s >= 30
        assert readings[-1].age >= unread_at
        assert {one.verdict for one in readings[-2:]} in ({U}, {P})
