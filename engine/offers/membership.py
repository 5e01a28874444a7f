"""Who may use the bot, and an owner's changes to that: shown first, carried out by a button."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from engine.alerts.messages import Welcomed
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.offers.admission import Admissions, Waiting
from engine.offers.confirmation import Confirmation
from engine.offers.outcomes import Nothing, Outdated, Rejected
from engine.offers.questions import CONVERSATION
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.users import store as rows
from engine.users.roles import Role, StoredUser
from engine.users.users import Users


class MemberChange(StrEnum):
    """What an owner may do to another user."""

    MAKE_VIEWER = "make_viewer"
    MAKE_TRADER = "make_trader"
    REMOVE = "remove_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A user whom the bot answers."""

    user_id: int
    #: None for an owner of the settings who was never a newcomer.
    name: str | None
    role: Role
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberList:
    """Who may use the bot, and who may yet."""

    members: tuple[Member, ...]
    waiting: tuple[Waiting, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberPreview:
    """A change that its button carries out."""

    member: Member
    change: MemberChange
    confirmation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged:
    """A change that was carried out on a user, as they were before."""

    member: Member
    change: MemberChange


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMember:
    """Whom a button changes, and the role they had when it was shown."""

    user_id: int
    role: Role


_ROLES = {MemberChange.MAKE_VIEWER: Role.VIEWER, MemberChange.MAKE_TRADER: Role.TRADER}
_BUTTONS = Confirmation(ShownMember, actions=MemberChange)


class Members:
    """Answers `/users` and its buttons."""

    def __init__(self, *, users: Users, admissions: Admissions, database: Database, clock: Clock) -> None:
        self._users = users
        self._admissions = admissions
        self._database = database
        self._clock = clock

    async def list_members(self, user_id: int) -> MemberList:
        """Return everybody whom the bot answers, owners first, and who waits for this owner's answer."""
        async with self._database.read() as session:
            stored = await rows.load_users(session)
        known = [_member(user) for user in stored if self._users.is_answered(user)]
        return MemberList(
            members=tuple(sorted(known, key=lambda one: one.role is not Role.OWNER)),
            waiting=await self._admissions.list_waiting(user_id),
        )

    async def offer_change(
        self, user_id: int, member_id: int, change: MemberChange
    ) -> MemberPreview | Nothing:
        """Show a change to a user; nothing is changed before its button is pressed."""
        async with self._database.write() as session:
            member = await self._load(session, member_id)
            refused = _why_not(member, change)
            if member is None or refused is not None:
                return Nothing(why=refused or Outdated.NO_USER)
            confirmation_id = await _BUTTONS.store(
                session,
                ShownMember(user_id=member_id, role=member.role),
                user_id=user_id,
                action=change,
                now=self._clock.now(),
                valid_for=CONVERSATION,
            )
        return MemberPreview(member=_member(member), change=change, confirmation_id=confirmation_id)

    async def change(self, user_id: int, confirmation_id: str) -> MemberChanged | Nothing:
        """Carry a shown change out, once, on a user who is as they were shown."""
        now = self._clock.now()
        async with self._database.write() as session:
            pressed = await _BUTTONS.use(session, confirmation_id, user_id=user_id, now=now)
            if isinstance(pressed, Rejected):
                return Nothing(why=pressed)
            member = await self._load(session, pressed.shown.user_id)
            if member is None or member.role is not pressed.shown.role:
                return Nothing(why=Outdated.USER)
            change = MemberChange(pressed.action)
            if change is MemberChange.REMOVE:
                await rows.save_user(session, replace(member, removed_at=now))
            else:
                await _give_role(session, member, _ROLES[change], now=now)
        return MemberChanged(member=_member(member), change=change)

    async def _load(self, session: DatabaseSession, user_id: int) -> StoredUser | None:
        user = await rows.load_user(session, user_id)
        return user if user is not None and self._users.is_answered(user) else None


def _why_not(member: StoredUser | None, change: MemberChange) -> Outdated | None:
    if member is None:
        return Outdated.NO_USER
    if member.role is Role.OWNER:
        return Outdated.OWNER
    return Outdated.SAME_ROLE if _ROLES.get(change) is member.role else None


async def _give_role(session: DatabaseSession, member: StoredUser, role: Role, *, now: datetime) -> None:
    await rows.save_user(session, replace(member, role=role))
    await append_alert(
        session,
        Welcomed(role=role, at=now),
        user_id=member.user_id,
        account_id=None,
        dedup_key=f"welcomed:{member.user_id}:{now.isoformat()}",
        now=now,
    )


def _member(user: StoredUser) -> Member:
    return Member(user_id=user.user_id, name=user.name, role=user.role, since=user.created_at)
