"""/users: who may use the bot; another role or a removal is shown first, and only its button changes it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from telegram import Update

from engine.offers.membership import MemberChange, MemberChanged
from engine.offers.outcomes import Nothing
from handlers.arguments import Misread, short
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.guard_outcomes import render_nothing
from handlers.render.problems import render_misread
from handlers.render.screen import MEMBER, Screen
from handlers.render.users import render_member_changed, render_member_preview, render_users

MEMBER_PATTERN = rf"^{MEMBER}:"

_CHANGES = {
    "viewer": MemberChange.MAKE_VIEWER,
    "trader": MemberChange.MAKE_TRADER,
    "remove": MemberChange.REMOVE,
}
_ID_AND_ROLE = 2
#: Telegram's ids have 52 bits at most.
_ID = re.compile(r"[1-9][0-9]{0,15}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsersArguments:
    """Whom to change, and how."""

    member_id: int
    change: MemberChange


async def show_users(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """List who may use the bot and who waits, or ask whether one is to be changed."""
    parsed = parse_users(arguments)
    if isinstance(parsed, Misread):
        return render_misread(parsed)
    members, user_id = context.services.members, context.user.user_id
    if parsed is None:
        return render_users(await members.list_members(user_id), context.reader)
    answer = await members.offer_change(user_id, parsed.member_id, parsed.change)
    return render_nothing(answer) if isinstance(answer, Nothing) else render_member_preview(answer)


def parse_users(arguments: Sequence[str]) -> UsersArguments | Misread | None:
    """Read `[ID ROLE]`, where the role may be `remove`; None where nobody is to be changed."""
    if not arguments:
        return None
    if len(arguments) == _ID_AND_ROLE and _ID.fullmatch(arguments[0]):
        change = _CHANGES.get(arguments[1].lower())
        if change is not None:
            return UsersArguments(member_id=int(arguments[0]), change=change)
    why = f"Nothing was changed. Name an id and viewer, trader or remove, not “{short(' '.join(arguments))}”."
    return Misread(why=why, example="/users", others=("/users 123456 viewer", "/users 123456 remove"))


async def press_member(update: Update, context: ChatContext) -> None:
    """Change the user whom the button showed."""
    answered: tuple[Press, MemberChanged] | None
    answered = await press_stored(update, context, context.services.members.change)
    if answered:
        press, outcome = answered
        await press.replace(context, render_member_changed(outcome))
