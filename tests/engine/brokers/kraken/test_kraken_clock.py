"""Orders while this machine's clock and Kraken's do not agree, over a socket to a venue whose clock is off."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from engine.brokers.base import Priority
from engine.model.errors import RefusalReason, RefusedError, UnknownOutcomeError
from sandbox.faults import Fault, FaultKind
from tests.engine.brokers.kraken.conftest import a_request

SKEWS = [pytest.param(8, id="ours is behind"), pytest.param(-8, id="ours is ahead")]


@pytest.fixture(autouse=True)
def coins(venue):
    venue.deposit("BTC", "1")


def skew(venue, seconds):
    venue.server.faults.clear()
    venue.server.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=seconds))


def time_left_s(venue, skew_s):
    """Return how far behind the venue's present time the deadline of its last order lies."""
    deadline = datetime.fromisoformat(venue.sent("AddOrder")[-1]["deadline"])
    return deadline.timestamp() - time.time() - skew_s


@pytest.mark.fault("V15")
@pytest.mark.parametrize("skew_s", SKEWS)
async def test_a_sale_carries_its_deadline_in_the_venues_time(venue, broker, sell, skew_s):
    skew(venue, skew_s)
    await broker.fetch_report()

    await sell()

    assert 2 < time_left_s(venue, skew_s) <= 5


@pytest.mark.parametrize("skew_s", SKEWS)
async def test_the_first_sale_after_a_start_asks_for_the_venues_time(venue, sell, skew_s):
    skew(venue, skew_s)

    await sell()
    await sell()

    assert 2 < time_left_s(venue, skew_s) <= 5
    assert len(venue.sent("Time")) == 1


async def test_the_venues_time_is_requested_every_five_minutes_only(venue, broker):
    for _ in range(3):
        await broker.fetch_report()

    assert len(venue.sent("Time")) == 1


async def test_without_the_venues_time_a_sale_goes_out_by_our_own(venue, sell):
    venue.server.faults.add(Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint="Time", times=None))

    await sell()

    assert 4 < time_left_s(venue, 0) <= 5


async def test_an_elapsed_deadline_names_the_clock_and_the_next_sale_arrives(venue, broker, sell):
    await broker.fetch_report()
    skew(venue, 8)

    with pytest.raises(UnknownOutcomeError, match=r"Deadline elapsed; .* clock is [78] s behind Kraken's"):
        await sell()
    await sell()

    assert 2 < time_left_s(venue, 8) <= 5


@pytest.mark.fault("V15")
@pytest.mark.parametrize("skew_s", [3.1, 3.6])
async def test_a_deadline_refused_as_too_near_names_the_clock_and_the_next_sale_arrives(
    venue, broker, sell, skew_s
):
    await broker.fetch_report()
    skew(venue, skew_s)

    with pytest.raises(
        RefusedError, match=r"arguments:deadline; .* clock is [2-4] s behind Kraken's"
    ) as error:
        await sell()
    await sell()

    assert error.value.reason is RefusalReason.DEADLINE_PASSED
    assert 2 < time_left_s(venue, skew_s) <= 5


async def test_a_deadline_is_far_enough_ahead_although_the_venues_time_came_slowly(venue, broker, sell):
    venue.server.faults.add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="Time", delay_s=0.9))
    await broker.fetch_report()

    await sell()

    assert venue.ledger.total("BTC") < 1


async def test_an_elapsed_deadline_between_clocks_that_agree_blames_none(venue, broker):
    await broker.fetch_report()
    late = a_request(expires_after=timedelta(seconds=-1))

    with pytest.raises(UnknownOutcomeError) as error:
        await broker.submit_order(late, priority=Priority.EXIT)

    assert error.value.message == "EService:Deadline elapsed"


async def test_an_order_is_found_although_our_clock_is_minutes_ahead(venue, broker, sell):
    skew(venue, -180)
    await broker.fetch_report()
    request, order_id = await sell()

    since = datetime.now(UTC) - timedelta(minutes=1)
    found = await broker.find_order(request.client_order_id, request.symbol, since=since)

    assert found is not None
    assert found.venue_order_id == order_id
