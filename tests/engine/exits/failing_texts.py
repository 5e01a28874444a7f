"""What the alerts of failing exits say of them."""

from engine.alerts.messages import ExitFailing
from handlers.render.why_failing import failing_text


def why_of(failing):
    """Return the sentence of an alert for why its exit does not get through."""
    return failing_text(failing.why, failing.unreadable, failing.venue.label)


async def reasons(room):
    """Return the sentences of all such alerts."""
    return [why_of(failing) for failing in await room.alerts(ExitFailing)]
