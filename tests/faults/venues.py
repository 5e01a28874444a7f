"""Faults of a venue on the way of any call."""

from tests.faults.row import (
    CRASH,
    SCENARIOS,
    Row,
)

VENUE = (
    Row(
        number="V1",
        fault="timeout after the venue accepted",
        outcome="the outcome is unknown and settled by asking, never by sending again",
        tests=(
            "tests/acceptance/test_lost_answers.py::test_an_order_whose_answer_is_lost_is_found_and_not_repeated",
            "tests/engine/exits/test_sale_lost_answers.py::test_a_lost_answer_never_sells_twice",
            "tests/engine/brokers/kraken/test_kraken_broker.py::test_a_slow_answer_to_an_order_is_unknown",
            CRASH,
        ),
    ),
    Row(
        number="V2",
        fault="5xx after the venue accepted",
        outcome="as V1",
        tests=(
            "tests/engine/exits/test_sale_lost_answers.py::test_a_lost_answer_never_sells_twice",
            "tests/engine/brokers/test_error_classes.py::test_answers_that_are_no_json",
            "tests/engine/brokers/coinbase/test_coinbase_broker.py::test_an_order_whose_answer_was_lost_is_unknown_and_found_by_our_id",
            "tests/engine/brokers/alpaca/test_alpaca_broker.py::test_an_order_whose_answer_was_lost_is_unknown_and_found_by_our_id",
        ),
    ),
    Row(
        number="V3",
        fault="the order never arrived",
        outcome="absence is proven before anything is sent again",
        tests=(
            "tests/acceptance/test_lost_answers.py::test_an_order_that_never_arrived_goes_out_again_after_the_proof",
            "tests/engine/exits/test_sale_lost_answers.py::test_an_order_is_not_sent_again_before_its_deadline_has_passed",
            "tests/engine/exits/test_sale_lost_answers.py::test_questions_that_fail_too_are_no_proof_that_nothing_arrived",
            "tests/engine/exits/test_sale_lost_answers.py::test_an_order_coinbase_lists_too_late_is_sent_again_under_the_same_id",
            "tests/simulation/test_regressions.py::test_a_refusal_after_a_lost_request_does_not_change_the_order_id",
        ),
    ),
    Row(
        number="V4",
        fault="partial fill, then nothing",
        outcome="the rest is sold, a remainder too small to sell is named once",
        tests=(
            "tests/engine/exits/test_sale.py::test_what_is_left_of_a_thin_market_stays_guarded_and_is_sold_next",
            "tests/engine/exits/test_sale.py::test_crumbs_too_small_to_sell_are_named_with_the_sale_and_no_longer_guarded",
            SCENARIOS,
        ),
    ),
    Row(
        number="V5",
        fault="the price falls by 12 % in one tick",
        outcome="one sale at the market once a second look agrees, the real loss is told",
        tests=(
            "tests/engine/exits/test_watch.py::test_a_jump_the_order_book_confirms_sells_after_the_second_look",
            "tests/engine/exits/test_watch.py::test_a_jump_in_the_ticker_alone_sells_nothing",
            "tests/engine/exits/test_sale.py::test_a_position_at_its_threshold_is_sold_and_told_with_the_exact_fill",
        ),
    ),
    Row(
        number="V6",
        fault="cancel-only, post-only, maintenance",
        outcome="no storm of tries, told, sold when the market takes sales again",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_a_market_that_takes_no_sales_is_tried_again_every_fifteen_seconds",
            "tests/engine/exits/test_sale_refused.py::test_a_market_listed_as_closed_is_not_sent_anything_until_it_opens",
            "tests/engine/brokers/kraken/test_kraken_broker.py::test_a_market_that_only_cancels_refuses",
        ),
    ),
    Row(
        number="V7",
        fault="the balance reads zero although the coins are there",
        outcome="the sale goes out all the same; what is gone is believed only after ten seconds",
        tests=(
            "tests/acceptance/test_exits.py::test_the_loser_is_sold_although_its_free_balance_reads_zero",
            "tests/engine/exits/test_sale.py::test_a_balance_shown_as_nothing_at_all_keeps_no_loser",
            "tests/engine/exits/test_sale.py::test_what_two_readings_ten_seconds_apart_do_not_find_is_abandoned_and_not_tried_for_ever",
        ),
    ),
    Row(
        number="V8",
        fault="less than the venue's minimum",
        outcome="abandoned as dust, told once, never a loop",
        tests=(
            "tests/engine/exits/test_sale.py::test_dust_is_abandoned_and_told_once",
            "tests/engine/exits/test_sale.py::test_what_the_venue_calls_too_small_is_abandoned_with_its_words",
        ),
    ),
    Row(
        number="V9",
        fault="lot and tick sizes",
        outcome="rounded down, never above what is guarded",
        tests=(
            "tests/engine/exits/test_sale.py::test_only_what_is_guarded_is_sold_floored_to_the_lot",
            "tests/engine/model/test_money.py::test_a_floored_quantity_is_whole_steps_and_less_than_one_step_below",
        ),
    ),
    Row(
        number="V10",
        fault="open orders hold the coins",
        outcome="the fewest needed are cancelled, then it sells; a crash between the two is recovered",
        tests=(
            "tests/engine/exits/test_availability.py::test_an_order_in_the_way_is_cancelled_at_every_venue",
            "tests/engine/exits/test_availability.py::test_a_release_that_takes_a_moment_is_waited_for",
            "tests/engine/exits/test_execute.py::test_orders_cancelled_before_the_crash_are_named_with_the_sale_after_it",
            CRASH,
        ),
    ),
    Row(
        number="V11",
        fault="the client order id was used already",
        outcome="the venue has the order: its state is read",
        tests=(
            "tests/engine/exits/test_sale_lost_answers.py::test_alpaca_refuses_a_second_use_of_an_id_and_has_the_first_order",
            "tests/engine/brokers/kraken/test_kraken_broker.py::test_an_id_that_an_open_order_has_is_a_duplicate",
            "tests/engine/brokers/coinbase/test_coinbase_broker.py::test_an_id_the_venue_refuses_to_take_twice_is_a_duplicate",
        ),
    ),
    Row(
        number="V12",
        fault="invalid nonce",
        outcome="refused for certain: signed anew five times in ten seconds, then once a minute and told",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_refused_numbers_are_repeated_before_anybody_is_told",
            "tests/engine/exits/test_sale_refused.py::test_numbers_refused_again_and_again_rest_the_key_and_are_told",
            "tests/engine/brokers/test_key_health.py::test_after_five_refusals_within_ten_seconds_the_key_rests_a_minute_and_then_one_call_finds_out",
            "tests/engine/brokers/kraken/test_kraken_lane.py::test_two_hundred_concurrent_calls_on_one_key_never_meet_an_invalid_nonce",
        ),
    ),
    Row(
        number="V13",
        fault="rate limit, throttled, 429",
        outcome="backs off per key; exits have room of their own",
        tests=(
            "tests/engine/brokers/kraken/test_kraken_lane.py::test_a_sale_goes_out_at_once_when_the_venue_counts_the_key_as_used_up",
            "tests/engine/brokers/test_lane.py::test_reads_wait_for_points_while_an_exit_takes_the_reserve",
            "tests/engine/exits/test_sale_refused.py::test_a_refusal_is_told_at_once_and_tried_again",
            "tests/engine/orders/test_backoff.py::test_tries_slow_down_to_every_fifteen_seconds",
        ),
    ),
    Row(
        number="V14",
        fault="stale prices",
        outcome="not trusted, and told once they stay away",
        tests=(
            "tests/engine/exits/test_watch.py::test_a_venue_that_does_not_answer_gives_no_price_and_alarms_after_the_longest_age",
            "tests/engine/market/test_mark.py::test_a_bad_price_is_no_price",
            "tests/engine/brokers/coinbase/test_coinbase_market.py::test_a_frozen_book_keeps_the_time_it_was_made",
            "tests/engine/exits/test_watch.py::test_a_venue_that_hangs_raises_the_alarm_within_the_longest_age",
            "tests/engine/exits/test_watch_frozen.py::test_a_book_that_falls_away_from_a_frozen_ticker_sells_and_is_told",
            "tests/engine/exits/test_watch_frozen.py::test_a_book_that_differs_in_one_look_alone_sells_nothing",
            "tests/engine/exits/test_watch_frozen_kraken.py::test_a_price_that_froze_altogether_is_unknown_and_told",
            "tests/engine/exits/test_watch_frozen_kraken.py::test_a_market_without_many_trades_may_stand_still_for_an_hour",
        ),
    ),
    Row(
        number="V15",
        fault="the clock is off by an hour, or steps",
        outcome="nonces rise, jobs and alerts go on, readings count, deadlines are told in the venue's time",
        tests=(
            "tests/engine/nonce/test_crash_loop.py::test_numbers_rise_over_kills_and_a_clock_that_is_set_back",
            "tests/bot/test_schedule.py::test_a_step_of_the_wall_clock_sets_every_job_anew_once",
            "tests/engine/brokers/kraken/test_kraken_clock.py::test_a_sale_carries_its_deadline_in_the_venues_time",
            "tests/engine/exits/test_sale_lost_answers.py::test_a_clock_that_jumps_while_an_answer_is_sought_neither_stalls_nor_doubles_the_sale",
            "tests/engine/exits/test_sale_lost_answers.py::test_a_clock_that_jumps_forward_is_no_proof_that_a_request_will_not_arrive",
            "tests/engine/sync/test_reconciler_clock.py::test_coins_sold_by_hand_after_the_clock_was_set_are_not_sold_again",
            "tests/bot/test_delivery.py::test_what_was_tried_under_a_clock_ahead_leaves_with_the_next_start",
            "tests/engine/exits/test_watch.py::test_a_missing_price_alarms_in_time_whatever_the_clock_was_set_to",
            "tests/bot/test_timer.py::test_a_clock_put_forward_makes_no_job_walk_through_what_it_missed",
            "tests/engine/brokers/kraken/test_kraken_clock.py::test_a_deadline_refused_as_too_near_names_the_clock_and_the_next_sale_arrives",
            "tests/engine/exits/test_sale_clock.py::test_a_sale_in_parts_goes_on_over_a_clock_set_between_two_of_them",
            "tests/engine/sync/test_reconciler_clock.py::test_a_sale_from_before_a_guard_set_under_a_wrong_clock_is_not_counted_by_the_next_process",
            "tests/handlers/test_close.py::test_a_resume_acts_under_a_clock_that_is_off",
        ),
    ),
    Row(
        number="V16",
        fault="garbage, an HTML page with status 200, an answer cut short",
        outcome="a reading is no reading, an order is as V1",
        tests=(
            "tests/engine/exits/test_sale_lost_answers.py::test_a_lost_answer_never_sells_twice",
            "tests/engine/brokers/test_ccxt_client.py::test_a_lost_or_garbled_answer_to_an_order_is_unknown",
            "tests/engine/brokers/kraken/test_kraken_broker.py::test_no_usable_answer_never_becomes_an_empty_account",
            CRASH,
        ),
    ),
    Row(
        number="V17",
        fault="missing fields, null, values nobody has seen",
        outcome="unknown, never zero",
        tests=(
            "tests/engine/brokers/kraken/test_kraken_parse.py::test_no_answer_turns_silently_into_an_empty_account",
            "tests/engine/brokers/coinbase/test_coinbase_broker.py::test_an_answer_with_parts_missing_never_becomes_an_empty_account",
            "tests/engine/brokers/alpaca/test_alpaca_parse.py::test_no_position_vanishes",
            "tests/engine/brokers/test_brokers_parse.py::test_a_missing_amount_raises_and_is_not_zero",
        ),
    ),
    Row(
        number="V18",
        fault="NaN, infinity, negative amounts, a price of 0",
        outcome="refused at the edge: sells nothing, hides nothing",
        tests=(
            "tests/engine/brokers/test_brokers_parse.py::test_garbage_is_no_amount",
            "tests/engine/brokers/test_brokers_parse.py::test_amounts_keep_every_digit",
            "tests/engine/exits/test_watch.py::test_a_bad_price_sells_nothing_and_alarms_once_it_lasts",
            "tests/engine/exits/test_watch.py::test_a_price_that_is_no_number_sells_nothing",
            "tests/engine/exits/test_watch.py::test_a_bad_price_hides_no_loss_the_next_good_one_sells",
            "tests/engine/exits/test_sale_below_zero.py::test_a_figure_below_zero_changes_no_guard_and_keeps_no_breached_one_from_selling",
        ),
    ),
    Row(
        number="V19",
        fault="readings of different moments",
        outcome="nothing is sold twice, no guard is changed by one of them",
        tests=(
            "tests/engine/exits/test_sale.py::test_what_the_owner_sold_by_hand_just_before_is_not_sold_again_from_their_own_coins",
            "tests/engine/guards/test_comparison.py::test_a_reading_that_still_shows_what_was_sold_is_doubted",
            "tests/simulation/test_regressions.py::test_a_reading_of_before_our_sale_shrinks_no_later_guard",
        ),
    ),
    Row(
        number="V20",
        fault="fills told twice, late or out of order",
        outcome="counted once, by their trade ids",
        tests=(
            "tests/engine/orders/test_fills_store.py::test_a_fill_seen_twice_is_stored_once_and_new_only_once",
            "tests/engine/accounts/test_history_gaps.py::test_a_fill_told_late_is_found_behind_a_page_of_newer_ones",
            "tests/engine/accounts/test_cost_basis.py::test_neither_order_nor_repetition_of_fills_changes_anything",
            SCENARIOS,
        ),
    ),
    Row(
        number="V21",
        fault="the stream drops, reconnects, misses messages",
        outcome="every price is asked for anew, so nothing is missed between two connections",
        tests=(
            "tests/engine/exits/test_watch.py::test_connections_that_drop_again_and_again_hide_no_loss_the_next_answer_sells",
            "tests/engine/exits/test_sale_refused.py::test_no_connection_is_told_with_its_words_and_tried_again",
        ),
        gap="There is no stream yet that could drop.",
    ),
    Row(
        number="V22",
        fault="key revoked, permission denied",
        outcome="that account stops, its owner is told once, the others go on",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_a_rejected_key_is_tried_once_a_minute",
            "tests/engine/accounts/test_outages.py::test_a_refused_key_is_told_at_once_because_only_its_owner_can_mend_it",
            "tests/engine/exits/test_execute.py::test_an_exit_whose_key_was_taken_out_of_the_settings_is_told_in_time_not_at_every_look",
            "tests/engine/exits/test_watch.py::test_a_venue_that_hangs_does_not_delay_another",
            "tests/engine/brokers/test_key_health.py::test_a_locked_key_is_left_alone_for_fifteen_minutes",
        ),
    ),
)
