"""How long to wait before a venue is tried again."""

from engine.model.errors import BrokerError, KeyRejectedError, RefusalReason, RefusedError, TryLaterError
from engine.model.failing_reasons import FailingReason
from engine.orders.pace import LONGEST_COSTLY_PAUSE_S, stretched

#: Seconds between attempts at what the venue keeps refusing or not answering; the last one repeats.
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)


#: The same where it did not take the request at all: it may be back any second, and a loser must not wait for long.
AWAY_RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 5.0)


#: A rejected key needs its owner, not haste.
KEY_REJECTED_PAUSE_S = 60.0


#: Between two looks at a market that takes no orders.
MARKET_LOOK_S = 15.0


def pause_s(why: BrokerError | FailingReason, failures: int) -> float:
    """Return how long to wait after the given number of failures in a row (1 or more), the last being `why`."""
    if isinstance(why, KeyRejectedError):
        return KEY_REJECTED_PAUSE_S
    if isinstance(why, RefusedError) and why.reason is RefusalReason.MARKET_UNAVAILABLE:
        return MARKET_LOOK_S
    is_away = isinstance(why, TryLaterError) and not why.punishes_haste
    pauses_s = AWAY_RETRY_AFTER_S if is_away else RETRY_AFTER_S
    return pauses_s[min(failures, len(pauses_s)) - 1]


def proven_pause_s(failures: int, *, waited_s: float, is_refused: bool) -> float:
    """Return how much longer to wait after so many requests in a row that did nothing, since the last one left.

    `is_refused` is true if the venue refused it; otherwise its answer was lost.
    """
    pauses_s = RETRY_AFTER_S if is_refused else AWAY_RETRY_AFTER_S
    return max(0.0, pauses_s[min(failures, len(pauses_s)) - 1] - waited_s)


def page_pause_s(read_as: BrokerError, failures: int, *, waited_s: float, failing_s: float) -> float:
    """Return the same after so many orders in a row that pages with a 4xx status answered, for `failing_s` by now.

    `read_as` is what the last page means for a read. Each attempt costs the calls of its proof, so the pause goes on
    growing.
    """
    longest_s = LONGEST_COSTLY_PAUSE_S
    whole_s = stretched(pause_s(read_as, failures), waited_s=failing_s, longest_s=longest_s)
    return max(0.0, whole_s - waited_s)
