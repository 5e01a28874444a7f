from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from sqlmodel import select

from engine.accounts.costs_store import KnownFee, KnownSpread, load_fees, load_spreads, save_fee, save_spread
from engine.brokers.base import FeeQuote
from engine.entries import routes_store as routing
from engine.entries.routes_store import StoredRoute
from engine.entries.routes_table import RouteRow
from engine.model.venues import Venue
from tests.engine.storage.stored import KRAKEN, NOW, OWNER
from tests.rows import load_rows

FEE = KnownFee(account=KRAKEN, symbol="BTC/USD", quote=FeeQuote(taker=Decimal("0.0040"), live=True), at=NOW)
SPREAD = KnownSpread(venue=Venue.KRAKEN, symbol="BTC/USD", spread=Decimal("0.00001"), at=NOW)


async def test_the_latest_fee_of_an_account_and_symbol_is_kept(database):
    newer = replace(FEE, quote=FeeQuote(taker=Decimal("0.0035"), live=False))
    for known in (FEE, newer):
        async with database.write() as session:
            await save_fee(session, known)

    async with database.read() as session:
        assert await load_fees(session) == (newer,)


async def test_the_latest_spread_of_a_venue_and_symbol_is_kept(database):
    newer = replace(SPREAD, spread=Decimal("0.00002"))
    for known in (SPREAD, newer):
        async with database.write() as session:
            await save_spread(session, known)

    async with database.read() as session:
        assert await load_spreads(session) == (newer,)


async def test_a_decision_is_kept_with_exact_amounts(database):
    route = StoredRoute(
        user_id=OWNER,
        account_id=KRAKEN.account_id,
        decided_at=NOW,
        request={"symbol": "BTC/USD", "usd": Decimal("30.10")},
        decision={"chosen": "kraken", "left_out": [{"broker": "coinbase", "why": "below $50"}]},
    )
    async with database.write() as session:
        await routing.add_route(session, route)

    async with database.read() as session:
        (row,) = await load_rows(session, select(RouteRow))
    assert row.request == {"symbol": "BTC/USD", "usd": "30.10"}
    assert row.decision == route.decision
    assert (row.user_id, row.account_id, row.decided_at) == (OWNER, KRAKEN.account_id, NOW)


async def test_routes_of_before_a_moment_are_forgotten_and_the_others_stay(database):
    moments = [NOW - timedelta(days=31), NOW - timedelta(days=30), NOW]
    async with database.write() as session:
        for at in moments:
            route = StoredRoute(user_id=OWNER, account_id=None, decided_at=at, request={}, decision={})
            await routing.add_route(session, route)

        await routing.delete_routes(session, before=NOW - timedelta(days=30))

        kept = await session.exec(select(RouteRow.decided_at).order_by(RouteRow.decided_at))
        assert list(kept) == moments[1:]


async def test_the_routes_of_a_span_that_chose_an_account_come_in_the_order_of_their_decisions(database):
    def route(at, *, account_id=KRAKEN.account_id, user_id=OWNER):
        return StoredRoute(user_id=user_id, account_id=account_id, decided_at=at, request={}, decision={})

    inside = (route(NOW), route(NOW + timedelta(minutes=1)))
    until = NOW + timedelta(hours=1)
    async with database.write() as session:
        for one in (route(NOW - timedelta(seconds=1)), *inside, route(NOW, account_id=None), route(until)):
            await routing.add_route(session, one)

    async with database.read() as session:
        assert await routing.load_routes(session, OWNER, NOW, until) == inside
        assert await routing.load_routes(session, OWNER + 1, NOW, until) == ()
