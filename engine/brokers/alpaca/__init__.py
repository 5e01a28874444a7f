"""Alpaca: its answers, its market data and one account there, crypto and stocks."""

from engine.brokers.alpaca.broker import AlpacaBroker, connect_alpaca
from engine.brokers.alpaca.market import ALPACA_DATA_URL, ALPACA_URL, AlpacaMarketData

__all__ = ["ALPACA_DATA_URL", "ALPACA_URL", "AlpacaBroker", "AlpacaMarketData", "connect_alpaca"]
