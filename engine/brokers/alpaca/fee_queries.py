"""What one Alpaca account pays for its orders: the published fee of its tier, and what was booked."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from engine import wall_time
from engine.brokers.alpaca.calls import FILLS_A_PAGE, PAGES, AlpacaCalls, endless
from engine.brokers.alpaca.charges import SHARED_DAYS, Charge
from engine.brokers.alpaca.fees import find_fee, readable_charges, taker_of_tier
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.order_queries import OrderQueries
from engine.brokers.alpaca.parse import parse_fills_of, rows_of
from engine.brokers.base import BookedFee, FeeQuote, Priority
from engine.brokers.ccxt_broker import booked_with, reading
from engine.brokers.parse import text_in
from engine.clock import Clock
from engine.model.instruments import AssetClass
from engine.model.money import ZERO
from engine.model.orders import Fill, Order, VenueOrderId
from engine.model.venues import Venue


class FeeQueries:
    """Reads fees and charges; the account's tier is known from its last report."""

    def __init__(
        self, *, calls: AlpacaCalls, orders: OrderQueries, market: AlpacaMarketData, clock: Clock
    ) -> None:
        self._calls = calls
        self._orders = orders
        self._market = market
        self._clock = clock
        self._tier: int | None = None

    def note_tier(self, tier: int | None) -> None:
        """Remember which tier of fees the account is in; None is unknown."""
        self._tier = tier

    async def fetch(self, symbols: Collection[str]) -> Mapping[str, FeeQuote]:
        """Return the published taker fee of each listed symbol's asset class, of crypto at the account's tier."""
        listed = (await self._market.catalog()).instruments
        takers = {AssetClass.CRYPTO: taker_of_tier(self._tier), AssetClass.STOCK: ZERO}
        return {
            symbol: FeeQuote(taker=takers[listed[symbol].asset_class], live=False)
            for symbol in symbols
            if symbol in listed
        }

    async def fetch_booked(self, venue_order_id: VenueOrderId) -> BookedFee | None:
        """Return what an order was charged: crypto is at the end of the day, in entries that name no order."""
        order = await self._orders.fetch(venue_order_id, priority=Priority.HISTORY)
        if order.fee is not None or order.opened_at is None or not order.fills:
            return booked_with(order)
        until = (wall_time.latest(fill.at for fill in order.fills) or order.opened_at) + SHARED_DAYS
        charges = await self._charges(order.opened_at, until=until)
        others = await self._fills_beside(order, until=until)
        fee = find_fee(order.fills, charges, tier=self._tier, others=others)
        return None if fee is None else BookedFee(amount=fee, asset=order.fills[0].fee_asset)

    async def _fills_beside(self, order: Order, *, until: datetime) -> tuple[Fill, ...]:
        """Return the trades of all other orders that may have been charged when this one was."""
        catalog, opened_at = await self._market.catalog(), order.opened_at or self._clock.now()
        rows = await self._calls.fill_rows(opened_at - SHARED_DAYS, Priority.HISTORY, until=until)
        with reading(Venue.ALPACA):
            others = {VenueOrderId(text_in(row, "order_id")) for row in rows} - {order.venue_order_id}
            return tuple(fill for other in others for fill in parse_fills_of(other, rows, catalog))

    async def _charges(self, opened_at: datetime, *, until: datetime) -> list[Charge]:
        catalog = await self._market.catalog()
        # They are dated by the day, and those of the last one may be for trades of the next.
        days = {"after": (opened_at - timedelta(days=1)).date(), "until": until.date()}
        bounds = {name: day.isoformat() for name, day in days.items()}
        wanted = {"direction": "asc", "page_size": str(FILLS_A_PAGE), **bounds}
        params, charges = wanted, list[Charge]()
        for _ in range(PAGES):
            answer = await self._calls.get("v2/account/activities/CFEE", params, Priority.HISTORY)
            with reading(Venue.ALPACA):
                rows = rows_of(answer, "activities")
                charges += readable_charges(rows, catalog)
                if len(rows) < FILLS_A_PAGE:
                    return charges
                params = {**wanted, "page_token": text_in(rows[-1], "id")}
        raise endless("charges")
