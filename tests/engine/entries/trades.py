"""Trades, accounts and rules for tests of what precedes a buy."""

from decimal import Decimal

from engine.accounts.fees import TABLE, FeeProfile
from engine.entries.holdings import EntryAccounts
from engine.entries.rules import EntryRules
from engine.entries.trade import RoutingAccount, TradeRequest
from engine.model.venues import Venue
from tests.builders import NOW, an_account, an_instrument

KRAKEN, COINBASE, ALPACA = Venue.KRAKEN, Venue.COINBASE, Venue.ALPACA
RULES = EntryRules(threshold=Decimal("-0.01"), coinbase_min_equity_usd=Decimal(50))
CHEAP = FeeProfile(taker=Decimal("0.0001"), spread=Decimal("0.0001"), taker_live=True, spread_live=True)


#: A lot far below every minimum.
FINE = "0.00000001"


def a_request(usd="30", *, target=None, **facts):
    return TradeRequest(
        symbol="BTC/USD",
        base="BTC",
        usd=Decimal(usd),
        profit_target=None if target is None else Decimal(target),
        **facts,
    )


def a_place(venue, *, equity="1000", free="1000", fees=None, account_id=None, **facts):
    """An account without an order book, so that its costs are those of fee and spread."""
    usual = {
        "connected": True,
        "answered": True,
        "in_session": True,
        "book": None,
        "quote_usd": Decimal(1),
        "reserved_quote": Decimal(0),
        "equity_complete": True,
        "fees": fees or TABLE[venue],
        "instrument": an_instrument(venue=venue, lot=FINE, minimum_quantity="0.00001"),
        "bid": Decimal(50000),
        "ask": Decimal(50000),
    }
    if "price" in facts:
        facts["bid"] = facts["ask"] = facts.pop("price")
    return RoutingAccount(
        account=an_account(venue, account_id=account_id),
        equity_usd=None if equity is None else Decimal(equity),
        free_quote=None if free is None else Decimal(free),
        **(usual | facts),
    )


def entry_accounts(*places, **known):
    """Accounts that were read and hold nothing, but for what is said."""
    read = {"positions": (), "damaged_guards": (), "halt": None, "realised_today": ()}
    return EntryAccounts(**{"places": places, "at": NOW, **read, **known})
