"""Letting people in: an owner's invite, the newcomer who opens it, and the owner's answer to them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from engine.alerts.messages import NewcomerWaiting, Welcomed
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.offers.confirmation import Confirmation, Confirmed
from engine.offers.outcomes import Nothing, Outdated, Rejected, TooManyInvites
from engine.offers.questions import CONVERSATION
from engine.storage.database import Database
from engine.storage.session import DatabaseSession
from engine.users import invites_store as invites
from engine.users import store as users
from engine.users.invites import (
    INVITE_VALID,
    MOST_INVITES,
    WAITING_VALID,
    Invite,
    InviteState,
    Newcomer,
    hash_of,
    new_code,
    short_name,
)
from engine.users.roles import Role, StoredUser

#: Older ones say nothing to whoever opens them any more.
_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """A new invite; its code is known to nobody else and not stored."""

    code: str
    role: Role
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """An owner's answer to a newcomer."""

    newcomer: Newcomer
    #: The role they have now; None where they were refused.
    role: Role | None


class Answer(StrEnum):
    """The two buttons about a newcomer."""

    APPROVE = "approve"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A newcomer who waits, with what the buttons about them are found by."""

    newcomer: Newcomer
    role: Role
    buttons: Mapping[Answer, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownNewcomer:
    """Whom the button is about, and what it gives them."""

    code_hash: str
    role: Role


_BUTTONS = Confirmation(ShownNewcomer, actions=Answer)


class Admissions:
    """Makes invites, and lets in whoever an owner approves; before that a newcomer is a stranger."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def invite(self, user_id: int, role: Role) -> Invited | Nothing:
        """Make an owner's invite for a role."""
        code, now = new_code(), self._clock.now()
        invite = Invite(
            code_hash=hash_of(code),
            user_id=user_id,
            role=role,
            created_at=now,
            expires_at=now + INVITE_VALID,
        )
        async with self._database.write() as session:
            await invites.delete_invites(session, before=now - _KEPT)
            theirs = [one for one in await invites.load_unanswered(session) if one.user_id == user_id]
            if sum(_counts(one, now) for one in theirs) >= MOST_INVITES:
                return Nothing(why=TooManyInvites(most=MOST_INVITES))
            await invites.add_invite(session, invite)
        return Invited(code=code, role=role, expires_at=invite.expires_at)

    async def open(self, code: str, newcomer: Newcomer) -> InviteState | None:
        """Open an invite for a newcomer, whose owner is asked once; None where there is no such invite."""
        async with self._database.read() as session:
            # Whoever guesses codes writes nothing and holds up nobody.
            if await invites.load_invite(session, hash_of(code)) is None:
                return None
        now = self._clock.now()
        async with self._database.write() as session:
            invite = await invites.load_invite(session, hash_of(code))
            if invite is None:
                return None
            state = invite.state_for(newcomer.user_id, now)
            if state is not InviteState.OPEN:
                return state
            named = replace(newcomer, name=short_name(newcomer.name))
            await invites.save_opened(session, invite, named, now=now)
            await self._ask(session, invite, named, now=now)
        return InviteState.WAITING

    async def list_waiting(self, user_id: int) -> tuple[Waiting, ...]:
        """Return whom an owner may answer, the first to come first, with buttons of this owner's own."""
        now = self._clock.now()
        async with self._database.write() as session:
            return tuple(
                [
                    Waiting(
                        newcomer=invite.newcomer,
                        role=invite.role,
                        buttons=await _store_buttons(session, invite, user_id, now, CONVERSATION),
                    )
                    for invite in await invites.load_unanswered(session)
                    if invite.newcomer is not None and invite.is_waiting(now)
                ][:MOST_INVITES]
            )

    async def answer(self, user_id: int, confirmation_id: str) -> Answered | Nothing:
        """Carry out an owner's answer, once."""
        now = self._clock.now()
        async with self._database.write() as session:
            pressed = await _BUTTONS.use(session, confirmation_id, user_id=user_id, now=now)
            if isinstance(pressed, Rejected):
                return Nothing(why=pressed)
            invite = await invites.load_invite(session, pressed.shown.code_hash)
            if invite is None or invite.newcomer is None or not invite.is_waiting(now):
                return Nothing(why=Outdated.INVITE_ANSWERED)
            await invites.save_answered(session, invite, now=now)
            if pressed.action == Answer.REFUSE:
                return Answered(newcomer=invite.newcomer, role=None)
            return await _let_in(session, pressed, invite.newcomer, now=now)

    async def _ask(
        self, session: DatabaseSession, invite: Invite, newcomer: Newcomer, *, now: datetime
    ) -> None:
        buttons = await _store_buttons(session, invite, invite.user_id, now, WAITING_VALID)
        await append_alert(
            session,
            NewcomerWaiting(
                newcomer_id=newcomer.user_id,
                name=newcomer.name,
                role=invite.role,
                approve_id=buttons[Answer.APPROVE],
                refuse_id=buttons[Answer.REFUSE],
                at=now,
                expires_at=now + WAITING_VALID,
            ),
            user_id=invite.user_id,
            account_id=None,
            dedup_key=f"newcomer:{invite.code_hash}",
            now=now,
        )


async def _store_buttons(
    session: DatabaseSession, invite: Invite, user_id: int, now: datetime, valid_for: timedelta
) -> Mapping[Answer, str]:
    """Store the two buttons about a newcomer for one owner; return what each is found by."""
    shown = ShownNewcomer(code_hash=invite.code_hash, role=invite.role)
    return {
        answer: await _BUTTONS.store(
            session, shown, user_id=user_id, action=answer, now=now, valid_for=valid_for
        )
        for answer in Answer
    }


async def _let_in(
    session: DatabaseSession, pressed: Confirmed[ShownNewcomer], newcomer: Newcomer, *, now: datetime
) -> Answered | Nothing:
    known, role = await users.load_user(session, newcomer.user_id), pressed.shown.role
    if known is not None and known.role is not Role.OWNER and known.removed_at is None:
        return Nothing(why=Outdated.ADMITTED)
    new = StoredUser(user_id=newcomer.user_id, role=role, created_at=now)
    admitted = replace(known or new, role=role, name=newcomer.name, created_at=now, removed_at=None)
    await users.save_user(session, admitted)
    await append_alert(
        session,
        Welcomed(role=role, at=now),
        user_id=newcomer.user_id,
        account_id=None,
        dedup_key=f"welcomed:{newcomer.user_id}:{now.isoformat()}",
        now=now,
    )
    return Answered(newcomer=newcomer, role=role)


def _counts(invite: Invite, now: datetime) -> bool:
    return invite.is_waiting(now) or invite.state_for(invite.user_id, now) is InviteState.OPEN
