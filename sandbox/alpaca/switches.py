"""Where the real venue's behaviour varies, a test chooses."""

from dataclasses import dataclass


@dataclass(slots=True, kw_only=True)
class Switches:
    """Read at each request, so a change counts from then on."""

    #: what a cancelled order held is free only so much later, although the order already says canceled
    release_delay_s: float = 0.25
    #: a stock order outside the session waits for the next one; False: it is refused
    queues_when_closed: bool = True
    #: an order that could meet the account's own order on the other side is refused
    refuses_wash_trades: bool = True
