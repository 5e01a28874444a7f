"""Faults of a venue around orders, fees and what its rows say."""

from tests.faults.row import ACCEPTANCE, BROKERS, GUARDS, LIQUIDATION, REFUSED, Row

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
)
