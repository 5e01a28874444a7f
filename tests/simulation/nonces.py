"""The real counter of request numbers over the scenario's store, with a wall clock that jumps at every start."""

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
    """As the driver's connection, in this thread: a transaction runs through without letting anybody else run."""

    def __init__(self, store, life):
        self._store = store
        self._life = life

    async def execute_fetchall(self, sql, values=()):
        self._life.check()
        return self._store.rows(sql, *values)

    async def commit(self):
        self._life.crash_here("any commit")
        self._store.rows("COMMIT")
        self._life.crash_here("number drawn")

    async def rollback(self):
        self._store.roll_back()
