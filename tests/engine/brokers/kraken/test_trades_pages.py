import pytest

from engine.brokers.base import Priority
from engine.brokers.kraken.trades_pages import trades_since
from engine.model.errors import MisconfiguredError


async def test_trades_whose_pages_do_not_end_are_not_all_of_them():
    async def ask(params, _priority):
        trade = {"ordertxid": "BY-HAND", "pair": "XETHZUSD"}
        return {"trades": {f"T{params['ofs']}": trade}, "count": 1_000_000}

    with pytest.raises(MisconfiguredError):
        await trades_since(ask, "0", Priority.EXIT)
