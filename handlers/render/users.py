"""The texts of /users: who may use the bot, who waits, and a change to one of them."""

from collections.abc import Iterator, Sequence

from engine.offers.admission import Answer, Waiting
from engine.offers.membership import Member, MemberChange, MemberChanged, MemberList, MemberPreview
from engine.users.roles import Role
from handlers.render.html import bold, code
from handlers.render.invites import ROLE_TEXTS, who
from handlers.render.screen import ADMISSION, MEMBER, Screen, ScreenButton, Tone
from handlers.render.times import Reader

_NOBODY_ELSE = "Nobody else may use this bot. /invite makes a link for one more."
_REMOVED = (
    "They get no answer and no alert any more; their critical alerts come to the owners. "
    "A sale that is under way is finished, and what is guarded stays guarded."
)
_NEW_ROLES = {MemberChange.MAKE_VIEWER: Role.VIEWER, MemberChange.MAKE_TRADER: Role.TRADER}
_LABELS = {Answer.APPROVE: "Approve", Answer.REFUSE: "Refuse"}
#: Enough to tell two names apart on a phone.
_NAME_ON_BUTTON = 20


def render_users(found: MemberList, reader: Reader) -> Screen:
    """List who may use the bot, and who waits for an answer."""
    waiting = found.waiting
    blocks = [f"{bold('Users')}\n" + "\n".join(_members(found.members, reader))]
    if waiting:
        blocks.append(f"{bold('Waiting for your answer')}\n" + "\n".join(map(_waiting, waiting)))
    blocks.append(reader.as_of(reader.now))
    return Screen(text="\n\n".join(blocks), keyboard=tuple(map(_answers, waiting)))


def render_member_preview(preview: MemberPreview) -> Screen:
    """Ask whether a user is to be changed."""
    member, name = preview.member, who(preview.member.name, preview.member.user_id)
    if preview.change is MemberChange.REMOVE:
        question, then, label, tone = f"Remove {name}, a {member.role}?", _REMOVED, "Remove", Tone.DANGER
    else:
        role = _NEW_ROLES[preview.change]
        question, label, tone = f"Make {name}, a {member.role}, a {role}?", f"Make {role}", Tone.PLAIN
        then = f"{ROLE_TEXTS[role]} They are told."
    button = ScreenButton(label=label, data=f"{MEMBER}:{preview.confirmation_id}", tone=tone)
    return Screen(
        text=f"{question}\n{then}\nNothing is changed until you press the button.", keyboard=((button,),)
    )


def render_member_changed(changed: MemberChanged) -> Screen:
    """Say what was changed."""
    name = who(changed.member.name, changed.member.user_id)
    if changed.change is MemberChange.REMOVE:
        return Screen(text=f"{name} was removed. {_REMOVED}")
    role = _NEW_ROLES[changed.change]
    return Screen(text=f"{name} is a {role} now. {ROLE_TEXTS[role]}")


def _members(members: Sequence[Member], reader: Reader) -> Iterator[str]:
    for member in members:
        name = who(member.name, member.user_id)
        if member.role is Role.OWNER:
            yield f"{name}: owner, by NIJA_OWNER_IDS"
            continue
        other = Role.TRADER if member.role is Role.VIEWER else Role.VIEWER
        change = f"/users {member.user_id}"
        yield f"{name}: {member.role} since {reader.clock(member.since)}"
        yield f"   {code(f'{change} {other}')} · {code(f'{change} remove')}"
    if all(member.role is Role.OWNER for member in members):
        yield _NOBODY_ELSE


def _waiting(one: Waiting) -> str:
    return f"{who(one.newcomer.name, one.newcomer.user_id)}: would be a {one.role}"


def _answers(one: Waiting) -> tuple[ScreenButton, ...]:
    name = (one.newcomer.name or str(one.newcomer.user_id))[:_NAME_ON_BUTTON]
    return tuple(
        ScreenButton(label=f"{_LABELS[answer]} {name}", data=f"{ADMISSION}:{confirmation_id}")
        for answer, confirmation_id in one.buttons.items()
    )
