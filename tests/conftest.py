"""Every test is watched: it leaves no process, thread, task, pipe, socket or file behind."""

import gc
import os
import shutil
import sys
from contextlib import nullcontext
from multiprocessing import forkserver
from pathlib import Path
from tempfile import gettempdir

import certifi
import pytest
from hypothesis import HealthCheck, settings

from tests.first_collection import after_the_first
from tests.leftovers import PendingTasks, belongings, left_behind

LONG = ("tests/simulation/", "tests/acceptance/", "tests/crash/")

#: What commits wait for at a disk is no part of these tests. A container's 64 MB would not do.
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own in it
ENOUGH_BYTES = 1_000_000_000


class Watch:
    """Counts what a process has before each test and after it."""

    def __init__(self):
        self._before = frozenset()
        self._tasks = PendingTasks()
        self._tasks.watch()

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_setup(self):
        self._before = belongings()
        return (yield)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        """What a fixture opens that outlives the test is none of the test's."""
        if fixturedef.scope == "function":
            return (yield)
        before = belongings()
        result = yield
        self._before |= belongings() - before
        return result

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_teardown(self):
        result = yield
        if left := [*self._tasks.taken(), *left_behind(self._before)]:
            pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)
        return result


@pytest.fixture(scope="session", autouse=True)
def _one_certificate(tmp_path_factory):
    """Trust one certificate, which is read at once: nothing here speaks TLS, and every client reads them all."""
    bundle = Path(certifi.where()).read_text()
    begins, ends = bundle.index("-----BEGIN"), bundle.index("-----END")
    file = tmp_path_factory.mktemp("trust") / "one.pem"
    file.write_text(bundle[begins : bundle.index("\n", ends) + 1])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(certifi, "where", lambda: str(file))
        patch.setenv("SSL_CERT_FILE", str(file))
        yield


@pytest.fixture(scope="session")
def forks():
    """Start what forks bots, see tests/acceptance/forked.py; it ends with this process."""
    forkserver.ensure_running()


# Where bytecode is not kept, each of some hundred processes that the tests start compiles every library again:
# seconds of work each.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# On a busy machine one example may take any time: what a property says is not how fast it is shown.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# For `make mutate`: each of some thousand mutants is met by many properties, of which the first examples notice most.
settings.register_profile("few", settings.get_profile("patient"), max_examples=10)


def pytest_configure(config):
    config.pluginmanager.register(Watch())
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


@pytest.hookimpl(wrapper=True)
def pytest_collection(session):
    """Keep the garbage collector away meanwhile: nearly all that is made stays."""
    run = getattr(session.config, "workerinput", {}).get("testrunuid")
    gc.disable()
    try:
        with after_the_first(Path(gettempdir()) / f"collecting-{run}") if run else nullcontext():
            return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes longest, whatever the order: at the end of a run a long test keeps one worker alone."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def pytest_collection_finish():
    """Let the collector pass over some thousand tests and libraries, which stay, and look seldom at what is young.

    What garbage is among them stays as well: looking for it would take each worker a second.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_xdist_auto_num_workers():
    """Take two workers more than there are processors: many tests wait for sockets and for whole processes."""
    return len(os.sched_getaffinity(0)) + 2
