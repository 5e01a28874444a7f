"""Coinbase's user channel: the state of the orders of the key that signed the subscription, and no fills."""

from collections.abc import Mapping, Sequence

from engine.brokers.paper.ledger import Entry, Order
from engine.brokers.paper.ledger.change import Change
from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.credentials import TokenError, check_stream_token, parse_token
from sandbox.coinbase.orders import order_row
from sandbox.coinbase.progress import Progress
from sandbox.coinbase.stream import FAILURE, HEARTBEATS, CoinbaseSession, parsed
from sandbox.formats import plain
from sandbox.streams.account_session import AccountSession
from sandbox.streams.session import Surroundings
from sandbox.streams.wire import Wire

USER = "user"
#: Open orders come in batches of so many; a smaller one ends them.
BATCH = 50
_SHOWN = (
    "order_id",
    "client_order_id",
    "product_id",
    "status",
    "order_type",
    "completion_percentage",
    "number_of_fills",
    "filled_value",
    "total_fees",
    "total_value_after_fees",
    "outstanding_hold_amount",
    "time_in_force",
    "reject_reason",
)


class CoinbaseUserSession(CoinbaseSession, AccountSession):
    """A message shows an order as it stands, however many fills made it so; what ended before is in none."""

    def __init__(
        self,
        wire: Wire,
        around: Surroundings,
        *,
        accounts: Mapping[str, CoinbaseAccount],
        progress: Progress,
    ) -> None:
        super().__init__(wire, around)
        self._accounts = accounts
        self._progress = progress
        self._account: CoinbaseAccount | None = None
        #: Tokens that were used: each message needs its own.
        self._used: set[str] = set()

    def receive(self, text: str) -> None:
        """Open the channel, or end it, for whom the message's own token names."""
        request = parsed(text)
        if request.get("channel") == HEARTBEATS:
            super().receive(text)
            return
        account = self._signed(str(request.get("jwt", "")))
        kind = request.get("type")
        if request.get("channel") != USER or account is None or not account.can_view:
            self.send(FAILURE)
        elif kind == "subscribe" and self._account is None:
            self._begin_user(account)
        elif kind == "unsubscribe" and self._account is account:
            self._account = None
            self.confirm(self.send_set)
        else:
            self.send(FAILURE)

    def channels(self) -> dict[str, list[str]]:
        """What is subscribed, the user channel by whose it is."""
        user = {USER: [self._account.user_id]} if self._account else {}
        return {**super().channels(), **user}

    def beat(self) -> None:
        """Let time pass for the account's orders, too."""
        if self._account is not None:
            self._progress.advance(self._account)
        super().beat()

    def show(self, change: Change, entries: Sequence[Entry]) -> None:
        """Send the orders as they stand now; transfers are none of it."""
        del entries
        if self._account is not None and change.orders:
            self._send_orders(self._account, "update", change.orders)

    def _begin_user(self, account: CoinbaseAccount) -> None:
        self._account = account
        self.follow(account.ledger)
        self.confirm(self.send_set)
        orders = account.ledger.open_orders()
        for start in range(0, len(orders) + 1, BATCH):
            self._send_orders(account, "snapshot", orders[start : start + BATCH])

    def _signed(self, text: str) -> CoinbaseAccount | None:
        try:
            token = parse_token(f"Bearer {text}")
            account = self._accounts.get(token.key)
            if account is None or text in self._used:
                return None
            check_stream_token(token, account.credentials, now=self.around.now())
        except TokenError:
            return None
        self._used.add(text)
        return account

    def _send_orders(self, account: CoinbaseAccount, kind: str, orders: Sequence[Order]) -> None:
        rows = [self._row(account, order) for order in orders]
        self.send_event(USER, [{"type": kind, "orders": rows}], is_news=kind == "update")

    def _row(self, account: CoinbaseAccount, order: Order) -> Mapping[str, object]:
        row = order_row(account, order, self._progress.status(account, order))
        return {
            **{name: row[name] for name in _SHOWN},
            "order_side": row["side"],
            "creation_time": row["created_time"],
            "cumulative_quantity": plain(order.filled),
            "leaves_quantity": plain(order.remaining),
            "avg_price": row["average_filled_price"],
            "retail_portfolio_id": account.portfolio_id,
            "post_only": str(order.draft.post_only).lower(),
        }
