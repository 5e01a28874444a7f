"""Faults of a venue around orders, fees and what its rows say."""

from tests.faults.row import ACCEPTANCE, BROKERS, GUARDS, LIQUIDATION, REFUSED, STOCK, Row

VENUE_ORDERS = (
    Row(
        number="V23",
        fault="an order of another product is open on the same coin",
        outcome="only an order that can hold the coins is cancelled",
        tests=(
            f"{LIQUIDATION}/test_sale_hindered.py::test_a_perpetuals_order_is_never_cancelled_to_free_coins",
        ),
    ),
    Row(
        number="V24",
        fault="what holds the coins is pending or queued",
        outcome="it is found and cancelled",
        tests=(
            f"{LIQUIDATION}/test_sale_hindered.py::test_an_order_that_is_not_over_is_found_whatever_its_status_is_called",
        ),
    ),
    Row(
        number="V25",
        fault="an order fills, or fills in part, while it is cancelled; a cancel is carried out later",
        outcome="only what was cancelled is named as cancelled",
        tests=(
            f"{LIQUIDATION}/test_releases.py::test_an_order_that_filled_while_it_was_cancelled_is_the_owners_own_sale",
            f"{LIQUIDATION}/test_releases.py::test_of_an_order_that_filled_in_part_only_the_rest_is_named_as_cancelled",
            f"{LIQUIDATION}/test_releases.py::test_a_cancel_that_the_venue_carries_out_later_is_confirmed_before_it_is_told",
        ),
    ),
    Row(
        number="V26",
        fault="an open order or a balance cannot be read",
        outcome="it is named, in /status too, and changes no guard",
        tests=(
            f"{LIQUIDATION}/test_releases.py::test_an_open_order_that_cannot_be_read_is_named_until_it_is_gone",
            f"{GUARDS}/test_keeper.py::test_a_balance_that_cannot_be_read_changes_no_guard",
            f"{BROKERS}/test_odd_rows.py::test_a_kraken_pair_that_lacks_a_field_hides_no_other",
        ),
    ),
    Row(
        number="V27",
        fault="an order is reported as over with less filled than was sent, or open again",
        outcome="one sale; the figures are those of its trades",
        tests=(
            f"{LIQUIDATION}/test_sale_contradicted.py::test_a_final_order_with_less_than_was_filled_is_asked_for_again",
            f"{LIQUIDATION}/test_sale_contradicted.py::test_what_a_venue_never_tells_of_an_order_is_taken_from_its_trades",
        ),
    ),
    Row(
        number="V28",
        fault="an order is pending, fails later, or fills over seconds",
        outcome="followed to its end and told once",
        tests=(
            f"{LIQUIDATION}/test_sale_slow_kraken.py::test_a_slow_order_is_followed_to_its_end_and_sent_once",
            f"{LIQUIDATION}/test_sale_slow_orders.py::test_an_order_that_turns_out_failed_is_sent_again_under_a_new_id",
            f"{LIQUIDATION}/test_sale_hindered.py::test_an_order_that_is_pending_and_fills_over_seconds_is_told_once_and_whole",
        ),
    ),
    Row(
        number="V29",
        fault="a refusal whose reason stands in another field, or an error beside an order id",
        outcome="the first is a refusal, the second an unknown outcome",
        tests=(
            f"{REFUSED}test_a_reason_that_stands_only_in_the_new_field_is_a_refusal",
            f"{BROKERS}/kraken/test_kraken_parse.py::test_an_order_that_is_answered_with_an_error_and_an_id_may_be_there",
        ),
    ),
    Row(
        number="V30",
        fault="the account may not trade the pair",
        outcome="the next pair of the coin, one sale",
        tests=(
            f"{LIQUIDATION}/test_exit_pair.py::test_a_pair_the_account_may_not_trade_is_passed_over_for_the_next",
        ),
    ),
    Row(
        number="V31",
        fault="the venue books the fee hours after the fill",
        outcome="estimated and named so in the alert, exact in /history later",
        tests=(
            f"{ACCEPTANCE}/test_late_fees.py::test_a_fee_is_estimated_in_the_alert_and_exact_in_history_once_it_is_booked",
        ),
    ),
    Row(
        number="V32",
        fault="the venue renames a coin",
        outcome="the end of the guard and the new coin are told together",
        tests=(f"{GUARDS}/test_keeper_renamed.py::test_the_end_and_the_new_coin_are_told_together",),
    ),
    Row(
        number="V33",
        fault="another pair shows an absurd price, has a larger minimum or is shut",
        outcome="passed over; nothing is sold far from the mark, and no guard ends",
        tests=(
            "tests/engine/liquidation/test_exit_pair.py::test_a_pair_with_an_absurd_price_is_passed_over_for_a_sane_one",
            "tests/engine/liquidation/test_exit_pair.py::test_without_a_sane_pair_nothing_is_sold_until_one_takes_it",
            "tests/engine/liquidation/test_exit_pair.py::test_the_minimum_of_a_second_pair_ends_no_guard",
            "tests/engine/liquidation/test_exit_pair.py::test_a_guarded_pair_that_stays_shut_is_left_after_some_seconds",
        ),
    ),
    Row(
        number="V34",
        fault="a crumb is refused as too small while the rest is held",
        outcome="the rest is waited for",
        tests=(
            "tests/engine/liquidation/test_sale_refused.py::test_a_crumb_that_the_venue_calls_too_small_is_no_reason_to_give_up_the_rest",
        ),
    ),
    Row(
        number="V35",
        fault="lists that lag behind a fill",
        outcome="asked with pauses; nothing is cancelled twice",
        tests=(
            "tests/engine/liquidation/test_releases.py::test_lists_that_lag_behind_a_fill_are_asked_with_pauses_and_nothing_is_cancelled_twice",
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
            "tests/engine/liquidation/test_watch_frozen.py::test_a_ticker_that_lags_behind_a_crash_delays_no_sale",
            "tests/engine/liquidation/test_watch_frozen.py::test_ticker_and_book_that_differ_and_are_both_past_the_threshold_sell",
            "tests/engine/liquidation/test_price_check.py::test_seven_that_are_all_frozen_are_each_compared_every_third_look",
        ),
    ),
    Row(
        number="V38",
        fault="no price for hours",
        outcome="told again with growing pauses, once an account, and when it is over",
        tests=(
            "tests/engine/liquidation/test_watch.py::test_a_price_that_stays_away_is_told_again_with_growing_pauses_and_when_it_is_back",
            "tests/engine/liquidation/test_watch.py::test_a_silent_venue_is_told_of_once_for_all_its_guards",
        ),
    ),
    Row(
        number="V39",
        fault="the key of another account takes the place of the first",
        outcome="nothing of it is sold: its guards are paused and ask",
        tests=(
            "tests/engine/people/test_identities.py::test_nothing_of_another_account_is_sold_and_every_guard_asks",
            "tests/engine/people/test_identities.py::test_exits_wait_and_say_so_while_the_new_key_cannot_be_placed",
        ),
    ),
    Row(
        number="V40",
        fault="our clock is off by an hour",
        outcome="prices, sessions and tokens go by the venue's clock; coins and stocks are sold",
        tests=(
            "tests/engine/liquidation/test_sale_venue_time.py::test_a_coin_is_sold_under_a_clock_that_is_off",
            "tests/engine/portfolio/test_unread_sales.py::test_a_position_that_was_not_read_since_its_sale_is_not_taken_for_read",
        ),
    ),
    Row(
        number="V41",
        fault="a venue repeats a secret of the settings in what it says",
        outcome="no part of it reaches chat, log or doctor",
        tests=(
            "tests/engine/brokers/test_ccxt_client.py::test_what_a_venue_says_names_no_secret_of_another",
        ),
    ),
    Row(
        number="V42",
        fault="/close while a changed key is unproven",
        outcome="waits and says why",
        tests=(
            "tests/engine/people/test_identities.py::test_a_close_waits_and_says_why_while_the_new_key_cannot_be_placed",
        ),
    ),
    Row(
        number="V43",
        fault="several coins lose their price in one outage",
        outcome="one message",
        tests=(
            "tests/engine/liquidation/test_watch.py::test_coins_that_lose_their_price_in_one_outage_are_told_of_in_one_message",
        ),
    ),
    Row(
        number="V44",
        fault="an exit is refused for days",
        outcome="each attempt reads the journal's new steps only",
        tests=(
            "tests/engine/execution/test_step_log.py::test_steps_that_were_read_are_kept_and_new_ones_follow_them",
        ),
    ),
    Row(
        number="V45",
        fault="a venue leaves out for minutes what it still holds",
        outcome="the guard is paused and told; back as it was it goes on at once, otherwise its owner is asked",
        tests=(
            "tests/engine/guards/test_keeper_vanished.py::test_what_comes_back_as_it_was_is_guarded_again_at_once_and_told",
            f"{BROKERS}/alpaca/test_alpaca_broker.py::test_no_positions_where_the_account_counts_some_are_no_empty_account",
        ),
    ),
    Row(
        number="V46",
        fault="the guarded pair is shut and without a price while the coin falls",
        outcome="sold through another pair, as much as its book carries",
        tests=(
            "tests/engine/liquidation/test_exit_pair.py::test_a_guarded_pair_without_a_price_keeps_no_other_pair_from_selling_after_a_fall",
        ),
    ),
    Row(
        number="V47",
        fault="an open covered call, or an order of odd intent, holds what is to be sold at Alpaca",
        outcome="cancelled and named; one that cannot be understood is named",
        tests=(
            "tests/engine/liquidation/test_sale_held_shares.py::test_an_order_that_holds_what_is_sold_is_cancelled_whatever_its_intent",
            "tests/engine/liquidation/test_sale_held_shares.py::test_an_order_that_may_hold_what_is_sold_is_named",
        ),
    ),
    Row(
        number="V48",
        fault="a share is called like money or a coin",
        outcome="a position that is guarded and sold",
        tests=(
            "tests/engine/liquidation/test_sale_held_shares.py::test_a_share_called_like_money_or_a_coin_is_guarded_and_sold",
        ),
    ),
    Row(
        number="V49",
        fault="coins of another platform or a vault at Coinbase",
        outcome="locked: only what spot orders reach is sold",
        tests=(f"{STOCK}test_coins_that_no_spot_order_reaches_are_not_sold",),
    ),
    Row(
        number="V50",
        fault="an open order whose kind of product is odd or unknown",
        outcome="found and cancelled where the venue documents it, otherwise named",
        tests=(
            "tests/engine/liquidation/test_sale_hindered.py::test_an_order_in_the_way_is_found_however_coinbase_writes_it",
            "tests/engine/liquidation/test_sale_hindered.py::test_an_order_in_an_unknown_kind_of_product_is_named_and_not_cancelled",
        ),
    ),
    Row(
        number="V51",
        fault="the clock is set between our sale and the next reading",
        outcome="none of several sales is taken for read, over a restart too",
        tests=(
            "tests/engine/portfolio/test_unread_sales.py::test_of_several_sales_since_a_reading_none_is_taken_for_read",
            "tests/engine/portfolio/test_unread_sales.py::test_after_a_restart_the_stored_reading_still_lacks_the_sales_of_after_it",
        ),
    ),
    Row(
        number="V52",
        fault="the clock is set while the fills of our sale are not there yet",
        outcome="no guard is paused for what the sale brought",
        tests=(f"{GUARDS}/test_keeper_untold.py::test_what_our_sale_brought_pauses_no_guard",),
    ),
    Row(
        number="V53",
        fault="the clock is set while an exit fails",
        outcome="its reminders are neither early nor late",
        tests=("tests/engine/liquidation/test_trouble_clock.py::test_a_reminder_is_neither_early_nor_late",),
    ),
    Row(
        number="V54",
        fault="an order of the owner with our size and without our id",
        outcome="cancelled to free what is sold when it has a limit; one that may be ours holds up nothing and is named",
        tests=(
            f"{LIQUIDATION}/test_sale_owner_orders.py::test_a_limit_order_of_the_same_size_is_cancelled_to_free_what_is_sold",
            f"{LIQUIDATION}/test_sale_owner_orders.py::test_an_order_that_may_be_the_owners_holds_up_no_exit_and_is_named",
        ),
    ),
    Row(
        number="V55",
        fault="an order's totals are missing or odd, or it is shown as open for ever",
        outcome="told as its trades tell it; an unknown fee is no zero",
        tests=(
            f"{LIQUIDATION}/test_sale_odd_totals.py::test_a_sale_is_told_as_its_trades_tell_it",
            f"{LIQUIDATION}/test_sale_odd_totals.py::test_a_fee_that_nobody_tells_is_unknown_and_no_zero",
        ),
    ),
    Row(
        number="V56",
        fault="a venue loses orders for minutes and is well again",
        outcome="losers are sold within seconds of it",
        tests=(
            f"{LIQUIDATION}/test_sale_after_outage.py::test_two_losers_are_sold_soon_after_their_venue_is_well_again",
        ),
    ),
)
