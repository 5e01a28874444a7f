"""Read one account and value it, once at a time.

A failed reading keeps the last good figures; one without prices keeps what is held.
"""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.accounts.prices import PriceReading, fetch_prices
from engine.accounts.reports import ReadingStart, Reports
from engine.accounts.snapshot import UserBrokerState
from engine.accounts.valuation import list_open_positions, value_account
from engine.brokers.base import Broker
from engine.brokers.defects import no_defect_escapes
from engine.clock import Clock
from engine.market.feed import Markets
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.venues import Account
from engine.wall_time import between


class AccountReader:
    """Knows the latest state of every account; two readers of one account share one reading."""

    def __init__(
        self, *, brokers: Mapping[str, Broker], markets: Markets, reports: Reports, clock: Clock
    ) -> None:
        self._brokers = brokers
        self._markets = markets
        self._reports = reports
        self._clock = clock
        self._states: dict[str, UserBrokerState] = {}
        self._reading: dict[str, asyncio.Task[UserBrokerState]] = {}
        self._last_error_at: dict[str, datetime] = {}
        self._errors: dict[str, BrokerError] = {}
        self._price_errors: dict[str, BrokerError] = {}
        #: The accounts that have answered and whose holdings wait for their prices.
        self._valuing: set[str] = set()
        #: By account: when what is known of it was true, on the steady clock.
        self._true_at_s: dict[str, float] = {}
        #: By account: the last step of our orders that what is known of it contains.
        self._steps: dict[str, int] = {}

    def accounts(self, user_id: int | None = None) -> tuple[Account, ...]:
        """Return the connected accounts, of one user or of all."""
        accounts = (broker.account for broker in self._brokers.values())
        return tuple(account for account in accounts if user_id in {None, account.user_id})

    def remember(self, state: UserBrokerState, report: AccountReport | None) -> None:
        """Start from what an earlier process knew; figures keep their age."""
        self._states[state.account_id] = replace(state, connected=False)
        if report is not None:
            self._reports.restore(report)
            if report.step is not None:
                self._steps[state.account_id] = report.step

    def state(self, account: Account) -> UserBrokerState:
        """Return what is known of an account without any request."""
        return self._states.get(account.account_id) or UserBrokerState(
            broker=account.venue,
            user_id=account.user_id,
            account_id=account.account_id,
            balance=None,
            last_updated=None,
            connected=False,
        )

    def last_error_at(self, account: Account) -> datetime | None:
        """Return when the account's venue last failed to answer."""
        return self._last_error_at.get(account.account_id)

    def error(self, account: Account) -> BrokerError | None:
        """Return why the account could not be read the last time; None when it was, with prices or without."""
        return self._errors.get(account.account_id)

    def prices_error(self, account: Account) -> BrokerError | None:
        """Return why the venue reported no prices the last time that the account was read; None when it did."""
        return self._price_errors.get(account.account_id)

    def is_valuing(self, account: Account) -> bool:
        """Return whether the reading under way has its answer and waits for prices, which has an end of its own."""
        return account.account_id in self._valuing

    def is_fresh(self, account: Account, within_s: float) -> bool:
        """Return whether an account's figures are at most so old and nothing was ordered there since."""
        age_s = self.age_s(account)
        return age_s is not None and age_s <= within_s and not self._reports.is_outdated(account.account_id)

    def age_s(self, account: Account) -> float | None:
        """Return how old an account's figures are on the steady clock; None until this process read them."""
        true_at_s = self._true_at_s.get(account.account_id)
        return None if true_at_s is None else self._clock.monotonic() - true_at_s

    def step(self, account: Account) -> int | None:
        """Return the last step of our orders that an account's figures contain; None where nobody knows."""
        return self._steps.get(account.account_id)

    def restrictions(self, account: Account) -> tuple[str | None, tuple[str, ...]]:
        """Return why an account takes no orders, and what is not possible although it trades."""
        report = self._reports.latest(account.account_id)
        return (report.block, report.limits) if report else (None, ())

    def unreadable_orders(self, account: Account) -> tuple[str, ...]:
        """Return the open orders of an account that could not be read."""
        return self._reports.unreadable_orders(account.account_id)

    def is_held_back(self, account: Account) -> bool:
        """Return whether an account's requests wait for what its key may spend, so that no venue is silent."""
        return self._brokers[account.account_id].is_short_of_points

    async def read(self, account: Account) -> UserBrokerState:
        """Read an account now, or join the reading that is under way.

        The reading goes on when its caller gives up, so that a slow answer still counts.
        """
        task = self._reading.get(account.account_id)
        if task is None:
            task = asyncio.create_task(self._read(account), name=f"read {account.account_id}")
            self._reading[account.account_id] = task
            task.add_done_callback(lambda _: self._reading.pop(account.account_id, None))
        return await asyncio.shield(task)

    async def close(self) -> None:
        """End the readings under way."""
        tasks = tuple(self._reading.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self, account: Account) -> UserBrokerState:
        start = await self._reports.begin()
        try:
            with no_defect_escapes(account.venue):
                report = await self._brokers[account.account_id].fetch_report()
        except BrokerError as e:
            self._last_error_at[account.account_id] = self._clock.now()
            self._errors[account.account_id] = e
            return self._remember(replace(self.state(account), connected=False, error=e.message))
        self._keep(report, start)
        state = self._remember(self._valued(report, await self._prices(report)))
        self._note_age(report)
        self._steps[account.account_id] = self._reports.departure(report, start).step
        await self._look_at_orders_again(account)
        return state

    def _remember(self, state: UserBrokerState) -> UserBrokerState:
        self._states[state.account_id] = state
        return state

    def _keep(self, report: AccountReport, start: ReadingStart) -> None:
        """Store the account's report, whatever becomes of its prices."""
        account = report.account
        self._reports.keep(report, start=start)
        self._errors.pop(account.account_id, None)
        known = self.state(account)
        self._remember(replace(known, connected=True, error=None, last_updated=report.at))

    async def _prices(self, report: AccountReport) -> PriceReading:
        account = report.account
        self._valuing.add(account.account_id)
        try:
            reading = await fetch_prices(self._markets[account.venue], report)
        finally:
            self._valuing.discard(account.account_id)
        self._price_errors.pop(account.account_id, None)
        if reading.error is not None:
            self._price_errors[account.account_id] = reading.error
        return reading

    def _note_age(self, report: AccountReport) -> None:
        age_s = between(report.at, self._clock.now()).total_seconds()
        self._true_at_s[report.account.account_id] = self._clock.monotonic() - max(age_s, 0)

    async def _look_at_orders_again(self, account: Account) -> None:
        """Forget open orders that could not be read once they are gone."""
        if not self._reports.unreadable_orders(account.account_id):
            return
        with contextlib.suppress(BrokerError), no_defect_escapes(account.venue):
            opened = await self._brokers[account.account_id].fetch_open_orders()
            self._reports.keep_unreadable(account.account_id, opened.unreadable)

    @staticmethod
    def _valued(report: AccountReport, reading: PriceReading) -> UserBrokerState:
        account, prices, error = report.account, reading.prices, reading.error
        return UserBrokerState(
            broker=account.venue,
            user_id=account.user_id,
            account_id=account.account_id,
            balance=value_account(report, prices),
            open_positions=list_open_positions(report),
            last_updated=report.at,
            connected=True,
            prices_error=None if error is None else error.message,
        )
