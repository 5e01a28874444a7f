"""ccxt's exchanges, opened by the thousand: what the first of a class does for its class is not done again.

Each exchange looks through its 1,900 names and gives those with underscores a second one. That of a method goes to
the class and stays there, so all exchanges but the first need to look at the other names only.
"""

from types import MethodType

from engine.brokers import ccxt_client

OURS = (ccxt_client._Alpaca, ccxt_client._Coinbase, ccxt_client._Kraken)


def quicken_exchanges():
    for ours in OURS:
        first = ours({"logger": ccxt_client._SILENT})
        fields = [name for name in dir(ours) if not isinstance(getattr(first, name), MethodType)]
        ours.__dir__ = lambda exchange, fields=fields: [*fields, *vars(exchange)]
