"""Kraken: its names, its answers, its public data and one account there."""

from engine.brokers.kraken.broker import KrakenBroker, connect_kraken
from engine.brokers.kraken.market import KRAKEN_URL, KrakenMarketData

__all__ = ["KRAKEN_URL", "KrakenBroker", "KrakenMarketData", "connect_kraken"]
