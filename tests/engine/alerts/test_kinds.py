from typing import get_args

from engine.alerts.kinds import CRITICAL, AlertKind
from engine.alerts.messages import Message


def test_every_message_has_its_kind_and_every_kind_its_message():
    (union, _discriminator) = get_args(Message)

    assert {message.__dataclass_fields__["kind"].default for message in get_args(union)} == set(AlertKind)


def test_exits_are_critical():
    assert {AlertKind.EXIT_FILLED, AlertKind.EXIT_FAILING, AlertKind.EXIT_PARKED} <= CRITICAL
