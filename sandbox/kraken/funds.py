"""Balance, BalanceEx, TradeBalance, OpenPositions, TradeVolume and GetApiKeyInfo."""

from decimal import Decimal

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Position
from engine.model.money import ZERO
from sandbox.kraken.call import PrivateCall, named_pairs
from sandbox.kraken.errors import KrakenError
from sandbox.kraken.figures import flag, written
from sandbox.kraken.names import asset_altname, asset_id, pair_names
from sandbox.kraken.render import balance, market_info, position_info

#: Pockets whose coins are no collateral.
_STAKED = (".S", ".M", ".B")


def balances(call: PrivateCall) -> object:
    """Balance of every asset the account ever had, what orders hold included."""
    return {asset_id(asset): balance(total) for asset, (total, _) in _balances(call).items()}


def balance_ex(call: PrivateCall) -> object:
    """Balance and hold of every asset the account ever had."""
    return {
        asset_id(asset): {"balance": balance(total), "hold_trade": balance(held)}
        for asset, (total, held) in _balances(call).items()
    }


def trade_balance(call: PrivateCall) -> object:
    """Equity, margin used and free margin in one currency."""
    unit = _price_of(call, call.params.get("asset", "ZUSD"))
    positions = call.account.ledger.open_positions()
    margin = sum((_usd(call, p.margin, p.listing.quote) for p in positions), ZERO)
    cost = sum((_usd(call, p.open_cost, p.listing.quote) for p in positions), ZERO)
    value = sum((_usd(call, _value(call, p), p.listing.quote) for p in positions), ZERO)
    equity = _trade_balance(call) + _unrealised(call)
    figures = {
        "eb": _holdings(call, staked=True),
        "tb": _trade_balance(call),
        "m": margin,
        "n": _unrealised(call),
        "c": cost,
        "v": value,
        "e": equity,
        "mf": equity - margin,
        "uv": _unexecuted(call),
    }
    answer = {name: written(figure / unit, 4) for name, figure in figures.items()}
    return {**answer, "ml": written(equity / margin * 100, 2)} if margin else answer


def free_margin(call: PrivateCall) -> Decimal:
    """What new margin positions may use, in USD."""
    positions = call.account.ledger.open_positions()
    used = sum((_usd(call, position.margin, position.listing.quote) for position in positions), ZERO)
    return _trade_balance(call) + _unrealised(call) - used


def open_positions(call: PrivateCall) -> object:
    """Open margin positions, one by one or consolidated by market."""
    positions = call.account.ledger.open_positions()
    if wanted := call.params.get("txid"):
        positions = [position for position in positions if position.id in wanted.split(",")]
    if call.params.get("consolidation") == "market":
        return _by_market(call, positions)
    return {position.id: _position(call, position) for position in positions}


def trade_volume(call: PrivateCall) -> object:
    """The account's own fees, in percent, for the named pairs."""
    ledger = call.account.ledger
    volume = sum((_usd(call, fill.cost, fill.listing.quote) for fill in ledger.fills), ZERO)
    answer: dict[str, object] = {"currency": "ZUSD", "volume": written(volume, 4)}
    if "pair" not in call.params:
        return answer
    pairs = named_pairs(call.market, call.params["pair"])
    taker = {pair_names(pair).id: _fee(ledger.fees.taker) for pair in pairs}
    maker = {pair_names(pair).id: _fee(ledger.fees.maker) for pair in pairs}
    return {**answer, "fees": taker, "fees_maker": maker}


def api_key_info(call: PrivateCall) -> object:
    """What the key may do."""
    account = call.account
    return {
        "apiKeyName": "sandbox",
        "apiKey": account.key,
        "nonce": str(account.last_nonce),
        "nonceWindow": 0,
        "permissions": sorted(account.permissions),
        "iban": "AA88 N84G WOAK NMOI",
        "validUntil": "0",
        "queryFrom": "0",
        "queryTo": "0",
        "createdTime": str(int(account.created_at)),
        "modifiedTime": str(int(account.created_at)),
        "ipAllowlist": [],
        "lastUsed": None if account.last_used_at is None else str(int(account.last_used_at)),
    }


def _fee(ratio: Decimal) -> object:
    fee = written(ratio * 100, 4)
    return {
        "fee": fee,
        "minfee": fee,
        "maxfee": fee,
        "nextfee": None,
        "tiervolume": "0.0000",
        "nextvolume": None,
    }


def _position(call: PrivateCall, position: Position) -> dict[str, object]:
    mark = call.market.mid(position.listing) if flag(call.params, "docalcs") else None
    return position_info(call.account, position, mark)


def _by_market(call: PrivateCall, positions: list[Position]) -> list[dict[str, object]]:
    groups: dict[tuple[str, str], list[Position]] = {}
    for position in positions:
        groups.setdefault((position.listing.symbol, position.side), []).append(position)
    return [
        market_info([_position(call, position) for position in group], group[0].leverage)
        for group in groups.values()
    ]


def _trade_balance(call: PrivateCall) -> Decimal:
    return _holdings(call, staked=False)


def _holdings(call: PrivateCall, *, staked: bool) -> Decimal:
    ledger = call.account.ledger
    counted = [asset for asset in ledger.assets() if staked or not asset.endswith(_STAKED)]
    return sum((_usd(call, ledger.total(asset), asset) for asset in counted), ZERO)


def _unrealised(call: PrivateCall) -> Decimal:
    positions = call.account.ledger.open_positions()
    gains = (_usd(call, p.unrealised(_mark(call, p.listing)), p.listing.quote) for p in positions)
    return sum(gains, ZERO)


def _unexecuted(call: PrivateCall) -> Decimal:
    orders = call.account.ledger.open_orders()
    values = (_usd(call, o.remaining * (o.draft.limit or ZERO), o.draft.listing.quote) for o in orders)
    return sum(values, ZERO)


def _value(call: PrivateCall, position: Position) -> Decimal:
    return position.open_quantity * _mark(call, position.listing)


def _mark(call: PrivateCall, listing: Listing) -> Decimal:
    return call.market.mid(listing) or ZERO


def _usd(call: PrivateCall, amount: Decimal, asset: str) -> Decimal:
    """An amount in USD; an unpriced asset counts for nothing, as at the venue."""
    return amount * (call.market.price(asset.partition(".")[0]) or ZERO)


def _balances(call: PrivateCall) -> dict[str, tuple[Decimal, Decimal]]:
    ledger, shown = call.account.ledger, call.account.shown_balances
    return {asset: (ledger.total(asset), ledger.held(asset)) for asset in ledger.assets()} | shown


def _price_of(call: PrivateCall, name: str) -> Decimal:
    for asset in ("USD", "EUR", "USDT", "USDC", "BTC", "ETH"):
        if name in {asset_id(asset), asset_altname(asset)} and (price := call.market.price(asset)):
            return price
    raise KrakenError("EQuery:Unknown asset")
