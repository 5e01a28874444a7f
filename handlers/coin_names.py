"""Coins by their common names, for users who type a name instead of a symbol."""

from collections.abc import Mapping

#: Full names, and Kraken's own codes, that are no symbol of another coin or share at any of the venues (TRON is a share).
_SYMBOLS: Mapping[str, str] = {
    "ALGORAND": "ALGO",
    "APTOS": "APT",
    "ARBITRUM": "ARB",
    "AVALANCHE": "AVAX",
    "BITCOIN": "BTC",
    "CARDANO": "ADA",
    "CELESTIA": "TIA",
    "CHAINLINK": "LINK",
    "COSMOS": "ATOM",
    "DOGECOIN": "DOGE",
    "ETHER": "ETH",
    "ETHEREUM": "ETH",
    "FANTOM": "FTM",
    "FILECOIN": "FIL",
    "HEDERA": "HBAR",
    "INJECTIVE": "INJ",
    "LITECOIN": "LTC",
    "MONERO": "XMR",
    "OPTIMISM": "OP",
    "POLKADOT": "DOT",
    "POLYGON": "POL",
    "RIPPLE": "XRP",
    "SHIBA": "SHIB",
    "SOLANA": "SOL",
    "STACKS": "STX",
    "STELLAR": "XLM",
    "TEZOS": "XTZ",
    "TONCOIN": "TON",
    "UNISWAP": "UNI",
    "XBT": "BTC",
    "XDG": "DOGE",
    "ZCASH": "ZEC",
}


def symbol_named(typed: str) -> str:
    """Return the symbol of a coin or pair that was typed with a coin's name; whatever else was typed as it is."""
    name, slash, quote = typed.partition("/")
    return f"{_SYMBOLS.get(name.upper(), name)}{slash}{quote}"
