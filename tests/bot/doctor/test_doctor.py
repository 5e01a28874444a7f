import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from pydantic import SecretStr

from bot.configuration.settings import Settings, setting_names
from bot.configuration.settings_sources import Sources
from bot.doctor.checks import CheckVerdict
from bot.doctor.doctor import Link, examine
from bot.supervision.lease import hold_data_dir
from bot.telegram.errors import PRESS_START
from engine.accounts.balances_store import AccountState, save_account_state
from engine.accounts.snapshot import UserBrokerState
from engine.alerts.messages import EntriesChanged
from engine.alerts.outbox import append_alert
from engine.alerts.table import AlertRow
from engine.brokers.base import KeyPermissions
from engine.clock import SystemClock
from engine.guards.store import save_guard
from engine.model.errors import KeyRejectedError, MisconfiguredError, TryLaterError
from engine.model.venues import Account, Venue
from engine.storage.migrate import run_migrations
from engine.users.accounts import KeyOrigin, StoredAccount
from engine.users.store import save_account
from migrations import SCRIPTS
from sandbox.telegram import FaultKind, TelegramServer
from tests.bot.database import migrated
from tests.builders import a_guard
from tests.rows import change_row

ACCOUNT = Account(account_id="kraken-7", user_id=7, venue=Venue.KRAKEN)

STORED = StoredAccount(
    account_id=ACCOUNT.account_id,
    user_id=7,
    venue=Venue.KRAKEN,
    label="Kraken",
    origin=KeyOrigin.ENVIRONMENT,
    key_fingerprint="0123456789abcdef",
    created_at=datetime(2026, 11, 22, tzinfo=UTC),
)

HALTED = EntriesChanged(halted=True, at=datetime(2026, 11, 22, tzinfo=UTC))
SOURCES = Sources(file=None, in_file=0, in_environment=3)


class KrakenClock:
    """Kraken's public side, of which only the time is asked."""

    venue = Venue.KRAKEN

    def __init__(self, off_s=0.0, error=None):
        self.off_s, self.error = off_s, error

    async def fetch_time(self):
        if self.error:
            raise self.error
        return datetime.now(UTC) + timedelta(seconds=self.off_s)


class KrakenKey:
    """Kraken's private side, of which only the permissions are asked."""

    account = ACCOUNT

    def __init__(self, error=None, *, withdraw=False):
        self.error, self.withdraw = error, withdraw

    async def fetch_permissions(self):
        if self.error:
            raise self.error
        return KeyPermissions(can_read=True, can_trade=True, can_withdraw=self.withdraw)


@pytest.fixture
async def server():
    async with TelegramServer() as running:
        yield running


@pytest.fixture
def settings(monkeypatch, tmp_path, server):
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    data_dir = tmp_path / "data"
    data_dir.mkdir(mode=0o700)
    return Settings(
        _env_file=None,
        telegram_token=SecretStr(server.token),
        telegram_api_url=server.url,
        owner_ids=(7,),
        kraken_api_key=SecretStr("key"),
        kraken_api_secret=SecretStr("secret"),
        data_dir=data_dir,
    )


async def checks_of(settings, market=None, key=None, sources=SOURCES):
    asked = []

    @asynccontextmanager
    async def connect(_settings, *, public_only):
        asked.append(public_only)
        broker = None if public_only else key or KrakenKey()
        yield [Link(market=market or KrakenClock(), broker=broker)]

    found = [
        check async for check in examine(settings, sources=sources, clock=SystemClock(), connect=connect)
    ]
    return {check.name: check for check in found}, asked


async def migrate(settings):
    await asyncio.to_thread(
        run_migrations,
        settings.database_url,
        scripts=SCRIPTS,
        backups=settings.data_dir / "backups",
        now=datetime.now(UTC),
    )


async def test_a_sound_set_up_passes_every_check(settings):
    await migrate(settings)

    checks, asked = await checks_of(settings)

    assert {check.verdict for check in checks.values() if check.name != "disk space"} == {CheckVerdict.PASS}
    assert checks["telegram token"].finding == "@nija_sandbox_bot answers"
    assert checks["kraken key"].finding == "it may read and trade and cannot withdraw"
    assert {"settings", "owners", "database integrity", "database revision", "clock against Kraken"} <= set(
        checks
    )
    assert (checks["settings"].finding, checks["brokers"].finding) == (
        "no .env here, 3 from the environment; mode live",
        "Kraken",
    )
    assert asked == [False]


async def test_before_the_first_start_there_is_no_database_to_complain_of(settings):
    checks, _ = await checks_of(settings)

    assert "is made at the first start" in checks["database"].finding
    assert not (settings.data_dir / "nija.db").exists()


async def test_before_the_first_start_no_data_dir_is_made(settings):
    nowhere = settings.data_dir / "not" / "there"

    checks, asked = await checks_of(settings.model_copy(update={"data_dir": nowhere}))

    assert checks["data dir"].verdict is CheckVerdict.PASS
    assert "is made at the first start" in checks["data dir"].finding
    assert checks["kraken key"].verdict is CheckVerdict.PASS
    assert asked == [False]
    assert not nowhere.parent.exists()


async def test_without_a_database_no_number_is_sent_that_the_bots_own_could_not_exceed(settings):
    checks, _ = await checks_of(settings, market=KrakenClock(off_s=-60))

    assert checks["clock against Kraken"].verdict is CheckVerdict.FAIL
    assert checks["kraken key"].finding.startswith("not checked: this machine's clock is ahead")

    await migrate(settings)
    checks, _ = await checks_of(settings, market=KrakenClock(off_s=-60))

    assert checks["kraken key"].verdict is CheckVerdict.PASS


async def test_a_key_that_can_withdraw_fails(settings):
    checks, _ = await checks_of(settings, key=KrakenKey(withdraw=True))

    assert checks["kraken key"].finding == "THIS KEY CAN WITHDRAW YOUR MONEY"


async def test_a_rejected_key_and_a_wrong_address_say_what_to_do(settings):
    checks, _ = await checks_of(
        settings,
        market=KrakenClock(error=MisconfiguredError(Venue.KRAKEN, "a web page came back")),
        key=KrakenKey(KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key")),
    )

    assert checks["kraken key"].finding == "Kraken does not know this key (EAPI:Invalid key)"
    assert checks["clock against Kraken"].advice == "Check the network and NIJA_KRAKEN_API_URL."


async def test_a_time_that_is_told_to_keys_only_is_no_trouble_of_the_network(settings):
    checks, _ = await checks_of(
        settings, market=KrakenClock(error=KeyRejectedError(Venue.KRAKEN, "unauthorized"))
    )

    assert checks["clock against Kraken"].verdict is CheckVerdict.WARN
    assert checks["clock against Kraken"].finding == "not checked: the key is refused"
    assert "Check NIJA_KRAKEN_API_KEY and NIJA_KRAKEN_API_SECRET" in checks["clock against Kraken"].advice


async def test_a_venue_that_is_not_reached_fails_once(settings):
    away = TryLaterError(Venue.KRAKEN, "no route to host")

    checks, _ = await checks_of(settings, market=KrakenClock(error=away), key=KrakenKey(away))

    failures = [name for name, check in checks.items() if check.verdict is CheckVerdict.FAIL]
    assert failures == ["Kraken"]
    assert "neither its clock nor the key was checked: no route to host" in checks["Kraken"].finding


async def test_a_wrong_clock_fails(settings):
    checks, _ = await checks_of(settings, market=KrakenClock(off_s=-60))

    assert checks["clock against Kraken"].verdict is CheckVerdict.FAIL
    assert checks["clock against Kraken"].finding == "60.0 s ahead"


async def test_an_unknown_token_fails_without_showing_it(settings, server):
    settings = settings.model_copy(
        update={"telegram_token": SecretStr("1234567:AAnobody-knows-this-token-at-all")}
    )

    checks, _ = await checks_of(settings)

    assert checks["telegram token"].finding == "Telegram does not know it"


async def test_telegram_being_away_and_no_token_are_told_apart(settings, server):
    server.faults.add(kind=FaultKind.OUTAGE)
    away, _ = await checks_of(settings)
    none, _ = await checks_of(settings.model_copy(update={"telegram_token": None}))

    assert away["telegram token"].finding.startswith("Telegram is not reachable")
    assert none["telegram token"].finding == "not set"


async def test_without_owners_it_fails_as_the_start_would(settings):
    checks, _ = await checks_of(settings.model_copy(update={"owner_ids": ()}))

    assert checks["owners"].verdict is CheckVerdict.FAIL


async def test_a_settings_file_that_others_may_read_is_warned_of(settings, tmp_path):
    file = tmp_path / ".env"
    file.touch(mode=0o644)
    file.chmod(0o644)
    sources = Sources(file=file, in_file=3, in_environment=0)

    warned, _ = await checks_of(settings, sources=sources)
    file.chmod(0o600)
    passed, _ = await checks_of(settings, sources=sources)

    assert warned["settings file"].verdict is CheckVerdict.WARN
    assert passed["settings file"].verdict is CheckVerdict.PASS


async def test_a_data_dir_open_to_others_fails(settings):
    settings.data_dir.chmod(0o755)

    checks, _ = await checks_of(settings)

    assert checks[f"{settings.data_dir} permissions"].verdict is CheckVerdict.FAIL


async def test_a_data_dir_that_cannot_be_made_fails(settings):
    (settings.data_dir / "file").write_text("in the way")

    checks, asked = await checks_of(
        settings.model_copy(update={"data_dir": settings.data_dir / "file" / "data"})
    )

    assert checks["data dir"].verdict is CheckVerdict.FAIL
    assert asked == []


async def test_a_damaged_database_fails(settings):
    (settings.data_dir / "nija.db").write_bytes(b"no database at all" * 1000)

    checks, _ = await checks_of(settings)

    assert checks["database"].verdict is CheckVerdict.FAIL


async def test_a_live_database_fails_on_paper(settings):
    async with migrated(settings.data_dir) as database, database.write() as session:
        await save_account(session, STORED)

    live, _ = await checks_of(settings)
    paper, _ = await checks_of(settings.model_copy(update={"mode": "paper"}))

    assert "database mode" not in live
    assert paper["database mode"].verdict is CheckVerdict.FAIL
    assert "is of live accounts" in paper["database mode"].finding
    assert "on paper: no key is needed" in paper["brokers"].finding


def a_state(error):
    now = datetime.now(UTC)
    state = UserBrokerState(
        broker=Venue.KRAKEN,
        user_id=7,
        account_id=ACCOUNT.account_id,
        balance=None,
        last_updated=now,
        connected=not error,
        error=error,
    )
    return AccountState(state=state, report=None, last_attempt=now)


@pytest.mark.parametrize(
    ("error", "verdict"), [(None, CheckVerdict.PASS), ("Kraken: EAPI:Invalid key", CheckVerdict.FAIL)]
)
async def test_beside_a_running_bot_its_accounts_are_read_from_the_database(settings, error, verdict):
    async with migrated(settings.data_dir) as database, database.write() as session:
        await save_account(session, STORED)
        await save_account_state(session, a_state(error))

    with hold_data_dir(settings.data_dir):
        checks, _ = await checks_of(settings)

    assert checks["kraken account"].verdict is verdict
    assert re.match(r"last answer \d s ago", checks["kraken account"].finding)


@pytest.mark.parametrize(
    ("error", "is_warned"), [(f"403; {PRESS_START}", True), ("no answer in time", False)]
)
async def test_an_owner_who_has_not_pressed_start_is_warned_of(settings, error, is_warned):
    async with migrated(settings.data_dir) as database, database.write() as session:
        await append_alert(session, HALTED, user_id=7, account_id=None, dedup_key="h", now=HALTED.at)
        await change_row(session, AlertRow, 1, last_error=error)

    checks, _ = await checks_of(settings)

    assert ("owner 7" in checks) is is_warned
    if is_warned:
        assert checks["owner 7"].verdict is CheckVerdict.WARN
        assert "1 alert waits" in checks["owner 7"].finding
        assert "press Start" in checks["owner 7"].advice


async def test_beside_a_running_bot_no_key_is_used(settings):
    await migrate(settings)

    with hold_data_dir(settings.data_dir):
        checks, asked = await checks_of(settings)

    assert asked == [True]
    assert "kraken key" not in checks
    assert "is running" in checks["bot"].finding
    assert checks["clock against Kraken"].verdict is CheckVerdict.PASS


@pytest.mark.parametrize(("guards", "verdict"), [(0, CheckVerdict.PASS), (1, CheckVerdict.WARN)])
async def test_a_guard_that_no_running_bot_watches_is_warned_of(settings, guards, verdict):
    async with migrated(settings.data_dir) as database, database.write() as session:
        await save_account(session, STORED)
        for _ in range(guards):
            guard = replace(a_guard(), user_id=STORED.account.user_id, account_id=STORED.account.account_id)
            await save_guard(session, guard, was=None, now=datetime.now(UTC), cause="test")

    checks, _ = await checks_of(settings)

    assert checks["bot"].verdict is verdict
    assert ("1 guard is not watched" in checks["bot"].finding) is bool(guards)


@pytest.mark.parametrize(
    ("threshold", "verdict", "shown"),
    [
        ("-0.01", "PASS", "\N{MINUS SIGN}1.00 %"),
        ("-0.0001", "WARN", "\N{MINUS SIGN}0.01 %"),
        ("-0.00001", "WARN", "\N{MINUS SIGN}0.001 %"),
    ],
)
async def test_a_threshold_closer_than_a_spread_is_warned_of(settings, threshold, verdict, shown):
    checks, _ = await checks_of(settings.model_copy(update={"liquidation_pnl": Decimal(threshold)}))

    assert checks["threshold"].verdict == verdict
    assert f"sell at {shown} of their cost" in checks["threshold"].finding
