from dataclasses import replace
from datetime import timedelta

from engine.guards.known_assets import KnownAsset, load_known_assets, save_known_asset
from tests.engine.storage.stored import ALPACA, KRAKEN, NOW, OWNER


async def test_the_first_time_an_asset_is_seen_counts(database):
    first = KnownAsset(account_id=KRAKEN.account_id, user_id=OWNER, asset="BTC", first_seen_at=NOW)
    async with database.write() as session:
        await save_known_asset(session, first)
        await save_known_asset(session, replace(first, first_seen_at=NOW + timedelta(days=1)))

    async with database.read() as session:
        assert await load_known_assets(session, KRAKEN.account_id) == (first,)
        assert await load_known_assets(session, ALPACA.account_id) == ()
