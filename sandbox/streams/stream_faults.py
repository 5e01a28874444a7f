"""What a stream is planned to do wrong; read at each message, so a change counts from then on."""

from dataclasses import dataclass

#: What Kraken's connections end with when its proxy restarts.
GOING_AWAY = 1001


@dataclass(slots=True, kw_only=True)
class StreamFaults:
    """Each is off until a test sets it; counters are used up message by message."""

    #: no news is sent, and all else goes on: confirmations, heartbeats, answers to pings
    stalls: bool = False
    #: half open: nothing is sent, answered or noticed, and the connection stays
    is_silent: bool = False
    #: subscriptions are not confirmed until `Endpoint.confirm`
    withholds_confirmations: bool = False
    #: so many messages with news are lost on their way
    lost: int = 0
    #: so many messages with news come twice
    doubled: int = 0
    #: so many messages with news come after the one that follows them
    swapped: int = 0
    #: so many connections are closed as soon as they are open
    closed_at_once: int = 0
    close_code: int = GOING_AWAY
