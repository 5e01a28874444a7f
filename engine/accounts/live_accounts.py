"""What private streams push of the accounts: whether everything is pushed now, and that an order is over."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from weakref import WeakValueDictionary

from engine.accounts.reports import Reports
from engine.brokers.streams.account_stream import AccountStream, OrderNews
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.clock import Clock, Moment, moment
from engine.model.orders import VenueOrderId
from engine.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStreamStatus:
    """Whether an account's news is pushed now."""

    #: False where its orders are only polled, as its owner wished.
    has_stream: bool
    is_live: bool = False
    #: Why it is not; None until something was wrong.
    loss: Loss | None = None
    #: How long it has been so.
    lasting: timedelta = timedelta(0)


class OrderWatch:
    """Waits for news of one order."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """End the present pause, or else the next one."""
        self._woken.set()

    def forget(self) -> None:
        """Wait for news from now on only."""
        self._woken.clear()

    async def pause(self, seconds: float) -> bool:
        """Wait so long, or until there is news; return whether there is."""
        waits = [asyncio.ensure_future(one) for one in (self._clock.sleep(seconds), self._woken.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waits:
                one.cancel()
            await asyncio.gather(*waits, return_exceptions=True)
        return self._woken.is_set()


@dataclass(slots=True)
class _Account:
    stream: AccountStream
    since: Moment
    is_live: bool = False
    #: Whether it ever was.
    was_live: bool = False
    loss: Loss | None = None


class LiveAccounts:
    """Reads every private stream; what a stream does not push is polled as without one."""

    def __init__(
        self, streams: Mapping[str, AccountStream], *, reports: Reports, clock: Clock, tasks: Tasks
    ) -> None:
        self._reports = reports
        self._clock = clock
        self._tasks = tasks
        self._accounts = dict[str, _Account]()
        for stream in streams.values():
            self.add(stream)
        self._watches = WeakValueDictionary[tuple[str, VenueOrderId], OrderWatch]()

    def add(self, stream: AccountStream) -> None:
        """Read one more stream from the next guard cycle on."""
        self._accounts[stream.account.account_id] = _Account(stream, moment(self._clock))

    def follow(self) -> None:
        """Read every stream that is not being read: one whose reader failed is begun again by the next call."""
        for account_id, account in self._accounts.items():
            self._tasks.spawn(
                f"stream {account.stream.name} of {account_id}", partial(self._read, account_id)
            )

    def status(self, account_id: str) -> AccountStreamStatus:
        """Return whether an account's news is pushed now."""
        account = self._accounts.get(account_id)
        if account is None:
            return AccountStreamStatus(has_stream=False)
        lasting = moment(self._clock) - account.since
        return AccountStreamStatus(
            has_stream=True, is_live=account.is_live, loss=account.loss, lasting=lasting
        )

    def watch(self, account_id: str, order_id: VenueOrderId) -> OrderWatch:
        """Return what waits for news of an order, the same as long as somebody holds it."""
        watch = self._watches.get((account_id, order_id))
        if watch is None:
            watch = self._watches[account_id, order_id] = OrderWatch(self._clock)
        return watch

    def keeps_known(self, account_id: str) -> bool:
        """Return whether every change of an account since its last reading would have been pushed, transfers included."""
        account, requested_at = self._accounts.get(account_id), self._reports.requested_at(account_id)
        if account is None or not account.is_live or not account.stream.pushes_transfers:
            return False
        unannounced_at = self._reports.unannounced_at(account_id)
        is_mute = unannounced_at is not None and account.since < unannounced_at
        return requested_at is not None and account.since < requested_at and not is_mute

    # what the streams report

    def order(self, account_id: str, news: OrderNews) -> None:
        """Note that an account changed, and wake who follows an order that is over.

        What has filled of an open order, the polls find: a question for each of its fills would use up the key's budget.
        """
        self._reports.announce_change(account_id)
        watch = self._watches.get((account_id, news.venue_order_id))
        if news.is_over and watch is not None:
            watch.wake()

    def balance(self, account_id: str) -> None:
        """Note that an account changed."""
        self._reports.announce_change(account_id)

    def begin(self, account_id: str) -> None:
        """Believe an account's stream from now on; what happened before was not pushed."""
        self._change(account_id, None)
        for (of, _), watch in list(self._watches.items()):
            if of == account_id:
                watch.wake()

    def lose(self, account_id: str, loss: Loss) -> None:
        """Believe nothing of an account's stream until it is live again."""
        self._change(account_id, loss)

    def _change(self, account_id: str, loss: Loss | None) -> None:
        account, is_live = self._accounts[account_id], loss is None
        if account.is_live is not is_live:
            account.since = moment(self._clock)
            if account.was_live:
                # Before the first time a reading is as old as it is without a stream.
                self._reports.announce_change(account_id)
            account.was_live = True
        account.is_live, account.loss = is_live, loss

    async def _read(self, account_id: str) -> None:
        try:
            await self._accounts[account_id].stream.run(_Sink(self, account_id))
        finally:
            self.lose(account_id, Loss(LossReason.DISCONNECTED))


@dataclass(frozen=True, slots=True)
class _Sink:
    """Takes what one account's stream reads."""

    accounts: LiveAccounts
    account_id: str

    def order(self, news: OrderNews) -> None:
        self.accounts.order(self.account_id, news)

    def balance(self) -> None:
        self.accounts.balance(self.account_id)

    def live(self) -> None:
        self.accounts.begin(self.account_id)

    def lost(self, loss: Loss) -> None:
        self.accounts.lose(self.account_id, loss)
