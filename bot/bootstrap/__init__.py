"""Build the whole process from its settings and run it: the one place that constructs."""

import asyncio
from contextlib import AsyncExitStack

import structlog
from pydantic import SecretStr

from bot.alerting.second_channel import settle_posts
from bot.bootstrap.chat import fallback_notifier
from bot.bootstrap.engine import build_engine
from bot.bootstrap.foundation import open_foundation, open_links
from bot.bootstrap.process import build_process
from bot.command_errors import SettingsError
from bot.configuration.settings import Settings
from bot.lifecycle import live
from bot.logs.redaction import LogRedactor
from bot.logs.setup import configure_logs
from bot.storage.database_check import checked
from bot.storage.upkeep import migrate_held
from bot.supervision.lease import HeldDataDir, hold_data_dir
from bot.supervision.stopping import Stop
from engine.clock import SystemClock
from engine.offers.copies import disarm_copy
from engine.storage.backup import database_file

__all__ = ["open_links", "run", "token_of"]

log = structlog.get_logger(__name__)


def run(settings: Settings) -> int:
    """Run the bot until a stop is requested; the exit code is 0 for an ordinary end.

    Raises:
        CommandError: it cannot start or must not go on; the message states why.

    """
    redactor = LogRedactor(settings.secrets())
    configure_logs(level=settings.log_level, output=settings.log_format, redactor=redactor)
    token_of(settings)
    with hold_data_dir(settings.data_dir, database=database_file(settings.database_url)) as held:
        asyncio.run(_run(settings, redactor, held))
    return 0


def token_of(settings: Settings) -> SecretStr:
    """Return the bot token of settings that can be run with.

    Raises:
        SettingsError: token or owners are missing.

    """
    if settings.telegram_token is None or not settings.owner_ids:
        raise SettingsError(
            "NIJA_TELEGRAM_TOKEN and NIJA_OWNER_IDS must be set, in .env or in the environment: without them "
            "nobody could be told. If there is no .env yet: install -m 600 .env.example .env"
        )
    return settings.telegram_token


async def _run(settings: Settings, redactor: LogRedactor, held: HeldDataDir) -> None:
    clock = SystemClock()
    log.info("the bot starts", mode=settings.mode)
    migrated = await asyncio.to_thread(migrate_held, settings, clock)
    stop = Stop()
    token, file = token_of(settings), database_file(settings.database_url)
    # At the first start it is there only now.
    held.hold_file(file)
    checking = checked(file, notify=fallback_notifier(settings, token).send)
    async with checking, AsyncExitStack() as resources:
        base = await open_foundation(settings, clock, resources)
        await settle_posts(base.database, is_wanted=settings.alert_url is not None, now=clock.now())
        await disarm_copy(base.database, held.mark, clock=clock)
        engine = build_engine(settings, base, resources.pop_all())
        parts = build_process(
            settings,
            base,
            engine,
            token=token,
            stop=stop,
            redactor=redactor,
            revision=migrated.to_revision,
            held=held,
        )
        await live(parts, stop)
