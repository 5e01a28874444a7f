"""A broker out of reach is reported once, and once that it is back."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.exc import OperationalError

from engine.accounts.reading_kind import ReadingKind
from engine.alerts.messages import BrokerTrouble, GuardReduced, PriceTrouble
from engine.alerts.outages import BrokerOutage, OutageMonitor, Watched, after_attempt
from engine.clock import Moment
from engine.model.errors import KeyRejectedError, TryLaterError
from engine.model.venues import Venue
from sandbox.faults import FaultKind
from sandbox.market import Override

START = datetime(2026, 11, 22, 2, 10, tzinfo=UTC)
TIMEOUT = TryLaterError(Venue.KRAKEN, "timed out")
REVOKED = KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key")


BALANCES, PAST_TRADES = ReadingKind.BALANCES, ReadingKind.PAST_TRADES


def news_of(*errors, is_guarded=False, is_alarmed=False):
    return news_of_readings(
        *((BALANCES, error) for error in errors), is_guarded=is_guarded, is_alarmed=is_alarmed
    )


def news_of_readings(*outcomes, is_guarded=False, is_alarmed=False):
    silence, reported = BrokerOutage(), []
    for minute, (reading, error) in enumerate(outcomes):
        now = Moment(START, 0) + timedelta(minutes=minute)
        silence, news = after_attempt(
            silence, reading, error, now=now, is_guarded=is_guarded, is_alarmed=is_alarmed
        )
        reported.append(news)
    return reported, silence


def test_one_or_two_missed_readings_are_not_worth_a_message():
    assert news_of(TIMEOUT, TIMEOUT, None) == ([None, None, None], BrokerOutage())


def test_the_third_missed_reading_in_a_row_is_reported_once():
    reported, silence = news_of(TIMEOUT, TIMEOUT, TIMEOUT, TIMEOUT)

    assert reported == [None, None, "unreachable", None]
    assert silence.since == START


@pytest.mark.fault("V22")
def test_a_refused_key_is_reported_at_once_because_only_its_owner_can_mend_it():
    assert news_of(REVOKED, REVOKED)[0] == ["key_rejected", None]


def test_what_was_reported_ends_with_the_news_that_it_is_back():
    assert news_of(TIMEOUT, TIMEOUT, TIMEOUT, None, None)[0] == [None, None, "unreachable", "back", None]


@pytest.mark.parametrize(("error", "reported"), [(TIMEOUT, "unreachable"), (REVOKED, "key_rejected")])
def test_with_money_guarded_there_it_is_reported_again_in_growing_pauses(error, reported):
    news, _ = news_of(*[error] * 140, is_guarded=True)

    minutes = [minute for minute, one in enumerate(news) if one == reported]
    first = minutes[0]
    assert [minute - first for minute in minutes] == [0, 1, 3, 11, 71, 131]
    assert set(news) == {reported, None}


def test_an_outage_that_fails_every_reading_is_reported_once_and_over_when_none_fails():
    outage = [(reading, TIMEOUT) for _ in range(4) for reading in (BALANCES, PAST_TRADES)]

    reported, _ = news_of_readings(*outage, (BALANCES, None), (PAST_TRADES, None), (BALANCES, None))

    assert [news for news in reported if news] == ["unreachable", "back"]
    assert reported[-2] == "back"


def test_a_reading_that_fails_now_and_then_is_not_counted_with_another():
    reported, _ = news_of_readings(*[(PAST_TRADES, TIMEOUT), (BALANCES, TIMEOUT), (BALANCES, None)] * 2)

    assert set(reported) == {None}


def test_a_standing_price_alarm_says_all_that_an_outage_would():
    reported, silence = news_of(*[TIMEOUT] * 9, None, is_guarded=True, is_alarmed=True)

    assert set(reported) == {None}
    assert silence == BrokerOutage()


def test_a_refused_key_is_reported_beside_a_price_alarm():
    assert news_of(REVOKED, is_guarded=True, is_alarmed=True)[0] == ["key_rejected"]


@pytest.mark.fault("V68")
async def test_an_outage_under_a_guard_is_one_alarm_with_reminders_and_one_all_clear(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.look()
    await room.read()
    before = len(await room.alerts())
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "*", times=None)
    for _ in range(5):
        for _ in range(12):
            await room.clock.sleep(5)
            await room.look()
        await room.read()
    room.world.faults(Venue.KRAKEN).clear()
    await room.look()
    await room.read()

    outage = (await room.alerts())[before:]

    assert {type(alert) for alert in outage} == {PriceTrouble}
    assert [alert.what for alert in outage if not alert.again] == ["unknown", "back"]


async def test_an_odd_price_of_a_venue_that_answers_hides_no_outage_of_its_accounts(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.read()
    room.world.market.override("kraken", "BTC/USD", Override(bid=None, ask=Decimal(60000)))
    for _ in range(5):
        await room.clock.sleep(5)
        await room.look()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=None)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()

    assert [alert.what for alert in await room.alerts(PriceTrouble)] == ["unknown"]
    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["unreachable"]


def the_outages(room):
    async def watched(account):
        return Watched(is_guarded=bool(await room.guards(account.venue)), is_alarmed=False)

    return OutageMonitor(database=room.database, clock=room.clock, watched=watched)


async def silent_minutes(room, outages, count):
    for _ in range(count):
        await outages.note(room.account(), BALANCES, TIMEOUT)
        await room.clock.sleep(60)


async def test_a_silent_broker_is_reported_again_while_something_is_guarded_there_and_once_when_it_is_back(
    room,
):
    outages = the_outages(room)
    await room.arm("0.1", "6000")

    await silent_minutes(room, outages, 7)
    await outages.note(room.account(), BALANCES, None)
    await outages.note(room.account(), BALANCES, None)

    reported = await room.alerts(BrokerTrouble)
    assert [(alert.what, alert.again) for alert in reported] == [
        ("unreachable", False),
        ("unreachable", True),
        ("unreachable", True),
        ("back", False),
    ]
    assert len({alert.since for alert in reported}) == 1


async def test_a_silent_broker_where_nothing_is_guarded_is_reported_once(room):
    outages = the_outages(room)

    await silent_minutes(room, outages, 30)

    assert [(alert.what, alert.guarded) for alert in await room.alerts(BrokerTrouble)] == [
        ("unreachable", False)
    ]


async def test_what_could_not_be_written_was_not_reported(room):
    outages = the_outages(room)
    async with room.held_database():
        with pytest.raises(OperationalError):
            await outages.note(room.account(), BALANCES, REVOKED)

    await outages.note(room.account(), BALANCES, REVOKED)
    await outages.note(room.account(), BALANCES, REVOKED)

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["key_rejected"]


@pytest.mark.fault("V82")
async def test_prices_nobody_reports_keep_no_withdrawal_from_its_guard(room):
    room.deposit("BTC", "0.1")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await room.read()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    room.withdraw("BTC", "0.04")
    for _ in range(4):
        await room.clock.sleep(60)
        await room.read()

    assert (await room.guard()).quantity == Decimal("0.06")
    assert [alert.now for alert in await room.alerts(GuardReduced)] == [Decimal("0.06")]


async def test_missing_prices_are_reported_as_that_and_not_as_a_broker_that_does_not_answer(room):
    room.deposit("BTC", "0.1")
    await room.read()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    for _ in range(6):
        await room.clock.sleep(60)
        await room.read()
    room.world.faults(Venue.KRAKEN).clear()
    await room.clock.sleep(60)
    await room.read()

    reported = await room.alerts(BrokerTrouble)
    assert [(alert.what, alert.guarded) for alert in reported] == [("unpriced", False), ("priced", False)]
    assert reported[0].why == "it sent an error page instead of an answer (HTTP 503)"


async def test_a_broker_that_stops_answering_while_its_prices_are_missing_is_reported_beside_that(room):
    room.deposit("BTC", "0.1")
    await room.read()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "Ticker", times=None)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    room.fault(FaultKind.HTTP_ERROR_BEFORE, "BalanceEx", times=3)
    for _ in range(4):
        await room.clock.sleep(60)
        await room.read()

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["unpriced", "unreachable", "back"]


@pytest.mark.parametrize(
    ("defect", "reported"),
    [
        ("fetch_report", ("unreachable", "Reading balances: a defect of the bot itself (TypeError)")),
        ("fetch_quotes", ("unpriced", "a defect of the bot itself (TypeError)")),
    ],
)
async def test_an_account_that_our_own_defect_keeps_from_being_read_is_reported(room, defect, reported):
    room.deposit("BTC", "0.1")
    await room.read()
    reader = room.engine.balances._reader
    owner = reader._brokers["env-kraken"] if defect == "fetch_report" else reader._markets[Venue.KRAKEN].data
    works = getattr(owner, defect)
    setattr(owner, defect, None)
    for _ in range(3):
        await room.clock.sleep(60)
        await room.read()
    setattr(owner, defect, works)
    await room.clock.sleep(60)
    await room.read()

    begun, over = await room.alerts(BrokerTrouble)
    assert (begun.what, begun.why) == reported
    assert over.what == {"unreachable": "back", "unpriced": "priced"}[begun.what]
    assert len([log for log in room.logs if log["event"] == "a reading failed at a defect"]) >= 3


@pytest.mark.parametrize(
    ("endpoint", "begun"),
    [("BalanceEx", "unreachable"), ("Ticker", "unpriced"), ("TradesHistory", "unreachable")],
)
async def test_answers_that_cannot_be_read_are_reported_as_an_outage(room, endpoint, begun):
    room.deposit("BTC", "0.1")
    room.fault(
        FaultKind.WRONG_BODY,
        endpoint,
        times=None,
        body='{"error":[]}',
        content_type="application/json; charset=hex",
    )
    for _ in range(4):
        await room.clock.sleep(60)
        await room.read()

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == [begun]


async def silent_readings(room, endpoint, count):
    room.fault(FaultKind.HTTP_ERROR_BEFORE, endpoint, times=None)
    for _ in range(count):
        await room.clock.sleep(60)
        await room.read()


@pytest.mark.fault("P35")
@pytest.mark.parametrize(
    ("endpoint", "begun", "over"),
    [
        ("BalanceEx", "unreachable", "back"),
        ("TradesHistory", "unreachable", "back"),
        ("Ticker", "unpriced", "priced"),
    ],
)
async def test_what_is_over_after_a_restart_is_reported_as_over_once(room, endpoint, begun, over):
    room.deposit("BTC", "0.1")
    await silent_readings(room, endpoint, 4)
    await room.restart()
    await room.read()
    room.world.faults(Venue.KRAKEN).clear()
    await room.restart()
    for _ in range(3):
        await room.read()
        await room.clock.sleep(60)
    await room.restart()
    await room.read()

    reported = await room.alerts(BrokerTrouble)
    assert [alert.what for alert in reported] == [begun, over]
    assert reported[0].since == reported[1].since


async def test_an_outage_that_goes_on_over_a_restart_keeps_its_pauses(room):
    outages = the_outages(room)
    await room.arm("0.1", "6000")
    # Told at minutes 2, 3 and 5; the next is due at 13.
    await silent_minutes(room, outages, 6)
    outages = the_outages(room)

    await silent_minutes(room, outages, 8)

    reported = await room.alerts(BrokerTrouble)
    assert [alert.again for alert in reported] == [False, True, True, True]
    assert len({alert.since for alert in reported}) == 1


async def test_a_good_reading_of_one_kind_ends_no_outage_that_a_restart_found(room):
    outages = the_outages(room)
    for _ in range(3):
        await outages.note(room.account(), BALANCES, None)
        await outages.note(room.account(), PAST_TRADES, TIMEOUT)
    outages = the_outages(room)

    await outages.note(room.account(), BALANCES, None)
    await outages.note(room.account(), PAST_TRADES, TIMEOUT)
    await outages.note(room.account(), BALANCES, None)
    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["unreachable"]
    await outages.note(room.account(), PAST_TRADES, None)

    assert [alert.what for alert in await room.alerts(BrokerTrouble)] == ["unreachable", "back"]


@pytest.mark.fault("P35")
@pytest.mark.parametrize("is_written", [True, False], ids=["written", "not written"])
@pytest.mark.parametrize("killed_at", range(10))
async def test_an_outage_is_reported_once_and_over_once_wherever_the_process_is_killed(
    room, killed_at, is_written
):
    outages = the_outages(room)
    for minute, error in enumerate([TIMEOUT] * 8 + [None] * 2):
        if minute == killed_at and not is_written:
            with suppress(OperationalError):
                async with room.held_database():
                    await outages.note(room.account(), BALANCES, error)
            outages = the_outages(room)
        for reading in (BALANCES, PAST_TRADES):
            await outages.note(room.account(), reading, error)
        if minute == killed_at:
            outages = the_outages(room)
        await room.clock.sleep(60)

    await outages.note(room.account(), BALANCES, None)
    await outages.note(room.account(), PAST_TRADES, None)
    reported = await room.alerts(BrokerTrouble)
    assert [alert.what for alert in reported] == ["unreachable", "back"]
    assert reported[0].since == reported[1].since
