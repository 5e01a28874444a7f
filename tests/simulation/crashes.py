"""When the process is killed: the n-th time that it comes to a named point."""

POINTS = (
    "before send",
    "in flight",
    "answered",
    "committed",
    "before cancel",
    "cancel in flight",
    "between cancel and sell",
    "alert write",
    "any commit",
    "number drawn",
)

#: Come to all the time, not in an exit alone: the last of so many is aimed at.
_FREQUENT = {"any commit": 120, "number drawn": 25}

#: Orders that have to be cancelled first are rare, so their instants are aimed at more often.
_WEIGHTS = dict(zip(POINTS, (2, 2, 2, 2, 4, 4, 4, 2, 1, 2), strict=True))


class Crashes:
    """A list of planned kills, one after the other."""

    def __init__(self, *, tally, trace):
        self._plan = []
        self._tally = tally
        self._trace = trace

    def plan(self, kills):
        self._plan = list(kills)

    def strikes(self, point):
        if not self._plan or self._plan[0][0] != point:
            return False
        times = self._plan[0][1] - 1
        if times > 0:
            self._plan[0] = (point, times)
            return False
        self._plan.pop(0)
        self._tally.crashes[point] += 1
        self._trace(f"KILLED: {point}")
        return True

    def end_all(self):
        self._plan.clear()


def plan_crashes(rng, points):
    plan = []
    for _ in range(rng.choice((0, 1, 1, 2, 2, 3))):
        (point,) = rng.choices(points, [_WEIGHTS[point] for point in points])
        plan.append((point, rng.randint(1, _FREQUENT.get(point, 2))))
    return plan
