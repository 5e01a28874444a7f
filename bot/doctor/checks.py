"""What the doctor concludes from what it found: pure rules, each with what to do about it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import TypeGuard

from bot.configuration.settings_sources import Sources
from engine.brokers.base import KeyPermissions
from engine.model.errors import BrokerError, KeyRejectedError, MalformedKeyError, TryLaterError
from engine.model.venues import Venue
from handlers.render.numbers import threshold_percent

#: Kraken reports whole seconds, so up to one of them is rounding.
CLOCK_GOOD = timedelta(seconds=2)
#: Orders carry a deadline of 5 s: beyond it venues refuse them.
CLOCK_BAD = timedelta(seconds=4)
DISK_GOOD_BYTES = 1_000_000_000
DISK_BAD_BYTES = 100_000_000
OTHERS = 0o077
#: A loss smaller than this is reached by the spread alone.
NARROW_THRESHOLD = Decimal("-0.002")

#: How venues' messages name an unknown key.
_UNKNOWN_KEY = ("invalid key", "401", "unauthorized")

#: Venues without a request that moves money out, so there is no right to read back. Alpaca removed its own on 2026-10-09:
#: https://docs.alpaca.markets/us/changelog/2026-07-10-crypto-withdrawal-fe07e7d
_NEVER_WITHDRAWS = frozenset({Venue.ALPACA})

#: What a key and its secret look like, for somebody who pasted something else.
LOOKS: Mapping[Venue, str] = {
    Venue.KRAKEN: "Kraken's secret is base64: 88 letters, digits, + and /, ending in ==.",
    Venue.COINBASE: "Coinbase's key looks like organizations/…/apiKeys/…, its secret is a PEM from "
    r"-----BEGIN EC PRIVATE KEY----- to -----END EC PRIVATE KEY-----, on one line with \n. It must be made with "
    "ECDSA as its signature algorithm; the portal's default, Ed25519, cannot trade.",
    Venue.ALPACA: "A paper key begins with PK and needs NIJA_ALPACA_API_URL=https://paper-api.alpaca.markets.",
}


class CheckVerdict(StrEnum):
    """How a check went."""

    PASS = "PASS"  # noqa: S105 - a verdict, no password
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One line of the doctor's report."""

    name: str
    verdict: CheckVerdict
    finding: str
    #: What to do; empty when all is well.
    advice: str = ""


def check_nobody_runs(guards: int) -> Check:
    """Judge that no bot runs by what is guarded."""
    if not guards:
        return passed("bot", "none is running here, and nothing is guarded")
    are = "1 guard is" if guards == 1 else f"{guards} guards are"
    return warned("bot", f"none is running here: {are} not watched", "Start it with `nija run`.")


def passed(name: str, finding: str) -> Check:
    """Report that something is well."""
    return Check(name=name, verdict=CheckVerdict.PASS, finding=finding)


def warned(name: str, finding: str, advice: str) -> Check:
    """Report what should be seen to."""
    return Check(name=name, verdict=CheckVerdict.WARN, finding=finding, advice=advice)


def failed(name: str, finding: str, advice: str) -> Check:
    """Report what must be seen to."""
    return Check(name=name, verdict=CheckVerdict.FAIL, finding=finding, advice=advice)


def check_sources(sources: Sources, mode: str) -> Check:
    """Report where the settings were found, and where they belong when there are none."""
    places = [f"{sources.in_file} from {sources.file}" if sources.file else "no .env here"]
    if sources.in_environment:
        places.append(f"{sources.in_environment} from the environment")
    finding = f"{', '.join(places)}; mode {mode}"
    if sources.in_file or sources.in_environment:
        return passed("settings", finding)
    if sources.file:
        advice = f"Nothing is filled in yet: fill in {sources.file}, as .env.example describes it."
        return warned("settings", finding, advice)
    advice = "Make a file of settings: install -m 600 .env.example .env, then fill it in; or name one with --env-file FILE."
    return warned("settings", finding, advice)


def check_brokers(venues: Collection[Venue]) -> Check:
    """Report for which brokers there is a key."""
    if venues:
        return passed("brokers", ", ".join(venue.label for venue in venues))
    return warned(
        "brokers",
        "none set: there is nothing to show and nothing to guard",
        "Put a key that may not withdraw into NIJA_KRAKEN_API_KEY and NIJA_KRAKEN_API_SECRET, or Coinbase's, "
        "or Alpaca's.",
    )


def check_paper_brokers(with_keys: Collection[Venue]) -> Check:
    """Report that every broker is on paper, and that no key is used."""
    finding = f"{', '.join(venue.label for venue in Venue)}, on paper: no key is needed"
    if with_keys:
        finding += f", and those of {' and '.join(venue.label for venue in with_keys)} are not used"
    return passed("brokers", finding)


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
    if may.block:
        advice = f"Ask {venue.label} what it is about; until it is lifted no guard can sell."
        return failed(name, f"it works, but no order is taken: {may.block}", advice)
    if missing:
        return failed(
            name,
            f"it may not {' or '.join(missing)}",
            f"Give the {venue.label} key the rights to read and to trade; without them no guard can sell.",
        )
    if may.can_withdraw is None and venue not in _NEVER_WITHDRAWS:
        finding = f"it works; {venue.label} does not tell whether it can withdraw"
        return warned(
            name,
            "; ".join((finding, *may.limits)),
            "Look it up where you made it.",
        )
    if may.limits:
        return warned(name, "; ".join(("it works", *may.limits)), f"Look into the account at {venue.label}.")
    is_known = may.can_withdraw is False
    unreported = f"it works; a key of {venue.label} cannot withdraw by API"
    return passed(name, "it may read and trade and cannot withdraw" if is_known else unreported)


def check_link(
    venue: Venue, skew: timedelta | BrokerError, may: KeyPermissions | BrokerError | None
) -> list[Check]:
    """Judge a venue's clock and, where there is one, the key; a venue that is not reached is one line."""
    if _is_unreachable(skew) and _is_unreachable(may):
        finding = f"not reached, so neither its clock nor the key was checked: {skew.message}"
        return [failed(venue.label, finding, _advice(venue, skew))]
    clock = check_clock_error(venue, skew) if isinstance(skew, BrokerError) else check_clock(venue, skew)
    if may is None:
        return [clock]
    if isinstance(may, BrokerError):
        return [clock, check_key_error(venue, may)]
    return [clock, check_permissions(venue, may)]


#: Reported where there is no database yet to store the nonce of a request.
COUNTER_NOT_KEPT = Check(
    name=f"{Venue.KRAKEN} key",
    verdict=CheckVerdict.WARN,
    finding="not checked: this machine's clock is ahead of Kraken's, and a number sent now would make it refuse the bot's own",
    advice="Put the clock right, then ask nija doctor again.",
)


def may_mislead_counter(skew: timedelta | BrokerError) -> bool:
    """Return whether a number made by this clock is higher than the bot's own will be once it is put right."""
    return isinstance(skew, timedelta) and skew > CLOCK_GOOD


def _is_unreachable(answer: object) -> TypeGuard[BrokerError]:
    return isinstance(answer, BrokerError) and not isinstance(answer, KeyRejectedError)


def check_key_error(venue: Venue, error: BrokerError) -> Check:
    """Judge why a venue did not answer to a key."""
    return failed(f"{venue} key", _refusal(venue, error), _advice(venue, error))


def _refusal(venue: Venue, error: BrokerError) -> str:
    """Return that a key is not accepted, with the venue's message."""
    if isinstance(error, MalformedKeyError) or not isinstance(error, KeyRejectedError):
        return error.message
    is_unknown = any(sign in error.message.lower() for sign in _UNKNOWN_KEY)
    return f"{venue.label} {'does not know' if is_unknown else 'refuses'} this key ({error.message})"


def check_clock_error(venue: Venue, error: BrokerError) -> Check:
    """Judge why a venue did not report its time; some report it to known keys only."""
    name = f"clock against {venue.label}"
    if isinstance(error, KeyRejectedError):
        state = "malformed" if isinstance(error, MalformedKeyError) else "refused"
        return warned(name, f"not checked: the key is {state}", _advice(venue, error))
    return failed(name, error.message, _advice(venue, error))


def _advice(venue: Venue, error: BrokerError) -> str:
    prefix = f"NIJA_{venue.upper()}_API_"
    match error:
        case MalformedKeyError():
            return f"Compare {prefix}KEY and {prefix}SECRET with what you copied. {LOOKS[venue]}"
        case KeyRejectedError():
            return f"Check {prefix}KEY and {prefix}SECRET, and that the key is still active. {LOOKS[venue]}"
        case TryLaterError():
            return f"Try again in a minute; if that does not help, check the network and {prefix}URL."
    return f"Check the network and {prefix}URL."


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


def check_env_file(file: Path, mode: int) -> Check:
    """Judge who may read the file that the keys stand in."""
    name = "settings file"
    if mode & OTHERS:
        finding = f"{file}: others on this machine may read your keys ({mode & 0o777:o})"
        return warned(name, finding, f"chmod 600 {file}")
    return passed(name, f"{file}: yours alone ({mode & 0o777:o})")


def check_threshold(threshold: Decimal) -> Check:
    """Judge at which loss guards sell: closer than fees and spread it is probably a zero too many."""
    finding = f"new guards sell at {threshold_percent(threshold)} of their cost"
    if threshold > NARROW_THRESHOLD:
        return warned(
            "threshold",
            f"{finding}, less than a usual spread",
            "Check NIJA_LIQUIDATION_PNL: -0.01 is a loss of one percent.",
        )
    return passed("threshold", finding)


def check_unstarted(chat_id: int, alerts: int) -> Check:
    """Report an owner whom Telegram lets the bot not write to."""
    return warned(
        f"owner {chat_id}",
        f"{alerts} {'alert waits' if alerts == 1 else 'alerts wait'}: Telegram lets no bot write first",
        "Open the bot's chat under this account and press Start, or unblock the bot there.",
    )


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
