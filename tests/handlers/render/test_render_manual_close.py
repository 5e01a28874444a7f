from dataclasses import replace
from decimal import Decimal

from engine.alerts.messages import ExitFailing
from engine.model.delays import Wait
from engine.model.holdings import Direction
from engine.model.venues import Venue
from handlers.render.alerts import render_alert
from handlers.render.html import plain_text
from tests.handlers.render.test_render_alerts import EXIT
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import READER, ago

MANUAL = replace(EXIT, manual=True)


def test_a_sale_that_was_requested_says_so_and_names_no_threshold():
    check_golden("alert_sold_as_asked", render_alert(MANUAL, READER))


def test_a_short_bought_back_begins_the_same():
    screen = render_alert(replace(MANUAL, direction=Direction.SHORT), READER)

    assert plain_text(screen.text).startswith(
        "SOLD as you asked\nBTC/USD on Kraken was bought back at market."
    )
    check_fits(screen)


def test_without_an_entry_no_result_is_claimed():
    screen = render_alert(replace(MANUAL, entry_known=False, realised=None), READER)

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
        doing="trying again",
        wait=Wait(again_at=ago(seconds=-2)),
        since=ago(seconds=2),
        manual=True,
    )

    screen = render_alert(failing, READER)

    assert screen.text.startswith("<b>EXIT FAILING: not sold yet</b>")
    assert "Threshold" not in screen.text
    check_fits(screen)


def a_failing(**changes):
    failing = ExitFailing(
        venue=Venue.ALPACA,
        symbol="AAPL/USD",
        trigger_ratio=Decimal("-0.012"),
        threshold=Decimal("-0.01"),
        quantity=Decimal(2),
        why="refused",
        doing="trying again",
        since=ago(seconds=2),
    )
    return render_alert(replace(failing, **changes), READER).text


def test_the_next_try_is_named_by_the_clock_however_late_the_alert_is_read():
    soon = a_failing(wait=Wait(again_at=ago(seconds=-15)))
    late = a_failing(wait=Wait(again_at=ago(seconds=15)))

    assert "What NIJA does: trying again at 02:30:26 UTC\n" in soon
    assert "trying again at 02:29:56 UTC; the next alert says what came of that\n" in late


def test_a_sale_that_waits_for_its_market_says_when_that_opens_and_that_nobody_sells_before():
    closed = Wait(is_closed=True, opens_at=ago(hours=-12))
    known = a_failing(doing="waiting for the market to open", wait=closed)
    unknown = a_failing(doing="waiting for the market to open", wait=Wait(is_closed=True))

    assert "What NIJA does: waiting for the market to open, opens 14:30:11 UTC, in 12 h\n" in known
    assert "until then Alpaca fills no market order of yours either" in known
    assert "waiting for the market to open; when it opens is not known\n" in unknown
    assert "sell in Alpaca's own app" not in known + unknown
