"""Delivers the outbox to nobody, with the failures a chat server has."""

from datetime import timedelta

from engine.alerts.delivery_states import mark_retry, mark_sent, mark_unknown
from engine.alerts.outbox import load_due


class Delivery:
    """Takes what is due through the outbox's own functions."""

    def __init__(self, database, clock, rng):
        self._database = database
        self._clock = clock
        self._rng = rng
        self._held = {}

    async def deliver(self):
        async with self._database.read() as session:
            now_s = self._clock.monotonic()
            held = {number for number, until_s in self._held.items() if until_s > now_s}
            due = await load_due(session, now=self._clock.now(), held=held)
        for batch in due:
            await self._deliver(batch)
        return len(due)

    async def _deliver(self, batch):
        now, chance = self._clock.now(), self._rng.random()
        async with self._database.write() as session:
            if chance < 0.1:
                later = now + timedelta(seconds=3)
                self._held |= dict.fromkeys(batch.alert_ids, self._clock.monotonic() + 3)
                await mark_retry(session, batch, not_before=later, error="429")
            elif chance < 0.2:
                await mark_unknown(session, batch, not_before=now, error="timed out")
            else:
                await mark_sent(session, batch, message_id=1, now=now)
