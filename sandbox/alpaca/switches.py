"""Where the real venue's behaviour varies, a test chooses."""

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.alpaca.refusals import AlpacaError, unauthorized
from sandbox.pace import Pace


@dataclass(slots=True, kw_only=True)
class Switches:
    """Read at each request, so a change counts from then on."""

    #: what a cancelled order held is free only so much later, although the order already says canceled
    release_delay_s: float = 0.25
    #: an accepted cancel says pending_cancel for so long, and the order may still fill meanwhile
    cancel_delay_s: float = 0.0
    #: a filled order is "cancelled" with 204 like an open one; False: 422
    confirms_late_cancels: bool = False
    #: how slowly market orders go from then on; None: they fill at once
    pace: Pace | None = None
    #: what a key that is not known is told: the venue's gateways word it differently
    unknown_key: Callable[[], AlpacaError] = unauthorized
    #: a stock order outside the session waits for the next one; False: it is refused
    queues_when_closed: bool = True
    #: an order that could meet the account's own order on the other side is refused
    refuses_wash_trades: bool = True
