from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.entries.halts import Halt, HaltedBy
from engine.market.mark import PriceProblem
from engine.model.holdings import Direction
from engine.model.venues import Venue
from engine.offers.closing_preview import AgainstGuard, Obstacle, ObstacleKind, Selling, ShownAgain, Worsening
from handlers.render.closing import render_close, render_kept
from handlers.render.halt import render_entries
from handlers.render.numbers import MINUS
from handlers.render.screen import Tone
from handlers.render.why_not import obstacle_text
from tests.handlers.exit_values import cancelled, close_line, close_preview, unsellable
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, READER, ago


def test_a_preview_shows_what_the_sale_would_bring_and_what_it_would_cancel():
    line = close_line(cancels=(cancelled(), cancelled("0.02", None)), locked=Decimal("0.5"))

    screen = render_close(close_preview(line), READER)

    assert screen.keyboard[0][0].tone is Tone.DANGER
    check_golden("close_preview", screen)


def test_a_preview_of_everything_sums_it_up_and_names_what_cannot_be_sold():
    lines = (
        close_line(),
        close_line(symbol="ETH/USD", result=None, thin=True),
        close_line(symbol="SOL/EUR", currency="EUR"),
        unsellable(locked=Decimal("0.12")),
    )

    check_golden("close_all_preview", render_close(close_preview(*lines), READER))


def test_a_price_that_ticker_and_book_do_not_share_is_named_contradictory():
    text = render_close(close_preview(close_line(contradicted=True)), READER).text

    assert "Contradictory prices: ticker and order book differ. This is the worse of the two." in text


def test_without_anything_to_sell_there_is_no_button():
    screen = render_close(
        close_preview(
            unsellable(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.NO_BID), confirmation_id=None
        ),
        READER,
    )

    assert screen.keyboard == ()
    assert screen.text.startswith("<b>Nothing can be sold now</b>")
    assert "cannot be sold now: price unknown (no bid)" in screen.text
    check_fits(screen)


_OWN_APP = ". If you cannot wait, sell in Kraken's own app"


@pytest.mark.parametrize(
    ("obstacle", "said"),
    [
        (Obstacle(ObstacleKind.NO_ANSWER, "HTTP 502"), f"Kraken did not answer: HTTP 502{_OWN_APP}"),
        (Obstacle(ObstacleKind.NO_ANSWER), f"Kraken did not answer: no answer yet{_OWN_APP}"),
        (
            Obstacle(ObstacleKind.KEY_UNCERTAIN),
            (
                "Kraken's key was changed, and it is not certain yet that the new one opens the same account. "
                "Try again in a few seconds, or sell it at Kraken itself"
            ),
        ),
        (
            Obstacle(ObstacleKind.UNREAD_SALE),
            "Kraken was not read since its last order; try again in a moment",
        ),
        (
            Obstacle(ObstacleKind.ORDERS_UNREAD, "{no}"),
            f"its open orders could not be read: {{no}}{_OWN_APP}",
        ),
        (
            Obstacle(ObstacleKind.ORDERS_LATE),
            f"Kraken did not send its open orders in time; try again{_OWN_APP}",
        ),
        (Obstacle(ObstacleKind.PRICE_UNREAD, "HTTP 502"), f"its price could not be read: HTTP 502{_OWN_APP}"),
        (Obstacle(ObstacleKind.PRICE_LATE), f"its price did not come in time; try again{_OWN_APP}"),
        (
            Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.NO_PRICES),
            f"price unknown (Kraken reports no prices){_OWN_APP}",
        ),
        (Obstacle(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.MARKET_CLOSED), "market closed"),
        (
            Obstacle(ObstacleKind.NO_MARKET_ORDERS, "limit_only"),
            "the venue takes no market orders for it now (limit only)",
        ),
    ],
)
def test_what_keeps_a_position_from_being_sold_says_whether_its_owner_can_do_more(obstacle, said):
    assert obstacle_text(unsellable(), obstacle) == said


def test_every_obstacle_has_a_sentence():
    for kind in set(ObstacleKind) - {ObstacleKind.PRICE_UNKNOWN}:
        assert obstacle_text(unsellable(), Obstacle(kind, "why"))


def test_what_is_staked_says_what_to_do_and_why_the_rest_stays():
    line = unsellable(
        ObstacleKind.TOO_SMALL,
        "the venue sells at least 0.002 ETH",
        quantity=Decimal("0.751"),
        locked=Decimal("0.75"),
    )

    text = render_close(close_preview(line, confirmation_id=None), READER).text

    assert "cannot be sold now: 0.75 is staked; unstake it at Kraken first" in text
    assert "the other 0.001: the venue sells at least 0.002 ETH" in text


def test_staking_hides_no_other_reason():
    line = unsellable(ObstacleKind.NOT_LISTED, locked=Decimal("0.12"))

    text = render_close(close_preview(line, confirmation_id=None), READER).text

    assert "first\nbesides: it is not listed there" in text


@pytest.mark.parametrize("line", [close_line, unsellable])
def test_open_orders_that_cannot_be_read_are_named_with_what_to_do(line):
    odd = ("o-1 <BTC>: side should be a known word, not 'hold'", "o-2: the answer lacks qty")

    screen = render_close(close_preview(close_line(), line(unreadable=odd)), READER)

    assert "Kraken also lists open orders that NIJA cannot read and does not cancel." in screen.text
    assert "if so, cancel them there yourself:\no-1 &lt;BTC&gt;: side should be" in screen.text
    assert "\no-2: the answer lacks qty" in screen.text
    check_fits(screen)


def test_a_sale_shows_what_is_received_after_the_fee_as_its_alert_will():
    lines = (close_line(), close_line(symbol="ETH/USD", value=Decimal("10.005"), fee=Decimal("0.005")))

    text = " ".join(render_close(close_preview(*lines), READER).text.split())

    assert "Value $7,620.00 Fee $19.81 You would receive $7,600.19 Net if sold now" in text
    assert "Value $10.01 Fee $0.01 You would receive $10.00" in text
    assert "Value $7,630.01 Fee $19.82 You would receive $7,610.19" in text


def test_a_preview_names_once_the_brokers_whose_usual_fee_it_counts():
    lines = [
        close_line(venue=Venue.ALPACA, is_fee_own=False),
        close_line(),
        close_line(symbol="ETH/USD", venue=Venue.ALPACA, is_fee_own=False),
    ]

    screen = render_close(close_preview(*lines), READER)

    assert screen.text.count("At Alpaca the usual fee is counted: your account's own is not known.") == 1
    check_golden("close_usual_fee", render_close(close_preview(lines[0]), READER))


def test_what_is_received_is_unknown_without_a_fee():
    text = " ".join(render_close(close_preview(close_line(fee=None, result=None)), READER).text.split())

    assert "Fee unknown You would receive unknown" in text


def test_longs_and_shorts_together_have_no_sum_of_what_is_received():
    lines = (close_line(), close_line(symbol="ETH/USD", direction=Direction.SHORT))

    together = render_close(close_preview(*lines), READER).text.partition("Together")[2]

    assert "You would" not in together
    assert "Net if closed now" in together


def test_a_sum_without_any_entry_is_unknown():
    lines = (close_line(result=None), close_line(result=None))

    text = " ".join(render_close(close_preview(*lines), READER).text.split())

    assert "Net if sold now unknown, no entry" in text


def guarded_from(price, against, quantity="0.12", **changes):
    guarded = AgainstGuard(price=Decimal(price), quantity=Decimal(quantity), result=Decimal(against))
    return close_line(against_guard=guarded, **changes)


def test_the_result_against_the_guards_price_stands_below_the_one_against_what_was_paid():
    line = guarded_from("63600", "-31.812", entry=Decimal(64000), locked=Decimal(1))

    text = render_close(close_preview(line), READER).text

    assert f"Net if sold now            {MINUS}$79.81</pre>\nAgainst the guard" in text
    assert f"Against the guard's price $63,600.00: {MINUS}$31.81" in text


def test_a_guard_of_a_part_is_compared_for_that_part():
    text = render_close(close_preview(guarded_from("63600", "-2.65", quantity="0.01")), READER).text

    assert f"Against the guard's price $63,600.00, for 0.01 of it: {MINUS}$2.65" in text


def test_without_a_known_cost_only_the_guards_price_is_compared_with():
    text = render_close(close_preview(guarded_from("63600", "-31.812", result=None)), READER).text

    assert "Net if sold now unknown, no entry" in " ".join(text.split())
    assert f"Against the guard's price $63,600.00: {MINUS}$31.81" in text


def test_a_guard_from_what_was_paid_is_not_named_twice():
    text = render_close(close_preview(guarded_from("64000", "-79.812", entry=Decimal(64000))), READER).text

    assert "Against" not in text


def test_a_sum_adds_up_what_counts_from_what_was_paid_only():
    lines = (
        guarded_from("63600", "-31.812", entry=Decimal(64000)),
        close_line(symbol="ETH/USD"),
        guarded_from("60000", "400", symbol="SOL/USD", result=None),
    )

    together = " ".join(render_close(close_preview(*lines), READER).text.partition("Together")[2].split())

    assert f"Net if sold now, 2 of 3 {MINUS}$159.62 The others unknown, no entry</pre>" in together
    assert "</pre> Net if sold now counts from what was paid." in together


def test_a_command_from_before_an_outage_says_so():
    screen = render_close(close_preview(), READER, sent_at=ago(minutes=12))

    assert "You sent this 12 min ago, while NIJA could not answer." in screen.text


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (Worsening.PRICE, "The price of BTC/USD has moved against you by more than 1 % since"),
        (Worsening.MORE, "More of BTC/USD can be sold now than was shown"),
        (Worsening.OTHER_PAIR, "It would be sold as BTC/USD now, and BTC/EUR was shown"),
        (Worsening.OTHER_ORDER, "Another open order holds BTC/USD now"),
    ],
)
def test_a_second_preview_says_why_nothing_was_sold(why, said):
    again = ShownAgain(why=why, symbol="BTC/USD", shown_symbol="BTC/EUR")

    assert f"{said}: nothing was sold." in render_close(close_preview(again=again), READER).text


def test_a_short_is_bought_back():
    screen = render_close(close_preview(close_line(direction=Direction.SHORT)), READER)

    assert screen.keyboard[0][0].label == "Buy back 0.12 BTC/USD now"
    table = " ".join(screen.text.split())
    assert f"Value $7,620.00 Fee $19.81 You would pay $7,639.81 Net if closed now {MINUS}$79.81" in table
    assert "BTC/USD short" in screen.text
    check_fits(screen)


def test_what_is_being_sold_and_what_was_not_begun():
    selling = Selling(lines=(close_line(),), left_out=(unsellable(ObstacleKind.BEING_SOLD),))

    check_golden("close_selling", render_close(selling, READER))


def test_what_the_next_start_sells_is_neither_called_sold_nor_not_begun():
    text = render_close(Selling(lines=(), written_down=(close_line(),)), READER).text

    assert text.startswith("<b>Not sold yet</b>")
    assert "within 60 s of your yes, it sells this then; later it sells nothing and tells you so" in text
    assert "Selling now" not in text
    assert "Not begun" not in text


def test_nothing_begun_is_not_called_selling():
    screen = render_close(Selling(lines=(), left_out=(unsellable(),)), READER)

    assert screen.text.startswith("<b>Nothing is being sold</b>")


def test_left_alone_says_that_nothing_was_sold():
    assert "nothing was sold" in render_kept(READER).text


@pytest.mark.parametrize("by", HaltedBy)
def test_how_entries_stand(by):
    halt = Halt(since=ago(minutes=2), by=by)

    check_golden(f"entries_stopped_{by}", render_entries(halt, READER))


def test_allowed_entries_and_commands_that_came_too_late():
    check_golden(
        "entries_allowed", render_entries(None, READER), render_entries(None, READER, sent_at=ago(hours=1))
    )


def test_the_button_is_open_for_a_minute():
    preview = close_preview()

    assert (preview.expires_at - NOW).total_seconds() == 60
    assert "The button counts once, until 02:31:11 UTC" in render_close(preview, READER).text


def test_what_is_held_at_several_brokers_can_be_sold_at_one():
    hint = "Held at several brokers: /close BTC kraken sells at one of them."
    in_shell = "Held at several brokers: nija close BTC --broker kraken sells at one of them."
    alone = render_close(close_preview(close_line()), READER).text
    several = render_close(close_preview(close_line(), close_line(venue=Venue.COINBASE)), READER).text
    different = render_close(
        close_preview(close_line(), close_line(venue=Venue.COINBASE, symbol="ETH/USD")), READER
    ).text

    assert hint in several
    both = close_preview(close_line(), close_line(venue=Venue.COINBASE))
    assert in_shell in render_close(both, READER, by_button=False).text
    assert "several brokers" not in alone + different


def test_a_stop_whose_record_is_damaged_shows_no_time_and_place():
    text = render_entries(Halt(since=None, by=None), READER).text

    assert "Stopped from a place that cannot be read at a time that cannot be read." in text


def test_a_stock_whose_market_is_shut_says_when_it_can_be_sold():
    shut = replace(
        unsellable(ObstacleKind.PRICE_UNKNOWN, problem=PriceProblem.MARKET_CLOSED),
        opens_at=NOW + timedelta(hours=18),
    )
    shut = replace(shut, venue=Venue.ALPACA, symbol="AAPL/USD")
    when = "market closed, opens 20:30:11 UTC, in 18 h; send /close AAPL alpaca then"

    alone = render_close(close_preview(shut, confirmation_id=None), READER).text
    beside = render_close(close_preview(close_line(), shut), READER).text

    assert when in alone
    assert when in beside
