"""The accounts of a statement: how each is headed, and what is missing of any."""

from collections.abc import Collection, Iterator, Sequence

from engine.statements.pnl import StatedAccount
from handlers.render.html import bold, escape
from handlers.render.times import Reader


def account_head(account: StatedAccount, reader: Reader) -> str:
    """Name an account and how old what is known of it is."""
    read = reader.age(account.read_at) if account.read_at else "not read yet"
    return f"{bold(_name(account))} · {read}"


def lines_beside(
    accounts: Sequence[StatedAccount], shown: Collection[StatedAccount], *, unreadable: int
) -> Iterator[str]:
    """Name the accounts without trades, those whose trades may be missing, and the records that could not be read."""
    quiet = [_name(account) for account in accounts if account not in shown]
    unread = [_name(account) for account in accounts if account.read_at is None]
    if not accounts:
        yield "No broker is connected."
    if quiet:
        yield f"No trades: {escape(', '.join(quiet))}."
    if unread:
        names = escape(", ".join(unread))
        yield f"Not read since NIJA started: {names}. What you traded there yourself may be missing."
    if unreadable:
        records = "1 stored record" if unreadable == 1 else f"{unreadable} stored records"
        yield f"Missing here, because it cannot be read: {records}."


def _name(account: StatedAccount) -> str:
    return " ".join(filter(None, (account.venue.label, account.label)))
