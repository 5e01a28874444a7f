"""One SQLite dialect for every database of a test run, so that each statement is compiled once and not once a test.

SQLAlchemy keeps what it has compiled by dialect and by engine. A process opens its database once; a test run opens
thousands, and compiling again was a quarter of the work of a test with a database.
"""

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import SQLiteDialect_aiosqlite
from sqlalchemy.util import LRUCache

STATEMENTS = 4000
COMPILED = LRUCache(STATEMENTS)
MADE = {}


class SharedDialect(SQLiteDialect_aiosqlite):
    supports_statement_cache = True

    _driver = SQLiteDialect_aiosqlite.import_dbapi()

    def __new__(cls, **options):
        return MADE.setdefault(frozenset(options.items()), super().__new__(cls))

    def __init__(self, **options):
        if not vars(self):
            super().__init__(**options)

    @classmethod
    def import_dbapi(cls):
        return cls._driver

    @classmethod
    def get_async_dialect_cls(cls, url):
        return cls

    @classmethod
    def engine_created(cls, engine):
        engine.update_execution_options(compiled_cache=COMPILED)


def share_dialect():
    registry.register("sqlite.aiosqlite", SharedDialect.__module__, SharedDialect.__name__)
