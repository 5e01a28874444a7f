"""Listings, books and ledgers with literal numbers for sandbox tests."""

from decimal import Decimal

from engine.brokers.paper.book import Book, Level, Listing
from engine.brokers.paper.ledger import Draft, Fees, Kind, Ledger
from engine.model.orders import Side


def a_listing(**changes):
    values = {
        "venue": "kraken",
        "symbol": "BTC/USD",
        "base": "BTC",
        "quote": "USD",
        "tick": Decimal("0.1"),
        "lot": Decimal("0.0001"),
        "minimum_quantity": Decimal("0.001"),
        "minimum_notional": Decimal(5),
        "depth": (Decimal(1), Decimal(2)),
    }
    return Listing(**{**values, **changes})


def a_book(bids=(("100.0", "1"),), asks=(("101.0", "1"),)):
    return Book(bids=_levels(bids), asks=_levels(asks), at=0.0)


def a_ledger(taker="0.01", maker="0.005", *, on=None, pocket_suffix=None, **deposits):
    fees = {"taker": Decimal(taker), "maker": Decimal(maker)}
    ledger = Ledger(Fees(**fees, **({"on": on} if on else {})), pocket_suffix=pocket_suffix)
    for asset, amount in deposits.items():
        ledger.deposit(asset, Decimal(amount), at=0.0)
    return ledger


def buy(quantity=None, **options):
    return _draft(Side.BUY, quantity, **options)


def sell(quantity=None, **options):
    return _draft(Side.SELL, quantity, **options)


def _draft(side, quantity, *, limit=None, listing=None, **options):
    options.setdefault("kind", Kind.MARKET if limit is None else Kind.LIMIT)
    return Draft(
        listing=listing or a_listing(),
        side=side,
        quantity=None if quantity is None else Decimal(quantity),
        limit=None if limit is None else Decimal(limit),
        **options,
    )


def _levels(levels):
    return tuple(Level(Decimal(price), Decimal(size)) for price, size in levels)
