"""The database: exact columns, statements, backup and restore, and what a process notes of itself."""
