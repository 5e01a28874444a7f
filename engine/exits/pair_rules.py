"""Pure: through which pair of its asset an exit goes when the guarded one takes no sale."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from engine.exits.manual_close import WORSE_RATIO
from engine.guards.guard import Guard
from engine.market.mark_rules import JUMP_RATIO, is_within
from engine.market.pricing import pairs_for_exit
from engine.market.second_look import AGREEMENT_RATIO
from engine.model.currencies import is_currency
from engine.model.errors import RefusalReason, RefusedError
from engine.model.failing_reasons import PairOffer
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import Instrument
from engine.model.money import exact, is_cash
from engine.model.quotes import OrderBook

#: Another pair must bring no less than this below the mark of the guarded one; what its owner requested is held
#: against the price they agreed to instead.
WORST_RATIO = Decimal("0.03")
#: It brings no less than this part of the trigger, and of what the guarded pair still shows, where its own book is
#: the only evidence that the price has fallen.
LOWEST_RATIO = Decimal("0.9")
#: The guarded pair is waited for no longer than this while its market takes no sale and another pair's may.
SHUT_MAX_WAIT_S = 8.0
#: Before the second try in it.
SHUT_LOOK_S = 10.0

#: Refusals that speak of the pair and not of the order: another pair of the same asset may be taken.
_OF_THE_PAIR = frozenset({RefusalReason.PAIR_UNAVAILABLE, RefusalReason.UNKNOWN_SYMBOL})
#: What is waited for in the guarded pair, or ends its exit, and is only a reason to leave any other.
_OF_ANOTHER_PAIR = _OF_THE_PAIR | {RefusalReason.MARKET_UNAVAILABLE, RefusalReason.BELOW_MINIMUM}


def is_shut(why: object) -> bool:
    """Return whether a market takes no sales for now."""
    return isinstance(why, RefusedError) and why.reason is RefusalReason.MARKET_UNAVAILABLE


def leaves_pair(reason: RefusalReason | None, *, is_guarded_pair: bool, shut_s: float) -> bool:
    """Return whether a refusal sends an exit to another pair; None is no refusal of a known reason.

    `shut_s` is for how long the market of the guarded pair has been shut.
    """
    if not is_guarded_pair:
        return reason in _OF_ANOTHER_PAIR
    if reason is RefusalReason.MARKET_UNAVAILABLE:
        return shut_s >= SHUT_MAX_WAIT_S
    return reason in _OF_THE_PAIR


def other_pairs(
    guard: Guard, refused: Collection[str], instruments: Mapping[str, Instrument]
) -> tuple[str, ...]:
    """Return the pairs that may stand in for the guarded one.

    They bring money its owner can receive, and take market sales now.
    """
    if guard.kind is not PositionKind.SPOT or guard.direction is not Direction.LONG:
        return ()
    listed = (instruments[symbol] for symbol in pairs_for_exit(guard.asset, None, instruments))
    return tuple(
        one.symbol
        for one in listed
        if one.symbol not in {guard.symbol, *refused} and _is_money(one.quote) and one.status.takes_exits
    )


def _is_money(quote: str) -> bool:
    # Nothing is quoted in shares, so a code that is both stands for the money.
    return is_cash(quote) or is_currency(quote)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeastPrice:
    """What a unit must bring through another pair, in the guard's own money."""

    usual: Decimal
    #: The same where by two readings of a pair's own book all has fallen: never less, whatever the book.
    floor: Decimal

    def by_book(self, own: Decimal) -> Decimal:
        """Return it by a pair's own book."""
        return max(min(self.usual, own), self.floor)


def least_price(*, mark: Decimal | None, is_shut: bool, triggered_at: Decimal, manual: bool) -> LeastPrice:
    """Return what a unit must bring through another pair.

    `mark` is what the guarded pair shows now. While its market is shut that may be of before, so another pair may
    bring less than 3 % under it, as one may when nothing is shown: down to 90 % of the trigger or of that mark,
    whichever is more, or to 3 % under the mark where it is that low itself.
    """
    with exact():
        if manual:
            agreed = triggered_at * (1 - WORSE_RATIO)
            return LeastPrice(usual=agreed, floor=agreed)
        if mark is None:
            return LeastPrice(usual=triggered_at * (1 - WORST_RATIO), floor=triggered_at * LOWEST_RATIO)
        near = mark * (1 - WORST_RATIO)
        if not is_shut:
            return LeastPrice(usual=near, floor=near)
        floor = min(max(triggered_at, mark) * LOWEST_RATIO, near)
        return LeastPrice(usual=max(triggered_at * (1 - WORST_RATIO), floor), floor=floor)


def least_by_book(book: OrderBook) -> Decimal | None:
    """Return what a unit must bring by the two sides of a pair's own book; None where one side is empty."""
    if not book.bids or not book.asks:
        return None
    with exact():
        return (book.bids[0].price + book.asks[0].price) / 2 * (1 - WORST_RATIO)


def needs_second_look(own: Decimal, *, rate: Decimal, least: LeastPrice) -> bool:
    """Return whether a pair's own book is so much lower that one reading of it is not enough."""
    with exact():
        return least.by_book(own * rate) < least.usual * (1 - JUMP_RATIO)


def agree(first: Decimal, second: Decimal) -> bool:
    """Return whether two readings of one book agree."""
    return is_within(second, first, AGREEMENT_RATIO)


def choose_pair(offers: Iterable[PairOffer]) -> PairOffer | None:
    """Return the offer that brings most, of equal ones the first; None when none brings enough."""
    sane = [offer for offer in offers if offer.is_sane]
    return max(sane, key=lambda offer: offer.rank) if sane else None
