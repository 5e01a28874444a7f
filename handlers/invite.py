"""/invite, the link it makes, and the owner's answer to whoever opened it."""

from collections.abc import Sequence

from telegram import Update
from telegram.helpers import create_deep_linked_url

from engine.offers.admission import Answered
from engine.offers.outcomes import Nothing
from engine.users.invites import GIVEN, Newcomer, is_code
from engine.users.roles import Role
from handlers.arguments import Misread, short
from handlers.buttons import Press, press_stored
from handlers.chat_context import ChatContext
from handlers.render.guard_outcomes import render_nothing
from handlers.render.invites import render_answered, render_invite, render_opened
from handlers.render.problems import render_misread
from handlers.render.screen import ADMISSION, Screen

ADMISSION_PATTERN = rf"^{ADMISSION}:"

_START = "/start"
_OWNERS = "Owners are those that NIJA_OWNER_IDS on the server names. No link was made."


async def make_invite(context: ChatContext, arguments: Sequence[str]) -> Screen:
    """Make a link that one newcomer may ask for a role with."""
    role = parse_role(arguments)
    if isinstance(role, Misread):
        return render_misread(role)
    made = await context.services.admissions.invite(context.user.user_id, role)
    if isinstance(made, Nothing):
        return render_nothing(made)
    return render_invite(made, create_deep_linked_url(context.bot.username, made.code), context.reader)


def parse_role(arguments: Sequence[str]) -> Role | Misread:
    """Read `[ROLE]`; without one it is a viewer's."""
    if not arguments:
        return Role.VIEWER
    name = arguments[0].lower()
    if len(arguments) > 1 or name not in set(Role):
        why = f"“{short(arguments[0])}” is no role that can be given. No link was made."
        return Misread(why=why, example="/invite viewer", others=("/invite trader",))
    role = Role(name)
    if role not in GIVEN:
        return Misread(why=_OWNERS, example="/invite viewer", others=("/invite trader",))
    return role


async def open_invite(update: Update, context: ChatContext) -> bool:
    """Answer a stranger who opened an invite's link; False where it is no link, and nothing was answered."""
    command, _, code = (update.message.text or "" if update.message else "").partition(" ")
    sender = update.effective_user
    if command != _START or sender is None or not is_code(code):
        return False
    newcomer = Newcomer(user_id=sender.id, name=sender.full_name)
    state = await context.services.admissions.open(code, newcomer)
    if state is None:
        return False
    await context.reply(render_opened(state))
    return True


async def press_admission(update: Update, context: ChatContext) -> None:
    """Let a newcomer in, or refuse."""
    answered: tuple[Press, Answered] | None
    answered = await press_stored(update, context, context.services.admissions.answer)
    if answered:
        press, outcome = answered
        await press.replace(context, render_answered(outcome))
