"""What one Alpaca account holds, as its venue reports it."""

from engine.brokers.alpaca.calls import AlpacaCalls
from engine.brokers.alpaca.fee_queries import FeeQueries
from engine.brokers.alpaca.fees import parse_tier
from engine.brokers.alpaca.market import AlpacaMarketData
from engine.brokers.alpaca.order_queries import OrderQueries
from engine.brokers.alpaca.parse import (
    check_positions,
    find_cash,
    find_figures,
    find_unreadable_positions,
    parse_cash,
    parse_positions,
    stock_tickers,
)
from engine.brokers.alpaca.restrictions import find_block, find_limits
from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.departure import Departure
from engine.brokers.parse import Row, as_list, as_row
from engine.clock import Clock
from engine.model.errors import BrokerError
from engine.model.holdings import AccountFigure, AccountReport, Holding
from engine.model.money import ZERO
from engine.model.venues import Account, Venue


class HoldingsReader:
    """Reads the account and its positions together."""

    def __init__(
        self,
        account: Account,
        *,
        calls: AlpacaCalls,
        orders: OrderQueries,
        fees: FeeQueries,
        market: AlpacaMarketData,
        clock: Clock,
    ) -> None:
        self._account = account
        self._calls = calls
        self._orders = orders
        self._fees = fees
        self._market = market
        self._clock = clock

    async def fetch(self, *, priority: Priority) -> AccountReport:
        """Return dollars, coins and stocks with the venue's own total; leverage never counts as money."""
        catalog = await self._market.catalog()
        departure = Departure(self._clock)
        account = await self._calls.get("v2/account", {}, priority, departure)
        positions = await self._calls.get("v2/positions", {}, priority)
        with reading(Venue.ALPACA):
            row, held = as_row(account, "account"), as_list(positions, "positions")
            check_positions(row, held)
            figures, cash = find_figures(row), find_cash(row)
        if cash is not None and cash.locked > ZERO:
            cash = await self._cash_with_orders(row, cash, priority)
        with reading(Venue.ALPACA):
            report = AccountReport(
                account=self._account,
                holdings=(*([cash] if cash else []), *parse_positions(held, catalog)),
                unreadable=find_unreadable_positions(held, catalog) | ({"USD"} if cash is None else set()),
                block=find_block(row),
                limits=find_limits(row),
                equity_usd=figures[AccountFigure.EQUITY],
                spendable_usd=figures[AccountFigure.SPENDABLE],
                unknown=frozenset(name for name, figure in figures.items() if figure is None),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
                venue_at_error=self._market.venue_time_error(),
            )
            tickers = stock_tickers(held)
            self._fees.note_tier(parse_tier(row))
        await self._market.load_stocks(sorted(tickers))
        return report

    async def _cash_with_orders(self, account: Row, cash: Holding, priority: Priority) -> Holding:
        """Split unavailable dollars into those held by open orders and unsettled ones."""
        try:
            opened = await self._orders.fetch_open(priority=priority)
        except BrokerError:
            return cash
        with reading(Venue.ALPACA):
            return parse_cash(account, opened)
