"""A venue that does not report whether an order it traded is one that NIJA gave up: only that coin waits for the answer."""

from decimal import Decimal

import pytest

from engine.alerts.messages import BrokerTrouble, ClosedElsewhere, ExitFilled, TradeUnattributed
from sandbox.faults import FaultKind

D = Decimal
UNKNOWN = "EOrder:Unknown order"


async def read_often(room, times=4):
    for _ in range(times):
        await room.clock.sleep(30)
        await room.read()


@pytest.fixture
async def room(room):
    """A sale of BTC whose order never arrived was given up; ETH is guarded, and so is BTC still."""
    room.deposit("BTC", "0.3")
    room.set_bid("60000")
    await room.arm("0.1", "6000")
    await read_often(room)
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("50000")
    await room.look()
    await room.clock.sleep(2)
    room.set_bid("70000")
    await room.look()
    await room.wait_for("exit ")
    room.deposit("ETH", "1")
    room.set_bid("2000", "ETH/USD")
    await room.arm("1", "1500", "ETH/USD", guard_id="guard-2")
    await read_often(room)
    return room


def guarded(guards):
    return {guard.asset: guard.quantity for guard in guards}


@pytest.mark.fault("V69")
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": FaultKind.ERROR, "message": "EGeneral:Internal error"},
        {"kind": FaultKind.ERROR, "message": "EService:Unavailable"},
        {"kind": FaultKind.ERROR, "message": UNKNOWN},
        {"kind": FaultKind.HTTP_ERROR_BEFORE},
        {"kind": FaultKind.DROP_AFTER},
        {"kind": FaultKind.HTML_200},
        {"kind": FaultKind.WRONG_FIELDS, "fields": {"vol": None}},
    ],
    ids=str,
)
async def test_a_question_about_one_coin_keeps_no_other_from_being_followed(room, fault):
    room.fault(endpoint="QueryOrders", times=None, **fault)
    room.trade("sell", "0.05")
    room.trade("sell", "1", "ETH/USD")

    await read_often(room, 6)

    assert "ETH" not in guarded(await room.guards())
    [sold] = await room.alerts(ClosedElsewhere)
    assert (sold.symbol, sold.quantity) == ("ETH/USD", 1)


async def test_the_coin_in_question_is_followed_once_the_venue_reports(room):
    room.fault(FaultKind.ERROR, "QueryOrders", times=None, message="EGeneral:Internal error")
    room.trade("sell", "0.05")
    await read_often(room, 6)
    assert guarded(await room.guards())["BTC"] == D("0.1")

    room.world.faults("kraken").clear()
    await read_often(room)

    assert guarded(await room.guards())["BTC"] == D("0.05")
    assert await room.alerts(ExitFilled) == []


async def test_an_order_that_the_venue_does_not_know_is_none_of_ours(room):
    room.fault(FaultKind.ERROR, "QueryOrders", times=None, message=UNKNOWN)
    room.trade("sell", "0.05")

    await read_often(room)

    assert guarded(await room.guards())["BTC"] == D("0.05")
    assert await room.alerts(TradeUnattributed, ExitFilled) == []


async def test_its_owner_is_alerted_to_what_waits_and_when_it_is_over(room):
    room.fault(FaultKind.ERROR, "QueryOrders", times=None, message="EGeneral:Internal error")
    room.trade("sell", "0.05")
    await read_often(room, 4)

    [reported, *_] = await room.alerts(TradeUnattributed)
    assert (reported.asset, reported.guarded, reported.over) == ("BTC", True, False)
    assert "Internal error" in reported.why
    assert await room.alerts(BrokerTrouble) == []

    room.world.faults("kraken").clear()
    await read_often(room)

    assert [reported.over for reported in await room.alerts(TradeUnattributed)][-1]


async def test_a_venue_that_answers_soon_is_not_reported(room):
    room.fault(FaultKind.ERROR, "QueryOrders", times=2, message="EGeneral:Internal error")
    room.trade("sell", "0.05")

    await read_often(room)

    assert await room.alerts(TradeUnattributed) == []
    assert guarded(await room.guards())["BTC"] == D("0.05")


async def test_what_the_venue_reports_after_a_restart_is_reported_as_over_once(room):
    room.fault(FaultKind.ERROR, "QueryOrders", times=None, message="EGeneral:Internal error")
    room.trade("sell", "0.05")
    await read_often(room, 4)
    await room.restart()
    room.world.faults("kraken").clear()
    await read_often(room)
    await room.restart()
    await read_often(room, 1)

    reported = await room.alerts(TradeUnattributed)
    assert [alert.over for alert in reported].count(True) == 1
    assert reported[-1].over
    assert len({alert.since for alert in reported}) == 1


@pytest.fixture
async def two_coins(room):
    """A sale of ETH whose order never arrived was given up as well, and its owner traded both coins since."""
    room.fault(FaultKind.DROP_BEFORE)
    room.set_bid("1000", "ETH/USD")
    await room.look()
    await room.clock.sleep(2)
    room.set_bid("2000", "ETH/USD")
    await room.look()
    await room.wait_for("exit ")
    await read_often(room)
    room.fault(FaultKind.ERROR, "QueryOrders", times=None, message="EGeneral:Internal error")
    room.trade("sell", "0.05")
    room.trade("sell", "0.1", "ETH/USD")
    return room


@pytest.mark.fault("P46")
@pytest.mark.parametrize("refused", ["BTC", "ETH"])
async def test_one_coin_that_cannot_be_reported_keeps_no_other_from_being_reported(two_coins, refused):
    [other] = {"BTC", "ETH"} - {refused}
    where = f"NEW.dedup_key LIKE 'unattributed:%:{refused}:%'"
    async with two_coins.refused_changes(where, table="alerts"):
        await read_often(two_coins, 4)
    begun = {reported.asset for reported in await two_coins.alerts(TradeUnattributed)}
    await read_often(two_coins, 1)
    then = {reported.asset for reported in await two_coins.alerts(TradeUnattributed)}

    two_coins.world.faults("kraken").clear()
    async with two_coins.refused_changes(where, table="alerts"):
        await read_often(two_coins, 2)
    over = [reported.asset for reported in await two_coins.alerts(TradeUnattributed) if reported.over]
    await read_often(two_coins, 2)

    assert (begun, then) == ({other}, {"BTC", "ETH"})
    assert over == [other]
    assert [reported.asset for reported in await two_coins.alerts(TradeUnattributed) if reported.over] == [
        other,
        refused,
    ]
    two_coins.expected_failures.append("refused by a trigger")
