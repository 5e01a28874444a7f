"""The step in which the owner arms guards, and one of them would sell at once."""

from decimal import ROUND_HALF_UP, Decimal

from demo.tour.check import Check, equal, none, true
from demo.tour.formatting import quantities_text
from demo.tour.reading import CENT, block_of, read_number
from demo.tour.records import read_guards
from demo.tour.scene import ADD_ORDER, OBSERVE_S, TICKER, Moment, Scene
from engine.model.orders import Side
from sandbox.world import KRAKEN

_ASK_ALL, _ASK_SALE = "Guard these positions?", "Sell at once?"
#: The question about an account comes after its first snapshot, and these are spread over their interval.
_FIRST_QUESTION_S = 25.0
_PERCENT = Decimal("0.01")


async def ask_before_selling(scene: Scene) -> list[Check]:
    """Guard all from cost: what is past its threshold gets a question of its own, and is not sold."""
    owner, start = scene.stage.owner, scene.mark
    question = await owner.wait_for(
        lambda one: _ASK_ALL in one.text and "Kraken" in one.text, _FIRST_QUESTION_S
    )
    owner.press(question, "Guard all from cost")
    sale = await owner.wait_for(_ASK_SALE, OBSERVE_S, after=question)
    scene.at(Moment.QUESTION_OPEN)
    looked = await scene.looks("XETHZUSD")
    guarded = {guard.asset: guard.quantity for guard in read_guards(scene.stage.database)}
    checks = [
        *_listed("the first question", question.text, scene),
        *_listed("the second one, about ADA alone", sale.text, scene),
        true("the ether is guarded", "ETH" in guarded, seen=quantities_text(guarded)),
        true("its guard looks at the price", looked, seen=f"{TICKER} on the tape"),
        true("ADA is not", "ADA" not in guarded, seen="no guard"),
        none("nothing was sold", [dict(call.params) for call in scene.calls(ADD_ORDER, since=start)]),
        equal("every ADA is still there", expected=_bought(scene, "ADA"), seen=scene.ledger.total("ADA")),
    ]
    pressed = owner.press(sale, "Leave alone")
    await owner.wait_for_answer(pressed, timeout_s=OBSERVE_S)
    return checks


def _listed(where: str, text: str, scene: Scene) -> list[Check]:
    """The loss as the ledger's fills and the venue's bid make it."""
    block = block_of(text, "ADA/USD")
    cost = sum(fill.cost for fill in scene.ledger.fills if fill.listing.base == "ADA")
    loss = scene.world.bid(KRAKEN, "ADA/USD") * _bought(scene, "ADA") - cost
    percent, _, dollars = block.partition("would be sold now")[2].partition(", ")
    return [
        equal(
            f"{where} lists ADA as would be sold now, with its loss in percent",
            expected=(loss / cost * 100).quantize(_PERCENT, ROUND_HALF_UP),
            seen=read_number(percent),
        ),
        equal("… and in dollars", expected=loss.quantize(CENT, ROUND_HALF_UP), seen=read_number(dollars)),
    ]


def _bought(scene: Scene, asset: str) -> Decimal:
    fills = [fill for fill in scene.ledger.fills if fill.listing.base == asset and fill.side is Side.BUY]
    return sum((fill.quantity for fill in fills), Decimal(0))
