"""Figures read back from the bot's screens, as a person would read them; pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from sandbox.world import ExpectedBalance

CENT = Decimal("0.01")
_MINUS = "\N{MINUS SIGN}"
_HEADER = re.compile(r"^(Kraken|Coinbase|Alpaca) · ", re.MULTILINE)
_MONEY = r"\s+(?P<bound>≥ )?\$(?P<amount>[\d,]+\.\d\d)"
_FIGURES = {
    "total": re.compile(rf"Total equity{_MONEY}"),
    "available": re.compile(rf"Available{_MONEY}"),
    "locked": re.compile(rf"In positions{_MONEY}"),
    "held": re.compile(rf"· (?:held by open orders|on hold at Coinbase){_MONEY}"),
}
_UNPRICED = re.compile(r"^No price, so not counted: (.+)\.$", re.MULTILINE)
_NUMBER = re.compile(rf"[+{_MINUS}-]?\$?[\d,]*\.?\d+")


class UnreadableScreenError(LookupError):
    """A screen does not show what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """One broker's part of /balance."""

    total: Decimal
    available: Decimal
    locked: Decimal
    held: Decimal
    #: whether the sums are shown as lower bounds
    lower_bound: bool
    #: assets named as having no price
    unpriced: tuple[str, ...]


def read_balance(text: str) -> Mapping[str, Figures]:
    """The brokers of a /balance screen by their names in lower case."""
    places = [*_HEADER.finditer(text)]
    ends = [*(place.start() for place in places[1:]), len(text)]
    return {
        place[1].lower(): _figures(text[place.start() : end]) for place, end in zip(places, ends, strict=True)
    }


def to_the_cent(expected: ExpectedBalance) -> Figures:
    """What the screen must show of an account."""
    return Figures(
        # Shown sums are sums of what is shown.
        total=_cents(expected.available) + _cents(expected.locked),
        available=_cents(expected.available),
        locked=_cents(expected.locked),
        held=_cents(expected.held),
        lower_bound=bool(expected.unpriced),
        unpriced=expected.unpriced,
    )


def read_row(text: str, label: str) -> str:
    """The value beside a label in a table, also when it wrapped to the next line."""
    found = re.search(rf"^{re.escape(label)}\s+(\S.*)$", text, re.MULTILINE)
    if found is None:
        raise UnreadableScreenError(f"there is no {label!r}")
    return found[1].strip()


def read_number(text: str) -> Decimal:
    """The first number in some text, whatever minus, dollar sign and commas it carries."""
    found = _NUMBER.search(text)
    if found is None:
        raise UnreadableScreenError(f"no number in {text!r}")
    return Decimal(found[0].replace(_MINUS, "-").replace("$", "").replace(",", ""))


def block_of(text: str, head: str) -> str:
    """The lines from the one that contains `head` to the next empty one."""
    blocks = [block for block in text.split("\n\n") if head in block]
    if not blocks:
        raise UnreadableScreenError(f"nothing about {head!r}")
    return blocks[0]


def _figures(block: str) -> Figures:
    found = {name: pattern.search(block) for name, pattern in _FIGURES.items()}
    amounts = {
        name: Decimal(match["amount"].replace(",", "")) if match else None for name, match in found.items()
    }
    total, available, locked = amounts["total"], amounts["available"], amounts["locked"]
    if total is None or available is None or locked is None:
        raise UnreadableScreenError(f"three figures expected in {block!r}")
    return Figures(
        total=total,
        available=available,
        locked=locked,
        held=amounts["held"] or Decimal(0),
        lower_bound=bool(found["total"] and found["total"]["bound"]),
        unpriced=_unpriced(block),
    )


def _unpriced(block: str) -> tuple[str, ...]:
    named = _UNPRICED.search(block)
    return tuple(one.split()[-1] for one in named[1].split(", ")) if named else ()


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
