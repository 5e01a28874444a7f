from dataclasses import replace
from datetime import timedelta

import pytest

from engine.users.invites import (
    Invite,
    InviteState,
    Newcomer,
    hash_of,
    is_code,
    new_code,
    short_name,
)
from engine.users.roles import Role
from tests.engine.storage.stored import NOW, OWNER

ANN, BOB = Newcomer(user_id=2003, name="Ann"), Newcomer(user_id=2004, name="Bob")
NEW = Invite(
    code_hash="h", user_id=OWNER, role=Role.VIEWER, created_at=NOW, expires_at=NOW + timedelta(days=1)
)
OPENED = replace(NEW, newcomer=ANN, opened_at=NOW)
ANSWERED = replace(OPENED, answered_at=NOW)


@pytest.mark.parametrize(
    ("invite", "opener", "after", "state"),
    [
        pytest.param(NEW, ANN, timedelta(0), InviteState.OPEN, id="new"),
        pytest.param(NEW, ANN, timedelta(hours=23), InviteState.OPEN, id="an hour before its end"),
        pytest.param(NEW, ANN, timedelta(days=1), InviteState.EXPIRED, id="at its end"),
        pytest.param(NEW, ANN, timedelta(seconds=-1), InviteState.EXPIRED, id="the clock was set back"),
        pytest.param(OPENED, ANN, timedelta(days=2), InviteState.WAITING, id="opened by them"),
        pytest.param(OPENED, BOB, timedelta(0), InviteState.USED, id="opened by somebody else"),
        pytest.param(OPENED, ANN, timedelta(days=7), InviteState.USED, id="waited a week"),
        pytest.param(ANSWERED, ANN, timedelta(0), InviteState.USED, id="answered"),
    ],
)
def test_an_invite_is_opened_once_within_a_day(invite, opener, after, state):
    assert invite.state_for(opener.user_id, NOW + after) is state


@pytest.mark.parametrize(("invite", "waits"), [(NEW, False), (OPENED, True), (ANSWERED, False)])
def test_only_who_opened_it_and_has_no_answer_waits(invite, waits):
    assert invite.is_waiting(NOW) is waits


def test_a_code_has_128_bits_and_never_comes_twice():
    codes = {new_code() for _ in range(1000)}

    assert len(codes) == 1000
    assert all(is_code(code) for code in codes)
    assert 22 * 6 >= 128


@pytest.mark.parametrize("text", ["", "abc", "x" * 21, "x" * 23, "x" * 21 + "!", " " * 22, "ü" * 22])
def test_anything_else_is_no_code(text):
    assert not is_code(text)


def test_a_code_is_recognised_by_its_hash_alone():
    code = new_code()

    assert code not in hash_of(code)
    assert hash_of(code) == hash_of(code) != hash_of(new_code())


@pytest.mark.parametrize(
    ("name", "kept"),
    [("Ann", "Ann"), ("A" * 100, "A" * 64), ("Ann\nOwner\u202e x", "Ann Owner x"), ("\n", "")],
)
def test_a_name_is_one_short_line(name, kept):
    assert short_name(name) == kept
