"""Names of assets and pairs as users type them, in whatever letters."""

from collections.abc import Iterable

#: What Kraken adds to the name of a tokenized stock in a balance.
TOKENIZED = ".T"
#: What a share is called after its ticker where money or a coin has that name.
SHARE = ".US"


def in_capitals(typed: str) -> str:
    """Write the asset and the quote of a typed name in capitals, unless its letters are mixed as in AAPLx.T."""
    return "/".join(part if _is_mixed(part) else part.upper() for part in typed.split("/"))


def as_share(typed: str) -> str:
    """Return the name of the share that a ticker, alone or with its quote, may stand for."""
    asset, slash, quote = typed.partition("/")
    return f"{asset}{SHARE}{slash}{quote}"


def _is_mixed(part: str) -> bool:
    return part not in {part.upper(), part.lower()}


def is_named(name: str, typed: str) -> bool:
    """Return whether a name is the one that was typed; a tokenized stock may be typed without its ending."""
    return typed.casefold() in {name.casefold(), name.removesuffix(TOKENIZED).casefold()}


def resolve(typed: str, names: Iterable[str]) -> str:
    """Return the name that was typed, spelled exactly so where there is such a one; in capitals when it is none."""
    found = {name for name in names if is_named(name, typed)}
    return typed if typed in found else min(found, default=typed.upper())
