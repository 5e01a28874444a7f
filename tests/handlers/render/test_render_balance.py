import re
from dataclasses import replace
from decimal import Decimal

from engine.accounts.snapshot import CashLine
from engine.model.holdings import AccountFigure
from engine.model.venues import Venue
from handlers.render.balance import render_balance
from tests.handlers.screen_checks import check_golden
from tests.handlers.values import READER, ago, overview, snapshot, state, three_brokers


def cash_line(currency, free):
    return CashLine(currency=currency, free=Decimal(free), rate_usd=Decimal(1), value_usd=Decimal(free))


def test_what_counts_at_the_venues_own_value_is_named_with_it():
    alpaca = state(Venue.ALPACA, snapshot("100", "460.12", venue_valued=(("AAPL", Decimal("460.12")),)))

    text = render_balance(overview(alpaca), READER).text

    assert "· AAPL at Alpaca's own value\n" in text
    assert "$460.12" in text.partition("own value")[2]
    assert "Without a live price a position counts at the venue's own value" in text


def test_every_broker_has_its_figures_and_age_and_what_is_missing_is_named():
    check_golden("balance_three_brokers", render_balance(three_brokers(), READER))


def test_complete_sums_carry_no_lower_bound_sign():
    whole = overview(
        state(Venue.KRAKEN, snapshot("1234.56", "0", at=ago(seconds=1))),
        state(Venue.ALPACA, snapshot("100", "50", at=ago(seconds=2))),
    )

    screen = render_balance(whole, READER)

    assert "\N{GREATER-THAN OR EQUAL TO}" not in screen.text
    assert "$1,384.56" in screen.text
    check_golden("balance_complete", screen)


def test_a_sum_that_lacks_something_is_a_lower_bound():
    screen = render_balance(overview(state(Venue.KRAKEN, snapshot("0", "10", unpriced=("FOO",)))), READER)

    assert screen.text.count("\N{GREATER-THAN OR EQUAL TO} $10.00") == 4


def test_what_is_available_is_exact_unless_cash_itself_has_no_price():
    coin = render_balance(overview(state(Venue.KRAKEN, snapshot("10", "7", unpriced=("FOO",)))), READER)
    cash = render_balance(overview(state(Venue.KRAKEN, snapshot("10", "7", unpriced=("EUR",)))), READER)

    assert "\N{GREATER-THAN OR EQUAL TO} $10.00" not in coin.text
    assert cash.text.count("\N{GREATER-THAN OR EQUAL TO} $10.00") == 2


def test_cash_in_several_currencies_is_shown_apart():
    cash = (cash_line("USD", "26.79"), cash_line("USDT", "852.5"), cash_line("EUR", "0"))

    text = render_balance(overview(state(Venue.KRAKEN, snapshot("879.29", "0", cash=cash))), READER).text

    assert "Available                  $879.29\n· in USD                    $26.79\n" in text
    assert "· in USDT              852.50 USDT\n" in text
    assert "EUR" not in text


def test_money_that_has_not_settled_or_lies_on_another_platform_is_said_not_to_be_spendable():
    line = CashLine(
        currency="USD", free=Decimal(0), locked=Decimal(100), rate_usd=Decimal(1), value_usd=Decimal(100)
    )

    text = render_balance(overview(state(Venue.ALPACA, snapshot("0", "100", cash=(line,)))), READER).text
    other = render_balance(overview(state(Venue.COINBASE, snapshot("0", "100", cash=(line,)))), READER).text

    assert "· not spendable yet        $100.00" in text
    assert "· not spendable here       $100.00" in other
    assert "held by open orders" not in text


def test_what_the_venues_own_total_counts_is_not_said_to_be_missing():
    whole = snapshot("10", "7", unreadable=("AAPL",), is_venue_total=True)

    text = render_balance(overview(state(Venue.ALPACA, whole)), READER).text

    assert "\N{GREATER-THAN OR EQUAL TO}" not in text
    assert "Could not be read, so not shown, but in the venue's own total: AAPL." in text


def test_dollars_alone_need_no_second_line():
    cash = (cash_line("USD", "26.79"),)

    text = render_balance(overview(state(Venue.KRAKEN, snapshot("26.79", "0", cash=cash))), READER).text

    assert "· in USD" not in text


def test_what_has_no_price_is_named():
    screen = render_balance(overview(state(Venue.KRAKEN, snapshot("10", "0", unpriced=("FOO",)))), READER)

    assert "No price, so not counted: FOO." in screen.text


def test_why_there_is_no_price_is_shown_and_not_as_a_broker_that_does_not_answer():
    unpriced = state(Venue.KRAKEN, snapshot("10", "0", unpriced=("FOO",)))

    screen = render_balance(overview(replace(unpriced, prices_error="EService:Busy")), READER)

    assert "Kraken reported no prices: EService:Busy.\nNo price, so not counted: FOO." in screen.text
    assert "did not answer" not in screen.text


def test_a_broker_that_failed_a_moment_ago_keeps_its_place_in_the_sums_and_says_so():
    fresh = overview(state(Venue.KRAKEN, snapshot("10", "0", at=ago(seconds=20)), error="rate limit"))

    text = render_balance(fresh, READER).text

    assert "Kraken's part is of 02:29:51 UTC: it does not answer, and may be worth less now." in text
    assert "It did not answer: rate limit." in text
    assert "These are its figures of 02:29:51 UTC." in text
    assert "Not in these sums" not in text


def test_a_broker_that_is_still_being_read_says_so_beside_its_old_figures():
    slow = overview(state(Venue.KRAKEN, snapshot("10", "0", at=ago(seconds=20))), waiting={"kraken-1"})

    text = render_balance(slow, READER).text

    assert "No newer answer yet. These are its figures of 02:29:51 UTC." in text
    assert "No answer yet" not in text
    assert "did not answer" not in text


def test_a_broker_that_is_read_again_says_why_the_last_time_failed():
    slow = overview(state(Venue.KRAKEN, None, error="rate limit"), waiting={"kraken-1"})

    assert "No answer yet; the last time: rate limit." in render_balance(slow, READER).text


def test_without_any_broker_the_next_step_is_shown():
    check_golden("balance_no_broker", render_balance(overview(), READER))


def test_figures_a_hair_below_a_cent_are_no_minus_zero():
    text = render_balance(
        overview(state(Venue.KRAKEN, snapshot("0", "-0.001", at=ago(seconds=1)))), READER
    ).text

    assert "\N{MINUS SIGN}$0.00" not in text


def test_figures_of_before_a_sale_say_so():
    before = overview(
        state(Venue.KRAKEN, snapshot("10", "7", at=ago(seconds=20))),
        state(Venue.ALPACA, snapshot("10", "0", at=ago(seconds=1))),
        filled_since={"kraken-1": ago(seconds=3)},
    )

    text = render_balance(before, READER).text

    note = "These figures may not contain an order of NIJA's that was filled at 02:30:08 UTC."
    assert text.count(note) == 1
    assert f"20 s ago\n{note}" in text.replace("</b>", "").replace("<b>", "")


def test_what_orders_hold_is_exact_although_something_else_has_no_price():
    held = snapshot("10", "7", held_by_orders_usd=Decimal(5), unpriced=("FOO",))
    lacking = snapshot("10", "7", held_by_orders_usd=Decimal(5), unpriced=("FOO",), held_unpriced=("FOO",))

    exact = render_balance(overview(state(Venue.KRAKEN, held)), READER).text
    lower = render_balance(overview(state(Venue.KRAKEN, lacking)), READER).text

    assert "· held by open orders        $5.00" in exact
    assert "· held by open orders      ≥ $5.00" in lower


def test_a_hold_at_coinbase_is_not_said_to_be_orders_alone():
    held = snapshot("10", "7", held_by_orders_usd=Decimal(5))

    text = render_balance(overview(state(Venue.COINBASE, held)), READER).text

    assert "· on hold at Coinbase        $5.00" in text
    assert "On hold: by open orders, or by a withdrawal that is still under way." in text
    assert "held by open orders" not in text


def test_shown_sums_are_the_sums_of_what_is_shown():
    text = render_balance(
        overview(
            state(Venue.KRAKEN, snapshot("0.004", "0.004")),
            state(Venue.COINBASE, snapshot("0.006", "0.004")),
            state(Venue.ALPACA, snapshot("0.006", "0.006")),
        ),
        READER,
    ).text

    shown = [Decimal(amount) for amount in re.findall(r"(?:equity|Available|positions) +\$(\d\.\d\d)", text)]
    total, available, locked, *brokers = shown
    assert total == available + locked
    assert [total, available, locked] == [sum(brokers[at::3]) for at in range(3)]
    assert all(brokers[at] == brokers[at + 1] + brokers[at + 2] for at in (0, 3, 6))


def test_fee_credits_are_named_beside_an_exact_total():
    credited = snapshot("10", "0", credits=(("KFEE", Decimal("1234.56")),))

    text = render_balance(overview(state(Venue.KRAKEN, credited)), READER).text

    assert "Fee credits, no money and in no total: 1,234.56 KFEE." in text
    assert "\N{GREATER-THAN OR EQUAL TO}" not in text


def test_what_a_venue_did_not_report_of_the_account_is_named_and_makes_the_sums_lower_bounds():
    unknown = (AccountFigure.SPENDABLE, AccountFigure.UNREALIZED)
    kraken = state(Venue.KRAKEN, snapshot("0", "10", unknown=unknown))

    text = render_balance(overview(kraken), READER).text

    assert text.count("\N{GREATER-THAN OR EQUAL TO} $10.00") == 4
    assert text.count("\N{GREATER-THAN OR EQUAL TO} $0.00") == 2
    assert (
        "Not reported by Kraken: what may be spent, so nothing counts as available; the result of margin positions, which is in no sum."
        in text
    )
    assert "Some figures were not reported and are not in these sums: see Kraken." in text


def test_what_could_not_be_read_is_named_and_makes_the_sums_lower_bounds():
    odd = snapshot("10", "0", unreadable=("", "SOL"))

    text = render_balance(overview(state(Venue.KRAKEN, odd)), READER).text

    assert "Could not be read, so not counted: an asset without a name, SOL." in text
    assert "Some assets could not be read and are not in these sums: see Kraken." in text
    assert "\N{GREATER-THAN OR EQUAL TO} $10.00" in text


def test_one_broker_is_shown_alone_and_refreshed_alone():
    kraken, coinbase = state(Venue.KRAKEN, snapshot("777", "0")), state(Venue.COINBASE, snapshot("5", "0"))

    screen = render_balance(overview(kraken, coinbase), READER, Venue.KRAKEN)
    none = render_balance(overview(coinbase), READER, Venue.KRAKEN)

    assert screen.text.count("Total equity") == 1
    assert "$777.00" in screen.text
    assert "Coinbase" not in screen.text
    assert screen.keyboard[0][0].data == "r:balance:kraken"
    assert "Kraken is not connected" in none.text
