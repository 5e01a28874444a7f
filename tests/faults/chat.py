"""Faults of Telegram and of whoever writes to the bot."""

from tests.faults.row import Row

CHAT = (
    Row(
        number="C1",
        fault="Telegram answers 429 or 5xx, or is away",
        outcome="trading goes on; alerts wait in order and none is lost",
        tests=(
            "tests/acceptance/test_exits.py::test_an_alert_waits_for_telegram_and_the_sale_does_not",
            "tests/bot/test_delivery.py::test_an_outage_delays_an_alert_and_keeps_the_order",
            "tests/bot/test_delivery.py::test_flood_control_is_waited_out",
            "tests/bot/test_delivery.py::test_an_alert_cut_off_while_being_sent_says_that_it_may_be_repeated",
        ),
    ),
    Row(
        number="C2",
        fault="blocked by the user, chat moved",
        outcome="what is meant for that chat waits, the others and the guards go on",
        tests=(
            "tests/bot/test_delivery.py::test_a_blocked_chat_waits_and_the_others_go_on",
            "tests/bot/test_delivery.py::test_what_waits_for_a_chat_leaves_once_its_owner_writes",
            "tests/bot/test_retry.py::test_a_failed_send_means",
        ),
    ),
    Row(
        number="C3",
        fault="a flood of commands",
        outcome="a bounded number is handled at once, exits go out meanwhile",
        tests=(
            "tests/crash/test_faults_of_the_process.py::test_a_sale_goes_out_during_a_flood_of_commands",
            "tests/bot/test_ordering.py::test_no_more_than_the_most_are_handled_at_once",
            "tests/handlers/test_access.py::test_a_crowd_of_strangers_leaves_a_bounded_number_of_lines",
        ),
    ),
    Row(
        number="C4",
        fault="forged, stale or repeated buttons, somebody else's button",
        outcome="one use, for one person, until it expires",
        tests=(
            "tests/engine/offers/test_confirmation.py::test_of_many_presses_at_once_one_counts_even_over_two_processes",
            "tests/engine/offers/test_confirmation.py::test_a_button_works_for_its_own_user_only_and_stays_usable_for_them",
            "tests/engine/offers/test_confirmation.py::test_a_button_works_until_just_before_it_expires",
            "tests/engine/offers/test_confirmation.py::test_an_unknown_button_does_nothing",
            "tests/handlers/test_access.py::test_another_known_persons_button_never_acts",
            "tests/handlers/test_buttons.py::test_a_double_tap_acts_once_and_the_second_is_told_why",
            "tests/acceptance/test_closing.py::test_everything_of_a_coin_is_sold_after_one_press_and_only_one",
        ),
    ),
    Row(
        number="C5",
        fault="strangers, groups",
        outcome="silence, and a line in the log",
        tests=(
            "tests/acceptance/test_strangers.py::test_a_stranger_gets_silence",
            "tests/handlers/test_access.py::test_a_known_person_is_not_answered_in_a_group",
            "tests/handlers/test_access.py::test_a_knocking_stranger_leaves_one_line_an_hour",
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
    Row(
        number="C7",
        fault="Telegram answers a poll with 401, or refuses an alert of a sale",
        outcome="polling goes on; the alert is tried on, slower, and counted",
        tests=(
            "tests/bot/test_application.py::test_no_answer_to_a_poll_makes_it_deaf",
            "tests/bot/test_delivery.py::test_a_critical_alert_that_telegram_refuses_is_tried_on_slower_for_ever",
        ),
    ),
    Row(
        number="C8",
        fault="a screen is asked for while a key is out of points, or just after a sale",
        outcome="figures with their age, none of before the sale",
        tests=(
            "tests/engine/accounts/test_waiting_for_brokers.py::test_a_key_that_waits_for_its_points_delays_no_screen_whose_figures_are_fresh",
            "tests/engine/portfolio/test_after_a_sale.py::test_until_the_account_is_read_again_no_figure_of_before_the_sale_is_shown",
            "tests/engine/portfolio/test_after_a_sale.py::test_nothing_is_guarded_by_figures_of_before_a_sale",
        ),
    ),
    Row(
        number="C9",
        fault="a guard whose key is refused",
        outcome="not called watched",
        tests=(
            "tests/bot/test_process_status.py::test_a_guard_whose_key_is_refused_could_not_sell_and_is_not_called_watched",
        ),
    ),
    Row(
        number="C10",
        fault="an alert whose reader is gone, or whose stored data cannot be read",
        outcome="a critical one goes to every owner; the other is given up, told of and counted",
        tests=(
            "tests/bot/test_delivery.py::test_a_sale_told_to_somebody_no_longer_known_goes_to_every_owner",
            "tests/bot/test_delivery.py::test_an_alert_whose_data_cannot_be_read_is_told_of_and_waits_no_more",
        ),
    ),
    Row(
        number="C11",
        fault="Telegram names a pause of an hour",
        outcome="a critical alert is tried within a minute, and as soon as its chat takes anything",
        tests=(
            "tests/bot/test_delivery.py::test_a_sale_told_to_wait_for_an_hour_is_tried_again_within_a_minute",
        ),
    ),
    Row(
        number="C12",
        fault="Telegram asks for a long pause of polls",
        outcome="told when it begins; alerts go on, polls come back in time",
        tests=(
            "tests/bot/test_application.py::test_a_pause_that_telegram_names_is_told_at_once_kept_in_full_and_over_in_time",
            "tests/bot/test_application.py::test_alerts_may_leave_while_telegram_lets_the_bot_not_look_itself_up",
        ),
    ),
    Row(
        number="C13",
        fault="Telegram asks for an absurd pause",
        outcome="kept for an hour at most, and told",
        tests=(
            "tests/bot/test_application.py::test_no_pause_that_telegram_names_leaves_the_chat_unread_for_more_than_an_hour",
        ),
    ),
    Row(
        number="C14",
        fault="a forged update has the owner's number as a fraction",
        outcome="a stranger's: refused and not answered",
        tests=("tests/handlers/test_access.py::test_a_number_that_only_equals_the_owners_is_a_strangers",),
    ),
    Row(
        number="C15",
        fault="one of several questions is answered or refused",
        outcome="the others stay",
        tests=(
            "tests/handlers/test_buttons.py::test_an_answer_about_one_position_leaves_the_question_about_the_others",
        ),
    ),
    Row(
        number="C16",
        fault="the listings cannot be read when a sale is asked for",
        outcome="the outage is named, nothing is called unlisted",
        tests=(
            "tests/engine/offers/test_closing.py::test_listings_nobody_tells_are_an_outage_and_not_a_coin_that_is_not_listed",
        ),
    ),
)
