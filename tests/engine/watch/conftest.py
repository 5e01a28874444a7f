"""A guard whose price is pushed."""

import pytest

from tests.engine.watch.streaming import give_stream, read


@pytest.fixture
async def streamed(guarded):
    """The same, with its price pushed."""
    give_stream(guarded)
    await read(guarded)
    return guarded


@pytest.fixture
async def agreed(streamed):
    """The same, and a look has just shown what the stream does."""
    await streamed.look()
    return streamed
