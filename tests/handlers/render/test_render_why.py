import operator
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.entries.gates import DamagedRecord, GateName, GateVerdict, Remedy
from engine.entries.route import Missed, NoRoute, Reason, RouteObstacle
from engine.entries.sizing import SizeBasis, SizeUnknown
from engine.model.venues import Venue
from handlers.render.gates import gate_line
from handlers.render.html import plain_text
from handlers.render.why import render_why
from tests.handlers import strategies
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import (
    NOW,
    READER,
    account,
    ago,
    entry_plan,
    gate,
    gates,
    instrument,
    left_out,
    refused,
    request,
    route,
    size,
)


def test_a_buy_through_another_pair_than_was_typed_names_that_pair():
    through = route(instrument=instrument("BTC/USDT"))

    planned = render_why(entry_plan(route=through), READER).text
    kept_back = render_why(refused(decision=through), READER).text

    assert "BTC/USDT" in planned
    assert "It would go to Alpaca, as BTC/USDT." in kept_back
    assert "BTC/USDT" not in render_why(entry_plan(), READER).text


def test_a_plan_shows_what_would_be_bought_and_every_gate():
    check_golden("why_planned", render_why(entry_plan(), READER))


WORST = {
    "halt": {"verdict": GateVerdict.FAIL, "since": ago(minutes=2), "remedy": Remedy.RESUME},
    "cash": {
        "verdict": GateVerdict.FAIL,
        "actual": "12.3999",
        "limit": "30.6001",
        "reserved": "5123.4567",
        "remedy": Remedy.ADD_CASH,
    },
    "exposure": {
        "verdict": GateVerdict.FAIL,
        "actual": "12345678.901",
        "limit": "9876543.219",
        "remedy": Remedy.CLOSE_ONE,
    },
    "positions": {"verdict": GateVerdict.FAIL, "actual": "9", "remedy": Remedy.CLOSE_ONE},
    "cooldown": {
        "verdict": GateVerdict.FAIL,
        "since": ago(seconds=100),
        "until": NOW + timedelta(seconds=200),
        "remedy": Remedy.WAIT,
    },
    "daily_loss": {
        "verdict": GateVerdict.FAIL,
        "actual": "-1234.567",
        "limit": "-1000",
        "unit": "USD",
        "remedy": Remedy.CHANGE_LIMIT,
    },
    "minimum": {"verdict": GateVerdict.FAIL, "limit": "64320.00001", "remedy": Remedy.BUY_MORE},
    "spread": {"verdict": GateVerdict.FAIL, "actual": "0.0123", "remedy": Remedy.OTHER_PAIR},
    "held": {"verdict": GateVerdict.CONFIRM, "actual": "1234567.123456789"},
}


def test_with_every_gate_shut_each_says_its_figures_and_what_would_change_it():
    nowhere = NoRoute(
        request=request(),
        left_out=(
            left_out(
                Venue.KRAKEN,
                Reason(obstacle=RouteObstacle.WIDE_SPREAD, limit=Decimal("0.005"), actual=Decimal("0.0123")),
                Reason(
                    obstacle=RouteObstacle.NOT_ENOUGH_CASH,
                    limit=Decimal("30.6001"),
                    actual=Decimal("12.3999"),
                    unit="USD",
                ),
            ),
            left_out(Venue.COINBASE, Reason(obstacle=RouteObstacle.THIN_BOOK)),
            left_out(Venue.ALPACA, Reason(obstacle=RouteObstacle.NO_ANSWER)),
        ),
    )
    worst = refused(decision=nowhere, gates=gates(**WORST))

    check_golden("why_refused", render_why(worst, READER))


DOLLARS = st.decimals("0.001", "99999", places=4)


@pytest.mark.parametrize(
    ("name", "shown", "is_open"),
    [
        ("cash", r"\$([\d.,]+) free at .+; it needs \$([\d.,]+),", operator.ge),
        ("minimum", r"\$([\d.,]+); from \$([\d.,]+) at", operator.ge),
        ("exposure", r"\$([\d.,]+) guarded with it, at most \$([\d.,]+),", operator.le),
    ],
)
@given(actual=DOLLARS, limit=DOLLARS)
def test_the_figures_of_a_gate_that_passes_pass_as_they_are_shown(name, shown, is_open, actual, limit):
    verdict = GateVerdict.PASS if is_open(actual, limit) else GateVerdict.FAIL
    plan = entry_plan(
        gates=gates(**{name: {"verdict": verdict, "actual": actual, "limit": limit, "unit": "USD"}})
    )

    figures = re.search(shown, plain_text(render_why(plan, READER).text)).groups()

    assert is_open(*(Decimal(one.replace(",", "")) for one in figures)) is (verdict is GateVerdict.PASS)


UNKNOWN = {
    name: {"verdict": GateVerdict.UNKNOWN, "remedy": Remedy.TRY_AGAIN}
    for name in ("cash", "exposure", "minimum", "spread")
}


def test_what_is_not_known_fails_and_is_called_unknown():
    blind = refused(size=SizeUnknown.EQUITY, decision=None, gates=gates(**UNKNOWN))

    text = render_why(blind, READER).text

    assert "No size: your total equity is not known now." in text
    assert "Because of: cash, exposure, minimum, spread." in text
    assert text.count("<b>fail</b>") == 4


def test_a_figure_unknown_for_a_damaged_record_says_which_and_what_to_do():
    damaged = {"verdict": GateVerdict.UNKNOWN, "remedy": Remedy.RESTORE}
    blind = refused(
        gates=gates(
            cash=damaged | {"damaged": DamagedRecord.ORDER},
            exposure=damaged | {"damaged": DamagedRecord.GUARD},
        )
    )

    text = plain_text(render_why(blind, READER).text)

    assert (
        "fail · cash: free cash unknown: a stored buy cannot be read. "
        "Stop NIJA, put a backup back with nija restore FILE and start it again."
    ) in text
    assert "what of it is guarded, unknown: a stored guard cannot be read." in text


def test_what_no_broker_lists_is_said_in_one_sentence():
    unlisted = left_out(Venue.KRAKEN, Reason(obstacle=RouteObstacle.NOT_LISTED))
    nowhere = refused(decision=NoRoute(request=request(), left_out=(unlisted, unlisted)))

    assert plain_text(render_why(nowhere, READER).text) == (
        "Why BTC/USD\nNo broker lists BTC/USD. A preview: nothing was ordered. "
        "NIJA buys only what you confirm with the button of /buy.\n\nAs of 02:30:11 UTC"
    )


def test_a_cost_below_a_cent_does_not_pretend_to_digits():
    cost = replace(entry_plan().route.cost, round_trip=Decimal("0.0002"))

    text = render_why(entry_plan(route=route(cost=cost)), READER).text

    assert "0.02 %, under $0.01" in text


def test_a_cheaper_broker_that_lacks_cash_is_named_with_its_saving():
    missed = Missed(
        account=account(Venue.ALPACA), saving_usd=Decimal("0.1234"), lacking=Decimal(18), currency="USD"
    )

    text = render_why(entry_plan(route=route(missed=missed)), READER).text

    assert "Alpaca would cost $0.12 less, but lacks $18.00 of free cash." in text


@pytest.mark.parametrize(
    ("sized", "why"),
    [
        (size(), "Buy BTC/USD for $30.00.\n"),
        (size(basis=SizeBasis.SHARE, share="0.1"), "for $30.00: 10 % of total equity, $300.00.\n"),
        (size(basis=SizeBasis.MOST), "for $30.00: the most that cash and exposure leave.\n"),
        (
            size("3.36", SizeBasis.SMALLEST, share="0.1", equity="12"),
            "for $3.36: the smallest that can be bought and sold again; 10 % of total equity, $12.00, is less.\n",
        ),
        (
            size("6", SizeBasis.CEILING, share="0.5", equity="12"),
            "for $6.00: 50 % of total equity, $12.00: never more, although the smallest that can be sold is.\n",
        ),
    ],
)
def test_a_size_says_why_it_is_so_large(sized, why):
    assert why in render_why(entry_plan(size=sized), READER).text


def test_a_usual_size_that_fits_no_broker_is_shown_with_one_that_does():
    text = plain_text(render_why(refused(fits=entry_plan(size=size("835.57", SizeBasis.MOST))), READER).text)

    assert "/why BTC max would buy for $835.57 at Kraken." in text


def test_a_sale_under_way_is_no_time_to_wait_for():
    being_sold = gate(GateName.COOLDOWN, GateVerdict.FAIL, limit="300", unit="s", remedy=Remedy.WAIT)

    assert plain_text(gate_line(being_sold, READER)) == (
        "fail · cooldown: it is being sold now. Ask again then."
    )


@given(strategies.plans, strategies.readers)
def test_why_fits(plan, reader):
    check_fits(render_why(plan, reader))
