"""Kraken's many names for assets and pairs, translated to ours (XXBT, XBT.F and XBT are BTC)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum, auto

from engine.brokers.listings import NOTHING_LISTED, Listed, kept_with, read_lot, read_minimum, read_step
from engine.brokers.parse import (
    MalformedAnswerError,
    Row,
    amount_in,
    as_row,
    lenient,
    optional_in,
    readable_table,
    text_in,
)
from engine.model.currencies import is_currency
from engine.model.instruments import AssetClass, Instrument, TradingStatus
from engine.model.money import is_cash
from engine.model.typed_names import TOKENIZED
from engine.model.venues import Venue

_ALIASES = {"XBT": "BTC", "XDG": "DOGE", "FEE": "KFEE"}
#: Listed under a name of its own, and no more than a staked part of another coin.
_STAKED = {"ETH2": "ETH"}
#: SOL03.S, DOT28.S.
_TERM_DIGITS = 2
#: The lot of nearly all pairs.
_USUAL_LOT = Decimal("1e-8")
#: Dark-pool pairs repeat a listed one and are not for us.
_DARK_POOL = ".d"


class Part(Enum):
    """Which part of a holding a suffixed asset name stands for."""

    FREE = auto()
    HELD = auto()
    LOCKED = auto()


# https://docs.kraken.com/api-reference/account-data/get-extended-balance and
# https://support.kraken.com/articles/360039879471: .F earns while it is spendable through the base asset; .S, .M
# and .B are staked, opted-in or bonded, .P is lent to a parachain, and none of them can be sold now.
_SUFFIXES = {
    ".F": Part.FREE,
    ".S": Part.LOCKED,
    ".M": Part.LOCKED,
    ".B": Part.LOCKED,
    ".P": Part.LOCKED,
    ".HOLD": Part.HELD,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A pair under our names."""

    symbol: str
    base: str
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Everything Kraken lists, by its names and by ours."""

    instruments: Mapping[str, Instrument]
    #: Kraken's pair id by our symbol.
    pair_ids: Mapping[str, str]
    #: Pairs by id, alternative name and websocket name.
    pairs: Mapping[str, Pair]
    #: Our asset names by Kraken's.
    assets: Mapping[str, str]
    #: The pair ids that Kraken knows only together with their class.
    tokenized: frozenset[str] = frozenset()

    def asset_part(self, name: str) -> tuple[str, Part]:
        """Return our name for an asset in a balance, and which part of the holding it is."""
        stem, dot, suffix = name.rpartition(".")
        part = _SUFFIXES.get(dot + suffix)
        if name in _STAKED:
            return _STAKED[name], Part.LOCKED
        if part is None:
            # A new way of keeping coins is a name of its own, of which nobody knows what may be done with it.
            is_plain = not dot or dot + suffix == TOKENIZED
            return self._asset(name), Part.FREE if is_plain else Part.LOCKED
        asset = _STAKED.get(stem) or self._asset(self._without_term(stem))
        # Money on hold was paid in and has not settled; no order holds it.
        is_unsettled = part is Part.HELD and (is_cash(asset) or is_currency(asset))
        return asset, Part.LOCKED if is_unsettled else part

    def pair(self, name: str) -> Pair:
        """Return a pair by any of its names; a delisted one is taken apart into assets that are known."""
        known = self.pairs.get(name)
        return known or self._take_apart(name)

    def _asset(self, name: str) -> str:
        return self.assets.get(name) or _ALIASES.get(name, name)

    def _without_term(self, stem: str) -> str:
        """Cut off how many days a coin is bonded, in two digits: LUNA28.S is LUNA, but LUNA2.S is LUNA2 where that is listed."""
        name = stem[:-_TERM_DIGITS]
        is_term = stem not in self.assets and name in self.assets and stem[-_TERM_DIGITS:].isdecimal()
        return name if is_term else stem

    def _take_apart(self, name: str) -> Pair:
        for cut in range(1, len(name)):
            base, quote = self.assets.get(name[:cut]), self.assets.get(name[cut:])
            if base and quote:
                return Pair(symbol=f"{base}/{quote}", base=base, quote=quote)
        return Pair(symbol=name, base=name, quote="")


def add_tokenized(catalog: Catalog, pairs: object) -> Catalog:
    """Add the tokenized stocks that AssetPairs lists under their class, named as balances name them: AAPLx.T.

    Each is listed twice under one other name (AAPLxUSD and AAPLSPVUSD); the id that is the other name counts.
    """
    rows = as_row(pairs, "AssetPairs")
    known = readable_table(rows, lambda _, row: _tokenized(row, catalog.assets), "AssetPairs", least=0)
    by_own_name = sorted(known, key=lambda pair_id: as_row(rows[pair_id], pair_id).get("altname") == pair_id)
    ids = {known[pair_id].symbol: pair_id for pair_id in by_own_name}
    instruments = readable_table(
        {pair_id: rows[pair_id] for pair_id in ids.values()},
        lambda pair_id, row: _shown_only(_instrument(known[pair_id], row, NOTHING_LISTED)),
        "AssetPairs",
        least=0,
    )
    bases = {text_in(as_row(rows[pair_id], pair_id), "base"): known[pair_id].base for pair_id in instruments}
    return replace(
        catalog,
        instruments={**{i.symbol: i for i in instruments.values()}, **catalog.instruments},
        pair_ids={**{known[pair_id].symbol: pair_id for pair_id in instruments}, **catalog.pair_ids},
        pairs={**_by_every_name(known, rows), **catalog.pairs},
        assets={**bases, **catalog.assets},
        tokenized=frozenset(instruments),
    )


def _tokenized(row: Row, names: Mapping[str, str]) -> Pair:
    base, quote = text_in(row, "base") + TOKENIZED, _pair_asset(row, "quote", names)
    return Pair(symbol=f"{base}/{quote}", base=base, quote=quote)


def _shown_only(instrument: Instrument) -> Instrument:
    return replace(instrument, asset_class=AssetClass.TOKENIZED, status=TradingStatus.UNAVAILABLE)


def parse_catalog(assets: object, pairs: object, before: Catalog | None = None) -> Catalog:
    """Read the answers of Assets and AssetPairs; what was listed before stands in for what is odd."""
    names = {**(before.assets if before else {}), **_asset_names(as_row(assets, "Assets"))}
    rows = as_row(pairs, "AssetPairs")
    listed_before = before.instruments if before else NOTHING_LISTED
    known = readable_table(rows, lambda _, row: _pair(row, names), "AssetPairs")
    listed = {pair_id: rows[pair_id] for pair_id in known if not pair_id.endswith(_DARK_POOL)}
    instruments = readable_table(
        listed, lambda pair_id, row: _instrument(known[pair_id], row, listed_before), "AssetPairs", least=1
    )
    return Catalog(
        instruments={instrument.symbol: instrument for instrument in instruments.values()},
        pair_ids={known[pair_id].symbol: pair_id for pair_id in listed},
        pairs=_by_every_name(known, rows),
        assets=names,
    )


def keep_listed(fresh: Catalog, before: Catalog) -> Catalog:
    """Add what was listed before of which Kraken says nothing now, or nothing that can be read."""
    return Catalog(
        instruments=kept_with(fresh.instruments, before.instruments, venue=Venue.KRAKEN.label),
        pair_ids={**before.pair_ids, **fresh.pair_ids},
        pairs={**before.pairs, **fresh.pairs},
        assets={**before.assets, **fresh.assets},
        tokenized=before.tokenized | fresh.tokenized,
    )


def _asset_names(assets: Row) -> dict[str, str]:
    altnames = readable_table(assets, lambda _, row: text_in(row, "altname"), "Assets", least=1)
    names: dict[str, str] = {}
    for asset_id, altname in altnames.items():
        names[asset_id] = names[altname] = _ALIASES.get(altname, altname)
    return names


def _pair(row: Row, names: Mapping[str, str]) -> Pair:
    base, quote = (_pair_asset(row, side, names) for side in ("base", "quote"))
    return Pair(symbol=f"{base}/{quote}", base=base, quote=quote)


def _pair_asset(row: Row, side: str, names: Mapping[str, str]) -> str:
    asset_id = text_in(row, side)
    if asset_id in names:
        return names[asset_id]
    base, slash, quote = (optional_in(row, "wsname", text_in) or "").partition("/")
    name = (base if side == "base" else quote) if slash else asset_id
    return _ALIASES.get(name, name)


def _by_every_name(pairs: Mapping[str, Pair], rows: Row) -> dict[str, Pair]:
    names: dict[str, Pair] = {}
    for pair_id, pair in pairs.items():
        row = as_row(rows[pair_id], pair_id)
        for name in (row.get("wsname"), row.get("altname")):
            if name and isinstance(name, str):
                names.setdefault(name, pair)
    return names | dict(pairs)


def _instrument(pair: Pair, row: Row, before: Listed) -> Instrument:
    return Instrument(
        venue=Venue.KRAKEN,
        symbol=pair.symbol,
        base=pair.base,
        quote=pair.quote,
        lot=read_lot(row, "lot_decimals", of=pair.symbol, before=before, default=_USUAL_LOT, read=_step),
        tick=read_step(row, "tick_size") or lenient(row, "pair_decimals", _step),
        minimum_quantity=read_minimum(row, "ordermin"),
        minimum_notional=read_minimum(row, "costmin"),
        status=_status(row),
    )


def _step(row: Row, key: str) -> Decimal:
    decimals = amount_in(row, key)
    if decimals != decimals.to_integral_value() or not 0 <= decimals <= 30:  # noqa: PLR2004
        message = f"{key} should be a number of decimals, not {decimals}"
        raise MalformedAnswerError(message)
    return Decimal(1).scaleb(-int(decimals))


def _status(row: Row) -> TradingStatus:
    name = lenient(row, "status", text_in)
    if name is None:
        return TradingStatus.ONLINE
    known = {status.value: status for status in TradingStatus}
    return known.get(name, TradingStatus.UNAVAILABLE)
