"""`nija owner move`: give what is one owner's to another Telegram account, while no bot runs."""

import asyncio

from bot.command_errors import CommandError, SettingsError
from bot.configuration.settings import Settings
from bot.storage.upkeep import migrate_held
from bot.supervision.lease import hold_data_dir
from engine.adoption.owner_move import NotMoved, move_user
from engine.clock import Clock
from engine.storage.backup import database_file
from engine.storage.database import Database

_NOT_MOVED = {
    NotMoved.UNKNOWN: "The database knows nobody of the id {old}; nothing was moved.",
    NotMoved.TAKEN: (
        "{new} has used this bot already, so nothing was moved. Start it with {new} first in NIJA_OWNER_IDS: "
        "then the accounts, their guards and history become theirs at the start."
    ),
}


def move_owner(settings: Settings, clock: Clock, *, old: int, new: int) -> str:
    """Move everything and return what to say of it.

    Raises:
        CommandError: a bot runs, the settings do not fit, or there is nothing to move.

    """
    # Otherwise the next start would give it all back to the old one.
    if new not in settings.owner_ids or old in settings.owner_ids:
        raise SettingsError(f"Put {new} in the place of {old} in NIJA_OWNER_IDS first; nothing was moved.")
    with hold_data_dir(settings.data_dir, database=database_file(settings.database_url)):
        migrate_held(settings, clock)
        refused = asyncio.run(_move(settings, old, new))
    if refused is not None:
        raise CommandError(_NOT_MOVED[refused].format(old=old, new=new))
    return (
        f"What was {old}'s is {new}'s now: accounts, guards, history, settings, and the alerts that wait.\n"
        f"{old} gets no answer any more. Start NIJA, and press Start in its chat from the new account."
    )


async def _move(settings: Settings, old: int, new: int) -> NotMoved | None:
    database = Database(settings.database_url)
    try:
        return await move_user(database, old, new)
    finally:
        await database.dispose()
