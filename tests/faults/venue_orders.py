"""Faults of a venue around orders, fees and what its rows say."""

from tests.faults.row import Row

VENUE_ORDERS = (
    Row(
        number="V23",
        fault="an order of another product is open on the same coin",
        outcome="only an order that can hold the coins is cancelled",
        tests=(
            "tests/engine/exits/test_sale_hindered.py::test_a_perpetuals_order_is_never_cancelled_to_free_coins",
        ),
    ),
    Row(
        number="V24",
        fault="what holds the coins is pending or queued",
        outcome="it is found and cancelled",
        tests=(
            "tests/engine/exits/test_sale_hindered.py::test_an_order_that_is_not_over_is_found_whatever_its_status_is_called",
        ),
    ),
    Row(
        number="V25",
        fault="an order fills, or fills in part, while it is cancelled; a cancel is carried out later",
        outcome="only what was cancelled is named as cancelled",
        tests=(
            "tests/engine/exits/test_releases.py::test_an_order_that_filled_while_it_was_cancelled_is_the_owners_own_sale",
            "tests/engine/exits/test_releases.py::test_of_an_order_that_filled_in_part_only_the_rest_is_named_as_cancelled",
            "tests/engine/exits/test_releases.py::test_a_cancel_that_the_venue_carries_out_later_is_confirmed_before_it_is_told",
        ),
    ),
    Row(
        number="V26",
        fault="an open order or a balance cannot be read",
        outcome="it is named, in /status too, and changes no guard",
        tests=(
            "tests/engine/exits/test_releases.py::test_an_open_order_that_cannot_be_read_is_named_until_it_is_gone",
            "tests/engine/sync/test_reconciler.py::test_a_balance_that_cannot_be_read_changes_no_guard",
            "tests/engine/brokers/test_odd_rows.py::test_a_kraken_pair_that_lacks_a_field_hides_no_other",
        ),
    ),
    Row(
        number="V27",
        fault="an order is reported as over with less filled than was sent, or open again",
        outcome="one sale; the figures are those of its trades",
        tests=(
            "tests/engine/exits/test_sale_contradicted.py::test_a_final_order_with_less_than_was_filled_is_asked_for_again",
            "tests/engine/exits/test_sale_contradicted.py::test_what_a_venue_never_tells_of_an_order_is_taken_from_its_trades",
        ),
    ),
    Row(
        number="V28",
        fault="an order is pending, fails later, or fills over seconds",
        outcome="followed to its end and told once",
        tests=(
            "tests/engine/exits/test_sale_slow_kraken.py::test_a_slow_order_is_followed_to_its_end_and_sent_once",
            "tests/engine/exits/test_sale_slow_orders.py::test_an_order_that_turns_out_failed_is_sent_again_under_a_new_id",
            "tests/engine/exits/test_sale_hindered.py::test_an_order_that_is_pending_and_fills_over_seconds_is_told_once_and_whole",
        ),
    ),
    Row(
        number="V29",
        fault="a refusal whose reason stands in another field, or an error beside an order id",
        outcome="the first is a refusal, the second an unknown outcome",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_a_reason_that_stands_only_in_the_new_field_is_a_refusal",
            "tests/engine/brokers/kraken/test_kraken_parse.py::test_an_order_that_is_answered_with_an_error_and_an_id_may_be_there",
        ),
    ),
    Row(
        number="V30",
        fault="the account may not trade the pair",
        outcome="the next pair of the coin, one sale",
        tests=(
            "tests/engine/exits/test_exit_pair.py::test_a_pair_the_account_may_not_trade_is_passed_over_for_the_next",
        ),
    ),
    Row(
        number="V31",
        fault="the venue books the fee hours after the fill",
        outcome="estimated and named so in the alert, exact in /history later",
        tests=(
            "tests/acceptance/test_late_fees.py::test_a_fee_is_estimated_in_the_alert_and_exact_in_history_once_it_is_booked",
        ),
    ),
    Row(
        number="V32",
        fault="the venue renames a coin",
        outcome="the end of the guard and the new coin are told together",
        tests=(
            "tests/engine/sync/test_reconciler_renamed.py::test_the_end_and_the_new_coin_are_told_together",
        ),
    ),
    Row(
        number="V33",
        fault="another pair shows an absurd price, has a larger minimum or is shut",
        outcome="passed over; nothing is sold far from the mark, and no guard ends",
        tests=(
            "tests/engine/exits/test_exit_pair.py::test_a_pair_with_an_absurd_price_is_passed_over_for_a_sane_one",
            "tests/engine/exits/test_exit_pair.py::test_without_a_sane_pair_nothing_is_sold_until_one_takes_it",
            "tests/engine/exits/test_exit_pair.py::test_a_price_that_is_still_shown_is_not_undersold_through_another_pair",
            "tests/engine/exits/test_exit_pair.py::test_the_minimum_of_a_second_pair_ends_no_guard",
            "tests/engine/exits/test_exit_pair.py::test_a_guarded_pair_that_stays_shut_is_left_after_some_seconds",
        ),
    ),
    Row(
        number="V34",
        fault="a crumb is refused as too small while the rest is held",
        outcome="the rest is waited for",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_a_crumb_that_the_venue_calls_too_small_is_no_reason_to_give_up_the_rest",
        ),
    ),
    Row(
        number="V35",
        fault="lists that lag behind a fill",
        outcome="asked with pauses; nothing is cancelled twice",
        tests=(
            "tests/engine/exits/test_releases.py::test_lists_that_lag_behind_a_fill_are_asked_with_pauses_and_nothing_is_cancelled_twice",
        ),
    ),
    Row(
        number="V36",
        fault="a row or a fill of a list that names no order",
        outcome="no proof that a lost order is absent",
        tests=(
            "tests/engine/brokers/coinbase/test_coinbase_broker.py::test_a_fill_that_names_no_order_is_no_proof_of_absence",
        ),
    ),
    Row(
        number="V37",
        fault="ticker and order book contradict each other",
        outcome="sold once both are past the threshold; every one of many is compared in turn",
        tests=(
            "tests/engine/exits/test_watch_frozen.py::test_a_ticker_that_lags_behind_a_crash_delays_no_sale",
            "tests/engine/exits/test_watch_frozen.py::test_ticker_and_book_that_differ_and_are_both_past_the_threshold_sell",
            "tests/engine/market/test_price_check.py::test_seven_that_are_all_frozen_are_each_compared_every_third_look",
        ),
    ),
    Row(
        number="V38",
        fault="no price for hours",
        outcome="told again with growing pauses, once an account, and when it is over",
        tests=(
            "tests/engine/exits/test_watch.py::test_a_price_that_stays_away_is_told_again_with_growing_pauses_and_when_it_is_back",
            "tests/engine/exits/test_watch.py::test_a_silent_venue_is_told_of_once_for_all_its_guards",
        ),
    ),
    Row(
        number="V39",
        fault="the key of another account takes the place of the first",
        outcome="nothing of it is sold: its guards are paused and ask",
        tests=(
            "tests/engine/adoption/test_identities.py::test_nothing_of_another_account_is_sold_and_every_guard_asks",
            "tests/engine/adoption/test_identities.py::test_exits_wait_and_say_so_while_the_new_key_cannot_be_placed",
        ),
    ),
)
