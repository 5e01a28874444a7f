"""A price's way to AddOrder, as docs/architecture.md lists it, is the one that a breach takes."""

import re
import sys
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[3]
#: Values are everywhere.
VALUES = "model/"


async def test_the_listed_files_run_from_a_breach_to_its_order(guarded):
    page = (ROOT / "docs/architecture.md").read_text()
    way = page[page.index("**A price's way to AddOrder**") : page.index("**A confirmation**")]
    rows = [row.split("|") for row in way.splitlines() if row.startswith("|")]
    listed = set(re.findall(r"`([\w/]+\.py)`", " ".join(row[2] for row in rows)))
    await guarded.clock.sleep(10)
    guarded.set_bid("58000")

    with files_run() as ran:
        await guarded.look()
        await guarded.world.tape("kraken").wait_for("AddOrder")

    assert listed
    assert listed <= ran, listed - ran


@contextmanager
def files_run():
    """Collect the engine's files that run a function, its properties aside; what the stand-ins call does not count."""
    ran, getters = set(), {}

    def note(frame, event, _):
        file = frame.f_code.co_filename
        if event != "call" or not file.startswith(f"{ROOT}/engine/"):
            return
        name = file.removeprefix(f"{ROOT}/engine/")
        if name in ran or name.startswith(VALUES) or frame.f_code.co_name.startswith("__"):
            return
        module = sys.modules[frame.f_globals["__name__"]]
        if module not in getters:
            getters[module] = set(_getters(module))
        if frame.f_code not in getters[module] and not _is_of_stand_in(frame):
            ran.add(name)

    sys.setprofile(note)
    try:
        yield ran
    finally:
        sys.setprofile(None)


def _getters(module):
    for one in vars(module).values():
        for member in vars(one).values() if isinstance(one, type) else ():
            if isinstance(member, property):
                yield member.fget.__code__


def _is_of_stand_in(frame):
    while frame := frame.f_back:
        if frame.f_code.co_filename.startswith(f"{ROOT}/sandbox/"):
            return True
    return False
