import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.statements.charges import FeeSum
from engine.statements.periods import Period
from engine.statements.pnl import Pnl
from engine.statements.sales import Result, WhyUnknown
from handlers.render.pnl import render_pnl
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.statement_values import KRAKEN, QUIET, fees, pnl, pnl_statement, stated, worst_pnl
from tests.handlers.values import READER


def shown(statement, period=Period.DAY):
    return render_pnl(statement, period, READER).text


def test_what_a_day_brought_stands_under_its_broker_with_the_fees_apart():
    check_golden("pnl_day", render_pnl(pnl_statement(), Period.DAY, READER))


def test_everything_that_is_not_known_is_named():
    check_golden("pnl_unusual", render_pnl(worst_pnl(), Period.MONTH, READER))


def test_a_day_without_trades_says_so_and_shows_no_figure():
    text = shown(pnl_statement((stated(), QUIET), total=QUIET))

    assert "No trades: Kraken." in text
    assert "$" not in text
    assert "Realised" not in text


def test_without_a_broker_none_is_named():
    statement = pnl_statement(total=QUIET)

    assert "No broker is connected." in shown(type(statement)(span=statement.span, accounts=(), total=QUIET))


def test_purchases_alone_show_their_fees_and_no_result():
    text = shown(pnl_statement((stated(), pnl(purchases=(fees("3"),)))))

    assert "Purchase fees" in text
    assert "Realised PnL  " not in text


@pytest.mark.parametrize(
    ("unknown", "shown_sum", "line"),
    [
        (0, "$2.00 + about $0.50", "The fees of 2 trades are not booked yet."),
        (1, "≥ $2.00 + about $0.50", "1 of them without an estimate."),
    ],
)
def test_a_sum_that_lacks_a_fee_is_at_least_that_where_it_has_no_estimate(unknown, shown_sum, line):
    unbooked = fees("2", trades=3, estimated="0.5", unbooked=2, unknown=unknown)

    text = shown(pnl_statement((stated(), pnl(sales=(unbooked,))), total=KRAKEN))

    assert f" {shown_sum}" in text
    assert line in text


AMOUNTS = st.decimals(-(10**12), 10**12, places=8)
CURRENCIES = st.sampled_from(["USD", "EUR", "BTC", "USDC", "WIFHATPERPETUALX"])
RESULTS = st.builds(
    Result,
    currency=CURRENCIES,
    realised=st.none() | AMOUNTS,
    sales=st.integers(1, 10**6),
    unknown=st.lists(st.tuples(st.sampled_from(WhyUnknown), st.integers(1, 10**6)), max_size=4).map(tuple),
    before_fee=st.integers(0, 9),
    owners=st.integers(0, 9),
)
FEES = st.builds(
    FeeSum,
    currency=CURRENCIES,
    booked=AMOUNTS.map(abs),
    trades=st.integers(1, 10**6),
    estimated=AMOUNTS.map(abs),
    unbooked=st.integers(0, 9),
    unknown=st.integers(0, 9),
    value=st.none() | AMOUNTS.map(abs),
)
SOME_FEES = st.lists(FEES, max_size=3).map(tuple)
PNLS = st.builds(
    Pnl,
    results=st.lists(RESULTS, max_size=4).map(tuple),
    sale_fees=SOME_FEES,
    purchase_fees=SOME_FEES,
)


@given(st.lists(PNLS, min_size=1, max_size=12), PNLS)
def test_whatever_was_traded_fits_the_chat(pnls, total):
    accounts = [(stated(label=f"account <{n}>", read_at=None), one) for n, one in enumerate(pnls)]

    check_fits(render_pnl(pnl_statement(*accounts, total=total), Period.WEEK, READER))
