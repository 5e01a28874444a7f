"""The text for everything that did not work: what was not done, why, and what to do next."""

from collections.abc import Sequence
from dataclasses import replace

from engine.model.errors import (
    BrokerError,
    InvalidNonceError,
    KeyRejectedError,
    LockedOutError,
    MisconfiguredError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)
from engine.users.roles import Role
from handlers.arguments import Misread
from handlers.render.html import code, foreign
from handlers.render.screen import Screen

UP_TO_DATE = "Up to date."
OLD_BUTTON = "This button is from an older version of NIJA. Nothing was changed; send the command again."
MAY_NOT_CHANGE = "You may look, but not change anything. Nothing was changed."
_OWNERS_ONLY = "Only an owner of this bot may do that. Nothing was changed."
NO_ACCOUNT = (
    "You have no account at any broker here, so there is nothing to show and nothing to trade. "
    "/help lists what you may use."
)
NOT_REFRESHED = "The screen was not refreshed; what it shows is as old as it says."
CHOICE_UNCERTAIN = (
    "Your answer may or may not have been carried out. "
    "See /positions for what is guarded before you answer again."
)
SALE_UNCERTAIN = (
    "The sale may or may not have begun. See /history and /positions before you ask for it again."
)
PANIC_UNCERTAIN = (
    "Buys may or may not be stopped, and sales may or may not have begun. "
    "See /status and /positions; /panic can be sent again, nothing is sold twice."
)
BUY_UNCERTAIN = "The buy may or may not have begun. See /positions before you ask for it again."
CANCEL_UNCERTAIN = "The order may or may not have been cancelled; /orders shows whether it is still open."
NOTHING_DONE = "Nothing was done."
ADMISSION_UNCERTAIN = "They may or may not have been let in; /users shows who is."
RESET_UNCERTAIN = "The accounts may or may not have been reset; /balance shows it."
MEMBER_UNCERTAIN = "They may or may not have been changed; /users shows how it is."
FAILED_TOAST = "That did not work; see the chat."


def render_misread(misread: Misread) -> Screen:
    """Return what could not be understood, with lines that would be."""
    examples = " or ".join(map(code, (misread.example, *misread.others)))
    return Screen(text=f"{foreign(misread.why)}\nFor example: {examples}")


def with_ignored(screen: Screen, arguments: Sequence[str], command: str) -> Screen:
    """Say above a screen which arguments were ignored."""
    note = f"“{foreign(' '.join(arguments))}” was ignored: nothing can follow /{command}."
    return replace(screen, text=f"{note}\n\n{screen.text}")


def may_not_text(needed: Role) -> str:
    """Return the refusal of what takes another role."""
    return MAY_NOT_CHANGE if needed is Role.TRADER else _OWNERS_ONLY


def render_failure(error: BaseException | None, *, not_done: str, incident: str) -> Screen:
    """Return what was not done, why, what to do, and the code under which the log has it."""
    cause = _broker_text(error) if isinstance(error, BrokerError) else _OUR_FAULT
    return Screen(text=f"{foreign(not_done)}\n\n{foreign(cause)}\n\nIncident {code(incident)}")


_OUR_FAULT = (
    "Something inside NIJA failed. Guards are watched apart from the chat; /status shows whether they are. "
    "Try again; if it stays, look for the incident in the log."
)


#: What happened and what to do; the first kind that fits speaks.
_BROKER_TEXT: tuple[tuple[type[BrokerError], str, str], ...] = (
    (KeyRejectedError, "{} refuses the key", "Check the key and its permissions; nija doctor names them."),
    (LockedOutError, "{} has locked the key for a while", "NIJA lets it rest; wait 15 minutes."),
    (InvalidNonceError, "{} refuses the request's number", "Make sure that nothing else uses this key."),
    (TryLaterError, "{} cannot answer now", "Try again in a minute."),
    (
        UnknownOutcomeError,
        "It is not known whether {} carried the request out",
        "NIJA keeps asking until it knows; do not repeat it.",
    ),
    (RefusedError, "{} said no", "Nothing happened there."),
    (MisconfiguredError, "{} gave an answer that makes no sense", "nija doctor checks its address."),
    (BrokerError, "{} did not do it", "Try again in a minute."),
)


def _broker_text(error: BrokerError) -> str:
    said, advice = next((said, advice) for kind, said, advice in _BROKER_TEXT if isinstance(error, kind))
    return f"{said.format(error.venue.label)}: “{error.message}”. {advice}"
