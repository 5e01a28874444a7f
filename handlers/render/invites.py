"""The texts of /invite: the link, the question about a newcomer, and what a newcomer reads."""

from engine.alerts.messages import NewcomerWaiting, Welcomed
from engine.offers.admission import Answered, Invited
from engine.users.invites import InviteState
from engine.users.roles import Role
from handlers.render.html import bold, code, foreign
from handlers.render.screen import ADMISSION, Screen, ScreenButton
from handlers.render.times import Reader

ROLE_TEXTS = {
    Role.VIEWER: "A viewer looks at what is their own, and changes nothing.",
    Role.TRADER: "A trader guards and trades with their own accounts.",
}
_NOBODY_ELSES = "Nobody sees another's money."
_UNTIL_APPROVED = "Whoever opens it is shown nothing until you press Approve."
_ANY_NAME = "Anybody may call themselves anything: be sure that it is who you sent the link to."
#: One sentence each; a code that never was is not answered at all.
_OPENED = {
    InviteState.WAITING: (
        "An owner of this bot has to let you in first; you get a message here once that is done."
    ),
    InviteState.USED: "This invite was used already; ask whoever sent it for a new one.",
    InviteState.EXPIRED: "This invite is over; ask whoever sent it for a new one.",
}


def render_invite(invited: Invited, link: str, reader: Reader) -> Screen:
    """Show the link and what it gives."""
    lines = (
        bold("Invite"),
        f"For one {invited.role}. {ROLE_TEXTS.get(invited.role, '')} {_NOBODY_ELSES}",
        foreign(link),
        f"Send it to one person: it counts once, until {reader.clock(invited.expires_at)}. {_UNTIL_APPROVED}",
    )
    return Screen(text="\n".join(lines))


def render_opened(state: InviteState) -> Screen:
    """Return what somebody reads who opens an invite."""
    return Screen(text=_OPENED[state])


def render_newcomer(message: NewcomerWaiting, reader: Reader) -> Screen:
    """Ask an owner about a newcomer."""
    lines = (
        bold("Let them in?"),
        f"{who(message.name, message.newcomer_id)} opened your invite for a {message.role}. {ROLE_TEXTS.get(message.role, '')}",
        _ANY_NAME,
        f"They are shown nothing until you answer; without an answer by {reader.clock(message.expires_at)} it is over.",
        reader.as_of(message.at),
    )
    return Screen(
        text="\n".join(lines),
        keyboard=(
            (
                ScreenButton(label="Approve", data=f"{ADMISSION}:{message.approve_id}"),
                ScreenButton(label="Refuse", data=f"{ADMISSION}:{message.refuse_id}"),
            ),
        ),
    )


def render_answered(answered: Answered) -> Screen:
    """Say what became of a newcomer."""
    name = who(answered.newcomer.name, answered.newcomer.user_id)
    if answered.role is None:
        return Screen(text=f"{name} was refused: they are shown nothing, and their link is used up.")
    return Screen(text=f"{name} is a {answered.role} now. {ROLE_TEXTS.get(answered.role, '')}")


def render_welcome(message: Welcomed) -> Screen:
    """Tell a user which role they have now."""
    text = f"{bold(f'You are a {message.role} here')}\n{ROLE_TEXTS.get(message.role, '')} {_NOBODY_ELSES}\n/help lists what you may use."
    return Screen(text=text)


def who(name: str | None, user_id: int) -> str:
    """Name a user; the id is what Telegram vouches for."""
    return f"“{foreign(name)}” (id {code(str(user_id))})" if name else f"id {code(str(user_id))}"
