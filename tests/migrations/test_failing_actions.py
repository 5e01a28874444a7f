"""What is done about failing exits, as an earlier version reads it after a downgrade."""

import json
from dataclasses import replace

import pytest

from engine.alerts.messages import dump_message, load_message
from engine.model.failing_actions import CancelAgain, FailingAction, LookYourself
from handlers.render.failing_actions import doing_text
from tests.handlers.alert_examples import EXAMPLES
from tests.migrations.old_databases import MOMENT, add_owner, down, insert, migrate, run

FAILING = EXAMPLES["exit_failing"]
OLD = "trying {it} again as an earlier version said"
ACTIONS = (
    *FailingAction,
    CancelAgain(error="Alpaca: no connection"),
    *(
        LookYourself(order_id="nija-1", is_same_id=same, is_key_rejected=rejected)
        for same in (False, True)
        for rejected in (False, True)
    ),
    OLD,
)


@pytest.fixture
def file(tmp_path):
    file = tmp_path / "nija.db"
    migrate(file)
    add_owner(file)
    texts = [dump_message(replace(FAILING, doing=doing)) for doing in ACTIONS]
    for number, text in enumerate((*texts, "damaged")):
        insert(
            file,
            "alerts",
            alert_id=number,
            user_id=7,
            chat_id=7,
            critical=0,
            state="waiting",
            attempts=0,
            kind="exit_failing",
            data_json=text,
            dedup_key=str(number),
            created_at=MOMENT,
        )
    return file


def stored_in(file):
    return [text for (text,) in run(file, "SELECT data_json FROM alerts ORDER BY alert_id")[0]]


def test_every_action_is_stored_and_loaded():
    for doing in ACTIONS:
        assert load_message(dump_message(replace(FAILING, doing=doing))).doing == doing


def test_a_downgrade_writes_the_sentences_that_the_chat_showed(file):
    down(file, "0028")

    *texts, damaged = stored_in(file)
    assert damaged == "damaged"
    said = [doing_text(doing, FAILING.venue.label) for doing in ACTIONS]
    assert [json.loads(text)["doing"] for text in texts] == said
    assert all(said)
