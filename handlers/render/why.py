"""The text of /why: what a buy would come to now, and what every gate says to it."""

from collections.abc import Iterator

from engine.entries.gates import Gate
from engine.entries.plan import EntryPlan, Refused
from engine.entries.route import NoRoute, Route
from engine.entries.sizing import Size, SizeBasis, SizeUnknown
from engine.model.money import exact
from handlers.render.gates import gate_line
from handlers.render.halt import ONLY_CONFIRMED
from handlers.render.html import bold, code, escape, rows
from handlers.render.numbers import (
    cost_percent,
    estimated,
    money,
    price,
    quantity,
)
from handlers.render.plan_levels import plan_levels, stop_loss_text
from handlers.render.reasons import missed_text, obstacle_text
from handlers.render.screen import Screen
from handlers.render.sizes import size_text, unknown_size_text
from handlers.render.times import Reader

_NOTHING_ORDERED = f"A preview: nothing was ordered. {ONLY_CONFIRMED}"


def render_why(plan: EntryPlan | Refused, reader: Reader) -> Screen:
    """Show the plan of a buy, or why there is none, and every gate."""
    if isinstance(plan, Refused) and isinstance(plan.decision, NoRoute) and plan.decision.is_listed_nowhere:
        return _listed_nowhere(plan, reader)
    symbol = plan.route.request.symbol if isinstance(plan, EntryPlan) else plan.request.symbol
    blocks = [
        "\n".join(_head(symbol, plan.size)),
        "\n".join(_planned(plan, reader) if isinstance(plan, EntryPlan) else _refused(plan)),
        "\n".join(_gates(plan.gates, reader)),
        reader.as_of(plan.at),
    ]
    return Screen(text="\n\n".join(blocks))


def _listed_nowhere(refused: Refused, reader: Reader) -> Screen:
    # What no gate could change is no matter of gates.
    symbol = refused.request.symbol
    said = f"No broker lists {escape(symbol)}. {_NOTHING_ORDERED}"
    return Screen(text="\n".join((bold(f"Why {symbol}"), said, "", reader.as_of(refused.at))))


def _head(symbol: str, size: Size | SizeUnknown) -> Iterator[str]:
    yield bold(f"Why {symbol}")
    if isinstance(size, SizeUnknown):
        yield f"{unknown_size_text(size)} Name an amount after the symbol."
    else:
        why = "" if size.basis is SizeBasis.AMOUNT else f": {size_text(size)}"
        yield f"Buy {escape(symbol)} for {money(size.usd)}{why}."
    yield _NOTHING_ORDERED


def _planned(plan: EntryPlan, reader: Reader) -> Iterator[str]:
    route = plan.route
    yield bold("Would be bought")
    yield rows(_plan_rows(plan))
    yield stop_loss_text(plan)
    if route.missed is not None:
        yield missed_text(route.missed)
    yield f"These figures count until {reader.clock(plan.counts_until)}."


def _plan_rows(plan: EntryPlan) -> Iterator[tuple[str, str]]:
    route, bought = plan.route, plan.route.cost.execution
    yield "Broker", route.account.venue.label
    if route.other_pair is not None:
        yield "Pair", route.other_pair
    if bought is not None and route.instrument is not None:
        yield "Quantity", f"{quantity(bought.quantity)} {route.instrument.base}"
        yield "Expected price", price(bought.price, route.instrument.quote)
    with exact():
        cost = plan.size.usd * route.cost.round_trip
    yield "Round trip", f"{cost_percent(route.cost.round_trip)}, {estimated(cost)}"
    yield from plan_levels(plan)


def _refused(refused: Refused) -> Iterator[str]:
    yield bold("Would not be bought")
    closed = [gate.name for gate in refused.reasons]
    if closed:
        yield f"Because of: {', '.join(closed)}."
    match refused.decision:
        case NoRoute(left_out=left_out):
            yield "No broker can take it."
            for one in left_out:
                reasons = "; ".join(obstacle_text(reason) for reason in one.reasons)
                yield f"{one.account.venue.label}: {reasons}."
        case Route(account=account, other_pair=pair):
            through = f", as {escape(pair)}" if pair else ""
            yield f"It would go to {account.venue.label}{through}."
        case None:
            pass
    if refused.fits is not None:
        most, symbol = refused.fits, refused.request.symbol.removesuffix("/USD")
        venue = most.route.account.venue.label
        yield f"{code(f'/why {symbol} max')} would buy for {money(most.size.usd)} at {venue}."


def _gates(gates: tuple[Gate, ...], reader: Reader) -> Iterator[str]:
    yield bold("Gates")
    yield from (gate_line(gate, reader) for gate in gates)
