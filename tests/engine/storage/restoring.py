from engine.storage.backup import finish_restore, prepare_restore


def restore_database(file, target, *, now):
    """Put a backup in the place of a database that nobody has open, as `nija restore` does."""
    with prepare_restore(file, target) as prepared:
        return finish_restore(prepared, now=now)
