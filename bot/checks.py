"""What the doctor concludes from what it found: pure rules, each with what to do about it."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from engine.brokers.base import KeyPermissions
from engine.errors import BrokerError, KeyRejectedError, TryLaterError
from engine.venues import Venue

#: Kraken tells whole seconds, so up to one of them is rounding.
CLOCK_GOOD = timedelta(seconds=2)
#: Orders carry a deadline of 5 s: beyond it venues refuse them.
CLOCK_BAD = timedelta(seconds=4)
DISK_GOOD_BYTES = 1_000_000_000
DISK_BAD_BYTES = 100_000_000
OTHERS = 0o077


class Verdict(StrEnum):
    """How a check went."""

    PASS = "PASS"  # noqa: S105 - a word, no password
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor's report."""

    name: str
    verdict: Verdict
    finding: str
    #: What to do; empty when all is well.
    advice: str = ""


def passed(name: str, finding: str) -> Check:
    """Report that something is well."""
    return Check(name=name, verdict=Verdict.PASS, finding=finding)


def warned(name: str, finding: str, advice: str) -> Check:
    """Report what should be seen to."""
    return Check(name=name, verdict=Verdict.WARN, finding=finding, advice=advice)


def failed(name: str, finding: str, advice: str) -> Check:
    """Report what must be seen to."""
    return Check(name=name, verdict=Verdict.FAIL, finding=finding, advice=advice)


def check_permissions(venue: Venue, may: KeyPermissions) -> Check:
    """Judge what a key may do: it must read and trade, and it must not withdraw."""
    name = f"{venue} key"
    if may.can_withdraw:
        return failed(
            name,
            "THIS KEY CAN WITHDRAW YOUR MONEY",
            f"Make a new {venue.label} key without the right to withdraw, put it in its place, delete this one.",
        )
    missing = [what for what, can in (("read", may.can_read), ("trade", may.can_trade)) if can is False]
    if missing:
        return failed(
            name,
            f"it may not {' or '.join(missing)}",
            f"Give the {venue.label} key the rights to read and to trade; without them no guard can sell.",
        )
    if may.can_withdraw is None:
        return warned(
            name,
            f"it works; {venue.label} does not tell whether it can withdraw",
            "Look it up where you made it.",
        )
    return passed(name, "it may read and trade and cannot withdraw")


def check_key_error(venue: Venue, error: BrokerError) -> Check:
    """Judge why a venue did not answer to a key."""
    match error:
        case KeyRejectedError():
            advice = f"Check NIJA_{venue.upper()}_API_KEY and _API_SECRET, and that the key is still active."
        case TryLaterError():
            advice = "Try again in a minute."
        case _:
            advice = f"Check the network and NIJA_{venue.upper()}_API_URL."
    return failed(f"{venue} key", error.words, advice)


def check_clock(venue: Venue, skew: timedelta) -> Check:
    """Judge how far this machine's clock is ahead of a venue's; negative is behind."""
    name, size = f"clock against {venue.label}", abs(skew)
    where = "ahead" if skew > timedelta(0) else "behind"
    finding = f"{size.total_seconds():.1f} s {where}"
    if size < CLOCK_GOOD:
        return passed(name, finding)
    advice = "Let the machine keep its time by NTP (timedatectl set-ntp true)."
    return warned(name, finding, advice) if size < CLOCK_BAD else failed(name, finding, advice)


def check_disk(free_bytes: int) -> Check:
    """Judge the space left where the database lies."""
    finding = f"{free_bytes / 1e9:.1f} GB free"
    if free_bytes >= DISK_GOOD_BYTES:
        return passed("disk space", finding)
    advice = "Make room: a full disk stops nonces and order records, and with them every sale."
    judge = warned if free_bytes >= DISK_BAD_BYTES else failed
    return judge("disk space", finding, advice)


def check_mode(name: str, mode: int) -> Check:
    """Judge the permissions of a file or folder with secrets in it."""
    if mode & OTHERS:
        return failed(f"{name} permissions", f"others may use it ({mode & 0o777:o})", f"chmod go= {name}")
    return passed(f"{name} permissions", f"yours alone ({mode & 0o777:o})")


def check_revision(found: str | None, wanted: str) -> Check:
    """Judge the database's schema."""
    if found == wanted:
        return passed("database revision", wanted)
    return warned("database revision", f"{found or 'none'}, this NIJA wants {wanted}", "Run `nija migrate`.")


def check_damage(damage: tuple[str, ...]) -> Check:
    """Judge what the database's own checks complain about."""
    if not damage:
        return passed("database integrity", "sound")
    return failed(
        "database integrity",
        "; ".join(damage[:3]),
        "Stop the bot and put a backup back: `nija restore FILE`.",
    )
