"""A database is of live accounts or of accounts on paper, and is opened in that mode alone."""

from pathlib import Path

from bot.command_errors import SettingsError
from engine.storage.contents import load_account_origins
from engine.users.accounts import KeyOrigin
from handlers.render.paper import PAPER_MODE

LIVE = "live"

_SENTENCES = {
    PAPER_MODE: "The database {file} is of live accounts, which NIJA_MODE=paper does not open; nothing was changed. Give paper "
    "trading a folder of its own, such as NIJA_DATA_DIR=./data-paper.",
    LIVE: "The database {file} is of accounts on paper, which NIJA_MODE=live does not open; nothing was changed. Set "
    "NIJA_MODE=paper, or NIJA_DATA_DIR to a folder of its own for live trading.",
}


def why_other_mode(file: Path | None, mode: str) -> str:
    """Return why a database is not opened in a mode; empty where it may be, as any is that has no accounts yet."""
    origins = load_account_origins(file) if file and file.exists() else frozenset()
    is_paper = KeyOrigin.PAPER in origins
    is_other = bool(origins) and is_paper is not (mode == PAPER_MODE)
    return _SENTENCES[mode].format(file=file) if is_other else ""


def refuse_other_mode(file: Path | None, mode: str) -> None:
    """Read which mode a database is of, before anything is written to it.

    Raises:
        SettingsError: it is of the other one.

    """
    if why := why_other_mode(file, mode):
        raise SettingsError(why)
