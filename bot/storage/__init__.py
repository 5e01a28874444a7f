"""The database around a run: migration, backup, checks before the start, alarms while it runs."""
