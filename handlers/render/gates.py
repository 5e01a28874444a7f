"""What each gate says to a buy, in one sentence with its figures."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from engine.entries.gates import DamagedRecord, Gate, GateName, GateVerdict, Remedy
from engine.model.money import ZERO
from handlers.render.html import bold, escape
from handlers.render.numbers import cost_percent, full_quantity, in_currency, quantity
from handlers.render.reasons import cut, raised
from handlers.render.times import Reader

_MINUTE_S = 60
_REMEDIES: Mapping[Remedy, str] = MappingProxyType(
    {
        Remedy.RESUME: "/resume allows them again.",
        Remedy.ADD_CASH: "Deposit more there, or buy less; max takes what is left.",
        Remedy.CLOSE_ONE: "Sell something, or buy less.",
        Remedy.WAIT: "Ask again then.",
        Remedy.CHANGE_LIMIT: "What was realised counts until midnight UTC; /settings loss changes the limit.",
        Remedy.LIFT_LIMIT: (
            "A sale of today has no known result, which counts until midnight UTC; /settings loss off lets buys through."
        ),
        Remedy.BUY_MORE: "Name a larger amount.",
        Remedy.BUY_LESS: "Buy less: the order book there is too thin for it.",
        Remedy.OTHER_PAIR: "Ask again later, or name another pair.",
        Remedy.TRY_AGAIN: "Ask again later.",
        Remedy.UNGUARD: "Answer its question, or take that guard off with /unguard; what you buy is guarded then.",
        Remedy.RESTORE: "Stop NIJA, put a backup back with nija restore FILE and start it again.",
    }
)


def gate_line(gate: Gate, reader: Reader) -> str:
    """Return `pass` or `fail`, the gate, its figures, and what would change it."""
    said = "pass" if gate.is_open else "fail"
    return f"{bold(said)} · {gate.name}: {gate_text(gate, reader)}"


def gate_text(gate: Gate, reader: Reader) -> str:
    """Return what a gate says, with its figures and, where it keeps a buy back, what would change that."""
    text = _unknown(gate) if gate.verdict is GateVerdict.UNKNOWN else _TEXTS[gate.name](gate, reader)
    return f"{text}." if gate.remedy is None else f"{text}. {_REMEDIES[gate.remedy]}"


def _unknown(gate: Gate) -> str:
    text = _UNKNOWN[gate.name]
    return text if gate.damaged is None else f"{text}: {_DAMAGED[gate.damaged]}"


def _halt(gate: Gate, reader: Reader) -> str:
    if gate.is_open:
        return "buys are allowed"
    since = f"since {reader.clock(gate.since)}" if gate.since else "since a time that cannot be read"
    return f"buys are stopped {since}"


def _cash(gate: Gate, _reader: Reader) -> str:
    free = cut(gate.actual or ZERO, gate.unit)
    # Rounded apart, the two could contradict a gate that passes.
    needed = (cut if gate.is_open else raised)(gate.limit or ZERO, gate.unit)
    reserved = f", besides {raised(gate.reserved, gate.unit)} reserved by other buys" if gate.reserved else ""
    return f"{free} free{_where(gate)}{reserved}; it needs {needed}, {_part(gate)} of it to spare"


def _exposure(gate: Gate, _reader: Reader) -> str:
    after = (cut if gate.is_open else raised)(gate.actual or ZERO, gate.unit)
    most = cut(gate.limit or ZERO, gate.unit)
    return f"{after} guarded with it, at most {most}, which is {_part(gate)} of total equity"


def _positions(gate: Gate, _reader: Reader) -> str:
    return f"{gate.actual} guarded with it, at most {gate.limit}"


def _cooldown(gate: Gate, reader: Reader) -> str:
    length = f"{full_quantity((gate.limit or ZERO) / _MINUTE_S)} min"
    if gate.is_open:
        return f"not sold in the last {length}"
    if gate.until is None or gate.since is None:
        return "it is being sold now"
    return (
        f"sold at {reader.clock(gate.since)}, and not bought for {length} after that: "
        f"until {reader.clock(gate.until)}"
    )


def _daily_loss(gate: Gate, _reader: Reader) -> str:
    if gate.actual is None or gate.limit is None:
        return "no limit set"
    result, most = in_currency(gate.actual, gate.unit, signed=True), in_currency(-gate.limit, gate.unit)
    return (
        f"{result} today, realised and in what is guarded at a loss, open gains not counted; "
        f"at most {most} may be lost"
    )


def _minimum(gate: Gate, _reader: Reader) -> str:
    usd = (raised if gate.is_open else cut)(gate.actual or ZERO, gate.unit)
    least = raised(gate.limit or ZERO, gate.unit)
    return f"{usd}; from {least}{_where(gate)} it can be bought and still be sold at the threshold"


def _spread(gate: Gate, _reader: Reader) -> str:
    distance, widest = cost_percent(gate.actual or ZERO), cost_percent(gate.limit or ZERO)
    return f"{distance} from fill to bid{_where(gate)}; it must be under {widest}, half of the threshold"


def _held(gate: Gate, _reader: Reader) -> str:
    if gate.verdict is GateVerdict.PASS:
        return f"no {escape(gate.unit)} yet"
    if gate.verdict is GateVerdict.FAIL:
        return f"its guard of {escape(gate.unit)} is paused, or counts in another currency, and cannot cover more"
    return f"{quantity(gate.actual or ZERO)} {escape(gate.unit)}; a buy would ask whether to add to it"


_TEXTS: Mapping[GateName, Callable[[Gate, Reader], str]] = MappingProxyType(
    {
        GateName.HALT: _halt,
        GateName.CASH: _cash,
        GateName.EXPOSURE: _exposure,
        GateName.POSITIONS: _positions,
        GateName.COOLDOWN: _cooldown,
        GateName.DAILY_LOSS: _daily_loss,
        GateName.MINIMUM: _minimum,
        GateName.SPREAD: _spread,
        GateName.HELD: _held,
    }
)
_UNKNOWN: Mapping[GateName, str] = MappingProxyType(
    {
        GateName.CASH: "free cash unknown",
        GateName.EXPOSURE: "total equity, or what of it is guarded, unknown",
        GateName.COOLDOWN: "it was sold at a time that cannot be read",
        GateName.DAILY_LOSS: "what was lost today unknown",
        GateName.MINIMUM: "unknown without a size and a price",
        GateName.SPREAD: "unknown without an order book that covers it",
    }
)


_DAMAGED: Mapping[DamagedRecord, str] = MappingProxyType(
    {
        DamagedRecord.ORDER: "a stored buy cannot be read",
        DamagedRecord.GUARD: "a stored guard cannot be read",
    }
)


def _part(gate: Gate) -> str:
    return f"{full_quantity((gate.ratio or ZERO) * 100)} %"


def _where(gate: Gate) -> str:
    return f" at {gate.venue.label}" if gate.venue else ""
