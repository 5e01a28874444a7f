"""A lost Telegram account: what was one user's is another's, down to the last row."""

from enum import StrEnum

from sqlalchemy import update
from sqlmodel import col

from engine.alerts.table import AlertRow
from engine.storage.database import Database
from engine.users import store as users
from engine.users.table import UserRow


class NotMoved(StrEnum):
    """Why nothing was moved."""

    #: Nobody of the old id is known.
    UNKNOWN = "unknown"
    #: The new id has rows of its own.
    TAKEN = "taken"


async def move_user(database: Database, old: int, new: int) -> NotMoved | None:
    """Give everything of a user to an id that nobody has yet; None once it is done.

    Every table's user follows the key that changes here (`user_reference`); chats are Telegram's numbers and do not.
    """
    async with database.write() as session:
        if await users.load_user(session, old) is None:
            return NotMoved.UNKNOWN
        if await users.is_stored(session, new):
            return NotMoved.TAKEN
        await session.exec(update(UserRow).where(col(UserRow.user_id) == old).values(user_id=new))
        await session.exec(update(AlertRow).where(col(AlertRow.chat_id) == old).values(chat_id=new))
    return None
