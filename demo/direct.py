"""Changes to the world around the bot: prices, faults, an outage; each returns what to print."""

from decimal import Decimal

from demo.endpoints import EVERY, endpoints_of, find_endpoint
from demo.guide import FAULT_TEXTS
from demo.lines import FAULTS, SLOW_S, TELEGRAM, ClearFaults, MovePrice, Outage, PlanFault, SetPrice
from sandbox.faults import Fault
from sandbox.telegram import FaultKind
from sandbox.world import Drift, SandboxWorld

Change = SetPrice | MovePrice | PlanFault | ClearFaults | Outage


def direct(change: Change, world: SandboxWorld, drift: Drift) -> str:
    """Change the world and describe its new state."""
    match change:
        case SetPrice() | MovePrice():
            return _move(change, world, drift)
        case PlanFault():
            return _plan(change, world)
        case Outage():
            world.telegram.faults.add(kind=FaultKind.OUTAGE)
            return "Telegram is cut off until !fault telegram clear."
        case ClearFaults(venue=venue):
            if venue == TELEGRAM:
                world.telegram.faults.clear()
            else:
                world.faults(venue).clear()
            return f"{venue} is well again."


def _move(change: SetPrice | MovePrice, world: SandboxWorld, drift: Drift) -> str:
    if world.market.price(change.asset) is None:
        return f"Nobody prices {change.asset} here."
    if isinstance(change, MovePrice):
        price = drift.move(change.asset, change.ratio)
    else:
        price = drift.put(change.asset, change.usd)
    return f"{change.asset} stands at ${_short(price)} now."


def _plan(change: PlanFault, world: SandboxWorld) -> str:
    endpoint = find_endpoint(world, change.venue, change.endpoint)
    if endpoint is None:
        known = ", ".join(endpoints_of(world, change.venue))
        return f"{change.venue} has no endpoint {change.endpoint}. It has {known}; {EVERY} is every one."
    fault = Fault(
        kind=FAULTS[change.fault],
        endpoint=endpoint,
        times=change.times,
        delay_s=SLOW_S,
        message="made up by you",
    )
    world.faults(change.venue).add(fault)
    what = "everything" if endpoint == EVERY else endpoint
    return f"{change.venue}, {what}: {change.fault}, {_how_often(change)}. {FAULT_TEXTS[change.fault]}"


def _how_often(change: PlanFault) -> str:
    match change.times:
        case None:
            return f"until !fault {change.venue} clear"
        case 1:
            return "the next time it is asked for"
    return f"the next {change.times} times it is asked for"


def _short(price: Decimal) -> str:
    return f"{price:,.6f}".rstrip("0").rstrip(".")
