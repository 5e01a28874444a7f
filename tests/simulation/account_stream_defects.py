"""Mistakes an engine could make with what an account's private stream pushes."""

from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from unittest.mock import patch

from engine.accounts.live_accounts import LiveAccounts, OrderWatch
from engine.exits.filling import Filling


@contextmanager
def count_a_pushed_fill_twice():
    """Take each message that an order is over for a fill of it."""
    note, conclude = LiveAccounts.order, Filling._conclude

    def counting(self, account_id, news):
        if not hasattr(self, "pushed"):
            self.pushed = Counter()
        self.pushed[account_id, news.venue_order_id] += news.is_over
        note(self, account_id, news)

    async def adding_up(self, intent, order, exit_quantity):
        pushed = getattr(self._live_accounts, "pushed", Counter())
        times = max(pushed[intent.account_id, order.venue_order_id], 1)
        counted = replace(order, filled_quantity=order.filled_quantity * times, cost=order.cost * times)
        return await conclude(self, intent, counted, exit_quantity)

    with patch.object(LiveAccounts, "order", counting), patch.object(Filling, "_conclude", adding_up):
        yield


def believe_a_balance_after_a_gap():
    def forgiving(self, account_id, loss):
        account = self._accounts[account_id]
        account.is_live, account.loss = loss is None, loss

    return patch.object(LiveAccounts, "_change", forgiving)


def follow_orders_by_their_stream_alone():
    async def until_news(self, seconds):
        await self._woken.wait()

    return patch.object(OrderWatch, "pause", until_news)
