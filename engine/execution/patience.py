"""How long to wait before trying again, and when to tell the owner again."""

from datetime import timedelta

#: Seconds between tries of an exit the venue keeps refusing; the last one repeats.
RETRY_AFTER_S = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)

#: An exit that keeps failing is told at once, then after these, then hourly.
TELL_AGAIN_AFTER = (timedelta(seconds=30), timedelta(minutes=2), timedelta(minutes=10))
TELL_AGAIN_EVERY = timedelta(hours=1)


def retry_delay_s(failures: int) -> float:
    """Return the pause after the given number of definite refusals in a row (1 or more)."""
    return RETRY_AFTER_S[min(failures, len(RETRY_AFTER_S)) - 1]


def is_due_to_tell(*, told: int, failing_for: timedelta) -> bool:
    """Decide whether the owner must hear of a failing exit again, `told` messages having gone out."""
    if told == 0:
        return True
    if told <= len(TELL_AGAIN_AFTER):
        return failing_for >= TELL_AGAIN_AFTER[told - 1]
    hours = told - len(TELL_AGAIN_AFTER)
    return failing_for >= hours * TELL_AGAIN_EVERY
