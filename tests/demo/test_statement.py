from decimal import Decimal

from demo.statement import describe_account
from sandbox.world import KRAKEN, SandboxWorld


def test_a_statement_shows_every_balance_and_the_latest_orders():
    statement = describe_account(SandboxWorld().ledger(KRAKEN))

    assert "ETH      1.2376543211 (of which 1.2 held by open orders)" in statement
    assert "USDT.F   812.50" in statement
    assert "sell 1.2 ETH/USD at 3900 open" in statement


def test_an_empty_account_has_no_orders():
    world = SandboxWorld()
    ledger = type(world.ledger(KRAKEN))(world.ledger(KRAKEN).fees)
    ledger.deposit("USD", Decimal(1), at=0.0)

    assert describe_account(ledger) == "USD      1\nNo orders."
