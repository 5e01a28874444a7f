"""The real counter of request numbers over the scenario's store, with a wall clock that jumps at every start."""

from contextlib import contextmanager
from datetime import timedelta

from engine.nonce.store import NonceStore

#: By how many seconds the machine's clock may be off in one life of the process.
_OFF_BY_S = (0, 0, -1, -3600, 3600)


class Nonces(NonceStore):
    """What one life of the process draws its numbers from; each is held against the one before."""

    def __init__(self, world, life):
        super().__init__(None, _JumpyClock(world.clock, world.rng("nonce clock").choice(_OFF_BY_S)))
        self._connection = _InlineConnection(world.store, life)


class _JumpyClock:
    def __init__(self, clock, off_by_s):
        self._clock = clock
        self._off_by_s = off_by_s

    def now(self):
        return self._clock.now() + timedelta(seconds=self._off_by_s)

    def now_ns(self):
        return self._clock.now_ns() + self._off_by_s * 1_000_000_000


class _InlineConnection:
    """As the counters' own connection: a transaction runs through without letting anybody else run."""

    def __init__(self, store, life):
        self._store = store
        self._life = life
        self.raw = _Statements(store, life)

    async def begin_writing(self):
        self.raw.execute("BEGIN IMMEDIATE")

    async def commit(self):
        self._life.crash_here("any commit")
        self._store.rows("COMMIT")
        self._life.crash_here("number drawn")

    @contextmanager
    def rolling_back(self):
        try:
            yield
        except BaseException:
            self._store.roll_back()
            raise


class _Statements:
    def __init__(self, store, life):
        self._store = store
        self._life = life

    def execute(self, sql, values=()):
        self._life.check()
        return self._store.cursor(sql, *values)
