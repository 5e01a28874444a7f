"""Writes into the trace what the engine has committed since the last look."""

_TABLES = (
    ("guard_events", "event_id", "at, guard_id, what, quantity_after, cause", "guard {} is {}, {} left: {}"),
    (
        "intent_events",
        "event_id",
        "at, substr(intent_id, 1, 4), to_state, cause, words",
        "exit {} is {}: {} {}",
    ),
    ("alerts", "alert_id", "created_at, kind, data_json", "alert {}: {}"),
)


class CommittedRows:
    """Remembers how far it has read each table."""

    def __init__(self, world):
        self._world = world
        self._read_to = dict.fromkeys((table for table, *_ in _TABLES), 0)

    def catch_up(self):
        lines = []
        for table, key, columns, words in _TABLES:
            rows = self._world.store.rows(
                f"SELECT {key}, {columns} FROM {table} WHERE {key} > ? ORDER BY {key}",  # noqa: S608 - names of our own
                self._read_to[table],
            )
            for number, at, *values in rows:
                self._read_to[table] = number
                lines.append((self._world.seconds_of(at), table, number, words.format(*values)))
        for at, _, _, line in sorted(lines):
            self._world.trace(f"    {at:.2f} {line}")
