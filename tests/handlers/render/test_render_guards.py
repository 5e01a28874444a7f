from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from engine.alerts.questions import Armed, ChoiceKind, Exclusion, Standing, TradingCost
from engine.guards.guard import GuardState
from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import PriceProblem, PriceUnknown
from engine.model.holdings import Direction
from engine.model.venues import Venue
from engine.status import FailingExit, Hindrances
from handlers.render.guard_outcomes import render_outcome
from handlers.render.guards import render_offer
from handlers.render.html import COLUMNS
from handlers.render.numbers import MINUS
from handlers.render.screen import Tone
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import (
    NOW,
    READER,
    WITHOUT_COST,
    ago,
    choice,
    guard,
    instrument,
    mark,
    offer,
    offer_line,
    position,
    taker,
)


def _would_be_sold(**changes):
    values = {"standing": Standing.WOULD_BE_SOLD_NOW, "pnl_ratio": Decimal("-0.172"), "pnl": Decimal(-812)}
    return offer_line(**values | changes)


def _left_out(**changes):
    return offer_line(Standing.CANNOT_BE_GUARDED, excluded=Exclusion.ALREADY_GUARDED, **changes)


def test_first_contact_lists_what_each_answer_would_mean():
    asked = offer(
        "first_contact",
        lines=(
            offer_line(),
            _would_be_sold(),
            offer_line(Standing.ENTRY_UNKNOWN, pnl_ratio=None, pnl=None),
            offer_line(Standing.CANNOT_BE_GUARDED, excluded="It is staked & cannot be sold."),
        ),
        choices=(
            choice(ChoiceKind.GUARD_ALL_FROM_COST, "a1"),
            choice(ChoiceKind.GUARD_ALL_FROM_PRICE, "a2"),
            choice(ChoiceKind.CHOOSE, "a3"),
            choice(ChoiceKind.LEAVE_ALONE, "a4"),
        ),
    )

    check_golden("offer_first_contact", render_offer(asked, READER))


def _sell_at_once(held):
    line = offer_line(Standing.WOULD_BE_SOLD_NOW, position=held, pnl=Decimal(-60))
    buttons = (choice(ChoiceKind.GUARD_AND_SELL_NOW), choice(ChoiceKind.CANCEL))
    return render_offer(offer("would_sell", lines=(line,), choices=buttons), READER).text


def test_a_question_about_selling_shows_what_is_received_and_the_net_result():
    text = _sell_at_once(position(guard=None))

    assert f"You would receive $7,600.19 after the fee. Net if sold now {MINUS}$79.81" in text


def test_what_is_staked_takes_no_part_in_what_a_sale_at_once_brings():
    held = position(guard=None, quantity=Decimal("0.12"), locked=Decimal("0.06"))

    assert f"You would receive $3,800.09 after the fee. Net if sold now {MINUS}$39.91" in _sell_at_once(held)


def test_a_short_bought_back_at_once_costs_what_it_says():
    held = position(guard=None, direction=Direction.SHORT)

    assert "You would pay $7,639.81 with the fee. Net if closed now +$40.19" in _sell_at_once(held)


def test_a_sale_at_once_without_a_known_net_shows_none():
    assert "You would" not in _sell_at_once(position(guard=None, **WITHOUT_COST))


def test_the_part_that_is_staked_is_left_out_and_said():
    ether = position(quantity=Decimal("1.98"), locked=Decimal("0.75"), explained=Decimal("1.25"), guard=None)

    text = render_offer(offer(lines=(offer_line(position=ether),)), READER).text

    assert "0.75 of it is staked and stays out: 1.23 can be guarded." in text
    assert "What it cost" not in text


def test_the_part_without_a_cost_is_left_out_and_said():
    some = position(quantity=Decimal(5), explained=Decimal(2), guard=None)

    text = render_offer(offer(lines=(offer_line(position=some),)), READER).text

    assert "What it cost is known for 2: from cost only these are guarded." in text


def test_what_staking_keeps_from_being_guarded_says_what_to_do():
    ether = position(quantity=Decimal("0.75"), locked=Decimal("0.75"), guard=None)
    line = offer_line(Standing.CANNOT_BE_GUARDED, position=ether, excluded=Exclusion.DUST)

    text = render_offer(offer(lines=(line,)), READER).text

    assert "cannot be guarded: 0.75 is staked; unstake it at Kraken first" in text


@pytest.mark.parametrize("about", ["unguard", "guard_all"])
def test_beside_a_guards_threshold_stands_what_it_judges_by(about):
    held = position(cost=Decimal(9240))
    line = offer_line(Standing.CANNOT_BE_GUARDED, position=held)

    text = render_offer(offer(about, lines=(line,)), READER).text

    guarded = f"0.12 of it guarded at {MINUS}1.00 %, now {MINUS}0.78 % against $64,000.00"
    result = f"{MINUS}17.53 %, {MINUS}$1,620.00 from cost $77,000.00"
    assert f"{guarded}, sold at $63,360.00 or less\n{result}" in text


def test_a_guard_from_cost_has_one_result_only():
    held = position()
    line = offer_line(Standing.CANNOT_BE_GUARDED, position=held)

    assert "from cost" not in render_offer(offer("unguard", lines=(line,)), READER).text


def test_a_result_just_above_the_threshold_never_reads_as_past_it():
    held = position(mark=mark("63360.256"))

    text = render_offer(offer("unguard", lines=(offer_line(position=held),)), READER).text

    assert f"guarded at {MINUS}1.00 %, now {MINUS}0.9996 % against" in text


def test_a_guarded_short_is_bought_back_above_its_trigger():
    held = position(direction=Direction.SHORT, guard=guard(direction=Direction.SHORT))

    text = render_offer(offer("unguard", lines=(offer_line(position=held),)), READER).text

    assert "against $64,000.00, bought back at $64,640.00 or more" in text


def test_a_guard_without_a_price_says_only_that_beside_its_threshold():
    held = position(mark=PriceUnknown(problem=PriceProblem.NO_QUOTE))

    text = render_offer(offer("unguard", lines=(offer_line(position=held),)), READER).text

    assert f"guarded at {MINUS}1.00 %, price unknown (no quote); sold at $63,360.00 or less" in text


def test_a_guard_whose_sale_runs_says_so():
    held = position(guard=guard(state=GuardState.CLOSING))

    text = render_offer(offer("guard_all", lines=(offer_line(position=held),)), READER).text

    assert f"0.12 of it guarded at {MINUS}1.00 %, being sold now" in text


def test_a_guard_that_cannot_act_is_shown_with_the_reason_that_status_gives():
    selling = position(guard=guard(state=GuardState.CLOSING))
    failing = FailingExit(
        symbol="BTC/USD", venue_label="Kraken", guard_id="g1", why="no connection", since=ago(minutes=4)
    )
    unwatched = Unwatched(
        guard_id="g1",
        symbol="BTC/USD",
        venue_label="Kraken",
        reason=UnwatchedReason.PRICE_UNKNOWN,
        problem=PriceProblem.NO_QUOTE,
        since=ago(minutes=3),
    )
    starting = Hindrances(unwatched={"g1": replace(unwatched, reason=UnwatchedReason.STARTING)})
    stuck, blind = Hindrances(failing={"g1": failing}), Hindrances(unwatched={"g1": unwatched})

    def shown(held, hindrances):
        question = offer("guard_all", lines=(offer_line(position=held),))
        refused = Armed(guards=(), left_out=(_left_out(position=held),))
        return [
            render_offer(question, READER, hindrances).text,
            render_outcome(refused, READER, hindrances)[0].text,
        ]

    for text in shown(selling, stuck):
        assert (
            f"guarded at {MINUS}1.00 %, sale failing since 02:26:11 UTC, not sold yet: no connection" in text
        )
        assert "being sold now" not in text
    question, refused = shown(position(), blind)
    assert f"guarded at {MINUS}1.00 %, but not watched: price unknown (no quote)" in question
    assert "; sold at $63,360.00 or less" in question
    assert f"now {MINUS}0.78 % against $64,000.00, sold at" in shown(position(), starting)[0]
    assert f"already guarded at {MINUS}1.00 %, but not watched: price unknown (no quote)" in refused


@pytest.mark.parametrize("kind", ChoiceKind)
def test_a_label_with_a_name_fits_a_phone(kind):
    screen = render_offer(offer(choices=(choice(kind, "id", "ATOM Coinbase"),)), READER)

    assert len(screen.keyboard[0][0].label) <= COLUMNS


def test_selling_at_once_is_asked_apart_and_the_button_looks_it():
    asked = offer(
        "would_sell",
        lines=(_would_be_sold(),),
        choices=(choice(ChoiceKind.GUARD_AND_SELL_NOW, "s1", "BTC"), choice(ChoiceKind.CANCEL, "s2")),
        costly_at=(TradingCost(venue=Venue.COINBASE, fees=Decimal("0.014")),),
    )

    screen = render_offer(asked, READER)

    assert screen.keyboard[0][0].tone is Tone.DANGER
    check_golden("offer_would_sell", screen)


def test_fees_that_may_not_be_the_accounts_own_say_so():
    costly = (TradingCost(venue=Venue.ALPACA, fees=Decimal("0.03"), is_own=False),)

    text = render_offer(offer("guard", costly_at=costly), READER).text

    assert (
        "The fees for buying and selling at Alpaca are 3.00 % together, the usual ones, as your account's own are "
        "not known, the spread not counted"
    ) in text


def test_a_sale_at_once_says_where_it_counts_a_fee_that_may_not_be_the_accounts_own():
    note = "At Kraken the usual fee is counted: your account's own is not known."

    assert note in _sell_at_once(position(guard=None, taker=taker(is_own=False)))
    assert note not in _sell_at_once(position(guard=None))


@pytest.mark.parametrize("about", ["guard", "choose", "unguard", "paused", "something newer"])
def test_every_question_fits(about):
    check_fits(render_offer(offer(about), READER))


@pytest.mark.parametrize("kind", ChoiceKind)
@pytest.mark.parametrize("subject", [None, "BTC Kraken"])
def test_every_choice_has_a_label(kind, subject):
    screen = render_offer(offer(choices=(choice(kind, "id", subject),)), READER)

    assert screen.keyboard[0][0].data == "c:id"
    assert "{" not in screen.keyboard[0][0].label
    check_fits(screen)


def test_more_choices_than_telegram_takes_keep_cancel_and_say_so():
    many = [choice(ChoiceKind.GUARD_FROM_COST, f"id{number}", "BTC") for number in range(120)]
    screen = render_offer(offer(choices=(*many, choice(ChoiceKind.CANCEL, "no"))), READER)

    assert len(screen.keyboard) == 100
    assert screen.keyboard[-1][0].data == "c:no"
    assert "Not every position has a button here" in screen.text


@pytest.mark.parametrize(
    ("standing", "locked", "expected"),
    [
        (Standing.ABOVE_THRESHOLD, "0", "0.12 of it +1.25 %, +$93.00 from cost $64,000.00"),
        (Standing.WOULD_BE_SOLD_NOW, "0.05", "<b>would be sold now</b>: 0.1 of it +1.25 %, +$93.00"),
    ],
)
def test_a_result_names_the_quantity_it_is_of(standing, locked, expected):
    held = position(guard=None, quantity=Decimal("0.15"), locked=Decimal(locked), explained=Decimal("0.12"))

    text = render_offer(offer(lines=(offer_line(standing, position=held),)), READER).text

    assert expected in text


def test_each_answer_names_the_price_at_which_it_would_sell():
    sol = position(
        asset="SOL", instrument=instrument("SOL/USD"), cost=Decimal("14.4"), mark=mark("149.96"), guard=None
    )
    kinds = (ChoiceKind.GUARD_ALL_FROM_COST, ChoiceKind.GUARD_ALL_FROM_PRICE)

    text = render_offer(
        offer("first_contact", lines=(offer_line(position=sol),), choices=[choice(kind) for kind in kinds]),
        READER,
    ).text

    assert "From cost: sells at $118.80, 20.78 % below now" in text
    assert "From today's price: sells at $148.46, 1.00 % below now" in text


def test_a_short_would_be_bought_back_above_the_price_of_now():
    short = position(direction=Direction.SHORT, guard=None)

    text = render_offer(offer(lines=(offer_line(position=short),)), READER).text

    assert "From cost: sells at $64,640.00, 1.80 % above now" in text


def test_what_would_be_sold_now_names_no_price_of_its_cost():
    text = render_offer(offer(lines=(_would_be_sold(),)), READER).text

    assert "From cost" not in text


@pytest.mark.parametrize("currency", ["EUR", "USDT"])
def test_prices_in_different_currencies_are_not_compared(currency):
    bought = position(cost_currency=currency, guard=None)

    text = render_offer(offer(lines=(offer_line(position=bought),)), READER).text

    assert "From cost: sells at 63,360.00 " in text
    assert "below now" not in text


@pytest.mark.parametrize(
    ("about", "expected"),
    [
        ("first_contact", "without an answer by then nothing is guarded by it"),
        ("unguard", "without an answer by then it stays guarded"),
        ("would_sell", "without an answer by then nothing is sold"),
        ("of another kind", "without an answer by then nothing is changed"),
    ],
)
def test_a_question_says_what_no_answer_means(about, expected):
    assert expected in render_offer(offer(about), READER).text


def test_a_stock_that_cannot_be_guarded_now_says_when_it_can():
    shut = PriceUnknown(problem=PriceProblem.MARKET_CLOSED, opens_at=NOW + timedelta(hours=18))
    stock = offer_line(
        Standing.CANNOT_BE_GUARDED,
        position=position(asset="AAPL", instrument=instrument("AAPL/USD"), guard=None, mark=shut),
        excluded=Exclusion.MARKET_CLOSED,
    )
    when = "market closed, opens 20:30:11 UTC, in 18 h; send /guard AAPL kraken then"

    apart = render_offer(offer(lines=(stock, offer_line())), READER).text
    (left_out,) = render_outcome(Armed(guards=(), left_out=(stock,)), READER)

    assert when in apart
    assert when in left_out.text
