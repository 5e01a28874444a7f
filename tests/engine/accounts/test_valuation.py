from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.accounts.snapshot import CashLine, OpenPosition
from engine.accounts.valuation import list_open_positions, value_account
from engine.model.holdings import AccountFigure, AccountReport, Direction, Holding, PositionKind
from engine.model.venues import Venue
from tests.builders import NOW, a_holding, a_margin_position, a_report, an_account

PRICES = {"BTC": Decimal(50000), "ETH": Decimal(2000), "EUR": Decimal("1.1"), "USDT": Decimal("0.999")}


def value(*holdings, prices=PRICES, **facts):
    return value_account(a_report(*holdings, **facts), prices)


def three(snapshot):
    return tuple(
        str(figure.normalize())
        for figure in (snapshot.total_equity_usd, snapshot.available_usd, snapshot.locked_in_positions_usd)
    )


def test_free_cash_is_available_and_coins_are_locked():
    snapshot = value(a_holding("USD", "100.25"), a_holding("BTC", "0.001"))

    assert three(snapshot) == ("150.25", "100.25", "5E+1")
    assert snapshot.complete
    assert snapshot.as_of == NOW


def test_cash_is_valued_at_the_venues_own_rate_and_kept_per_currency():
    snapshot = value(a_holding("EUR", "10", held="2", locked="1"), a_holding("USDT", "100"))

    assert three(snapshot) == ("114.2", "110.9", "3.3")
    assert snapshot.cash == (
        CashLine(
            currency="EUR",
            free=Decimal(10),
            held=Decimal(2),
            locked=Decimal(1),
            rate_usd=Decimal("1.1"),
            value_usd=Decimal("14.3"),
        ),
        CashLine(currency="USDT", free=Decimal(100), rate_usd=Decimal("0.999"), value_usd=Decimal("99.900")),
    )


def test_money_under_a_name_that_a_share_has_too_is_cash_where_its_venue_says_so():
    dollars = replace(a_holding("SGD", "100"), is_fiat=True)

    snapshot = value(dollars, prices={"SGD": Decimal("0.75")})
    unpriced = value(dollars, prices={})

    assert three(snapshot) == ("75", "75", "0")
    assert list_open_positions(a_report(dollars)) == ()
    assert (unpriced.complete, unpriced.available_complete) == (False, False)
    assert list_open_positions(a_report(a_holding("SGD", "100")))


def test_fee_credits_are_named_and_leave_the_total_exact():
    report = replace(a_report(a_holding("USD", "5")), credits=(a_holding("KFEE", "1234.56"),))

    snapshot = value_account(report, {})

    assert snapshot.complete
    assert (snapshot.total_equity_usd, snapshot.credits) == (5, (("KFEE", Decimal("1234.56")),))
    assert list_open_positions(report) == ()


@pytest.mark.parametrize("figure", [AccountFigure.UNREALIZED, AccountFigure.SPENDABLE])
def test_a_figure_of_the_account_that_its_venue_did_not_report_is_not_counted_as_zero(figure):
    report = replace(a_report(a_holding("USD", "1000")), unknown=frozenset({figure}))

    snapshot = value_account(report, {})

    assert snapshot.total_equity_usd == 1000
    assert snapshot.available_usd == (0 if figure is AccountFigure.SPENDABLE else 1000)
    assert (snapshot.complete, snapshot.available_complete) == (False, figure is not AccountFigure.SPENDABLE)
    assert snapshot.unknown == (figure,)


def test_without_the_venues_own_total_an_account_is_valued_at_prices_and_its_total_is_a_lower_bound():
    report = replace(
        a_report(a_holding("USD", "100"), a_holding("ETH", "1"), spendable="80"),
        unknown=frozenset({AccountFigure.EQUITY}),
    )

    snapshot = value_account(report, PRICES)

    assert three(snapshot) == ("2.1E+3", "8E+1", "2.02E+3")
    assert (snapshot.complete, snapshot.available_complete) == (False, True)


@pytest.mark.parametrize(("name", "available_complete"), [("BTC", True), ("EUR", False), ("", False)])
def test_what_could_not_be_read_makes_the_sums_lower_bounds(name, available_complete):
    report = replace(a_report(a_holding("USD", "5")), unreadable=frozenset({name}))

    snapshot = value_account(report, {})

    assert (snapshot.unreadable, snapshot.complete) == ((name,), False)
    assert snapshot.available_complete is available_complete


def test_a_dollar_is_a_dollar_whatever_a_price_list_says():
    assert three(value(a_holding("USD", "5"), prices={"USD": Decimal(2)})) == ("5", "5", "0")


def test_what_open_orders_hold_is_locked_and_shown_by_itself():
    snapshot = value(a_holding("USD", "10", held="30"), a_holding("ETH", "1", held="0.5"))

    assert three(snapshot) == ("3.04E+3", "1E+1", "3.03E+3")
    assert snapshot.held_by_orders_usd == Decimal(1030)


def test_what_orders_hold_is_exact_unless_they_hold_something_without_a_price():
    aside = value(a_holding("BTC", "1", held="1"), a_holding("FOO", "5"))
    within = value(a_holding("BTC", "1", held="1"), a_holding("FOO", "5", held="1"))

    assert (aside.complete, aside.held_complete) == (False, True)
    assert (within.complete, within.held_complete) == (False, False)


def test_staked_coins_count_as_locked():
    assert three(value(a_holding("ETH", "0", locked="2"))) == ("4E+3", "0", "4E+3")


@pytest.mark.parametrize("price", [None, "0", "-1", "NaN", "Infinity"])
def test_an_asset_without_a_usable_price_is_named_and_never_zero(price):
    prices = {"XYZ": None if price is None else Decimal(price)}

    snapshot = value(a_holding("USD", "5"), a_holding("XYZ", "0", locked="7"), prices=prices)

    assert snapshot.unpriced == ("XYZ",)
    assert three(snapshot) == ("5", "5", "0")
    assert not snapshot.complete


def test_cash_without_a_rate_is_named_and_listed_without_a_value():
    snapshot = value(a_holding("CHF", "5"), prices={})

    assert snapshot.unpriced == ("CHF",)
    assert (snapshot.cash[0].rate_usd, snapshot.cash[0].value_usd) == (None, None)


def test_an_asset_nothing_is_owned_of_needs_no_price():
    snapshot = value(a_holding("XYZ", "0"), a_holding("CHF", "0"))

    assert (snapshot.unpriced, snapshot.cash) == ((), ())


def test_an_empty_account_is_exact_zeros():
    snapshot = value()

    assert three(snapshot) == ("0", "0", "0")
    assert isinstance(snapshot.held_by_orders_usd, Decimal)


def test_a_depegged_stablecoin_is_named_with_its_rate():
    snapshot = value(a_holding("USDT", "100"), prices={"USDT": Decimal("0.97")})

    assert [(line.currency, line.rate_usd) for line in snapshot.depegged] == [("USDT", Decimal("0.97"))]
    assert three(snapshot) == ("97", "97", "0")


def test_margin_profit_counts_and_free_margin_bounds_what_is_available():
    snapshot = value(a_holding("USD", "1000"), unrealized="50", spendable="600")

    assert three(snapshot) == ("1.05E+3", "6E+2", "4.5E+2")


def test_free_cash_bounds_what_is_available_on_margin():
    assert three(value(a_holding("USD", "100"), a_holding("ETH", "1"), spendable="5000"))[1] == "1E+2"


def test_a_margin_loss_is_not_available():
    assert three(value(a_holding("USD", "1000"), unrealized="-300", spendable="900")) == ("7E+2", "7E+2", "0")


def test_negative_free_margin_leaves_nothing_available():
    assert three(value(a_holding("USD", "100"), spendable="-20")) == ("1E+2", "0", "1E+2")


def test_a_debt_is_taken_off_and_never_shows_as_money_to_spend():
    snapshot = value(a_holding("USD", "-500"), a_holding("ETH", "1"))

    assert three(snapshot) == ("1.5E+3", "0", "1.5E+3")


def test_a_debt_in_one_currency_is_owed_from_the_other():
    assert three(value(a_holding("EUR", "-100"), a_holding("USD", "1000"))) == ("8.9E+2", "8.9E+2", "0")


def test_more_debt_than_everything_is_a_negative_total():
    assert three(value(a_holding("USD", "-5000"), a_holding("ETH", "1"))) == ("-3E+3", "0", "-3E+3")


def test_alpacas_own_equity_is_the_total_and_buying_power_bounds_cash():
    holdings = (a_holding("USD", "500"), a_holding("AAPL", "3"))

    snapshot = value(*holdings, venue=Venue.ALPACA, equity="1234.56", spendable="480", prices={})

    assert three(snapshot) == ("1234.56", "4.8E+2", "754.56")
    assert snapshot.complete


def test_leverage_at_alpaca_is_never_available():
    snapshot = value(
        a_holding("USD", "-500"), a_holding("ETH", "1"), venue=Venue.ALPACA, equity="1500", spendable="3000"
    )

    assert three(snapshot) == ("1.5E+3", "0", "1.5E+3")


def test_the_proceeds_of_a_short_sale_are_not_available_beyond_equity():
    snapshot = value(a_holding("USD", "2000"), venue=Venue.ALPACA, equity="1000", spendable="2000")

    assert three(snapshot) == ("1E+3", "1E+3", "0")


@pytest.mark.parametrize(
    ("spendable", "exact"),
    [("1000", True), ("1200", False), (None, False)],
    ids=["bound", "not bound", "unknown"],
)
def test_what_is_inside_the_venues_own_total_is_counted_without_a_price_of_ours(spendable, exact):
    holdings = (a_holding("USD", "1000"), a_holding("USDT", "250"))

    snapshot = value(*holdings, venue=Venue.ALPACA, equity="1250", spendable=spendable, prices={})

    assert three(snapshot) == ("1.25E+3", "1E+3", "2.5E+2")
    assert (snapshot.complete, snapshot.unpriced, snapshot.available_complete) == (True, (), exact)


def test_without_a_quote_the_venues_own_value_of_a_holding_is_its_rate():
    tether = replace(a_holding("USDT", "250"), venue_value_usd=Decimal("249.75"))
    holdings = (a_holding("USD", "1000"), tether)

    snapshot = value(*holdings, venue=Venue.ALPACA, equity="1249.75", spendable="1000", prices={})

    assert [line.rate_usd for line in snapshot.cash] == [1, Decimal("0.999")]
    assert (snapshot.complete, snapshot.available_complete) == (True, True)


@pytest.mark.parametrize(
    ("prices", "named"), [({}, (("AAPL", Decimal("460.12")),)), ({"AAPL": Decimal(230)}, ())]
)
def test_a_position_that_counts_at_the_venues_own_value_is_named(prices, named):
    shares = replace(a_holding("AAPL", "2"), venue_value_usd=Decimal("460.12"))

    snapshot = value(a_holding("USD", "100"), shares, venue=Venue.ALPACA, equity="560.12", prices=prices)

    assert snapshot.venue_valued == named


def test_money_that_is_not_spendable_yet_is_held_by_no_order():
    snapshot = value(a_holding("USD", "0", locked="100"), venue=Venue.ALPACA, equity="100", spendable="0")

    assert three(snapshot) == ("1E+2", "0", "1E+2")
    assert (snapshot.held_by_orders_usd, snapshot.unspendable_usd) == (0, 100)


AMOUNTS = st.decimals("-1000000", "1000000000", places=18)
FREE = st.decimals("0", "1000000000", places=18)
RATES = st.none() | st.decimals("0.00000001", "1000000", places=8).filter(bool)
ASSETS = st.sampled_from(["USD", "EUR", "USDT", "BTC", "ETH", "SHIB"])


@st.composite
def reports(draw, amounts=AMOUNTS):
    names = draw(st.lists(ASSETS, unique=True))
    holdings = tuple(
        Holding(asset=name, free=draw(amounts), held=draw(FREE), locked=draw(FREE)) for name in names
    )
    return AccountReport(
        account=an_account(),
        holdings=holdings,
        equity_usd=draw(st.none() | AMOUNTS),
        unrealized_usd=draw(AMOUNTS),
        spendable_usd=draw(st.none() | AMOUNTS),
        at=NOW,
    )


@given(report=reports(), prices=st.dictionaries(ASSETS, RATES))
def test_the_three_figures_agree_and_available_is_money_that_is_there(report, prices):
    snapshot = value_account(report, prices)
    available = Fraction(snapshot.available_usd)

    total = available + Fraction(snapshot.locked_in_positions_usd)
    assert total == Fraction(snapshot.total_equity_usd)
    assert 0 <= available <= max(0, total)
    assert report.spendable_usd is None or available <= max(0, Fraction(report.spendable_usd))


@given(report=reports(), prices=st.dictionaries(ASSETS, RATES))
def test_total_equity_is_every_priced_amount_to_the_last_digit(report, prices):
    snapshot = value_account(report, prices)
    rates = {**prices, "USD": Decimal(1)}

    expected = Fraction(report.unrealized_usd)
    for holding in report.holdings:
        amount = Fraction(holding.free) + Fraction(holding.held) + Fraction(holding.locked)
        expected += amount * Fraction(rates.get(holding.asset) or 0)
    if report.equity_usd is not None:
        expected = Fraction(report.equity_usd)

    assert Fraction(snapshot.total_equity_usd) == expected


@given(report=reports(FREE), prices=st.dictionaries(ASSETS, RATES))
def test_what_is_named_as_unpriced_is_exactly_what_lacks_a_price(report, prices):
    lacking = {
        holding.asset
        for holding in report.holdings
        if (holding.free or holding.held or holding.locked)
        and holding.asset != "USD"
        and prices.get(holding.asset) is None
        and report.equity_usd is None
    }

    assert set(value_account(report, prices).unpriced) == lacking


def test_positions_are_everything_but_cash():
    report = a_report(
        a_holding("USD", "5"),
        a_holding("ETH", "1", held="0.5", locked="0.5"),
        a_holding("XYZ", "1"),
        a_holding("BTC", "0"),
    )

    assert list_open_positions(report) == (spot("ETH", "2"), spot("XYZ", "1"))


def test_less_than_nothing_is_a_position_too():
    assert list_open_positions(a_report(a_holding("AAPL", "-3"))) == (spot("AAPL", "3"),)


def test_margin_positions_are_listed_by_what_they_trade():
    report = a_report(margin=[a_margin_position("ETH/EUR", "2", "4000", direction=Direction.SHORT)])

    expected = OpenPosition(kind=PositionKind.MARGIN, asset="ETH", quantity=Decimal(2))
    assert list_open_positions(report) == (expected,)


def test_a_position_is_counted_without_rounding():
    crumb = "0." + "0" * 17 + "1"

    positions = list_open_positions(a_report(a_holding("SHIB", "10000000000000", held=crumb)))

    assert positions == (spot("SHIB", "10000000000000" + crumb[1:]),)


def spot(asset, quantity):
    return OpenPosition(kind=PositionKind.SPOT, asset=asset, quantity=Decimal(quantity))


def test_of_what_lacks_a_rate_inside_the_venues_own_total_only_money_is_named():
    snapshot = value(a_holding("USD", "5"), a_holding("CHF", "5"), a_holding("XYZ", "1"), equity="20")

    assert (snapshot.is_venue_total, snapshot.unpriced, snapshot.unvalued_cash) == (True, (), ("CHF",))
    assert value(a_holding("USD", "5")).is_venue_total is False


def test_a_holding_that_its_venue_counts_as_worthless_has_no_rate():
    worthless = replace(a_holding("XYZ", "2"), venue_value_usd=Decimal(0))

    assert value(worthless).unpriced == ("XYZ",)
