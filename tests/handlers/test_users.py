"""/users in a real chat: a list, and changes that are shown before their button."""

import pytest

from engine.offers.admission import Answer, Waiting
from engine.offers.membership import MemberChange, MemberList
from engine.offers.outcomes import Nothing, Outdated
from engine.users.invites import Newcomer
from engine.users.roles import Role
from tests.handlers.fakes import MEMBER
from tests.handlers.values import OWNER


async def test_the_list_names_id_role_and_what_changes_them(engine, owner):
    answer = await owner.ask("/users")

    assert "“Ann” (id 2003): viewer since" in answer.text
    assert "/users 2003 trader · /users 2003 remove" in answer.text
    assert engine.calls == [("list_members", OWNER)]


async def test_who_waits_can_be_answered_from_the_list(engine, owner):
    bob = Waiting(
        newcomer=Newcomer(user_id=2004, name="Bob"),
        role=Role.TRADER,
        buttons={Answer.APPROVE: "yes2", Answer.REFUSE: "no2"},
    )
    engine.answers["list_members"] = MemberList(members=(MEMBER,), waiting=(bob,))

    shown = await owner.ask("/users")
    owner.press(shown, "Refuse Bob")
    await owner.wait_for("is a viewer now", after=shown)

    assert "“Bob” (id 2004): would be a trader" in shown.text
    assert engine.asked("answer") == [[OWNER, "no2"]]


@pytest.mark.parametrize(
    ("typed", "change"),
    [
        ("/users 2003 viewer", MemberChange.MAKE_VIEWER),
        ("/users 2003 TRADER", MemberChange.MAKE_TRADER),
        ("/users 2003 remove", MemberChange.REMOVE),
    ],
)
async def test_a_change_is_shown_first(engine, owner, typed, change):
    shown = await owner.ask(typed)

    assert "Nothing is changed until you press the button." in shown.text
    assert engine.calls == [("offer_change", OWNER, 2003, change)]


@pytest.mark.parametrize(
    "typed",
    [
        "/users 2003",
        "/users 2003 owner",
        "/users Ann remove",
        "/users -1 remove",
        "/users 2003 remove now",
        f"/users {'9' * 17} remove",
        "/users ٣ remove",
    ],
)
async def test_anything_else_changes_nobody(engine, owner, typed):
    assert (await owner.ask(typed)).text.startswith("Nothing was changed.")
    assert engine.calls == []


async def test_the_button_changes_and_says_so(engine, owner):
    shown = await owner.ask("/users 2003 remove")

    owner.press(shown, "Remove")
    done = await owner.wait_for("was removed", after=shown)

    assert (done.message_id, done.buttons) == (shown.message_id, ())
    assert engine.asked("change") == [[OWNER, "m1"]]


async def test_what_cannot_be_changed_is_said(engine, owner):
    engine.answers["offer_change"] = Nothing(why=Outdated.OWNER)

    assert "NIJA_OWNER_IDS" in (await owner.ask("/users 1001 remove")).text


async def test_a_change_that_fails_is_called_uncertain(engine, owner):
    engine.answers["change"] = RuntimeError("bug")
    shown = await owner.ask("/users 2003 remove")

    owner.press(shown, "Remove")

    assert await owner.wait_for("They may or may not have been changed", after=shown)
