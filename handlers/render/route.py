"""The text of /route."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.accounts.fees import MARGIN_OF_PROFIT, FeeProfile
from engine.entries.cost import TradeCost
from engine.entries.halts import Halt
from engine.entries.route import LeftOut, NoRoute, Route, RouteChoice, RouteObstacle, RoutePreview
from engine.entries.sizing import SizeBasis
from engine.model.money import exact
from handlers.render.halt import halted_since
from handlers.render.html import bold, code, escape, rows
from handlers.render.numbers import cost_percent, estimated, full_quantity, money
from handlers.render.reasons import missed_text, obstacle_text
from handlers.render.screen import Screen, refresh_row
from handlers.render.sizes import size_text
from handlers.render.times import Reader

_MARGIN = cost_percent(MARGIN_OF_PROFIT)
_CHOICES: Mapping[RouteChoice, str] = {
    RouteChoice.CHEAPEST: "lowest round trip",
    RouteChoice.ONLY_ONE: "the only one that can take it",
}

#: A broker that cannot be asked now.
_SILENT = frozenset({RouteObstacle.NOT_CONNECTED, RouteObstacle.NO_ANSWER})
_TABLE = "from NIJA's table"


def render_route(preview: RoutePreview, reader: Reader, halt: Halt | None = None) -> Screen:
    """Show where a trade would go and why, with the costs of every broker that lists it."""
    decision, usd = preview.decision, preview.size.usd
    blocks = ["\n".join(_head(preview, reader, halt))]
    if isinstance(decision, Route):
        blocks.append("\n".join(_chosen(decision, usd)))
    else:
        blocks.append(f"{bold('Chosen: none')}\n{_nowhere(preview, decision, reader)}")
    if isinstance(decision, Route) or not decision.is_listed_nowhere:
        blocks += ["\n".join(left_out_lines(left_out, usd)) for left_out in decision.left_out]
        blocks.append("\n".join(_explained(decision)))
    blocks.append(reader.as_of(preview.at))
    return Screen(
        text="\n\n".join(block for block in blocks if block),
        keyboard=refresh_row("route", *_arguments(preview)),
    )


def _arguments(preview: RoutePreview) -> Iterator[str]:
    if preview.requested is not None:
        yield preview.requested
    size = preview.size
    if size.basis is SizeBasis.AMOUNT:
        yield full_quantity(size.usd).replace(",", "")
    elif size.basis is SizeBasis.MOST:
        yield "max"
    elif size.basis is SizeBasis.SHARE and size.share is not None:
        yield f"{full_quantity(size.share * 100)}%"


def _head(preview: RoutePreview, reader: Reader, halt: Halt | None) -> Iterator[str]:
    size = preview.size
    why = "" if size.basis is SizeBasis.AMOUNT else f": {size_text(size)}"
    yield bold("Route")
    yield f"Buy {escape(preview.symbol)} for {money(size.usd)}{why}."
    yield "A preview: nothing was ordered."
    if halt is not None:
        yield f"Buys are stopped {halted_since(halt, reader)}; /resume allows them again."


def _nowhere(preview: RoutePreview, decision: NoRoute, reader: Reader) -> str:
    if decision.is_listed_nowhere:
        named = preview.requested if preview.requested and "/" in preview.requested else decision.request.base
        return f"No broker lists {escape(named)}."
    if any(_is_closed(left_out) for left_out in decision.left_out):
        return f"No broker can take this trade now: the stock market is closed. {_opening(preview, reader)}"
    if any(
        reason.obstacle is RouteObstacle.NOT_ENOUGH_CASH
        for out in decision.left_out
        for reason in out.reasons
    ):
        most = code(f"/route {decision.request.base} max")
        return f"No broker can take this trade now. {most} shows the most that cash and exposure let."
    return "No broker can take this trade now."


def _opening(preview: RoutePreview, reader: Reader) -> str:
    opens_at = preview.opens_at
    if opens_at is None:
        return "Ask again when it is open."
    return f"It opens {reader.clock(opens_at)}, {reader.ahead(opens_at)}; ask again then."


def _is_closed(left_out: LeftOut) -> bool:
    return any(reason.obstacle is RouteObstacle.MARKET_CLOSED for reason in left_out.reasons)


def _explained(decision: Route | NoRoute) -> Iterator[str]:
    has_costs = isinstance(decision, Route) or not all(one.is_unlisted for one in decision.left_out)
    if has_costs:
        yield "A round trip is the fees for buying and selling, and the spread."
        yield f"Minimum profitable: the price move that pays the round trip and {_MARGIN} more."
    if isinstance(decision, Route) and _own_target(decision) is not None:
        yield "Target in effect: the move this trade would aim for; never less than that."


def _chosen(route: Route, usd: Decimal) -> Iterator[str]:
    yield bold(f"Chosen: {route.account.venue.label}")
    yield f"Why: {why_chosen(route)}."
    if route.other_pair is not None:
        yield f"It is bought there as {escape(route.other_pair)}."
    yield rows(_costs(route.cost, usd, target=_own_target(route)))
    yield _source(route.cost)
    if (saving := route.saving_usd) is not None:
        yield f"That is {estimated(saving)} less than at the dearest."
    if (missed := route.missed) is not None:
        yield missed_text(missed)
    if _is_raised(route):
        yield "The target is raised because the account's equity is small."


def left_out_lines(left_out: LeftOut, usd: Decimal) -> Iterator[str]:
    """Say why a broker was not chosen, and what the trade would cost there."""
    yield bold(left_out.account.venue.label)
    yield f"Not chosen: {'; '.join(obstacle_text(reason) for reason in left_out.reasons)}."
    if left_out.is_unlisted:
        return
    yield rows(_costs(left_out.cost, usd))
    is_silent = any(reason.obstacle in _SILENT for reason in left_out.reasons)
    yield _source_while_silent(left_out.cost.fees) if is_silent else _source(left_out.cost)


def _costs(cost: TradeCost, usd: Decimal, *, target: Decimal | None = None) -> Iterator[tuple[str, str]]:
    with exact():
        paid = usd * cost.round_trip
    yield "Round trip", f"{cost_percent(cost.round_trip)}, {estimated(paid)}"
    yield "Minimum profitable", cost_percent(cost.minimum_profitable)
    if target is not None:
        yield "Target in effect", cost_percent(target)


def _source(cost: TradeCost) -> str:
    walked = " The order book was walked for this size." if cost.execution is not None else ""
    return f"{_source_of_figures(cost.fees)}{walked}"


def _source_of_figures(fees: FeeProfile) -> str:
    if fees.live:
        return "Fee and spread are live."
    if fees.taker_live:
        return f"The fee is live, the spread is {_TABLE}."
    if fees.spread_live:
        return f"The spread is live, the fee is {_TABLE}."
    return f"Fee and spread are {_TABLE}, not live."


def _source_while_silent(fees: FeeProfile) -> str:
    """Name what a broker that does not answer has reported before, and what it never has."""
    if fees.live:
        return "Fee and spread are the last it reported."
    if fees.taker_live:
        return f"The fee is the last it reported, the spread is {_TABLE}."
    if fees.spread_live:
        return f"The spread is the last it reported, the fee is {_TABLE}."
    return f"Fee and spread are {_TABLE}: it has reported neither."


def why_chosen(route: Route) -> str:
    """Say why a broker was chosen."""
    small = route.small
    if route.request.venue is not None:
        chosen = "the one you chose"
        return chosen if small is None else f"{chosen}; {obstacle_text(small)}"
    if small is not None and small.limit is not None:
        what = f"{obstacle_text(small)}: chosen only because no other can take it"
        if route.choice is RouteChoice.CHEAPEST:
            return f"{what}, {cost_percent(route.cost.round_trip)} a round trip"
        return what
    if route.choice is RouteChoice.CHEAPEST:
        return f"{_CHOICES[route.choice]}, {cost_percent(route.cost.round_trip)}"
    return _CHOICES[route.choice]


def _own_target(route: Route) -> Decimal | None:
    """Return what a trade would aim for where it is more than what pays for it."""
    target = route.profit_target
    return None if target <= route.cost.minimum_profitable else target


def _is_raised(route: Route) -> bool:
    target = route.profit_target
    return target > route.cost.minimum_profitable and target != route.request.profit_target
