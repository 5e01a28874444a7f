"""Ways to break the world behind the bot's back, each to be noticed by one step of the tour."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from demo.tour.scene import ADD_ORDER, Moment, Scene
from engine.brokers.paper.ledger import Draft
from engine.model.orders import Side
from sandbox.telegram import FaultKind
from sandbox.world import COINBASE, KRAKEN

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sabotage:
    """What is done, when, and which step must notice."""

    name: str
    step: str
    moment: Moment
    strike: Callable[[Scene], object]

    def __call__(self, moment: Moment, scene: Scene) -> None:
        """Strike if it is time."""
        if moment is self.moment:
            self.strike(scene)


def _lie_about_ether(scene: Scene) -> None:
    total, held = scene.ledger.total("ETH"), scene.ledger.held("ETH")
    scene.world.kraken_account.show_balance("ETH", balance=total + Decimal("0.00001"), hold=held)


def _enrich_coinbase(scene: Scene) -> None:
    scene.world.ledger(COINBASE).deposit("USD", Decimal(100), at=scene.world.coinbase.now())


def _sell(scene: Scene, symbol: str, quantity: Decimal) -> None:
    """Sell as somebody else with the bot's key would."""
    server, market = scene.world.kraken, scene.world.market
    params = {"pair": symbol, "type": "sell", "ordertype": "market", "volume": str(quantity)}
    call = server.tape.record(ADD_ORDER, params)
    draft = Draft(listing=market.listing(KRAKEN, symbol), side=Side.SELL, quantity=quantity)
    scene.ledger.place(draft, market.liquidity(KRAKEN, symbol), at=server.now())
    server.tape.answer(call, "ok")


def _fall_too_far(scene: Scene) -> None:
    bid = scene.world.bid(KRAKEN, "ETH/USD")
    scene.world.set_bid(KRAKEN, "ETH/USD", (bid * Decimal("0.99")).quantize(_CENT))


def _cancel_first(scene: Scene) -> None:
    for order in scene.ledger.open_orders():
        scene.ledger.cancel(order.id, at=scene.world.kraken.now())


def _cut_streams(scene: Scene) -> None:
    """End every connection, and each new one as soon as it is open."""
    for stream in scene.world.streams(KRAKEN):
        stream.faults.closed_at_once = 1_000_000
        stream.drop()


def _swallow_alerts(scene: Scene) -> None:
    scene.world.telegram.faults.add("sendMessage", kind=FaultKind.DROP_BEFORE, times=None)


def _lose_the_database(scene: Scene) -> None:
    shutil.rmtree(scene.stage.data_dir)


def _wind_nonces_back(scene: Scene) -> None:
    scene.world.kraken.tape.record("BalanceEx", {"nonce": "1"})


SABOTAGES = {
    one.name: one
    for one in (
        Sabotage(name="false-balance", step="balances", moment=Moment.BOT_STARTED, strike=_lie_about_ether),
        Sabotage(name="rich-coinbase", step="route", moment=Moment.ROUTE_REQUESTED, strike=_enrich_coinbase),
        Sabotage(
            name="sold-unasked",
            step="arming",
            moment=Moment.QUESTION_OPEN,
            strike=lambda scene: _sell(scene, "ADA/USD", Decimal(100)),
        ),
        Sabotage(name="fall-too-far", step="calm", moment=Moment.SHALLOW_FALL, strike=_fall_too_far),
        Sabotage(name="stream-cut", step="exit", moment=Moment.DEEP_FALL, strike=_cut_streams),
        Sabotage(name="order-gone", step="exit", moment=Moment.DEEP_FALL, strike=_cancel_first),
        Sabotage(
            name="second-order",
            step="exit",
            moment=Moment.SOLD,
            strike=lambda scene: _sell(scene, "ETH/USD", Decimal("0.1")),
        ),
        Sabotage(
            name="coins-gone",
            step="exit",
            moment=Moment.SOLD,
            strike=lambda scene: scene.ledger.withdraw("ETH", _CENT, at=scene.world.kraken.now()),
        ),
        Sabotage(name="alert-swallowed", step="alert", moment=Moment.DEEP_FALL, strike=_swallow_alerts),
        Sabotage(name="memory-lost", step="restart", moment=Moment.KILLED, strike=_lose_the_database),
        Sabotage(name="nonce-back", step="restart", moment=Moment.RESTARTED, strike=_wind_nonces_back),
        Sabotage(
            name="sold-twice",
            step="restart",
            moment=Moment.RESTARTED,
            strike=lambda scene: _sell(scene, "ETH/USD", Decimal("0.1")),
        ),
    )
}
