"""Whether polls alone confirm a price: where its order book cannot be read, many that agree stand in for it."""

from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from itertools import takewhile
from typing import NamedTuple

from engine.clock import Clock, Moment, moment
from engine.market.mark import Mark, MarkRequest, NeedsBook
from engine.market.mark_rules import is_within, judge_quote, mark_from_side
from engine.market.second_look import AGREEMENT_RATIO
from engine.model.quotes import Quote

#: So many polls that agree, over so long, confirm a price.
POLLS_MIN = 4
POLLS_OVER = timedelta(seconds=20)
#: In so many different states the ticker has to be shown meanwhile: one that is frozen proves nothing.
TOPS_MIN = 3
#: After a longer gap they begin anew.
GAP_MAX = timedelta(seconds=30)
#: What screens ask for beside the watch is no further poll.
APART = timedelta(seconds=2)
#: Those of some minutes.
KEPT = 60


class Poll(NamedTuple):
    """What was polled, and when."""

    quote: Quote
    polled: Moment


class PollConfirmation:
    """Keeps what was polled of each instrument of one venue since a price was last held against its book."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._polls = dict[str, deque[Poll]]()

    def note(self, quote: Quote) -> None:
        """Keep what was polled now."""
        polls, now = self._polls.setdefault(quote.symbol, deque(maxlen=KEPT)), moment(self._clock)
        if polls and now - polls[-1].polled > GAP_MAX:
            polls.clear()
        if not polls or (quote != polls[-1].quote and now - polls[-1].polled >= APART):
            polls.append(Poll(quote, now))

    def end(self, symbol: str) -> None:
        """Forget an instrument: its book was read to judge it, or denied its price elsewhere."""
        self._polls.pop(symbol, None)

    def mark(self, request: MarkRequest) -> Mark | None:
        """Return the mark that the polls confirm; None where they do not."""
        return confirmed_by(self._polls.get(request.symbol, ()), request)


def confirmed_by(polls: Sequence[Poll], request: MarkRequest) -> Mark | None:
    """Return the mark of the latest poll if those before it agree for long enough, and the ticker moved meanwhile."""
    latest = _mark_of(polls[-1], request) if polls else None
    if latest is None:
        return None
    agreeing = list(takewhile(lambda poll: _agrees(poll, latest, request), reversed(polls)))
    lasted = agreeing[0].polled - agreeing[-1].polled
    has_moved = len({_top(poll.quote) for poll in agreeing}) >= TOPS_MIN
    return latest if has_moved and len(agreeing) >= POLLS_MIN and lasted >= POLLS_OVER else None


def _agrees(poll: Poll, latest: Mark, request: MarkRequest) -> bool:
    mark = _mark_of(poll, request)
    if mark is None:
        return False
    are_past = request.is_past(mark.price) and request.is_past(latest.price)
    return are_past or is_within(mark.price, latest.price, AGREEMENT_RATIO)


def _mark_of(poll: Poll, request: MarkRequest) -> Mark | None:
    """Return the price a poll gave; of a top that is too thin only a breach: all that is behind it is worse."""
    seen = judge_quote(request, quote=poll.quote, now=poll.polled.at)
    if isinstance(seen, NeedsBook):
        side = mark_from_side(request, quote=poll.quote, now=poll.polled.at)
        return side if isinstance(side, Mark) and request.is_past(side.price) else None
    return seen if isinstance(seen, Mark) else None


def _top(quote: Quote) -> tuple[object, ...]:
    return quote.bid, quote.ask, quote.bid_quantity, quote.ask_quantity
