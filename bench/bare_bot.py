"""The least bot of python-telegram-bot: it answers every message with its own text.

`python -m bench.bare_bot URL TOKEN` polls until its input ends.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from telegram import Update
from telegram.ext import Application, ApplicationBuilder, MessageHandler, filters

from sandbox.telegram import TelegramServer


async def _echo(update: Update, _context: Any) -> None:
    if update.effective_message and update.effective_message.text:
        await update.effective_message.reply_text(update.effective_message.text)


def _build(url: str, token: str) -> Application[Any, Any, Any, Any, Any, Any]:
    application = ApplicationBuilder().token(token).base_url(f"{url}/bot").job_queue(None).build()
    application.add_handler(MessageHandler(filters.TEXT, _echo))
    return application


async def _serve(url: str, token: str) -> None:
    application = _build(url, token)
    async with application:
        if application.updater is None:
            raise RuntimeError("a bot that does not poll")
        await application.start()
        await application.updater.start_polling()
        await asyncio.to_thread(sys.stdin.read)
        # It has nothing to save, and an orderly stop waits for the poll that hangs.
        os._exit(0)


@asynccontextmanager
async def bare_bot(telegram: TelegramServer) -> AsyncIterator[None]:
    """Run it as a process of its own; it polls once this is entered."""
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bench.bare_bot", telegram.url, telegram.token),
        stdin=asyncio.subprocess.PIPE,
    )
    if child.stdin is None:
        raise RuntimeError("a child without pipes")
    try:
        await telegram.wait_for_poll(timeout_s=60)
        yield
    finally:
        child.stdin.close()
        await child.wait()


if __name__ == "__main__":
    url, token = sys.argv[1:]
    asyncio.run(_serve(url, token))
