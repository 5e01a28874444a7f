"""Who may speak to the bot: the owners of the settings, and whoever they let in."""

from collections.abc import Iterable
from dataclasses import replace

from engine.clock import Clock
from engine.storage.database import Database
from engine.users import store as rows
from engine.users.roles import Role, StoredUser, User


class Users:
    """Answers who somebody is, from the database each time, so that revoking works at once."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._owner_ids: frozenset[int] = frozenset()

    async def ensure_owners(self, owner_ids: Iterable[int]) -> None:
        """Make the owners of the settings owners, and nobody else; what others stored of theirs stays."""
        self._owner_ids = frozenset(owner_ids)
        async with self._database.write() as session:
            for user_id in sorted(self._owner_ids):
                known = await rows.load_user(session, user_id)
                if known is None or not self.is_answered(known):
                    await rows.save_user(session, self._owner(user_id, known))

    async def fetch_user(self, user_id: int) -> User | None:
        """Return the user, or None for strangers, removed users and owners the settings name no more."""
        user = await self._load(user_id)
        if user_id in self._owner_ids and (user is None or not self.is_answered(user)):
            # What was stored of an owner cannot be read, or says otherwise; the settings name them.
            await self.ensure_owners(self._owner_ids)
            user = await self._load(user_id)
        if user is None or not self.is_answered(user):
            return None
        return User(
            user_id=user.user_id,
            role=user.role,
            time_zone=user.time_zone,
        )

    def is_answered(self, user: StoredUser) -> bool:
        """Return whether a stored user may use the bot: not a removed one, and as an owner only by the settings."""
        is_owner = user.user_id in self._owner_ids
        return user.removed_at is None and (user.role is Role.OWNER) is is_owner

    async def _load(self, user_id: int) -> StoredUser | None:
        async with self._database.read() as session:
            return await rows.load_user(session, user_id)

    def _owner(self, user_id: int, known: StoredUser | None) -> StoredUser:
        if known is None:
            return StoredUser(user_id=user_id, role=Role.OWNER, created_at=self._clock.now())
        return replace(known, role=Role.OWNER, removed_at=None)
