"""One account as a place to buy: what the trade costs there, and everything that stands against it; pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.brokers.venue_rules import VENUE_RULES, Funds
from engine.entries.cost import TradeCost, cost_by_book, cost_by_figures
from engine.entries.route import Reason, RouteObstacle
from engine.entries.rules import EntryRules
from engine.entries.trade import RoutingAccount, TradeRequest
from engine.model.errors import RefusalReason
from engine.model.instruments import Instrument, TradingStatus
from engine.model.money import ZERO, exact
from engine.model.orders import Side
from engine.model.quotes import Level, OrderBook, is_price
from engine.model.venues import Venue


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """What a buy at one account meets; figures that nobody knows are None."""

    account: RoutingAccount
    cost: TradeCost
    obstacles: tuple[Reason, ...]
    #: Set when a Coinbase account's equity is below the minimum: taken only when nobody else can.
    small: Reason | None = None
    #: The smallest buy that can be sold again at the threshold, fees included.
    smallest_usd: Decimal | None = None
    #: What must be free, in the quote currency: the amount and the buffer.
    needed: Decimal | None = None
    #: From the expected fill to the bid, as a part of the fill.
    distance: Decimal | None = None
    #: Whether the buy is within the limit of each of these; None is unknown.
    is_large_enough: bool | None = None
    has_cash: bool | None = None
    is_narrow: bool | None = None

    @property
    def is_able(self) -> bool:
        """Return whether the trade may go there."""
        return not self.obstacles

    @property
    def best_distance(self) -> Decimal | None:
        """Return the same from the best ask, which the smallest buy fills at; None is unknown."""
        ask, bid = self.account.ask, self.account.bid
        if not is_price(ask) or not is_price(bid):
            return None
        with exact():
            return (ask - bid) / ask

    def lacking_usd(self, usd: Decimal) -> tuple[Decimal, Decimal] | None:
        """Return what it lacks in free cash, and a buy of `usd` in size, for it to be made; None is unknown."""
        spendable, rate = self.account.spendable_usd, self.account.quote_rate_usd
        if spendable is None or rate is None or self.needed is None or self.smallest_usd is None:
            return None
        with exact():
            return max(self.needed * rate - spendable, ZERO), max(self.smallest_usd - usd, ZERO)


def assess(request: TradeRequest, account: RoutingAccount, rules: EntryRules) -> Assessment:
    """Return what a buy meets at one account."""
    found = _assess_equity(request, account, rules)
    if request.venue in {None, account.account.venue}:
        return found
    return replace(found, obstacles=(Reason(obstacle=RouteObstacle.NOT_NAMED), *found.obstacles))


def _assess_equity(request: TradeRequest, account: RoutingAccount, rules: EntryRules) -> Assessment:
    found = _assess(request, account, rules)
    if account.account.venue is not Venue.COINBASE or not account.connected:
        return found
    minimum, equity = rules.coinbase_min_equity_usd, account.equity_usd
    if equity is None or not account.equity_complete:
        unknown = Reason(obstacle=RouteObstacle.EQUITY_UNKNOWN, limit=minimum, unit="USD")
        return replace(found, obstacles=(unknown, *found.obstacles))
    if equity >= minimum:
        return found
    small = Reason(obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=minimum, actual=equity, unit="USD")
    return replace(found, small=small)


def smallest_usd(account: RoutingAccount, rules: EntryRules) -> Decimal | None:
    """Return the smallest buy in dollars that can be sold again at the threshold; None is unknown."""
    instrument, rate = account.instrument, account.quote_rate_usd
    if instrument is None or rate is None or not is_price(account.ask) or not is_price(account.bid):
        return None
    smallest = VENUE_RULES[instrument.venue].smallest_buy(
        instrument,
        ask=account.ask,
        bid=account.bid,
        taker=account.fees.taker,
        fall=-rules.threshold,
        asks=account.book.asks if account.book else (),
    )
    with exact():
        return smallest * rate


def _assess(request: TradeRequest, account: RoutingAccount, rules: EntryRules) -> Assessment:
    figures, instrument = cost_by_figures(account.fees), account.instrument
    if (silent := _why_unreachable(request, account)) is not None:
        return Assessment(account=account, cost=figures, obstacles=(Reason(obstacle=silent),))
    rate, smallest = account.quote_rate_usd, smallest_usd(account, rules)
    spend = _in_quote(request.usd, rate)
    needed = None if spend is None else rules.with_buffer(spend)
    has_cash = fits(needed, account.spendable_quote)
    halted, cash = _why_not_trading(instrument), tuple(_cash(account, needed, has_cash=has_cash))
    if instrument is None or spend is None or smallest is None:
        unpriced = Reason(obstacle=RouteObstacle.PRICE_UNKNOWN)
        return Assessment(account=account, cost=figures, obstacles=(*halted, unpriced, *cash))
    cost = _cost(account, instrument, spend)
    distance, is_large_enough = _distance(account, cost), request.usd >= smallest
    is_narrow = None if distance is None else distance < rules.widest_spread
    too_small = Reason(obstacle=RouteObstacle.BELOW_MINIMUM, limit=smallest, actual=request.usd, unit="USD")
    size = _book(account, instrument, cost, rules) if is_large_enough else (too_small,)
    return Assessment(
        account=account,
        cost=cost or figures,
        obstacles=(*halted, *size, *_spread(distance, rules, is_narrow=is_narrow), *cash),
        smallest_usd=smallest,
        needed=needed,
        distance=distance,
        is_large_enough=is_large_enough,
        has_cash=has_cash,
        is_narrow=is_narrow,
    )


def fits(figure: Decimal | None, limit: Decimal | None) -> bool | None:
    """Return whether a figure is within its limit; None is unknown."""
    return None if figure is None or limit is None else figure <= limit


def _in_quote(usd: Decimal, rate: Decimal | None) -> Decimal | None:
    with exact():
        return None if rate is None else usd / rate


def _why_unreachable(request: TradeRequest, account: RoutingAccount) -> RouteObstacle | None:
    if not account.answered:
        return RouteObstacle.NO_ANSWER
    if not account.connected:
        return RouteObstacle.NOT_CONNECTED
    instrument = account.instrument
    if instrument is None or instrument.asset_class is not request.asset_class:
        return RouteObstacle.NOT_LISTED
    # Prices of a closed market, or of one nobody knows to be open, do not show what the trade would take.
    return None if account.in_session else RouteObstacle.MARKET_CLOSED


def _why_not_trading(instrument: Instrument | None) -> tuple[Reason, ...]:
    is_trading = instrument is None or instrument.status is TradingStatus.ONLINE
    return () if is_trading else (Reason(obstacle=RouteObstacle.NOT_TRADING),)


def _cost(account: RoutingAccount, instrument: Instrument, spend: Decimal) -> TradeCost | None:
    if account.book is None:
        return cost_by_figures(account.fees)
    venue = VENUE_RULES[instrument.venue]
    return cost_by_book(venue, instrument, account.book, spend=spend, fees=account.fees)


def _distance(account: RoutingAccount, cost: TradeCost | None) -> Decimal | None:
    if cost is None or cost.execution is None or account.bid is None:
        return None
    with exact():
        price = cost.execution.price
        return (price - account.bid) / price


def _book(
    account: RoutingAccount, instrument: Instrument, cost: TradeCost | None, rules: EntryRules
) -> Iterator[Reason]:
    if cost is None:
        yield Reason(obstacle=RouteObstacle.THIN_BOOK)
    elif account.book is not None and not _is_taken(account, instrument, account.book, cost, rules):
        # It holds less than the smallest, which its best price then stands for.
        yield Reason(obstacle=RouteObstacle.BELOW_MINIMUM)


def _is_taken(
    account: RoutingAccount, instrument: Instrument, book: OrderBook, cost: TradeCost, rules: EntryRules
) -> bool:
    """Return whether the venue takes the buy for its size, and the sale of what it brings at the threshold."""
    bought = cost.execution
    if bought is None:
        return True
    venue, taker = VENUE_RULES[instrument.venue], account.fees.taker
    funds = Funds(base=bought.change, quote=bought.total, taker=taker)
    sold = instrument.floor_quantity(bought.change)
    fallen = _fallen(book, 1 + rules.threshold)
    objections = (
        *venue.why_not(instrument, Side.BUY, bought.quantity, book=book, funds=funds),
        *venue.why_not(instrument, Side.SELL, sold, book=fallen, funds=funds),
    )
    return not any(each.reason is not RefusalReason.MARKET_UNAVAILABLE for each in objections)


def _fallen(book: OrderBook, ratio: Decimal) -> OrderBook:
    with exact():
        bids = tuple(Level(price=level.price * ratio, quantity=level.quantity) for level in book.bids)
    return replace(book, bids=bids)


def _spread(distance: Decimal | None, rules: EntryRules, *, is_narrow: bool | None) -> Iterator[Reason]:
    if is_narrow is False:
        yield Reason(obstacle=RouteObstacle.WIDE_SPREAD, limit=rules.widest_spread, actual=distance)


def _cash(account: RoutingAccount, needed: Decimal | None, *, has_cash: bool | None) -> Iterator[Reason]:
    unit, spendable = account.instrument.quote if account.instrument else "", account.spendable_quote
    if has_cash is None or spendable is None:
        yield Reason(obstacle=RouteObstacle.CASH_UNKNOWN, unit=unit)
    elif not has_cash:
        yield Reason(
            obstacle=RouteObstacle.NOT_ENOUGH_CASH, limit=needed, actual=max(spendable, ZERO), unit=unit
        )
