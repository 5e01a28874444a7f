"""`python -m bench.mutants PERCENT`: how many mutants the tests killed; fails below so many percent.

Reads what `mutmut export-cicd-stats` wrote. A mutant that no test reaches counts as alive.
"""

import json
import sys
from pathlib import Path

STATS = Path("mutants/mutmut-cicd-stats.json")


def main(least_percent: float) -> int:
    stats = json.loads(STATS.read_text())
    killed, total = stats["killed"] + stats["timeout"], stats["total"]
    percent = 100 * killed / total
    print(
        f"{killed} of {total} mutants killed: {percent:.1f} % (at least {least_percent:g} %);"
        f" {stats['survived']} survived, {stats['no_tests']} no test reaches"
    )
    return 0 if percent >= least_percent else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1])))
