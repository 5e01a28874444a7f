"""The text of /status."""

from collections.abc import Iterator, Sequence

from engine import wall_time
from engine.entries.gates import Gate
from engine.entries.halts import Halt
from engine.nonce.store import NonceStatus
from engine.status import (
    BrokerStatus,
    StatusReport,
    VenuePrices,
)
from handlers.render.gates import gate_text
from handlers.render.halt import halted_since
from handlers.render.html import bold, escape, foreign
from handlers.render.no_price import problem_text
from handlers.render.screen import Screen, refresh_row
from handlers.render.status_guards import guard_lines
from handlers.render.status_jobs import job_lines
from handlers.render.status_verdict import verdict_lines
from handlers.render.stream_losses import loss_text
from handlers.render.times import Reader, age_or_never, duration

_BYTES_PER_MB = 1_000_000
#: Enough to distinguish two keys; nija nonce show has the whole.
_SHOWN_OF_FINGERPRINT = 4
#: What a job does, where its name in the schedule is not enough.
_UNREADABLE = "unreadable"


def render_status(
    report: StatusReport, reader: Reader, halt: Halt | None = None, gates: Sequence[Gate] = ()
) -> Screen:
    """Show whether all is well, then every part of the process with its last sign of life; `gates` are every buy's."""
    blocks = (
        "\n".join(_head(report, reader)),
        _section("Brokers", (_broker(broker, report, reader) for broker in report.brokers)),
        _pushed(report),
        _section("Guards", guard_lines(report, reader)),
        "\n".join(_entries(gates, reader, halt)),
        _section("Jobs", job_lines(report, reader)),
        f"{bold('Alerts')}: {_outbox(report, reader)}\n{bold('Database')}: {_database(report)}",
        _section("Nonces, one counter per key", (_nonce(nonce, reader) for nonce in report.nonces)),
        reader.as_of(report.at),
    )
    return Screen(text="\n\n".join(block for block in blocks if block), keyboard=refresh_row("status"))


def _head(report: StatusReport, reader: Reader) -> Iterator[str]:
    yield bold("Status")
    yield from verdict_lines(report)
    running = duration(wall_time.between(report.started_at, report.at))
    yield f"{escape(report.mode)}, version {escape(report.version)}, running for {running}, since " + (
        reader.clock(report.started_at)
    )


def _broker(broker: BrokerStatus, report: StatusReport, reader: Reader) -> str:
    label = broker.account.venue.label
    answered = (
        f"answered {age_or_never(broker.last_answer_at, reader)}"
        if broker.last_answer_at
        else "no answer yet"
    )
    limits = "".join(f"; {foreign(limit)}" for limit in broker.limits)
    if broker.last_error is None or broker.last_error_at is None:
        return f"{label}: {answered}, {_missing(broker, report)}{limits}"
    error = f"error {reader.age(broker.last_error_at)}: {foreign(broker.last_error)}"
    return f"{label}: {answered}; {error}{limits}"


def _missing(broker: BrokerStatus, report: StatusReport) -> str:
    """Return what a broker that answers does not do."""
    label = broker.account.venue.label
    failing = [one for one in report.failing if one.venue_label == label]
    unsold = sorted({one.symbol for one in failing if not one.order_ids})
    unknown = sorted({one.symbol for one in failing if one.order_ids})
    parts = [
        *([f"no prices: {foreign(broker.prices_error)}"] if broker.prices_error else []),
        *([f"not sold yet there: {escape(', '.join(unsold))}, see Guards below"] if unsold else []),
        *([f"unknown whether sold there: {escape(', '.join(unknown))}, see Guards below"] if unknown else []),
    ]
    return "; ".join(parts) or "no errors"


def _pushed(report: StatusReport) -> str:
    return "\n".join(line for line in (_prices(report), _orders(report)) if line)


def _orders(report: StatusReport) -> str:
    """Say of each broker whether it pushes what its orders do, or why they are only polled."""
    if not report.brokers:
        return ""
    return f"{bold('Orders')}: {' · '.join(map(_broker_orders, report.brokers))}"


def _broker_orders(broker: BrokerStatus) -> str:
    label, orders = escape(broker.account.venue.label), broker.orders
    if orders.is_live:
        return f"{label} live"
    if not orders.has_stream:
        return f"{label} polled"
    why = foreign(loss_text(orders.loss)) if orders.loss else "not connected yet"
    return f"{label} polled ({why}, for {duration(orders.lasting)})"


def _prices(report: StatusReport) -> str:
    """Say of each venue whether it pushes the prices of what is guarded there, or why it is only polled."""
    if not report.streams:
        return ""
    return f"{bold('Prices')}: {' · '.join(map(_venue_prices, report.streams))}"


def _venue_prices(prices: VenuePrices) -> str:
    label = escape(prices.venue_label)
    if not prices.has_stream:
        return f"{label} polled"
    failing = _polling_failing(prices)
    if not prices.polled:
        return f"{label} live{failing}"
    longest = max(prices.polled, key=lambda one: one.lasting)
    why = f"{foreign(loss_text(longest.loss))}, " if longest.loss else "nothing pushed yet, "
    since = f"({why}for {duration(longest.lasting)})"
    if not prices.live:
        return f"{label} polled {since}"
    names = ", ".join(escape(one.symbol) for one in prices.polled)
    return f"{label} live, {names} polled {since}{failing}"


def _polling_failing(prices: VenuePrices) -> str:
    if not prices.polling_error:
        return ""
    return f" (polling fails: {foreign(problem_text(prices.polling_error, prices.venue_label))}; its order book is asked instead)"


def _entries(gates: Sequence[Gate], reader: Reader, halt: Halt | None) -> Iterator[str]:
    shut = [gate for gate in gates if not gate.is_open]
    if halt is not None:
        yield f"{bold('Entries')}: halted {halted_since(halt, reader)}, so no buys"
    else:
        yield f"{bold('Entries')}: allowed{', but now every buy is kept back' if shut else ''}"
    yield from (f"gate {gate.name}: shut, {gate_text(gate, reader)}" for gate in shut)


def _nonce(nonce: NonceStatus, reader: Reader) -> str:
    last = _UNREADABLE if nonce.last_nonce is None else nonce.last_nonce
    used = reader.age(nonce.last_used_at) if nonce.last_used_at else "last used at a time that cannot be read"
    issued = _UNREADABLE if nonce.issued is None else f"{nonce.issued:,}"
    owner = f"{nonce.broker} key" if nonce.broker else "A key that is no longer set"
    name = f"{escape(owner)} (fingerprint …{escape(nonce.fingerprint[-_SHOWN_OF_FINGERPRINT:])})"
    return f"{name}: {last}, {used}, {issued} issued"


def _outbox(report: StatusReport, reader: Reader) -> str:
    return ", ".join(_outbox_parts(report, reader))


def _outbox_parts(report: StatusReport, reader: Reader) -> Iterator[str]:
    if report.outbox_waiting:
        yield f"{report.outbox_waiting} waiting, the oldest from {age_or_never(report.outbox_oldest_at, reader)}"
    else:
        yield "none waiting"
    if report.outbox_refused:
        yield f"{report.outbox_refused} of them refused by Telegram and tried on"
    if report.alerts_given_up:
        yield f"{report.alerts_given_up} given up, the last: {foreign(report.last_given_up)}"
    if report.posts.refused:
        yield f"{report.posts.refused} refused by NIJA_ALERT_URL and tried on, the last: {foreign(report.posts.last_refusal)}"
    if report.posts.given_up:
        yield f"{report.posts.given_up} given up for NIJA_ALERT_URL, the last: {foreign(report.posts.last_error)}"


def _database(report: StatusReport) -> str:
    size = f"{report.database_bytes / _BYTES_PER_MB:,.1f} MB"
    return f"SQLite, {size}, revision {escape(report.database_revision)}"


def _section(title: str, lines: Iterator[str]) -> str:
    body = "\n".join(lines)
    return f"{bold(title)}\n{body}" if body else ""
