"""What one Kraken account holds and owes, as its venue reports it."""

from dataclasses import replace

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.departure import Departure
from engine.brokers.kraken.calls import KrakenCalls
from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.parse import (
    find_unreadable_balances,
    find_unreadable_positions,
    parse_balances,
    parse_margin_positions,
)
from engine.brokers.parse import amount_in, as_row
from engine.clock import Clock
from engine.model.credits import split_credits
from engine.model.errors import BrokerError
from engine.model.holdings import AccountFigure, AccountReport
from engine.model.venues import Account, Venue

#: Most accounts never borrow: an exit does not wait to confirm that one has no margin positions.
_NO_MARGIN_FOR_S = 55.0


class HoldingsReader:
    """Reads balances and margin positions together."""

    def __init__(
        self, account: Account, *, calls: KrakenCalls, market: KrakenMarketData, clock: Clock
    ) -> None:
        self._account = account
        self._calls = calls
        self._market = market
        self._clock = clock
        #: When the account was last seen without margin positions; None while it has some.
        self._no_margin_at: float | None = None

    async def fetch(self, *, priority: Priority) -> AccountReport:
        """Return all holdings, holds and margin positions; TradeBalance counts only when margin is used."""
        if priority is not Priority.EXIT:
            await self._market.venue_clock.keep()
        catalog = await self._market.catalog()
        departure = Departure(self._clock)
        balances = await self._calls.read("BalanceEx", priority=priority, departure=departure)
        positions = await self._fetch_open_positions(priority)
        with reading(Venue.KRAKEN):
            holdings, fee_credits = split_credits(Venue.KRAKEN, parse_balances(balances, catalog))
            report = AccountReport(
                account=self._account,
                holdings=holdings,
                margin_positions=parse_margin_positions(positions, catalog),
                credits=fee_credits,
                unreadable=find_unreadable_balances(balances, catalog)
                | find_unreadable_positions(positions, catalog),
                at=departure.at.at,
                left=departure.at,
                venue_at=self._market.venue_time(departure.at),
                venue_at_error=self._market.venue_time_error(),
            )
        return await self._with_margin(report, priority) if report.margin_positions else report

    async def _fetch_open_positions(self, priority: Priority) -> object:
        now, none_at = self._clock.monotonic(), self._no_margin_at
        if priority is Priority.EXIT and none_at is not None and now - none_at < _NO_MARGIN_FOR_S:
            return {}
        positions = await self._calls.read("OpenPositions", priority=priority)
        self._no_margin_at = None if positions else now
        return positions

    async def _with_margin(self, report: AccountReport, priority: Priority) -> AccountReport:
        """Add the figures that only TradeBalance has; holdings are known without it."""
        try:
            result = await self._calls.read("TradeBalance", {"asset": "ZUSD"}, priority=priority)
            with reading(Venue.KRAKEN):
                row = as_row(result, "TradeBalance")
                return replace(report, unrealized_usd=amount_in(row, "n"), spendable_usd=amount_in(row, "mf"))
        except BrokerError:
            return replace(report, unknown=frozenset({AccountFigure.UNREALIZED, AccountFigure.SPENDABLE}))
