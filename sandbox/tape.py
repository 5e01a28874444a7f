"""The record of every request a stand-in received, with questions tests ask of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

#: A demo may run for weeks.
LONGEST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request as it arrived, and how it was answered once it was."""

    #: its place on the tape
    index: int
    endpoint: str
    params: Mapping[str, str] = field(default_factory=dict)
    #: the API key it carried, empty for public requests
    key: str = ""
    #: wall clock and monotonic clock on arrival, in seconds
    at: float
    monotonic: float
    #: None while in flight; "ok", the venue's error string, or the fault that met it
    outcome: str | None = None


class Tape:
    """The calls of one venue in order of arrival; of a long run only the last ones."""

    def __init__(
        self, *, now: Callable[[], float], monotonic: Callable[[], float], longest: int = LONGEST
    ) -> None:
        self._now = now
        self._monotonic = monotonic
        self._longest = longest
        self._count = 0
        self._calls: dict[int, Call] = {}
        self._unanswered: set[int] = set()
        self._news = asyncio.Event()

    def record(self, endpoint: str, params: Mapping[str, str], *, key: str = "") -> Call:
        """Write down a request that just arrived."""
        call = Call(
            index=self._count,
            endpoint=endpoint,
            params=params,
            key=key,
            at=self._now(),
            monotonic=self._monotonic(),
        )
        self._calls[call.index] = call
        self._unanswered.add(call.index)
        self._count += 1
        self._calls.pop(self._count - self._longest - 1, None)
        self._tell()
        return call

    def answer(self, call: Call, outcome: str) -> None:
        """Write down how a recorded request was answered."""
        self._unanswered.discard(call.index)
        if call.index in self._calls:
            self._calls[call.index] = replace(call, outcome=outcome)
        self._tell()

    @property
    def is_answering(self) -> bool:
        """Whether a request that arrived has no answer yet."""
        return bool(self._unanswered)

    def calls(self, endpoint: str | None = None, *, key: str | None = None) -> list[Call]:
        """The calls so far, of one endpoint and one key if named."""
        return [
            call
            for call in self._calls.values()
            if endpoint in {None, call.endpoint} and key in {None, call.key}
        ]

    async def wait_for(
        self, endpoint: str, count: int = 1, *, timeout_s: float = 5.0, answered: bool = False
    ) -> list[Call]:
        """Wait until the endpoint has this many calls, and, if asked, answers; TimeoutError otherwise."""
        async with asyncio.timeout(timeout_s):
            while True:
                news = self._news
                calls = [call for call in self.calls(endpoint) if call.outcome is not None or not answered]
                if len(calls) >= count:
                    return calls
                await news.wait()

    def _tell(self) -> None:
        # A fresh event for the next news: whoever waits on the old one wakes exactly once.
        self._news.set()
        self._news = asyncio.Event()
