"""The demo's own texts: what this is, what to try, and every line it understands; pure."""

import textwrap
from collections.abc import Iterable, Mapping

from demo.lines import SLOW_S
from sandbox.world import VENUES

_INTRODUCTION = (
    (
        "NIJA demo. No money is real here: Telegram, Kraken, Coinbase and Alpaca are stand-ins on this machine "
        "that speak their real protocols; the bot below is the real bot, in a process of its own."
    ),
    "You are its owner. What you type goes to the bot; a number presses a button; ! speaks to the world.",
)
_TO_TRY = (
    ("/balance", "what you have, at three brokers"),
    ("/positions", "what is gained and lost; nothing is guarded yet"),
    (
        "Guard all from cost",
        (
            "the button below the bot's question about Kraken: type its number. ADA has lost more than 1 % "
            "already, so it is asked about apart and not sold"
        ),
    ),
    ("!price ETH -1%", "ether falls past the threshold and is sold, though an open order held it"),
    ("/route BTC 30", "where a buy of $30 would go, and why not elsewhere"),
    ("/why BTC 30", "what that buy would come to, and what each gate says to it"),
    ("!kill, !restart", "kill -9, then start again: nothing is forgotten, nothing happens twice"),
)
FAULT_TEXTS: Mapping[str, str] = {
    "drop": "It is carried out; the connection breaks before the answer.",
    "lost": "The connection breaks before anything is carried out.",
    "truncate": "It is carried out; the answer is cut off in the middle.",
    "5xx": "It is carried out; the answer is HTTP 503.",
    "down": "Nothing is carried out; the answer is HTTP 503.",
    "slow": f"It is looked at and answered after {SLOW_S:.0f} s: an order past its deadline, as at Kraken, is refused then.",
    "html": "Nothing is carried out; the answer is some web page, HTTP 200.",
    "limit": "Nothing is carried out: too many calls, in the venue's words.",
    "nonce": "Nothing is carried out: the number was not higher than the last one.",
}
_LINES = (
    ("/command", "to the bot, as in Telegram (/help lists its commands)"),
    ("a number or a label", "press the button with that number or label, wherever it stands"),
    ("!price BTC -2%", "move a price; !price BTC 61000 sets it"),
    ("!ledger kraken", "what the venue really has for you, and your last orders there"),
    ("!kill, !restart", "kill -9 the bot; stop it properly if it runs, and start it again"),
    ("!wait SECONDS|WORDS", "let time pass, or wait until the bot has said something"),
    (
        "!fault VENUE ENDPOINT FAULT [TIMES]",
        "let something go wrong there: once, or so often; down until cleared",
    ),
    ("!fault VENUE clear", "and well again"),
    ("!fault telegram outage", "cut Telegram off; !fault telegram clear ends it"),
    ("!quit", "end"),
)
_COLUMN = 22


def welcome(width: int) -> str:
    """What is shown at the start."""
    return "\n".join(
        [
            *_paragraphs(_INTRODUCTION, width),
            "",
            "Try, in this order:",
            *_rows(_TO_TRY, width),
            *_paragraphs(["!help lists the rest; !quit or Ctrl-C ends it all."], width),
            "",
        ]
    )


def help_text(width: int) -> str:
    """Every line that may be typed."""
    endpoints = (
        f"Venues: {', '.join(VENUES)}. Endpoints are named as the venue names them (AddOrder, BalanceEx, "
        "orders, accounts, POST /v2/orders); a wrong one is answered with the list; * is every one."
    )
    return "\n".join(
        [
            *_rows(_LINES, width),
            *_paragraphs([endpoints], width),
            "Faults:",
            *_rows(FAULT_TEXTS.items(), width),
        ]
    )


def _paragraphs(paragraphs: Iterable[str], width: int) -> list[str]:
    return [line for paragraph in paragraphs for line in textwrap.wrap(paragraph, width)]


def _rows(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    return [line for name, text in rows for line in _row(name, text, width)]


def _row(name: str, text: str, width: int) -> list[str]:
    head, indent = f"  {name}".ljust(_COLUMN), " " * _COLUMN
    wrapped = textwrap.wrap(text, max(width - _COLUMN, 20))
    if len(f"  {name} ") > _COLUMN:
        return [head, *(indent + line for line in wrapped)]
    return [head + wrapped[0], *(indent + line for line in wrapped[1:])]
