"""A stand-in for Kraken's spot REST API on loopback, strict where the real one is strict."""

from sandbox.kraken.account import ALL_PERMISSIONS, TRADING_PERMISSIONS, KrakenAccount
from sandbox.kraken.server import KrakenServer

__all__ = ["ALL_PERMISSIONS", "TRADING_PERMISSIONS", "KrakenAccount", "KrakenServer"]
