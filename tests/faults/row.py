"""The shape of a row of the fault table, and where its tests are."""

from dataclasses import dataclass

CRASH = "tests/crash/test_crash_runs.py::test_a_bot_killed_at_any_instant_of_an_exit_sells_once_and_tells"
SCENARIOS = "tests/simulation/test_scenarios.py::test_scenarios_break_nothing_and_meet_all_but_what_is_rare"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault."""

    number: str
    fault: str
    #: what must come of it
    outcome: str
    #: node ids without parameters
    tests: tuple[str, ...] = ()
    #: what no test shows yet
    gap: str = ""
