"""What an account is worth: positions at the market's price, cash without what orders hold."""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Fill
from engine.model.money import ZERO
from engine.model.orders import Side
from sandbox.alpaca.account import AlpacaAccount
from sandbox.alpaca.names import (
    DOLLAR,
    asset_id,
    class_of,
    dollar_listing,
    exchange_of,
    is_crypto,
    position_symbol,
)
from sandbox.alpaca.refusals import Json
from sandbox.formats import iso_time, plain
from sandbox.market import Market

RATIO = Decimal("1E-10")


def account_row(market: Market, account: AlpacaAccount) -> Json:
    """GET /v2/account."""
    ledger = account.ledger
    cash = ledger.free(DOLLAR)
    values = [_value(market, account, each) or ZERO for each in held(market, account)]
    positions = sum(values, ZERO)
    equity = ledger.total(DOLLAR) + positions
    power = plain(cash * account.multiplier)
    return {
        "id": account.id,
        "account_number": account.id[:8].upper(),
        "status": account.status,
        "crypto_status": account.crypto_status,
        "currency": DOLLAR,
        "cash": plain(cash),
        "equity": plain(equity),
        "last_equity": plain(equity),
        "portfolio_value": plain(equity),
        "buying_power": power,
        "effective_buying_power": power,
        "regt_buying_power": power,
        "daytrading_buying_power": "0",
        "non_marginable_buying_power": plain(account.spendable_usd),
        "position_market_value": plain(positions),
        "long_market_value": plain(positions),
        "short_market_value": "0",
        "initial_margin": "0",
        "maintenance_margin": "0",
        "last_maintenance_margin": "0",
        "accrued_fees": "0",
        "pending_reg_taf_fees": "0",
        "sma": plain(cash),
        "multiplier": str(account.multiplier),
        "daytrade_count": 0,
        "crypto_tier": 1,
        "pattern_day_trader": account.pattern_day_trader,
        "shorting_enabled": False,
        "trading_blocked": account.trading_blocked,
        "transfers_blocked": account.transfers_blocked,
        "account_blocked": account.account_blocked,
        "trade_suspended_by_user": account.trade_suspended_by_user,
        "created_at": iso_time(account.created_at),
    }


def held(market: Market, account: AlpacaAccount) -> list[Listing]:
    """The dollar pairs of everything the account holds besides dollars."""
    ledger = account.ledger
    assets = [asset for asset in ledger.assets() if asset != DOLLAR and ledger.total(asset) > 0]
    return [listing for asset in assets if (listing := dollar_listing(market, asset))]


def position_row(market: Market, account: AlpacaAccount, listing: Listing) -> Json:
    """A position; what the market does not price is null."""
    ledger, asset = account.ledger, listing.base
    quantity, price = ledger.total(asset), market.price(asset)
    value = _value(market, account, listing)
    entry = _entry(account, asset)
    cost = entry * quantity
    profit = None if value is None else value - cost
    return {
        "asset_id": asset_id(listing),
        "symbol": position_symbol(listing),
        "exchange": exchange_of(listing),
        "asset_class": class_of(listing),
        "asset_marginable": not is_crypto(listing),
        "qty": plain(quantity),
        "qty_available": plain(ledger.free(asset)),
        "avg_entry_price": plain(entry),
        "side": "long",
        "market_value": _text(value),
        "cost_basis": plain(cost),
        "unrealized_pl": _text(profit),
        "unrealized_plpc": _ratio(profit, cost),
        "unrealized_intraday_pl": "0",
        "unrealized_intraday_plpc": "0",
        "current_price": _text(price),
        "lastday_price": _text(price),
        "change_today": "0",
    }


def average_entry(fills: Iterable[Fill]) -> Decimal:
    """The average price paid for what is left of the bought coins; fees make them fewer, not dearer."""
    quantity = cost = ZERO
    for fill in fills:
        if fill.side is Side.BUY:
            received = fill.quantity - (fill.fee if fill.fee_asset == fill.listing.base else ZERO)
            quantity, cost = quantity + received, cost + received * fill.price
        elif quantity > 0:
            sold = min(fill.quantity, quantity)
            quantity, cost = quantity - sold, cost - cost * sold / quantity
    return (cost / quantity).quantize(RATIO, ROUND_HALF_EVEN) if quantity else ZERO


def _entry(account: AlpacaAccount, asset: str) -> Decimal:
    shown: Mapping[str, Decimal] = account.entry_prices
    if asset in shown:
        return shown[asset]
    return average_entry(fill for fill in account.ledger.fills if fill.listing.base == asset)


def _value(market: Market, account: AlpacaAccount, listing: Listing) -> Decimal | None:
    price = market.price(listing.base)
    return None if price is None else account.ledger.total(listing.base) * price


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else plain(amount)


def _ratio(profit: Decimal | None, cost: Decimal) -> str | None:
    if profit is None or not cost:
        return None if profit is None else "0"
    return plain((profit / cost).quantize(RATIO, ROUND_HALF_EVEN))
