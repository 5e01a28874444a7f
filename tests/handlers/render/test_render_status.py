from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.accounts.live_accounts import AccountStreamStatus
from engine.alerts.messages import RecordKind, RecordUnreadable
from engine.alerts.posts import PostCounts
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.entries.gates import Gate, GateName, GateVerdict, Remedy, check_halt
from engine.entries.halts import Halt, HaltedBy
from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import PriceProblem
from engine.model.delays import Wait
from engine.nonce.store import NonceStatus
from engine.status import (
    BrokerStatus,
    FailingExit,
    JobStatus,
    PausedGuard,
    PolledPrice,
    PriceAge,
    VenuePrices,
)
from handlers.render.html import plain_text
from handlers.render.status import render_status
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, account, ago, status


def unwatched(symbol="BTC/USD", **changes):
    values = {
        "guard_id": "g1",
        "venue_label": "Kraken",
        "reason": UnwatchedReason.PRICE_UNKNOWN,
        "problem": PriceProblem.NO_QUOTE,
        "since": ago(minutes=3),
    }
    return Unwatched(symbol=symbol, **values | changes)


SILENT = {"reason": UnwatchedReason.NOT_LOOKED_AT, "problem": None, "error": "<no> connection"}
PAUSED = PausedGuard(symbol="SOL/USD", venue_label="Kraken", reason="other", detail="its quantity <changed>")


def test_a_process_in_good_health():
    screen = render_status(status(), READER)

    assert "All is well." in screen.text
    check_golden("status_well", screen)


def test_everything_that_can_be_wrong_is_named_first():
    ill = status(
        brokers=(
            BrokerStatus(
                account=account(),
                last_answer_at=ago(minutes=12),
                last_error="EAPI:Rate <limit> exceeded",
                last_error_at=ago(seconds=8),
            ),
        ),
        jobs=(
            JobStatus(name="guard", every_s=5, last_run_at=ago(minutes=2), lag_s=1.5, last_error=None),
            JobStatus(name="fees", every_s=900, last_run_at=None, lag_s=None, last_error="no answer"),
        ),
        prices=(PriceAge(venue_label="Kraken", symbol="BTC/USD", at=None),),
        streams=(
            streamed(
                "Kraken",
                polled_price(
                    "BTC/USD", Loss(LossReason.KEY_REJECTED, "no such <key>"), minutes=6, is_disconnected=True
                ),
            ),
        ),
        paused=(PAUSED,),
        unwatched=(
            unwatched(),
            unwatched("ETH/USD", since=ago(minutes=4)),
            unwatched("SOL/USD", since=None, **SILENT),
            unwatched("AAPL/USD", venue_label="Alpaca", problem=PriceProblem.MARKET_CLOSED),
        ),
        database_failing_s=12.0,
        exits_in_flight=1,
        exits_since=ago(seconds=42),
        outbox_waiting=4,
        outbox_oldest_at=ago(minutes=5),
    )

    check_golden("status_ill", render_status(ill, READER))


def test_a_guard_that_waits_for_its_market_is_well_and_named():
    waiting = unwatched("AAPL/USD", venue_label="Alpaca", problem=PriceProblem.MARKET_CLOSED)

    text = render_status(status(unwatched=(waiting,)), READER).text

    assert "All is well.</b> 2 positions are guarded, 1 of them when the market opens." in text
    assert "Not watched since 02:27:11 UTC: AAPL/USD at Alpaca, market closed" in text


def test_what_is_not_read_yet_right_after_the_start_is_no_trouble():
    starting = unwatched(since=None, reason=UnwatchedReason.STARTING, problem=None)

    text = render_status(status(guards_armed=0, unwatched=(starting,)), READER).text

    assert "NIJA is starting.</b> 1 position is guarded as soon as the first prices are in." in text
    assert "Not watched yet: BTC/USD at Kraken, starting, the first prices are not in yet" in text
    assert "Needs your attention" not in text


@pytest.mark.parametrize(
    ("why", "said"),
    [
        (
            {"reason": UnwatchedReason.KEY_REFUSED, "error": "EAPI:Invalid key"},
            "Kraken refuses the key, so nothing could be sold: EAPI:Invalid key",
        ),
        (
            {"reason": UnwatchedReason.KEY_UNCERTAIN},
            (
                "nothing is sold before it is certain that the changed key opens the same account; "
                "it is asked for every few seconds"
            ),
        ),
        ({"reason": UnwatchedReason.NOT_LOOKED_AT}, "no prices come from Kraken"),
        (
            {"reason": UnwatchedReason.NOT_LOOKED_AT, "error": "no connection"},
            "no prices come from Kraken (no connection)",
        ),
        (
            {"reason": UnwatchedReason.PRICE_UNKNOWN, "problem": PriceProblem.NOT_CONNECTED},
            "price unknown (Kraken is not connected)",
        ),
    ],
)
def test_a_guard_that_cannot_act_says_why(why, said):
    unable = unwatched(**{"problem": None} | why)

    text = render_status(status(unwatched=(unable,)), READER).text

    assert f"Not watched since 02:27:11 UTC: BTC/USD at Kraken, {said}" in text


def test_what_waits_is_listed_with_its_reason():
    unsold = FailingExit(symbol="ETH/USD", venue_label="Kraken", why="no connection", since=ago(minutes=4))

    text = render_status(status(paused=(PAUSED,), failing=(unsold,)), READER).text

    assert "SOL/USD at Kraken, paused: its quantity &lt;changed&gt;" in text
    assert "ETH/USD at Kraken since 02:26:11 UTC, not sold yet: no connection" in text


def test_a_sale_that_waits_for_its_market_says_when_that_opens():
    wait = Wait(is_closed=True, opens_at=ago(hours=-2))
    waiting = FailingExit(
        symbol="AAPL/USD",
        venue_label="Alpaca",
        why="the stock market is closed",
        since=ago(minutes=4),
        wait=wait,
    )

    text = render_status(status(failing=(waiting,)), READER).text

    assert "not sold yet: the stock market is closed, opens 04:30:11 UTC, in 2 h" in text


def test_reminders_that_cannot_be_written_are_named():
    unsold = FailingExit(
        symbol="ETH/USD", venue_label="Kraken", why="no connection", since=ago(minutes=4), why_unsent="A<b>"
    )

    text = render_status(status(failing=(unsold,)), READER).text

    assert "Its reminders cannot be written (A&lt;b&gt;), NIJA tries again every second" in text


def test_an_exit_that_may_have_sold_is_not_said_to_be_unsold():
    lost = FailingExit(
        symbol="ETH/USD", venue_label="Kraken", why="answer lost", since=ago(minutes=4), order_ids=("O<1>",)
    )

    text = render_status(status(failing=(lost,)), READER).text

    assert "unknown whether it was sold (order id <code>O&lt;1&gt;</code>): answer lost" in text
    assert "unknown whether sold there: ETH/USD, see Guards below" in text
    assert "Exits of which it is unknown whether they sold: 1;" in text
    assert "look first at the broker whether an order of NIJA's stands or filled there, then decide." in text
    assert "not sold yet" not in text
    assert "do not get through" not in text


def test_what_the_second_address_refuses_and_was_never_reported_is_counted():
    report = status(
        posts=PostCounts(
            refused=2, last_refusal="it answered <307>", given_up=3, last_error="it answered <400>"
        )
    )

    text = render_status(report, READER).text

    assert "Alerts that NIJA_ALERT_URL refuses: 2; they are tried on for a day." in text
    assert "2 refused by NIJA_ALERT_URL and tried on, the last: it answered &lt;307&gt;, 3 given up" in text
    assert "the last: it answered &lt;400&gt;" in text


def test_refused_and_given_up_alerts_are_counted_and_named():
    report = status(
        outbox_waiting=2,
        outbox_oldest_at=ago(minutes=1),
        outbox_refused=1,
        alerts_given_up=3,
        last_given_up="price trouble (Message is too long)",
    )

    text = render_status(report, READER).text

    assert "Alerts that Telegram refuses: 1; they are tried on." in text
    assert "1 of them refused by Telegram and tried on, 3 given up, the last: price trouble" in text


def test_one_trouble_is_enough_not_to_be_well():
    assert "All is well." not in render_status(status(paused=(PAUSED,)), READER).text


@pytest.mark.parametrize("troubles", [{}, {"database_failing_s": 12.0}], ids=["well", "ill"])
def test_without_a_guard_nobody_is_alerted_that_all_is_well(troubles):
    text = render_status(status(guards_armed=0, prices=(), **troubles), READER).text

    assert "Nothing is guarded." in text
    assert "All is well." not in text


def test_a_process_that_guards_nothing():
    check_golden("status_unguarded", render_status(status(guards_armed=0, prices=(), streams=()), READER))


def test_what_is_being_sold_was_guarded():
    text = render_status(status(guards_armed=0, exits_in_flight=1), READER).text

    assert "Nothing is guarded." not in text


def test_a_broker_that_answers_and_takes_no_sale_is_not_said_to_have_no_errors():
    unsold = FailingExit(symbol="ETH/USD", venue_label="Kraken", why="refused: <busy>", since=ago(minutes=4))

    text = render_status(status(exits_in_flight=1, failing=(unsold,)), READER).text

    assert "Kraken: answered 3 s ago, not sold yet there: ETH/USD, see Guards below" in text
    assert "since 02:26:11 UTC, not sold yet: refused: &lt;busy&gt;" in text
    assert "no errors" not in text


def test_a_sale_that_fails_at_another_broker_is_no_error_of_this_one():
    unsold = FailingExit(symbol="ETH/USD", venue_label="Coinbase", why="busy", since=ago(minutes=4))

    text = render_status(status(exits_in_flight=1, failing=(unsold,)), READER).text

    assert "Kraken: answered 3 s ago, no errors" in text


@pytest.mark.parametrize(
    ("questions", "said"),
    [(1, "1 question waits for your answer"), (3, "3 questions wait for your answer")],
)
def test_questions_that_wait_for_an_answer_are_named_beside_what_is_guarded(questions, said):
    text = render_status(status(open_questions=questions), READER).text

    assert "All is well." in text
    assert said in text


def test_without_an_open_question_none_is_named():
    assert "for your answer" not in render_status(status(), READER).text


def test_halted_entries_say_since_when_and_why():
    halt = Halt(since=ago(minutes=2), by=HaltedBy.CHAT)
    gate = check_halt(halt)

    text = render_status(status(), READER, halt, (gate,)).text

    assert "<b>Entries</b>: halted since 02:28:11 UTC" in text
    assert "gate halt: shut, buys are stopped since 02:28:11 UTC. /resume allows them again." in text


def test_an_open_gate_lets_entries_through():
    text = render_status(status(), READER, None, (check_halt(None),)).text

    assert "<b>Entries</b>: allowed\n" in text


def test_what_keeps_every_buy_back_is_named_though_nobody_halted_them():
    lost = Gate(
        name=GateName.DAILY_LOSS,
        verdict=GateVerdict.FAIL,
        actual=Decimal(-60),
        limit=Decimal(-50),
        unit="USD",
        remedy=Remedy.CHANGE_LIMIT,
    )

    text = plain_text(render_status(status(), READER, None, (check_halt(None), lost)).text)

    assert "Entries: allowed, but now every buy is kept back\ngate daily loss: shut, " in text
    assert "at most $50.00 may be lost. What was realised counts until midnight UTC" in text


def test_an_error_since_answered_is_history():
    recovered = BrokerStatus(
        account=account(), last_answer_at=ago(seconds=3), last_error=None, last_error_at=ago(minutes=5)
    )

    text = render_status(status(brokers=(recovered,)), READER).text

    assert "All is well." in text
    assert "Kraken: answered 3 s ago, no errors" in text


def test_a_fresh_process_has_nothing_to_show_yet():
    bare = replace(status(), brokers=(), jobs=(), nonces=(), prices=())

    check_fits(render_status(bare, READER))


def with_broker(**changes):
    values = {
        "account": account(),
        "last_answer_at": ago(seconds=2),
        "last_error": None,
        "last_error_at": None,
    }
    return render_status(status(brokers=(BrokerStatus(**values | changes),)), READER).text


def test_an_open_order_that_cannot_be_read_is_named():
    text = with_broker(unreadable_orders=("o-1 BTC/USD: the answer lacks qty",))

    assert "Kraken lists open orders that NIJA cannot read (o-1 BTC/USD: the answer lacks qty)." in text
    assert "All is well" not in text


def test_missing_prices_need_the_owner_and_are_not_an_account_that_does_not_answer():
    text = with_broker(prices_error="EService:Busy")

    assert "Kraken reports no prices (EService:Busy)." in text
    assert "Kraken: answered 2 s ago, no prices: EService:Busy" in text
    assert "All is well" not in text
    assert "does not answer" not in text


def test_an_account_that_takes_no_orders_needs_its_owner():
    text = with_broker(block="the account is not active (ACCOUNT_CLOSED)")

    assert (
        "Kraken takes no orders: the account is not active (ACCOUNT_CLOSED). No guard there can sell." in text
    )
    assert "All is well" not in text


def test_what_an_account_cannot_do_is_said_with_its_broker_and_is_no_trouble():
    text = with_broker(limits=("works for stocks; crypto is not enabled (INACTIVE)",))

    assert "no errors; works for stocks; crypto is not enabled (INACTIVE)" in text
    assert "All is well" in text


def test_halted_entries_of_which_nobody_can_read_since_when_are_shown_as_halted():
    text = render_status(status(), READER, Halt(since=None, by=None)).text

    assert "<b>Entries</b>: halted since a time that cannot be read" in text


def test_a_counter_that_cannot_be_read_is_shown_as_such():
    damaged = NonceStatus(fingerprint="3f9a1c20", last_nonce=None, last_used_at=None, issued=None)

    text = render_status(status(nonces=(damaged,)), READER).text

    assert (
        "fingerprint …1c20): unreadable, last used at a time that cannot be read, unreadable issued" in text
    )


def test_while_something_is_sold_that_is_what_is_said_first():
    text = render_status(status(exits_in_flight=1), READER).text

    assert "All is well" not in text
    assert "<b>Selling now: 1.</b> 1 position is guarded." in text


@pytest.mark.parametrize(
    ("unguarded", "expected"),
    [(1, "1 other is held and not guarded"), (9, "9 others are held and not guarded")],
)
def test_what_is_held_without_a_guard_is_counted(unguarded, expected):
    assert f"1 position is guarded. {expected}" in render_status(status(unguarded=unguarded), READER).text


def test_a_record_that_cannot_be_read_is_named_with_what_is_known_of_it():
    known = RecordUnreadable(
        record=RecordKind.EXIT, name="guard-1", symbol="BTC/USD", venue_label="Kraken", why="quantity"
    )
    unknown = RecordUnreadable(record=RecordKind.GUARD, name="guard-2", why="quantity")

    text = render_status(status(unreadable=(known, unknown)), READER).text

    lost = "cannot be read from the database: quantity"
    assert f"NOT watched: BTC/USD at Kraken, the order that sells it {lost}" in text
    assert f"NOT watched: guard guard-2 at an unknown venue, its guard {lost}" in text


def test_each_counter_names_the_broker_of_its_key():
    former = NonceStatus(fingerprint="0badc0de", last_nonce=7, last_used_at=ago(days=3), issued=1)

    text = render_status(status(nonces=(*status().nonces, former)), READER).text

    assert "Kraken key (fingerprint …1c20): 1772850608123456789, 3 s ago, 12,345 issued" in text
    assert "A key that is no longer set (fingerprint …c0de): 7, 3 d ago, 1 issued" in text


def test_what_is_not_known_of_a_wait_is_said_where_to_look_for():
    paused = replace(PAUSED, detail="")
    unsold = FailingExit(symbol="ETH/USD", venue_label="Kraken", why="", since=ago(minutes=4))

    text = render_status(status(paused=(paused,), failing=(unsold,)), READER).text

    assert "SOL/USD at Kraken, paused: your answer is needed" in text
    assert "not sold yet: /history says why" in text


def test_each_venue_says_whether_it_pushes_its_prices():
    streams = (
        streamed("Kraken", live=2),
        streamed("Coinbase", polled_price("ETH/USD", Loss(LossReason.SILENT), minutes=4)),
        streamed("Alpaca", has_stream=False),
    )

    text = render_status(status(streams=streams), READER).text

    assert (
        "<b>Prices</b>: Kraken live · Coinbase polled (the stream is silent, for 4 min 0 s) · Alpaca polled"
        in text
    )
    assert "All is well." in text


def test_the_instruments_that_a_live_venue_does_not_push_are_named():
    mute = polled_price("SOL/USD", Loss(LossReason.CONTRADICTED), seconds=30)

    text = render_status(status(streams=(streamed("Kraken", mute, live=2),)), READER).text

    assert (
        "Kraken live, SOL/USD polled (the stream differs from the venue's other prices, for 30.0 s)" in text
    )


def test_a_stream_that_stays_away_for_minutes_is_for_its_owner_to_see_to():
    lost = streamed(
        "Kraken", polled_price("BTC/USD", Loss(LossReason.KEY_REJECTED), minutes=6, is_disconnected=True)
    )

    text = render_status(status(streams=(lost,)), READER).text

    assert "Needs your attention" in text
    assert (
        "Kraken pushes no prices for 6 min 0 s (the venue rejected the key): "
        "its guards are judged by polled ones, some seconds later." in text
    )


def test_an_instrument_that_nothing_was_pushed_of_in_a_night_needs_nobody():
    shut = streamed("Alpaca", polled_price("AAPL/USD", None, hours=9), live=1)

    text = render_status(status(streams=(shut,)), READER).text

    assert "All is well." in text
    assert "Alpaca live, AAPL/USD polled (nothing pushed yet, for 9 h)" in text


def test_a_venue_that_is_polled_as_its_owner_wished_needs_nobody():
    text = render_status(status(streams=(streamed("Kraken", has_stream=False),)), READER).text

    assert "All is well." in text


def orders_of(**orders):
    (broker,) = status().brokers
    return render_status(
        status(brokers=(replace(broker, orders=AccountStreamStatus(**orders)),)), READER
    ).text


def test_orders_that_are_pushed_are_live():
    assert "<b>Orders</b>: Kraken live" in orders_of(has_stream=True, is_live=True)


def test_orders_that_should_be_pushed_say_why_they_are_polled_and_need_nobody():
    loss = Loss(LossReason.NOT_PERMITTED, 'it lacks the permission "WebSocket interface"')
    text = orders_of(has_stream=True, loss=loss, lasting=timedelta(minutes=9))

    why = "the key is not permitted to open the stream: it lacks the permission"
    assert f'<b>Orders</b>: Kraken polled ({why} "WebSocket interface", for 9 min 0 s)' in text
    assert "All is well." in text


def test_orders_of_a_stream_that_begins_are_polled():
    assert "<b>Orders</b>: Kraken polled (not connected yet, for 0 ms)" in orders_of(has_stream=True)


def test_orders_that_are_polled_as_their_owner_wished_say_no_more():
    assert "<b>Orders</b>: Kraken polled\n" in orders_of(has_stream=False)


def test_prices_that_still_come_by_stream_while_polling_fails_are_said_to():
    still = VenuePrices(venue_label="Kraken", has_stream=True, live=2, polling_error=PriceProblem.NO_PRICES)

    text = render_status(status(streams=(still,)), READER).text

    said = "Kraken live (polling fails: Kraken reports no prices; its order book is asked instead)"
    assert f"<b>Prices</b>: {said}" in text


def streamed(label, *polled, has_stream=True, live=0):
    return VenuePrices(venue_label=label, has_stream=has_stream, polled=polled, live=live)


def polled_price(symbol, loss, *, is_disconnected=False, **lasting):
    return PolledPrice(
        symbol=symbol, loss=loss, lasting=timedelta(**lasting), is_disconnected=is_disconnected
    )
