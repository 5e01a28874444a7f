from datetime import timedelta

import pytest

from engine.balances.reports import Reports
from tests.builders import NOW, a_holding, a_report, ago

ID = a_report().account.account_id


@pytest.fixture
def reports():
    return Reports()


def test_nothing_is_known_of_an_account_that_was_never_read(reports):
    assert reports.latest(ID) is None
    assert reports.newer_than(ID, ago(60)) is None


def test_the_latest_reading_counts_whenever_it_arrives(reports):
    newer, older = a_report(a_holding("BTC", "2")), a_report(a_holding("BTC", "1"), at=ago(5))

    reports.keep(newer)
    reports.keep(older)

    assert reports.latest(ID) == newer


def test_of_two_readings_of_one_instant_the_second_counts(reports):
    first, second = a_report(a_holding("BTC", "2")), a_report(a_holding("BTC", "1"))

    reports.keep(first)
    reports.keep(second)

    assert reports.latest(ID) == second


@pytest.mark.parametrize(("age", "is_fresh"), [(4, True), (5, True), (6, False)])
def test_a_reading_is_fresh_up_to_an_age(reports, age, is_fresh):
    reports.keep(a_report(at=ago(age)))

    assert (reports.newer_than(ID, ago(5)) is not None) is is_fresh


def test_a_reading_from_before_a_change_is_not_fresh_however_young(reports):
    reports.keep(a_report(at=ago(1)))

    reports.outdate(ID, at=NOW)

    assert reports.newer_than(ID, ago(5)) is None
    assert reports.latest(ID) is not None


def test_a_reading_after_a_change_is_fresh_again(reports):
    reports.outdate(ID, at=ago(1))

    reports.keep(a_report(at=NOW + timedelta(seconds=1)))

    assert reports.newer_than(ID, ago(5)) is not None
