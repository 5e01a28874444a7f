import asyncio
import json

import aiohttp
import pytest
from aiohttp import web

from sandbox.faults import Fault, FaultKind
from sandbox.server import StandIn


class Counter(StandIn):
    """A venue that only counts its effects."""

    order_endpoints = frozenset({"bump"})
    effects = 0

    def routes(self):
        return [web.post("/{name}", self.bump)]

    async def bump(self, request):
        self.effects += 1
        return web.json_response({"effects": self.effects, "padding": "x" * 100})

    def endpoint_of(self, request):
        return request.match_info.get("name", "unknown")

    def key_of(self, request):
        return request.headers.get("X-Key", "")

    def word(self, fault):
        return web.json_response({"refused": fault.kind, "message": fault.message}, status=400)


@pytest.fixture
async def venue():
    async with Counter() as venue:
        yield venue


@pytest.fixture
async def post(venue):
    async with aiohttp.ClientSession() as session:

        async def post(name="bump", **options):
            async with session.post(f"{venue.url}/{name}", **options) as response:
                return response.status, await response.text()

        yield post


async def test_it_listens_on_loopback_and_answers(venue, post):
    status, text = await post()

    assert venue.url.startswith("http://127.0.0.1:")
    assert status == 200
    assert json.loads(text)["effects"] == 1


async def test_the_tape_keeps_endpoint_parameters_key_and_outcome(venue, post):
    await post("bump?a=1", data={"b": "2"}, headers={"X-Key": "me"})
    await post("bump", json={"c": 3, "d": {"e": "f"}})

    form, body = venue.tape.calls("bump")

    assert form.params == {"a": "1", "b": "2", "name": "bump"}
    assert form.key == "me"
    assert form.outcome == "ok"
    assert body.params == {"c": "3", "d": '{"e": "f"}', "name": "bump"}


async def test_a_body_that_is_no_json_is_on_the_tape_as_text(venue, post):
    status, _ = await post("bump", data="{half", headers={"Content-Type": "application/json"})

    assert status == 200
    assert venue.tape.calls("bump")[0].params == {"": "{half", "name": "bump"}


async def test_an_unknown_path_is_on_the_tape_as_404(venue, post):
    status, _ = await post("bump/deeper")

    assert status == 404
    assert [call.outcome for call in venue.tape.calls("unknown")] == ["http 404"]


@pytest.mark.parametrize(
    ("kind", "effects"),
    [(FaultKind.DROP_BEFORE, 0), (FaultKind.DROP_AFTER, 1), (FaultKind.TRUNCATE, 1)],
    ids=str,
)
async def test_a_broken_answer_with_or_without_the_effect(venue, post, kind, effects):
    venue.faults.add(Fault(kind=kind, endpoint="bump"))

    with pytest.raises(aiohttp.ClientError):
        await post()

    assert venue.effects == effects
    assert [call.outcome for call in venue.tape.calls("bump")] == [str(kind)]


@pytest.mark.parametrize(
    ("kind", "status", "effects"),
    [
        (FaultKind.HTTP_ERROR_BEFORE, 503, 0),
        (FaultKind.HTTP_ERROR_AFTER, 503, 1),
        (FaultKind.HTML_200, 200, 0),
    ],
    ids=str,
)
async def test_a_page_instead_of_the_answer(venue, post, kind, status, effects):
    venue.faults.add(Fault(kind=kind, endpoint="bump"))

    answer = await post()

    assert answer[0] == status
    assert answer[1].startswith("<html>")
    assert venue.effects == effects


@pytest.mark.parametrize(
    "kind",
    [FaultKind.RATE_LIMIT, FaultKind.INVALID_NONCE, FaultKind.CANCEL_ONLY, FaultKind.ERROR],
    ids=str,
)
async def test_a_refusal_is_worded_by_the_venue_and_has_no_effect(venue, post, kind):
    venue.faults.add(Fault(kind=kind, message="why"))

    status, text = await post()

    assert status == 400
    assert json.loads(text) == {"refused": kind, "message": "why"}
    assert venue.effects == 0


async def test_cancel_only_refuses_nothing_but_new_orders(venue, post):
    venue.faults.add(Fault(kind=FaultKind.CANCEL_ONLY))

    assert (await post("balance"))[0] == 200
    assert (await post("bump"))[0] == 400


async def test_a_fault_meets_as_many_requests_as_planned(venue, post):
    venue.faults.add(Fault(kind=FaultKind.ERROR, endpoint="bump", times=2))

    assert [(await post())[0] for _ in range(3)] == [400, 400, 200]
    assert venue.faults.planned == ()


async def test_a_lasting_fault_ends_when_cleared(venue, post):
    venue.faults.add(Fault(kind=FaultKind.ERROR, endpoint="bump", times=None))

    before = [(await post())[0] for _ in range(3)]
    venue.faults.clear("bump")

    assert before == [400, 400, 400]
    assert (await post())[0] == 200


async def test_a_delayed_request_is_on_the_tape_while_it_waits(venue, post):
    venue.faults.add(Fault(kind=FaultKind.DELAY_AFTER, endpoint="bump", delay_s=60))

    with pytest.raises(TimeoutError):
        await post(timeout=aiohttp.ClientTimeout(total=0.05))

    (call,) = await venue.tape.wait_for("bump")
    assert call.outcome is None
    assert venue.effects == 1


async def test_a_delay_goes_together_with_another_fault(venue, post):
    venue.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, delay_s=0.001))
    venue.faults.add(Fault(kind=FaultKind.ERROR))

    assert (await post())[0] == 400
    assert venue.faults.planned == ()


async def test_clock_skew_moves_the_venues_clock_only():
    venue = Counter(now=lambda: 1000.0)
    venue.faults.add(Fault(kind=FaultKind.CLOCK_SKEW, skew_s=-7.5))

    assert venue.now() == 992.5
    venue.faults.clear()
    assert venue.now() == 1000.0


async def test_a_client_that_gives_up_does_not_stop_the_effect(venue, post):
    venue.faults.add(Fault(kind=FaultKind.DELAY_BEFORE, endpoint="bump", delay_s=0.05))

    giving_up = asyncio.create_task(post())
    await venue.tape.wait_for("bump")
    giving_up.cancel()
    await asyncio.wait({giving_up})
    await venue.tape.wait_for("bump", answered=True)

    assert venue.effects == 1


async def test_after_an_outage_it_is_back_at_the_same_address(venue, post):
    url = venue.url
    await venue.stop()
    with pytest.raises(aiohttp.ClientError):
        await post()

    await venue.start()

    assert venue.url == url
    assert (await post())[0] == 200
