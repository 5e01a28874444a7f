"""What each venue takes as a market order, what it charges for it and how it fills; pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from types import MappingProxyType

from engine.model.errors import RefusalReason
from engine.model.instruments import AssetClass, Instrument, TradingStatus
from engine.model.money import ZERO, exact
from engine.model.orders import Side
from engine.model.quotes import Level, OrderBook
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from engine.model.walk import affordable, value_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Funds:
    """What an account can give for an order now, and what it pays."""

    base: Decimal
    quote: Decimal
    #: The taker fee, as a fraction.
    taker: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    """Why a venue would refuse an order, with the figure that does not meet its limit."""

    reason: RefusalReason
    limit: Decimal | None = None
    actual: Decimal | None = None
    #: What both figures count.
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """What a market order comes to on an order book."""

    #: Of the base, as it is ordered.
    quantity: Decimal
    #: In the quote currency, before any fee.
    value: Decimal
    #: What is paid or received of the quote currency, with the fee where that is taken there.
    total: Decimal
    #: By how much the holding of the base changes, with the fee where that is taken in the coin.
    change: Decimal

    @property
    def price(self) -> Decimal:
        """Return the average price."""
        return self.value / self.quantity


@dataclass(frozen=True, slots=True)
class VenueRules:
    """Whether an order may be sent to a venue, and what it would come to; entries and their costs are planned by it."""

    venue: Venue

    @property
    def takes_coins(self) -> bool:
        """Return whether the fee of a buy is taken from the coins it brings, and not paid beside its value."""
        return FIRST_TIERS[self.venue].on.is_base(Side.BUY)

    def why_not(
        self,
        instrument: Instrument,
        side: Side,
        quantity: Decimal,
        *,
        book: OrderBook,
        funds: Funds,
        in_session: bool = True,
    ) -> Iterator[Objection]:
        """Yield every reason for which the venue would refuse a market order; none where it would take it."""
        is_closed = instrument.asset_class is AssetClass.STOCK and not in_session
        if instrument.status is not TradingStatus.ONLINE or is_closed:
            yield Objection(reason=RefusalReason.MARKET_UNAVAILABLE)
        yield from _why_not_size(instrument, side, quantity, book)
        yield from self._why_not_paid(instrument, side, quantity, book, funds)

    def buy(
        self, instrument: Instrument, book: OrderBook, *, spend: Decimal, taker: Decimal
    ) -> Execution | None:
        """Return the largest buy that costs no more than `spend` in all; None where that is no lot or the book holds less."""
        with exact():
            bought = affordable(book.asks, spend / (1 + self._on_top(taker)))
        quantity = instrument.floor_quantity(bought) if bought else ZERO
        value = value_of(book.asks, quantity) if quantity else None
        if value is None:
            return None
        with exact():
            total, change = value * (1 + self._on_top(taker)), quantity * (1 - self._in_coins(taker))
        return Execution(quantity=quantity, value=value, total=total, change=change)

    def sell(
        self, instrument: Instrument, book: OrderBook, *, quantity: Decimal, taker: Decimal
    ) -> Execution | None:
        """Return what selling the whole lots of a quantity brings; None where that is none or the book takes less."""
        sold = instrument.floor_quantity(quantity)
        value = value_of(book.bids, sold) if sold else None
        if value is None:
            return None
        with exact():
            return Execution(quantity=sold, value=value, total=value * (1 - taker), change=-sold)

    def smallest_buy(
        self,
        instrument: Instrument,
        *,
        ask: Decimal,
        bid: Decimal,
        taker: Decimal,
        fall: Decimal,
        asks: Sequence[Level] = (),
    ) -> Decimal:
        """Return what the smallest buy costs in all that can still be sold when the bid has fallen by a fraction.

        Where `asks` do not hold so much, that is what it would cost at the best of them.
        """
        with exact():
            exit_value = _in_lots(instrument, instrument.minimum_sale_notional / (bid * (1 - fall)))
            kept = max(instrument.least_quantity, exit_value) / (1 - self._in_coins(taker))
            quantity = max(
                _in_lots(instrument, kept), _in_lots(instrument, instrument.minimum_buy_notional / ask)
            )
            value = value_of(asks, quantity) or quantity * ask
            return value * (1 + self._on_top(taker))

    def _why_not_paid(
        self, instrument: Instrument, side: Side, quantity: Decimal, book: OrderBook, funds: Funds
    ) -> Iterator[Objection]:
        needed, free, unit = quantity, funds.base, instrument.base
        if side is Side.BUY:
            value = value_of(book.asks, quantity)
            if value is None:
                return
            with exact():
                needed, free = value * (1 + self._on_top(funds.taker)), funds.quote
            unit = instrument.quote
        if needed > free:
            yield Objection(reason=RefusalReason.INSUFFICIENT_FUNDS, limit=needed, actual=free, unit=unit)

    def _on_top(self, taker: Decimal) -> Decimal:
        return ZERO if self.takes_coins else taker

    def _in_coins(self, taker: Decimal) -> Decimal:
        return taker if self.takes_coins else ZERO


VENUE_RULES: Mapping[Venue, VenueRules] = MappingProxyType({venue: VenueRules(venue) for venue in Venue})


def _why_not_size(
    instrument: Instrument, side: Side, quantity: Decimal, book: OrderBook
) -> Iterator[Objection]:
    if quantity <= ZERO or instrument.floor_quantity(quantity) != quantity:
        yield Objection(
            reason=RefusalReason.INVALID_ORDER, limit=instrument.lot, actual=quantity, unit=instrument.base
        )
    if quantity < instrument.least_quantity:
        yield Objection(
            reason=RefusalReason.BELOW_MINIMUM,
            limit=instrument.least_quantity,
            actual=quantity,
            unit=instrument.base,
        )
    levels = book.asks if side is Side.BUY else book.bids
    least = instrument.minimum_buy_notional if side is Side.BUY else instrument.minimum_sale_notional
    with exact():
        value = quantity * levels[0].price if levels else least
    if value < least:
        yield Objection(reason=RefusalReason.BELOW_MINIMUM, limit=least, actual=value, unit=instrument.quote)


def _in_lots(instrument: Instrument, quantity: Decimal) -> Decimal:
    """Round a quantity up to whole lots."""
    return (quantity / instrument.lot).to_integral_value(ROUND_CEILING) * instrument.lot
