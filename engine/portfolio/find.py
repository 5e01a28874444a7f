"""Pure: find every position in one account's report, its market and our own rows."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from engine.accounts.fees import TABLE, TakerFee
from engine.guards.guard import Guard, GuardState
from engine.guards.guard_mark import GuardMark, mark_request
from engine.market.mark import Mark, MarkRequest, PriceProblem, PriceUnknown
from engine.market.mark_rules import decide_mark
from engine.market.pricing import value_in_usd
from engine.market.shown_mark import NO_BOOK, mark_to_show
from engine.model.holdings import (
    Direction,
    Holding,
    MarginPosition,
    PositionKey,
    PositionKind,
)
from engine.model.instruments import Instrument, base_of, quote_of
from engine.model.money import ZERO
from engine.portfolio.account_facts import AccountFacts, exit_symbols
from engine.portfolio.position import Position


def find_positions(facts: AccountFacts) -> tuple[Position, ...]:
    """Return every spot and margin position of the account."""
    symbols = exit_symbols(facts.report, facts.bases, facts.instruments)
    spot = [_spot(facts, holding, symbols) for holding in facts.report.spot_positions]
    short = [_short(facts, holding) for holding in facts.report.shorts]
    margin = [_margin(facts, position) for position in facts.report.margin_positions]
    there = [*spot, *short, *margin]
    keys = {position.key for position in there}
    absent = [one for one in facts.guards if one.key not in keys]
    waiting = [one for one in absent if one.state is GuardState.PAUSED]
    bought = [one for one in absent if one.state is GuardState.ARMED and one.key in facts.unsettled]
    return (
        *there,
        *(_gone(facts, guard) for guard in waiting),
        *(_not_read_yet(facts, guard) for guard in bought),
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


def _spot(facts: AccountFacts, holding: Holding, symbols: Mapping[str, str]) -> Position:
    key = _key(facts, PositionKind.SPOT, holding.asset)
    guard = _guard(facts, key)
    symbol = guard.symbol if guard else symbols.get(holding.asset)
    basis, unsettled = facts.bases.get(holding.asset), facts.unsettled.get(key)
    is_shrunk = basis is not None and holding.total < basis.quantity
    is_pending = unsettled is not None or is_shrunk
    # Until the fills of a sale are read, the cost of the rest is unknown; a sale of ours changes no average.
    is_being_sold = guard is not None and guard.state is GuardState.CLOSING
    costed = basis if basis and basis.explained and (is_being_sold or not is_pending) else None
    return replace(
        _found(facts, key, Direction.LONG, symbol=symbol, quantity=holding.total, guard=guard),
        locked=holding.locked,
        held=holding.held,
        explained=costed.explained if costed else ZERO,
        cost=costed.cost if costed else None,
        cost_currency=basis.currency if basis else None,
        history_incomplete=basis is None or not basis.complete or basis.quantity != holding.total,
        fills_pending=is_pending,
        unsettled=unsettled,
        venue_entry=holding.venue_entry,
    )


def _gone(facts: AccountFacts, guard: Guard) -> Position:
    """Return what is not there now and has a guard that waits, so that it can be seen and taken off."""
    found = _found(
        facts, guard.key, guard.direction, symbol=guard.symbol, quantity=guard.quantity, guard=guard
    )
    return replace(found, quantity=ZERO, leverage=guard.leverage)


def _not_read_yet(facts: AccountFacts, guard: Guard) -> Position:
    """Return what was bought after the account was read: as much as is guarded of it, at least."""
    found = _found(
        facts, guard.key, guard.direction, symbol=guard.symbol, quantity=guard.quantity, guard=guard
    )
    return replace(
        found,
        explained=guard.quantity,
        cost=guard.cost,
        cost_currency=guard.currency,
        fills_pending=True,
        unsettled=facts.unsettled[guard.key],
    )


def _short(facts: AccountFacts, holding: Holding) -> Position:
    """Return what is owed to the venue: shown, never guarded, because closing it is a purchase."""
    key = _key(facts, PositionKind.SPOT, holding.asset)
    return _found(facts, key, Direction.SHORT, symbol=holding.symbol, quantity=-holding.total, guard=None)


def _margin(facts: AccountFacts, position: MarginPosition) -> Position:
    key = _key(facts, PositionKind.MARGIN, base_of(position.symbol), position.symbol)
    guard = _guard(facts, key)
    if guard is not None and guard.direction is not position.direction:
        # It guarded what an external trade turned around.
        guard = None
    unsettled = facts.unsettled.get(key)
    return replace(
        _found(
            facts, key, position.direction, symbol=position.symbol, quantity=position.quantity, guard=guard
        ),
        explained=position.quantity,
        cost=position.cost,
        cost_currency=quote_of(position.symbol),
        leverage=position.leverage,
        unsettled=unsettled if unsettled is not None and not unsettled.is_read else None,
    )


def _key(facts: AccountFacts, kind: PositionKind, asset: str, symbol: str | None = None) -> PositionKey:
    return PositionKey(account_id=facts.report.account.account_id, kind=kind, asset=asset, symbol=symbol)


def _guard(facts: AccountFacts, key: PositionKey) -> Guard | None:
    return next((guard for guard in facts.guards if guard.key == key), None)


def _found(
    facts: AccountFacts,
    key: PositionKey,
    direction: Direction,
    *,
    symbol: str | None,
    quantity: Decimal,
    guard: Guard | None,
) -> Position:
    """Return a position with what is gathered of every kind of it."""
    instrument = facts.instruments.get(symbol) if symbol else None
    return Position(
        account=facts.report.account,
        kind=key.kind,
        direction=direction,
        asset=key.asset,
        instrument=instrument,
        quantity=quantity,
        is_listing_known=bool(facts.instruments),
        mark=_mark(facts, guard, instrument, direction, quantity),
        is_live=symbol in facts.pushed,
        last_mark=_last_mark(facts, guard, instrument),
        quote_usd=_quote_usd(facts, instrument),
        taker=_taker(facts, instrument),
        guard=guard,
        has_open_question=key in facts.open_questions,
        as_of=facts.report.at,
        venue_as_of=facts.report.venue_at,
        step_at_request=facts.report.step,
        step_included=facts.step_included,
    )


def _last_mark(facts: AccountFacts, guard: Guard | None, instrument: Instrument | None) -> Mark | None:
    seen = facts.guard_marks.get(guard.guard_id) if guard else None
    if seen is not None and seen.last is not None:
        return seen.last
    return facts.last_marks.get(instrument.symbol) if instrument else None


def _mark(
    facts: AccountFacts,
    guard: Guard | None,
    instrument: Instrument | None,
    direction: Direction,
    quantity: Decimal,
) -> Mark | PriceUnknown:
    # A guarded position shows what its guard goes by, not a second opinion; a paused one sees nothing.
    is_watched = guard is not None and guard.state is not GuardState.PAUSED
    guard_mark = facts.guard_marks.get(guard.guard_id) if guard and is_watched else None
    if guard is not None and guard_mark is not None and guard_mark.current is not None:
        return _pushed_mark(facts, guard, guard_mark) or guard_mark.current
    if instrument is None:
        # Without listings it is unknown whether there is something to quote.
        return PriceUnknown(problem=PriceProblem.NO_QUOTE if facts.instruments else PriceProblem.NO_ANSWER)
    quote = facts.quotes.get(instrument.symbol)
    if quote is None:
        return facts.no_quote
    request = MarkRequest(
        symbol=instrument.symbol,
        direction=direction,
        quantity=quantity,
        threshold=guard.threshold if guard else facts.threshold,
        max_age_s=facts.price_max_age_s,
    )
    return mark_to_show(
        request,
        instrument=instrument,
        quote=quote,
        book=facts.books.get(instrument.symbol),
        session=facts.session,
        now=facts.now,
    )


def _pushed_mark(facts: AccountFacts, guard: Guard, guard_mark: GuardMark) -> Mark | None:
    """Return the mark that a guard's next tick would be judged by; it was judged by those before in a look each."""
    quote = facts.pushed.get(guard.symbol)
    request = mark_request(guard, max_age_s=facts.price_max_age_s)
    seen = decide_mark(request, quote=quote, last=guard_mark.last, now=facts.now)
    return seen if isinstance(seen, Mark) else None


def _quote_usd(facts: AccountFacts, instrument: Instrument | None) -> Decimal | None:
    if instrument is None:
        return None
    return value_in_usd(instrument.quote, facts.instruments, facts.quotes)


def _taker(facts: AccountFacts, instrument: Instrument | None) -> TakerFee:
    usual = TakerFee(ratio=TABLE[facts.report.account.venue].taker, is_own=False)
    return facts.takers.get(instrument.symbol, usual) if instrument else usual
