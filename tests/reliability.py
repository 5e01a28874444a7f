"""Write docs/reliability.md from the table of faults and the tests that are marked with them.

`python -m tests.reliability` runs those tests first; the page is not written when one fails.
"""

import ast
import subprocess
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

from tests.fault_table import GROUPS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
_MARK = "pytest.mark.fault"
_HEAD = """# What the bot survives

Faults, what must hold then, and the tests that show it. Generated: `python -m tests.reliability` runs every test
marked with a fault (`@pytest.mark.fault("V1")`) and writes this page when all of them pass; a test fails when the page
differs from the table in `tests/faults` and the marks. Two longer runs go beyond it: `make soak` tells thousands
of simulated scenarios made of these faults, `make crash` kills the real bot in the middle of its exits.
"""


@cache
def marked_tests():
    """Return the tests that carry `@pytest.mark.fault`, by the number of the fault: node ids without parameters."""
    found = defaultdict(list)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        # Most files have no mark: they are not parsed.
        if _MARK in (text := file.read_text()):
            for number, name in _marks(ast.parse(text)):
                found[number].append(f"{file.relative_to(ROOT)}::{name}")
    return dict(found)


def _marks(module):
    for function in module.body:
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for mark in function.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == _MARK:
                yield from ((number.value, function.name) for number in mark.args)


_LIMITS = """\
## What is not defended

- Kraken: the answer to an order is lost and all its lists *and* balances are as old as before the order for twelve seconds or
  more: it is sold again. Coinbase and Alpaca refuse a second order under the same id.
- An order's row, its trades and the balance are all equally old, call a part its end and still say so two seconds later: the
  exit ends with that part, and the rest is reported once the venue shows it. If the price is still low and all is still as old
  at the next look, the rest is sold twice, out of coins that are not guarded.
- An accepted order is reported as closed with nothing, is listed nowhere, and the balance is older than it for seven seconds or
  more, although it filled: it is sold again.
- While a sale is already failing, its owner sells at the venue and buys back as much: those coins are sold.
- Coins are gone, money came, and no list shows an order for ten minutes: it counts as sold, and its owner is asked to look.
- An account is reported as it was a while ago, the answer to the order that is based on it is lost, the order never arrives, and its owner
  sells at the venue meanwhile, until about as much is gone as was sent: after ten minutes it counts as sold, and its owner is asked to look.
- A sale through another pair goes no lower than 90 % of the trigger; below it waits for the guarded pair.
- Kraken's ticker and order book freeze together: that is reported once no level changed for as long as fifty trades of the pair
  take, which is minutes for a large one and hours for a quiet one. Of what is not guarded no book is read.
- No order book of a venue can be read: a first price, a jump of more than 5 % or a top that is thin is not sold while its ticker
  stands still, nor one whose ticker differed from its book when that was read last. Both are reported.
- Alpaca's quote of a stock is its only price: if its bid falls far or is all but gone for a second while its ask stays, and the middle of
  the two is past the threshold, the shares are sold.
- Copies of a whole disk, and of a database on a network or overlay file system, are not told apart.
"""


def render():
    """The page."""
    return "\n".join([_HEAD, *(line for group in GROUPS.items() for line in _group(*group)), _LIMITS])


def _group(title, rows):
    yield f"## {title}\n"
    for row in rows:
        tests = marked_tests().get(row.number, ())
        result = "not covered yet" if not tests else "holds, in part" if row.gap else "holds"
        yield f"**{row.number}** {row.fault}: {row.outcome}. *{result}*\n"
        yield from (f"- [{_sentence(test)}](../{test.partition('::')[0]})" for test in tests)
        if row.gap:
            yield f"- Not shown: {row.gap}"
        yield ""


def _sentence(test):
    return test.partition("::test_")[2].replace("_", " ")


def main():
    tests = sorted({test for tests in marked_tests().values() for test in tests})
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", *tests], cwd=ROOT, check=False)
    if run.returncode == 0:
        PAGE.write_text(render())
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
