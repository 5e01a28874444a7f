"""The step in which the owner reads the alert."""

from decimal import ROUND_DOWN, Decimal

from demo.tour.check import Check, equal, true
from demo.tour.reading import read_number, read_row
from demo.tour.scene import OBSERVE_S, Scene
from engine.brokers.paper.ledger import Ledger, Order
from engine.model.orders import Side

ALERT = "EMERGENCY LIQUIDATION"


async def check_sale_alert(scene: Scene) -> list[Check]:
    """Hold the alert against the fill in Kraken's ledger."""
    alert = await scene.stage.owner.wait_for(ALERT, OBSERVE_S)
    if not scene.sales:
        raise LookupError("Kraken's ledger has no sale")
    return [
        *check_alert(alert.text, scene.sales[-1], paid=_paid(scene.ledger, scene.sales[-1])),
        equal("one alert", expected=1, seen=len(scene.messages(ALERT))),
    ]


def check_alert(text: str, order: Order, *, paid: Decimal) -> list[Check]:
    """Every figure of an alert against the order it reports; pure."""
    shown = {
        label: read_number(read_row(text, label))
        for label in ("Trigger PnL", "Threshold", "Quantity", "Fill price")
    }
    return [
        equal("broker", expected="Kraken", seen=read_row(text, "Broker")),
        equal("symbol", expected=order.draft.listing.symbol, seen=read_row(text, "Symbol")),
        equal("what triggered it", expected=Decimal("-1.50"), seen=shown["Trigger PnL"]),
        equal("the threshold", expected=Decimal("-1.00"), seen=shown["Threshold"]),
        equal("quantity as filled", expected=order.filled, seen=shown["Quantity"]),
        equal("price as filled", expected=order.average_price, seen=shown["Fill price"]),
        _as_shown("fee as charged", order.fee, read_row(text, "Fee")),
        _as_shown("result after the fee", order.cost - order.fee - paid, read_row(text, "Realised PnL")),
        true("the venue's order id", order.id in text, seen=order.id),
        true(
            "what had to be cancelled is named",
            "Cancelled first" in text,
            seen=_after(text, "Cancelled first"),
        ),
    ]


def _paid(ledger: Ledger, sale: Order) -> Decimal:
    """What was sold had cost, at the average of its purchases."""
    base = sale.draft.listing.base
    bought = [fill for fill in ledger.fills if fill.listing.base == base and fill.side is Side.BUY]
    cost, quantity = sum(fill.cost for fill in bought), sum(fill.quantity for fill in bought)
    return sale.filled * cost / quantity


def _as_shown(statement: str, exact: Decimal, text: str) -> Check:
    """Check that a figure is shown right, however many digits are shown."""
    shown = read_number(text)
    step = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    held = abs(exact - shown) < step
    return Check(
        statement=statement,
        held=held,
        seen=f"{text}, {exact.quantize(Decimal('1E-8'), ROUND_DOWN)} in the ledger",
    )


def _after(text: str, head: str) -> str:
    lines = text.partition(head)[2].splitlines()
    return lines[1] if len(lines) > 1 else ""
