from datetime import timedelta

from engine.offers.admission import Answer, Answered, Invited, Waiting
from engine.offers.membership import Member, MemberChange, MemberChanged, MemberList, MemberPreview
from engine.users.invites import InviteState, Newcomer
from engine.users.roles import Role
from handlers.render.invites import render_answered, render_invite, render_opened
from handlers.render.users import render_member_changed, render_member_preview, render_users
from tests.handlers.screen_checks import check_fits, check_golden
from tests.handlers.values import NOW, OWNER, READER, ago

OWNER_MEMBER = Member(user_id=OWNER, name=None, role=Role.OWNER, since=ago(days=9))
#: As long as a name may be, and as hostile.
HOSTILE = "<b>Owner</b> &amp; " + "W" * 46
ANN = Member(user_id=2003, name=HOSTILE, role=Role.VIEWER, since=ago(days=1))
BOB = Newcomer(user_id=8_000_000_004, name=HOSTILE)
WAITING = Waiting(newcomer=BOB, role=Role.TRADER, buttons={Answer.APPROVE: "yes", Answer.REFUSE: "no"})


def test_the_list_of_users():
    check_golden("users", render_users(MemberList(members=(OWNER_MEMBER, ANN), waiting=(WAITING,)), READER))


def test_an_owner_alone_reads_that_nobody_else_may():
    screen = render_users(MemberList(members=(OWNER_MEMBER,), waiting=()), READER)

    assert "Nobody else may use this bot." in screen.text


def test_a_long_list_fits_into_messages():
    members = tuple(Member(user_id=n, name=HOSTILE, role=Role.TRADER, since=NOW) for n in range(1, 300))

    check_fits(render_users(MemberList(members=members, waiting=(WAITING,) * 20), READER))


def test_a_removal_is_asked_about():
    preview = MemberPreview(member=ANN, change=MemberChange.REMOVE, confirmation_id="m1")

    check_golden("user_removal", render_member_preview(preview))


def test_a_new_role_is_asked_about_and_confirmed():
    preview = MemberPreview(member=ANN, change=MemberChange.MAKE_TRADER, confirmation_id="m1")
    changed = MemberChanged(member=ANN, change=MemberChange.MAKE_TRADER)

    check_golden("user_role", render_member_preview(preview))
    assert "is a trader now." in render_member_changed(changed).text


def test_an_invite_shows_its_link_and_how_long_it_counts():
    invited = Invited(code="c" * 22, role=Role.TRADER, expires_at=NOW + timedelta(days=1))

    check_golden("invite", render_invite(invited, "https://t.me/nija_bot?start=" + "c" * 22, READER))


def test_whoever_opens_an_invite_reads_one_sentence():
    for state in InviteState:
        if state is not InviteState.OPEN:
            text = render_opened(state).text
            assert (text.count("."), text[-1]) == (1, ".")


def test_a_refusal_is_said_without_markup_of_the_name():
    text = render_answered(Answered(newcomer=BOB, role=None)).text

    assert "<b>" not in text
    assert "was refused" in text
