"""Refresh and choices, pressed in a real chat."""

import pytest

from engine.alerts.questions import Armed, Choice, ChoiceKind
from engine.entries.sizing import SizeBasis
from engine.model.venues import Venue
from engine.offers.not_held import HoldingUnknown, Wanted
from engine.offers.outcomes import Nothing, Rejected, Unguarded
from engine.users.roles import Role
from handlers.entry_arguments import parse_route
from tests.handlers.values import (
    OWNER,
    guard,
    offer,
    overview,
    portfolio,
    position,
    preview,
    size,
    snapshot,
    state,
    user,
)


async def test_refresh_redraws_in_place(engine, owner):
    shown = await owner.ask("/balance")
    engine.answers["fetch_overview"] = overview(state(Venue.KRAKEN, snapshot("777", "0")))

    query = owner.press(shown, "🔄 Refresh")
    await owner.wait_for("$777.00", after=shown)
    answer = await owner.wait_for_answer(query)

    assert len([one for one in owner.messages if one.from_bot]) == 1
    assert not answer.show_alert
    assert owner.message(shown.message_id).buttons == (("🔄 Refresh",),)


async def test_refresh_of_what_has_not_changed_says_up_to_date(engine, owner):
    shown = await owner.ask("/positions")

    answer = await owner.wait_for_answer(owner.press(shown, "🔄 Refresh"))

    assert answer.text == "Up to date."
    assert len(engine.asked("fetch_portfolio")) == 2


@pytest.mark.parametrize(
    ("typed", "shows"), [("/positions eth", "You hold no ETH."), ("/positions btc kraken", "1 held")]
)
async def test_refresh_of_one_position_shows_no_other(engine, owner, typed, shows):
    shown = await owner.ask(typed)
    engine.answers["fetch_portfolio"] = portfolio(position(), position(asset="SOL"))

    await owner.wait_for_answer(owner.press(shown, "🔄 Refresh"))

    assert shows in owner.message(shown.message_id).text


USUAL = size(basis=SizeBasis.USUAL, share="0.1")


@pytest.mark.parametrize("typed", ["/route", "/route 30", "/route BTC", "/route btc-usd 30"])
async def test_refresh_of_a_route_asks_what_was_typed(engine, owner, typed):
    asked = parse_route(typed.split()[1:])
    engine.answers["preview"] = preview(requested=asked.symbol, sized=None if asked.size else USUAL)
    shown = await owner.ask(typed)

    await owner.wait_for_answer(owner.press(shown, "🔄 Refresh"))

    assert engine.asked("preview") == [[OWNER, asked.symbol, asked.size]] * 2


async def test_a_slow_refresh_stops_the_spinner_before_it_is_done(engine, owner):
    shown = await owner.ask("/balance")
    engine.answers["fetch_overview"] = overview(state(Venue.KRAKEN, snapshot("777", "0")))
    engine.ready.clear()

    query = owner.press(shown, "🔄 Refresh")
    answer = await owner.wait_for_answer(query)
    engine.ready.set()
    await owner.wait_for("$777.00", after=shown)

    assert answer.text == ""


async def test_a_refresh_grown_too_long_goes_on_in_further_messages(engine, owner):
    shown = await owner.ask("/positions")
    engine.answers["fetch_portfolio"] = portfolio(*(position() for _ in range(60)))

    owner.press(shown, "🔄 Refresh")
    last = await owner.wait_for("As of", after=shown)

    assert owner.message(shown.message_id).text.startswith("Positions")
    assert owner.message(shown.message_id).buttons == ()
    assert last.message_id > shown.message_id
    assert last.buttons


async def test_a_choice_is_taken_once_and_its_buttons_go(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = Armed(guards=(guard(),))

    owner.press(asked, "Guard from cost")
    done = await owner.wait_for("guarded at", after=asked)

    assert engine.asked("confirm") == [[OWNER, "abc123"]]
    assert done.message_id == asked.message_id
    assert done.buttons == ()


@pytest.mark.fault("C15")
async def test_an_answer_about_one_position_leaves_the_question_about_the_others(engine, owner):
    engine.answers["offer_guard"] = offer(
        "would_sell",
        choices=tuple(
            Choice(kind=ChoiceKind.GUARD_AND_SELL_NOW, confirmation_id=asset, subject=f"{asset} Kraken")
            for asset in ("ADA", "ETH")
        ),
    )
    asked = await owner.ask("/guard ALL")
    engine.answers["confirm"] = Armed(guards=())
    engine.answers["fetch_open_choices"] = frozenset({"ADA"})

    owner.press(asked, "Guard ETH Kraken and sell now")
    done = await owner.wait_for("No guard was set", after=asked)

    assert done.message_id > asked.message_id
    left = owner.message(asked.message_id)
    assert "Sell at once?" in left.text
    assert left.buttons == (("Guard ADA Kraken and sell now",),)


async def test_a_question_that_stays_says_what_was_guarded_by_an_answer_to_it(engine, owner):
    engine.answers["offer_guard"] = offer(
        "choose",
        choices=tuple(
            Choice(kind=ChoiceKind.GUARD_FROM_COST, confirmation_id=asset, subject=f"{asset} Kraken")
            for asset in ("BTC", "ETH", "SOL")
        ),
    )
    asked = await owner.ask("/guard ALL")
    engine.answers["confirm"] = Armed(guards=(guard(),))
    engine.answers["fetch_open_choices"] = frozenset({"ETH", "SOL"})

    answer = owner.press(asked, "Guard BTC Kraken from cost")
    await owner.wait_for_answer(answer)
    await owner.wait_for("guarded at", after=asked)

    left = owner.message(asked.message_id)
    assert left.text == f"{asked.text}\n\nGuarded since: BTC/USD on Kraken"
    assert left.buttons == (("Guard ETH Kraken from cost",), ("Guard SOL Kraken from cost",))


@pytest.mark.fault("C4")
async def test_a_double_tap_acts_once_and_the_second_shows_why(engine, owner):
    asked = await owner.ask("/unguard BTC")
    engine.answers["confirm"] = [Unguarded(guards=(guard(),)), Nothing(why=Rejected.USED)]

    owner.press(asked, "Guard from cost")
    second = owner.press(asked, "Guard from cost")
    answer = await owner.wait_for_answer(second)

    assert answer.show_alert
    assert answer.text == "This button was already used; nothing was done again."
    assert owner.message(asked.message_id).text.startswith("Not guarded any more")


async def test_a_further_question_comes_as_a_new_message(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = Armed(guards=(guard(),), follow_up=offer("would_sell"))

    owner.press(asked, "Guard from cost")
    further = await owner.wait_for("Sell at once?", after=asked)

    assert owner.message(asked.message_id).text.startswith("Guarded")
    assert further.message_id > asked.message_id
    assert further.buttons


async def test_a_choice_that_leads_to_a_question_is_replaced_by_it(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = offer("choose")

    owner.press(asked, "Guard from cost")
    choosing = await owner.wait_for("Which ones?", after=asked)

    assert choosing.message_id == asked.message_id


#: A sentence that is too long to pop up.
LONG = HoldingUnknown(symbol="BTC", unread="long " * 60, wanted=Wanted.GUARD)


@pytest.mark.parametrize(("why", "said"), [(LONG, "long long"), (Rejected.EXPIRED, "has expired")])
async def test_a_refusal_that_no_pop_up_can_show_comes_as_a_message(engine, owner, why, said):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = Nothing(why=why)
    engine.ready.clear()

    query = owner.press(asked, "Guard from cost")
    await owner.wait_for_answer(query)  # too late for the words to pop up
    engine.ready.set()

    assert (await owner.wait_for(said, after=asked)).from_bot


async def test_a_long_refusal_comes_as_a_message_at_once(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = Nothing(why=LONG)

    query = owner.press(asked, "Guard from cost")

    assert (await owner.wait_for("long long", after=asked)).from_bot
    assert (await owner.wait_for_answer(query)).text == ""


async def test_a_viewer_cannot_press_what_changes(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.users[OWNER] = user(role=Role.VIEWER)

    answer = await owner.wait_for_answer(owner.press(asked, "Guard from cost"))

    assert answer.show_alert
    assert "Nothing was changed" in answer.text
    assert engine.asked("confirm") == []


@pytest.mark.parametrize("data", ["r:gone", "r:guard:BTC", "?:1", "nonsense", "r:"])
async def test_a_button_of_another_version_says_so(engine, owner, data):
    shown = await owner.ask("/balance")

    answer = await owner.wait_for_answer(owner.forge_press(shown, data))

    assert answer.show_alert
    assert "older version" in answer.text
    assert len(engine.calls) == 1
