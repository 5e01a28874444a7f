"""What an account pays at Kraken: one call for all pairs, unless one of them is refused."""

from collections.abc import Awaitable, Callable, Mapping

from engine.brokers.base import FeeQuote
from engine.brokers.ccxt_broker import reading
from engine.brokers.kraken.parse import parse_taker_fees
from engine.model.errors import RefusedError
from engine.model.venues import Venue

#: Asks TradeVolume about pairs, their ids separated by commas.
AskFees = Callable[[str], Awaitable[object]]


async def gather_fees(ask: AskFees, pair_ids: Mapping[str, str]) -> dict[str, FeeQuote]:
    """Return the fee of each symbol; `pair_ids` holds Kraken's ids."""
    if not pair_ids:
        return {}
    try:
        result = await ask(",".join(pair_ids.values()))
    except RefusedError:
        if len(pair_ids) == 1:
            return {}
        # One refused pair spoils the whole call; half by half the others still come.
        named, half = tuple(pair_ids.items()), len(pair_ids) // 2
        return await gather_fees(ask, dict(named[:half])) | await gather_fees(ask, dict(named[half:]))
    with reading(Venue.KRAKEN):
        takers = parse_taker_fees(result)
    return {
        symbol: FeeQuote(taker=takers[pair_id], live=True)
        for symbol, pair_id in pair_ids.items()
        if pair_id in takers
    }
