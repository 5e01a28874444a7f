"""Commands from the server to the running bot: one line of JSON asks, one answers, over a private socket."""

import asyncio
import json
import os
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.command_errors import CommandError
from bot.file_identity import FileIdentity, identity_of

SOCKET_NAME = "nija.sock"
#: A request is one short line; whoever takes longer is no command of ours.
READ_S = 5.0
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
    #: For people.
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
    """Listens from start to stop; its file can be opened by this user alone."""

    def __init__(
        self, folder: Path, *, respond: Callable[[dict[str, Any]], Awaitable[CommandAnswer]]
    ) -> None:
        self._folder = folder
        self._path = folder / SOCKET_NAME
        self._respond = respond
        self._server: asyncio.Server | None = None
        self._bound: FileIdentity | None = None
        self._is_wanted = False
        self._talks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Listen; where that is impossible the bot goes on without, and tries again."""
        self._is_wanted = True
        try:
            await self.keep()
        except OSError:
            log.exception("commands from the server cannot be received", path=str(self._path))

    async def keep(self) -> None:
        """Listen anew where the socket cannot be reached any more; a job does this."""
        if self._is_wanted and not self._is_reachable():
            await self._listen()

    def _is_reachable(self) -> bool:
        is_serving = self._server is not None and self._server.is_serving()
        return is_serving and identity_of(self._path) == self._bound

    async def _listen(self) -> None:
        if self._server:
            self._server.close()
        # Whoever holds the data dir may clear away what a killed process left.
        self._path.unlink(missing_ok=True)
        line = self._bind()
        # From Python 3.13 on start_unix_server would look for the address again, which may be a short-lived one.
        self._server = await asyncio.start_server(self._begin, sock=line, limit=MOST_BYTES)
        self._bound = identity_of(self._path)

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
        if self._server is None:
            return
        self._server.close()
        if self._talks:
            await asyncio.wait(self._talks)
        self._path.unlink(missing_ok=True)

    def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        talk = asyncio.create_task(self._talk(reader, writer), name="server command")
        self._talks.add(talk)
        talk.add_done_callback(self._ended)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _read(reader)
            answer = _not_understood() if request is None else await self._respond(request)
            writer.write(json.dumps(asdict(answer)).encode() + b"\n")
            await writer.drain()
        except ConnectionError:
            return
        finally:
            writer.close()

    def _ended(self, talk: asyncio.Task[None]) -> None:
        self._talks.discard(talk)
        if not talk.cancelled() and (error := talk.exception()):
            log.error("a command from the server failed", exc_info=error)


def request_bot(folder: Path, request: dict[str, Any]) -> CommandAnswer:
    """Ask the bot that holds a data dir.

    Raises:
        NoBotError: none listens there.
        CommandError: it gave no answer.

    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(ANSWER_S)
        try:
            with _address(folder) as address:
                line.connect(address)
        except OSError as error:
            raise NoBotError(f"No bot listens in {folder}; start it with `nija run`.") from error
        try:
            line.sendall(json.dumps(request).encode() + b"\n")
            with line.makefile("rb") as answers:
                return CommandAnswer(**json.loads(answers.readline()))
        except (OSError, ValueError, TypeError) as error:
            raise CommandError(
                "The bot gave no answer, so it is not known what it did; see /history, /status and its log."
            ) from error


async def _read(reader: asyncio.StreamReader) -> dict[str, Any] | None:
    try:
        async with asyncio.timeout(READ_S):
            request = json.loads(await reader.readline())
    except (TimeoutError, ValueError, RecursionError):
        return None
    return request if isinstance(request, dict) else None


def _not_understood() -> CommandAnswer:
    return CommandAnswer(done=False, text="This is no command of NIJA; nothing was done.")
