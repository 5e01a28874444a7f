"""What stands against a broker, and what a cheaper one would have saved."""

from collections.abc import Mapping
from decimal import Decimal

from engine.entries.route import Missed, Reason, RouteObstacle
from engine.model.money import is_cash
from handlers.render.html import escape
from handlers.render.numbers import cents_down, cents_up, cost_percent, estimated, in_currency, quantity

_OBSTACLES: Mapping[RouteObstacle, str] = {
    RouteObstacle.NOT_NAMED: "you chose another broker",
    RouteObstacle.NOT_CONNECTED: "not connected",
    RouteObstacle.NO_ANSWER: "does not answer",
    RouteObstacle.NOT_LISTED: "not listed there",
    RouteObstacle.NOT_TRADING: "takes no market orders now",
    RouteObstacle.MARKET_CLOSED: "the stock market is closed",
    RouteObstacle.PRICE_UNKNOWN: "price unknown",
    RouteObstacle.BELOW_MINIMUM: "below the smallest that can be bought and sold again",
    RouteObstacle.THIN_BOOK: "the order book is too thin for it",
    RouteObstacle.WIDE_SPREAD: "the spread is too wide",
    RouteObstacle.CASH_UNKNOWN: "free cash unknown",
    RouteObstacle.NOT_ENOUGH_CASH: "not enough free cash",
    RouteObstacle.EQUITY_UNKNOWN: "equity unknown",
    RouteObstacle.EQUITY_TOO_SMALL: "equity too small",
    RouteObstacle.NOT_CHEAPER: "not cheaper",
}


def obstacle_text(reason: Reason) -> str:
    """Say what stands against a broker, with its figures."""
    limit, actual, obstacle, text = reason.limit, reason.actual, reason.obstacle, _OBSTACLES[reason.obstacle]
    if limit is not None and actual is not None:
        return _against(reason, limit, actual)
    if obstacle is RouteObstacle.EQUITY_UNKNOWN and limit is not None:
        return f"{text}, and it must be at least {_amount(limit, reason.unit)}"
    return text


def missed_text(missed: Missed) -> str:
    """Say what a cheaper broker would have saved, and what cash it lacks."""
    lacking, where = raised(missed.lacking, missed.currency), missed.account.venue.label
    return f"{where} would cost {estimated(missed.saving_usd)} less, but lacks {lacking} of free cash."


def cut(figure: Decimal, unit: str) -> str:
    """Write what falls short of a limit, or must, so that it never reads as more than it is."""
    return _amount(cents_down(figure) if is_cash(unit) else figure, unit)


def raised(figure: Decimal, unit: str) -> str:
    """Write a limit that must be reached so that whoever names what is shown reaches it."""
    return _amount(cents_up(figure) if is_cash(unit) else figure, unit)


def _against(reason: Reason, limit: Decimal, actual: Decimal) -> str:
    text = _OBSTACLES[reason.obstacle]
    match reason.obstacle:
        case RouteObstacle.EQUITY_TOO_SMALL:
            return f"its equity of {cut(actual, reason.unit)} is under {_amount(limit, reason.unit)}"
        case RouteObstacle.WIDE_SPREAD:
            return f"{text}, {cost_percent(actual)} from fill to bid, and not under {cost_percent(limit)}"
        case RouteObstacle.NOT_CHEAPER:
            return f"{text}, {cost_percent(actual)} against {cost_percent(limit)}"
        case _:
            where = f" in {escape(reason.unit)}" if reason.obstacle is RouteObstacle.NOT_ENOUGH_CASH else ""
            return f"{text}{where}, {cut(actual, reason.unit)} of {raised(limit, reason.unit)}"


def _amount(figure: Decimal, unit: str) -> str:
    return escape(in_currency(figure, unit) if is_cash(unit) else f"{quantity(figure)} {unit}")
