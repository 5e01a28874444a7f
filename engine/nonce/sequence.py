"""The rule by which request numbers rise."""


def next_nonce(last: int | None, now_ns: int) -> int:
    """Return the number after `last`: the clock's nanoseconds, or one more where the clock is behind."""
    return now_ns if last is None else max(last + 1, now_ns)
