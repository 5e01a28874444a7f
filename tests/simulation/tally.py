"""What happened over many scenarios, counted."""

from collections import Counter
from dataclasses import dataclass, field

from engine.orders import states
from tests.simulation.faults import Kind

OFTEN = 10
KINDS = tuple(Kind)
TRANSITIONS = (
    "nothing -> planned",
    # No scenario changes the account behind a key.
    *(
        f"{before} -> {after}"
        for (before, event), after in states.TRANSITIONS.items()
        if event is not states.IntentEvent.SET_ASIDE
    ),
)


@dataclass(slots=True)
class Tally:
    scenarios: int = 0
    faults: Counter = field(default_factory=Counter)
    crashes: Counter = field(default_factory=Counter)
    transitions: Counter = field(default_factory=Counter)
    ends: Counter = field(default_factory=Counter)
    alerts: Counter = field(default_factory=Counter)
    actions: Counter = field(default_factory=Counter)
    orders: int = 0
    violations: int = 0

    def add(self, other):
        self.scenarios += other.scenarios
        self.orders += other.orders
        self.violations += other.violations
        for name in ("faults", "crashes", "transitions", "ends", "alerts", "actions"):
            getattr(self, name).update(getattr(other, name))

    def lines(self):
        yield f"{self.scenarios} scenarios, {self.orders} closing orders, {self.violations} violations"
        for title, counter in (
            ("faults met", self.faults),
            ("the owner's and the market's actions", self.actions),
            ("killed", self.crashes),
            ("transitions", self.transitions),
            ("exits ended", self.ends),
            ("alerts", self.alerts),
        ):
            yield f"{title}: {sum(counter.values())}"
            yield from (f"  {count:>8}  {name}" for name, count in sorted(counter.items()))
        yield f"faults and transitions met less than {OFTEN} times: {', '.join(self.all_seldom()) or 'none'}"

    def all_seldom(self):
        return self.seldom(KINDS, self.faults) + self.seldom(TRANSITIONS, self.transitions)

    @staticmethod
    def seldom(names, counter, *, least=OFTEN):
        """Return which of these were met too seldom to prove anything."""
        return [f"{name} ({counter[name]})" for name in names if counter[name] < least]
