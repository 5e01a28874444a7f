"""What a stand-in is told to do wrong, by endpoint, and the function that does it to a request."""

import asyncio
import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from aiohttp import web


class FaultKind(StrEnum):
    """Every way of misbehaving; `before` and `after` are relative to the request's effect."""

    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    TRUNCATE = "truncate"
    HTTP_ERROR_BEFORE = "http_error_before"
    HTTP_ERROR_AFTER = "http_error_after"
    HTML_200 = "html_200"
    # the next four are worded by the venue
    RATE_LIMIT = "rate_limit"
    INVALID_NONCE = "invalid_nonce"
    CANCEL_ONLY = "cancel_only"
    ERROR = "error"
    #: the answer is right but for some fields: every object in it that has all of them shows these values instead,
    #: as a venue does that answers an older or a contradictory state
    WRONG_FIELDS = "wrong_fields"
    #: what was asked for happens, and the answer is this body under this content type
    WRONG_BODY = "wrong_body"
    #: the venue's clock is off by skew_s while this is planned; never used up
    CLOCK_SKEW = "clock_skew"


#: Refusals in the venue's own words; the request has no effect.
WORDED = frozenset({FaultKind.RATE_LIMIT, FaultKind.INVALID_NONCE, FaultKind.CANCEL_ONLY, FaultKind.ERROR})
DELAYS = frozenset({FaultKind.DELAY_BEFORE, FaultKind.DELAY_AFTER})
HTML = "<html><body><h1>Just a moment</h1></body></html>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One planned misbehaviour."""

    kind: FaultKind
    #: the venue's endpoint name as it stands on the tape, or "*" for all
    endpoint: str = "*"
    #: what the request's path ends with: one order of many, for instance
    path_end: str = ""
    #: lets requests by that only check an order and place none
    spares_checks: bool = False
    #: how many requests it meets; None: until cleared
    times: int | None = 1
    delay_s: float = 0.0
    #: each delay differs from delay_s by at most this
    jitter_s: float = 0.0
    skew_s: float = 0.0
    status: int = 503
    #: the body of an HTTP error, of the 200 page or of WRONG_BODY
    body: str = HTML
    #: of WRONG_BODY
    content_type: str = "application/json"
    #: the venue's error string for ERROR
    message: str = ""
    #: what WRONG_FIELDS shows
    fields: Mapping[str, object] = field(default_factory=dict)
    #: the one object WRONG_FIELDS means: the key it stands under, or a text among its fields; empty: all of them
    of: str = ""


class Faults:
    """The plan of one venue; the oldest fault that matches is met first."""

    def __init__(self) -> None:
        self._planned: list[Fault] = []

    def add(self, fault: Fault) -> None:
        """Plan a fault."""
        self._planned.append(fault)

    def clear(self, endpoint: str | None = None) -> None:
        """Forget the faults of one endpoint, or all."""
        self._planned = [f for f in self._planned if endpoint is not None and f.endpoint != endpoint]

    @property
    def planned(self) -> tuple[Fault, ...]:
        """What is still to come."""
        return tuple(self._planned)

    @property
    def clock_skew_s(self) -> float:
        """How far the venue's clock is off."""
        return sum(fault.skew_s for fault in self._planned if fault.kind is FaultKind.CLOCK_SKEW)

    def take(
        self, endpoint: str, *, path: str = "", opens_orders: bool = True, only_checks: bool = False
    ) -> tuple[Fault, ...]:
        """Use up what this request meets: every matching delay and one other fault."""
        matching = [
            fault
            for fault in self._planned
            if _meets(fault, endpoint, opens_orders=opens_orders)
            and path.endswith(fault.path_end)
            and not (only_checks and fault.spares_checks)
        ]
        delays = [fault for fault in matching if fault.kind in DELAYS]
        others = [fault for fault in matching if fault.kind not in DELAYS][:1]
        for fault in (*delays, *others):
            self._use(fault)
        return (*delays, *others)

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        place = self._planned.index(fault)
        if fault.times > 1:
            self._planned[place] = replace(fault, times=fault.times - 1)
        else:
            del self._planned[place]


def _meets(fault: Fault, endpoint: str, *, opens_orders: bool) -> bool:
    if fault.kind is FaultKind.CLOCK_SKEW or fault.endpoint not in {"*", endpoint}:
        return False
    return opens_orders or fault.kind is not FaultKind.CANCEL_ONLY


async def answer_with_faults(
    request: web.Request,
    faults: tuple[Fault, ...],
    *,
    handle: Callable[[], Awaitable[web.StreamResponse]],
    word: Callable[[Fault], web.Response],
) -> web.StreamResponse:
    """Answer a request, misbehaving as the taken faults say; `word` phrases the venue's refusals."""
    fault = next((fault for fault in faults if fault.kind not in DELAYS), None)
    await _wait(faults, FaultKind.DELAY_BEFORE)
    response = _answer_before(request, fault, word) or await handle()
    await _wait(faults, FaultKind.DELAY_AFTER)
    return await _spoil(request, fault, response)


async def _wait(faults: tuple[Fault, ...], kind: FaultKind) -> None:
    for fault in faults:
        if fault.kind is kind:
            await asyncio.sleep(fault.delay_s + random.uniform(-fault.jitter_s, fault.jitter_s))


def _answer_before(
    request: web.Request, fault: Fault | None, word: Callable[[Fault], web.Response]
) -> web.Response | None:
    if fault is None:
        return None
    if fault.kind in WORDED:
        return word(fault)
    if fault.kind is FaultKind.DROP_BEFORE:
        return _drop(request)
    if fault.kind is FaultKind.HTTP_ERROR_BEFORE:
        return _page(fault, fault.status)
    if fault.kind is FaultKind.HTML_200:
        return _page(fault, 200)
    return None


async def _spoil(
    request: web.Request, fault: Fault | None, response: web.StreamResponse
) -> web.StreamResponse:
    if fault is None:
        return response
    if fault.kind is FaultKind.DROP_AFTER:
        return _drop(request)
    if fault.kind in {FaultKind.HTTP_ERROR_AFTER, FaultKind.WRONG_BODY}:
        return _other_answer(fault)
    if fault.kind is FaultKind.TRUNCATE:
        return await _send_half(request, response)
    if fault.kind is FaultKind.WRONG_FIELDS and isinstance(response, web.Response):
        shown = _overlaid(json.loads(response.text or "null"), fault)
        return web.json_response(shown, status=response.status)
    return response


def _overlaid(value: object, fault: Fault, key: str = "") -> object:
    if isinstance(value, list):
        return [_overlaid(item, fault) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {name: _overlaid(item, fault, name) for name, item in value.items()}
    is_meant = fault.of in {"", key, *(item for item in inner.values() if isinstance(item, str))}
    return {**inner, **fault.fields} if is_meant and fault.fields.keys() <= inner.keys() else inner


def _other_answer(fault: Fault) -> web.Response:
    if fault.kind is FaultKind.HTTP_ERROR_AFTER:
        return _page(fault, fault.status)
    return web.Response(body=fault.body.encode(), headers={"Content-Type": fault.content_type})


def _page(fault: Fault, status: int) -> web.Response:
    return web.Response(status=status, text=fault.body, content_type="text/html")


def _drop(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _send_half(request: web.Request, response: web.StreamResponse) -> web.StreamResponse:
    body = response.body if isinstance(response, web.Response) and isinstance(response.body, bytes) else b""
    half = web.StreamResponse(status=response.status, headers={"Content-Type": response.content_type})
    half.content_length = len(body)
    await half.prepare(request)
    await half.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return half
