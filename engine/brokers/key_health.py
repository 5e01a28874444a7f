"""Whether a key may be used now: repeats refused numbers a few times and leaves a locked key alone."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from engine.clock import Clock
from engine.model.errors import InvalidNonceError, LockedOutError, TryLaterError

T = TypeVar("T")

#: Pauses between the five tries of a call whose number is refused.
NONCE_PAUSES_S = (0.0, 0.5, 1.0, 2.0)

#: Afterwards one call in this time finds out whether the key counts again.
NONCE_REST_S = 60.0

#: Every call during a lockout makes it longer.
LOCKOUT_REST_S = 900.0


class KeyHealth:
    """The state of one key between calls."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rest_until = float("-inf")
        self._trouble: TryLaterError | None = None

    async def run(self, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call, again with a new number while its number is refused.

        Raises:
            InvalidNonceError: every try was refused, or the key rests after that.
            LockedOutError: the venue locked the key, or it still rests after that.

        """
        self._refuse_while_resting()
        try:
            answer = await self._repeat(call)
        except InvalidNonceError as e:
            self._rest(NONCE_REST_S, e)
            raise
        except LockedOutError as e:
            self._rest(LOCKOUT_REST_S, e)
            raise
        if self._rest_left_s() <= 0:
            self._trouble = None
        return answer

    async def _repeat(self, call: Callable[[], Awaitable[T]]) -> T:
        pauses = NONCE_PAUSES_S if self._trouble is None else ()
        for pause_s in pauses:
            try:
                return await call()
            except InvalidNonceError:
                await self._clock.sleep(pause_s)
        return await call()

    def _rest(self, rest_s: float, trouble: TryLaterError) -> None:
        self._trouble = trouble
        self._rest_until = self._clock.monotonic() + rest_s

    def _refuse_while_resting(self) -> None:
        left_s = self._rest_left_s()
        if self._trouble is not None and left_s > 0:
            message = f"{self._trouble.message}; the key rests for {left_s:.0f} s more"
            raise type(self._trouble)(self._trouble.venue, message)

    def _rest_left_s(self) -> float:
        return self._rest_until - self._clock.monotonic()
