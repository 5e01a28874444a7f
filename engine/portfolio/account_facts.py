"""What is gathered of an account before its positions are found in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial

from engine.accounts.cost_basis import CostBasis
from engine.accounts.fees import TakerFee
from engine.brokers.base import Session
from engine.guards.guard import Guard
from engine.guards.guard_mark import GuardMark
from engine.market.mark import Mark, PriceProblem, PriceUnknown
from engine.market.pricing import choose_exit_symbol
from engine.model.holdings import (
    AccountReport,
    PositionKey,
    Unsettled,
)
from engine.model.instruments import Instrument
from engine.model.quotes import OrderBook, Quote


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountFacts:
    """Everything gathered about one account at one moment."""

    report: AccountReport
    guards: tuple[Guard, ...]
    instruments: Mapping[str, Instrument]
    quotes: Mapping[str, Quote]
    #: The stock session; None where there are no stocks.
    session: Session | None
    bases: Mapping[str, CostBasis]
    #: By symbol.
    takers: Mapping[str, TakerFee]
    guard_marks: Mapping[str, GuardMark]
    unsettled: Mapping[PositionKey, Unsettled]
    threshold: Decimal
    price_max_age_s: float
    now: datetime
    #: The last step of our orders that the report certainly shows; None is unknown.
    step_included: int | None = None
    #: Positions that a question to their owner is open about.
    open_questions: frozenset[PositionKey] = frozenset()
    #: Marks by symbol that were known before, whatever the quotes are now.
    last_marks: Mapping[str, Mark] = field(default_factory=dict)
    #: What the venue pushes by symbol, as far as that is believed.
    pushed: Mapping[str, Quote] = field(default_factory=dict)
    #: Order books by symbol, of the pairs whose quote is too thin.
    books: Mapping[str, OrderBook] = field(default_factory=dict)
    #: Why what has no quote here has none.
    no_quote: PriceUnknown = field(default_factory=partial(PriceUnknown, problem=PriceProblem.NO_QUOTE))


def exit_symbols(
    report: AccountReport, bases: Mapping[str, CostBasis], instruments: Mapping[str, Instrument]
) -> Mapping[str, str]:
    """Return the pair each held asset would be sold through; assets without one are absent."""
    chosen = {}
    for holding in report.spot_positions:
        basis = bases.get(holding.asset)
        symbol = holding.symbol if holding.symbol in instruments else None
        symbol = symbol or choose_exit_symbol(holding.asset, basis.currency if basis else None, instruments)
        if symbol is not None:
            chosen[holding.asset] = symbol
    return chosen
