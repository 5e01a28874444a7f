"""A loopback Coinbase Advanced Trade: signed v3 endpoints and the v2 paths that clients still need."""

from sandbox.coinbase.account import FIRST_TIER, CoinbaseAccount
from sandbox.coinbase.credentials import Credentials, new_credentials
from sandbox.coinbase.derivatives import DerivativeFill, DerivativeOrder
from sandbox.coinbase.server import CoinbaseServer
from sandbox.coinbase.switches import Duplicates, Switches

__all__ = [
    "FIRST_TIER",
    "CoinbaseAccount",
    "CoinbaseServer",
    "Credentials",
    "DerivativeFill",
    "DerivativeOrder",
    "Duplicates",
    "Switches",
    "new_credentials",
]
