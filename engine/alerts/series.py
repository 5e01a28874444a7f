"""The alerts of one thing that lasts, under keys that end in their number."""

from dataclasses import dataclass
from datetime import datetime

from engine.alerts.messages import Message
from engine.alerts.outbox import UNDER_PREFIX, append_alert, load_keys, message_of
from engine.storage.readable import readable_rows
from engine.storage.session import DatabaseSession
from engine.storage.statements import prefix_range


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """What was written of it, whatever became of that, oldest first."""

    #: The number of the next one: more than can be read where rows are damaged.
    count: int = 0
    #: When those were written whose time can be read.
    times: tuple[datetime, ...] = ()
    #: The messages whose data can be read.
    messages: tuple[Message, ...] = ()


async def load_series(session: DatabaseSession, *, key_prefix: str) -> Series:
    """Return what was written under numbered keys that begin so.

    The numbers are read from the keys alone: a row that is damaged elsewhere still takes its number.
    """
    keys = await load_keys(session, key_prefix=key_prefix)
    own = {number: at for key, at in keys if (number := _number_of(key, key_prefix)) is not None}
    messages = await readable_rows(
        session, UNDER_PREFIX, lambda row: (row.dedup_key, message_of(row)), **prefix_range(key_prefix)
    )
    return Series(
        count=max([*own], default=-1) + 1,
        times=tuple(at for at in own.values() if at is not None),
        messages=tuple(one for key, one in messages if _number_of(key, key_prefix) is not None),
    )


async def append_next(
    session: DatabaseSession,
    message: Message,
    *,
    key_prefix: str,
    user_id: int,
    account_id: str | None,
    now: datetime,
) -> None:
    """Put the next alert of a series into the outbox, in the transaction of its event."""
    series = await load_series(session, key_prefix=key_prefix)
    await append_alert(
        session,
        message,
        user_id=user_id,
        account_id=account_id,
        dedup_key=f"{key_prefix}{series.count}",
        now=now,
    )


def _number_of(key: object, key_prefix: str) -> int | None:
    number = str(key).removeprefix(key_prefix)
    # The copy for another reader has that reader behind its number.
    return int(number) if number.isascii() and number.isdecimal() else None
