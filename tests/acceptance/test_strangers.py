"""Nobody but the owners gets an answer."""

import pytest

from tests.acceptance.ether import an_ether_world


@pytest.mark.fault("C5")
async def test_a_stranger_gets_silence(open_bot):
    world = an_ether_world()
    stage = await open_bot(world, NIJA_GUARD_EXISTING="none")
    stranger = world.telegram.user(user_id=666, name="Stranger")
    screen = await stage.owner.ask("/balance")

    for text in ("/start", "/balance", "hello"):
        stranger.send(text)
    stranger.forge_press(screen, "r:balance", chat=stage.owner)
    # One chat's messages are handled in order, so a press of theirs in the owner's chat was before this.
    await world.telegram.wait_until_confirmed()
    # The menus of everybody and of the owner.
    await world.telegram.wait_for_call("setMyCommands", 2)
    await stage.owner.ask("/help")

    assert [one for one in stranger.messages if one.from_bot] == []
    assert [one["command"] for one in world.telegram.commands] == ["start"]
    assert stranger.typing == ()
    assert stranger.callback_answers == ()
