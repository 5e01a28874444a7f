"""The base of every stand-in: a loopback HTTP server with a tape and planned faults."""

import asyncio
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Mapping
from email.utils import formatdate
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl

from aiohttp import web

from sandbox.faults import DELAYS, WORDED, Fault, Faults, answer_with_faults
from sandbox.streams.endpoint import Endpoint
from sandbox.tape import Call, Tape

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HTTP_ERROR = 400
_CALL = web.RequestKey("call", Call)


class StandIn(ABC):
    """One venue on 127.0.0.1: subclasses name endpoints, answer them and word their refusals."""

    #: endpoints that open orders; a cancel-only fault meets no others
    order_endpoints: frozenset[str] = frozenset()

    def __init__(
        self, *, now: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._wall = now
        self.monotonic = monotonic
        self.faults = Faults()
        #: what is served by websocket, by its path
        self.streams: dict[str, Endpoint] = {}
        self.tape = Tape(now=now, monotonic=monotonic)
        self._runner: web.AppRunner | None = None
        self._serving: set[asyncio.Task[object]] = set()
        self._port = 0

    # what a venue defines

    @abstractmethod
    def routes(self) -> Iterable[web.RouteDef]:
        """The paths this venue serves."""

    @abstractmethod
    def endpoint_of(self, request: web.Request) -> str:
        """The name by which faults and tape know this request."""

    @abstractmethod
    def word(self, fault: Fault) -> web.Response:
        """A refusal (rate limit, invalid nonce, cancel-only, error) in the venue's words."""

    @abstractmethod
    def key_of(self, request: web.Request) -> str:
        """The API key a request carries, empty when it carries none."""

    def outcome_of(self, response: web.StreamResponse) -> str:
        """How the tape words an answer."""
        return "ok" if response.status < HTTP_ERROR else f"http {response.status}"

    async def params_of(self, request: web.Request) -> Mapping[str, str]:
        """The query, path and body of a request as flat text for the tape."""
        return {**request.query, **request.match_info, **_flat_body(request, await request.text())}

    # running it

    def now(self) -> float:
        """The venue's own clock: wall time plus the planned skew."""
        return self._wall() + self.faults.clock_skew_s

    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT, the same after a stop and a start."""
        return f"http://127.0.0.1:{self._port}"

    def stream_url(self, path: str) -> str:
        """ws://127.0.0.1:PORT and the path of a stream."""
        return f"ws://127.0.0.1:{self._port}{path}"

    async def start(self, port: int = 0) -> None:
        """Listen on loopback: on this port, else on the one it had before, else on a free one."""
        app = web.Application(middlewares=[self._serve])
        app.add_routes(self.routes())
        app.add_routes(web.get(path, self._stream) for path in self.streams)
        app.on_response_prepare.append(self._date)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port or self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Close the listener and every connection, and end what still works for a client that is gone."""
        for stream in self.streams.values():
            stream.drop()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def only_checks(self, params: Mapping[str, str]) -> bool:
        """Return whether a request asks to check an order and to place none."""
        del params
        return False

    @web.middleware
    async def _serve(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if task := asyncio.current_task():
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
        endpoint = f"stream {request.path}" if request.path in self.streams else self.endpoint_of(request)
        call = self.tape.record(endpoint, await self.params_of(request), key=self.key_of(request))
        request[_CALL] = call
        faults = self.faults.take(
            endpoint,
            path=request.path,
            opens_orders=endpoint in self.order_endpoints,
            only_checks=self.only_checks(call.params),
        )
        outcome = "crashed"
        try:
            response = await answer_with_faults(
                request, faults, handle=lambda: handler(request), word=self.word
            )
            outcome = self._outcome(faults, response)
        except web.HTTPException as refusal:
            outcome = f"http {refusal.status}"
            raise
        finally:
            self.tape.answer(call, outcome)
        return response

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """A stream's request is answered once it is open, however long it goes on."""
        stream = self.streams[request.path]
        return await stream.serve(request, lambda: self.tape.answer(request[_CALL], "ok"))

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Date an answer by the venue's own clock, as its servers do."""
        response.headers["Date"] = formatdate(self.now(), usegmt=True)

    def _outcome(self, faults: tuple[Fault, ...], response: web.StreamResponse) -> str:
        spoiled = next((fault for fault in faults if fault.kind not in DELAYS | WORDED), None)
        return str(spoiled.kind) if spoiled else self.outcome_of(response)


def _flat_body(request: web.Request, text: str) -> dict[str, str]:
    if not text:
        return {}
    if request.content_type != "application/json":
        return dict(parse_qsl(text, keep_blank_values=True))
    try:
        body = json.loads(text)
    except ValueError:
        body = None
    return {key: _flat(value) for key, value in body.items()} if isinstance(body, dict) else {"": text}


def _flat(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)
