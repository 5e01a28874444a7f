"""An alert that Telegram refuses, or that cannot be read or rendered, holds up no other."""

from decimal import Decimal

import pytest
from structlog.testing import capture_logs

from bot.alerting import delivery, sending
from engine.alerts.kinds import AlertState
from engine.alerts.messages import BrokerTrouble, ExitParked, FirstContact
from engine.alerts.questions import Choice, ChoiceKind, Offer
from engine.alerts.table import AlertRow
from engine.model.venues import Venue
from sandbox.telegram import FaultKind
from tests.bot.alerting.post import REPEATED, owner_of, price_trouble, texts, trouble
from tests.bot.database import START
from tests.bot.posts import critical
from tests.rows import change_row


@pytest.mark.fault("C10")
async def test_an_alert_whose_data_cannot_be_read_is_reported_and_waits_no_more(server, post):
    owner = owner_of(server)
    await post.put(ExitParked(venue=Venue.KRAKEN, symbol="BTC/USD", quantity=Decimal(1), why="dust"))
    async with post.database.write() as session:
        await change_row(session, AlertRow, 1, data_json='{"kind":"exit_parked"}')

    with capture_logs() as logs:
        await post.sweep()

    (text,) = texts(owner)
    assert "An alert could not be read" in text
    assert "Alert 1 (exit parked)" in text
    assert (await post.waiting(), (await post.given_up()).alerts) == (0, 1)
    assert [log["alerts"] for log in logs if "cannot be read" in log["event"]] == [(1,)]


async def test_unreadable_markup_goes_as_plain_text(server, post, monkeypatch):
    monkeypatch.setattr("handlers.render.alerts.MAY_BE_REPEATED", f"<blink>{REPEATED}")
    owner = owner_of(server)
    server.faults.add("sendMessage", kind=FaultKind.DROP_BEFORE)
    await post.put(trouble("no answer"))

    await post.sweep()
    post.clock.pass_time(1)
    await post.sweep()

    assert texts(owner)[-1].endswith(REPEATED)
    assert (await post.row()).state is AlertState.SENT


async def test_an_alert_whose_buttons_telegram_does_not_take_arrives_without_them(server, post):
    owner = owner_of(server)
    too_long_a_button = Choice(kind=ChoiceKind.RESUME_GUARD, confirmation_id="x" * 100)
    offer = Offer(
        about="paused",
        lines=(),
        choices=(too_long_a_button,),
        threshold=Decimal("-0.01"),
        as_of=START,
        expires_at=START,
    )
    await post.put(FirstContact(offer=offer))

    await post.sweep()

    assert (await post.row()).state is AlertState.SENT
    assert len(texts(owner)) == 1


@pytest.mark.fault("C7")
async def test_a_critical_alert_that_telegram_refuses_is_tried_on_slower_for_ever(server, post):
    owner = owner_of(server)
    refusing = server.faults.add("sendMessage", kind=FaultKind.BAD_REQUEST, times=None)
    await post.put(critical("BTC/USD"))
    pauses = []
    for _ in range(12):
        await post.sweep()
        row = await post.row()
        assert (row.state, await post.refused()) == (AlertState.REFUSED, 1)
        pauses.append((row.not_before - post.clock.now()).total_seconds())
        post.clock.pass_time(pauses[-1])
    server.faults.remove(refusing)

    await post.sweep()

    assert pauses == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300, 300, 300]
    assert ["BTC/USD" in text for text in texts(owner)] == [True]
    assert await post.refused() == 0
    assert [call.params.get("parse_mode") for call in server.calls("sendMessage")[:4]] == [
        "HTML",
        None,
        "HTML",
        None,
    ]


async def test_what_telegram_refuses_holds_up_no_other(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "BTC/USD")
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.put(trouble("no answer"))

    await post.sweep()

    eth, kraken = texts(owner)
    assert "ETH/USD" in eth
    assert "no answer" in kraken
    assert await post.waiting() == 1


async def test_small_news_that_telegram_refuses_is_given_up_at_last_and_counted(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "never seen")
    await post.put(trouble("never seen"))
    tries = 0
    while (await post.row(1)).state is not AlertState.DEAD:
        tries += 1
        await post.sweep()
        post.clock.pass_time(300)
    await post.put(critical("BTC/USD"))
    await post.sweep()

    assert tries == 6
    assert ["BTC/USD" in text for text in texts(owner)] == [True]
    given_up = await post.given_up()
    assert (given_up.alerts, given_up.last_kind) == (1, "broker_trouble")
    assert "text is empty" in given_up.last_error


async def test_one_refused_alert_takes_no_digest_with_it(server, post, monkeypatch):
    owner = owner_of(server)
    cannot_be_sent(monkeypatch, "Coinbase")
    bad = BrokerTrouble(venue=Venue.COINBASE, what="unreachable", why="odd", since=START)
    for message in (trouble("first"), bad, price_trouble("unknown")):
        await post.put(message)
    post.clock.pass_time(3 * 3600)

    for _ in range(3):
        await post.sweep()
        post.clock.pass_time(10)

    assert len(texts(owner)) == 2
    assert await post.waiting() == 1


async def test_an_alert_without_words_holds_up_no_other(server, post, monkeypatch):
    owner, works = owner_of(server), delivery.render_batch

    def render(batch, reader):
        if batch.first.message.symbol == "BTC/USD":
            raise KeyError("no such word")
        return works(batch, reader)

    monkeypatch.setattr(delivery, "render_batch", render)
    await post.put(critical("BTC/USD"))
    await post.put(critical("ETH/USD"))
    await post.sweep()
    assert ["ETH/USD" in text for text in texts(owner)] == [True]

    monkeypatch.setattr(delivery, "render_batch", works)
    post.clock.pass_time(5)
    await post.sweep()

    assert "BTC/USD" in texts(owner)[-1]


def cannot_be_sent(monkeypatch, words):
    """Send what has these words in it as nothing, with markup and without."""
    parts = sending.message_parts
    monkeypatch.setattr(
        sending, "message_parts", lambda screen: (("", None),) if words in screen.text else parts(screen)
    )
