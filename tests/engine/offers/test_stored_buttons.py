"""Buttons as earlier versions stored them: a question that is open while the bot is updated can still be answered."""

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text

from engine.alerts.questions import Armed, ChoiceKind
from engine.offers.closing_preview import Selling
from sandbox.world import OWNER_ID, Bought, Opening, Story

ETH = '{"account_id": "env-kraken", "kind": "spot", "asset": "ETH", "symbol": null}'
SOL = '{"account_id": "env-kraken", "kind": "spot", "asset": "SOL", "symbol": null}'
SHOWN_OF_ETH = (
    f'{{"key": {ETH}, "quantity": "2.0000000000", "cost": "6200.000000000000000",'
    ' "ratio": null, "at": "2026-03-04T12:00:00Z", "resumes": false, "old_cost": null}'
)
GUARD = f'{{"positions": [{ETH}], "shown": [{SHOWN_OF_ETH}]}}'
SELL_NOW = (
    f'{{"positions": [{SOL}], "shown": [{{"key": {SOL}, "quantity": "10.0000000000",'
    ' "cost": "2000.000000000000000", "ratio": "-0.2504", "at": "2026-03-04T12:00:00Z",'
    ' "resumes": false, "old_cost": null}]}'
)
CLOSE = (
    f'{{"positions": [{{"key": {ETH}, "quantity": "2.0000000000", "price": "3198.40000", "cancels": []}}]}}'
)
#: What the first versions stored: nothing of what was shown.
BARE = f'{{"positions": [{ETH}]}}'

STORY = Story(
    openings={
        "kraken": Opening(
            purchases=(
                Bought(symbol="ETH/USD", quantity=Decimal(2), price=Decimal(3_100)),
                Bought(symbol="SOL/USD", quantity=Decimal(10), price=Decimal(200)),
            )
        )
    }
)


@pytest.fixture
async def met(rooms):
    async with rooms(story=STORY) as room:
        await room.read()
        yield room


async def store(room, action, params):
    now = room.clock.now()
    async with room.database.write() as session:
        await session.send(
            text(
                "INSERT INTO confirmations"
                " (confirmation_id, user_id, action, params_json, created_at, expires_at)"
                " VALUES ('stored', :user_id, :action, :params, :created_at, :expires_at)"
            ),
            user_id=OWNER_ID,
            action=action,
            params=params,
            created_at=f"{now:%Y-%m-%d %H:%M:%S.%f}",
            expires_at=f"{now + timedelta(minutes=1):%Y-%m-%d %H:%M:%S.%f}",
        )


async def stored_params(room, confirmation_id):
    async with room.database.read() as session:
        found = await session.send(
            text("SELECT params_json FROM confirmations WHERE confirmation_id = :id"), id=confirmation_id
        )
        return json.loads(found.scalar_one())


async def test_a_stored_button_guards_what_it_showed(met):
    await store(met, "guard_from_cost", GUARD)

    outcome = await met.engine.guards.confirm(OWNER_ID, "stored")

    assert [(guard.asset, guard.quantity, guard.cost) for guard in outcome.guards] == [("ETH", 2, 6200)]


async def test_a_stored_button_sells_at_once_what_it_showed_just_now(met):
    await store(
        met, "guard_and_sell_now", SELL_NOW.replace("2026-03-04T12:00:00Z", met.clock.now().isoformat())
    )

    outcome = await met.engine.guards.confirm(OWNER_ID, "stored")

    assert isinstance(outcome, Armed)
    assert [guard.asset for guard in outcome.guards] == ["SOL"]


async def test_a_stored_preview_sells_what_it_showed(met):
    await store(met, "close", CLOSE)

    outcome = await met.engine.closing.close(OWNER_ID, "stored")
    await met.wait_for("exit ")

    assert isinstance(outcome, Selling)
    assert [call.params["volume"] for call in met.sent()] == ["2.00000000"]
    assert met.world.ledger("kraken").total("ETH") == 0


async def test_a_stored_button_that_showed_nothing_asks_again(met):
    await store(met, "guard_from_cost", BARE)

    outcome = await met.engine.guards.confirm(OWNER_ID, "stored")

    assert outcome.about == "changed"
    assert await met.guards() == ()


async def test_buttons_are_stored_as_an_earlier_version_reads_them(met):
    offer = await met.engine.guards.offer_guard(OWNER_ID, "ETH", None)
    preview = await met.engine.closing.offer_close(OWNER_ID, "ETH")

    [button] = [one for one in offer.choices if one.kind is ChoiceKind.GUARD_FROM_COST]
    shown, expected = await stored_params(met, button.confirmation_id), json.loads(GUARD)
    del shown["shown"][0]["at"], expected["shown"][0]["at"]
    assert shown == expected
    stored = await stored_params(met, preview.confirmation_id)
    # Passed over by versions that do not know it.
    assert stored["positions"][0].pop("symbol") == "ETH/USD"
    assert stored["positions"][0].pop("is_part") is False
    assert stored == json.loads(CLOSE)
