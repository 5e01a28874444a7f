"""Commands from the server to the running bot: HTTP over a socket that its own user alone can open."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp
import structlog
from aiohttp import web

from bot.command_errors import CommandError
from bot.supervision.file_identity import FileIdentity, identity_of

SOCKET_NAME = "nija.sock"
COMMANDS = "/commands"
#: What is longer is no command of ours.
MOST_BYTES = 4096
#: A preview reads accounts and prices first.
ANSWER_S = 30.0
_PRIVATE_UMASK = 0o177
#: What the address of a unix socket holds (man 7 unix: 108 bytes with the zero at its end).
_LONGEST_ADDRESS = 107

log = structlog.get_logger(__name__)


class NoBotError(CommandError):
    """Nobody listens on the socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAnswer:
    """What came of a request."""

    #: True when the command was carried out.
    done: bool
    #: As text.
    text: str
    #: For programs.
    data: Any = None
    #: Carries out what was shown when it is sent back.
    confirmation: str | None = None


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """Return a name of the socket that fits into an address, however deep its folder lies."""
    path = str(folder / SOCKET_NAME)
    if len(os.fsencode(path)) <= _LONGEST_ADDRESS:
        yield path
        return
    opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{opened}/{SOCKET_NAME}"
    finally:
        os.close(opened)


class CommandSocket:
    """Listens from start to stop for commands, and shows other pages beside them."""

    def __init__(
        self,
        folder: Path,
        *,
        respond: Callable[[dict[str, Any]], Awaitable[CommandAnswer]],
        pages: Iterable[web.RouteDef] = (),
    ) -> None:
        self._folder = folder
        self._path = folder / SOCKET_NAME
        self._respond = respond
        self._pages = tuple(pages)
        self._runner: web.AppRunner | None = None
        self._site: web.SockSite | None = None
        self._bound: FileIdentity | None = None
        self._is_wanted = False

    async def start(self) -> None:
        """Listen; where that is impossible the bot goes on without, and tries again."""
        self._is_wanted = True
        app = web.Application(client_max_size=MOST_BYTES)
        app.router.add_routes((web.post(COMMANDS, self._command), *self._pages))
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=ANSWER_S)
        await self._runner.setup()
        try:
            await self.keep()
        except OSError:
            log.exception("commands from the server cannot be received", path=str(self._path))

    async def keep(self) -> None:
        """Listen anew where the socket cannot be reached any more; a job does this."""
        if self._is_wanted and self._runner and not self._is_reachable():
            await self._listen(self._runner)

    def _is_reachable(self) -> bool:
        return self._site is not None and identity_of(self._path) == self._bound

    async def _listen(self, runner: web.AppRunner) -> None:
        if self._site:
            # What it is answering now goes on.
            await self._site.stop()
            self._site = None
        # Whoever holds the data dir may clear away what a killed process left.
        self._path.unlink(missing_ok=True)
        site = web.SockSite(runner, self._bind())
        await site.start()
        self._site, self._bound = site, identity_of(self._path)

    def _bind(self) -> socket.socket:
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(_PRIVATE_UMASK)
        try:
            with _address(self._folder) as address:
                line.bind(address)
        except OSError:
            line.close()
            raise
        finally:
            os.umask(before)
        return line

    async def stop(self) -> None:
        """Accept no new client, answer those accepted, and remove the file."""
        self._is_wanted = False
        if self._runner is None:
            return
        await self._runner.cleanup()
        if self._site:
            self._path.unlink(missing_ok=True)
        self._runner = self._site = None

    async def _command(self, request: web.Request) -> web.Response:
        command = _as_request(await request.read())
        answer = _not_understood() if command is None else await self._respond(command)
        return web.json_response(asdict(answer))


def request_bot(folder: Path, request: dict[str, Any]) -> CommandAnswer:
    """Send a command to the bot that holds a data dir.

    Raises:
        NoBotError: none listens there.
        CommandError: it gave no answer.

    """
    try:
        return CommandAnswer(**asyncio.run(_post(folder, request)))
    except (aiohttp.ClientConnectorError, FileNotFoundError) as error:
        raise NoBotError(f"No bot listens in {folder}; start it with `nija run`.") from error
    except (aiohttp.ClientError, OSError, ValueError, TypeError) as error:
        raise CommandError(
            "The bot gave no answer, so it is not known what it did; see /history, /status and its log."
        ) from error


async def _post(folder: Path, request: dict[str, Any]) -> dict[str, Any]:
    with _address(folder) as address:
        async with (
            aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(address),
                timeout=aiohttp.ClientTimeout(total=ANSWER_S),
                raise_for_status=True,
            ) as session,
            session.post(f"http://nija{COMMANDS}", json=request) as answer,
        ):
            answered: dict[str, Any] = await answer.json()
            return answered


def _as_request(body: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None


def _not_understood() -> CommandAnswer:
    return CommandAnswer(done=False, text="This is no command of NIJA; nothing was done.")
