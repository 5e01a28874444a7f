"""The Telegram Bot API on loopback: one bot's server, which outlives the bot process."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from sandbox.telegram.api import call_method, method_name, spell
from sandbox.telegram.errors import ApiError, BadGateway, ConnectionDropped, too_many_requests, unauthorized
from sandbox.telegram.faults import Fault, Faults
from sandbox.telegram.flood import FloodControl, FloodLimit
from sandbox.telegram.parties import Account, Room
from sandbox.telegram.request import ApiRequest
from sandbox.telegram.tape import Call
from sandbox.telegram.user import ChatUser, Group
from sandbox.telegram.wire import bad_gateway, dropped, read_request, refusal, send, split_path, success
from sandbox.telegram.world import World

#: Of the real form, so that whatever hides tokens hides it; it opens nothing but this stand-in.
DEFAULT_TOKEN = "4242424242:AAsandbox-telegram-token-for-nobody"  # noqa: S105 - made up
MAX_REQUEST_BYTES = 50 * 1024 * 1024


class TelegramServer:
    """Bots come and go; chats and unconfirmed updates stay, also over stop and start."""

    def __init__(
        self,
        *,
        token: str = DEFAULT_TOKEN,
        now: Callable[[], float] = time.time,
        host: str = "127.0.0.1",
        flood: FloodLimit | None = None,
    ) -> None:
        self.token = token
        self.tape: list[Call] = []
        self._now = now
        self._host = host
        self._port = 0
        bot_id = int(token.partition(":")[0])
        bot = Account(user_id=bot_id, name="NIJA", is_bot=True, username="nija_sandbox_bot")
        self._world = World(bot=bot, now=now)
        self._flood = FloodControl(flood)
        self.faults = Faults(on_outage=lambda: self._world.updates.interrupt(ConnectionDropped()))
        self._stopping = asyncio.Event()
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        """The base that stands before `/bot<token>`, once the server has started."""
        return f"http://{self._host}:{self._port}"

    async def start(self, port: int | None = None) -> None:
        """Listen on loopback; on the former port after a stop, else on a free one."""
        self._stopping.clear()
        self._world.updates.open()
        app = web.Application(client_max_size=MAX_REQUEST_BYTES)
        app.on_response_prepare.append(self._date)
        app.router.add_route("*", "/{path:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port if port is None else port).start()
        self._port = self._runner.addresses[0][1]

    async def _date(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Date an answer by Telegram's own clock."""
        response.headers["Date"] = formatdate(self._now(), usegmt=True)

    async def stop(self) -> None:
        """Answer the hanging poll, then close the listener and every connection."""
        self._stopping.set()
        self._world.updates.close()
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    # the people

    def user(self, *, user_id: int, name: str = "Owner", started: bool = False) -> ChatUser:
        """A person with a private chat; `started` lets the bot write before the person did."""
        account = Account(user_id=user_id, name=name)
        chat = self._world.open_chat(Room(chat_id=user_id, kind="private", title=name))
        chat.started = chat.started or started
        return ChatUser(self._world, chat, account)

    def group(self, *, chat_id: int, title: str = "Group") -> Group:
        """A supergroup the bot is a member of; its id is negative."""
        chat = self._world.open_chat(Room(chat_id=chat_id, kind="supergroup", title=title))
        return Group(self._world, chat)

    # what the bot did

    @property
    def pending_updates(self) -> tuple[dict[str, Any], ...]:
        """What no bot has confirmed yet."""
        return self._world.updates.pending

    @property
    def commands(self) -> list[dict[str, str]]:
        """The command menu the bot has set for everybody."""
        return self._world.default_commands

    def calls(self, method: str) -> list[Call]:
        """The answered calls of one method so far."""
        name = method_name(method)
        return [call for call in self.tape if call.method == name]

    async def wait_for_call(self, method: str, count: int = 1, *, timeout_s: float = 5.0) -> Call:
        """Wait until this many calls of a method are answered and return the last of these."""
        return await self._world.news.until(
            lambda: next(iter(self.calls(method)[count - 1 :]), None),
            timeout_s=timeout_s,
            missing=lambda: f"{len(self.calls(method))} of {count} calls of {method}",
        )

    @property
    def polls(self) -> int:
        """How many getUpdates have arrived, the hanging one included."""
        return self._world.updates.polls

    async def wait_for_poll(self, *, after: int = 0, timeout_s: float = 5.0) -> None:
        """Wait until a bot polls; `after` is what `polls` said before it was started again."""
        await self._world.news.until(
            lambda: True if self.polls > after else None,
            timeout_s=timeout_s,
            missing=lambda: "no bot is polling",
        )

    async def wait_until_confirmed(self, *, timeout_s: float = 5.0) -> None:
        """Wait until every update is confirmed; the bot has then taken them, not yet handled them."""
        await self._world.news.until(
            lambda: None if self.pending_updates else True,
            timeout_s=timeout_s,
            missing=lambda: f"{len(self.pending_updates)} updates are not confirmed",
        )

    # serving

    async def _serve(self, http: web.Request) -> web.Response:
        at = self._now()
        token, given = split_path(http.path)
        given = spell(given)
        request = ApiRequest(params={})
        fault = self.faults.take(given) if token == self.token else None
        try:
            request = await read_request(http)
            answer = success(await self._carry_out(token, given, request, fault))
        except ApiError as error:
            answer = refusal(error)
        except ConnectionDropped:
            answer = dropped()
        except BadGateway:
            answer = bad_gateway()
        call = Call(
            method=given,
            params=request.for_tape(),
            at=at,
            status=answer.status,
            error=answer.error,
            fault=fault.kind if fault else None,
        )
        self.tape.append(call)
        self._world.news.tell()
        return send(http, answer)

    async def _carry_out(self, token: str, given: str, request: ApiRequest, fault: Fault | None) -> Any:
        if token != self.token:
            raise unauthorized() if given else ApiError(404, "Not Found")
        name = method_name(given)
        if fault:
            await self._delay(fault.delay_s)
            if error := fault.error_before():
                raise error
        self._check_flood(name, request)
        result = await call_method(self._world, name, request)
        if fault and (error := fault.error_after()):
            raise error
        return result

    async def _delay(self, delay_s: float) -> None:
        if delay_s > 0:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(delay_s):
                    await self._stopping.wait()

    def _check_flood(self, name: str, request: ApiRequest) -> None:
        retry_after = self._flood.retry_after(name, request.text("chat_id"), at=self._now())
        if retry_after:
            raise too_many_requests(retry_after)
