"""Walk through the pages of Kraken's TradesHistory."""

from collections.abc import Awaitable, Callable, Mapping

from engine.brokers.base import Priority
from engine.brokers.ccxt_broker import reading
from engine.brokers.kraken.trades import count_trades, trade_rows
from engine.brokers.parse import MalformedAnswerError, Row
from engine.model.venues import Venue

#: Asks TradesHistory.
AskTrades = Callable[[Mapping[str, str], Priority], Awaitable[object]]

_PAGES = 100


async def trades_page(
    ask: AskTrades, params: Mapping[str, str], priority: Priority
) -> tuple[object, str | None]:
    """Return the page that begins at `ofs`, and where the next one does; None after the last."""
    result = await ask(params, priority)
    with reading(Venue.KRAKEN):
        here = len(trade_rows(result))
        reached = int(params["ofs"]) + here
        return result, str(reached) if here and reached < count_trades(result) else None


async def trades_since(ask: AskTrades, start: str, priority: Priority) -> dict[str, Row]:
    """Return the rows of all pages after a moment, by their ids; none may be missed."""
    rows: dict[str, Row] = {}
    offset = "0"
    for _ in range(_PAGES):
        result, following = await trades_page(ask, {"start": start, "ofs": offset}, priority)
        with reading(Venue.KRAKEN):
            page = trade_rows(result)
            rows |= page
            if following is None:
                if not page and int(offset) < count_trades(result):
                    message = "TradesHistory ends before the last trade"
                    raise MalformedAnswerError(message)
                return rows
        offset = following
    with reading(Venue.KRAKEN):
        message = f"TradesHistory has more than {_PAGES} pages"
        raise MalformedAnswerError(message)
