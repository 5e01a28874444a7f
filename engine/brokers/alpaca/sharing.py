"""Pure: share things out so that as many as possible get one, within a bound on the work."""

from collections.abc import Iterable, Sequence

#: Pairs that are looked at before it is given up: the guards run on the same event loop.
_MOST_LOOKED_AT = 50_000


class TooMuchWorkError(Exception):
    """So many resemble each other that matching them would take too long."""


class Work:
    """Counts what is looked at."""

    def __init__(self) -> None:
        self._left = _MOST_LOOKED_AT

    def spend(self, pairs: int = 1) -> None:
        """Count some more.

        Raises:
            TooMuchWorkError: the bound is passed.

        """
        self._left -= pairs
        if self._left < 0:
            raise TooMuchWorkError


def count_shared(wanted: Iterable[Sequence[int]], work: Work) -> int:
    """Return how many can have one of what they want for themselves at most.

    Raises:
        TooMuchWorkError: that would take too long to compute.

    """
    wants = list(wanted)
    owner, own = dict[int, int](), dict[int, int]()
    return sum(_finds(n, wants, owner, own, work) for n in range(len(wants)))


def _finds(
    first: int, wants: Sequence[Sequence[int]], owner: dict[int, int], own: dict[int, int], work: Work
) -> bool:
    """Find something for one more, where need be by giving others something else."""
    wanted_by, to_see = dict[int, int](), [first]
    for one in to_see:
        for thing in wants[one]:
            work.spend()
            if thing in wanted_by:
                continue
            wanted_by[thing] = one
            if thing not in owner:
                _reassign(thing, wanted_by, owner, own)
                return True
            to_see.append(owner[thing])
    return False


def _reassign(thing: int, wanted_by: dict[int, int], owner: dict[int, int], own: dict[int, int]) -> None:
    following: int | None = thing
    while following is not None:
        thing, one = following, wanted_by[following]
        following = own.get(one)
        owner[thing], own[one] = one, thing
