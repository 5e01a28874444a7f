import pytest

from engine.statements.periods import Period
from handlers.render.pnl import render_pnl
from tests.handlers.screen_checks import check_golden
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
