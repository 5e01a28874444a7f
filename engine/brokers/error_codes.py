"""The venues' error texts and what each means; the first row that occurs in an answer counts."""

from collections.abc import Mapping

from engine.brokers.meanings import Meaning, Sense
from engine.model.errors import RefusalReason
from engine.model.venues import Venue

_FUNDS = RefusalReason.INSUFFICIENT_FUNDS
_MINIMUM = RefusalReason.BELOW_MINIMUM
_INVALID = RefusalReason.INVALID_ORDER
_NO_ORDER = RefusalReason.UNKNOWN_ORDER
_NO_SYMBOL = RefusalReason.UNKNOWN_SYMBOL
_MARKET = RefusalReason.MARKET_UNAVAILABLE
_NO_PAIR = RefusalReason.PAIR_UNAVAILABLE
_DUPLICATE = RefusalReason.DUPLICATE_CLIENT_ORDER_ID

# https://docs.kraken.com/api/docs/guides/spot-errors and https://support.kraken.com/articles/360001491786: E + category
# + text. An error says that the request failed, unless it speaks of the venue's own inside or of time that ran out;
# `EService:Deadline elapsed` also stands for the venue's own time limit, so it proves nothing about the order, and an
# order refused with `Position is closed` has filled as far as the position went.
_KRAKEN: tuple[tuple[str, Sense], ...] = (
    ("eapi:invalid nonce", Meaning.NONCE),
    ("egeneral:temporary lockout", Meaning.LOCKOUT),
    ("eservice:market in", _MARKET),
    ("eservice:throttled", Meaning.RATE_LIMIT),
    ("eservice:", Meaning.UNKNOWN),
    ("edatabase:", Meaning.UNKNOWN),
    ("internal error", Meaning.UNKNOWN),
    ("timed out", Meaning.UNKNOWN),
    ("timeout", Meaning.UNKNOWN),
    ("reduce only:position is closed", Meaning.UNKNOWN),
    ("rate limit exceeded", Meaning.RATE_LIMIT),
    ("too many requests", Meaning.RATE_LIMIT),
    ("eapi:invalid key", Meaning.KEY),
    ("eapi:invalid signature", Meaning.KEY),
    ("eapi:feature disabled", Meaning.KEY),
    ("esession:", Meaning.KEY),
    ("eauth:", Meaning.KEY),
    # What the account may trade depends on where its owner lives: "XMR trading restricted for PL".
    ("eaccount:invalid permissions", _NO_PAIR),
    ("permission denied", Meaning.KEY),
    ("etrade:locked", Meaning.KEY),
    ("etrade:user locked", Meaning.KEY),
    ("unknown method", Meaning.MISCONFIGURED),
    ("insufficient funds", _FUNDS),
    ("margin allowance", _FUNDS),
    ("margin level too low", _FUNDS),
    ("unknown position", _FUNDS),
    ("no position exists", _FUNDS),
    ("order minimum not met", _MINIMUM),
    ("cost minimum not met", _MINIMUM),
    # Also what `volume minimum not met` was called before; a volume finer than the lot is never sent.
    ("invalid arguments:volume", _MINIMUM),
    ("duplicate", _DUPLICATE),
    ("unknown order", _NO_ORDER),
    # An id in another shape than Kraken's own.
    ("invalid order", _NO_ORDER),
    ("unknown asset", _NO_SYMBOL),
    ("invalid asset pair", _NO_SYMBOL),
    # Also one that is less than two seconds ahead when it arrives.
    ("invalid arguments:deadline", RefusalReason.DEADLINE_PASSED),
    ("invalid arguments", _INVALID),
    ("invalid price", _INVALID),
    ("invalid request", _INVALID),
    ("tick size", _INVALID),
    ("reduce only", _INVALID),
    ("post only", _INVALID),
    ("trading restricted", _NO_PAIR),
    ("cannot open", RefusalReason.OTHER),
    ("limit exceeded", RefusalReason.OTHER),
    ("size exceeded", RefusalReason.OTHER),
    ("insufficient margin", RefusalReason.OTHER),
    ("trading agreement required", RefusalReason.OTHER),
    ("efunding:", RefusalReason.OTHER),
    (":", RefusalReason.UNLISTED),
)

# https://docs.cdp.coinbase.com/coinbase-app/advanced-trade-apis: for what has no published reason (coinbase_reasons.py)
# the texts of error, message and error_details, in whatever combination an endpoint has.
_COINBASE: tuple[tuple[str, Sense], ...] = (
    ("rate_limit", Meaning.RATE_LIMIT),
    ("resource_exhausted", Meaning.RATE_LIMIT),
    ("too many requests", Meaning.RATE_LIMIT),
    ("account is not available", _NO_PAIR),
    ("source is not enabled for trading", _NO_PAIR),
    ("trading pair not available", _NO_PAIR),
    ("ineligible", _NO_PAIR),
    ("geofencing", _NO_PAIR),
    # What is insufficient is the key.
    ("permission_denied · insufficient", Meaning.KEY),
    ("insufficient permission", Meaning.KEY),
    ("insufficient scope", Meaning.KEY),
    ("insufficient privilege", Meaning.KEY),
    ("insufficient", _FUNDS),
    ("too_small", _MINIMUM),
    ("too small", _MINIMUM),
    ("below_min", _MINIMUM),
    ("size is below the minimum", _MINIMUM),
    ("minimum order size", _MINIMUM),
    ("minimum size", _MINIMUM),
    ("duplicate", _DUPLICATE),
    ("order with this orderid was not found", _NO_ORDER),
    ("order not found", _NO_ORDER),
    ("invalid_product", _NO_SYMBOL),
    ("product not found", _NO_SYMBOL),
    ("productid", _NO_SYMBOL),
    ("cancel_only", _MARKET),
    ("cancel only", _MARKET),
    ("limit_only", _MARKET),
    ("limit only", _MARKET),
    ("post only mode", _MARKET),
    ("trading_disabled", _MARKET),
    ("trading is disabled", _MARKET),
    ("auction", _MARKET),
    ("halted", _MARKET),
    ("untradable", _MARKET),
    ("no_liquidity", _MARKET),
    ("permission_denied", Meaning.KEY),
    ("unauthenticated", Meaning.KEY),
    ("unauthorized", Meaning.KEY),
    ("authentication_error", Meaning.KEY),
    ("missing required scopes", Meaning.KEY),
    ("not_found", _NO_ORDER),
    ("invalid", _INVALID),
    ("unsupported", _INVALID),
    ("internal error", Meaning.UNKNOWN),
    ("internal server", Meaning.UNKNOWN),
    ("timed out", Meaning.UNKNOWN),
    ("timeout", Meaning.UNKNOWN),
)

# https://docs.alpaca.markets/reference/postorder, …/docs/crypto-orders, …/docs/fractional-trading and
# https://alpaca.markets/learn/how-to-fix-common-trading-api-errors-at-alpaca: {code, message}; some codes
# stand for one thing, most for many: there the message decides, and the code only where no message is known.
_ALPACA: tuple[tuple[str, Sense], ...] = (
    ("internal server error", Meaning.UNKNOWN),
    ("timeout", Meaning.UNKNOWN),
    # Codes that stand for one thing, whatever words are beside them.
    ("40310100", RefusalReason.OTHER),
    ("40110000", Meaning.KEY),
    ("42910000", Meaning.RATE_LIMIT),
    ("too many requests", Meaning.RATE_LIMIT),
    ("rate limit", Meaning.RATE_LIMIT),
    ("pattern day trading", RefusalReason.OTHER),
    ("day trade", RefusalReason.OTHER),
    ("client_order_id must be unique", _DUPLICATE),
    # Speak of a minimum and mean the number of decimals, or the account.
    ("sub-penny", _INVALID),
    ("increment", _INVALID),
    ("minimum equity", RefusalReason.OTHER),
    ("equity is below", RefusalReason.OTHER),
    ("insufficient permission", Meaning.KEY),
    ("insufficient scope", Meaning.KEY),
    ("insufficient privilege", Meaning.KEY),
    ("insufficient", _FUNDS),
    ("not allowed to short", _FUNDS),
    ("cannot be sold short", _FUNDS),
    ("wash trade", RefusalReason.OPPOSITE_ORDER),
    ("opposite side", RefusalReason.OPPOSITE_ORDER),
    ("cost basis must be >=", _MINIMUM),
    ("minimal amount of order", _MINIMUM),
    ("minimal qty of order", _MINIMUM),
    ("minimum order size", _MINIMUM),
    ("minimum order value", _MINIMUM),
    ("minimum notional", _MINIMUM),
    ("minimum qty", _MINIMUM),
    ("minimum quantity", _MINIMUM),
    ("notional must be >=", _MINIMUM),
    ("notional value must be >=", _MINIMUM),
    ("order not found", _NO_ORDER),
    ("not cancelable", _NO_ORDER),
    ("not cancellable", _NO_ORDER),
    ("already in", _NO_ORDER),
    ("asset not found", _NO_SYMBOL),
    ('" not found', _NO_SYMBOL),
    ("could not find asset", _NO_SYMBOL),
    ("invalid symbol", _NO_SYMBOL),
    # The account's agreement or state of residence, not the key: what is of the other class trades all the same.
    ("orders not allowed for account", _NO_PAIR),
    ("crypto trading is not", _NO_PAIR),
    ("not enabled for crypto", _NO_PAIR),
    ("to trade crypto", _NO_PAIR),
    ("jurisdiction", _NO_PAIR),
    ("account is not active", Meaning.KEY),
    ("not tradable", _MARKET),
    ("not tradeable", _MARKET),
    ("not active", _MARKET),
    ("halt", _MARKET),
    ("market is closed", _MARKET),
    ("market hours", _MARKET),
    ("trading hours", _MARKET),
    ("cancel only", _MARKET),
    ("pending replace", Meaning.TRY_LATER),
    ("not authorized", Meaning.KEY),
    ("unauthorized", Meaning.KEY),
    ("access key", Meaning.KEY),
    ("forbidden", Meaning.KEY),
    ("trading is blocked", Meaning.KEY),
    ("account is blocked", Meaning.KEY),
    ("account is restricted", Meaning.KEY),
    ("not allowed to", Meaning.KEY),
    ("by user request", Meaning.KEY),
    ("endpoint not found", Meaning.MISCONFIGURED),
    ("invalid", _INVALID),
    ("must be", _INVALID),
    ("required", _INVALID),
    ("not fractionable", _INVALID),
    ("advanced order_class", _INVALID),
    ("40010001", _INVALID),
    ("40410000", _NO_ORDER),
)

ERROR_CODES: Mapping[Venue, tuple[tuple[str, Sense], ...]] = {
    Venue.KRAKEN: _KRAKEN,
    Venue.COINBASE: _COINBASE,
    Venue.ALPACA: _ALPACA,
}
