"""The sentences for why a command or a button changed nothing."""

from collections.abc import Mapping

from engine.guards.guard import Guard
from engine.model.typed_names import in_capitals
from engine.model.venues import Venue
from engine.offers.levels_kept import GuardedSeveralTimes, LevelObstacle, LevelsKept, NoGuard
from engine.offers.not_cancelled import NotCancelled, NotOpen, OrderKept, OrdersUnread, OrderUnreadable
from engine.offers.not_held import HeldSeveralTimes, HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import (
    BeingSold,
    GuardChanged,
    NotGuarded,
    Nothing,
    Outdated,
    Rejected,
    SaleBegun,
    StaysPaused,
    TooManyInvites,
)
from handlers.render.no_price import no_price_text

_SENTENCES: Mapping[Rejected | Outdated, str] = {
    Rejected.UNKNOWN: "This button is not known any more; nothing was done. Ask again with the command.",
    Rejected.NOT_YOURS: "This button belongs to somebody else; nothing was done.",
    Rejected.USED: "This button was already used; nothing was done again.",
    Rejected.EXPIRED: "This button has expired; nothing was done. Ask again with the command.",
    Outdated.NOT_HELD: "Nothing is held there now.",
    Outdated.NOTHING_TO_SELL: "Nothing of it is held any more; nothing was sold.",
    Outdated.NOTHING_TO_GUARD: "Nothing is left to guard there. /positions shows what is held now.",
    Outdated.NOT_BOUGHT: "Nothing was bought: what was shown does not hold any more. Send /buy again.",
    Outdated.NOT_GUARDED: "It was not guarded any more.",
    Outdated.LEVELS: "Its guard has changed meanwhile; nothing was set. Ask again with the command.",
    Outdated.NO_PAUSED_GUARD: "There is no paused guard any more.",
    Outdated.GONE: "Nothing of it is there any more; it stays paused. /unguard takes it off.",
    Outdated.NONE_WAITS: "None of these guards waits for this any more. /positions shows what is guarded.",
    Outdated.INVITE_ANSWERED: "This invite was answered already; nothing was changed.",
    Outdated.ADMITTED: "They may use this bot already; nothing was changed.",
    Outdated.NO_USER: "Nobody of that id may use this bot; nothing was changed. /users lists who may.",
    Outdated.OWNER: "Owners are those that NIJA_OWNER_IDS on the server names; nothing was changed.",
    Outdated.SAME_ROLE: "They have that role already; nothing was changed.",
    Outdated.USER: "They have changed since this was shown; nothing was changed. /users shows how it is.",
}
_NOT_DONE: Mapping[Wanted, str] = {Wanted.GUARD: "guarded", Wanted.SELL: "sold", Wanted.CHANGE: "changed"}

_KEPT: Mapping[LevelObstacle, str] = {
    LevelObstacle.PAUSED: (
        "The guard of {symbol} is paused and waits for your answer; /guard asks again; nothing was changed."
    ),
    LevelObstacle.BEING_SOLD: "The guard of {symbol} is selling it now; nothing was changed.",
    LevelObstacle.NO_PRICE: (
        "{symbol} has no price now, so a tighter stop might sell it at once; nothing was changed."
    ),
    LevelObstacle.NOTHING_TO_TRAIL: (
        "{symbol} has no price now that a stop could trail; nothing was changed."
    ),
    LevelObstacle.WOULD_SELL_NOW: (
        "{symbol} has lost as much already and would be sold at once; nothing was changed. /close sells it."
    ),
}

_ORDERS_KEPT: Mapping[OrderKept, str] = {
    OrderKept.ACCOUNT_GONE: "Its account is not set any more; nothing was cancelled.",
    OrderKept.OURS: "It is NIJA's own order, which is followed to its end; nothing was cancelled.",
}


def nothing_text(nothing: Nothing | StaysPaused) -> str:
    """Say why nothing was changed."""
    if isinstance(nothing, StaysPaused):
        return f"{nothing.symbol} stays paused: {no_price_text(nothing.problem, nothing.venue.label)}."
    match why := nothing.why:
        case Rejected() | Outdated():
            return _SENTENCES[why]
        case NotHeld() | HoldingUnknown() | HeldSeveralTimes():
            return _not_held(why)
        case LevelsKept() | NoGuard() | GuardedSeveralTimes():
            return _levels_kept(why)
        case TooManyInvites() | OrderKept() | OrdersUnread() | NotOpen() | OrderUnreadable():
            return _of_no_position(why)
        case _:
            return _guard_stays(why)


def _not_held(why: NotHeld | HoldingUnknown | HeldSeveralTimes) -> str:
    name = in_capitals(why.symbol) if why.symbol else "positions"
    match why:
        case NotHeld():
            not_done = f"nothing was {_NOT_DONE[why.wanted]}"
            return f"You hold no {name}{_at(why.venue)}; {not_done}. /positions shows what you hold."
        case HoldingUnknown():
            return f"It is not known whether you hold {name}: {why.unread}. {_advice(why)}"
        case HeldSeveralTimes():
            places = f"at {' and '.join(venue.label for venue in why.venues)}"
            where = places if len(why.venues) > 1 else f"as {why.positions} positions {places}"
            name_one = "Name one broker, or a part in %: 50% is half of each."
            return f"You hold {name} {where}; nothing was sold. {name_one}"


def _advice(unknown: HoldingUnknown) -> str:
    match unknown.wanted:
        case Wanted.SELL:
            return "Nothing was sold. If you cannot wait, sell in the broker's own app."
        case Wanted.CHANGE:
            return "Nothing was changed."
        case Wanted.GUARD:
            again = in_capitals(unknown.symbol) if unknown.symbol else "ALL"
            return f"Nothing was guarded; send /guard {again} again when that is over."


def _guard_stays(why: NotGuarded | BeingSold | SaleBegun | GuardChanged) -> str:
    match why:
        case NotGuarded():
            return f"{in_capitals(why.symbol)} is not guarded{_at(why.venue)}. /positions shows what is."
        case BeingSold():
            return " ".join(map(_being_sold, why.guards))
        case SaleBegun():
            return f"{why.symbol} is being sold; it was not unguarded."
        case GuardChanged():
            return f"The guard of {why.symbol} has changed meanwhile; it was left as it is."


def _levels_kept(why: LevelsKept | NoGuard | GuardedSeveralTimes) -> str:
    match why:
        case LevelsKept():
            return _KEPT[why.obstacle].format(symbol=why.symbol)
        case NoGuard():
            return f"{why.symbol} is not guarded, so nothing was changed; /guard guards it."
        case GuardedSeveralTimes():
            brokers = " and ".join(venue.label for venue in why.venues)
            return f"It is guarded more than once, at {brokers}: name one. Nothing was changed."


def _of_no_position(why: TooManyInvites | NotCancelled) -> str:
    match why:
        case TooManyInvites():
            too_many = f"{why.most} of your invites wait to be opened or answered"
            return f"{too_many}; no more are made until that is over. Each ends after a day."
        case OrderKept():
            return _ORDERS_KEPT[why]
        case OrdersUnread():
            return f"{why.venue.label} did not list its open orders ({why.error}); nothing was cancelled."
        case OrderUnreadable():
            label = why.venue.label
            return f"{label} lists {why.name}, which NIJA cannot read; nothing was cancelled. Cancel it at {label} itself."
        case NotOpen(name=name, unread=()):
            return f"{name} is neither the id nor the symbol of an open order; nothing was cancelled. /orders lists them."
        case NotOpen():
            unread = ", ".join(f"{one.venue.label} ({one.error})" for one in why.unread)
            return f"{why.name} is not among the open orders that are known; not listed now: {unread}. Nothing was cancelled."


def _being_sold(guard: Guard) -> str:
    what = f"{guard.symbol} at {guard.venue.label} is being sold"
    if guard.is_for_one_sale:
        return f"{what} as you asked and is not guarded: nothing to unguard."
    return f"{what}; it was not unguarded."


def _at(venue: Venue | None) -> str:
    return f" at {venue.label}" if venue else " at any of your brokers"
