"""What is wanted of a stream, from whoever wants it to the connection that subscribes to it."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress

#: What is wanted may get a name without being wanted anew.
RECHECK_S = 5.0

#: Gives the venue's name of an instrument; None of one that the stream does not carry.
NameOf = Callable[[str], str | None]


class StreamDemand:
    """The instruments to be subscribed, and those to be subscribed anew."""

    def __init__(self, name_of: NameOf) -> None:
        self._name_of = name_of
        self._wanted = frozenset[str]()
        self._to_renew = set[str]()
        self._changed = asyncio.Event()

    def want(self, symbols: Collection[str]) -> None:
        """Set what is to be subscribed from now on."""
        wanted = frozenset(symbols)
        if wanted != self._wanted:
            self._wanted = wanted
            self._changed.set()

    def renew(self, symbols: Collection[str]) -> None:
        """Add to what is to be subscribed anew."""
        self._to_renew.update(symbols)
        self._changed.set()

    def carried(self) -> Mapping[str, str]:
        """Return the venue's names of what is wanted: listings may be read, and stocks met, only later."""
        return {symbol: name for symbol in self._wanted if (name := self._name_of(symbol)) is not None}

    def take_renewed(self) -> frozenset[str]:
        """Return what is to be subscribed anew, once."""
        renewed = frozenset(self._to_renew)
        self._to_renew.clear()
        return renewed

    async def change(self) -> None:
        """Wait until something may have changed since the last wait began."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RECHECK_S):
                await self._changed.wait()
        self._changed.clear()
