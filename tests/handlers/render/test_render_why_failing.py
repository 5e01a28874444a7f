"""The sentences for why an exit does not get through, in alerts, in /status and in records of earlier versions."""

from dataclasses import replace

import pytest

from engine.alerts.messages import dump_message, load_message
from engine.model.delays import HeldUp
from handlers.render.alerts import render_alert
from handlers.render.why_failing import failing_text
from tests.handlers.alert_examples import EXAMPLES, EXIT
from tests.handlers.failing_reasons import HOLD, REASONS
from tests.handlers.values import NOW, READER, ago


@pytest.mark.parametrize(("sentence", "why"), REASONS.items(), ids=REASONS)
def test_what_keeps_an_exit_from_selling_is_said_with_its_figures(sentence, why):
    stored = load_message(dump_message(replace(EXAMPLES["exit_failing"], why=why)))

    assert stored.why == why
    assert f"Why: {sentence}" in render_alert(stored, READER).text.splitlines()


def test_open_orders_that_cannot_be_read_are_named_as_what_may_be_in_the_way():
    unreadable = ("OABC BTC/USD", "ODEF")

    assert failing_text("refused", unreadable, "Kraken") == (
        "refused; Kraken also lists what NIJA cannot read and what may hold it (OABC BTC/USD, ODEF): "
        "cancel that there yourself"
    )
    assert failing_text("refused", (), "Kraken") == "refused"


def test_a_late_sale_says_what_held_it_up_with_its_figures():
    late = replace(EXIT, held_up=HeldUp(since=ago(seconds=70), why=HOLD, unreadable=("ODEF",)), filled_at=NOW)

    stored = load_message(dump_message(late))

    assert stored == late
    assert (
        "0.07 of it is held, and no listed order holds it; Kraken also lists"
        in render_alert(stored, READER).text
    )
