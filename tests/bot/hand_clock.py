"""A clock moved by hand, for the process's tests."""

from datetime import UTC, datetime, timedelta


class HandClock:
    """Both clocks stand still until a test moves them."""

    def __init__(self):
        self.wall = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
        self.passed_s = 1000.0

    def now(self):
        return self.wall

    def monotonic(self):
        return self.passed_s

    def now_ns(self):
        return int(self.wall.timestamp() * 1_000_000_000)

    def pass_time(self, seconds):
        self.wall += timedelta(seconds=seconds)
        self.passed_s += seconds

    def step(self, seconds):
        """Move the wall clock alone, as an operator or NTP does."""
        self.wall += timedelta(seconds=seconds)
