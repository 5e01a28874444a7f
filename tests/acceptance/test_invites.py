"""An owner lets somebody in, who is shown what is their own and nothing else."""

import re

import pytest

from tests.acceptance.ether import WAIT_S, an_ether_world, guarded, introduced, sales

NO_ACCOUNT = "You have no account at any broker here"
#: What the owner holds and has guarded, in whatever form.
OWNERS = re.compile(r"\$\d|ETH|Kraken|1001")


def heard(user):
    return [one.text for one in user.messages if one.from_bot]


async def opened(stage, newcomer, *, role):
    """Have an owner invite somebody, who opens the link; return the owner's question about them."""
    invite = await stage.owner.ask(f"/invite {role}", timeout_s=WAIT_S)
    link = re.search(r"https://t\.me/(\w+)\?start=([\w-]{22})\b", invite.text)
    assert link[1] == "nija_sandbox_bot"
    answer = await newcomer.ask(f"/start {link[2]}", timeout_s=WAIT_S)
    assert answer.text.startswith("An owner of this bot has to let you in first")
    return await stage.owner.wait_for("Let them in?", WAIT_S), link[2]


@pytest.mark.fault("C5")
async def test_a_newcomer_waits_is_approved_and_is_shown_nothing_of_the_owners(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    newcomer, other = world.telegram.user(user_id=2003, name="Ann"), world.telegram.user(user_id=2004)

    question, code = await opened(stage, newcomer, role="viewer")
    newcomer.send("/balance")
    other.send(f"/start {'x' * 22}")
    used = await other.ask(f"/start {code}", timeout_s=WAIT_S)
    await world.telegram.wait_until_confirmed()
    assert "“Ann” (id 2003) opened your invite for a viewer." in question.text
    assert (len(heard(newcomer)), heard(other)) == (1, [used.text])

    stage.owner.press(question, "Approve")
    await newcomer.wait_for("You are a viewer here", WAIT_S)
    balance = await newcomer.ask("/balance", timeout_s=WAIT_S)
    assert balance.text.startswith(NO_ACCOUNT)
    shown = [
        await newcomer.ask(line, timeout_s=WAIT_S)
        for line in (
            "/start",
            "/positions",
            "/history",
            "/status",
            "/route",
            "/why ETH",
            "/close ETH",
            "/help",
        )
    ]

    assert [one.text for one in shown if OWNERS.search(one.text)] == []
    assert shown[6].text == "You may look, but not change anything. Nothing was changed."


async def test_a_refused_newcomer_stays_a_stranger(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    newcomer = world.telegram.user(user_id=2003, name="Ann")
    question, code = await opened(stage, newcomer, role="trader")

    stage.owner.press(question, "Refuse")
    await stage.owner.wait_for("was refused", WAIT_S)
    newcomer.send("/balance")
    again = await newcomer.ask(f"/start {code}", timeout_s=WAIT_S)

    assert again.text == "This invite was used already; ask whoever sent it for a new one."
    assert len(heard(newcomer)) == 2


async def admitted(stage, world, *, role):
    """Have an owner let somebody in."""
    ann = world.telegram.user(user_id=2003, name="Ann")
    question, _ = await opened(stage, ann, role=role)
    stage.owner.press(question, "Approve")
    await ann.wait_for(f"You are a {role} here", WAIT_S)
    return ann


@pytest.mark.fault("C4")
@pytest.mark.parametrize("role", ["trader", "viewer"])
async def test_no_button_of_the_owners_does_anything_for_another_user(open_bot, role):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    ann = await admitted(stage, world, role=role)
    screens = [
        await stage.owner.ask(line, timeout_s=WAIT_S)
        for line in (
            "/close ETH",
            "/panic",
            "/unguard ETH",
            "/target ETH 2%",
            "/users 2003 trader",
            "/guard ETH",
        )
    ]
    shown = await ann.ask("/help", timeout_s=WAIT_S)
    pressed = {button.data for screen in screens for row in screen.keyboard for button in row}

    answers = [
        await ann.wait_for_answer(ann.forge_press(shown, data), timeout_s=WAIT_S) for data in sorted(pressed)
    ]

    assert len({data.partition(":")[0] for data in pressed}) >= 5
    assert all(answer.text for answer in answers)
    assert heard(ann)[-1] == shown.text
    assert sales(world) == []
    assert (await guarded(stage)).state == "armed"
    assert "Entries: allowed" in (await stage.owner.ask("/status", timeout_s=WAIT_S)).text


async def test_another_role_and_a_removal_count_at_once(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="all")
    await introduced(stage)
    ann = await admitted(stage, world, role="viewer")

    stage.owner.press(await stage.owner.ask("/users 2003 trader", timeout_s=WAIT_S), "Make trader")
    await ann.wait_for("You are a trader here", WAIT_S)
    tried = [
        await ann.ask(line, timeout_s=WAIT_S)
        for line in ("/guard ETH", "/close ETH", "/panic", "/buy ETH 30")
    ]
    owners = await ann.ask("/users", timeout_s=WAIT_S)
    removal = await stage.owner.ask("/users 2003 remove", timeout_s=WAIT_S)
    stage.owner.press(removal, "Remove")
    await stage.owner.wait_for("was removed", WAIT_S)
    before = len(heard(ann))
    ann.send("/balance")
    ann.forge_press(owners, "r:balance")
    await world.telegram.wait_until_confirmed()
    listed = await stage.owner.ask("/users", timeout_s=WAIT_S)

    assert [one.text for one in tried if not one.text.startswith(NO_ACCOUNT)] == []
    assert owners.text == "Only an owner of this bot may do that. Nothing was changed."
    assert (len(heard(ann)), ann.callback_answers) == (before, ())
    assert "2003" not in listed.text
    assert (await guarded(stage)).state == "armed"
