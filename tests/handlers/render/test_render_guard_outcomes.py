from decimal import Decimal

from engine.alerts.questions import Armed, Exclusion, PartLeftOut, PartReason, Standing
from engine.offers.outcomes import GuardChanged, LeftAlone, Nothing, Unguarded
from handlers.render.guard_outcomes import render_outcome
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, guard, offer, offer_line, position


def _would_be_sold(**changes):
    values = {"standing": Standing.WOULD_BE_SOLD_NOW, "pnl_ratio": Decimal("-0.172"), "pnl": Decimal(-812)}
    return offer_line(**values | changes)


def test_what_is_guarded_already_says_at_what():
    line = offer_line(Standing.CANNOT_BE_GUARDED, position=position(), excluded=Exclusion.ALREADY_GUARDED)

    (screen,) = render_outcome(Armed(guards=(), left_out=(line,)), READER)

    assert "<b>BTC/USD</b> · Kraken: already guarded at \N{MINUS SIGN}1.00 %" in screen.text


def test_armed_guards_are_listed_with_what_was_left_out_and_the_further_question():
    armed = Armed(
        guards=(guard(),),
        parts_left_out=(PartLeftOut(position=position(), quantity=Decimal(3), why=PartReason.STAKED),),
        left_out=(
            offer_line(Standing.CANNOT_BE_GUARDED, excluded="below the lot"),
            offer_line(Standing.ENTRY_UNKNOWN, pnl_ratio=None, pnl=None),
            offer_line(Standing.CANNOT_BE_GUARDED, position=position(), excluded=Exclusion.ALREADY_GUARDED),
        ),
        follow_up=offer("would_sell", lines=(_would_be_sold(),)),
    )

    check_golden("outcome_armed", *render_outcome(armed, READER))


def test_nothing_armed_is_not_called_guarded():
    (screen,) = render_outcome(Armed(guards=(), left_out=(_would_be_sold(),)), READER)

    assert "No guard was set" in screen.text
    assert "<b>Guarded</b>" not in screen.text


def test_unguarded_says_what_it_means():
    (screen,) = render_outcome(Unguarded(guards=(guard(),)), READER)

    assert "Not guarded any more" in screen.text
    assert "BTC/USD" in screen.text
    check_fits(screen)


def test_left_alone_changes_nothing_and_says_so():
    (screen,) = render_outcome(LeftAlone(), READER)

    assert "Nothing was changed" in screen.text


def test_why_nothing_was_changed_is_no_markup():
    (screen,) = render_outcome(Nothing(why=GuardChanged(symbol="<b>")), READER)

    assert screen.text == "The guard of &lt;b&gt; has changed meanwhile; it was left as it is."


def test_a_further_offer_takes_the_place_of_the_first():
    (screen,) = render_outcome(offer("choose", lines=(offer_line(position=position()),)), READER)

    assert screen.text.startswith("<b>Which ones?</b>")


def test_who_sets_a_guard_reads_where_it_sells_and_that_later_buys_are_not_guarded():
    (screen,) = render_outcome(Armed(guards=(guard(),)), READER)

    assert "guarded at \N{MINUS SIGN}1.00 %, sells at $63,360.00" in screen.text
    assert "What you buy elsewhere later is not guarded until you send /guard SYMBOL." in screen.text


def test_who_leaves_all_alone_reads_how_to_be_asked_again():
    (screen,) = render_outcome(LeftAlone(), READER)

    assert "/guard ALL asks about every position again." in screen.text


def test_an_unknown_entry_that_was_left_out_names_the_way_out():
    line = offer_line(Standing.ENTRY_UNKNOWN, pnl_ratio=None, pnl=None)

    (screen,) = render_outcome(Armed(guards=(), left_out=(line,)), READER)

    assert "entry unknown; /guard BTC kraken guards it from today's price" in screen.text


def test_what_was_to_be_sold_and_is_above_its_threshold_again_is_said_not_to_be_sold():
    armed = Armed(guards=(guard(),), not_sold=(guard(),))

    [screen] = render_outcome(armed, READER)

    assert "Not sold: <b>BTC/USD</b>" in screen.text
    assert "the price is above the threshold again" in screen.text
    check_fits(screen)


def test_what_is_past_its_threshold_is_said_to_be_sold_now_and_not_to_wait_for_it():
    [screen] = render_outcome(Armed(guards=(guard(),), sold_now=(guard(),)), READER)

    assert ": past its threshold of \N{MINUS SIGN}1.00 %. Being sold now." in screen.text
    assert "sells at" not in screen.text
    check_fits(screen)
