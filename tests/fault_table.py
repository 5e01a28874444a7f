"""Every fault the bot must survive, what must hold then, and the tests that show it."""

from dataclasses import dataclass

ACCEPTANCE = "tests/acceptance"
BROKERS = "tests/engine/brokers"
GUARDS = "tests/engine/guards"
LIQUIDATION = "tests/engine/liquidation"
LOST_ANSWERS = f"{ACCEPTANCE}/test_lost_answers.py::"
RESTARTS = f"{ACCEPTANCE}/test_restarts.py::"
EXITS = f"{ACCEPTANCE}/test_exits.py::"
SALE = f"{LIQUIDATION}/test_sale.py::"
SALE_LOST = f"{LIQUIDATION}/test_sale_lost_answers.py::"
REFUSED = f"{LIQUIDATION}/test_sale_refused.py::"
EXECUTE = f"{LIQUIDATION}/test_execute.py::"
STOCK = f"{LIQUIDATION}/test_availability.py::"
WATCH = f"{LIQUIDATION}/test_watch.py::"
LANE = f"{BROKERS}/kraken/test_kraken_lane.py::"
KEY = f"{BROKERS}/test_key_health.py::"
DELIVERY = "tests/bot/test_delivery.py::"
LEASE = "tests/bot/test_lease.py::"
BUTTONS = "tests/handlers/test_buttons.py::"
CONFIRM = "tests/engine/confirmations/test_confirm.py::"
ACCESS = "tests/handlers/test_access.py::"
DATABASE_ALARM = "tests/bot/test_database_alarm.py::"
PROCESS = "tests/crash/test_faults_of_the_process.py::"
CRASH = "tests/crash/test_crash_runs.py::test_a_bot_killed_at_any_instant_of_an_exit_sells_once_and_tells"
STORIES = (
    "tests/simulation/test_stories.py::test_two_hundred_stories_break_nothing_and_meet_all_but_what_is_rare"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fault."""

    number: str
    fault: str
    #: what must come of it
    outcome: str
    #: node ids without parameters
    tests: tuple[str, ...] = ()
    #: what no test shows yet
    gap: str = ""


VENUE = (
    Row(
        number="V1",
        fault="timeout after the venue accepted",
        outcome="the outcome is unknown and settled by asking, never by sending again",
        tests=(
            f"{LOST_ANSWERS}test_an_order_whose_answer_is_lost_is_found_and_not_repeated",
            f"{SALE_LOST}test_a_lost_answer_never_sells_twice",
            f"{BROKERS}/kraken/test_kraken_broker.py::test_a_slow_answer_to_an_order_is_unknown",
            CRASH,
        ),
    ),
    Row(
        number="V2",
        fault="5xx after the venue accepted",
        outcome="as V1",
        tests=(
            f"{LOST_ANSWERS}test_an_order_whose_answer_is_lost_is_found_and_not_repeated",
            f"{BROKERS}/test_errors_table.py::test_answers_that_are_no_json",
            f"{BROKERS}/coinbase/test_coinbase_broker.py::test_an_order_whose_answer_was_lost_is_unknown_and_found_by_our_id",
            f"{BROKERS}/alpaca/test_alpaca_broker.py::test_an_order_whose_answer_was_lost_is_unknown_and_found_by_our_id",
        ),
    ),
    Row(
        number="V3",
        fault="the order never arrived",
        outcome="absence is proven before anything is sent again",
        tests=(
            f"{LOST_ANSWERS}test_an_order_that_never_arrived_goes_out_again_after_the_proof",
            f"{SALE_LOST}test_an_order_is_not_sent_again_before_its_deadline_has_passed",
            f"{SALE_LOST}test_questions_that_fail_too_are_no_proof_that_nothing_arrived",
            f"{SALE_LOST}test_an_order_coinbase_lists_too_late_is_sent_again_under_the_same_id",
            "tests/simulation/test_found_by_stories.py::test_a_refusal_after_a_lost_request_does_not_change_the_order_id",
        ),
    ),
    Row(
        number="V4",
        fault="partial fill, then nothing",
        outcome="the rest is sold, a remainder too small to sell is named once",
        tests=(
            f"{SALE}test_what_is_left_of_a_thin_market_stays_guarded_and_is_sold_next",
            f"{SALE}test_crumbs_too_small_to_sell_are_named_with_the_sale_and_no_longer_guarded",
            STORIES,
        ),
    ),
    Row(
        number="V5",
        fault="the price falls by 12 % in one tick",
        outcome="one sale at the market once a second look agrees, the real loss is told",
        tests=(
            f"{WATCH}test_a_jump_the_order_book_confirms_sells_after_the_second_look",
            f"{WATCH}test_a_jump_in_the_ticker_alone_sells_nothing",
            f"{SALE}test_a_position_at_its_threshold_is_sold_and_told_with_the_exact_fill",
        ),
    ),
    Row(
        number="V6",
        fault="cancel-only, post-only, maintenance",
        outcome="no storm of tries, told, sold when the market takes sales again",
        tests=(
            f"{REFUSED}test_a_market_that_takes_no_sales_is_tried_again_every_fifteen_seconds",
            f"{REFUSED}test_a_market_listed_as_closed_is_not_sent_anything_until_it_opens",
            f"{BROKERS}/kraken/test_kraken_broker.py::test_a_market_that_only_cancels_refuses",
        ),
    ),
    Row(
        number="V7",
        fault="the balance reads zero although the coins are there",
        outcome="the sale goes out all the same; what is gone is believed only after ten seconds",
        tests=(
            f"{EXITS}test_the_loser_is_sold_although_its_free_balance_reads_zero",
            f"{SALE}test_a_balance_shown_as_nothing_at_all_keeps_no_loser",
            f"{SALE}test_what_two_readings_ten_seconds_apart_do_not_find_is_abandoned_and_not_tried_for_ever",
        ),
    ),
    Row(
        number="V8",
        fault="less than the venue's minimum",
        outcome="abandoned as dust, told once, never a loop",
        tests=(
            f"{SALE}test_dust_is_abandoned_and_told_once",
            f"{SALE}test_what_the_venue_calls_too_small_is_abandoned_with_its_words",
        ),
    ),
    Row(
        number="V9",
        fault="lot and tick sizes",
        outcome="rounded down, never above what is guarded",
        tests=(
            f"{SALE}test_only_what_is_guarded_is_sold_floored_to_the_lot",
            "tests/engine/test_money.py::test_a_floored_quantity_is_whole_steps_and_less_than_one_step_below",
        ),
    ),
    Row(
        number="V10",
        fault="open orders hold the coins",
        outcome="the fewest needed are cancelled, then it sells; a crash between the two is recovered",
        tests=(
            f"{STOCK}test_an_order_in_the_way_is_cancelled_at_every_venue",
            f"{STOCK}test_a_release_that_takes_a_moment_is_waited_for",
            f"{EXECUTE}test_orders_cancelled_before_the_crash_are_named_with_the_sale_after_it",
            CRASH,
        ),
    ),
    Row(
        number="V11",
        fault="the client order id was used already",
        outcome="the venue has the order: its state is read",
        tests=(
            f"{SALE_LOST}test_alpaca_refuses_a_second_use_of_an_id_and_has_the_first_order",
            f"{BROKERS}/kraken/test_kraken_broker.py::test_an_id_that_an_open_order_has_is_a_duplicate",
            f"{BROKERS}/coinbase/test_coinbase_broker.py::test_an_id_the_venue_refuses_to_take_twice_is_a_duplicate",
        ),
    ),
    Row(
        number="V12",
        fault="invalid nonce",
        outcome="refused for certain: signed anew five times in ten seconds, then once a minute and told",
        tests=(
            f"{REFUSED}test_refused_numbers_are_repeated_before_anybody_is_told",
            f"{REFUSED}test_numbers_refused_again_and_again_rest_the_key_and_are_told",
            f"{KEY}test_after_five_refusals_within_ten_seconds_the_key_rests_a_minute_and_then_one_call_finds_out",
            f"{LANE}test_two_hundred_concurrent_calls_on_one_key_never_meet_an_invalid_nonce",
        ),
    ),
    Row(
        number="V13",
        fault="rate limit, throttled, 429",
        outcome="backs off per key; exits have room of their own",
        tests=(
            f"{LANE}test_a_sale_goes_out_at_once_when_the_venue_counts_the_key_as_used_up",
            f"{BROKERS}/test_lane.py::test_reads_wait_for_points_while_an_exit_takes_the_reserve",
            f"{REFUSED}test_a_refusal_is_told_at_once_and_tried_again",
            "tests/engine/execution/test_patience.py::test_tries_slow_down_to_every_fifteen_seconds",
        ),
    ),
    Row(
        number="V14",
        fault="stale prices",
        outcome="not trusted, and told once they stay away",
        tests=(
            f"{WATCH}test_a_venue_that_does_not_answer_gives_no_price_and_alarms_after_the_longest_age",
            f"{LIQUIDATION}/test_mark.py::test_a_bad_price_is_no_price",
            f"{BROKERS}/coinbase/test_coinbase_market.py::test_a_frozen_book_keeps_the_time_it_was_made",
        ),
        gap="A frozen price of a venue that sends no time with it (Kraken) looks like a quiet market.",
    ),
    Row(
        number="V15",
        fault="the clock is off by an hour, or steps",
        outcome="nonces rise, jobs go on, deadlines are told in the venue's time",
        tests=(
            "tests/engine/nonce/test_crash_loop.py::test_numbers_rise_over_kills_and_a_clock_that_is_set_back",
            "tests/bot/test_schedule.py::test_a_step_of_the_wall_clock_sets_every_job_anew_once",
            f"{BROKERS}/kraken/test_kraken_clock.py::test_a_sale_carries_its_deadline_in_the_venues_time",
            f"{LIQUIDATION}/test_sale_lost_answers.py::test_a_clock_that_jumps_while_an_answer_is_sought_neither_stalls_nor_doubles_the_sale",
            f"{LIQUIDATION}/test_sale_lost_answers.py::test_a_clock_that_jumps_forward_is_no_proof_that_a_request_will_not_arrive",
        ),
    ),
    Row(
        number="V16",
        fault="garbage, an HTML page with status 200, an answer cut short",
        outcome="a reading is no reading, an order is as V1",
        tests=(
            f"{LOST_ANSWERS}test_an_order_whose_answer_is_lost_is_found_and_not_repeated",
            f"{BROKERS}/test_ccxt_client.py::test_a_lost_or_garbled_answer_to_an_order_is_unknown",
            f"{BROKERS}/kraken/test_kraken_broker.py::test_no_usable_answer_never_becomes_an_empty_account",
            CRASH,
        ),
    ),
    Row(
        number="V17",
        fault="missing fields, null, values nobody has seen",
        outcome="unknown, never zero",
        tests=(
            f"{BROKERS}/kraken/test_kraken_parse.py::test_no_answer_turns_silently_into_an_empty_account",
            f"{BROKERS}/coinbase/test_coinbase_broker.py::test_an_answer_with_parts_missing_never_becomes_an_empty_account",
            f"{BROKERS}/alpaca/test_alpaca_parse.py::test_no_position_vanishes",
            f"{BROKERS}/test_brokers_parse.py::test_a_missing_amount_raises_and_is_not_zero",
        ),
    ),
    Row(
        number="V18",
        fault="NaN, infinity, negative amounts, a price of 0",
        outcome="refused at the edge: sells nothing, hides nothing",
        tests=(
            f"{BROKERS}/test_brokers_parse.py::test_garbage_is_no_amount",
            f"{BROKERS}/test_brokers_parse.py::test_amounts_keep_every_digit",
            f"{WATCH}test_a_bad_price_sells_nothing_and_alarms_once_it_lasts",
            f"{WATCH}test_a_price_that_is_no_number_sells_nothing",
            f"{WATCH}test_a_bad_price_hides_no_loss_the_next_good_one_sells",
        ),
    ),
    Row(
        number="V19",
        fault="readings of different moments",
        outcome="nothing is sold twice, no guard is changed by one of them",
        tests=(
            f"{SALE}test_what_the_owner_sold_by_hand_just_before_is_not_sold_again_from_their_own_coins",
            f"{GUARDS}/test_following.py::test_a_reading_that_still_shows_what_was_sold_is_doubted",
            "tests/simulation/test_found_by_stories.py::test_a_reading_of_before_our_sale_shrinks_no_later_guard",
        ),
    ),
    Row(
        number="V20",
        fault="fills told twice, late or out of order",
        outcome="counted once, by their trade ids",
        tests=(
            "tests/engine/storage/repositories/test_fill_rows.py::test_a_fill_seen_twice_is_stored_once_and_new_only_once",
            "tests/engine/test_history_gaps.py::test_a_fill_told_late_is_found_behind_a_page_of_newer_ones",
            "tests/engine/test_cost_basis.py::test_neither_order_nor_repetition_of_fills_changes_anything",
            STORIES,
        ),
    ),
    Row(
        number="V21",
        fault="the stream drops, reconnects, misses messages",
        outcome="every price is asked for anew, so nothing is missed between two connections",
        tests=(
            f"{WATCH}test_connections_that_drop_again_and_again_hide_no_loss_the_next_answer_sells",
            f"{REFUSED}test_no_connection_is_told_with_its_words_and_tried_again",
        ),
        gap="There is no stream yet that could drop.",
    ),
    Row(
        number="V22",
        fault="key revoked, permission denied",
        outcome="that account stops, its owner is told once, the others go on",
        tests=(
            f"{REFUSED}test_a_rejected_key_is_tried_once_a_minute",
            "tests/engine/balances/test_lookout.py::test_a_refused_key_is_told_at_once_because_only_its_owner_can_mend_it",
            f"{EXECUTE}test_an_exit_whose_key_was_taken_out_of_the_settings_is_told_in_time_not_at_every_look",
            f"{WATCH}test_a_venue_that_hangs_does_not_delay_another",
            f"{KEY}test_a_locked_key_is_left_alone_for_fifteen_minutes",
        ),
    ),
)

PROCESS_FAULTS = (
    Row(
        number="P1",
        fault="kill -9 between intent and order",
        outcome="after the restart the order is asked for, then sent",
        tests=(
            f"{EXECUTE}test_an_exit_that_was_only_planned_is_sent_after_the_restart",
            f"{EXECUTE}test_an_order_written_as_sent_that_never_left_is_sent_after_its_deadline",
            CRASH,
        ),
    ),
    Row(
        number="P2",
        fault="kill -9 between order and answer",
        outcome="as V1",
        tests=(
            f"{RESTARTS}test_a_sale_that_the_venue_made_before_the_kill_is_found_and_told_once",
            f"{RESTARTS}test_an_order_that_arrives_while_nobody_watches_is_found",
            f"{RESTARTS}test_an_order_that_is_still_under_way_at_the_restart_sells_once_at_most",
            CRASH,
        ),
    ),
    Row(
        number="P3",
        fault="kill -9 between answer and commit",
        outcome="the order is found and taken over, no second one",
        tests=(
            f"{EXECUTE}test_an_accepted_order_is_followed_to_its_fill_after_the_restart",
            f"{SALE}test_the_sale_the_guard_and_the_alert_are_written_together_or_not_at_all",
            CRASH,
        ),
    ),
    Row(
        number="P4",
        fault="disk full",
        outcome="nothing is sent that is not written; the owner is told past the database",
        tests=(
            f"{DATABASE_ALARM}test_one_that_fails_for_seconds_is_told_once_a_minute_until_it_works",
            "tests/bot/test_direct_line.py::test_every_owner_and_the_hook_are_told",
            f"{PROCESS}test_a_disk_that_takes_no_more_is_told_and_the_loser_sold_once_it_does",
        ),
    ),
    Row(
        number="P5",
        fault="database locked",
        outcome="told while it lasts; sold once it is free",
        tests=(
            f"{DATABASE_ALARM}test_one_that_only_waits_is_told_before_it_fails",
            f"{PROCESS}test_a_database_held_by_another_is_told_and_the_loser_sold_once_it_is_free",
        ),
    ),
    Row(
        number="P6",
        fault="damaged database, old backup restored",
        outcome="damage is named, no exit of before is taken up, nonces go on from the higher count",
        tests=(
            "tests/engine/storage/test_restored.py::test_armed_guards_wait_for_the_comparison_and_closing_ones_for_their_owner",
            "tests/engine/storage/test_restored.py::test_an_exit_that_was_under_way_is_not_taken_up_again",
            "tests/engine/storage/test_restored.py::test_nonces_go_on_from_the_higher_of_both_databases",
            "tests/bot/test_checks.py::test_damage_is_told_and_a_backup_advised",
            "tests/bot/test_upkeep.py::test_a_damaged_database_stops_the_start_with_what_to_do",
            f"{DATABASE_ALARM}test_what_is_wrong_with_it_is_named",
        ),
        gap="A page that is damaged and not read is found by `nija doctor` only.",
    ),
    Row(
        number="P7",
        fault="two processes",
        outcome="the second one ends, and an older one may not write any more",
        tests=(
            f"{LEASE}test_a_second_bot_is_refused_and_told_who_holds_it",
            f"{LEASE}test_a_second_process_on_one_database_overrules_the_first",
            "tests/bot/test_lifecycle.py::test_a_bot_that_takes_the_database_over_stops_the_one_before",
            f"{EXECUTE}test_two_processes_that_drive_one_intent_sell_once",
        ),
    ),
    Row(
        number="P8",
        fault="the loop blocks, a job hangs",
        outcome="the watchdog tells and ends the process; a run is cancelled at its budget",
        tests=(
            "tests/bot/test_watchdog.py::test_a_silent_loop_is_told_once_and_ended_at_last",
            "tests/bot/test_watchdog.py::test_it_looks_while_the_loop_cannot",
            "tests/bot/test_jobs.py::test_a_run_that_hangs_is_cancelled_at_its_budget_and_the_next_one_runs",
            f"{WATCH}test_a_look_that_takes_too_long_is_given_up_and_counts_as_no_price",
        ),
    ),
    Row(
        number="P9",
        fault="SIGTERM in the middle of an exit",
        outcome="the exit is brought to its end or to a state that a restart takes up",
        tests=(
            f"{PROCESS}test_a_stop_in_the_middle_of_a_sale_brings_it_to_its_end",
            "tests/bot/test_lifecycle.py::test_it_stops_in_order_and_lets_a_handler_finish_its_order",
            "tests/engine/test_tasks.py::test_the_end_waits_for_what_must_end_and_cancels_the_rest",
        ),
    ),
    Row(
        number="P10",
        fault="no name, no TLS, an answer that trickles",
        outcome="every call has a limit, other brokers go on",
        tests=(
            f"{BROKERS}/test_ccxt_client.py::test_no_answer_in_time_is_unknown_for_an_order",
            f"{BROKERS}/test_ccxt_client.py::test_an_order_that_found_no_connection_was_certainly_not_sent",
            f"{BROKERS}/test_ccxt_client.py::test_an_order_to_a_server_whose_certificate_nobody_trusts_was_certainly_not_sent",
            f"{BROKERS}/test_errors_table.py::test_failures_on_the_way",
            f"{ACCEPTANCE}/test_balances_under_way.py::test_a_sale_goes_out_while_another_venue_hangs_and_balance_is_asked",
        ),
    ),
)

CHAT = (
    Row(
        number="C1",
        fault="Telegram answers 429 or 5xx, or is away",
        outcome="trading goes on; alerts wait in order and none is lost",
        tests=(
            f"{EXITS}test_an_alert_waits_for_telegram_and_the_sale_does_not",
            f"{DELIVERY}test_an_outage_delays_an_alert_and_keeps_the_order",
            f"{DELIVERY}test_flood_control_is_waited_out",
            f"{DELIVERY}test_an_alert_cut_off_while_being_sent_says_that_it_may_be_repeated",
        ),
    ),
    Row(
        number="C2",
        fault="blocked by the user, chat moved",
        outcome="what is meant for that chat waits, the others and the guards go on",
        tests=(
            f"{DELIVERY}test_a_blocked_chat_waits_and_the_others_go_on",
            f"{DELIVERY}test_what_waits_for_a_chat_leaves_once_its_owner_writes",
            "tests/bot/test_retry.py::test_a_failed_send_means",
        ),
    ),
    Row(
        number="C3",
        fault="a flood of commands",
        outcome="a bounded number is handled at once, exits go out meanwhile",
        tests=(
            f"{PROCESS}test_a_sale_goes_out_during_a_flood_of_commands",
            "tests/bot/test_ordering.py::test_no_more_than_the_most_are_handled_at_once",
            f"{ACCESS}test_a_crowd_of_strangers_leaves_a_bounded_number_of_lines",
        ),
    ),
    Row(
        number="C4",
        fault="forged, stale or repeated buttons, somebody else's button",
        outcome="one use, for one person, until it expires",
        tests=(
            f"{CONFIRM}test_of_many_presses_at_once_one_counts_even_over_two_processes",
            f"{CONFIRM}test_a_button_works_for_its_own_user_only_and_stays_usable_for_them",
            f"{CONFIRM}test_a_button_works_until_just_before_it_expires",
            f"{CONFIRM}test_an_unknown_button_does_nothing",
            f"{ACCESS}test_another_known_persons_button_never_acts",
            f"{BUTTONS}test_a_double_tap_acts_once_and_the_second_is_told_why",
            f"{ACCEPTANCE}/test_closing.py::test_everything_of_a_coin_is_sold_after_one_press_and_only_one",
        ),
    ),
    Row(
        number="C5",
        fault="strangers, groups",
        outcome="silence, and a line in the log",
        tests=(
            f"{ACCEPTANCE}/test_strangers.py::test_a_stranger_gets_silence",
            f"{ACCESS}test_a_known_person_is_not_answered_in_a_group",
            f"{ACCESS}test_a_knocking_stranger_leaves_one_line_an_hour",
        ),
    ),
    Row(
        number="C6",
        fault="an update delivered again after a restart",
        outcome="handled once",
        tests=(
            "tests/bot/test_application.py::test_what_came_while_it_was_away_is_answered_and_nothing_twice",
            "tests/bot/test_ordering.py::test_an_update_handled_before_is_passed_over",
            "tests/bot/test_updates.py::test_a_handled_update_is_known_also_to_the_next_process",
        ),
    ),
)

GROUPS = {"Venues": VENUE, "The process": PROCESS_FAULTS, "The chat": CHAT}
