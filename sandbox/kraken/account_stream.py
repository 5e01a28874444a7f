"""Kraken's websocket v2, its private half: executions and balances of the account whose token opens them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from engine.brokers.paper.ledger import Entry
from engine.brokers.paper.ledger.change import Change
from sandbox.formats import iso_time
from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.execution_rows import Row, accepted_row, change_rows, snapshot_row, trade_row
from sandbox.kraken.stream_requests import KrakenRequests
from sandbox.kraken.stream_ticker import Json
from sandbox.kraken.stream_tokens import account_of
from sandbox.streams.account_session import AccountSession
from sandbox.streams.session import Surroundings
from sandbox.streams.wire import Wire

EXECUTIONS, BALANCES = "executions", "balances"
#: What a key must be allowed for each channel.
_PERMISSIONS = {EXECUTIONS: "query-open-trades", BALANCES: "query-funds"}
_SHOWN_TRADES = 50


class KrakenAccountSession(KrakenRequests, AccountSession):
    """Each channel is numbered by itself; after its first row an order shows only what changed."""

    def __init__(
        self,
        wire: Wire,
        around: Surroundings,
        *,
        accounts: Mapping[str, KrakenAccount],
        work: Callable[[KrakenAccount], None],
    ) -> None:
        super().__init__(wire, around)
        self._accounts = accounts
        self._work = work
        self._account: KrakenAccount | None = None
        #: The last number of each channel that is subscribed.
        self._numbers: dict[str, int] = {}
        self._known: set[str] = set()

    @property
    def is_subscribed(self) -> bool:
        """Whether a channel is."""
        return bool(self._numbers)

    def beat(self) -> None:
        """Let time pass for orders that go slowly, too."""
        super().beat()
        if self._account is not None:
            self._work(self._account)

    def subscribe(self, request: Json, params: Mapping[str, Any]) -> None:
        """Open a channel of the account whose token comes with the request, or end it."""
        channel = params.get("channel")
        account = account_of(params.get("token"), self._accounts, now=self.around.now())
        if channel not in _PERMISSIONS:
            self.refuse(request, "Channel not supported")
        elif account is None or self._account not in (None, account):
            self.refuse(request, "ESession:Invalid session")
        elif _PERMISSIONS[channel] not in account.permissions:
            self.refuse(request, "EGeneral:Permission denied")
        elif request["method"] == "unsubscribe":
            self._end(request, channel)
        elif channel in self._numbers:
            self.refuse(request, "Already subscribed")
        else:
            self._begin(request, account, channel, params)

    def show(self, change: Change, entries: Sequence[Entry]) -> None:
        """Send the orders' news and the entries."""
        for order in change.orders:
            self._show_order(change, order.id)
        if entries:
            self._send(BALANCES, "update", [_entry_row(entry) for entry in entries])

    def _show_order(self, change: Change, order_id: str) -> None:
        account = self._account
        if account is None:
            return
        order = account.ledger.orders[order_id]
        if order_id not in self._known:
            self._known.add(order_id)
            self._send(EXECUTIONS, "update", [snapshot_row(account, order)])
            self._send(EXECUTIONS, "update", [accepted_row(order)])
        self._send(EXECUTIONS, "update", list(change_rows(account.ledger, change, order)))

    def _begin(self, request: Json, account: KrakenAccount, channel: str, params: Mapping[str, Any]) -> None:
        self._account = account
        self.follow(account.ledger)
        self.accept(request, {"channel": channel, "snapshot": True})
        self._numbers[channel] = 0
        rows = _balance_rows(account) if channel == BALANCES else self._execution_rows(account, params)
        self._send(channel, "snapshot", list(rows), is_first=True)

    def _execution_rows(self, account: KrakenAccount, params: Mapping[str, Any]) -> Iterable[Row]:
        ledger = account.ledger
        self._known.update(ledger.orders)
        if params.get("snap_orders", True):
            yield from (snapshot_row(account, order) for order in ledger.open_orders())
        for fill in ledger.fills[-_SHOWN_TRADES:] if params.get("snap_trades", False) else ():
            yield trade_row(ledger, fill, filled=fill.quantity, cost=fill.cost)

    def _end(self, request: Json, channel: str) -> None:
        if self._numbers.pop(channel, None) is None:
            self.refuse(request, "Subscription not found")
        else:
            self.accept(request, {"channel": channel})

    def _send(self, channel: str, kind: str, rows: list[Row], *, is_first: bool = False) -> None:
        """Send a message in its turn; its number is used up whether it arrives or not."""
        if channel not in self._numbers or not (rows or is_first):
            return
        self._numbers[channel] += 1
        message = {"channel": channel, "type": kind, "data": rows, "sequence": self._numbers[channel]}
        self.send(message, is_news=not is_first)


def _balance_rows(account: KrakenAccount) -> Iterable[Row]:
    """What there is of each asset, what orders hold included."""
    for asset in account.ledger.assets():
        total = account.ledger.total(asset)
        wallet = {"type": "spot", "id": "main", "balance": total}
        yield {"asset": asset, "asset_class": "currency", "balance": total, "wallets": [wallet]}


def _entry_row(entry: Entry) -> Row:
    return {
        "ledger_id": entry.id,
        "ref_id": entry.reference,
        "timestamp": iso_time(entry.at),
        "type": str(entry.kind),
        "category": str(entry.kind),
        "asset": entry.asset,
        "asset_class": "currency",
        "wallet_type": "spot",
        "wallet_id": "main",
        "amount": entry.amount,
        "fee": entry.fee,
        "balance": entry.balance,
    }
