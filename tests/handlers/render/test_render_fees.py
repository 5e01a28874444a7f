from decimal import Decimal

from handlers.render.fees import render_fees
from tests.handlers.screen_checks import check_golden
from tests.handlers.statement_values import charged, compared, fee_statement, fees, stated, worst_fees
from tests.handlers.values import READER


def shown(one):
    return render_fees(fee_statement((stated(), one), total=one), READER).text


def test_what_a_month_cost_so_far_stands_under_its_broker_with_the_estimate_beside_it():
    check_golden("fees_month", render_fees(fee_statement(), READER))


def test_everything_that_is_not_known_is_named():
    check_golden("fees_unusual", render_fees(worst_fees(), READER))


def test_a_month_without_trades_says_so_and_shows_no_figure():
    text = shown(charged())

    assert "No trades: Kraken." in text
    assert "$" not in text


def test_an_estimate_that_was_right_has_no_error():
    right = charged(fees("1"), compared=(compared("0.40", "0.40"),))

    assert "Estimate error                none" in shown(right).replace("\u2009", " ")


def test_free_trades_cost_nothing_of_their_value():
    text = shown(charged(fees("0", value=Decimal(100)), compared=(compared("0", "0.1"),)))

    assert "0.00 %" in text
    assert "+$0.10" in text
