"""Relative paths among the settings: one in a file means the same from whatever folder the file is named."""

from collections.abc import Collection, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import make_url

from bot.command_errors import SettingsError
from engine.storage.backup import database_file

if TYPE_CHECKING:
    from bot.configuration.settings import Settings


def resolve_paths(
    settings: "Settings", env_file: Path | None, *, in_environment: Collection[str]
) -> "Settings":
    """Make the data dir and the database absolute.

    The environment's are relative to the working directory, the file's and the defaults to the file's folder.

    Raises:
        SettingsError: the database lies where the working directory would have it, and there is none in the file's folder.

    """
    folder = env_file.parent.resolve() if env_file and env_file.is_file() else Path()
    resolved = settings.model_copy(update=dict(_resolved(settings, folder, in_environment)))
    _refuse_left_behind(database_file(settings.database_url), database_file(resolved.database_url))
    return resolved


def _resolved(
    settings: "Settings", folder: Path, in_environment: Collection[str]
) -> Iterator[tuple[str, Path | str]]:
    def base(name: str) -> Path:
        return Path() if name in in_environment else folder

    data_dir = (base("data_dir") / settings.data_dir).absolute()
    yield "data_dir", data_dir
    if "database_url" not in settings.model_fields_set:
        yield "database_url", f"sqlite+aiosqlite:///{data_dir}/nija.db"
    elif (file := database_file(settings.database_url)) and _is_plain(file):
        moved = (base("database_url") / file).absolute()
        url = make_url(settings.database_url).set(database=str(moved))
        yield "database_url", url.render_as_string(hide_password=False)


def _is_plain(file: Path) -> bool:
    return not str(file).startswith((":memory:", "file:"))


def _refuse_left_behind(in_working_directory: Path | None, file: Path | None) -> None:
    """An update must not start an installation anew beside its own database."""
    if not file or not in_working_directory:
        return
    left = in_working_directory.absolute()
    if left != file and _is_there(left) and not _is_there(file):
        raise SettingsError(
            f"There is no database at {file}, where the file of settings has it, but there is one at {left}: a "
            "relative path in that file begins at the file's own folder. If that database is the one you want, set "
            f"NIJA_DATA_DIR to {left.parent} (the whole path); otherwise call nija from another folder."
        )


def _is_there(file: Path) -> bool:
    # A name too long, or of an unreadable folder, is reported where the data dir is opened.
    with suppress(OSError):
        return file.exists()
    return False
