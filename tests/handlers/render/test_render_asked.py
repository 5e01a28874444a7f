from dataclasses import replace
from decimal import Decimal

from engine.alerts.messages import ExitFailing
from engine.model.holdings import Direction
from engine.model.venues import Venue
from handlers.render.alerts import render_alert
from handlers.render.html import plain_text
from tests.handlers.render.test_render_alerts import EXIT
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, ago

ASKED = replace(EXIT, asked=True)


def test_a_sale_that_was_asked_for_says_so_and_names_no_threshold():
    check_golden("alert_sold_as_asked", render_alert(ASKED, READER))


def test_a_short_bought_back_begins_the_same():
    screen = render_alert(replace(ASKED, direction=Direction.SHORT), READER)

    assert plain_text(screen.text).startswith(
        "SOLD as you asked\nBTC/USD on Kraken was bought back at market."
    )
    check_fits(screen)


def test_without_an_entry_no_result_is_claimed():
    screen = render_alert(replace(ASKED, entry_known=False, realised=None), READER)

    assert "unknown, no entry" in screen.text
    check_fits(screen)


def test_an_asked_sale_that_fails_names_no_threshold():
    failing = ExitFailing(
        venue=Venue.KRAKEN,
        symbol="BTC/USD",
        trigger_ratio=Decimal(0),
        threshold=Decimal("-0.01"),
        quantity=Decimal("0.12"),
        why="Kraken: EService:Busy",
        doing="trying again in 0.5 s",
        since=ago(seconds=2),
        asked=True,
    )

    screen = render_alert(failing, READER)

    assert screen.text.startswith("<b>EXIT FAILING: not sold yet</b>")
    assert "Threshold" not in screen.text
    check_fits(screen)
