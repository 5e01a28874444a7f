"""Invites in a real chat: the link, whoever opens it, and the owner's answer."""

import pytest

from engine.offers.admission import Answered
from engine.offers.outcomes import Nothing, TooManyInvites
from engine.users.invites import InviteState, Newcomer
from engine.users.roles import Role
from handlers.render.alerts import render_alert
from handlers.screens import send_screen
from tests.handlers.alert_examples import EXAMPLES
from tests.handlers.values import OWNER, READER

NEWCOMER, CODE = 3003, "Ab_-" * 5 + "xy"
START = f"/start {CODE}"


@pytest.fixture
async def question(application, owner):
    """Let the alert of a newcomer arrive in the owner's chat."""
    await owner.ask("/help")
    await send_screen(application.bot, OWNER, render_alert(EXAMPLES["newcomer_waiting"], READER))
    return await owner.wait_for("Let them in?")


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("/invite", Role.VIEWER),
        ("/invite viewer", Role.VIEWER),
        ("/invite TRADER", Role.TRADER),
    ],
)
async def test_an_owner_gets_a_link_that_leads_to_the_bot(engine, owner, server, typed, role):
    answer = await owner.ask(typed)

    assert engine.calls == [("invite", OWNER, role)]
    assert f"https://t.me/nija_sandbox_bot?start={'c' * 22}" in answer.text


@pytest.mark.parametrize("typed", ["/invite owner", "/invite boss", "/invite viewer trader"])
async def test_no_other_role_can_be_given(engine, owner, typed):
    answer = await owner.ask(typed)

    assert "No link was made." in answer.text
    assert engine.calls == []


async def test_too_many_invites_are_said_to_be(engine, owner):
    engine.answers["invite"] = Nothing(why=TooManyInvites(most=20))

    assert (await owner.ask("/invite")).text.startswith("20 of your invites wait to be opened")


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (InviteState.WAITING, "An owner of this bot has to let you in first"),
        (InviteState.USED, "This invite was used already"),
        (InviteState.EXPIRED, "This invite is over"),
    ],
)
async def test_who_opens_an_invite_reads_one_sentence(engine, owner, server, state, said):
    engine.answers["open"] = state

    answer = await server.user(user_id=NEWCOMER, name="Ann").ask(START)

    assert answer.text.startswith(said)
    assert engine.calls == [("open", CODE, Newcomer(user_id=NEWCOMER, name="Ann"))]


@pytest.mark.parametrize(
    "typed", [START, START[:-1], f"{START}x", f"/start  {CODE}", f"{START} x", f"/help {CODE}", CODE]
)
async def test_a_code_that_never_was_gets_no_answer(engine, owner, server, typed):
    stranger = server.user(user_id=NEWCOMER, name="Ann")

    stranger.send(typed)
    await server.wait_until_confirmed()
    await owner.ask("/help")

    assert [one for one in stranger.messages if one.from_bot] == []
    assert engine.calls == (
        [("open", CODE, Newcomer(user_id=NEWCOMER, name="Ann"))] if typed == START else []
    )


async def test_a_link_that_an_owner_opens_is_not_used_up(engine, owner):
    answer = await owner.ask(START)

    assert "NIJA" in answer.text
    assert engine.asked("open") == []


async def test_an_invite_counts_in_no_group_and_for_no_edit(engine, owner, server):
    group, newcomer = server.group(chat_id=-100500), server.user(user_id=NEWCOMER)

    group.send(START, by=newcomer)
    newcomer.edit(newcomer.send("hello"), START)
    await server.wait_until_confirmed()
    await owner.ask("/help")

    assert engine.asked("open") == []


@pytest.mark.parametrize(("button", "role"), [("Approve", Role.VIEWER), ("Refuse", None)])
async def test_an_owners_answer_takes_the_questions_place(engine, owner, question, button, role):
    newcomer = Newcomer(user_id=NEWCOMER, name="Ann")
    engine.answers["answer"] = Answered(newcomer=newcomer, role=role)

    owner.press(question, button)
    answered = await owner.wait_for("“Ann” (id 3003)", after=question)

    assert ("is a viewer now" if role else "was refused") in answered.text
    assert (answered.message_id, answered.buttons) == (question.message_id, ())
    assert engine.asked("answer") == [[OWNER, "yes1" if role else "no1"]]


async def test_an_approval_that_fails_is_called_uncertain(engine, owner, question):
    engine.answers["answer"] = RuntimeError("bug")

    owner.press(question, "Approve")

    assert await owner.wait_for("They may or may not have been let in", after=question)
