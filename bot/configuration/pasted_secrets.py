"""Whether a value that is no secret by its name is one by its looks: pasted into the wrong setting."""

import re
from itertools import pairwise

#: A bot token, a PEM, the name of a Coinbase key.
_SHAPES = re.compile(r"\d{6,}:[\w-]{30,}|-----BEGIN|apiKeys/", re.ASCII)
_RUN = re.compile(r"[A-Za-z0-9+/=_-]+")
#: The shortest secret a broker hands out has 40 characters.
SHORTEST = 24
#: How often random characters change between small letters, capitals and digits; plain text and paths seldom do.
_RANDOM_CHANGES = 0.4
_RANDOM_SHARE = 0.1


def looks_secret(text: str) -> bool:
    """Return whether some part of a text has the form of a known secret, or is as random as only keys are."""
    return bool(_SHAPES.search(text)) or any(_is_random(run) for run in _RUN.findall(text))


def _is_random(run: str) -> bool:
    kinds = [_kind(character) for character in run if character.isalnum()]
    if len(kinds) < SHORTEST:
        return False
    changes = sum(one != other for one, other in pairwise(kinds))
    # Hexadecimal numbers, as in the names of volumes, have letters of one case only.
    has_both_cases = min(kinds.count("lower"), kinds.count("upper")) >= _RANDOM_SHARE * len(kinds)
    return has_both_cases and "digit" in kinds and changes >= _RANDOM_CHANGES * len(kinds)


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    return "upper" if character.isupper() else "lower"
