"""Checks everything the bot needs and reports for each whether it is well, and what to do."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AbstractAsyncContextManager, ExitStack
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.configuration.settings import Settings
from bot.configuration.settings_sources import Sources
from bot.doctor.account_stream_checks import check_account_stream
from bot.doctor.checks import (
    COUNTER_NOT_KEPT,
    Check,
    check_brokers,
    check_disk,
    check_env_file,
    check_link,
    check_mode,
    check_nobody_runs,
    check_paper_brokers,
    check_sources,
    check_threshold,
    failed,
    may_mislead_counter,
    passed,
)
from bot.doctor.database_checks import count_guards, read_account_checks, read_database
from bot.doctor.stream_checks import check_stream, check_switched_off
from bot.storage.database_mode import why_other_mode
from bot.supervision.held_file import HeldElsewhereError, HeldFile
from bot.supervision.lease import AlreadyRunningError, DataDirError, hold_data_dir
from bot.telegram.errors import error_text
from engine import wall_time
from engine.brokers.base import Broker, MarketData
from engine.brokers.streams.account_stream import AccountStream
from engine.brokers.streams.price_stream import PriceStream
from engine.clock import Clock
from engine.model.errors import BrokerError, TryLaterError
from engine.model.venues import Venue
from engine.storage.backup import database_file
from handlers.render.paper import PAPER_MODE

#: A venue that does not answer in this time fails its checks.
TIMEOUT_S = 15.0
#: The same of a price that a stream should bring.
STREAM_TIMEOUT_S = 8.0

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A venue, its streams that may be tried, and the first owner's account there if there is a key."""

    market: MarketData
    streams: tuple[PriceStream, ...] = ()
    broker: Broker | None = None
    account_stream: AccountStream | None = None


class Connect(Protocol):
    """Connects to the venues for as long as it is entered."""

    def __call__(
        self, settings: Settings, *, public_only: bool
    ) -> AbstractAsyncContextManager[Sequence[Link]]:
        """Return every venue, with its private side where there is a key, unless `public_only`."""


async def examine(
    settings: Settings, *, sources: Sources, clock: Clock, connect: Connect
) -> AsyncIterator[Check]:
    """Check everything in order, each line as soon as it is known."""
    yield check_sources(sources, settings.mode)
    if sources.file:
        yield check_env_file(sources.file, sources.file.stat().st_mode)
    yield _check_owners(settings)
    yield check_threshold(settings.liquidation_pnl)
    yield _check_brokers(settings)
    yield await _check_telegram(settings)
    with ExitStack() as held:
        try:
            running = _take_data_dir(settings, held)
        except DataDirError as error:
            yield failed("data dir", str(error), "Set NIJA_DATA_DIR to a folder that is yours.")
            return
        if running:
            yield passed(
                "bot", f"{running} What it knows is read from the database; its keys are left alone."
            )
        else:
            yield check_nobody_runs(await count_guards(settings.database_url))
        for check in _check_files(settings):
            yield check
        async for check in read_database(settings.database_url, owner_ids=frozenset(settings.owner_ids)):
            yield check
        if running:
            async for check in read_account_checks(settings.database_url, now=clock.now()):
                yield check
        keeps_counters = _keeps_counters(settings)
        async with connect(settings, public_only=bool(running)) as links:
            for link in links:
                async for check in _check_venue(settings, link, clock, keeps_counters=keeps_counters):
                    yield check


def _take_data_dir(settings: Settings, held: ExitStack) -> str:
    """Keep a bot from starting meanwhile, without making what is not there yet; name the one that runs."""
    data_dir, database = settings.data_dir, database_file(settings.database_url)
    try:
        if data_dir.exists():
            held.enter_context(hold_data_dir(data_dir, database=database))
        else:
            _check_can_be_made(data_dir)
            if database is not None:
                HeldFile(held).hold(database)
    except (AlreadyRunningError, HeldElsewhereError) as running:
        return str(running).partition(";")[0] + "."
    return ""


def _check_can_be_made(data_dir: Path) -> None:
    place = _nearest(data_dir)
    if not (place.is_dir() and os.access(place, os.W_OK | os.X_OK)):
        raise DataDirError(
            f"NIJA_DATA_DIR {data_dir} cannot be made: {place} is no folder that this user may write."
        )


def _nearest(folder: Path) -> Path:
    """Return a folder, or what there is of the way to it."""
    return next(place for place in (folder, *folder.absolute().parents) if place.exists())


def _keeps_counters(settings: Settings) -> bool:
    file = database_file(settings.database_url)
    return file is None or file.exists()


def _check_brokers(settings: Settings) -> Check:
    with_keys = [venue for venue in Venue if settings.key_pair(venue)]
    is_paper = settings.mode == PAPER_MODE
    return check_paper_brokers(with_keys) if is_paper else check_brokers(with_keys)


def _check_owners(settings: Settings) -> Check:
    if settings.owner_ids:
        return passed("owners", ", ".join(map(str, settings.owner_ids)))
    return failed(
        "owners",
        "nobody: the bot does not start without one",
        "Put your numeric Telegram id into NIJA_OWNER_IDS; @userinfobot tells it.",
    )


async def _check_telegram(settings: Settings) -> Check:
    name = "telegram token"
    if settings.telegram_token is None:
        return failed(name, "not set", "Get one from @BotFather and put it into NIJA_TELEGRAM_TOKEN.")
    token = settings.telegram_token.get_secret_value()
    try:
        async with Bot(token, base_url=f"{settings.telegram_api_url}/bot") as bot:
            return passed(name, f"@{bot.username} answers")
    except InvalidToken:
        return failed(name, "Telegram does not know it", "Compare NIJA_TELEGRAM_TOKEN with @BotFather's.")
    except TelegramError as error:
        return failed(
            name,
            f"Telegram is not reachable: {error_text(error)}",
            "Check the network and NIJA_TELEGRAM_API_URL.",
        )


def _check_files(settings: Settings) -> list[Check]:
    data_dir = settings.data_dir
    checks = [check_disk(shutil.disk_usage(_nearest(data_dir)).free)]
    if not data_dir.exists():
        checks.append(passed("data dir", f"there is none yet: {data_dir} is made at the first start"))
    database = database_file(settings.database_url)
    if why := why_other_mode(database, settings.mode):
        checks.append(failed("database mode", why, "Compare NIJA_MODE and NIJA_DATA_DIR."))
    private = (data_dir, *data_dir.glob("*key*"), *([database] if database else []))
    return checks + [check_mode(str(path), path.stat().st_mode) for path in private if path.exists()]


async def _check_link(link: Link, clock: Clock, *, keeps_counters: bool) -> list[Check]:
    venue = link.market.venue
    skew = await _answer(venue, _read_skew(link.market, clock))
    if link.broker is None:
        return check_link(venue, skew, None)
    if venue is Venue.KRAKEN and not keeps_counters and may_mislead_counter(skew):
        return [*check_link(venue, skew, None), COUNTER_NOT_KEPT]
    return check_link(venue, skew, await _answer(venue, link.broker.fetch_permissions()))


async def _check_venue(
    settings: Settings, link: Link, clock: Clock, *, keeps_counters: bool
) -> AsyncIterator[Check]:
    for check in await _check_link(link, clock, keeps_counters=keeps_counters):
        yield check
    for check in check_switched_off(settings, link.market.venue):
        yield check
    for stream in link.streams:
        yield await check_stream(stream, link.market, link.broker, clock, timeout_s=STREAM_TIMEOUT_S)
    if link.account_stream is not None:
        yield await check_account_stream(link.account_stream, clock, timeout_s=STREAM_TIMEOUT_S)


async def _read_skew(market: MarketData, clock: Clock) -> timedelta:
    sent_at = clock.now()
    theirs = await market.fetch_time()
    # Their reading was taken somewhere between question and answer; the middle is off by half of that at most.
    ours = sent_at + wall_time.between(sent_at, clock.now()) / 2
    return wall_time.between(theirs, ours)


async def _answer(venue: Venue, request: Awaitable[_Answer]) -> _Answer | BrokerError:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await request
    except BrokerError as error:
        return error
    except TimeoutError:
        return TryLaterError(venue, f"no answer in {TIMEOUT_S:g} s")
