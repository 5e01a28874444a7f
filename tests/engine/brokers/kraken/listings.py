"""A small Kraken, under its real names."""

from engine.brokers.kraken.names import parse_catalog


def asset(altname, decimals=8):
    return {"aclass": "currency", "altname": altname, "decimals": decimals, "display_decimals": 5}


ASSETS = {
    "XXBT": asset("XBT"),
    "XETH": asset("ETH"),
    "XXDG": asset("XDG"),
    "ZUSD": asset("USD"),
    "ZEUR": asset("EUR"),
    "USDT": asset("USDT"),
    "DOT": asset("DOT"),
    "LUNA": asset("LUNA"),
    "LUNA2": asset("LUNA2"),
    "API3": asset("API3"),
    "SOL": asset("SOL"),
    "ETH2": asset("ETH2"),
    "KFEE": asset("FEE", decimals=2),
    "ETH2.S": asset("ETH2.S"),
    "SOL03.S": asset("SOL03.S"),
    "XBT.M": asset("XBT.M"),
    "USDT.F": asset("USDT.F"),
}


def pair(altname, wsname, base, quote, **changes):
    return {
        "altname": altname,
        "wsname": wsname,
        "base": base,
        "quote": quote,
        "pair_decimals": 1,
        "lot_decimals": 8,
        "ordermin": "0.0001",
        "costmin": "0.5",
        "tick_size": "0.1",
        "status": "online",
        **changes,
    }


PAIRS = {
    "XXBTZUSD": pair("XBTUSD", "XBT/USD", "XXBT", "ZUSD"),
    "XETHZUSD": pair("ETHUSD", "ETH/USD", "XETH", "ZUSD", status="cancel_only"),
    "XDGUSD": pair(
        "XDGUSD", "XDG/USD", "XXDG", "ZUSD", ordermin="50", pair_decimals=7, tick_size="0.0000001"
    ),
    "DOTUSDT": pair("DOTUSDT", "DOT/USDT", "DOT", "USDT"),
    "XXBTZUSD.d": {k: v for k, v in pair("XBTUSD.d", "", "XXBT", "ZUSD").items() if k != "wsname"},
}

CATALOG = parse_catalog(ASSETS, PAIRS)
