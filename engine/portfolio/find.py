"""Pure: find every position in what one account, its market and our own rows say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from engine.accounts.cost_basis import CostBasis
from engine.brokers.base import Session
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark
from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.pricing import choose_exit_symbol, value_in_usd
from engine.market.shown_mark import NO_BOOK, mark_to_show
from engine.model.holdings import (
    AccountReport,
    Direction,
    Holding,
    MarginPosition,
    PositionKey,
    PositionKind,
    Unsettled,
)
from engine.model.instruments import Instrument
from engine.model.money import ZERO
from engine.model.quotes import OrderBook, Quote
from engine.portfolio.position import Position


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything gathered about one account at one moment."""

    report: AccountReport
    guards: tuple[Guard, ...]
    instruments: Mapping[str, Instrument]
    quotes: Mapping[str, Quote]
    #: The stock session; None where there are no stocks.
    session: Session | None
    bases: Mapping[str, CostBasis]
    #: Taker fee by symbol, as a fraction.
    takers: Mapping[str, Decimal]
    guard_marks: Mapping[str, GuardMark]
    unsettled: Mapping[PositionKey, Unsettled]
    threshold: Decimal
    price_max_age_s: float
    now: datetime
    #: The last step of our orders that the report certainly shows; None where nobody knows.
    step: int | None = None
    #: Positions that a question to their owner is open about.
    open_questions: frozenset[PositionKey] = frozenset()
    #: Marks by symbol that were known before, whatever is told now.
    last_marks: Mapping[str, Mark] = field(default_factory=dict)
    #: Order books by symbol, of the pairs whose quote says too little.
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


def find_positions(scene: Scene) -> tuple[Position, ...]:
    """Return every spot and margin position of the account."""
    symbols = exit_symbols(scene.report, scene.bases, scene.instruments)
    spot = [_spot(scene, holding, symbols) for holding in scene.report.spot_positions]
    short = [_short(scene, holding) for holding in scene.report.shorts]
    margin = [_margin(scene, position) for position in scene.report.margin_positions]
    there = [*spot, *short, *margin]
    keys = {position.key for position in there}
    waiting = [one for one in scene.guards if one.state is GuardState.PAUSED and one.key not in keys]
    everything = (*there, *(_gone(scene, guard) for guard in waiting))
    return tuple(_with_scene(scene, one) for one in everything)


def _with_scene(scene: Scene, position: Position) -> Position:
    """Return a position with what is known of all of its account's at once."""
    symbol = position.symbol or ""
    return replace(
        position,
        has_open_question=position.key in scene.open_questions,
        step=scene.step,
        is_listing_known=bool(scene.instruments),
        last_mark=_last_mark(scene, position.guard, symbol),
    )


def thin_symbols(positions: Sequence[Position]) -> frozenset[str]:
    """Return the pairs whose positions can be priced only with the order book."""
    return frozenset(
        one.instrument.symbol for one in positions if one.instrument is not None and one.mark == NO_BOOK
    )


def marks_of(positions: Sequence[Position]) -> Mapping[str, Mark]:
    """Return the marks of the pairs that have one."""
    return {
        one.instrument.symbol: one.mark
        for one in positions
        if one.instrument is not None and isinstance(one.mark, Mark)
    }


def _last_mark(scene: Scene, guard: Guard | None, symbol: str) -> Mark | None:
    seen = scene.guard_marks.get(guard.guard_id) if guard else None
    return seen.last if seen is not None and seen.last is not None else scene.last_marks.get(symbol)


def _spot(scene: Scene, holding: Holding, symbols: Mapping[str, str]) -> Position:
    guard = _guard(scene, PositionKind.SPOT, holding.asset)
    symbol = guard.symbol if guard else symbols.get(holding.asset)
    instrument = scene.instruments.get(symbol) if symbol else None
    basis, unsettled = scene.bases.get(holding.asset), _unsettled(scene, holding)
    is_shrunk = basis is not None and holding.total < basis.quantity
    is_pending = unsettled is not None or is_shrunk
    # Until the fills of a sale are read, nobody knows what the rest cost; a sale of ours changes no average.
    is_being_sold = guard is not None and guard.state is GuardState.CLOSING
    costed = basis if basis and basis.explained and (is_being_sold or not is_pending) else None
    return Position(
        account=scene.report.account,
        kind=PositionKind.SPOT,
        direction=Direction.LONG,
        asset=holding.asset,
        instrument=instrument,
        quantity=holding.total,
        locked=holding.locked,
        explained=costed.explained if costed else ZERO,
        cost=costed.cost if costed else None,
        cost_currency=basis.currency if basis else None,
        history_incomplete=basis is None or not basis.complete or basis.quantity != holding.total,
        fills_pending=is_pending,
        unsettled=unsettled,
        mark=_mark(scene, guard, instrument, Direction.LONG, holding.total),
        quote_usd=_quote_usd(scene, instrument),
        taker=_taker(scene, instrument),
        guard=guard,
        venue_entry=holding.venue_entry,
        as_of=scene.report.at,
        venue_as_of=scene.report.venue_at,
    )


def _gone(scene: Scene, guard: Guard) -> Position:
    """Return what is not there now and has a guard that waits, so that it can be seen and taken off."""
    instrument = scene.instruments.get(guard.symbol)
    return Position(
        account=scene.report.account,
        kind=guard.kind,
        direction=guard.direction,
        asset=guard.asset,
        instrument=instrument,
        quantity=ZERO,
        mark=_mark(scene, guard, instrument, guard.direction, guard.quantity),
        quote_usd=_quote_usd(scene, instrument),
        taker=_taker(scene, instrument),
        guard=guard,
        leverage=guard.leverage,
        as_of=scene.report.at,
        venue_as_of=scene.report.venue_at,
    )


def _unsettled(scene: Scene, holding: Holding) -> Unsettled | None:
    account_id = scene.report.account.account_id
    return scene.unsettled.get(
        PositionKey(account_id=account_id, kind=PositionKind.SPOT, asset=holding.asset)
    )


def _short(scene: Scene, holding: Holding) -> Position:
    """Return what is owed to the venue: shown, never guarded, because closing it is a purchase."""
    instrument = scene.instruments.get(holding.symbol) if holding.symbol else None
    return Position(
        account=scene.report.account,
        kind=PositionKind.SPOT,
        direction=Direction.SHORT,
        asset=holding.asset,
        instrument=instrument,
        quantity=-holding.total,
        mark=_mark(scene, None, instrument, Direction.SHORT, -holding.total),
        quote_usd=_quote_usd(scene, instrument),
        taker=_taker(scene, instrument),
        guard=None,
        as_of=scene.report.at,
        venue_as_of=scene.report.venue_at,
    )


def _margin(scene: Scene, position: MarginPosition) -> Position:
    instrument = scene.instruments.get(position.symbol)
    base, _, quote = position.symbol.partition("/")
    guard = _guard(scene, PositionKind.MARGIN, base, symbol=position.symbol)
    key = PositionKey(
        account_id=scene.report.account.account_id,
        kind=PositionKind.MARGIN,
        asset=base,
        symbol=position.symbol,
    )
    if guard is not None and guard.direction is not position.direction:
        # It guarded what was turned around by hand.
        guard = None
    return Position(
        account=scene.report.account,
        kind=PositionKind.MARGIN,
        direction=position.direction,
        asset=base,
        instrument=instrument,
        quantity=position.quantity,
        explained=position.quantity,
        cost=position.cost,
        cost_currency=quote,
        mark=_mark(scene, guard, instrument, position.direction, position.quantity),
        quote_usd=_quote_usd(scene, instrument),
        taker=_taker(scene, instrument),
        guard=guard,
        leverage=position.leverage,
        unsettled=unread if (unread := scene.unsettled.get(key)) and not unread.is_read else None,
        as_of=scene.report.at,
        venue_as_of=scene.report.venue_at,
    )


def _guard(scene: Scene, kind: PositionKind, asset: str, symbol: str | None = None) -> Guard | None:
    key = PositionKey(account_id=scene.report.account.account_id, kind=kind, asset=asset, symbol=symbol)
    return next((guard for guard in scene.guards if guard.key == key), None)


def _mark(
    scene: Scene,
    guard: Guard | None,
    instrument: Instrument | None,
    direction: Direction,
    quantity: Decimal,
) -> Mark | PriceUnknown:
    # A guarded position shows what its guard goes by, not a second opinion; a paused one sees nothing.
    is_watched = guard is not None and guard.state is not GuardState.PAUSED
    guard_mark = scene.guard_marks.get(guard.guard_id) if guard and is_watched else None
    if guard_mark is not None and guard_mark.current is not None:
        return guard_mark.current
    if instrument is None:
        # Without listings nobody knows whether there is something to quote.
        return PriceUnknown(problem=PriceProblem.NO_QUOTE if scene.instruments else PriceProblem.NO_ANSWER)
    quote = scene.quotes.get(instrument.symbol)
    if quote is None:
        return scene.no_quote
    request = MarkRequest(
        symbol=instrument.symbol,
        direction=direction,
        quantity=quantity,
        threshold=guard.threshold if guard else scene.threshold,
        max_age_s=scene.price_max_age_s,
    )
    return mark_to_show(
        request,
        instrument=instrument,
        quote=quote,
        book=scene.books.get(instrument.symbol),
        session=scene.session,
        now=scene.now,
    )


def _quote_usd(scene: Scene, instrument: Instrument | None) -> Decimal | None:
    if instrument is None:
        return None
    return value_in_usd(instrument.quote, scene.instruments, scene.quotes)


def _taker(scene: Scene, instrument: Instrument | None) -> Decimal:
    return scene.takers.get(instrument.symbol, ZERO) if instrument else ZERO
