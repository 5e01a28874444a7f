"""The one error edge: what the person reads, what the log keeps, and what is never claimed."""

import re

import pytest
from structlog.testing import capture_logs

from engine.model.errors import TryLaterError
from engine.model.venues import Venue
from sandbox.telegram import FaultKind


@pytest.mark.parametrize(
    ("typed", "verb", "not_done"),
    [
        ("/balance", "fetch_overview", "Your balance was not read; nothing was changed."),
        ("/route", "preview", "No route was worked out, and nothing was ordered."),
        (
            "/settings size 5%",
            "set_share",
            "It is not known whether a setting was changed; /settings shows it.",
        ),
        ("/why BTC", "plan", "No buy was worked out, and nothing was ordered."),
        ("/guard BTC", "offer_guard", "No guard was set; what was guarded before still is."),
    ],
)
async def test_a_failure_says_what_was_not_done_and_what_to_do(engine, owner, typed, verb, not_done):
    engine.answers[verb] = TryLaterError(Venue.KRAKEN, "EAPI:Rate limit exceeded")

    text = (await owner.ask(typed)).text

    assert text.startswith(not_done)
    assert "Kraken cannot answer now" in text
    assert "Try again in a minute." in text


async def test_the_log_has_the_incident_the_user_was_shown(engine, owner):
    engine.answers["fetch_overview"] = RuntimeError("a detail for the log only")

    with capture_logs() as lines:
        text = (await owner.ask("/balance")).text

    (incident,) = re.findall(r"Incident ([0-9A-F]{6})", text)
    assert [line["incident"] for line in lines if "incident" in line] == [incident]
    assert "a detail for the log only" not in text


async def test_the_next_command_works(engine, owner):
    engine.answers["fetch_overview"] = RuntimeError("once")
    await owner.ask("/balance")

    assert "Commands" in (await owner.ask("/help")).text


async def test_a_failed_choice_never_claims_that_nothing_happened(engine, owner):
    asked = await owner.ask("/guard BTC")
    engine.answers["confirm"] = RuntimeError("in the middle")

    query = owner.press(asked, "Guard from cost")
    reported = await owner.wait_for("Incident", after=asked)
    answer = await owner.wait_for_answer(query)

    assert "may or may not have been carried out" in reported.text
    assert "nothing was changed" not in reported.text.lower()
    assert "see the chat" in answer.text


async def test_a_failed_refresh_leaves_the_old_screen_and_says_so(engine, owner):
    shown = await owner.ask("/balance")
    engine.answers["fetch_overview"] = RuntimeError("gone")

    owner.press(shown, "🔄 Refresh")
    reported = await owner.wait_for("Incident", after=shown)

    assert reported.text.startswith("The screen was not refreshed")
    assert owner.message(shown.message_id).text == shown.text


async def test_a_lost_connection_to_telegram_is_not_answered_with_more_messages(engine, owner, server):
    server.faults.add("sendMessage", kind=FaultKind.DROP_AFTER)

    owner.send("/balance")
    await server.wait_for_call("sendMessage")
    await owner.ask("/help")

    assert [one for one in owner.messages if "Incident" in one.text] == []
