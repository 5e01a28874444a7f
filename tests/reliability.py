"""Write docs/reliability.md from the table of faults: `python -m tests.reliability`.

Every test that the table names is run first; the page is not written when one fails.
"""

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path

from tests.fault_table import GROUPS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reliability.md"
_HEAD = """# What the bot survives

Faults, what must hold then, and the tests that show it. Generated: `python -m tests.reliability` runs every test
named here and writes this page when all of them pass; a test fails when the page and the table in
`tests/faults` differ or a named test is not there. Two longer runs go beyond it: `make soak` tells thousands
of simulated scenarios made of these faults, `make crash` kills the real bot in the middle of its exits.
"""


def named_tests():
    """Every node id of the table, each once."""
    return sorted({test for rows in GROUPS.values() for row in rows for test in row.tests})


def missing_tests():
    """The node ids of the table that no file has."""
    return [test for test in named_tests() if not _exists(*test.split("::"))]


_LIMITS = """\
## What is not defended

- Kraken: the answer to an order is lost and all its lists *and* balances are as old as before the order for twelve seconds or
  more: it is sold again. Coinbase and Alpaca refuse a second order under the same id.
- An order's row, its trades and the balance are all equally old, call a part its end and still say so two seconds later: the
  exit ends with that part, and the rest is told once the venue shows it. If the price is still low and all is still as old
  at the next look, the rest is sold twice, out of coins that are not guarded.
- An accepted order is told as closed with nothing, is listed nowhere, and the balance is older than it for seven seconds or
  more, although it filled: it is sold again.
- While a sale is already failing, its owner sells by hand and buys back as much: those coins are sold.
- Coins are gone, money came, and no list shows an order for ten minutes: it counts as sold, and its owner is asked to look.
- A sale through another pair goes no lower than 90 % of the trigger; below it waits for the guarded pair.
- Kraken's ticker and order book freeze together: that is told once no level changed for as long as fifty trades of the pair
  take, which is minutes for a large one and hours for a quiet one. Of what is not guarded no book is read.
- Copies of a whole disk, and of a database on a network or overlay file system, are not told apart.
"""


def render():
    """The page."""
    return "\n".join([_HEAD, *(line for group in GROUPS.items() for line in _group(*group)), _LIMITS])


def _group(title, rows):
    yield f"## {title}\n"
    for row in rows:
        result = "not covered yet" if not row.tests else "holds, in part" if row.gap else "holds"
        yield f"**{row.number}** {row.fault}: {row.outcome}. *{result}*\n"
        yield from (f"- [{_sentence(test)}](../{test.partition('::')[0]})" for test in row.tests)
        if row.gap:
            yield f"- Not shown: {row.gap}"
        yield ""


def _sentence(test):
    return test.partition("::test_")[2].replace("_", " ")


def _exists(path, name):
    return name in _functions(ROOT / path)


@cache
def _functions(file):
    if not file.exists():
        return frozenset()
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(one.name for one in ast.parse(file.read_text()).body if isinstance(one, functions))


def main():
    run = subprocess.run([sys.executable, "-m", "pytest", "-q", *named_tests()], cwd=ROOT, check=False)
    if run.returncode == 0:
        PAGE.write_text(render())
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
