"""Faults of a venue around clocks, secrets, damaged readings and odd orders."""

from tests.faults.row import Row

VENUE_READINGS = (
    Row(
        number="V40",
        fault="our clock is off by an hour",
        outcome="prices, sessions and tokens go by the venue's clock; coins and stocks are sold",
        tests=(
            "tests/engine/exits/test_sale_venue_time.py::test_a_coin_is_sold_under_a_clock_that_is_off",
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
            "tests/engine/adoption/test_identities.py::test_a_close_waits_and_says_why_while_the_new_key_cannot_be_placed",
        ),
    ),
    Row(
        number="V43",
        fault="several coins lose their price in one outage",
        outcome="one message",
        tests=(
            "tests/engine/exits/test_watch.py::test_coins_that_lose_their_price_in_one_outage_are_told_of_in_one_message",
        ),
    ),
    Row(
        number="V44",
        fault="an exit is refused for days",
        outcome="each attempt reads the journal's new steps only",
        tests=(
            "tests/engine/orders/test_step_log.py::test_steps_that_were_read_are_kept_and_new_ones_follow_them",
        ),
    ),
    Row(
        number="V45",
        fault="a venue leaves out for minutes what it still holds",
        outcome="the guard is paused and told; back as it was it goes on at once, otherwise its owner is asked",
        tests=(
            "tests/engine/sync/test_reconciler_vanished.py::test_what_comes_back_as_it_was_is_guarded_again_at_once_and_told",
            "tests/engine/brokers/alpaca/test_alpaca_broker.py::test_no_positions_where_the_account_counts_some_are_no_empty_account",
        ),
    ),
    Row(
        number="V46",
        fault="the guarded pair is shut and without a price while the coin falls",
        outcome="sold through another pair down to 90 % of the trigger, as much as its book carries; below that told",
        tests=(
            "tests/engine/exits/test_exit_pair.py::test_a_guarded_pair_without_a_price_keeps_no_other_pair_from_selling_after_a_fall",
        ),
    ),
    Row(
        number="V47",
        fault="an open covered call, or an order of odd intent, holds what is to be sold at Alpaca",
        outcome="cancelled and named; one that cannot be understood is named",
        tests=(
            "tests/engine/exits/test_sale_held_shares.py::test_an_order_that_holds_what_is_sold_is_cancelled_whatever_its_intent",
            "tests/engine/exits/test_sale_held_shares.py::test_an_order_that_may_hold_what_is_sold_is_named",
        ),
    ),
    Row(
        number="V48",
        fault="a share is called like money or a coin",
        outcome="a position that is guarded and sold",
        tests=(
            "tests/engine/exits/test_sale_held_shares.py::test_a_share_called_like_money_or_a_coin_is_guarded_and_sold",
        ),
    ),
    Row(
        number="V49",
        fault="coins of another platform or a vault at Coinbase",
        outcome="locked: only what spot orders reach is sold",
        tests=(
            "tests/engine/exits/test_availability.py::test_coins_that_no_spot_order_reaches_are_not_sold",
        ),
    ),
    Row(
        number="V50",
        fault="an open order whose kind of product is odd or unknown",
        outcome="found and cancelled where the venue documents it, otherwise named",
        tests=(
            "tests/engine/exits/test_sale_hindered.py::test_an_order_in_the_way_is_found_however_coinbase_writes_it",
            "tests/engine/exits/test_sale_hindered.py::test_an_order_in_an_unknown_kind_of_product_is_named_and_not_cancelled",
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
        tests=(
            "tests/engine/sync/test_reconciler_unreported.py::test_what_our_sale_brought_pauses_no_guard",
        ),
    ),
    Row(
        number="V53",
        fault="the clock is set while an exit fails",
        outcome="its reminders are neither early nor late",
        tests=("tests/engine/exits/test_failure_reminders.py::test_a_reminder_is_neither_early_nor_late",),
    ),
    Row(
        number="V54",
        fault="an order of the owner with our size and without our id",
        outcome="cancelled to free what is sold when it has a limit; one that may be ours holds up nothing and is named",
        tests=(
            "tests/engine/exits/test_sale_owner_orders.py::test_a_limit_order_of_the_same_size_is_cancelled_to_free_what_is_sold",
            "tests/engine/exits/test_sale_owner_orders.py::test_an_order_that_may_be_the_owners_holds_up_no_exit_and_is_named",
        ),
    ),
    Row(
        number="V55",
        fault="an order's totals are missing or odd, or it is shown as open for ever",
        outcome="told as its trades tell it; an unknown fee is no zero",
        tests=(
            "tests/engine/exits/test_sale_odd_totals.py::test_a_sale_is_told_as_its_trades_tell_it",
            "tests/engine/exits/test_sale_odd_totals.py::test_a_fee_that_nobody_tells_is_unknown_and_no_zero",
        ),
    ),
    Row(
        number="V56",
        fault="a venue loses orders for minutes and is well again",
        outcome="losers are sold within seconds of it",
        tests=(
            "tests/engine/exits/test_sale_after_outage.py::test_two_losers_are_sold_soon_after_their_venue_is_well_again",
        ),
    ),
    Row(
        number="V57",
        fault="hundreds of similar trades at Alpaca whose fees name none",
        outcome="the search is bounded and never holds up the guards",
        tests=(
            "tests/engine/brokers/alpaca/test_alpaca_fees.py::test_many_orders_that_resemble_each_other_never_hold_up_the_guards",
        ),
    ),
    Row(
        number="V58",
        fault="another pair's book is an outlier for a moment",
        outcome="a second look decides; nothing is sold by one",
        tests=(
            "tests/engine/exits/test_exit_pair.py::test_a_book_that_says_something_else_a_moment_later_sells_nothing",
        ),
    ),
    Row(
        number="V59",
        fault="the market closes on an accepted stock order",
        outcome="cancelled, and sold in the next session if still needed",
        tests=(
            "tests/engine/exits/test_sale_stocks.py::test_an_order_that_the_close_left_waiting_is_cancelled_and_its_exit_waits",
        ),
    ),
    Row(
        number="V60",
        fault="an order that was given up fills after its exit",
        outcome="told as NIJA's sale, once",
        tests=(
            "tests/engine/exits/test_late_fills.py::test_a_fill_of_an_attempt_that_was_given_up_is_told_as_our_sale_once",
        ),
    ),
    Row(
        number="V61",
        fault="a split of any ratio, a stock dividend or a spin-off before any reading",
        outcome="the exit pauses and asks",
        tests=("tests/engine/exits/test_sale_stocks.py::test_no_split_however_small_is_sold_as_a_loss",),
    ),
    Row(
        number="V62",
        fault="a price below the venue's smallest order for a moment",
        outcome="the guard stays, and sells or stands down at the next price",
        tests=(
            "tests/engine/exits/test_sale_refused.py::test_a_flash_crash_below_the_smallest_value_ends_no_guard",
        ),
    ),
    Row(
        number="V63",
        fault="a reading of before an exit found the coins gone",
        outcome="it does not bring them back",
        tests=(
            "tests/engine/sync/test_reconciler_vanished.py::test_a_reading_of_before_does_not_say_that_what_an_exit_found_gone_is_back",
        ),
    ),
    Row(
        number="V64",
        fault="every list of Kraken hides an accepted order that holds the coins",
        outcome="it is not sent again while the balance shows them gone or held",
        tests=(
            "tests/engine/exits/test_sale_hidden_orders.py::test_an_accepted_order_that_no_list_shows_is_not_sent_again_while_it_holds_the_coins",
            "tests/engine/exits/test_sale_hidden_orders.py::test_a_balance_that_lags_behind_as_the_lists_do_is_read_a_second_time_before_anything_is_sent_again",
        ),
    ),
    Row(
        number="V65",
        fault="a lost order is listed or filled after its exit ended",
        outcome="told once as a sale of NIJA and taken off the guard",
        tests=(
            "tests/engine/exits/test_late_fills_of_lost_orders.py::test_a_late_fill_of_a_lost_order_is_told_once_as_our_own_sale",
            "tests/engine/exits/test_late_fills_of_lost_orders.py::test_what_a_late_fill_sold_is_not_guarded_any_more",
        ),
    ),
    Row(
        number="V66",
        fault="a halt keeps an accepted order from filling",
        outcome="reminders name the order, the halt and the way out",
        tests=(
            "tests/engine/exits/test_sale_halted.py::test_the_reminders_name_the_order_the_halt_and_what_can_be_done",
        ),
    ),
    Row(
        number="V67",
        fault="rows of orders or trades that name no id",
        outcome="counted only where they may be ours, and named",
        tests=(
            "tests/engine/exits/test_sale_unnamed.py::test_rows_without_any_id_keep_no_exit_from_going_on",
            "tests/engine/exits/test_sale_unnamed.py::test_a_row_without_any_id_that_may_be_ours_is_named_to_its_owner",
        ),
    ),
    Row(
        number="V68",
        fault="an outage fails prices and balances together, or strikes in the midst of a sale",
        outcome="one alarm with reminders and one end; a sale is reminded of by itself",
        tests=(
            "tests/engine/accounts/test_outages.py::test_an_outage_under_a_guard_is_one_alarm_with_reminders_and_one_all_clear",
            "tests/engine/exits/test_watch.py::test_an_outage_in_the_midst_of_a_sale_is_reminded_of_by_the_sale_alone",
        ),
    ),
    Row(
        number="V69",
        fault="the look-up of a late order fails for one coin",
        outcome="all others are followed, and its owner is told",
        tests=(
            "tests/engine/sync/test_unattributed_trades.py::test_a_question_about_one_coin_keeps_no_other_from_being_followed",
        ),
    ),
    Row(
        number="V70",
        fault="the order's own query says cancelled while the list shows it open",
        outcome="followed on, one sale",
        tests=(
            "tests/engine/exits/test_sale_own_orders.py::test_an_order_told_as_cancelled_is_followed_while_the_venue_lists_it_as_open",
        ),
    ),
    Row(
        number="V71",
        fault="the owner edits the bot's order in the venue's app",
        outcome="the order it became is followed",
        tests=(
            "tests/engine/exits/test_sale_own_orders.py::test_an_order_that_its_owner_edits_in_the_app_is_followed_as_the_one_it_became",
        ),
    ),
    Row(
        number="V72",
        fault="coins stay held by an order that no list shows",
        outcome="reminded; no second order leaves",
        tests=(
            "tests/engine/exits/test_sale_own_orders.py::test_an_unlisted_order_whose_coins_stay_held_is_never_followed_by_another",
        ),
    ),
    Row(
        number="V73",
        fault="coins arrive, or were freed for the order, while a lost order's sale is unlisted",
        outcome="one sale",
        tests=(
            "tests/engine/exits/test_sale_moving_balance.py::test_coins_that_arrive_meanwhile_do_not_hide_a_sale",
            "tests/engine/exits/test_sale_moving_balance.py::test_coins_that_were_freed_for_the_order_and_are_held_by_it_are_not_sold_again",
        ),
    ),
    Row(
        number="V74",
        fault="killed after coins came in that no stored reading shows",
        outcome="one sale",
        tests=(
            "tests/engine/exits/test_sale_moving_balance.py::test_coins_that_came_between_the_last_stored_reading_and_a_kill_do_not_hide_a_sale",
        ),
    ),
    Row(
        number="V75",
        fault="a lost order that never arrived, while money and coins come in for other reasons",
        outcome="reminded, and sold after five minutes at the latest",
        tests=(
            "tests/engine/exits/test_sale_moving_balance.py::test_a_lost_request_is_sent_again_after_five_minutes_whatever_moved",
        ),
    ),
    Row(
        number="V76",
        fault="coins leave for no money while an order is lost",
        outcome="not counted as its sale: what is left is sold",
        tests=(
            "tests/engine/exits/test_sale_moving_balance.py::test_coins_that_went_for_no_money_are_not_sought_as_a_sale",
            "tests/engine/orders/test_balance_verdict.py::test_coins_are_untouched_only_when_nothing_moved_and_listed_orders_explain_what_is_held",
        ),
    ),
    Row(
        number="V77",
        fault="the owner's limit sale fills while it is cancelled for an exit",
        outcome="told as the owner's sale with its fills; the exit waits for nothing",
        tests=(
            "tests/engine/exits/test_releases.py::test_an_order_that_filled_while_it_was_cancelled_is_the_owners_own_sale",
        ),
    ),
    Row(
        number="V78",
        fault="an order's answer and its trades are equally old and tell of a part",
        outcome="the balance shows more as gone: followed on until all of it is told",
        tests=(
            "tests/engine/exits/test_sale_contradicted.py::test_an_order_is_not_over_with_less_than_is_gone_from_the_balance",
            "tests/engine/exits/test_sale_contradicted.py::test_one_old_answer_with_trades_as_old_ends_no_order",
        ),
    ),
    Row(
        number="V79",
        fault="a half-filled order is told as cancelled while its other half is held",
        outcome="nothing else leaves",
        tests=(
            "tests/engine/exits/test_sale_own_orders.py::test_a_half_filled_order_told_as_cancelled_is_not_followed_by_another_while_its_other_half_is_held",
        ),
    ),
    Row(
        number="V80",
        fault="a lost order is half filled, half held and unlisted while coins come in",
        outcome="awaited as long as a part is held",
        tests=(
            "tests/engine/exits/test_sale_moving_balance.py::test_a_half_filled_order_that_no_list_shows_is_awaited_while_its_other_half_is_held",
        ),
    ),
    Row(
        number="V81",
        fault="an order's value contradicts its trades",
        outcome="the alert has the price of the trades",
        tests=("tests/engine/exits/test_sale_odd_totals.py::test_a_sale_is_told_as_its_trades_tell_it",),
    ),
    Row(
        number="V82",
        fault="a venue tells no prices",
        outcome="no holding and no guard loses its reading",
        tests=(
            "tests/engine/accounts/test_outages.py::test_prices_nobody_tells_keep_no_withdrawal_from_its_guard",
        ),
    ),
    Row(
        number="V83",
        fault="an account is first met without prices",
        outcome="asked about or guarded once they are there",
        tests=(
            "tests/engine/offers/test_onboarding.py::test_an_account_first_read_without_prices_is_met_once_they_are_there",
        ),
    ),
    Row(
        number="V84",
        fault="a venue lists a trade of size 0",
        outcome="left out and named; the account is followed",
        tests=(
            "tests/engine/brokers/test_odd_rows.py::test_a_kraken_trade_of_nothing_is_no_trade_and_hides_no_other",
            "tests/engine/accounts/test_cost_basis.py::test_a_fill_of_nothing_that_an_earlier_version_stored_changes_no_cost",
        ),
    ),
    Row(
        number="V85",
        fault="a venue writes the year 1 or 9999",
        outcome="unknown or unreadable; nothing else is hidden",
        tests=(
            "tests/engine/brokers/test_odd_times.py::test_an_order_that_was_opened_at_no_time_is_still_an_order",
        ),
    ),
    Row(
        number="V86",
        fault="a ticker is frozen from before a guard is set, or the book comes near a frozen one",
        outcome="no sale that the book denies; a book that cannot be read denies none",
        tests=(
            "tests/engine/exits/test_watch_frozen.py::test_a_ticker_that_was_frozen_before_the_guard_was_set_sells_nothing",
            "tests/engine/exits/test_watch_frozen.py::test_a_frozen_ticker_that_the_book_comes_near_to_sells_nothing_the_book_denies",
            "tests/engine/exits/test_watch_frozen.py::test_a_loss_that_a_frozen_ticker_hides_by_less_than_a_percent_sells",
            "tests/engine/exits/test_watch_frozen.py::test_a_breach_by_a_ticker_whose_book_cannot_be_read_for_long_sells",
            "tests/engine/exits/test_watch_frozen.py::test_a_ticker_that_is_no_price_for_a_while_agrees_with_no_book",
            "tests/engine/exits/test_watch_frozen.py::test_a_loss_that_a_frozen_ticker_hides_by_next_to_nothing_sells",
            "tests/engine/exits/test_watch_frozen.py::test_a_ticker_that_jumped_before_it_froze_hides_no_loss",
            "tests/engine/exits/test_watch_frozen.py::test_a_loss_that_a_frozen_ticker_hides_by_its_wide_spread_alone_sells",
        ),
    ),
    Row(
        number="V87",
        fault="an earlier sale of ours looks like that of a lost order",
        outcome="told apart by the reading that each order was based on",
        tests=(
            "tests/engine/orders/test_other_trades.py::test_a_trade_of_an_order_that_left_after_a_reading_is_certainly_not_in_it",
            "tests/engine/orders/test_other_trades.py::test_sales_that_left_after_a_reading_are_known_though_they_do_not_explain_all",
            "tests/engine/orders/test_balance_verdict.py::test_a_sale_of_ours_that_came_after_the_reading_is_not_taken_for_that_of_the_attempt",
        ),
    ),
    Row(
        number="V88",
        fault="a broker is down, also over a restart",
        outcome="why something is not guarded stays as it was; nothing is called unlisted",
        tests=(
            "tests/engine/portfolio/test_without_answers.py::test_a_broker_that_does_not_answer_changes_no_reason",
            "tests/engine/portfolio/test_without_answers.py::test_after_a_restart_that_no_venue_answers_nothing_is_called_unlisted",
        ),
    ),
    Row(
        number="V89",
        fault="its owner sells by hand and buys back before the next reading",
        outcome="what is bought later is not sold; trades that are not told delay no sale",
        tests=(
            "tests/engine/exits/test_sale_owner_trades.py::test_coins_bought_again_after_a_sale_by_hand_are_not_sold",
            "tests/engine/exits/test_sale_owner_trades.py::test_of_coins_bought_again_in_part_only_the_guarded_rest_is_sold",
            "tests/engine/exits/test_sale_owner_trades.py::test_trades_that_are_not_told_delay_no_sale_for_long",
        ),
    ),
    Row(
        number="V90",
        fault="an order's row, its trades and the balance are as old and call a part its end",
        outcome="asked twice; what traded beyond it is told once and not sold again",
        tests=(
            "tests/engine/exits/test_sale_old_end.py::test_a_part_that_all_readings_tell_once_ends_no_order",
            "tests/engine/exits/test_sale_old_end.py::test_what_traded_beyond_a_part_is_not_sold_again_while_the_price_stays_low",
            "tests/engine/exits/test_sale_old_end.py::test_what_traded_beyond_a_part_is_told_once_and_not_sold_when_the_price_falls_again",
        ),
    ),
    Row(
        number="V91",
        fault="a venue tells another fill after an order's end",
        outcome="booked, told once, and no longer guarded",
        tests=(
            "tests/engine/exits/test_fills_after_the_end.py::test_it_is_told_once_and_what_it_sold_is_not_guarded_any_more",
        ),
    ),
    Row(
        number="V92",
        fault="one figure of an account cannot be read",
        outcome="what is held stays known; the figure is named as missing",
        tests=(
            "tests/engine/brokers/kraken/test_kraken_broker.py::test_what_is_held_stays_known_when_the_trade_balance_does_not_come",
            "tests/engine/brokers/alpaca/test_alpaca_broker.py::test_what_is_held_stays_known_when_a_figure_of_the_account_cannot_be_read",
        ),
    ),
    Row(
        number="V93",
        fault="a threshold is passed while there is no price, or nobody watches",
        outcome="the alert says since when, and why it came late",
        tests=(
            "tests/engine/exits/test_watch.py::test_a_breach_seen_after_an_outage_says_since_when_there_was_no_price",
            "tests/engine/exits/test_watch_log.py::test_a_breach_seen_first_after_a_restart_says_since_when_nobody_watched",
        ),
    ),
    Row(
        number="V94",
        fault="a broker answers, but refuses a sale",
        outcome="its line in /status does not say that there are no errors",
        tests=("tests/acceptance/test_unwatched.py::test_a_sale_that_is_refused_is_an_error_of_its_broker",),
    ),
    Row(
        number="V95",
        fault="an answer is nested too deep, or in a character set that nobody knows",
        outcome="no price and no answer: the alarm comes in time, and the next good price sells",
        tests=(
            "tests/engine/exits/test_watch.py::test_prices_that_cannot_be_read_raise_the_alarm_in_time_and_the_next_good_one_sells",
        ),
    ),
    Row(
        number="V96",
        fault="an order is executed and refused in words that its venue does not publish",
        outcome="looked up before it is sent again: one sale",
        tests=(
            "tests/engine/exits/test_sale_unlisted_refusals.py::test_one_that_was_executed_all_the_same_is_not_sent_again",
        ),
    ),
    Row(
        number="V97",
        fault="sixty resting orders are cancelled for one sale",
        outcome="all confirmed by one look, one message that can be read",
        tests=(
            "tests/engine/exits/test_releases.py::test_sixty_orders_that_are_gone_are_all_confirmed_and_the_alert_stays_readable",
        ),
    ),
    Row(
        number="V98",
        fault="a request never arrives, the process dies, and its owner sells by hand",
        outcome="sold once, and told as perhaps their own order",
        tests=(
            "tests/engine/exits/test_sale_owner_orders.py::test_an_order_without_any_id_of_ours_is_told_as_perhaps_the_owners_own",
        ),
    ),
    Row(
        number="V99",
        fault="a part of a stock order fills before the close",
        outcome="the alert says how much is not sold, why, and what happens with it",
        tests=(
            "tests/engine/exits/test_sale_stocks.py::test_an_alert_of_a_part_before_the_close_tells_what_of_the_rest_is_to_come",
        ),
    ),
    Row(
        number="V100",
        fault="an order's answer is lost, and its owner wants to sell by hand",
        outcome="the alarm does not say unsold, and names the order to look for",
        tests=(
            "tests/engine/exits/test_sale_lost_answers.py::test_a_lost_answer_names_its_order_and_counts_from_when_it_left",
        ),
    ),
    Row(
        number="V101",
        fault="an earlier sale of ours arrives late, and the next one is lost, at a venue that refuses an id twice",
        outcome="sent again under its own id",
        tests=(
            "tests/engine/exits/test_sale_same_id.py::test_an_earlier_sale_that_arrived_late_does_not_hide_that_the_next_one_was_lost",
        ),
    ),
    Row(
        number="V102",
        fault="what is new of a spread cannot be written",
        outcome="the breached guard is sold all the same",
        tests=(
            "tests/engine/exits/test_watch.py::test_a_breach_is_sold_although_what_is_new_of_the_spread_cannot_be_told",
        ),
    ),
    Row(
        number="V103",
        fault="one of many orders that are cancelled for a sale fills first",
        outcome="what it sold is no part of what is sold",
        tests=(
            "tests/engine/exits/test_releases.py::test_of_many_cancelled_orders_one_that_filled_meanwhile_is_no_part_of_what_is_sold",
        ),
    ),
    Row(
        number="V104",
        fault="an order is found that was sent for more than its last attempt",
        outcome="followed for all of it",
        tests=(
            "tests/engine/exits/test_sale_same_id.py::test_an_order_that_was_sent_for_more_than_its_last_attempt_is_followed_to_its_end",
        ),
    ),
    Row(
        number="V105",
        fault="the fee of the owner's purchase is taken from the coins, and its trade names it in money",
        outcome="no guard shrinks, nothing is reported",
        tests=(
            "tests/engine/sync/test_reconciler_fees.py::test_coins_taken_as_the_fee_of_a_purchase_touch_no_guard",
            "tests/engine/sync/test_reconciler_fees.py::test_the_fees_of_several_purchases_between_two_readings_add_up",
        ),
    ),
    Row(
        number="V106",
        fault="coins are withdrawn beside such a purchase",
        outcome="the guard shrinks by what is missing beyond the fees",
        tests=(
            "tests/engine/sync/test_reconciler_fees.py::test_a_withdrawal_beside_a_purchase_is_taken_off_the_guard",
        ),
    ),
    Row(
        number="V107",
        fault="shares are bought at exactly the average just before a breach",
        outcome="no split: what is guarded is sold",
        tests=(
            "tests/engine/exits/test_sale_stocks.py::test_shares_bought_at_the_same_average_are_no_split",
        ),
    ),
    Row(
        number="V108",
        fault="Kraken answers an order, or the check before it, after seconds",
        outcome="the next order has all its time",
        tests=(
            "tests/engine/exits/test_sale_slow_kraken.py::test_a_slow_check_of_an_order_spends_nothing_of_its_time",
            "tests/engine/exits/test_sale_slow_kraken.py::test_an_exit_behind_another_one_that_is_answered_late_has_all_its_time",
        ),
    ),
    Row(
        number="V109",
        fault="listings come later than anybody waits for them",
        outcome="they count for the next who needs them",
        tests=(
            "tests/engine/market/test_feed.py::test_a_slow_answer_for_the_listings_counts_although_who_asked_gave_up",
        ),
    ),
)
