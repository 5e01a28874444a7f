"""Each in an interpreter of its own: what is imported stays."""

import subprocess
import sys

import pytest

VENUES = ("alpaca", "coinbase", "kraken")

DESCRIBED = f"""
import json

def described(classes):
    return [json.dumps(getattr(classes, name)().describe(), default=repr) for name in {VENUES}]
"""

PLAINLY = "import ccxt.async_support as plain"
OURS = "from engine.brokers.ccxt_classes import import_classes; ours = import_classes()"


def run(*lines, path=None):
    command = [sys.executable, "-c", "\n".join(lines)]
    environment = {"PYTHONPATH": f"{path}:." if path else "."}
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_classes_are_those_of_a_plain_import():
    # Those of the plain import are taken as they are, whoever imported them before.
    plain = run(
        DESCRIBED,
        PLAINLY,
        OURS,
        "print(described(plain))",
        *(f"assert plain.{v} is ours.{v}" for v in VENUES),
    )
    exchanges = "import sys; print(*(name for name in sys.modules if 'ccxt.abstract.' in name))"
    ours, others = run(DESCRIBED, OURS, "print(described(ours))", exchanges).splitlines()

    assert ours == plain.strip()
    assert others.split() == [f"ccxt.abstract.{name}" for name in VENUES]


@pytest.mark.parametrize(
    "asked",
    [
        "import ccxt.async_support as whole; assert whole.binance().id == 'binance'",
        "from ccxt.async_support import binance",
        "from ccxt import binance",
        "import ccxt; assert ccxt.__version__ and ccxt.binance().id == 'binance'",
    ],
)
def test_whoever_asks_for_more_of_ccxt_gets_it_with_the_same_classes(asked):
    run(
        OURS,
        asked,
        "import ccxt.async_support",
        *(f"assert ccxt.async_support.{venue} is ours.{venue}" for venue in VENUES),
        "from ccxt.base.errors import InvalidNonce; assert InvalidNonce is ours.errors.InvalidNonce",
    )


@pytest.fixture
def other_layout(tmp_path):
    """Return a ccxt whose modules rely on what its packages did before."""
    package = tmp_path / "ccxt"
    (package / "async_support").mkdir(parents=True)
    (package / "base").mkdir()
    (package / "__init__.py").write_text("import sys\nsys.is_ccxt_ready = True\n")
    (package / "async_support" / "__init__.py").write_text("from ccxt.async_support.kraken import kraken\n")
    (package / "base" / "__init__.py").touch()
    (package / "base" / "errors.py").touch()
    for venue in VENUES:
        (package / "async_support" / f"{venue}.py").write_text(
            f"import sys\nif not hasattr(sys, 'is_ccxt_ready'):\n    raise ImportError\nclass {venue}:\n    pass\n"
        )
    return tmp_path


def test_where_ccxt_is_laid_out_otherwise_it_is_imported_plainly(other_layout):
    found = run(
        OURS,
        "import sys, ccxt.async_support",
        "print(sys.is_ccxt_ready, ccxt.async_support.kraken is ours.kraken, ours.kraken.__name__)",
        path=other_layout,
    )

    assert found.split() == ["True", "True", "kraken"]
