"""The database: tables, exact columns, engines and repositories."""
