import asyncio
import json
import stat
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.command_errors import CommandError
from bot.commands.socket import (
    COMMANDS,
    MOST_BYTES,
    SOCKET_NAME,
    CommandAnswer,
    CommandSocket,
    NoBotError,
    request_bot,
)

#: What a unix socket's address holds.
LONGEST_ADDRESS = 107


class Bot:
    def __init__(self):
        self.heard = []
        self.answer = CommandAnswer(done=True, text="done", data={"since": None})
        self.begun, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    async def respond(self, request):
        self.heard.append(request)
        self.begun.set()
        await self.may_answer.wait()
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def bot():
    return Bot()


@pytest.fixture
async def listening(tmp_path, bot):
    commands = CommandSocket(tmp_path, respond=bot.respond)
    await commands.start()
    yield commands
    await commands.stop()


async def ask(folder, request):
    return await asyncio.to_thread(request_bot, folder, request)


async def post(folder, body):
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(str(folder / SOCKET_NAME))) as session,
        session.post(f"http://nija{COMMANDS}", data=body) as answer,
    ):
        return answer.status, await answer.text()


async def test_one_request_has_one_answer(listening, bot, tmp_path):
    assert await ask(tmp_path, {"verb": "halt"}) == bot.answer
    assert bot.heard == [{"verb": "halt"}]


@pytest.mark.fault("P15")
@pytest.mark.parametrize("deeper", [0, 1, 200])
async def test_commands_are_heard_however_deep_the_data_dir_lies(tmp_path, bot, deeper):
    rest = LONGEST_ADDRESS - len(str(tmp_path / SOCKET_NAME)) - 1 + deeper
    folder = tmp_path / Path(*(("d" * 50 + "/") * (rest // 51)).split("/")) / ("d" * (rest % 51 or 1))
    folder.mkdir(parents=True)
    commands = CommandSocket(folder, respond=bot.respond)
    await commands.start()
    bound = (folder / SOCKET_NAME).stat()
    await commands.keep()

    assert await ask(folder, {"verb": "halt"}) == bot.answer
    assert stat.S_IMODE(bound.st_mode) == 0o600
    assert (folder / SOCKET_NAME).stat().st_ino == bound.st_ino
    await commands.stop()
    assert not (folder / SOCKET_NAME).exists()
    with pytest.raises(NoBotError, match="No bot listens"):
        await ask(folder, {"verb": "halt"})


async def test_only_its_own_user_can_open_it(listening, tmp_path):
    assert stat.S_IMODE((tmp_path / SOCKET_NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize("body", [b"", b"halt", b"[1]", b"\xff", b"[" * 4000])
async def test_what_is_no_request_reaches_nobody(listening, bot, tmp_path, body):
    status, text = await post(tmp_path, body)

    assert (status, json.loads(text)["done"]) == (200, False)
    assert bot.heard == []


async def test_a_request_that_is_too_long_reaches_nobody(listening, bot, tmp_path):
    status, _ = await post(tmp_path, json.dumps({"verb": "x" * MOST_BYTES}).encode())

    assert status == 413
    assert bot.heard == []


async def test_a_stop_answers_what_was_asked_before(listening, bot, tmp_path):
    bot.may_answer.clear()
    asking = asyncio.create_task(ask(tmp_path, {"verb": "halt"}))
    await bot.begun.wait()
    stopping = asyncio.create_task(listening.stop())
    await asyncio.sleep(0)
    bot.may_answer.set()

    assert await asking == bot.answer
    await stopping


async def test_other_pages_are_shown_beside_the_commands(tmp_path, bot):
    async def alive(_request):
        return web.Response(text="alive")

    commands = CommandSocket(tmp_path, respond=bot.respond, pages=[web.get("/healthz", alive)])
    await commands.start()
    connector = aiohttp.UnixConnector(str(tmp_path / SOCKET_NAME))
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        session.get("http://nija/healthz") as page,
    ):
        assert await page.text() == "alive"
    await commands.stop()


async def test_a_command_that_fails_inside_is_called_uncertain_and_the_next_is_heard(
    listening, bot, tmp_path
):
    well, bot.answer = bot.answer, RuntimeError("bug")

    with pytest.raises(CommandError, match="it is not known what it did"):
        await ask(tmp_path, {"verb": "close"})
    bot.answer = well
    assert (await ask(tmp_path, {"verb": "halt"})).done


async def test_without_a_bot_nobody_listens(tmp_path):
    with pytest.raises(NoBotError, match="No bot listens"):
        await ask(tmp_path, {"verb": "halt"})


async def test_what_a_killed_bot_left_is_cleared_away(tmp_path, bot):
    (tmp_path / SOCKET_NAME).write_text("left over")
    commands = CommandSocket(tmp_path, respond=bot.respond)

    await commands.start()

    assert (await ask(tmp_path, {"verb": "halt"})).done
    await commands.stop()
    assert not (tmp_path / SOCKET_NAME).exists()


async def test_a_path_too_long_for_a_socket_keeps_no_bot_from_running(tmp_path, bot):
    folder = tmp_path / ("long" * 40)
    folder.mkdir()
    commands = CommandSocket(folder, respond=bot.respond)

    await commands.start()
    await commands.stop()

    assert bot.heard == []


async def test_a_socket_whose_file_was_removed_or_replaced_listens_anew(listening, bot, tmp_path):
    for spoil in (Path.unlink, lambda path: (path.unlink(), path.write_text("x"))):
        spoil(tmp_path / SOCKET_NAME)

        await listening.keep()

        assert await ask(tmp_path, {"verb": "halt"}) == bot.answer
        assert stat.S_IMODE((tmp_path / SOCKET_NAME).stat().st_mode) == 0o600


async def test_a_socket_that_can_be_reached_is_left_alone(listening, tmp_path):
    before = (tmp_path / SOCKET_NAME).stat().st_ino

    await listening.keep()

    assert (tmp_path / SOCKET_NAME).stat().st_ino == before


async def test_a_place_where_no_socket_can_be_is_an_error_of_the_job_and_not_of_the_start(tmp_path, bot):
    listening = CommandSocket(tmp_path / "missing", respond=bot.respond)

    await listening.start()

    with pytest.raises(OSError, match="No such file"):
        await listening.keep()
    (tmp_path / "missing").mkdir()
    await listening.keep()
    assert await ask(tmp_path / "missing", {"verb": "halt"}) == bot.answer
    await listening.stop()
    await listening.keep()
    assert list((tmp_path / "missing").iterdir()) == []
