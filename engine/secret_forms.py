"""Every form in which a secret may be repeated, and finding a long part of one in a text."""

import html
import json
import re
import string
from array import array
from base64 import b64encode, urlsafe_b64encode
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, quote_plus, urlsplit

#: So many characters of a secret in a row are no coincidence.
SHORTEST_PART = 16
#: What a text is compared in: every part of the length above holds one that begins at a multiple of this.
_STEP = SHORTEST_PART // 2
_HASH_BITS = 2**32 - 1
#: What hangs on to a found part belongs to it: the rest of an encoding that is not ours alone.
_ATTACHED = frozenset(string.ascii_letters + string.digits + "+/=_-%")

_PERCENT = re.compile("%[0-9A-F]{2}")
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def written_forms(secret: str) -> Iterator[str]:
    """Return what a secret looks like as JSON, in a `repr`, on a page and in an address."""
    yield secret
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret).replace("/", "\\/")[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield repr(secret)[1:-1]
    yield repr(secret.encode())[2:-1]
    yield html.escape(secret)
    for in_address in (quote(secret, safe=""), quote(secret), quote_plus(secret)):
        yield in_address
        yield _PERCENT.sub(lambda code: code[0].lower(), in_address)


def shortest_of(forms: Iterable[str]) -> Sequence[str]:
    """Return the forms that hold no other one."""
    least = list[str]()
    for form in sorted(set(forms), key=len):
        if not any(map(form.__contains__, least)):
            least.append(form)
    return least


class Parts:
    """Finds long parts of secrets: cut, in other letters, or encoded together with something else.

    Each key has some thousand short pieces; kept as texts they would be most of what an account takes in memory. What
    is kept are their hashes, four bytes each: a text is taken for a part only where nine in a row are found.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        found = {
            hash(form[at : at + _STEP]) & _HASH_BITS
            for secret in map(_unknown_part, secrets)
            if len(secret) >= SHORTEST_PART
            for form in map(_in_small_letters, _all_forms(secret))
            for at in range(len(form) - _STEP + 1)
        }
        self._grams = array("I", sorted(found))

    def hide(self, text: str, hidden: str) -> str:
        """Return the text with each part replaced."""
        if not self._grams or len(text) < SHORTEST_PART:
            return text
        kept, end = list[str](), 0
        for found in self._find(_in_small_letters(text)):
            # What hung on to the one before has been gone through, and must not be for each that it holds.
            if found[1] > end:
                start, stop = _with_attached(text, *found, after=end)
                kept += [text[end:start], hidden]
                end = stop
        return "".join([*kept, text[end:]])

    def _find(self, text: str) -> Iterator[tuple[int, int]]:
        at = 0
        while at + _STEP <= len(text):
            start = stop = at
            if self._is_part(text, at):
                while start and self._is_part(text, start - 1):
                    start -= 1
                while self._is_part(text, stop + 1):
                    stop += 1
                if stop + _STEP - start >= SHORTEST_PART:
                    yield start, stop + _STEP
            at = stop + _STEP

    def _is_part(self, text: str, at: int) -> bool:
        gram = hash(text[at : at + _STEP]) & _HASH_BITS
        place = bisect_left(self._grams, gram)
        return place < len(self._grams) and self._grams[place] == gram


def _unknown_part(secret: str) -> str:
    """Leave scheme and host out of an address: they are no secret by themselves."""
    try:
        address = urlsplit(secret)
    except ValueError:
        return secret
    return secret.partition(address.netloc)[2] if address.scheme and address.netloc else secret


def _all_forms(secret: str) -> Iterator[str]:
    yield from written_forms(secret)
    yield quote(quote(secret, safe=""), safe="")
    yield secret.encode().hex()
    for before in range(3):
        # Three bytes become four characters, so it depends on what stands before.
        padded = b"\0" * before + secret.encode()
        for encode in (b64encode, urlsafe_b64encode):
            yield encode(padded).decode().rstrip("=")[before + bool(before) : len(padded) * 4 // 3]


def _in_small_letters(text: str) -> str:
    # `lower` makes two characters of some, and places would no longer agree.
    return text.lower() if text.isascii() else text.translate(_SMALL)


def _with_attached(text: str, start: int, stop: int, *, after: int) -> tuple[int, int]:
    while start > after and text[start - 1] in _ATTACHED:
        start -= 1
    while stop < len(text) and text[stop] in _ATTACHED:
        stop += 1
    return start, stop
