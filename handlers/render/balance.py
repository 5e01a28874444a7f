"""The text of /balance."""

from collections.abc import Iterator, Sequence

from engine.accounts.snapshot import BalanceOverview, BalanceSnapshot, UserBrokerState
from engine.model.holdings import AccountFigure
from engine.model.venues import Venue
from handlers.render.html import bold, escape, foreign, rows
from handlers.render.locked import held_label
from handlers.render.numbers import add_rounded, at_least, full_quantity, in_currency, price
from handlers.render.screen import Screen, refresh_row
from handlers.render.times import Reader

_NO_BROKER = (
    "No broker is connected, so there is nothing to add up. "
    "Put a broker's keys into the settings and restart; nija doctor checks them."
)

#: Coinbase lists the money of its other platforms and of vaults; elsewhere it has not settled.
_UNSPENDABLE = {Venue.COINBASE: "· not spendable here"}
_UNKNOWN = {
    AccountFigure.EQUITY: "its own total, so it is added up from prices",
    AccountFigure.SPENDABLE: "what may be spent, so nothing counts as available",
    AccountFigure.UNREALIZED: "the result of margin positions, which is in no sum",
}
_COINBASE_HOLD = "On hold: by open orders, or by a withdrawal that is still under way."


def render_balance(overview: BalanceOverview, reader: Reader, venue: Venue | None = None) -> Screen:
    """Show the whole equity, then each broker with its own figures and their age; or one broker alone."""
    if venue is not None:
        return _one_broker(venue, overview, reader)
    keyboard = refresh_row("balance")
    if not overview.states:
        text = f"{bold('Balance')}\n{_NO_BROKER}\n{reader.as_of(reader.now)}"
        return Screen(text=text, keyboard=keyboard)
    blocks = ["\n".join(_totals(overview, reader))]
    blocks += ["\n".join(_broker(state, overview, reader)) for state in overview.states]
    blocks.append(reader.as_of(reader.now))
    return Screen(text="\n\n".join(blocks), keyboard=keyboard)


def _one_broker(venue: Venue, overview: BalanceOverview, reader: Reader) -> Screen:
    states = [state for state in overview.states if state.broker is venue]
    blocks = ["\n".join(_broker(state, overview, reader)) for state in states]
    shown = blocks or [f"{venue.label} is not connected: no key of it is in the settings."]
    text = "\n\n".join((bold("Balance"), *shown, reader.as_of(reader.now)))
    return Screen(text=text, keyboard=refresh_row("balance", venue))


def _totals(overview: BalanceOverview, reader: Reader) -> Iterator[str]:
    yield bold("Balance")
    added = [state.balance for state in overview.states if state.balance and state not in overview.stale]
    available, locked = (
        add_rounded(getattr(balance, name) for balance in added)
        for name in ("available_usd", "locked_in_positions_usd")
    )
    yield _three(
        at_least(add_rounded((available, locked)), complete=overview.complete),
        at_least(available, complete=overview.available_complete),
        at_least(locked, complete=overview.complete),
    )
    left_out = [state.broker.label for state in (*overview.missing, *overview.stale)]
    if left_out:
        yield f"Not in these sums: {', '.join(left_out)}."
    for state in overview.states:
        if state.balance and not state.connected and state not in overview.stale:
            as_of = reader.clock(state.balance.as_of)
            yield f"{state.broker.label}'s part is of {as_of}: it does not answer, and may be worth less now."
    if overview.partial:
        names = ", ".join(state.broker.label for state in overview.partial)
        yield f"{_lacking(overview)} and are not in these sums: see {names}."


def _lacking(overview: BalanceOverview) -> str:
    balances = [state.balance for state in overview.partial if state.balance is not None]
    why = [
        *(["have no price"] if any(balance.unpriced for balance in balances) else []),
        *(["could not be read"] if any(balance.unreadable for balance in balances) else []),
    ]
    return f"Some assets {' or '.join(why)}" if why else "Some figures were not reported"


def _broker(state: UserBrokerState, overview: BalanceOverview, reader: Reader) -> Iterator[str]:
    balance = state.balance
    if balance is None:
        yield f"{bold(state.broker.label)} · no figures yet"
    else:
        too_old = " · too old to add" if state in overview.stale else ""
        yield f"{bold(state.broker.label)} · {reader.age(balance.as_of)}{too_old}"
    if state in overview.waiting or not state.connected:
        yield _silence(state, reader, is_waiting=state in overview.waiting)
    filled_at = overview.filled_since.get(state.account_id)
    if filled_at is not None:
        yield f"These figures may not contain an order of NIJA's that was filled at {reader.clock(filled_at)}."
    if balance is not None:
        yield _figures(state.broker, balance)
        if balance.venue_valued:
            yield "Without a live price a position counts at the venue's own value, which for a stock outside market hours is its last price."
        yield from _remarks(state, balance)
        if state.broker is Venue.COINBASE and _has_hold(balance):
            yield _COINBASE_HOLD


def _silence(state: UserBrokerState, reader: Reader, *, is_waiting: bool) -> str:
    error, balance = foreign(state.error or ""), state.balance
    these = f" These are its figures of {reader.clock(balance.as_of)}." if balance else ""
    if is_waiting:
        why = f"; the last time: {error}" if error else ""
        return f"No {'newer ' if balance else ''}answer yet{why}.{these}"
    why = f": {error}" if error else ""
    # Right after a start what the last process knew is shown.
    silent = "It did not answer" if error else "Not read yet"
    return f"{silent}{why}.{these}"


def _has_hold(balance: BalanceSnapshot) -> bool:
    return bool(balance.held_by_orders_usd or balance.held_unpriced)


def _figures(venue: Venue, balance: BalanceSnapshot) -> str:
    held, unspendable = balance.held_by_orders_usd, balance.unspendable_usd
    return _three(
        at_least(
            add_rounded((balance.available_usd, balance.locked_in_positions_usd)), complete=balance.complete
        ),
        at_least(balance.available_usd, complete=balance.available_complete),
        at_least(balance.locked_in_positions_usd, complete=balance.complete),
        cash=_currencies(balance),
        apart=[
            (f"· {asset} at {venue.label}'s own value", at_least(value, complete=True))
            for asset, value in balance.venue_valued
        ],
        held_label=held_label(venue),
        held=at_least(held, complete=balance.held_complete) if _has_hold(balance) else "",
        unspendable_label=_UNSPENDABLE.get(venue, "· not spendable yet"),
        unspendable=at_least(unspendable, complete=balance.complete) if unspendable else "",
    )


def _currencies(balance: BalanceSnapshot) -> Sequence[tuple[str, str]]:
    """Return what is free of each currency, unless dollars are all there is."""
    free = [(line.currency, line.free) for line in balance.cash if line.free]
    if all(currency == "USD" for currency, _ in free):
        return ()
    return [(f"· in {currency}", in_currency(amount, currency)) for currency, amount in free]


def _three(
    total: str,
    available: str,
    locked: str,
    *,
    cash: Sequence[tuple[str, str]] = (),
    apart: Sequence[tuple[str, str]] = (),
    held_label: str = "",
    held: str = "",
    unspendable_label: str = "",
    unspendable: str = "",
) -> str:
    lines = [("Total equity", total), ("Available", available), *cash, ("In positions", locked), *apart]
    if held:
        lines.append((held_label, held))
    if unspendable:
        lines.append((unspendable_label, unspendable))
    return rows(lines)


def _remarks(state: UserBrokerState, balance: BalanceSnapshot) -> Iterator[str]:
    if state.prices_error:
        yield f"{state.broker.label} reported no prices: {foreign(state.prices_error)}."
    if balance.unpriced:
        named = ", ".join(_with_quantity(asset, state, balance) for asset in balance.unpriced)
        yield f"No price, so not counted: {named}."
    if balance.unreadable:
        named = ", ".join(escape(asset) or "an asset without a name" for asset in balance.unreadable)
        so = "not shown, but in the venue's own total" if balance.is_venue_total else "not counted"
        yield f"Could not be read, so {so}: {named}."
    if balance.unknown:
        yield f"Not reported by {state.broker.label}: {'; '.join(_UNKNOWN[figure] for figure in balance.unknown)}."
    for asset, amount in balance.credits:
        yield f"Fee credits, no money and in no total: {escape(f'{full_quantity(amount)} {asset}')}."
    for line in balance.depegged:
        if line.rate_usd is not None:
            yield f"{escape(line.currency)} is off its peg and counts at {price(line.rate_usd)}."


def _with_quantity(asset: str, state: UserBrokerState, balance: BalanceSnapshot) -> str:
    held = [line.free + line.held + line.locked for line in balance.cash if line.currency == asset]
    held += [position.quantity for position in state.open_positions if position.asset == asset]
    return escape(f"{full_quantity(held[0])} {asset}" if held else asset)
