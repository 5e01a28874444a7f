import pytest

from engine.alerts.batches import LATE_AFTER
from engine.alerts.delivery_states import mark_dead, mark_retry, mark_sent, mark_unknown
from engine.alerts.kinds import AlertState
from engine.alerts.outbox import (
    append_alert,
    depth,
    load_critical_after,
    load_due,
    load_last_gone,
)
from engine.alerts.table import AlertRow
from tests.engine.alerts.outbox_rows import CHATTY, EXIT, LATER, append, due, mark, waiting
from tests.engine.storage.stored import NOW, OWNER
from tests.rows import change_row


async def test_an_alert_comes_out_as_it_was_put_in(database):
    await append(database, EXIT, "exit")

    (alert,) = await due(database)

    assert alert.message == EXIT
    assert (alert.user_id, alert.chat_id, alert.critical) == (OWNER, OWNER, True)
    assert (alert.state, alert.attempts, alert.created_at) == (AlertState.WAITING, 0, NOW)


async def test_an_alert_is_there_exactly_when_its_event_is(database):
    async def fail_after_the_alert():
        async with database.write() as session:
            await append_alert(session, EXIT, user_id=OWNER, account_id=None, dedup_key="exit", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_the_alert()

    assert await waiting(database) == 0


async def test_the_same_event_is_reported_once_even_after_delivery(database):
    first = await append(database, EXIT, "exit")
    (alert,) = await due(database)
    await mark(database, mark_sent, alert, message_id=1, now=NOW)

    second = await append(database, EXIT, "exit")

    assert (first, second) == (True, False)
    assert await due(database) == ()


async def test_exits_overtake_and_the_rest_keeps_its_order(database):
    await append(database, CHATTY, "first")
    await append(database, CHATTY, "second")
    await append(database, EXIT, "exit")

    seen = []
    while alerts := await due(database):
        (alert,) = alerts
        seen.append(alert.alert_id)
        await mark(database, mark_sent, alert, message_id=1, now=NOW)

    assert seen == [3, 1, 2]


async def test_each_chat_gets_its_own_next_alert(database):
    await append(database, CHATTY, "mine")
    await append(database, CHATTY, "mine too")
    await append(database, CHATTY, "theirs", chat_id=-100_500)

    assert {alert.chat_id for alert in await due(database)} == {OWNER, -100_500}


async def test_what_waits_for_its_time_holds_up_later_ones_but_no_exit(database):
    await append(database, CHATTY, "first")
    await append(database, CHATTY, "second")
    (first,) = await due(database)
    await mark(database, mark_retry, first, not_before=LATER, error="flood control")

    held_up = await due(database, held={first.alert_id})
    await append(database, EXIT, "exit")
    (overtaking,) = await due(database, held={first.alert_id})
    await mark(database, mark_sent, overtaking, message_id=1, now=NOW)
    (again,) = await due(database)

    assert held_up == ()
    assert overtaking.message == EXIT
    assert (again.alert_id, again.state, again.attempts) == (first.alert_id, AlertState.WAITING, 1)


async def test_an_alert_that_may_have_arrived_says_so_when_it_is_repeated(database):
    await append(database, EXIT, "exit")
    (alert,) = await due(database)
    await mark(database, mark_unknown, alert, not_before=LATER, error="timed out")

    (again,) = await due(database)
    assert (again.state, again.attempts) == (AlertState.UNKNOWN, 1)


async def test_what_an_outage_held_up_is_over_in_one_message(database):
    for key in ("first", "second", "third"):
        await append(database, CHATTY, key)

    async with database.write() as session:
        (batch,) = await load_due(session, now=NOW + LATE_AFTER)
        await mark_sent(session, batch, message_id=1, now=LATER)

    assert batch.alert_ids == (1, 2, 3)
    assert await waiting(database) == 0


async def test_an_alert_that_was_given_up_makes_room(database):
    await append(database, CHATTY, "first")
    await append(database, CHATTY, "second")
    (first,) = await due(database)

    await mark(database, mark_dead, first, error="Forbidden: bot was blocked by the user")

    (second,) = await due(database)
    assert second.alert_id != first.alert_id


async def critical_after(database, alert_id):
    async with database.read() as session:
        return [alert.alert_id for alert in await load_critical_after(session, alert_id)]


async def test_critical_alerts_are_found_again_in_order_whatever_became_of_them(database):
    await append(database, EXIT, "1")
    await append(database, CHATTY, "2")
    await append(database, EXIT, "3")
    await append(database, EXIT, "4")
    (first,) = await due(database)
    await mark(database, mark_sent, first, message_id=1, now=NOW)

    assert await critical_after(database, 0) == [1, 3, 4]
    assert await critical_after(database, 1) == [3, 4]


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ((), 0),
        ((AlertState.SENT, AlertState.DEAD), 2),
        ((AlertState.SENT, AlertState.WAITING, AlertState.SENT), 1),
        ((AlertState.UNKNOWN,), 0),
    ],
    ids=["nothing written", "all over", "one waits", "one unconfirmed"],
)
async def test_what_went_out_ends_before_the_first_alert_that_still_waits(database, states, expected):
    for number, state in enumerate(states, start=1):
        await append(database, EXIT, str(number))
        over = state in {AlertState.SENT, AlertState.DEAD}
        async with database.write() as session:
            await change_row(session, AlertRow, number, state=state, not_before=None if over else NOW)

    async with database.read() as session:
        assert await load_last_gone(session) == expected


async def test_the_depth_counts_what_will_still_leave_and_names_the_oldest(database):
    async with database.read() as session:
        empty = await depth(session)
    await append(database, CHATTY, "first")
    await append(database, CHATTY, "second")
    (first,) = await due(database)
    await mark(database, mark_sent, first, message_id=9, now=NOW)

    async with database.read() as session:
        one = await depth(session)
    assert (empty.waiting, empty.oldest_at) == (0, None)
    assert (one.waiting, one.oldest_at) == (1, NOW)
