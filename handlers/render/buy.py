"""The text of /buy: the preview with its button, why there is none, and what came of the press."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType

from engine.entries.gates import GateName
from engine.entries.plan import EntryPlan, Refused
from engine.entries.route import NoRoute, RouteObstacle
from engine.entries.sizing import Size, SizeBasis
from engine.model.money import ZERO, exact
from engine.model.venues import Venue
from engine.offers.buying_preview import Buying, BuyPreview, Drift
from handlers.render.gates import gate_text
from handlers.render.html import bold, code, escape, rows
from handlers.render.numbers import (
    cost_percent,
    estimated,
    full_quantity,
    money,
    price,
    quantity,
)
from handlers.render.plan_levels import plan_levels, stop_loss_text
from handlers.render.reasons import missed_text, obstacle_text
from handlers.render.route import left_out_lines, why_chosen
from handlers.render.screen import BUY, DECLINE, Screen, ScreenButton
from handlers.render.sizes import size_text, unknown_size_text
from handlers.render.times import Reader

_DRIFTS: Mapping[Drift, str] = MappingProxyType(
    {
        Drift.PRICE: "The price has moved by more than 0.5 %",
        Drift.STOP: "The threshold of new guards was changed",
        Drift.LEVELS: "Its stop or target is another one by now",
        Drift.HELD: "You hold some of it by now",
        Drift.COST: "The round trip costs clearly more",
    }
)


def render_buy(
    outcome: BuyPreview | Buying | Refused, reader: Reader, *, sent_at: datetime | None = None
) -> Screen:
    """Show a preview, say what is being bought or why not; `sent_at` is given for commands that came too late to act."""
    match outcome:
        case BuyPreview():
            return _preview(outcome, reader, sent_at)
        case Buying():
            return _buying(outcome.plan, reader)
        case Refused():
            return _not_bought(outcome, reader)


def render_declined(reader: Reader) -> Screen:
    """Say that nothing was bought."""
    return Screen(text=f"Left alone: nothing was bought.\n{reader.as_of(reader.now)}")


def _preview(preview: BuyPreview, reader: Reader, sent_at: datetime | None) -> Screen:
    plan = preview.plan
    blocks = [
        "\n".join(_head(preview, reader, sent_at)),
        "\n".join(_chosen(plan)),
        *("\n".join(left_out_lines(one, plan.size.usd)) for one in plan.route.left_out),
        f"{reader.as_of(plan.at)}\nThe button counts once, until {reader.clock(preview.expires_at)}",
    ]
    return Screen(text="\n\n".join(blocks), keyboard=_keyboard(preview))


def _head(preview: BuyPreview, reader: Reader, sent_at: datetime | None) -> Iterator[str]:
    plan = preview.plan
    yield bold("Buy?")
    if preview.drift is not None:
        yield f"{_DRIFTS[preview.drift]}: nothing was bought."
    if sent_at is not None:
        yield f"You sent this {reader.age(sent_at)}, while NIJA could not answer. These are the prices of now."
    yield _wish(plan.route.request.symbol, plan.size)
    if plan.is_held:
        yield _adds(plan)
    yield "At market, fees included. Nothing is bought without the button."


def _wish(symbol: str, size: Size) -> str:
    why = "" if size.basis is SizeBasis.AMOUNT else f": {size_text(size)}"
    return f"Buy {escape(symbol)} for {money(size.usd)}{why}."


def _adds(plan: EntryPlan) -> str:
    held = next(gate for gate in plan.gates if gate.name is GateName.HELD)
    held_now = f"{quantity(held.actual or ZERO)} {escape(held.unit)}"
    adds = f"You hold {held_now} already: this adds to it"
    if plan.joins is None:
        return f"{adds}."
    return f"{adds}, and its guard, which has the stop and target below, covers this as well."


def _chosen(plan: EntryPlan) -> Iterator[str]:
    route = plan.route
    yield bold(f"Chosen: {route.account.venue.label}")
    yield f"Why: {why_chosen(route)}."
    if route.other_pair is not None:
        yield f"It is bought there as {escape(route.other_pair)}."
    yield rows(_figures(plan))
    yield stop_loss_text(plan)
    if route.missed is not None:
        yield missed_text(route.missed)


def _figures(plan: EntryPlan) -> Iterator[tuple[str, str]]:
    bought, instrument = plan.execution, plan.instrument
    with exact():
        cost = plan.size.usd * plan.route.cost.round_trip
    yield "Quantity", f"{full_quantity(bought.quantity)} {instrument.base}"
    yield "Expected price", price(bought.price, instrument.quote)
    yield "Round trip", f"{cost_percent(plan.route.cost.round_trip)}, {estimated(cost)}"
    yield from plan_levels(plan)


def _keyboard(preview: BuyPreview) -> tuple[tuple[ScreenButton, ...], ...]:
    plan = preview.plan
    label = f"Buy {plan.instrument.base} for {money(plan.size.usd)} at {plan.route.account.venue.label}"
    buy = ScreenButton(label=label, data=f"{BUY}:{preview.confirmation_id}")
    return ((buy,), (ScreenButton(label="Leave alone", data=f"{DECLINE}:{preview.confirmation_id}"),))


def _buying(plan: EntryPlan, reader: Reader) -> Screen:
    bought = f"{full_quantity(plan.execution.quantity)} {escape(plan.instrument.base)}"
    lines = (
        bold("Buying now"),
        f"{bought} at {plan.route.account.venue.label}, for {money(plan.size.usd)} in all.",
        "It is guarded from its first fill. The message with the exact fill follows.",
        reader.as_of(reader.now),
    )
    return Screen(text="\n".join(lines))


def _not_bought(refused: Refused, reader: Reader) -> Screen:
    lines = [bold("Not bought")]
    if isinstance(refused.size, Size):
        lines.append(_wish(refused.request.symbol, refused.size))
    lines += _reasons(refused, reader)
    lines.append(reader.as_of(refused.at))
    return Screen(text="\n".join(lines))


def _reasons(refused: Refused, reader: Reader) -> Iterator[str]:
    """Return one reason a line: of gates, and else why no broker takes it."""
    symbol = refused.request.symbol
    if isinstance(refused.decision, NoRoute) and refused.decision.is_listed_nowhere:
        yield f"No broker lists {escape(symbol)}."
        return
    if not isinstance(refused.size, Size):
        yield f"{unknown_size_text(refused.size)} Name an amount: {code(f'/buy {_short(symbol)} 30')}"
    for gate in refused.reasons:
        yield f"{gate.name}: {gate_text(gate, reader)}"
    if isinstance(refused.decision, NoRoute):
        yield from _no_route(refused.decision, refused.request.venue)
    if refused.fits is not None:
        most = refused.fits
        venue = most.route.account.venue.label
        yield f"{code(f'/buy {_short(symbol)} max')} would buy for {money(most.size.usd)} at {venue}."
    yield f"{code(f'/why {_short(symbol)}')} shows every gate."


def _no_route(decision: NoRoute, named: Venue | None) -> Iterator[str]:
    if named is not None and all(one.account.venue is not named for one in decision.left_out):
        yield f"{named.label}: not connected."
        return
    for one in decision.left_out:
        others = [reason for reason in one.reasons if reason.obstacle is not RouteObstacle.NOT_NAMED]
        if named in {None, one.account.venue} and others:
            yield f"{one.account.venue.label}: {'; '.join(obstacle_text(reason) for reason in others)}."


def _short(symbol: str) -> str:
    return symbol.removesuffix("/USD")
