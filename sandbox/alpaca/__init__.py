"""A loopback Alpaca: trading and market data for crypto and stocks."""

from sandbox.alpaca.account import CRYPTO_FEES, AlpacaAccount
from sandbox.alpaca.server import AlpacaServer
from sandbox.alpaca.switches import Switches

__all__ = ["CRYPTO_FEES", "AlpacaAccount", "AlpacaServer", "Switches"]
