import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from engine.alerts.messages import NewcomerWaiting, Welcomed
from engine.alerts.outbox import read_pending
from engine.offers.admission import Admissions, Answered, Invited
from engine.offers.outcomes import Nothing
from engine.users import store as users_store
from engine.users.invites import MOST_INVITES, InviteState, Newcomer
from engine.users.roles import Role
from engine.users.users import Users
from tests.engine.storage.stored import NOW, OWNER, a_database

ANN, BOB = Newcomer(user_id=8_000_000_003, name="Ann\nLee"), Newcomer(user_id=2004, name="Bob")


class SetClock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at

    def monotonic(self):
        return 0.0


class Meeting:
    """An owner, a database, and whoever comes."""

    def __init__(self, database):
        self.database, self.clock = database, SetClock()
        self.admissions = Admissions(database=database, clock=self.clock)
        self.users = Users(database=database, clock=self.clock)

    async def invite(self, role=Role.VIEWER):
        return (await self.admissions.invite(OWNER, role)).code

    async def alerts(self):
        async with self.database.read() as session:
            return [(one.user_id, one.message) for one in (await read_pending(session)).readable]

    async def question(self):
        """Return the newest question about a newcomer."""
        return [message for _, message in await self.alerts() if isinstance(message, NewcomerWaiting)][-1]

    async def role_of(self, newcomer):
        user = await self.users.fetch_user(newcomer.user_id)
        return user.role if user else None


@pytest.fixture
async def meeting(tmp_path):
    database = a_database(tmp_path)
    meeting = Meeting(database)
    await meeting.users.ensure_owners([OWNER])
    yield meeting
    await database.dispose()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.TRADER])
async def test_who_opens_an_invite_waits_until_its_owner_approves(meeting, role):
    code = await meeting.invite(role)

    opened = await meeting.admissions.open(code, ANN)
    before = await meeting.role_of(ANN)
    question = await meeting.question()
    answered = await meeting.admissions.answer(OWNER, question.approve_id)

    assert (opened, before) == (InviteState.WAITING, None)
    assert (question.newcomer_id, question.name, question.role) == (ANN.user_id, "Ann Lee", role)
    assert answered == Answered(newcomer=Newcomer(user_id=ANN.user_id, name="Ann Lee"), role=role)
    assert await meeting.role_of(ANN) is role
    assert (await meeting.alerts())[-1] == (ANN.user_id, Welcomed(role=role, at=NOW))


async def test_who_is_refused_stays_a_stranger_and_the_link_is_used_up(meeting):
    code = await meeting.invite()
    await meeting.admissions.open(code, ANN)
    question = await meeting.question()

    refused = await meeting.admissions.answer(OWNER, question.refuse_id)
    then = await meeting.admissions.answer(OWNER, question.approve_id)

    assert refused.role is None
    assert isinstance(then, Nothing)
    assert await meeting.role_of(ANN) is None
    assert await meeting.admissions.open(code, ANN) is InviteState.USED


async def test_nobody_but_its_owner_can_press_approve(meeting):
    await meeting.admissions.open(await meeting.invite(), ANN)
    question = await meeting.question()

    for presser in (ANN.user_id, BOB.user_id):
        assert isinstance(await meeting.admissions.answer(presser, question.approve_id), Nothing)

    assert await meeting.role_of(ANN) is None


async def test_an_invite_counts_once_even_of_two_who_open_it_at_once(meeting):
    code = await meeting.invite()

    states = await asyncio.gather(*(meeting.admissions.open(code, one) for one in (ANN, BOB)))

    assert sorted(states) == [InviteState.USED, InviteState.WAITING]
    assert len(await meeting.alerts()) == 1


async def test_opening_it_again_asks_its_owner_nothing_new(meeting):
    code = await meeting.invite()

    states = [await meeting.admissions.open(code, ANN) for _ in range(3)]

    assert states == [InviteState.WAITING] * 3
    assert len(await meeting.alerts()) == 1


async def test_an_invite_of_yesterday_is_over(meeting):
    code = await meeting.invite()
    meeting.clock.at += timedelta(days=1)

    assert await meeting.admissions.open(code, ANN) is InviteState.EXPIRED
    assert await meeting.alerts() == []


async def test_an_answer_after_a_week_is_none(meeting):
    await meeting.admissions.open(await meeting.invite(), ANN)
    question = await meeting.question()
    meeting.clock.at += timedelta(days=7)

    assert isinstance(await meeting.admissions.answer(OWNER, question.approve_id), Nothing)
    assert await meeting.role_of(ANN) is None


async def test_a_guessed_code_is_none_and_writes_nothing(meeting):
    await meeting.invite()

    async with meeting.database.write():
        # Whoever guesses does not even wait for those who write.
        async with asyncio.timeout(5):
            opened = await meeting.admissions.open("x" * 22, ANN)

    assert opened is None
    assert await meeting.alerts() == []


async def test_the_code_is_not_in_the_database(meeting):
    code = await meeting.invite()

    async with meeting.database.read() as session:
        [row] = (await session.send(text("SELECT * FROM invites"))).all()
    assert code not in str(row)


async def test_so_many_invites_wait_and_no_more_until_they_are_over(meeting):
    for _ in range(MOST_INVITES):
        code = await meeting.invite()
    await meeting.admissions.open(code, ANN)

    too_many = await meeting.admissions.invite(OWNER, Role.VIEWER)
    meeting.clock.at += timedelta(days=1)

    assert isinstance(too_many, Nothing)
    assert isinstance(await meeting.admissions.invite(OWNER, Role.VIEWER), Invited)


async def test_who_is_in_keeps_the_role_they_have(meeting):
    for role in (Role.VIEWER, Role.TRADER):
        await meeting.admissions.open(await meeting.invite(role), ANN)
        answered = await meeting.admissions.answer(OWNER, (await meeting.question()).approve_id)

    assert isinstance(answered, Nothing)
    assert await meeting.role_of(ANN) is Role.VIEWER


async def test_a_former_owner_who_is_let_in_is_no_owner(meeting):
    await meeting.users.ensure_owners([OWNER, BOB.user_id])
    await meeting.users.ensure_owners([OWNER])
    await meeting.admissions.open(await meeting.invite(), BOB)

    await meeting.admissions.answer(OWNER, (await meeting.question()).approve_id)

    assert await meeting.role_of(BOB) is Role.VIEWER
    async with meeting.database.read() as session:
        assert (await users_store.load_user(session, BOB.user_id)).name == "Bob"
