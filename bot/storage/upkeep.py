"""The commands that look after the database, each returning what it did."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from bot.command_errors import CommandError
from bot.configuration.settings import Settings
from bot.storage.database_mode import refuse_other_mode
from bot.storage.storage_text import disk_sentence
from bot.supervision.lease import hold_data_dir
from engine.clock import Clock
from engine.nonce.store import NonceStatus, NonceStore
from engine.storage.backup import (
    Backup,
    BackupError,
    PreparedBackup,
    Restored,
    backup_database,
    database_file,
    finish_restore,
    prepare_restore,
)
from engine.storage.migrate import Migrated, MigrationRefusedError, run_migrations
from engine.storage.swap import UnfinishedSwapError, refuse_unfinished
from migrations import SCRIPTS


def migrate(settings: Settings, clock: Clock) -> Migrated:
    """Bring the database to the newest revision, after a backup; no bot may run meanwhile."""
    with hold_data_dir(settings.data_dir, database=database_file(settings.database_url)):
        return migrate_held(settings, clock)


def migrate_held(settings: Settings, clock: Clock) -> Migrated:
    """Do the same for a caller who holds the data dir already.

    Raises:
        CommandError: the database is of the other mode, damaged, of a newer version or cannot be backed up.

    """
    # Trading for real where paper was requested would be the worst outcome.
    refuse_other_mode(database_file(settings.database_url), settings.mode)
    try:
        return run_migrations(
            settings.database_url, scripts=SCRIPTS, backups=settings.data_dir / "backups", now=clock.now()
        )
    except (MigrationRefusedError, BackupError) as refusal:
        raise _refused(refusal) from refusal
    except DatabaseError as error:
        if isinstance(error, OperationalError):
            raise
        raise damaged(database_file(settings.database_url), str(error.orig)) from error


def damaged(file: Path | None, why: str) -> CommandError:
    """Return what the owner of a damaged database must do."""
    return CommandError(
        f"The database {file} is damaged ({' '.join(why.split())}). Nothing was started. Put a backup in its place "
        "with nija restore FILE; copies made before migrations are in the folder backups of the data dir."
    )


def backup(settings: Settings, file: Path) -> Backup:
    """Copy the database into a checked file, also beside a running bot."""
    try:
        return backup_database(_sqlite_file(settings), file)
    except (BackupError, UnfinishedSwapError) as refusal:
        raise _refused(refusal) from refusal


def restore(
    settings: Settings, file: Path, clock: Clock, *, agrees: Callable[[PreparedBackup], bool] = lambda _: True
) -> Restored | None:
    """Put a backup in the database's place if `agrees` accepts it; no bot may run meanwhile. None means declined."""
    database = _sqlite_file(settings)
    with hold_data_dir(settings.data_dir, database=database):
        try:
            with prepare_restore(file, database) as prepared:
                return finish_restore(prepared, now=clock.now()) if agrees(prepared) else None
        except BackupError as refusal:
            raise _refused(refusal) from refusal


def _refused(refusal: Exception) -> CommandError:
    """Return a refusal with what is to be done about the disk, where that was the cause."""
    sentence = disk_sentence(refusal.__cause__)
    return CommandError(f"{refusal}. {sentence}" if sentence else str(refusal))


async def list_nonces(settings: Settings, clock: Clock) -> tuple[NonceStatus, ...]:
    """Read every key's counter, also beside a running bot."""
    file = _sqlite_file(settings)
    try:
        refuse_unfinished(file)
    except UnfinishedSwapError as refusal:
        raise CommandError(str(refusal)) from refusal
    if not file.exists():
        return ()
    store = await NonceStore(file, clock).open()
    try:
        return await store.list_nonces()
    finally:
        await store.close()


def _sqlite_file(settings: Settings) -> Path:
    file = database_file(settings.database_url)
    if file is None:
        raise CommandError(
            "This command is for SQLite; use PostgreSQL's own tools (pg_dump, pg_restore, psql)."
        )
    return file
