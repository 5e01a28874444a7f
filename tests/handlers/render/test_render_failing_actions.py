"""The sentences for what is done about an exit that does not get through."""

from dataclasses import replace

import pytest

from engine.model.failing_actions import CancelAgain, FailingAction, LookYourself
from handlers.render.alerts import render_alert
from handlers.render.failing_actions import SENTENCES, doing_text
from tests.handlers.alert_examples import EXAMPLES
from tests.handlers.values import READER

FAILING = EXAMPLES["exit_failing"]


def test_every_action_has_its_sentence():
    assert set(SENTENCES) == set(FailingAction)


@pytest.mark.parametrize(
    ("doing", "text"),
    [
        (FailingAction.TRY_AGAIN, "trying again"),
        (
            FailingAction.FOLLOW,
            (
                "querying it until it is over; nothing is sent twice. "
                "If you want to sell otherwise, cancel it at Kraken first"
            ),
        ),
        (
            FailingAction.FIND_OUT_ABSENT,
            "asking Kraken what became of it; it is sent again only once it certainly did not arrive",
        ),
        (
            FailingAction.FIND_OUT_SAME_ID,
            (
                "asking Kraken what became of it; it is sent again "
                "only under the same id, which makes no second order"
            ),
        ),
        (
            FailingAction.LOOK_UNTIL_UNLISTED,
            "looking for it; it is sold again if no list shows an order within 5 minutes",
        ),
        (
            FailingAction.LOOK_UNTIL_UNPAID,
            "looking for it; it is sent again if the balance shows no money of a sale for 60 seconds",
        ),
        (
            CancelAgain(error="Alpaca: no connection"),
            (
                "cancelling it; the exit waits for the market to open; that failed, "
                "because Alpaca: no connection; trying again"
            ),
        ),
        (
            LookYourself(order_id="nija-1", is_same_id=False, is_key_rejected=True),
            (
                "asking again; it is sent again only once it certainly did not arrive. "
                "Please give the key what it lacks, or look for this bot's own sell order nija-1 at Kraken, "
                "and sell it there yourself if there is none"
            ),
        ),
        (
            LookYourself(order_id="nija-1", is_same_id=True, is_key_rejected=False),
            (
                "asking again; it is sent again only under the same id, which makes no second order. "
                "Please look for this bot's own sell order nija-1 at Kraken, "
                "and sell it there yourself if there is none"
            ),
        ),
        ("trying {it} again", "trying {it} again"),
    ],
)
def test_what_is_done_is_said_with_its_figures_and_what_an_earlier_version_wrote_as_it_stands(doing, text):
    assert doing_text(doing, "Kraken") == text


def test_an_alarm_says_what_is_done():
    alarm = render_alert(replace(FAILING, doing=FailingAction.READ_AGAIN), READER)

    assert "What NIJA does: reading it again" in alarm.text.splitlines()
