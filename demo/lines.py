"""What may be typed in the demo's chat, read into what is to be done; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sandbox.faults import FaultKind

#: What may go wrong, by the name that is typed.
FAULTS: Mapping[str, FaultKind] = {
    "drop": FaultKind.DROP_AFTER,
    "lost": FaultKind.DROP_BEFORE,
    "truncate": FaultKind.TRUNCATE,
    "5xx": FaultKind.HTTP_ERROR_AFTER,
    "down": FaultKind.HTTP_ERROR_BEFORE,
    "slow": FaultKind.DELAY_BEFORE,
    "html": FaultKind.HTML_200,
    "limit": FaultKind.RATE_LIMIT,
    "nonce": FaultKind.INVALID_NONCE,
}
SLOW_S = 30.0
#: What a person types who wants a venue that is down wants it to stay down.
LASTING = frozenset({"down"})
TELEGRAM = "telegram"
_PRICE = re.compile(r"\$?(\d+(?:\.\d+)?)", re.ASCII)
_CHANGE = re.compile(r"([+\-\N{MINUS SIGN}]?\d+(?:\.\d+)?)\s?%", re.ASCII)


@dataclass(frozen=True, slots=True)
class Say:
    """Send this to the bot."""

    text: str


@dataclass(frozen=True, slots=True)
class Press:
    """Press the button with this number."""

    number: int


@dataclass(frozen=True, slots=True)
class SetPrice:
    """Set an asset's price in dollars."""

    asset: str
    usd: Decimal


@dataclass(frozen=True, slots=True)
class MovePrice:
    """Move an asset's price by a fraction."""

    asset: str
    ratio: Decimal


@dataclass(frozen=True, slots=True)
class PlanFault:
    """Make a venue's endpoint fail so many times; None is until cleared."""

    venue: str
    endpoint: str
    fault: str
    times: int | None


@dataclass(frozen=True, slots=True)
class ClearFaults:
    """Let a venue behave again."""

    venue: str


@dataclass(frozen=True, slots=True)
class Outage:
    """Cut Telegram off until it is cleared."""


@dataclass(frozen=True, slots=True)
class Do:
    """A command without arguments: restart, kill, help, quit."""

    what: str


@dataclass(frozen=True, slots=True)
class ShowLedger:
    """Show what a venue really holds for the owner."""

    venue: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass."""

    seconds: float


@dataclass(frozen=True, slots=True)
class WaitFor:
    """Wait until the bot has sent this."""

    text: str


@dataclass(frozen=True, slots=True)
class Misread:
    """What would have been understood."""

    hint: str


Line = (
    Say
    | Press
    | SetPrice
    | MovePrice
    | PlanFault
    | ClearFaults
    | Outage
    | Do
    | ShowLedger
    | Wait
    | WaitFor
    | Misread
)

#: What is typed by somebody who wants to leave; the bot itself has no such command.
_LEAVING = ("quit", "exit")
COMMANDS = ("restart", "kill", "help", "quit")


def parse_line(text: str, venues: tuple[str, ...]) -> Line | None:
    """Read one line; an empty one means nothing."""
    text = text.strip()
    if not text:
        return None
    if text.startswith("!"):
        return _to_the_world(text[1:].split(), venues)
    if text.lower().removeprefix("/") in _LEAVING:
        return Misread("!quit ends the demo")
    return Press(int(text)) if text.isascii() and text.isdigit() else Say(text)


def _to_the_world(tokens: list[str], venues: tuple[str, ...]) -> Line:
    match tokens:
        case ["price", *rest]:
            return _price(rest)
        case ["fault", *rest]:
            return _fault(rest, venues)
        case ["ledger", *rest]:
            known = len(rest) == 1 and rest[0] in venues
            return ShowLedger(rest[0]) if known else Misread(f"!ledger {'|'.join(venues)}")
        case ["wait", *rest]:
            return _wait(rest) if rest else Misread("!wait SECONDS   or   !wait WORDS the bot will say")
        case [command] if command in COMMANDS:
            return Do(command)
    return Misread("!help lists what can be done here")


def _wait(rest: list[str]) -> Line:
    text = " ".join(rest)
    return Wait(float(text)) if text.isdecimal() else WaitFor(text)


def _price(rest: list[str]) -> Line:
    asset, amount = (rest[0].upper(), "".join(rest[1:])) if rest else ("", "")
    if change := _CHANGE.fullmatch(amount):
        percent = Decimal(change[1].replace("\N{MINUS SIGN}", "-"))
        if percent > -100:  # noqa: PLR2004 - all of it
            return MovePrice(asset, percent / 100)
    if (price := _PRICE.fullmatch(amount)) and Decimal(price[1]) > 0:
        return SetPrice(asset, Decimal(price[1]))
    return Misread("!price BTC -2%   or   !price BTC 61000")


def _fault(rest: list[str], venues: tuple[str, ...]) -> Line:
    match rest:
        case [venue, "clear"] if venue in (*venues, TELEGRAM):
            return ClearFaults(venue)
        case ["telegram", "outage"]:
            return Outage()
        # Alpaca's endpoints have two parts: POST /v2/orders.
        case [venue, *endpoint, fault, times] if times.isdecimal() and int(times):
            if venue in venues and endpoint and fault in FAULTS:
                return PlanFault(venue, " ".join(endpoint), fault, int(times))
        case [venue, *endpoint, fault] if venue in venues and endpoint and fault in FAULTS:
            return PlanFault(venue, " ".join(endpoint), fault, None if fault in LASTING else 1)
    return Misread(
        f"!fault {'|'.join(venues)} ENDPOINT {'|'.join(FAULTS)} [TIMES], !fault VENUE clear, "
        "!fault telegram outage. !help tells the faults apart."
    )
