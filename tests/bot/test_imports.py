import gc

import pytest

from bot.imports import nothing_collected


@pytest.fixture(autouse=True)
def _as_before():
    yield
    gc.unfreeze()
    gc.enable()


def test_nothing_is_collected_while_importing():
    with nothing_collected():
        assert not gc.isenabled()

    assert gc.isenabled()


def test_what_was_imported_is_never_looked_through_again():
    with nothing_collected():
        imported = {"a module": []}

    assert gc.get_freeze_count()
    assert not any(known is imported for known in gc.get_objects())


def test_an_import_that_fails_leaves_the_collector_on():
    with pytest.raises(ImportError), nothing_collected():
        raise ImportError

    assert gc.isenabled()
