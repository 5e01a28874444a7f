from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.entries.sizing import Amount, Bounds, EquityShare, Most, SizeBasis, SizeUnknown, plan_size
from engine.model.money import exact
from tests.engine.entries.trades import RULES


def bounds(equity="1000", *, least="3", cash="500", left="800"):
    figures = (None if figure is None else Decimal(figure) for figure in (equity, least, cash, left))
    return Bounds(
        **dict(zip(("equity_usd", "least_usd", "cash_usd", "exposure_left_usd"), figures, strict=True))
    )


@pytest.mark.parametrize(
    ("equity", "least", "usd", "basis"),
    [
        pytest.param("1000", "3", "100", SizeBasis.USUAL, id="a tenth"),
        pytest.param("1000", None, "100", SizeBasis.USUAL, id="the smallest is not known"),
        pytest.param("333.33", "3", "33.33", SizeBasis.USUAL, id="cut to cents"),
        pytest.param("30", "2.98", "3", SizeBasis.USUAL, id="as much as the smallest"),
        pytest.param("30", "3", "3.02", SizeBasis.SMALLEST, id="with room for its price to drift"),
        pytest.param("30", "3.351", "3.37", SizeBasis.SMALLEST, id="raised to cents"),
        pytest.param("30", "14.92", "15", SizeBasis.SMALLEST, id="half of it"),
        pytest.param("30", "14.93", "15", SizeBasis.CEILING, id="never more than half"),
        pytest.param("0", "3", "0", SizeBasis.CEILING, id="nothing"),
        pytest.param("-5", "3", "0", SizeBasis.CEILING, id="a debt"),
    ],
)
def test_the_usual_size_is_a_tenth_or_the_smallest_and_never_more_than_half(equity, least, usd, basis):
    size = plan_size(None, bounds(equity, least=least), RULES)

    assert (size.usd, size.basis, size.equity_usd) == (Decimal(usd), basis, Decimal(equity))
    assert size.share == (RULES.most_share if basis is SizeBasis.CEILING else RULES.share)


def test_a_given_amount_is_taken_as_given():
    size = plan_size(Amount(Decimal("900.005")), bounds("1000"), RULES)

    assert (size.usd, size.basis) == (Decimal("900.005"), SizeBasis.AMOUNT)


def test_a_part_is_of_total_equity_and_not_of_free_cash():
    size = plan_size(EquityShare(Decimal("0.05")), bounds("1000", cash="10"), RULES)

    assert (size.usd, size.basis, size.share) == (Decimal(50), SizeBasis.SHARE, Decimal("0.05"))


@pytest.mark.parametrize(
    ("cash", "left", "usd"),
    [("510", "800", "500"), ("510", "123.456", "123.45"), ("0", "800", "0"), ("-3", "800", "0")],
)
def test_the_most_is_what_cash_and_exposure_leave_with_the_buffer_to_spare(cash, left, usd):
    size = plan_size(Most(), bounds(cash=cash, left=left), RULES)

    assert (size.usd, size.basis) == (Decimal(usd), SizeBasis.MOST)


@pytest.mark.parametrize(
    ("request_", "unknown", "named"),
    [
        (None, {"equity"}, SizeUnknown.EQUITY),
        (EquityShare(Decimal("0.05")), {"equity"}, SizeUnknown.EQUITY),
        (Most(), {"cash"}, SizeUnknown.CASH),
        (Most(), {"left"}, SizeUnknown.EXPOSURE),
        (Most(), {"equity", "left"}, SizeUnknown.EQUITY),
    ],
)
def test_where_a_size_follows_from_what_is_not_known_that_is_named(request_, unknown, named):
    assert plan_size(request_, bounds(**dict.fromkeys(unknown)), RULES) is named


money = st.decimals("0", "1000000", places=4)


@given(poorer=money, richer=money, least=st.none() | money, ratio=st.decimals("0.01", "1", places=2))
def test_sizes_grow_with_equity_and_never_pass_half_of_it_unless_named(poorer, richer, least, ratio):
    poorer, richer = sorted((poorer, richer))

    for request in (None, EquityShare(ratio)):
        small, large = (
            plan_size(
                request,
                Bounds(equity_usd=equity, least_usd=least, cash_usd=None, exposure_left_usd=None),
                RULES,
            )
            for equity in (poorer, richer)
        )
        assert small.usd <= large.usd
        with exact():
            assert large.usd <= richer * (ratio if request else RULES.most_share)


@given(cash=money, left=money)
def test_the_most_always_leaves_the_buffer_and_keeps_to_exposure(cash, left):
    size = plan_size(
        Most(), Bounds(equity_usd=None, least_usd=None, cash_usd=cash, exposure_left_usd=left), RULES
    )

    assert RULES.with_buffer(size.usd) <= cash
    assert size.usd <= left
