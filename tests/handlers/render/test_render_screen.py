"""Every screen, for any values at all, parses, fits a message, a phone and a button."""

import subprocess
import sys
from pathlib import Path

from hypothesis import HealthCheck, given, settings

import handlers.render
from handlers.render.alerts import render_alert
from handlers.render.balance import render_balance
from handlers.render.guard_outcomes import render_outcome
from handlers.render.guards import render_offer
from handlers.render.help import render_start
from handlers.render.positions import render_positions
from handlers.render.route import render_route
from handlers.render.screen import choice_data, refresh_row
from handlers.render.status import render_status
from tests.handlers import strategies
from tests.handlers.screen_checks import check_fits

_any_values = settings(
    max_examples=50, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_any_values
@given(strategies.overviews, strategies.readers)
def test_balance_fits(overview, reader):
    check_fits(render_balance(overview, reader))


@_any_values
@given(strategies.portfolios, strategies.readers)
def test_positions_and_start_fit(portfolio, reader):
    check_fits(render_positions(portfolio, reader))
    check_fits(render_start(portfolio, reader))


@_any_values
@given(strategies.previews, strategies.readers)
def test_route_fits(preview, reader):
    check_fits(render_route(preview, reader))


@_any_values
@given(strategies.reports, strategies.readers)
def test_status_fits(report, reader):
    check_fits(render_status(report, reader))


@_any_values
@given(strategies.offers, strategies.outcomes, strategies.readers)
def test_offers_and_outcomes_fit(offer, outcome, reader):
    check_fits(render_offer(offer, reader))
    for screen in render_outcome(outcome, reader):
        check_fits(screen)


@_any_values
@given(strategies.alerts, strategies.readers)
def test_alerts_fit(message, reader):
    check_fits(render_alert(message, reader))


def test_a_refresh_that_does_not_fit_a_button_is_left_out():
    assert refresh_row("route", "X" * 60) == ()


def test_a_choice_carries_nothing_but_its_id():
    assert choice_data("abc") == "c:abc"


def test_rendering_needs_no_telegram_library():
    modules = sorted(Path(handlers.render.__file__).parent.glob("*.py"))
    names = [f"handlers.render.{module.stem}" for module in modules if module.stem != "__init__"]
    program = f"import sys, {', '.join(names)}; sys.exit('telegram' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=Path(handlers.__file__).parents[1]
    )

    assert done.returncode == 0
