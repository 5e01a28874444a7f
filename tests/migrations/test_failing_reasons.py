"""Why exits do not get through, as an earlier version reads it after a downgrade."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from engine.alerts.messages import dump_message, load_message
from engine.model.delays import HeldUp
from handlers.render.alerts import render_alert
from handlers.render.times import Reader
from tests.builders import NOW
from tests.handlers.alert_examples import EXAMPLES, EXIT
from tests.handlers.failing_reasons import HOLD, REASONS
from tests.migrations.old_databases import MOMENT, add_owner, down, insert, migrate, run

READER = Reader(now=NOW + timedelta(minutes=5))
FAILING = EXAMPLES["exit_failing"]
UNREADABLE = ("OABC BTC/USD", "ODEF")
MESSAGES = (
    *(replace(FAILING, why=why) for why in REASONS.values()),
    replace(FAILING, unreadable=UNREADABLE),
    replace(EXIT, held_up=HeldUp(since=NOW, why=HOLD, unreadable=UNREADABLE)),
    EXIT,
)


@pytest.fixture
def file(tmp_path):
    """Return a database with those alerts, and one that cannot be read."""
    file = tmp_path / "nija.db"
    migrate(file)
    add_owner(file)
    for number, message in enumerate(MESSAGES):
        add(file, number, message.kind, dump_message(message))
    add(file, len(MESSAGES), "exit_failing", "damaged")
    return file


def add(file, number, kind, data):
    stated = {"user_id": 7, "chat_id": 7, "critical": 0, "state": "waiting", "attempts": 0}
    insert(
        file,
        "alerts",
        alert_id=number,
        kind=kind,
        data_json=data,
        dedup_key=str(number),
        created_at=MOMENT,
        **stated,
    )


def stored_in(file):
    return [text for (text,) in run(file, "SELECT data_json FROM alerts ORDER BY alert_id")[0]]


def test_a_downgrade_writes_the_sentences_that_the_chat_showed(file):
    down(file, "0023")

    *texts, damaged = stored_in(file)
    assert damaged == "damaged"
    for message, text in zip(MESSAGES, texts, strict=True):
        data = json.loads(text)
        failing = data if message.kind == "exit_failing" else data["held_up"]
        assert failing is None or (isinstance(failing["why"], str) and "unreadable" not in failing)


def test_alerts_of_before_are_shown_as_they_were(file):
    down(file, "0023")
    migrate(file)

    *texts, _ = stored_in(file)
    for message, text in zip(MESSAGES, texts, strict=True):
        assert render_alert(load_message(text), READER).text == render_alert(message, READER).text
