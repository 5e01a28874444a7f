from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.alerts.messages import Welcomed
from engine.alerts.outbox import read_pending
from engine.offers.admission import Admissions
from engine.offers.membership import Member, MemberChange, MemberPreview, Members
from engine.offers.outcomes import Nothing
from engine.users import store as users_store
from engine.users.invites import InviteState, Newcomer
from engine.users.roles import Role, StoredUser
from engine.users.users import Users
from tests.engine.storage.stored import NOW, OWNER, a_database

OTHER_OWNER, ANN = 1002, 2003
ANN_AS_VIEWER = Member(user_id=ANN, name="Ann", role=Role.VIEWER, since=NOW)


class SetClock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at


class Club:
    """Two owners and a viewer."""

    def __init__(self, database):
        self.database, self.clock = database, SetClock()
        self.users = Users(database=database, clock=self.clock)
        self.admissions = Admissions(database=database, clock=self.clock)
        self.members = Members(
            users=self.users, admissions=self.admissions, database=database, clock=self.clock
        )

    async def changed(self, change, *, member_id=ANN, owner=OWNER):
        shown = await self.members.offer_change(owner, member_id, change)
        return await self.members.change(owner, shown.confirmation_id)

    async def role_of(self, user_id):
        user = await self.users.fetch_user(user_id)
        return user.role if user else None


@pytest.fixture
async def club(tmp_path):
    database = a_database(tmp_path)
    club = Club(database)
    await club.users.ensure_owners([OWNER, OTHER_OWNER])
    async with database.write() as session:
        viewer = StoredUser(user_id=ANN, role=Role.VIEWER, name="Ann", created_at=NOW)
        await users_store.save_user(session, viewer)
    yield club
    await database.dispose()


async def test_everybody_who_is_answered_is_listed_owners_first(club):
    found = await club.members.list_members(OWNER)

    assert [(one.user_id, one.role) for one in found.members] == [
        (OTHER_OWNER, Role.OWNER),
        (OWNER, Role.OWNER),
        (ANN, Role.VIEWER),
    ]
    assert found.waiting == ()


async def test_a_former_owner_and_a_removed_user_are_not_listed(club):
    await club.users.ensure_owners([OWNER])
    await club.changed(MemberChange.REMOVE)

    assert [one.user_id for one in (await club.members.list_members(OWNER)).members] == [OWNER]


async def test_a_change_is_shown_and_nothing_is_changed_before_its_button(club):
    shown = await club.members.offer_change(OWNER, ANN, MemberChange.REMOVE)

    assert isinstance(shown, MemberPreview)
    assert shown.member == ANN_AS_VIEWER
    assert await club.role_of(ANN) is Role.VIEWER


async def test_another_role_counts_at_once_and_is_reported_to_whoever_has_it(club):
    await club.changed(MemberChange.MAKE_TRADER)

    assert await club.role_of(ANN) is Role.TRADER
    async with club.database.read() as session:
        [alert] = (await read_pending(session)).readable
    assert (alert.user_id, alert.message) == (ANN, Welcomed(role=Role.TRADER, at=NOW))


async def test_who_is_removed_is_a_stranger_until_let_in_again(club):
    await club.changed(MemberChange.REMOVE)
    removed = await club.role_of(ANN)
    invited = await club.admissions.invite(OWNER, Role.TRADER)
    opened = await club.admissions.open(invited.code, Newcomer(user_id=ANN, name="Ann"))
    [waiting] = (await club.members.list_members(OTHER_OWNER)).waiting
    waits = await club.role_of(ANN)

    await club.admissions.answer(OTHER_OWNER, waiting.buttons["approve"])

    assert (removed, opened, waits) == (None, InviteState.WAITING, None)
    assert await club.role_of(ANN) is Role.TRADER


async def test_a_removal_touches_nothing_else(club):
    """What is guarded, being sold and written down goes on: no other table is written."""

    async def other_tables():
        async with club.database.read() as session:
            names = (
                await session.send(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
            ).scalars()
            others = sorted(set(names) - {"users", "confirmations", "alembic_version"})
            return {
                name: (await session.send(text(f"SELECT * FROM {name}"))).all()  # noqa: S608 - of the schema
                for name in others
            }

    before = await other_tables()
    await club.changed(MemberChange.REMOVE)

    assert before["accounts"]
    assert await other_tables() == before


@pytest.mark.parametrize("change", MemberChange)
@pytest.mark.parametrize("member_id", [OWNER, OTHER_OWNER, 404])
async def test_neither_owners_nor_strangers_can_be_changed(club, change, member_id):
    assert isinstance(await club.members.offer_change(OWNER, member_id, change), Nothing)


async def test_who_has_the_role_already_is_not_asked_about(club):
    assert isinstance(await club.members.offer_change(OWNER, ANN, MemberChange.MAKE_VIEWER), Nothing)


async def test_a_button_counts_once_for_the_owner_who_saw_it_and_for_ten_minutes(club):
    shown = await club.members.offer_change(OWNER, ANN, MemberChange.REMOVE)

    for presser in (ANN, OTHER_OWNER):
        assert isinstance(await club.members.change(presser, shown.confirmation_id), Nothing)
    club.clock.at += timedelta(minutes=10)
    late = await club.members.change(OWNER, shown.confirmation_id)

    assert isinstance(late, Nothing)
    assert await club.role_of(ANN) is Role.VIEWER


async def test_a_button_changes_nobody_who_is_not_as_it_showed(club):
    shown = await club.members.offer_change(OWNER, ANN, MemberChange.REMOVE)
    await club.changed(MemberChange.MAKE_TRADER, owner=OTHER_OWNER)

    assert isinstance(await club.members.change(OWNER, shown.confirmation_id), Nothing)
    assert await club.role_of(ANN) is Role.TRADER


async def test_a_removed_user_whom_the_settings_name_is_an_owner(club):
    await club.changed(MemberChange.REMOVE)
    await club.users.ensure_owners([OWNER, ANN])

    assert await club.role_of(ANN) is Role.OWNER
