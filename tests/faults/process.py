"""Faults of the process, its database and its machine."""

from tests.faults.row import (
    CRASH,
    Row,
)

PROCESS_FAULTS = (
    Row(
        number="P1",
        fault="kill -9 between intent and order",
        outcome="after the restart the order is asked for, then sent",
        tests=(
            "tests/engine/exits/test_execute.py::test_an_exit_that_was_only_planned_is_sent_after_the_restart",
            "tests/engine/exits/test_execute.py::test_an_order_written_as_sent_that_never_left_is_sent_after_its_deadline",
            CRASH,
        ),
    ),
    Row(
        number="P2",
        fault="kill -9 between order and answer",
        outcome="as V1",
        tests=(
            "tests/acceptance/test_restarts.py::test_a_sale_that_the_venue_made_before_the_kill_is_found_and_told_once",
            "tests/acceptance/test_restarts.py::test_an_order_that_arrives_while_nobody_watches_is_found",
            "tests/acceptance/test_restarts.py::test_an_order_that_is_still_under_way_at_the_restart_sells_once_at_most",
            CRASH,
        ),
    ),
    Row(
        number="P3",
        fault="kill -9 between answer and commit",
        outcome="the order is found and taken over, no second one",
        tests=(
            "tests/engine/exits/test_execute.py::test_an_accepted_order_is_followed_to_its_fill_after_the_restart",
            "tests/engine/exits/test_sale.py::test_the_sale_the_guard_and_the_alert_are_written_together_or_not_at_all",
            CRASH,
        ),
    ),
    Row(
        number="P4",
        fault="disk full",
        outcome="nothing is sent that is not written; the owner is told past the database",
        tests=(
            "tests/bot/test_database_alarm.py::test_one_that_fails_for_seconds_is_told_once_a_minute_until_it_works",
            "tests/bot/test_fallback_notifier.py::test_every_owner_and_the_hook_are_told",
            "tests/crash/test_faults_of_the_process.py::test_a_disk_that_takes_no_more_is_told_and_the_loser_sold_once_it_does",
        ),
    ),
    Row(
        number="P5",
        fault="database locked",
        outcome="told while it lasts; sold once it is free",
        tests=(
            "tests/bot/test_database_alarm.py::test_one_that_only_waits_is_told_before_it_fails",
            "tests/acceptance/test_database_locked.py::test_the_owner_hears_that_nothing_can_be_sold_and_that_it_goes_on",
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
            "tests/bot/test_database_alarm.py::test_what_is_wrong_with_it_is_named",
        ),
        gap="A page that is damaged and not read is found by `nija doctor` only.",
    ),
    Row(
        number="P7",
        fault="two processes",
        outcome="the second one ends, and an older one may not write any more",
        tests=(
            "tests/bot/test_lease.py::test_a_second_bot_is_refused_and_told_who_holds_it",
            "tests/bot/test_lease.py::test_a_second_process_on_one_database_overrules_the_first",
            "tests/bot/test_lifecycle.py::test_a_bot_that_takes_the_database_over_stops_the_one_before",
            "tests/engine/exits/test_execute.py::test_two_processes_that_drive_one_intent_sell_once",
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
            "tests/engine/exits/test_watch.py::test_a_look_that_takes_too_long_is_given_up_and_counts_as_no_price",
        ),
    ),
    Row(
        number="P9",
        fault="SIGTERM in the middle of an exit",
        outcome="the exit is brought to its end or to a state that a restart takes up",
        tests=(
            "tests/crash/test_faults_of_the_process.py::test_a_stop_in_the_middle_of_a_sale_brings_it_to_its_end",
            "tests/bot/test_lifecycle.py::test_it_stops_in_order_and_lets_a_handler_finish_its_order",
            "tests/engine/test_tasks.py::test_the_end_waits_for_what_must_end_and_cancels_the_rest",
        ),
    ),
    Row(
        number="P10",
        fault="no name, no TLS, an answer that trickles",
        outcome="every call has a limit, other brokers go on",
        tests=(
            "tests/engine/brokers/test_ccxt_client.py::test_no_answer_in_time_is_unknown_for_an_order",
            "tests/engine/brokers/test_ccxt_client.py::test_an_order_that_found_no_connection_was_certainly_not_sent",
            "tests/engine/brokers/test_ccxt_client.py::test_an_order_to_a_server_whose_certificate_nobody_trusts_was_certainly_not_sent",
            "tests/engine/brokers/test_error_classes.py::test_failures_on_the_way",
            "tests/acceptance/test_balances_under_way.py::test_a_sale_goes_out_while_another_venue_hangs_and_balance_is_asked",
        ),
    ),
    Row(
        number="P11",
        fault="the process is stopped for a minute and goes on",
        outcome="the owners are told for how long nothing was guarded",
        tests=("tests/bot/test_watchdog.py::test_a_process_that_is_really_stopped_tells_and_lives",),
    ),
    Row(
        number="P12",
        fault="kill -9 in a restore",
        outcome="the next start has the old or the new database",
        tests=(
            "tests/engine/storage/test_swap.py::test_a_restore_killed_at_any_instant_leaves_the_old_or_the_new_database",
        ),
    ),
    Row(
        number="P13",
        fault="the lock file is deleted under a running bot",
        outcome="noticed within a second; no second bot runs",
        tests=(
            "tests/bot/test_lease.py::test_a_lock_file_that_is_gone_is_noticed_and_lets_no_second_bot_in",
        ),
    ),
    Row(
        number="P14",
        fault="the settings name another owner",
        outcome="the accounts, their guards and what waits move to the new one",
        tests=(
            "tests/acceptance/test_owner_changes.py::test_a_new_owner_hears_of_the_sale_and_sees_everything",
        ),
    ),
    Row(
        number="P15",
        fault="a data dir whose path is longer than a socket's address",
        outcome="commands are heard all the same",
        tests=("tests/bot/test_command_socket.py::test_commands_are_heard_however_deep_the_data_dir_lies",),
    ),
    Row(
        number="P16",
        fault="the whole process is stopped and continued",
        outcome="owners are told for how long nothing was guarded, and it goes on",
        tests=(
            "tests/acceptance/test_standstill.py::test_owners_hear_that_the_process_was_stopped_and_it_goes_on_guarding",
        ),
    ),
    Row(
        number="P17",
        fault="the disk is really full, or may only be read",
        outcome="every command says so in one sentence",
        tests=("tests/bot/test_full_disk.py::test_a_command_says_what_is_wrong_with_its_disk",),
    ),
    Row(
        number="P18",
        fault="a stored guard cannot be read",
        outcome="told, listed in /status; every other guard sells",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_a_guard_that_cannot_be_read_keeps_no_other_from_being_sold",
        ),
    ),
    Row(
        number="P19",
        fault="the order of a running exit cannot be read",
        outcome="told, and never made again",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_a_sale_that_cannot_be_read_is_told_and_never_made_again",
        ),
    ),
    Row(
        number="P20",
        fault="a row of any other table is damaged",
        outcome="no guard is kept from selling after the next start",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_a_damaged_row_anywhere_keeps_no_guard_from_selling_after_the_next_start",
        ),
    ),
    Row(
        number="P21",
        fault="a page of the database that nobody reads at the start is damaged",
        outcome="the start ends with a sentence, or the owners are told as soon as it is found",
        tests=(
            "tests/bot/test_database_check.py::test_a_damaged_page_that_nobody_asks_for_yet_stops_the_start",
        ),
    ),
    Row(
        number="P22",
        fault="an exit's steps have a gap in their numbers",
        outcome="each is read once",
        tests=("tests/engine/orders/test_step_log.py::test_a_step_behind_a_gap_in_the_numbers_is_read_once",),
    ),
    Row(
        number="P23",
        fault="nobody can read since when an asset is held",
        outcome="it is no new name of a lost coin",
        tests=("tests/engine/sync/test_renaming.py::test_what_came_nobody_knows_when_is_no_arrival",),
    ),
    Row(
        number="P24",
        fault="the end of a damage cannot be written",
        outcome="the next look tells it",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_what_is_over_is_told_by_a_later_look_when_it_could_not_be_written",
        ),
    ),
    Row(
        number="P25",
        fault="a command names the env file from another folder",
        outcome="it works on that file's database",
        tests=(
            "tests/bot/test_settings_folder.py::test_every_command_means_the_file_s_own_database_from_another_folder",
        ),
    ),
    Row(
        number="P26",
        fault="a second bot answers with the same token",
        outcome="told at once; restored guards wait meanwhile",
        tests=(
            "tests/engine/sync/test_reconciler_restored.py::test_a_restored_guard_waits_while_another_bot_answers_with_the_token",
        ),
    ),
    Row(
        number="P27",
        fault="a bot starts on a copy of the data dir",
        outcome="it sells nothing before its owner answers",
        tests=(
            "tests/acceptance/test_copied_database.py::test_the_bot_on_a_copy_sells_nothing_before_its_owner_answers",
            "tests/acceptance/test_copied_database.py::test_a_restart_on_the_same_files_asks_nothing",
        ),
    ),
    Row(
        number="P28",
        fault="a second bot reaches the database by a hard link or another data dir",
        outcome="it does not start",
        tests=("tests/bot/test_held_file.py::test_no_bot_starts_on_a_file_that_another_one_runs_on",),
    ),
    Row(
        number="P29",
        fault="the clock is set back between a sale and a new guard",
        outcome="what was sold before is not sold again from the rest",
        tests=(
            "tests/engine/guards/test_seen_step_clock.py::test_coins_that_their_owner_sold_are_not_sold_again_from_the_rest",
        ),
    ),
    Row(
        number="P30",
        fault="a mistake of our own while a stored value is built",
        outcome="reported as a mistake, not told as a damaged record",
        tests=(
            "tests/engine/storage/test_readable.py::test_a_mistake_of_ours_in_building_a_value_is_not_taken_for_a_damaged_row",
        ),
    ),
    Row(
        number="P31",
        fault="a backup or an older copy is put over the database by hand",
        outcome="nothing is sold before its owner answers",
        tests=(
            "tests/acceptance/test_copied_database.py::test_a_backup_copied_over_the_database_sells_nothing_before_its_owner_answers",
            "tests/engine/offers/test_copies.py::test_an_older_copy_in_the_very_file_sells_nothing_and_asks_once",
        ),
    ),
    Row(
        number="P32",
        fault="the note beside the database is missing, damaged or cannot be written",
        outcome="no false alarm, and the bot starts",
        tests=(
            "tests/engine/offers/test_copies.py::test_without_a_note_that_can_be_read_nothing_is_asked",
            "tests/engine/offers/test_copies.py::test_a_note_that_cannot_be_written_keeps_no_bot_from_starting",
        ),
    ),
    Row(
        number="P33",
        fault="the second address refuses an alert, or is away over a restart",
        outcome="later alerts pass; every critical one gets there or is counted as given up",
        tests=(
            "tests/bot/test_second_channel.py::test_what_is_refused_holds_up_nothing_is_tried_slower_and_given_up_after_a_day",
            "tests/bot/test_second_channel.py::test_what_the_address_never_heard_survives_a_restart_though_telegram_took_it",
        ),
    ),
    Row(
        number="P34",
        fault="the second address answers 429 or 503 with Retry-After",
        outcome="nothing is posted until it is over, an hour at most",
        tests=(
            "tests/bot/test_second_channel_pauses.py::test_an_address_that_asks_for_a_pause_hears_nothing_until_it_is_over",
        ),
    ),
    Row(
        number="P35",
        fault="an outage ends while the process is down, or it is killed as it tells of one",
        outcome="told once and over once",
        tests=(
            "tests/engine/accounts/test_outages.py::test_what_is_over_after_a_restart_is_told_as_over_once",
            "tests/engine/accounts/test_outages.py::test_an_outage_is_told_once_and_over_once_wherever_the_process_is_killed",
        ),
    ),
    Row(
        number="P36",
        fault="prices come back while the process is down",
        outcome="told as back once",
        tests=(
            "tests/engine/exits/test_watch_restarted.py::test_prices_that_came_back_while_the_process_was_down_are_told_as_back_once",
        ),
    ),
    Row(
        number="P37",
        fault="a damaged record can be read again after a restart",
        outcome="told as over once",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_a_guard_that_can_be_read_again_after_a_restart_is_told_as_over_once",
        ),
    ),
    Row(
        number="P38",
        fault="one guard's row cannot be written",
        outcome="the others are followed, and it is once it can be",
        tests=(
            "tests/engine/sync/test_reconciler_failures.py::test_one_guard_that_cannot_be_written_keeps_no_other_from_being_reduced",
        ),
    ),
    Row(
        number="P39",
        fault="a comparison fails after new trades were read",
        outcome="the next one knows them",
        tests=(
            "tests/engine/sync/test_account_sync.py::test_a_restored_guard_is_asked_about_though_its_first_comparison_after_a_trade_failed",
        ),
    ),
    Row(
        number="P40",
        fault="`/unguard` while a reading is compared",
        outcome="it stays off",
        tests=(
            "tests/engine/sync/test_guards_changed_meanwhile.py::test_a_restored_guard_that_its_owner_took_off_during_a_reading_stays_off",
        ),
    ),
    Row(
        number="P41",
        fault="a guard is taken off, changed or damaged while its order is under way",
        outcome="the sale is written down and told",
        tests=(
            "tests/engine/exits/test_changed_guard.py::test_a_sale_is_written_down_though_its_guard_was_taken_off_meanwhile",
        ),
    ),
    Row(
        number="P42",
        fault="an exit of which nobody can be told",
        outcome="no guard waits for it",
        tests=(
            "tests/engine/exits/test_execute.py::test_an_exit_that_nobody_can_be_told_of_keeps_no_other_guard_from_being_sold",
        ),
    ),
    Row(
        number="P43",
        fault="the alert address redirects",
        outcome="refused and tried on; nothing goes to the other host",
        tests=("tests/bot/test_http_call.py::test_a_redirect_is_refused_and_takes_nothing_elsewhere",),
    ),
    Row(
        number="P44",
        fault="stored alerts cannot be read",
        outcome="guards are looked at and sold all the same, and told later",
        tests=(
            "tests/engine/exits/test_sale.py::test_the_sale_the_guard_and_the_alert_are_written_together_or_not_at_all",
        ),
    ),
    Row(
        number="P45",
        fault="the key changes while an order is under way",
        outcome="its fill is told and booked once the key is back",
        tests=(
            "tests/engine/adoption/test_identities.py::test_what_an_order_sold_that_was_under_way_is_told_once_its_key_is_back",
        ),
    ),
    Row(
        number="P46",
        fault="one alert cannot be written",
        outcome="every other one is; that one is tried again",
        tests=(
            "tests/engine/test_unreadable_rows.py::test_one_guard_that_cannot_be_told_of_keeps_no_other_from_being_told",
            "tests/engine/sync/test_unattributed_trades.py::test_one_coin_that_cannot_be_told_of_keeps_no_other_from_being_told",
            "tests/engine/exits/test_watch.py::test_a_price_that_is_back_and_cannot_be_told_keeps_no_missing_one_from_being_told",
        ),
    ),
    Row(
        number="P47",
        fault="the process dies between storing trades and comparing a restored guard",
        outcome="its owner is asked all the same",
        tests=(
            "tests/engine/sync/test_reconciler_restored.py::test_what_was_traded_meanwhile_is_asked_about_although_the_process_died_once_it_had_read_it",
        ),
    ),
    Row(
        number="P48",
        fault="the heartbeat address asks for a pause",
        outcome="it is not asked again before that is over",
        tests=(
            "tests/bot/test_heartbeat.py::test_an_address_that_asks_for_a_pause_is_not_pinged_until_it_is_over",
        ),
    ),
    Row(
        number="P49",
        fault="the process dies during a venue's outage",
        outcome="only its own absence counts as away; results outlive it",
        tests=(
            "tests/engine/exits/test_watch_log.py::test_an_outage_of_a_venue_is_no_time_in_which_nija_was_away",
            "tests/engine/exits/test_watch_log.py::test_a_result_outlives_a_run_that_never_saw_a_price",
        ),
    ),
    Row(
        number="P50",
        fault="a reminder of a failing exit cannot be written, or two are due at once",
        outcome="the exit goes on, no reminder is lost",
        tests=(
            "tests/engine/exits/test_sale_lost_answers.py::test_a_reminder_that_cannot_be_written_stops_no_exit",
            "tests/engine/exits/test_failure_reminders.py::test_an_urgent_reminder_beside_another_one_is_not_lost",
            "tests/engine/exits/test_failure_reminders.py::test_a_reminder_that_cannot_be_written_is_logged_shown_and_tried_again",
        ),
    ),
    Row(
        number="P51",
        fault="a stored reminder is damaged",
        outcome="the later ones are written",
        tests=(
            "tests/engine/exits/test_failure_reminders.py::test_a_damaged_reminder_keeps_no_later_one_from_being_written",
        ),
    ),
    Row(
        number="P52",
        fault="a close is confirmed while the process stops",
        outcome="the next start sells it, and the chat says so",
        tests=(
            "tests/engine/exits/test_execute.py::test_what_was_asked_for_while_the_process_stops_is_written_down_and_sold_by_the_next",
        ),
    ),
)
