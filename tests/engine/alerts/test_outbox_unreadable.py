import pytest
from sqlalchemy import text

from engine.alerts.delivery_states import mark_sent
from engine.alerts.kinds import AlertKind
from engine.alerts.messages import AlertUnreadable
from engine.alerts.outbox import load_critical_after, load_given_up_alerts
from engine.alerts.outbox_unreadable import give_up_unreadable, has_unreadable
from tests.engine.alerts.outbox_rows import CHATTY, EXIT, LATER, append, due, mark, waiting
from tests.engine.storage.stored import NOW, OWNER


async def test_an_alert_nobody_can_read_any_more_holds_up_no_other_and_is_counted(database):
    await append(database, EXIT, "exit")
    await append(database, CHATTY, "chatty")
    async with database.write() as session:
        await session.exec(text("UPDATE alerts SET data_json = '{}' WHERE dedup_key = 'exit'"))

    (alert,) = await due(database)

    assert alert.message == CHATTY
    assert await waiting(database) == 2


async def spoil(database, key, data="{}"):
    async with database.write() as session:
        await session.exec(
            text("UPDATE alerts SET data_json = :data WHERE dedup_key = :key").bindparams(data=data, key=key)
        )


async def give_up(database):
    async with database.write() as session:
        return await give_up_unreadable(session, now=LATER)


async def is_unreadable(database):
    async with database.read() as session:
        return await has_unreadable(session)


@pytest.mark.parametrize("data", ["", "{}", "not json", '{"kind":"of_tomorrow"}', '{"kind":"exit_failing"}'])
async def test_a_critical_alert_nobody_can_read_is_given_up_and_reported(database, data):
    await append(database, CHATTY, "chatty")
    await append(database, EXIT, "exit", chat_id=-100_500)
    await spoil(database, "exit", data)

    assert await is_unreadable(database)
    assert await give_up(database) == (2,)
    assert await give_up(database) == ()
    assert not await is_unreadable(database)
    chatty, reported = sorted(await due(database), key=lambda alert: alert.alert_id)
    assert reported.message == AlertUnreadable(alert_id=2, lost="exit_failing", written_at=NOW)
    assert (reported.chat_id, reported.user_id, reported.critical) == (-100_500, OWNER, True)
    assert chatty.message == CHATTY
    assert await waiting(database) == 2
    async with database.read() as session:
        given_up = await load_given_up_alerts(session, OWNER)
    assert (given_up.alerts, given_up.last_kind) == (1, AlertKind.EXIT_FAILING)
    assert given_up.last_error == "its stored data cannot be read"


async def change(database, key, **words):
    """Write words into a row as a version does that knows more of them."""
    async with database.write() as session:
        for column, word in words.items():
            changed = text(f"UPDATE alerts SET {column} = :word WHERE dedup_key = :key")  # noqa: S608 - our own names
            await session.exec(changed.bindparams(word=word, key=key))


@pytest.mark.parametrize("message", [EXIT, CHATTY], ids=["critical", "small news"])
async def test_an_alert_of_a_kind_of_tomorrow_is_told_in_the_words_it_holds(database, message):
    await append(database, message, "odd")
    await append(database, EXIT, "other", chat_id=-100_500)
    data = '{"kind":"moon_phase","symbol":"BTC/USD","lots":[{"quantity":"0.1"}],"at":null}'
    await change(database, "odd", kind="moon_phase", data_json=data)

    assert await give_up(database) == (1,)
    other, odd = sorted(await due(database), key=lambda alert: alert.alert_id)

    assert odd.message == AlertUnreadable(
        alert_id=1, lost="moon_phase", written_at=NOW, text="symbol: BTC/USD; lots: [{quantity: 0.1}]"
    )
    assert other.message == EXIT
    async with database.read() as session:
        assert (await load_given_up_alerts(session, OWNER)).last_kind == "moon_phase"


@pytest.mark.parametrize("words", [{"kind": "moon_phase"}, {"state": "snoozed"}], ids=["kind", "state"])
async def test_a_word_of_tomorrow_beside_what_can_be_read_holds_up_nothing(database, words):
    await append(database, EXIT, "odd")
    await append(database, CHATTY, "other", chat_id=-100_500)
    await change(database, "odd", **words)

    assert await give_up(database) == ()
    left = sorted(await due(database), key=lambda alert: alert.alert_id)
    assert [alert.message for alert in left] == [EXIT, CHATTY]
    assert await critical_after(database, 0) == [1]


async def test_other_alerts_nobody_can_read_are_given_up_and_counted_alone(database):
    await append(database, CHATTY, "chatty")
    await spoil(database, "chatty")

    assert await give_up(database) == (1,)
    assert (await waiting(database), await due(database)) == (0, ())


async def test_what_was_sent_long_ago_in_words_of_its_time_is_left_alone(database):
    await append(database, EXIT, "exit")
    (alert,) = await due(database)
    await mark(database, mark_sent, alert, message_id=1, now=NOW)
    await spoil(database, "exit")

    assert not await is_unreadable(database)
    assert await give_up(database) == ()


async def critical_after(database, alert_id):
    async with database.read() as session:
        return [alert.alert_id for alert in await load_critical_after(session, alert_id)]


async def test_critical_alerts_nobody_can_read_any_more_are_passed_over(database):
    await append(database, EXIT, "unreadable")
    await append(database, EXIT, "readable")
    async with database.write() as session:
        await session.exec(text("UPDATE alerts SET data_json = '{}' WHERE dedup_key = 'unreadable'"))

    assert await critical_after(database, 0) == [2]
