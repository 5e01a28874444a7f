"""Coinbase Advanced Trade: its answers, its public data and one portfolio there."""

from engine.brokers.coinbase.broker import CoinbaseBroker, connect_coinbase
from engine.brokers.coinbase.market import COINBASE_URL, CoinbaseMarketData

__all__ = ["COINBASE_URL", "CoinbaseBroker", "CoinbaseMarketData", "connect_coinbase"]
