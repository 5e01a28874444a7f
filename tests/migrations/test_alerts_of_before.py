"""Alerts that an earlier version stored, written and shown by it, and what they show now."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from engine.alerts.messages import load_message
from handlers.render.alerts import render_alert
from handlers.render.times import Reader
from tests.builders import NOW
from tests.migrations.old_databases import MOMENT, down, insert, migrate, old_database, run

STORED = json.loads((Path(__file__).parent / "alerts_of_0017.json").read_text())
READER = Reader(now=NOW + timedelta(minutes=5))
STATED = {"user_id": 7, "chat_id": 7, "critical": 0, "state": "waiting", "attempts": 0, "created_at": MOMENT}


@pytest.fixture
def file(tmp_path):
    """Return a database of revision 0017 with those alerts, and one that cannot be read."""
    file = tmp_path / "nija.db"
    old_database(file, "0017")
    for number, alert in enumerate(STORED):
        add(file, number, alert["kind"], json.dumps(alert["data"]))
    add(file, len(STORED), "first_contact", "damaged")
    return file


def add(file, number, kind, data):
    insert(file, "alerts", alert_id=number, kind=kind, data_json=data, dedup_key=str(number), **STATED)


def stored_in(file):
    return [text for (text,) in run(file, "SELECT data_json FROM alerts ORDER BY alert_id")[0]]


def test_they_are_shown_as_they_were(file):
    migrate(file)

    *texts, damaged = stored_in(file)
    shown = {
        alert["name"]: render_alert(load_message(text), READER).text
        for alert, text in zip(STORED, texts, strict=True)
    }
    assert shown == {alert["name"]: alert["shown"] for alert in STORED}
    assert damaged == "damaged"


def positions_in(data):
    """Return every position of an alert, in its order."""
    if isinstance(data, list):
        return [found for one in data for found in positions_in(one)]
    if not isinstance(data, dict):
        return []
    own = [data["position"]] if "position" in data else []
    return own + [found for one in data.values() for found in positions_in(one)]


def lines_in(data):
    if isinstance(data, list):
        return [found for one in data for found in lines_in(one)]
    if not isinstance(data, dict):
        return []
    own = [data] if "standing" in data else []
    return own + [found for one in data.values() for found in lines_in(one)]


def test_every_figure_of_a_position_is_worked_out_as_it_was_stored(file):
    migrate(file)

    *texts, _ = stored_in(file)
    for alert, text in zip(STORED, texts, strict=True):
        now = [line.position for line in lines_of(load_message(text))]
        for before, position in zip(positions_of_lines(alert["data"]), now, strict=True):
            for name in ("entry", "pnl", "pnl_ratio", "net_if_sold", "guard_ratio"):
                assert figure(getattr(position, name)) == figure(before[name]), (alert["name"], name)
            assert position.currency == before["currency"]
            assert position.is_fee_own == before["is_fee_own"]


def figure(value):
    return None if value is None else round(Decimal(value), 20)


def lines_of(message):
    offer = getattr(message, "offer", None)
    return offer.lines if offer is not None else message.armed.left_out


def positions_of_lines(data):
    return [line["position"] for line in lines_in(data)]


def test_a_downgrade_writes_what_an_earlier_version_reads(file):
    migrate(file)
    down(file, "0017")

    *texts, _ = stored_in(file)
    for alert, text in zip(STORED, texts, strict=True):
        data = json.loads(text)
        for before, after in zip(positions_in(alert["data"]), positions_in(data), strict=True):
            assert after.keys() >= before.keys() - {"guard_ratio"}
            assert (after["symbol"], after["currency"]) == (before["symbol"], before["currency"])
            assert after["mark"] == before["mark"]
        kept = ("standing", "why_not", "excluded")
        assert [[line[name] for name in kept] for line in lines_in(data)] == [
            [line[name] for name in kept] for line in lines_in(alert["data"])
        ]
