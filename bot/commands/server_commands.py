"""What the commands halt, resume and close do: inside the running bot, or beside none."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pydantic import TypeAdapter

from bot.command_errors import CommandError, SettingsError
from bot.commands.socket import CommandAnswer, NoBotError, request_bot
from bot.configuration.settings import Settings
from bot.storage.database_mode import refuse_other_mode
from bot.storage.upkeep import migrate_held
from bot.supervision.lease import AlreadyRunningError, hold_data_dir
from engine.clock import Clock
from engine.entries.halts import Halt, HaltedBy, HaltSwitch
from engine.exits.audit import Audit, ExitRecord
from engine.model.venues import Venue
from engine.offers.closing import ClosingService
from engine.offers.closing_preview import ClosePreview, Selling
from engine.offers.outcomes import Nothing
from engine.storage.backup import database_file
from engine.storage.database import Database
from engine.users.users import Users
from handlers.arguments import parse_symbol, parse_venue
from handlers.render.closing import render_close
from handlers.render.halt import render_entries
from handlers.render.history import render_short
from handlers.render.html import plain_text
from handlers.render.nothing import nothing_text
from handlers.render.times import Reader

HALT, RESUME, CLOSE = "halt", "resume", "close"

#: For so long the command waits for the ends of the sales; the caller has an answer within 30 s.
ENDS_WAIT_S = 20.0
_LOOK_EVERY_S = 0.5
_STILL_SELLING = "Not filled yet after {:g} s. NIJA goes on: see /history in the chat, the alert, or the log."


class ServerCommands:
    """Answers the socket: these three verbs and nothing else."""

    def __init__(
        self,
        *,
        closing: ClosingService,
        halts: HaltSwitch,
        history: Audit,
        owner_ids: tuple[int, ...],
        clock: Clock,
    ) -> None:
        self._closing = closing
        self._halts = halts
        self._history = history
        self._owner_ids = owner_ids
        self._clock = clock

    async def respond(self, request: Mapping[str, Any]) -> CommandAnswer:
        """Carry out one request."""
        match request:
            case {"verb": "halt" | "resume" as verb}:
                return await set_entries(self._halts, self._owner_ids, verb=verb, clock=self._clock)
            case {"verb": "close", "confirmation": str(confirmation)}:
                return await self._close(confirmation)
            case {"verb": "close", "symbol": str(symbol), "broker": str() | None as broker}:
                return await self._preview(symbol, broker)
        return CommandAnswer(done=False, text="This is no command of NIJA; nothing was done.")

    async def _close(self, confirmation: str) -> CommandAnswer:
        before = {one.intent.intent_id for one in await self._exits()}
        outcome = await self._closing.close(self._owner_ids[0], confirmation)
        answer = self._closed(outcome)
        if not isinstance(outcome, Selling) or not outcome.lines:
            return answer
        exits = await self._wait_for_ends(outcome, before)
        reader = Reader(now=self._clock.now())
        texts = [plain_text(render_short(exit_, reader)) for exit_ in exits]
        if len(exits) < len(outcome.lines):
            texts.append(_STILL_SELLING.format(ENDS_WAIT_S))
        # What ended unsold is not being sold any more.
        is_unsold = any(exit_.average_price is None for exit_ in exits)
        return replace(answer, done=answer.done and not is_unsold, text="\n\n".join((answer.text, *texts)))

    async def _wait_for_ends(self, selling: Selling, before: Collection[str]) -> list[ExitRecord]:
        """Return the journal's records of these sales once each is over, or when the time is up."""
        until = self._clock.monotonic() + ENDS_WAIT_S
        while True:
            begun = [one for one in await self._exits() if one.intent.intent_id not in before]
            over = [one for one in begun if one.intent.manual and one.intent.state.is_final]
            if len(over) >= len(selling.lines) or self._clock.monotonic() >= until:
                return over
            await self._clock.sleep(_LOOK_EVERY_S)

    async def _exits(self) -> Sequence[ExitRecord]:
        return await self._history.fetch_exits(self._owner_ids[0])

    async def _preview(self, symbol: str, broker: str | None) -> CommandAnswer:
        named, venue = parse_symbol(symbol), parse_venue(broker) if broker else None
        if named is None or (broker and venue is None):
            return CommandAnswer(done=False, text="The symbol or the broker is not known; nothing was sold.")
        return self._closed(await self._closing.offer_close(self._owner_ids[0], named, venue))

    def _closed(self, outcome: ClosePreview | Selling | Nothing) -> CommandAnswer:
        if isinstance(outcome, Nothing):
            why = nothing_text(outcome)
            return CommandAnswer(done=False, text=why, data={"why": why})
        data = TypeAdapter[Any](type(outcome)).dump_python(outcome, mode="json", by_alias=True)
        text = plain_text(render_close(outcome, Reader(now=self._clock.now()), by_button=False).text)
        if isinstance(outcome, Selling):
            return CommandAnswer(done=bool(outcome.lines), text=text, data=data)
        return CommandAnswer(done=False, text=text, data=data, confirmation=outcome.confirmation_id)


async def set_entries(
    halts: HaltSwitch, owner_ids: tuple[int, ...], *, verb: str, clock: Clock, is_running: bool = True
) -> CommandAnswer:
    """Stop or allow the entries of every owner, through the running bot or in its database."""
    halt: Halt | None = None
    for user_id in owner_ids:
        if verb == HALT:
            halt = await halts.halt(user_id, by=HaltedBy.SERVER)
        else:
            halt = await halts.resume(user_id, by=HaltedBy.SERVER)
    data = {"halted": halt is not None, "since": halt.since.isoformat() if halt and halt.since else None}
    screen = render_entries(halt, Reader(now=clock.now()), is_running=is_running)
    return CommandAnswer(done=True, text=plain_text(screen.text), data=data)


def change_entries(settings: Settings, clock: Clock, *, verb: str) -> CommandAnswer:
    """Stop or allow entries: through the running bot, or in its database while none runs."""
    if not settings.owner_ids:
        raise SettingsError("NIJA_OWNER_IDS must be set: it says whose buys are meant.")
    refuse_other_mode(database_file(settings.database_url), settings.mode)
    try:
        with hold_data_dir(settings.data_dir, database=database_file(settings.database_url)):
            migrate_held(settings, clock)
            return asyncio.run(_change_stored(settings, clock, verb=verb))
    except AlreadyRunningError as running:
        try:
            return request_bot(settings.data_dir, {"verb": verb})
        except NoBotError:
            raise running from None


def preview_close(settings: Settings, symbol: str, venue: Venue | None) -> CommandAnswer:
    """Request a preview of closing from the running bot; without it no key is touched.

    Raises:
        CommandError: no bot runs.

    """
    return _request_close(settings, {"verb": CLOSE, "symbol": symbol, "broker": venue})


def confirm_close(settings: Settings, confirmation: str) -> CommandAnswer:
    """Let the running bot sell what it showed.

    Raises:
        CommandError: no bot runs.

    """
    return _request_close(settings, {"verb": CLOSE, "confirmation": confirmation})


def _request_close(settings: Settings, request: dict[str, Any]) -> CommandAnswer:
    # The bot that runs may have been started in the other mode than these settings name.
    refuse_other_mode(database_file(settings.database_url), settings.mode)
    try:
        return request_bot(settings.data_dir, request)
    except NoBotError as nobody:
        raise CommandError(
            f"No bot is running on {settings.data_dir}, so nothing was sold: only the bot uses its keys. "
            "Start it with `nija run`, then ask again."
        ) from nobody


async def _change_stored(settings: Settings, clock: Clock, *, verb: str) -> CommandAnswer:
    database = Database(settings.database_url)
    try:
        await Users(database=database, clock=clock).ensure_owners(settings.owner_ids)
        switch = HaltSwitch(database=database, clock=clock)
        return await set_entries(switch, settings.owner_ids, verb=verb, clock=clock, is_running=False)
    finally:
        await database.dispose()
