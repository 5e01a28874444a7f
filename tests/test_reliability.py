"""The page of faults says what the tests show."""

from tests.fault_table import GROUPS
from tests.reliability import PAGE, marked_tests, render

ROWS = tuple(row for rows in GROUPS.values() for row in rows)


def test_every_fault_a_test_is_marked_with_is_in_the_table():
    assert set(marked_tests()) - {row.number for row in ROWS} == set()


def test_every_fault_is_listed_once_in_its_order():
    expected = [
        f"{letter}{n}" for letter, last in (("V", 163), ("P", 55), ("C", 30)) for n in range(1, last + 1)
    ]

    assert [row.number for row in ROWS] == expected


def test_a_fault_without_a_test_says_so():
    assert [row.number for row in ROWS if row.number not in marked_tests() and not row.gap] == []


def test_the_page_is_what_the_table_says():
    assert PAGE.read_text() == render()
