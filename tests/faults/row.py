"""The shape of a row of the fault table, and where its tests are."""

from dataclasses import dataclass

ACCEPTANCE = "tests/acceptance"
BROKERS = "tests/engine/brokers"
GUARDS = "tests/engine/guards"
LIQUIDATION = "tests/engine/liquidation"
LOST_ANSWERS = f"{ACCEPTANCE}/test_lost_answers.py::"
RESTARTS = f"{ACCEPTANCE}/test_restarts.py::"
EXITS = f"{ACCEPTANCE}/test_exits.py::"
SALE = f"{LIQUIDATION}/test_sale.py::"
SALE_LOST = f"{LIQUIDATION}/test_sale_lost_answers.py::"
REFUSED = f"{LIQUIDATION}/test_sale_refused.py::"
EXECUTE = f"{LIQUIDATION}/test_execute.py::"
STOCK = f"{LIQUIDATION}/test_availability.py::"
WATCH = f"{LIQUIDATION}/test_watch.py::"
LANE = f"{BROKERS}/kraken/test_kraken_lane.py::"
KEY = f"{BROKERS}/test_key_health.py::"
DELIVERY = "tests/bot/test_delivery.py::"
LEASE = "tests/bot/test_lease.py::"
BUTTONS = "tests/handlers/test_buttons.py::"
CONFIRM = "tests/engine/confirmations/test_confirm.py::"
ACCESS = "tests/handlers/test_access.py::"
DATABASE_ALARM = "tests/bot/test_database_alarm.py::"
PROCESS = "tests/crash/test_faults_of_the_process.py::"
CRASH = "tests/crash/test_crash_runs.py::test_a_bot_killed_at_any_instant_of_an_exit_sells_once_and_tells"
STORIES = "tests/simulation/test_stories.py::test_stories_break_nothing_and_meet_all_but_what_is_rare"


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
