"""The text of /start, /help and of what is not a command."""

import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from difflib import get_close_matches
from typing import Protocol

from engine.entries.halts import Halt
from engine.portfolio.portfolio import Portfolio
from engine.status import Hindrances
from engine.users.roles import Role
from handlers.render.guard_outcomes import LATER_BUYS
from handlers.render.halt import halted_since
from handlers.render.html import bold, escape, foreign
from handlers.render.paper import PAPER_MODE
from handlers.render.screen import Screen
from handlers.render.standing import NO_HINDRANCES, position_name, standing_text
from handlers.render.threshold import one_threshold
from handlers.render.times import Reader

_GREETING = """I show what you truly have at your brokers, guard positions, and say where a trade costs least.

A guarded position is sold at market, at once and without asking, when its loss reaches its threshold.
What is not guarded I sell only when you ask me with /sell, /close or /panic. I buy only what you confirm with /buy, and I never withdraw or move money."""
_ON_PAPER = (
    "Paper mode: prices are the brokers' live ones, accounts and orders are NIJA's own. No broker is sent an order, "
    "and no money is at risk."
)
_NOTHING_GUARDED = (
    "Nothing is guarded now. /positions shows what could be; /guard ALL asks about every position."
)
_RESULTS = (
    "/pnl shows what sales brought today, /pnl month this month, /history each sale, /positions what you hold stands at. "
    "Nothing was done."
)
_BUYS = (
    "/buy SYMBOL USD shows where a buy costs least and what it would come to; its button buys, and what it brings is "
    "guarded. Nothing was done."
)
#: Commands of other bots for what has another name here, or is not done.
_INSTEAD = {
    **dict.fromkeys(("profit", "profits", "loss", "losses", "performance", "results"), _RESULTS),
    **dict.fromkeys(("buy", "long", "purchase", "order", "trade"), _BUYS),
}
_FORMS = (
    "SYMBOL is a coin or stock like BTC or AAPL, BROKER a name like kraken; what is in [ ] may be left out."
)
#: What is typed in a hurry to end something, and the command that does.
_ENDS = re.compile(
    r"(stop|sell|panic|liquidat|emergenc|kill|dump|abort)[a-z]*|quit|exit|pause|disable|unguardall"
)
#: These stand in front of what is to end; alone they may as well be a typing mistake of a command.
_EVERYTHING = frozenset({"all", "everything"})
_WAYS_OUT = """Nothing was done; guards go on selling.
/panic stops buys and sells everything, after a preview.
/closeall sells everything, after a preview.
/close SYMBOL sells one position, /sell SYMBOL 50% a part of it, after a preview.
/unguard SYMBOL stops a guard.
/halt blocks buys only."""
#: A longer line without a slash is talk.
_SHORT_TEXT = 3
_NAME = re.compile(r"[a-z]+")
_NO_COMMAND = "I understand commands only; /help lists them. Nothing was done."


class CommandLine(Protocol):
    """What help shows of a command."""

    @property
    def name(self) -> str:
        """Return it without the slash."""

    @property
    def form(self) -> str:
        """Return what may follow it."""

    @property
    def help(self) -> str:
        """Return what it does."""

    @property
    def role(self) -> Role:
        """Return who may use it."""


def render_start(
    portfolio: Portfolio,
    reader: Reader,
    hindrances: Hindrances = NO_HINDRANCES,
    *,
    halt: Halt | None = None,
    mode: str = "",
) -> Screen:
    """Greet, say what is and is not done, what is guarded now, and whether entries are stopped."""
    greeting = f"{_GREETING}\n{LATER_BUYS}"
    paper = [_ON_PAPER] if mode == PAPER_MODE else []
    blocks = [bold("NIJA"), *paper, greeting, "\n".join(_guarded(portfolio, reader, hindrances))]
    if halt is not None:
        blocks.append(f"Buys are stopped {halted_since(halt, reader)}; /resume allows them again.")
    blocks.append("/help lists all commands.")
    return Screen(text="\n\n".join((*blocks, reader.as_of(portfolio.as_of))))


def render_help(commands: Sequence[CommandLine], threshold: Decimal) -> Screen:
    """List every command in one line, and where the threshold comes from."""
    head = f"{bold('Commands')} · {_FORMS} {one_threshold(threshold)}"
    return Screen(text="\n".join((head, *(_line(command) for command in commands))))


def render_unknown(typed: str, commands: Sequence[CommandLine]) -> Screen:
    """Name the nearest command to what was typed, if one is near."""
    word = typed.split(maxsplit=1)[0] if typed.strip() else ""
    name = word.removeprefix("/").partition("@")[0].lower()
    if _wants_an_end(typed):
        return Screen(text=_WAYS_OUT)
    if name in _INSTEAD and (word.startswith("/") or len(typed.split()) <= _SHORT_TEXT):
        return Screen(text=_INSTEAD[name])
    # A word without the slash may be a greeting and no command at all.
    likeness = 0.65 if word.startswith("/") else 0.7
    near = get_close_matches(name, [command.name for command in commands], n=1, cutoff=likeness)
    if not near:
        no_command = f"I know no command {foreign(word)}; /help lists them. Nothing was done."
        return Screen(text=no_command if word.startswith("/") else _NO_COMMAND)
    return Screen(text=f"Did you mean /{near[0]}? Nothing was done; /help lists all commands.")


def _wants_an_end(typed: str) -> bool:
    said = _NAME.findall(typed.lower())
    is_all = len(said) > 1 and not _EVERYTHING.isdisjoint(said)
    return is_all or any(_ENDS.fullmatch(word) for word in (*said, "".join(said[:2])))


def _line(command: CommandLine) -> str:
    form = f" {escape(command.form)}" if command.form else ""
    return f"/{command.name}{form}: {escape(command.help)}"


def _guarded(portfolio: Portfolio, reader: Reader, hindrances: Hindrances) -> Iterator[str]:
    guarded = [one for one in portfolio.positions if one.guard is not None and not one.guard.is_for_one_sale]
    if not guarded:
        yield _NOTHING_GUARDED
        return
    yield bold("Guards now")
    yield from (f"{position_name(one)}: {standing_text(one, reader, hindrances)}" for one in guarded)
