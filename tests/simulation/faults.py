"""What can go wrong, and when it does: a plan of faults that calls run into."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Everything the venues and the way to them do wrong in the scenarios."""

    # a call that never has an effect
    UNREACHABLE = "unreachable"
    RATE_LIMIT = "rate limit"
    INVALID_NONCE = "invalid nonce"
    LOCKOUT = "temporary lockout"
    KEY_REJECTED = "key rejected"
    MAINTENANCE = "maintenance"
    MISCONFIGURED = "answer of another server"
    # an order or cancel whose outcome the client cannot know
    LOST_BEFORE = "lost before the venue"
    TIMEOUT_BEFORE = "timeout before the effect"
    TIMEOUT_AFTER = "timeout after the effect"
    ANSWER_CUT = "answer cut after the effect"
    ARRIVES_LATE = "arrives after the client gave up"
    # orders
    SPURIOUS_FUNDS = "refused for funds though there"
    CANCEL_ONLY = "cancel-only"
    FILLS_SLOWLY = "fills in parts"
    FILLS_PARTLY = "partly filled, then closed"
    CLOSES_UNFILLED = "closed without a fill"
    RELEASES_LATE = "hold released late"
    CANCEL_OVERTAKEN = "cancel overtaken by a fill"
    ID_NOT_KNOWN = "order accepted under an id that nobody knows"
    ORDER_LAGS = "order reported as it was seconds ago"
    ORDER_OLDER = "order reported as it was before"
    ORDER_CONTRADICTS = "order reported as over with less than was filled"
    ORDER_AHEAD = "fill reported that never happens"
    FOREIGN_ORDERS = "orders that hold nothing listed among the others"
    ORDERS_UNREADABLE = "open orders that cannot be read"
    ORDERS_REFUSED = "open orders refused"
    # readings
    READ_LOST = "reading lost"
    READ_HANGS = "reading hangs"
    FREE_SHOWN_ZERO = "free shown as zero"
    HOLDING_MISSING = "holding missing"
    OLD_REPORT = "report of a while ago"
    LISTS_LAG = "lists reported as they were seconds ago"
    LOOKUP_LOST = "look-up lost"
    FILLS_LATE = "fills reported late"
    FILLS_TWICE = "fills reported twice"
    # prices
    QUOTE_STALE = "stale quote"
    QUOTE_FROZEN = "frozen quote"
    QUOTE_GARBAGE = "garbage quote"
    QUOTE_JUMPS = "quote jumps"
    QUOTE_MISSING = "no quote"
    QUOTES_HANG = "quotes hang"
    SPREAD_WIDE = "wide spread"
    TOP_THIN = "thin top of the book"
    # pushed prices
    STREAM_LOST = "stream lost"
    STREAM_STALLS = "stream stands still"
    STREAM_LATE = "stream half a minute late"
    STREAM_REPEATS = "prices pushed again and again"
    STREAM_JUMPS = "pushed price jumps"
    # an account's private stream
    ACCOUNT_STREAM_LOST = "private stream lost"
    ACCOUNT_STREAM_HALF_OPEN = "private stream half-open"
    ACCOUNT_STREAM_GAP = "message of a private stream missing"
    ACCOUNT_STREAM_MUTE = "private stream pushes nothing"
    ACCOUNT_STREAM_LATE = "private stream late and out of order"
    ACCOUNT_STREAM_REPEATS = "private stream pushes three times"
    ACCOUNT_END_FIRST = "end of an order pushed before its fill"
    # the machine
    CLOCK_SET = "clock set"


@dataclass(slots=True, kw_only=True)
class Fault:
    """One thing that is wrong at one venue for a while or a number of times."""

    kind: Kind
    until: float
    left: int


#: How long a fault lasts in seconds at the most, and how often it strikes at the most.
_EXTENT = {
    Kind.UNREACHABLE: (40, 1000),
    Kind.RATE_LIMIT: (25, 8),
    Kind.INVALID_NONCE: (120, 3),
    Kind.LOCKOUT: (20, 6),
    Kind.KEY_REJECTED: (20, 1000),
    Kind.MAINTENANCE: (30, 1000),
    Kind.MISCONFIGURED: (15, 4),
    Kind.CANCEL_ONLY: (40, 1000),
    Kind.FOREIGN_ORDERS: (400, 1000),
    Kind.ORDERS_UNREADABLE: (400, 1000),
    Kind.ORDERS_REFUSED: (120, 1000),
    Kind.ORDER_OLDER: (400, 4),
    Kind.ORDER_CONTRADICTS: (400, 4),
    Kind.ORDER_AHEAD: (400, 4),
    Kind.READ_LOST: (30, 10),
    Kind.READ_HANGS: (60, 2),
    Kind.FREE_SHOWN_ZERO: (9, 1000),
    Kind.HOLDING_MISSING: (9, 1000),
    Kind.OLD_REPORT: (12, 1000),
    Kind.LISTS_LAG: (60, 1000),
    Kind.ORDER_LAGS: (120, 1000),
    Kind.LOOKUP_LOST: (120, 4),
    Kind.FILLS_TWICE: (60, 1000),
    Kind.QUOTE_STALE: (40, 1000),
    Kind.QUOTE_FROZEN: (90, 1000),
    Kind.QUOTE_GARBAGE: (30, 1000),
    Kind.QUOTE_JUMPS: (60, 1),
    Kind.QUOTE_MISSING: (30, 1000),
    Kind.QUOTES_HANG: (60, 2),
    Kind.STREAM_LOST: (60, 1000),
    Kind.STREAM_STALLS: (60, 1000),
    Kind.STREAM_LATE: (60, 1000),
    Kind.STREAM_REPEATS: (60, 1000),
    Kind.STREAM_JUMPS: (60, 1),
    Kind.ACCOUNT_STREAM_LOST: (120, 4),
    Kind.ACCOUNT_STREAM_HALF_OPEN: (400, 2),
    Kind.ACCOUNT_STREAM_GAP: (400, 2),
    Kind.ACCOUNT_STREAM_MUTE: (400, 20),
    Kind.ACCOUNT_STREAM_LATE: (400, 20),
    Kind.ACCOUNT_STREAM_REPEATS: (400, 20),
    Kind.SPREAD_WIDE: (40, 1000),
    Kind.TOP_THIN: (40, 1000),
    Kind.CLOCK_SET: (120, 1000),
}
_FOR_THE_NEXT_ORDERS = (400, 3)

#: What only few orders can run into is begun more often.
SELDOM_MET = (
    Kind.FILLS_SLOWLY,
    Kind.CLOSES_UNFILLED,
    Kind.RELEASES_LATE,
    Kind.CANCEL_OVERTAKEN,
    Kind.ID_NOT_KNOWN,
    Kind.ARRIVES_LATE,
    Kind.FILLS_LATE,
    Kind.ORDER_OLDER,
    Kind.ORDER_CONTRADICTS,
    Kind.ORDER_AHEAD,
    Kind.CANCEL_ONLY,
    Kind.ACCOUNT_END_FIRST,
)

#: Nothing shown twice with fifteen seconds between is believed, so a venue must not lie for longer, nor again
#: before it was read truly.
_LIES = frozenset({Kind.FREE_SHOWN_ZERO, Kind.HOLDING_MISSING, Kind.OLD_REPORT, Kind.LISTS_LAG})
_BETWEEN_LIES_S = 90


class Faults:
    """The faults of every venue, and how often each kind was met."""

    def __init__(self, *, rng, monotonic, tally, trace):
        self._rng = rng
        self._monotonic = monotonic
        self._tally = tally
        self._trace = trace
        self._active = {}
        self._lied_until = {}

    def begin(self, venue, kind):
        """Let something go wrong from now on."""
        if kind in _LIES:
            if self._monotonic() < self._lied_until.get(venue, 0):
                return
            self._lied_until[venue] = self._monotonic() + _BETWEEN_LIES_S
        lasts_s, times = _EXTENT.get(kind, _FOR_THE_NEXT_ORDERS)
        fault = Fault(
            kind=kind,
            until=self._monotonic() + lasts_s * self._rng.uniform(0.3, 1),
            left=self._rng.randint(1, times),
        )
        self.begin_with(venue, fault)
        self._trace(f"fault at {venue}: {kind}")

    def begin_with(self, venue, fault):
        """Let just this go wrong."""
        self._active[venue, fault.kind] = fault

    def end_all(self):
        self._active.clear()

    def lasts(self, venue, kind):
        """Tell whether a fault that meets nobody in particular is there now."""
        fault = self._active.get((venue, kind))
        return fault is not None and self._monotonic() < fault.until

    def strikes(self, venue, *kinds):
        """Return the first of these kinds that meets this call; its turn is used up."""
        for kind in kinds:
            fault = self._active.get((venue, kind))
            if fault is not None and fault.left > 0 and self._monotonic() < fault.until:
                fault.left -= 1
                self._tally.faults[kind] += 1
                return kind
        return None
