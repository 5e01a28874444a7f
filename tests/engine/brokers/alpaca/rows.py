"""Rows of Alpaca's answers, each field as documented, to be changed one by one."""


def asset(symbol="BTC/USD", **changes):
    return {
        "symbol": symbol,
        "class": "crypto",
        "status": "active",
        "tradable": True,
        "fractionable": True,
        "min_order_size": "0.000015",
        "min_trade_increment": "0.000000001",
        "price_increment": "0.01",
        **changes,
    }


def order(**changes):
    return {
        "id": "o-1",
        "client_order_id": "c-1",
        "symbol": "BTC/USD",
        "side": "sell",
        "status": "filled",
        "qty": "0.3",
        "filled_qty": "0.3",
        "filled_avg_price": "33333.333333333",
        "created_at": "2026-11-22T10:00:00Z",
        **changes,
    }


def fill(**changes):
    return {
        "id": "20261122::f-1",
        "order_id": "o-1",
        "symbol": "BTC/USD",
        "side": "sell",
        "price": "30000",
        "qty": "0.1",
        "transaction_time": "2026-11-22T10:00:01Z",
        **changes,
    }
