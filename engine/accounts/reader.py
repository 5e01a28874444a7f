"""Read one account and value it, once at a time; a failed reading keeps the last good figures."""

import asyncio
import contextlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from engine.accounts.reports import Reports
from engine.accounts.snapshot import UserBrokerState
from engine.accounts.valuation import Prices, list_open_positions, value_account
from engine.brokers.base import Broker
from engine.clock import Clock
from engine.market.feed import Markets, VenueMarket
from engine.market.pricing import plan_symbols, value_in_usd
from engine.model.errors import BrokerError
from engine.model.holdings import AccountReport
from engine.model.instruments import Instrument
from engine.model.venues import Account
from engine.wall_time import between

#: Quotes used to value a holding may be this old.
QUOTE_MAX_AGE_S = 10.0


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
        """Return what is known of an account without asking anybody."""
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
        """Return why the latest reading failed; None when it did not."""
        return self._errors.get(account.account_id)

    def is_fresh(self, account: Account, within_s: float) -> bool:
        """Tell whether an account's figures are at most so old and nothing was ordered there since."""
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
        asked = await self._reports.ask()
        try:
            report = await self._brokers[account.account_id].fetch_report()
            prices = await self._prices(report)
        except BrokerError as e:
            self._last_error_at[account.account_id] = self._clock.now()
            self._errors[account.account_id] = e
            state = replace(self.state(account), connected=False, error=e.words)
        else:
            self._reports.keep(report, asked=asked)
            self._errors.pop(account.account_id, None)
            self._note_age(report)
            self._steps[account.account_id] = self._reports.departure(report, asked).step
            state = self._valued(account, report, prices)
            await self._look_at_orders_again(account)
        self._states[account.account_id] = state
        return state

    def _note_age(self, report: AccountReport) -> None:
        age_s = between(report.at, self._clock.now()).total_seconds()
        self._true_at_s[report.account.account_id] = self._clock.monotonic() - max(age_s, 0)

    async def _look_at_orders_again(self, account: Account) -> None:
        """Forget open orders that could not be read once they are gone."""
        if not self._reports.unreadable_orders(account.account_id):
            return
        with contextlib.suppress(BrokerError):
            opened = await self._brokers[account.account_id].fetch_open_orders()
            self._reports.keep_unreadable(account.account_id, opened.unreadable)

    async def _prices(self, report: AccountReport) -> Prices:
        market = self._markets[report.account.venue]
        instruments = await market.instruments()
        assets = {holding.asset for holding in report.holdings if holding.total}
        symbols = plan_symbols(assets, instruments)
        shut = {symbol for symbol in symbols if not await self._trades(market, instruments[symbol])}
        quotes = await market.quotes(symbols - shut, max_age_s=QUOTE_MAX_AGE_S) if symbols - shut else {}
        return {asset: value_in_usd(asset, instruments, quotes) for asset in assets}

    @staticmethod
    async def _trades(market: VenueMarket, instrument: Instrument) -> bool:
        """Tell whether an instrument's quote is a price: a closed market shows its last ones."""
        try:
            return await market.in_session(instrument)
        except BrokerError:
            # Balances do not wait for what only says how a price is to be called.
            return True

    def _valued(self, account: Account, report: AccountReport, prices: Prices) -> UserBrokerState:
        return UserBrokerState(
            broker=account.venue,
            user_id=account.user_id,
            account_id=account.account_id,
            balance=value_account(report, prices),
            open_positions=list_open_positions(report, prices),
            last_updated=report.at,
            connected=True,
        )
