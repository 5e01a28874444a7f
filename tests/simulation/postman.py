"""Delivers the outbox to nobody, with the failures a chat server has."""

from datetime import timedelta

from engine.alerts.outbox import claim_due, mark_retry, mark_sent, mark_unknown


class Postman:
    """Takes what is due through the outbox's own functions."""

    def __init__(self, database, clock, rng):
        self._database = database
        self._clock = clock
        self._rng = rng

    async def deliver(self):
        async with self._database.read() as session:
            due = await claim_due(session, now=self._clock.now())
        for alert in due:
            await self._deliver(alert)
        return len(due)

    async def _deliver(self, alert):
        now, chance = self._clock.now(), self._rng.random()
        async with self._database.write() as session:
            if chance < 0.1:
                later = now + timedelta(seconds=3)
                await mark_retry(session, alert.alert_id, not_before=later, error="429")
            elif chance < 0.2:
                await mark_unknown(session, alert.alert_id, not_before=now, error="timed out")
            else:
                await mark_sent(session, alert.alert_id, message_id=1, now=now)
