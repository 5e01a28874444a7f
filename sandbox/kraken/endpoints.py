"""The table of private endpoints: what answers, what the key must be allowed, what the call costs."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.kraken import funds, history, stream_tokens, trading
from sandbox.kraken.call import PrivateCall

ANY_QUERY = frozenset({"query-open-trades", "query-closed-trades"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One private endpoint."""

    answer: Callable[[PrivateCall], object]
    #: one of these is enough; empty: every key may call it
    permissions: frozenset[str]
    #: what it adds to the call counter
    cost: int = 1


PRIVATE: dict[str, Endpoint] = {
    "Balance": Endpoint(answer=funds.balances, permissions=frozenset({"query-funds"})),
    "BalanceEx": Endpoint(answer=funds.balance_ex, permissions=frozenset({"query-funds"})),
    "TradeBalance": Endpoint(answer=funds.trade_balance, permissions=frozenset({"query-open-trades"})),
    "OpenPositions": Endpoint(answer=funds.open_positions, permissions=frozenset({"query-open-trades"})),
    "TradeVolume": Endpoint(answer=funds.trade_volume, permissions=frozenset({"query-funds"})),
    "GetApiKeyInfo": Endpoint(answer=funds.api_key_info, permissions=frozenset()),
    "GetWebSocketsToken": Endpoint(
        answer=stream_tokens.get_token, permissions=frozenset({"create-ws-token"})
    ),
    "OpenOrders": Endpoint(answer=history.open_orders, permissions=frozenset({"query-open-trades"})),
    "ClosedOrders": Endpoint(answer=history.closed_orders, permissions=frozenset({"query-closed-trades"})),
    "QueryOrders": Endpoint(answer=history.query_orders, permissions=ANY_QUERY),
    "TradesHistory": Endpoint(
        answer=history.trades_history, permissions=frozenset({"query-closed-trades"}), cost=2
    ),
    "Ledgers": Endpoint(answer=history.ledgers, permissions=frozenset({"query-ledger"}), cost=2),
    "AddOrder": Endpoint(answer=trading.add_order, permissions=frozenset({"modify-trades"}), cost=0),
    "CancelOrder": Endpoint(
        answer=trading.cancel_order, permissions=frozenset({"modify-trades", "close-trades"}), cost=0
    ),
}
