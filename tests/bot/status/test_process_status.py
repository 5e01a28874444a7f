import asyncio
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import text

from bot.status.process_status import Facts, ProcessStatus
from engine.accounts.live_accounts import LiveAccounts
from engine.alerts.messages import EntriesChanged, RecordKind
from engine.alerts.outbox import append_alert
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import SystemClock, moment
from engine.exits.exit_journal import ExitJournal
from engine.exits.failure_reminders import ExitNews, FailureReminders
from engine.exits.reminder_loop import ReminderLoop
from engine.guards import store as guard_rows
from engine.guards.guard import GuardState
from engine.guards.unwatched import UnwatchedReason
from engine.market.mark import PriceProblem
from engine.model.errors import KeyRejectedError, LockedOutError, TryLaterError
from engine.model.guard_reasons import GuardReason
from engine.model.venues import Venue
from engine.nonce.store import NonceStore
from engine.status import JobStatus
from engine.tasks import Tasks
from engine.troubles import Symptom, find_troubles
from engine.users.accounts import KeyOrigin, StoredAccount
from engine.users.store import save_account
from handlers.render.status import render_status
from handlers.render.times import Reader
from tests.bot.database import START, migrated
from tests.bot.hand_clock import HandClock
from tests.builders import a_guard
from tests.engine.market.pushing import Pushing
from tests.engine_room import a_trigger

OWNER, OTHER = 7, 8


class ChatData:
    """The status of a process with one guard at Kraken, and what its watch has seen."""

    def __init__(self, database, nonces):
        self.clock, self.database = HandClock(), database
        self.looked_at, self.polling_failed = {}, {}
        self.pushing = Pushing(clock=self.clock)
        self.tasks = Tasks(report=lambda name, error: None)
        self.failing_s, self.jobs, self.nonces = None, (), nonces
        self.refused = None
        self.is_key_certain = True
        self.reminders = FailureReminders(database=database, clock=self.clock)
        self.status = ProcessStatus(
            facts=Facts(
                version="1",
                mode="live",
                database_file=None,
                revision="1",
                guard_interval_s=10,
                owner_ids=frozenset({OWNER}),
            ),
            clock=self.clock,
            reader=self,
            watch=SimpleNamespace(
                looked_at=self.looked_at, guard_marks={}, polling_failed=self.polling_failed
            ),
            markets={Venue.KRAKEN: SimpleNamespace(pushed=self.pushing.prices)},
            live_accounts=LiveAccounts({}, reports=None, clock=self.clock, tasks=self.tasks),
            is_key_certain=lambda _account_id: self.is_key_certain,
            why_failing=self.reminders.why,
            why_unsent=self.reminders.why_unsent,
            tasks=self.tasks,
            nonces=nonces,
            database=database,
            jobs=lambda: self.jobs,
            database_failing_s=lambda: self.failing_s,
        )

    def accounts(self, _user_id):
        return ()

    def error(self, _account):
        return self.refused

    def state(self, account):
        return SimpleNamespace(account=account, last_updated=START)

    async def streams(self):
        report = await self.status.fetch_status(OWNER)
        return [
            (one.venue_label, one.live, [(polled.symbol, polled.loss) for polled in one.polled])
            for one in report.streams
        ]

    async def keep(self, guard):
        async with self.database.write() as session:
            was = await guard_rows.load_guard(session, guard.guard_id)
            await guard_rows.save_guard(session, guard, was=was, now=START, cause="test")

    async def watched(self):
        report = await self.status.fetch_status(OWNER)
        return report.guards_armed, len(report.unwatched)


@pytest.fixture
async def chat_data(tmp_path):
    async with migrated(tmp_path, owners=(OWNER, OTHER)) as database:
        async with database.write() as session:
            await save_account(session, an_account_of(OWNER, "kraken-1"))
            await save_account(session, an_account_of(OTHER, "kraken-2"))
        nonces = await NonceStore(tmp_path / "nija.db", SystemClock()).open()
        try:
            chat_data = ChatData(database, nonces)
            await chat_data.keep(a_guard())
            yield chat_data
        finally:
            await nonces.close()


def an_account_of(user_id, account_id):
    return StoredAccount(
        account_id=account_id,
        user_id=user_id,
        venue=Venue.KRAKEN,
        label="Kraken",
        origin=KeyOrigin.ENVIRONMENT,
        key_fingerprint=account_id,
        created_at=START,
    )


@pytest.mark.parametrize(
    ("looked_s_ago", "watched"),
    [
        pytest.param(None, (0, 1), id="never looked at"),
        pytest.param(30, (1, 0), id="three intervals ago"),
        pytest.param(31, (0, 1), id="longer ago"),
    ],
)
async def test_a_guard_counts_as_watched_when_its_venue_was_looked_at(chat_data, looked_s_ago, watched):
    if looked_s_ago is not None:
        chat_data.looked_at[Venue.KRAKEN] = moment(chat_data.clock) + timedelta(seconds=-looked_s_ago)

    assert await chat_data.watched() == watched


async def test_a_guard_whose_key_may_open_another_account_waits_and_says_so(chat_data):
    chat_data.looked_at[Venue.KRAKEN] = moment(chat_data.clock)
    chat_data.is_key_certain = False

    [unwatched] = (await chat_data.status.fetch_status(OWNER)).unwatched

    assert unwatched.reason is UnwatchedReason.KEY_UNCERTAIN
    assert unwatched.guard_id == a_guard().guard_id


async def test_right_after_the_start_nothing_is_missing_yet(chat_data):
    [starting] = (await chat_data.status.fetch_status(OWNER)).unwatched
    chat_data.clock.pass_time(31)
    [silent] = (await chat_data.status.fetch_status(OWNER)).unwatched

    assert starting.is_starting
    assert (silent.reason, silent.error) == (UnwatchedReason.NOT_LOOKED_AT, "")


async def test_right_after_the_start_an_account_that_does_not_answer_is_said_at_once(chat_data):
    chat_data.refused = TryLaterError(Venue.KRAKEN, "no connection")

    report = await chat_data.status.fetch_status(OWNER)

    [silent] = report.unwatched
    assert (silent.reason, silent.error) == (UnwatchedReason.NOT_LOOKED_AT, "no connection")
    assert Symptom.GUARDS_UNWATCHED in {trouble.symptom for trouble in find_troubles(report)}


async def test_a_guard_that_cannot_be_read_is_named_and_counts_as_trouble(chat_data):
    async with chat_data.database.write() as session:
        await session.send(text("UPDATE guards SET quantity = 'many'"))

    report = await chat_data.status.fetch_status(OWNER)

    [unreadable] = report.unreadable
    assert (unreadable.record, unreadable.why) == (RecordKind.GUARD, "its quantity is 'many'")
    assert (unreadable.symbol, unreadable.venue_label) == ("BTC/USD", "Kraken")
    assert (report.guards, report.guards_armed) == (1, 0)
    assert Symptom.GUARDS_UNREADABLE in {trouble.symptom for trouble in find_troubles(report)}
    screen = render_status(report, Reader(now=chat_data.clock.now())).text
    assert "NOT watched: BTC/USD at Kraken" in screen
    assert "All is well" not in screen
    assert not (await chat_data.status.fetch_status(OTHER)).unreadable


async def test_every_guard_that_waits_is_named_with_its_reason(chat_data):
    paused = replace(a_guard(state=GuardState.PAUSED), reason=GuardReason.QUANTITY_CHANGED)
    await chat_data.keep(paused)
    journal = ExitJournal(database=chat_data.database, clock=chat_data.clock)
    selling = a_guard(asset="ETH", guard_id="guard-2")
    await chat_data.keep(selling)
    live = await journal.plan_exit(selling, a_trigger(at=chat_data.clock.now()), intent_id="intent-1")
    reminders = chat_data.reminders
    for why in ("its balance is held", "Kraken does not answer"):
        await reminders.send_if_due(live.intent, ExitNews(why=why, doing="trying again"))
        chat_data.clock.pass_time(3600)

    report = await chat_data.status.fetch_status(OWNER)

    assert [(one.symbol, one.reason) for one in report.paused] == [("BTC/USD", GuardReason.QUANTITY_CHANGED)]
    assert [(one.symbol, one.why) for one in report.failing] == [("ETH/USD", "Kraken does not answer")]


@pytest.mark.fault("C9")
@pytest.mark.parametrize(
    "error",
    [KeyRejectedError(Venue.KRAKEN, "Invalid key"), LockedOutError(Venue.KRAKEN, "Temporary lockout")],
)
async def test_a_guard_whose_key_is_refused_could_not_sell_and_is_not_called_watched(chat_data, error):
    chat_data.looked_at[Venue.KRAKEN] = moment(chat_data.clock)
    chat_data.refused = error

    [unwatched] = (await chat_data.status.fetch_status(OWNER)).unwatched

    assert (unwatched.reason, unwatched.error) == (UnwatchedReason.KEY_REFUSED, error.message)
    assert unwatched.since == START


async def test_a_paused_guard_and_those_of_others_are_not_missed(chat_data):
    await chat_data.keep(a_guard(state=GuardState.PAUSED))
    await chat_data.keep(replace(a_guard(), guard_id="guard-2", user_id=OTHER, account_id="kraken-2"))

    assert await chat_data.watched() == (0, 0)


async def test_a_sale_that_could_not_be_written_down_is_in_flight_all_the_same(chat_data):
    over = asyncio.Event()
    chat_data.tasks.spawn("exit guard-1", over.wait)
    chat_data.tasks.spawn("exit of-somebody-else", over.wait)

    report = await chat_data.status.fetch_status(OWNER)
    await chat_data.tasks.drain(0)

    assert (report.exits_in_flight, report.exits_since) == (1, None)


async def test_an_exit_whose_failing_was_reported_is_named_at_once(chat_data):
    journal = ExitJournal(database=chat_data.database, clock=chat_data.clock)
    guard = a_guard()
    trigger = a_trigger(at=chat_data.clock.now())
    live = await journal.plan_exit(guard, trigger, intent_id="intent-1")
    before = await chat_data.status.fetch_status(OWNER)
    reminders = chat_data.reminders
    await reminders.send_if_due(live.intent, ExitNews(why="no connection", doing="trying again"))

    report = await chat_data.status.fetch_status(OWNER)

    assert (before.exits_in_flight, len(before.failing)) == (1, 0)
    assert (report.exits_in_flight, len(report.failing)) == (1, 1)
    assert list(report.hindrances.failing) == [guard.guard_id]
    assert (await chat_data.status.fetch_status(OTHER)).failing == ()


async def test_the_reason_of_a_failing_exit_is_that_of_now_not_the_one_reported_last(chat_data):
    journal = ExitJournal(database=chat_data.database, clock=chat_data.clock)
    live = await journal.plan_exit(a_guard(), a_trigger(at=chat_data.clock.now()), intent_id="intent-1")
    async with ReminderLoop(live.intent, reminders=chat_data.reminders, clock=chat_data.clock) as reminder:
        await reminder.note("refused: insufficient funds", "trying again")
        reported = await chat_data.status.fetch_status(OWNER)
        chat_data.clock.pass_time(5)
        await reminder.note("Kraken does not answer", "trying again")
        report = await chat_data.status.fetch_status(OWNER)

    assert [one.why for one in reported.failing] == ["refused: insufficient funds"]
    assert [(one.why, one.since) for one in report.failing] == [("Kraken does not answer", START)]


async def test_a_failing_exit_whose_alert_cannot_be_written_is_named_all_the_same(chat_data):
    journal = ExitJournal(database=chat_data.database, clock=chat_data.clock)
    live = await journal.plan_exit(a_guard(), a_trigger(at=chat_data.clock.now()), intent_id="intent-1")
    chat_data.clock.pass_time(5)
    chat_data.reminders.keep(live.intent, ExitNews(why="no connection", doing="trying again"))

    [failing] = (await chat_data.status.fetch_status(OWNER)).failing

    assert (failing.why, failing.since) == ("no connection", chat_data.clock.now())


async def test_what_is_not_a_users_own_is_shown_to_owners_alone(chat_data):
    why = "env-kraken was not brought up to date"
    chat_data.jobs = (JobStatus(name="snapshots", every_s=60, last_run_at=START, lag_s=0, last_error=why),)
    await chat_data.nonces.next_nonce("f" * 12)
    async with chat_data.database.write() as session:
        alert = EntriesChanged(halted=True, at=START)
        await append_alert(session, alert, user_id=OWNER, account_id=None, dedup_key="a", now=START)

    theirs, others = [await chat_data.status.fetch_status(user_id) for user_id in (OWNER, OTHER)]

    assert (len(theirs.nonces), theirs.outbox_waiting) == (1, 1)
    assert (len(others.nonces), others.outbox_waiting) == (0, 0)
    assert theirs.jobs == chat_data.jobs
    assert [job.last_error for job in others.jobs] == ["owners are shown why"]


async def test_the_prices_of_what_is_guarded_are_live_or_polled_with_the_reason(chat_data):
    async with chat_data.pushing as pushing:
        waiting = await chat_data.streams()
        pushing.stream.push()
        pushing.stream.confirm()
        live = await chat_data.streams()
        pushing.stream.lose(message="1006")
        lost = await chat_data.streams()

    assert waiting == [("Kraken", 0, [("BTC/USD", None)])]
    assert live == [("Kraken", 1, [])]
    assert lost == [("Kraken", 0, [("BTC/USD", Loss(LossReason.SILENT, "1006"))])]


async def test_why_polling_fails_is_said_beside_what_is_pushed(chat_data):
    async with chat_data.pushing as pushing:
        pushing.stream.push()
        pushing.stream.confirm()
        chat_data.polling_failed[Venue.KRAKEN] = PriceProblem.NO_ANSWER
        [prices] = (await chat_data.status.fetch_status(OWNER)).streams

    assert (prices.live, prices.polling_error) == (1, PriceProblem.NO_ANSWER)


async def test_a_stream_of_what_others_guard_is_none_of_the_owners(chat_data):
    chat_data.pushing.prices.want(["ETH/USD"])

    assert await chat_data.streams() == []


async def test_a_stream_that_is_lost_for_more_than_five_minutes_needs_attention(chat_data):
    chat_data.pushing.prices.lose(
        chat_data.pushing.stream, ["BTC/USD"], Loss(LossReason.DISCONNECTED, "HTTP 403")
    )
    chat_data.clock.pass_time(300)
    before = find_troubles(await chat_data.status.fetch_status(OWNER))
    chat_data.clock.pass_time(1)
    after = find_troubles(await chat_data.status.fetch_status(OWNER))

    assert Symptom.PRICES_POLLED not in {one.symptom for one in before}
    assert Symptom.PRICES_POLLED in {one.symptom for one in after}
