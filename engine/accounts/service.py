"""The equity screens, and the balance snapshots over time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from engine.accounts import balances_store as rows
from engine.accounts.balances_store import AccountState, SnapshotFigures
from engine.accounts.reader import AccountReader
from engine.accounts.reading_kind import NoteOutcome, ReadingKind
from engine.accounts.reports import Reports
from engine.accounts.snapshot import BalanceOverview, UserBrokerState, combine
from engine.clock import Clock
from engine.failures import Failures
from engine.model.errors import ReadingDefectError, TryLaterError
from engine.model.venues import Account
from engine.orders.filled_intents_store import load_filled
from engine.storage.database import Database
from engine.tasks import Tasks

#: Figures this fresh are shown without another request to the venue.
FRESH_S = 5.0

#: A screen waits no longer than this for slow brokers; their old figures stand in.
SCREEN_WAIT_S = 1.5

#: Figures older than this are shown with their age but added to no sum.
STALE_AFTER_S = 180.0

#: One broker's reading may take this long in the background.
READ_BUDGET_S = 30.0


class BalanceService:
    """Answers `/balance` and takes the snapshots."""

    def __init__(
        self,
        *,
        reader: AccountReader,
        reports: Reports,
        note_outcome: NoteOutcome,
        database: Database,
        clock: Clock,
        tasks: Tasks,
    ) -> None:
        self._reader = reader
        self._reports = reports
        self._note_outcome = note_outcome
        self._database = database
        self._clock = clock
        self._tasks = tasks
        #: By account: what its last reading failed at, until one does not.
        self._failed: dict[str, Exception] = {}

    async def fetch_overview(self, user_id: int) -> BalanceOverview:
        """Return every broker's figures; who does not answer in time is shown with the age of its old ones."""
        accounts = self._reader.accounts(user_id)
        late = await self.refresh(accounts)
        states = [self._reader.state(account) for account in accounts]
        return combine(
            states,
            now=self._clock.now(),
            stale_after_s=STALE_AFTER_S,
            waiting=late,
            filled_since=await self._filled_since(accounts),
        )

    async def _filled_since(self, accounts: Sequence[Account]) -> Mapping[str, datetime]:
        """Return by account when the last order of ours was filled that its figures are older than."""
        filled = dict[str, datetime]()
        async with self._database.read() as session:
            for account in accounts:
                step = self._reader.step(account)
                if step is None:
                    continue
                later = await load_filled(session, account.account_id, after=step)
                if later:
                    filled[account.account_id] = later[-1].intent.updated_at
        return filled

    async def refresh(
        self, accounts: tuple[Account, ...], *, within_s: float = SCREEN_WAIT_S
    ) -> frozenset[str]:
        """Read the accounts that were not read just now, waiting no longer than a screen may or than is given.

        Returns the ids of those still being read: what is known of them is older.
        """
        old = tuple(account for account in accounts if not self._reader.is_fresh(account, FRESH_S))
        return await self.read_within(old, within_s)

    async def read_within(self, accounts: tuple[Account, ...], seconds: float) -> frozenset[str]:
        """Read accounts side by side and stop waiting after a while; return the ids of those still being read.

        Raises:
            ExceptionGroup: what no broker is to blame for.

        """
        readings = {asyncio.ensure_future(self._reader.read(account)): account for account in accounts}
        if not readings:
            return frozenset()
        done, late = await asyncio.wait(readings, timeout=seconds)
        for waiting in late:
            waiting.cancel()
        _raise_unexpected([reading for reading in readings if reading in done])
        return frozenset(readings[reading].account_id for reading in late)

    async def restore(self) -> None:
        """Start from what the last process knew, with the age it has by now."""
        async with self._database.read() as session:
            for known in await rows.load_account_states(session):
                self._reader.remember(known.state, known.report)

    async def take_snapshots(
        self, accounts: Sequence[Account], *, over_s: float, after: Callable[[Account], Awaitable[None]]
    ) -> None:
        """Read and store accounts in their order, spread evenly over `over_s`; `after` runs for each one read."""
        for position, account in enumerate(accounts):
            self._tasks.spawn(
                f"snapshot {account.account_id}",
                partial(self._snapshot, account, over_s * position / len(accounts), after),
            )

    def raise_failures(self) -> None:
        """Raise what the last reading of each account failed at, if it did.

        Raises:
            ExceptionGroup: one did.

        """
        if self._failed:
            causes = {name: ", ".join(dict.fromkeys(_causes(error))) for name, error in self._failed.items()}
            summary = "; ".join(
                f"{name} was not brought up to date: {message}" for name, message in causes.items()
            )
            raise ExceptionGroup(summary, list(self._failed.values()))

    async def thin_history(self) -> None:
        """Keep all snapshots of a day, hourly ones for 30 days, then daily ones."""
        now = self._clock.now()
        async with self._database.write_history() as session:
            await rows.thin_snapshots(
                session, hourly_before=now - timedelta(days=1), daily_before=now - timedelta(days=30)
            )

    async def _snapshot(
        self, account: Account, delay_s: float, after: Callable[[Account], Awaitable[None]]
    ) -> None:
        await self._clock.sleep(delay_s)
        try:
            await self._read_and_follow(account, after)
        except Exception as e:
            self._failed[account.account_id] = e
            raise
        self._failed.pop(account.account_id, None)

    async def _read_and_follow(self, account: Account, after: Callable[[Account], Awaitable[None]]) -> None:
        try:
            async with asyncio.timeout(READ_BUDGET_S):
                state = await self._reader.read(account)
        except TimeoutError:
            if not (self._reader.is_valuing(account) or self._reader.is_held_back(account)):
                silence = TryLaterError(account.venue, f"no answer within {READ_BUDGET_S:g} s")
                await self._note_outcome(account, ReadingKind.BALANCES, silence)
                return
            # The account has answered, or was not asked yet.
            state = await self._reader.read(account)
        except Exception as e:
            # The venue's answer was not used: no better than none.
            defect = ReadingDefectError(account.venue, f"a defect of the bot itself ({type(e).__name__})")
            await self._note_outcome(account, ReadingKind.BALANCES, defect)
            raise
        failures = Failures()
        with failures.turn_of("storing the figures"):
            await self._save(account, state)
        with failures.turn_of("telling of outages"):
            await self._note_outcome(account, ReadingKind.BALANCES, self._reader.error(account))
            if state.connected:
                await self._note_outcome(account, ReadingKind.PRICES, self._reader.prices_error(account))
        if state.connected:
            with failures.turn_of("following what is held"):
                await after(account)
        failures.raise_together(f"the reading of {account.account_id} was not used to the full")

    async def _save(self, account: Account, state: UserBrokerState) -> None:
        now = self._clock.now()
        report = self._reports.latest(account.account_id)
        async with self._database.write_history() as session:
            await rows.save_account_state(session, AccountState(state=state, report=report, last_attempt=now))
            if state.connected and state.balance is not None:
                await rows.add_snapshot(session, _figures(state, account))


def _raise_unexpected(readings: Sequence[asyncio.Future[UserBrokerState]]) -> None:
    """Raise what ended readings: a broker's silence is part of its state and ends none."""
    errors = [error for reading in readings if not reading.cancelled() and (error := reading.exception())]
    if errors:
        raise BaseExceptionGroup("accounts could not be read", errors)


def _causes(error: Exception) -> Iterator[str]:
    """Return why accounts were not brought up to date, by account; error texts are free-form."""
    if isinstance(error, ExceptionGroup):
        for one in error.exceptions:
            yield from _causes(one)
    else:
        yield type(error).__name__


def _figures(state: UserBrokerState, account: Account) -> SnapshotFigures:
    balance = state.balance
    if balance is None:
        message = f"{account.account_id} has no figures to keep"
        raise ValueError(message)
    return SnapshotFigures(
        account_id=account.account_id,
        user_id=account.user_id,
        taken_at=balance.as_of,
        total_equity_usd=balance.total_equity_usd,
        available_usd=balance.available_usd,
        locked_in_positions_usd=balance.locked_in_positions_usd,
        held_usd=balance.held_by_orders_usd,
        complete=balance.complete,
    )
