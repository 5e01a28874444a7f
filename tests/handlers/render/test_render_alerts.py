import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from html import unescape
from typing import get_args

import pytest

from engine.alerts.batches import Batch
from engine.alerts.kinds import DIGESTIBLE
from engine.alerts.messages import (
    AgainstGuard,
    AtStake,
    BrokerTrouble,
    Message,
    Moved,
    NotWatching,
    PriceTrouble,
    StillUnwatched,
)
from engine.market.mark import PriceProblem
from engine.model.delays import HeldUp, Unseen, UnseenReason
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder, Side
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue
from engine.orders.states import client_order_id
from handlers.render.alerts import render_alert, render_batch
from handlers.render.html import plain_text
from handlers.render.numbers import MINUS
from handlers.render.times import Reader
from tests.builders import a_waiting_alert
from tests.handlers.alert_examples import _ABOUT, EXAMPLES, EXIT
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, READER, ago


def squeezed(message):
    return [" ".join(line.split()) for line in plain_text(render_alert(message, READER).text).splitlines()]


def test_a_sale_through_another_pair_says_so_and_counts_in_the_guards_own_currency():
    sold = replace(
        EXIT,
        symbol="BTC/EUR",
        instead_of="BTC/USD",
        currency="EUR",
        fee_asset="EUR",
        fill_price=Decimal(58000),
        rate=Decimal("1.08"),
    )

    lines = squeezed(sold)

    assert "Sold through BTC/EUR, because Kraken did not take it through BTC/USD." in lines
    assert "Trigger price $63,040.00" in lines
    assert "Fill price 58,000.00 EUR" in lines
    assert "Fill vs trigger \N{MINUS SIGN}0.63 %" in lines
    assert f"Realised PnL {MINUS}$137.26, {MINUS}1.79 %" in lines


def test_an_order_in_another_pair_is_named_with_its_pair_and_its_own_currency():
    bid = CancelledOrder(side=Side.BUY, quantity=Decimal(1), price=Decimal("0.015"), symbol="ETH/BTC")
    ask = CancelledOrder(side=Side.SELL, quantity=Decimal(1), price=Decimal(70000), symbol="BTC/USD")

    lines = squeezed(replace(EXIT, cancelled=(bid, ask)))

    assert "• buy 1 ETH/BTC at 0.015 BTC" in lines
    assert "• sell 1 at $70,000.00" in lines


def test_a_cancelled_purchase_without_a_quantity_is_not_one_of_nothing():
    bid = CancelledOrder(side=Side.BUY, quantity=Decimal(0), price=None, symbol="ETH/BTC")

    lines = squeezed(replace(EXIT, cancelled=(bid,)))

    assert "• buy ETH/BTC at market" in lines


def test_a_result_without_a_rate_to_the_guards_currency_is_unknown_with_its_reason():
    sold = replace(EXIT, symbol="BTC/EUR", instead_of="BTC/USD", currency="EUR", rate=None, realised=None)

    lines = squeezed(sold)

    assert "Fill vs trigger unknown" in lines
    assert "Realised PnL unknown, no EUR rate" in lines


def test_every_kind_of_alert_has_an_example_here():
    kinds = get_args(get_args(Message)[0])

    assert {type(example) for example in EXAMPLES.values()} == set(kinds)


@pytest.mark.parametrize("name", EXAMPLES)
def test_alerts_read(name):
    check_golden(f"alert_{name}", render_alert(EXAMPLES[name], READER))


def test_the_liquidation_alert_begins_with_its_name():
    assert plain_text(render_alert(EXIT, READER).text).startswith("EMERGENCY LIQUIDATION\n")


def test_a_target_that_was_reached_is_told_as_a_profit_with_the_same_figures():
    profit = replace(
        EXIT,
        trigger_ratio=Decimal("0.0204"),
        target=Decimal("0.02"),
        trigger_price=Decimal(65306),
        fill_price=Decimal(65300),
        realised=Decimal("136.34"),
        cancelled=(),
    )

    check_golden("alert_take_profit", render_alert(profit, READER))


def test_a_stop_that_was_reached_is_told_with_its_price_in_place_of_the_threshold():
    stopped = replace(
        EXIT,
        trigger_ratio=Decimal("0.0102"),
        stop=Decimal(64660),
        trigger_price=Decimal(64655),
        fill_price=Decimal(64650),
        realised=Decimal("58.34"),
        cancelled=(),
    )

    check_golden("alert_stop_sold", render_alert(stopped, READER))


@pytest.mark.parametrize("kind", ["exit_failing", "exit_stood_down"])
def test_a_stop_that_does_not_get_through_names_its_price(kind):
    text = render_alert(replace(EXAMPLES[kind], stop=Decimal(64660)), READER).text

    assert "$64,660.00" in text
    assert "1.00 %" not in text


@pytest.mark.parametrize("kind", ["exit_failing", "exit_stood_down"])
def test_a_profit_that_does_not_get_through_names_its_target(kind):
    text = render_alert(replace(EXAMPLES[kind], target=Decimal("0.02")), READER).text

    assert "+2.00 %" in text
    assert "1.00 %" not in text


def test_what_the_venue_has_not_reported_is_not_invented():
    text = render_alert(replace(EXIT, fee=None, fee_asset=None, realised=None), READER).text

    assert "not booked yet" in text
    assert re.search(r"Realised PnL +unknown, no value", text)


@pytest.mark.parametrize(
    ("fill_price", "fee", "direction", "shown", "account"),
    [
        ("0.5993", "0.015", Direction.LONG, "$0.015", "You received $5.98"),
        ("0.59945", "0.0149", Direction.LONG, "$0.01", "You received $5.98"),
        ("100.0045", "2.6049", Direction.LONG, "$2.605", "You received $997.44"),
        ("100.0045", "2.6042", Direction.LONG, "$2.604", "You received $997.44"),
        ("1.0005", "0.01000000004", Direction.LONG, "$0.01000000004", "You received $9.99"),
        ("100.0004", "2.6049", Direction.SHORT, "$2.605", "You paid $1,002.61"),
    ],
)
def test_what_was_received_is_the_true_cent_and_follows_from_the_figures_shown(
    fill_price, fee, direction, shown, account
):
    sold = replace(
        EXIT, quantity=Decimal(10), fill_price=Decimal(fill_price), fee=Decimal(fee), direction=direction
    )

    lines = squeezed(sold)

    assert f"Fee {shown}" in lines
    assert account in lines


def test_an_alert_shows_the_entry_and_the_result_in_percent_of_it():
    lines = squeezed(replace(EXIT, entry=Decimal(64000)))

    assert "Entry $64,000.00" in lines
    assert f"Realised PnL {MINUS}$137.26, {MINUS}1.79 %" in lines


def test_a_fee_that_is_booked_later_is_an_estimate_and_the_result_is_before_it():
    later = replace(EXIT, fee=None, fee_asset=None, fee_estimate=Decimal("0.8912"), before_fee=True)
    text = render_alert(later, READER).text

    assert "about $0.89" in text
    assert f"$137.26, {MINUS}1.79 % before the fee" in text
    assert "The fee is an estimate: Kraken books it later, and /history shows it then." in text


def test_a_fee_nobody_can_estimate_is_said_to_come():
    text = render_alert(replace(EXIT, fee=None, fee_asset=None, before_fee=True), READER).text

    assert "not booked yet" in text
    assert "The fee is not known yet: Kraken books it later, and /history shows it then." in text


def test_a_fee_in_another_coin_is_shown_and_not_in_the_result():
    text = render_alert(replace(EXIT, fee=Decimal(2), fee_asset="KFEE", before_fee=True), READER).text

    assert re.search(r"Fee +2(.00)? KFEE", text)
    assert "before the fee" in text
    assert "estimate" not in text


def test_an_alert_read_late_says_when_it_happened():
    late = Reader(now=NOW + timedelta(minutes=12))

    assert "This alert is late: it happened 12 min ago." in render_alert(EXIT, late).text
    assert "This alert is late" not in render_alert(EXIT, READER).text


def test_a_fill_found_after_a_lost_answer_says_so():
    assert "the fill was found by asking" in render_alert(replace(EXIT, found_later=True), READER).text


def test_a_result_from_the_day_it_was_guarded_is_named_as_that():
    earlier = replace(EXIT, since_guarded=True)
    guarded = AgainstGuard(price=Decimal(64000), quantity=EXIT.quantity, result=Decimal("-137.26"))
    won = replace(EXIT, realised=Decimal("42.5"), entry=Decimal(62000), against_guard=guarded)
    unknown = replace(won, realised=None, entry=None, entry_known=False)

    old, both, one = (render_alert(alert, READER).text for alert in (earlier, won, unknown))
    assert f"Against the guard's price: {MINUS}$137.26" in unescape(old)
    assert re.search(r"Realised PnL +unknown, no entry", old)
    assert re.search(r"Realised PnL +\+\$42.50", both)
    assert re.search(r"Realised PnL +unknown, no entry", one)
    for text in (both, one):
        assert f"Against the guard's price $64,000.00: {MINUS}$137.26" in unescape(text)
    assert "guard's price" not in unescape(render_alert(EXIT, READER).text)


def test_the_loss_at_the_trigger_is_named_against_the_price_it_counts_from():
    guarded = AgainstGuard(price=Decimal("64013.8"), quantity=EXIT.quantity, result=Decimal("-3.07"))
    from_price = replace(EXIT, entry=Decimal(62000), against_guard=guarded)

    shown, usual = squeezed(from_price), squeezed(EXIT)

    at = shown.index("Entry $62,000.00")
    assert shown[at + 1 : at + 3] == [
        "Guarded from $64,013.80",
        f"Trigger PnL against that {MINUS}1.50 %",
    ]
    assert f"Trigger PnL {MINUS}1.50 %" in usual
    assert not any(line.startswith("Guarded from") for line in usual)


def test_a_short_is_bought_back():
    assert "was bought back at market" in render_alert(replace(EXIT, direction=Direction.SHORT), READER).text


@pytest.mark.parametrize("what", PriceEvent)
def test_every_price_trouble_reads(what):
    check_fits(render_alert(replace(EXAMPLES["price_trouble"], what=what), READER))


@pytest.mark.parametrize("what", ["unreachable", "key_rejected", "back", "unpriced", "priced"])
def test_every_broker_trouble_reads(what):
    check_fits(render_alert(replace(EXAMPLES["broker_trouble"], what=what), READER))


def test_a_reminder_of_a_silent_broker_says_that_it_is_one():
    message = replace(EXAMPLES["broker_trouble"], what="unreachable", again=True)

    assert squeezed(message)[0] == "Coinbase still does not answer"


def test_a_gap_in_which_nothing_moved_says_that():
    assert (
        "no guarded position moved."
        in render_alert(NotWatching(since=ago(hours=1), until=NOW, moved=()), READER).text
    )


def test_what_was_not_recorded_before_is_not_called_an_unknown_result():
    moved = Moved(**_ABOUT, before=None, after=Decimal("-0.0075"))

    text = plain_text(
        render_alert(NotWatching(since=ago(seconds=133), until=NOW, moved=(moved,)), READER).text
    )

    assert text.startswith("NIJA was away for 2 min 13 s\n")
    assert "BTC/USD on Kraken: before: not recorded, now \N{MINUS SIGN}0.75 %" in text


def test_a_paused_guard_without_a_question_names_the_command():
    text = render_alert(replace(EXAMPLES["guard_paused"], offer=None), READER).text

    assert "/guard BTC/USD guards it again." in text


@pytest.mark.parametrize("kind", sorted(DIGESTIBLE))
def test_every_digestible_alert_has_a_line_in_a_digest(kind):
    screen = render_batch(
        Batch(
            alerts=(
                a_waiting_alert(1, EXAMPLES[kind], at=ago(hours=3)),
                a_waiting_alert(2, EXAMPLES[kind], at=ago(hours=3)),
            )
        ),
        READER,
    )

    header, first, second, *_ = screen.text.splitlines()
    assert header == "<b>While this chat could not be reached</b>"
    assert first == second
    check_fits(screen)


def test_a_digest_reads():
    alerts = [
        a_waiting_alert(number, message, at=NOW - timedelta(minutes=200 - 30 * number))
        for number, message in enumerate(EXAMPLES[kind] for kind in sorted(DIGESTIBLE))
    ]

    check_golden("alert_digest", render_batch(Batch(alerts=tuple(alerts)), READER))


def test_an_exit_that_could_not_be_sent_says_when_it_was_written():
    late = a_waiting_alert(1, EXIT, at=NOW - timedelta(hours=3))

    assert render_batch(Batch(alerts=(late,)), READER).text.endswith(
        "<i>Written 6 Mar 23:30:11 UTC; it could not be sent before.</i>"
    )


def test_alerts_of_before_there_was_anything_at_stake_in_them_name_all_that_lack_a_price():
    trouble = PriceTrouble(
        **_ABOUT,
        what=PriceEvent.UNKNOWN,
        why=PriceProblem.NO_QUOTE,
        since=ago(minutes=10),
        others=("ETH/USD", "SOL/USD"),
        again=True,
    )

    text = render_alert(trouble, READER).text

    assert "Price still unknown" in text
    assert "Without a price too: ETH/USD, SOL/USD" in text


def test_what_is_at_stake_without_a_price_is_named_once():
    stakes = tuple(
        replace(EXAMPLES["price_trouble"].at_stake[0], symbol=symbol) for symbol in ("ETH/USD", "SOL/USD")
    )
    trouble = replace(EXAMPLES["price_trouble"], symbol="ETH/USD", others=("SOL/USD",), at_stake=stakes)

    text = render_alert(trouble, READER).text

    assert text.count("SOL") == 1
    assert "Their guards cannot act" in text


def test_a_missing_price_shows_what_is_at_stake_and_how_far_its_guard_is():
    known = AtStake(
        symbol="XRP/USD",
        direction=Direction.LONG,
        quantity=Decimal(10),
        currency="USD",
        price=Decimal("0.5993"),
        at=ago(seconds=44),
        sells_at=Decimal("0.593307"),
    )
    short = replace(known, direction=Direction.SHORT, quantity=Decimal(2), sells_at=Decimal("0.61"))
    unseen = replace(known, symbol="ETH/USD", price=None, at=None)
    trouble = replace(EXAMPLES["price_trouble"], at_stake=(known, short, unseen))

    lines = plain_text(render_alert(trouble, READER).text).splitlines()

    last = "at the last price $0.5993 of 02:29:27 UTC, 44 s ago"
    assert lines[2:5] == [
        f"10 XRP, about $5.99 {last}; sells at $0.593307, {MINUS}1.00 % from there",
        f"2 XRP, about $1.20 {last}; buys back at $0.61, +1.79 % from there",
        "10 ETH, no price since NIJA started; sells at $0.593307",
    ]


def test_what_is_at_stake_in_many_guards_is_cut_and_counted():
    stakes = tuple(replace(EXAMPLES["price_trouble"].at_stake[0], symbol=f"C{n}/USD") for n in range(10))

    text = render_alert(replace(EXAMPLES["price_trouble"], at_stake=stakes), READER).text

    assert "0.12 C6, about" in text
    assert "C7" not in text
    assert "and 3 more: /positions shows them" in text


def test_alerts_of_before_there_was_anything_at_stake_in_them_still_read():
    assert "About" not in render_alert(replace(EXAMPLES["exit_failing"], at_stake=None), READER).text
    assert "about" not in render_alert(replace(EXAMPLES["price_trouble"], at_stake=()), READER).text


def test_what_vanished_says_how_it_goes_on():
    gone = replace(EXAMPLES["guard_paused"], seen=Decimal(0), why="nothing is there", may_return=True)

    text = render_alert(gone, READER).text

    assert "Nothing is sold. If it comes back as it was, it is guarded again at once" in text
    assert "/unguard BTC/USD" in text


def test_missing_prices_are_not_called_a_broker_that_does_not_answer():
    missing = replace(EXAMPLES["broker_trouble"], what="unpriced", why="EService:Busy", again=False)
    reported_again = replace(missing, what="priced", since=ago(minutes=3))

    lines = squeezed(missing)
    assert lines[:2] == ["Coinbase reports no prices", "EService:Busy"]
    assert "does not answer" not in " ".join(lines)
    assert squeezed(reported_again)[0] == "Coinbase reports prices again"
    assert squeezed(reported_again)[-1] == "Without prices from 02:27:11 UTC until now."


@pytest.mark.parametrize("what", ["unreachable", "key_rejected", "back", "unpriced", "priced"])
def test_where_nothing_is_guarded_no_guard_is_spoken_of(what):
    trouble = BrokerTrouble(
        venue=Venue.KRAKEN, what=what, why="timeout", since=ago(seconds=30), guarded=False
    )

    assert "Guards at" not in render_alert(trouble, READER).text


@pytest.mark.parametrize("what", ["unreachable", "key_rejected"])
def test_who_cannot_wait_for_a_broker_reads_where_to_sell(what):
    trouble = BrokerTrouble(venue=Venue.KRAKEN, what=what, why="timeout", since=ago(seconds=30))

    assert "If you cannot wait, sell in Kraken's own app." in render_alert(trouble, READER).text


@pytest.mark.parametrize(
    ("left_over", "currency", "is_named"),
    [("0.0000000011", "USD", False), ("0.000001", "USD", True), ("0.0000000011", "BTC", True)],
)
def test_what_is_left_is_named_unless_it_is_worth_less_than_a_cent(left_over, currency, is_named):
    sold = replace(EXIT, left_over=Decimal(left_over), currency=currency)

    assert ("Not sold:" in render_alert(sold, READER).text) is is_named


def test_an_order_that_may_be_the_owners_own_is_reported_without_claims_of_the_sale():
    perhaps = replace(
        EXIT, may_be_owners=True, found_later=True, held_up=HeldUp(since=ago(seconds=70), why="answer lost")
    )

    check_golden("alert_perhaps_own_order", render_alert(perhaps, READER))


def test_what_is_left_of_a_short_was_not_bought_back():
    bought = replace(EXIT, direction=Direction.SHORT, left_over=Decimal("0.4"), left_over_why="stays guarded")

    assert "Not bought back: 0.4: stays guarded" in render_alert(bought, READER).text


def test_a_sale_that_came_late_says_why_and_for_how_long():
    unseen = Unseen(
        since=ago(minutes=2), until=ago(seconds=78), why="no price to trust (Kraken <does> not answer)"
    )
    late = replace(
        EXIT,
        unseen=unseen,
        held_up=HeldUp(since=ago(seconds=70), why="EService:<Busy>"),
        triggered_at=ago(seconds=78),
    )

    lines = plain_text(render_alert(late, READER).text).splitlines()

    span = "02:28:11\N{EN DASH}02:28:53 UTC"
    assert f"Noticed up to 42 s late: no price to trust (Kraken <does> not answer), {span}." in lines
    held = "02:29:01\N{EN DASH}02:30:11 UTC"
    assert f"Held up for 1 min 10 s, {held}: EService:<Busy>" in lines
    check_golden("alert_exit_late", render_alert(late, READER))


_OUR_ID = client_order_id("intent-1", 1)


@pytest.mark.parametrize(
    ("order_ids", "named"),
    [
        (("O1",), "order id O1"),
        (("O5", "O4", "O3", "O2", "O1"), "order id O5, O4, O3 and 2 earlier"),
        ((_OUR_ID,), f"client order id {_OUR_ID}"),
        ((_OUR_ID, "O1"), f"order id O1, client order id {_OUR_ID}"),
    ],
)
def test_an_exit_that_may_have_sold_sends_its_owner_to_look_for_its_orders_first(order_ids, named):
    lost = replace(EXAMPLES["exit_failing"], order_ids=order_ids)

    lines = plain_text(render_alert(lost, READER).text).splitlines()

    assert lines[0] == "EXIT FAILING: unknown whether it was sold"
    assert (
        "If you cannot wait, look first at Kraken whether an order of NIJA's stands or filled there "
        f"({named}), then decide." in lines
    )
    assert not any("own app" in line for line in lines)


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (UnseenReason.NOT_WATCHING, "NIJA was not watching"),
        (UnseenReason.NO_PRICE, "no price to trust"),
        (PriceProblem.NO_ANSWER, "no price to trust (Kraken does not answer)"),
        (PriceProblem.MARKET_CLOSED, "market closed"),
        ("no price to trust (no bid)", "no price to trust (no bid)"),
    ],
)
def test_why_a_breach_was_not_seen_is_said_whichever_version_wrote_it(why, said):
    unseen = Unseen(since=ago(seconds=160), until=ago(seconds=79), why=why)

    text = plain_text(render_alert(replace(EXIT, unseen=unseen), READER).text)

    assert f"Noticed up to 1 min 21 s late: {said}, 02:27:31" in text


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (StillUnwatched.PAUSED, "its guard is paused"),
        (StillUnwatched.NO_PRICE_YET, "no price yet"),
        (PriceProblem.NO_BID, "no bid"),
        ("Kraken does not answer", "Kraken does not answer"),
    ],
)
def test_why_a_guard_is_still_not_watched_is_said_whichever_version_wrote_it(why, said):
    moved = Moved(**_ABOUT, before=None, after=None, why_unwatched=why)

    text = plain_text(render_alert(NotWatching(since=ago(hours=1), until=NOW, moved=(moved,)), READER).text)

    assert f"still not watched ({said})" in text


def test_a_sale_noticed_late_names_each_cause_with_its_time():
    why = "no price to trust (Kraken reports no prices)"
    unseen = Unseen(since=ago(seconds=160), until=ago(seconds=79), why=why, away_s=7)

    lines = plain_text(render_alert(replace(EXIT, unseen=unseen), READER).text).splitlines()

    span = "02:27:31\N{EN DASH}02:28:52 UTC"
    assert f"Noticed up to 1 min 21 s late: {why}, {span}; NIJA itself was away for 7 s of it." in lines


@pytest.mark.parametrize(
    ("others", "end"),
    [
        ((), "Guards could not act meanwhile and cannot yet; /status says why."),
        (
            (Moved(venue=Venue.COINBASE, symbol="BTC/USD", before=Decimal(0), after=Decimal("0.01")),),
            "Guards could not act meanwhile. Those named as not watched cannot yet; the others are watched again.",
        ),
    ],
)
def test_a_guard_that_nobody_watches_after_a_gap_is_not_said_to_be_watched_again(others, end):
    blind = Moved(
        venue=Venue.KRAKEN,
        symbol="SOL/USD",
        before=Decimal("-0.003"),
        after=None,
        why_unwatched=PriceProblem.NO_PRICES,
    )
    message = NotWatching(since=ago(seconds=133), until=NOW, moved=(blind, *others))

    lines = plain_text(render_alert(message, READER).text).splitlines()

    assert (
        "SOL/USD on Kraken: still not watched (Kraken reports no prices), last seen at \N{MINUS SIGN}0.30 %"
        in lines
    )
    assert lines[-1] == end


def test_what_went_wrong_after_the_fill_did_not_hold_it_up():
    booked_late = replace(EXIT, held_up=HeldUp(since=NOW, why="no answer"))

    assert "Held up" not in render_alert(booked_late, READER).text


def test_who_cannot_wait_for_a_price_reads_where_to_sell():
    trouble = PriceTrouble(
        **_ABOUT, what=PriceEvent.UNKNOWN, why=PriceProblem.NO_QUOTE, since=ago(seconds=15)
    )

    assert "If you cannot wait, sell in Kraken's own app." in render_alert(trouble, READER).text


def test_an_all_clear_names_from_when_it_was_not():
    price = replace(EXAMPLES["price_trouble"], what=PriceEvent.BACK, since=ago(minutes=3))
    broker = replace(EXAMPLES["broker_trouble"], what="back", since=ago(minutes=3))

    assert squeezed(price)[-1] == "Without a price from 02:27:11 UTC until now."
    assert squeezed(broker)[-1] == "Out of reach from 02:27:11 UTC until now."
