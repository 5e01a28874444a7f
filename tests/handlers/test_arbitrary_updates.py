"""Whatever is written or pressed: a stranger gets nothing, a viewer changes nothing, and no traceback is shown."""

import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.users.roles import Role
from handlers.registry import CALLBACKS, COMMANDS
from tests.handlers.values import OWNER, user

VIEWER, STRANGER = 2003, 666
#: The engine's verbs that a viewer's update may reach, besides those that fetch.
LOOKS = {"preview", "plan", "rules_of"}

_words = st.text(max_size=40) | st.sampled_from(
    ["BTC", "all", "30", "5%", "kraken", "2003", "trader", "x" * 22]
)
_commands = st.builds(
    lambda name, mark, words: f"/{name}{mark}{' '.join(words)}",
    st.sampled_from([command.name for command in COMMANDS]) | st.text(string.ascii_lowercase, max_size=8),
    st.sampled_from([" ", "  ", "@nija_sandbox_bot ", "\n", ""]),
    st.lists(_words, max_size=4),
)
#: Telegram lets nobody send an empty message.
texts = (_commands | st.text(min_size=1, max_size=200)).filter(lambda text: text.strip())
_prefixes = st.sampled_from([one.pattern.removeprefix("^").partition(":")[0] for one in CALLBACKS])
presses = st.builds("{}:{}".format, _prefixes, st.text(max_size=40)) | st.text(min_size=1, max_size=64)

#: Each example is a conversation with a server.
arbitrary = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
    max_examples=25,
)


@pytest.fixture(autouse=True)
def _known(engine):
    engine.users |= {VIEWER: user(user_id=VIEWER, role=Role.VIEWER)}


async def handled(server, owner):
    """Wait until everything that was sent is handled."""
    await server.wait_until_confirmed()
    await owner.ask("/help")


@arbitrary
@given(text=texts, data=presses)
async def test_a_stranger_gets_nothing(server, engine, owner, text, data):
    stranger, shown = server.user(user_id=STRANGER), await owner.ask("/help")
    engine.calls.clear()

    sent = stranger.send(text)
    stranger.forge_press(sent, data)
    stranger.forge_press(shown, data, chat=owner)
    await handled(server, owner)

    assert [one for one in stranger.messages if one.from_bot] == []
    assert (stranger.typing, stranger.callback_answers) == ((), ())
    assert [call for call in engine.calls if call[0] != "open"] == []


@arbitrary
@given(text=texts, data=presses)
async def test_a_viewer_changes_nothing_and_is_asked_about_as_nobody_else(server, engine, owner, text, data):
    viewer = server.user(user_id=VIEWER)
    engine.calls.clear()

    sent = viewer.send(text)
    await viewer.wait_for_answer(viewer.forge_press(sent, data))
    await handled(server, owner)

    assert {call[1] for call in engine.calls} <= {VIEWER}
    assert [verb for verb, *_ in engine.calls if verb not in LOOKS and not verb.startswith("fetch_")] == []
    assert not any("Traceback" in one.text or "Incident" in one.text for one in viewer.messages)


@arbitrary
@given(text=texts, data=presses)
async def test_an_owner_is_answered_without_a_traceback(server, engine, owner, text, data):
    sent = owner.send(text)
    await owner.wait_for_answer(owner.forge_press(sent, data))
    await handled(server, owner)

    assert {call[1] for call in engine.calls} <= {OWNER}
    assert not any(
        "Traceback" in one.text or "Incident" in one.text for one in owner.messages if one.from_bot
    )
