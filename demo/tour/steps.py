"""The story of the tour: a table of steps, each one act and what must be seen of it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from demo.tour.alert import check_sale_alert
from demo.tour.arming import ask_before_selling
from demo.tour.check import Check
from demo.tour.falling import hold_still, sell_the_loser
from demo.tour.looking import leave_coinbase_out, show_true_balances
from demo.tour.restarting import forget_nothing
from demo.tour.scene import Scene


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story."""

    name: str
    title: str
    #: what is about to happen, reported before it does
    story: str
    play: Callable[[Scene], Awaitable[list[Check]]]


STEPS = (
    Step(
        name="balances",
        title="True balances at three brokers",
        story=(
            "The owner asks for /balance. Kraken keeps tethers in USDT.F, staked ether in ETH.S, coins under an "
            "open order and a coin that nobody prices; Coinbase shows two accounts on a page."
        ),
        play=show_true_balances,
    ),
    Step(
        name="route",
        title="A $30 buy goes where it costs least",
        story="The owner asks where $30 of bitcoin should be bought. Coinbase holds less than $50.",
        play=leave_coinbase_out,
    ),
    Step(
        name="arming",
        title="Arming asks before it sells",
        story="The owner lets the bot guard everything at Kraken from its cost. ADA has already lost 17.2 %.",
        play=ask_before_selling,
    ),
    Step(
        name="calm",
        title="-0.9 % is not -1 %",
        story="Half an ether arrives from the owner's wallet, unguarded. Then ETH falls to -0.9 % of its cost.",
        play=hold_still,
    ),
    Step(
        name="exit",
        title="-1.5 %: the guarded ether is sold by a pushed price",
        story=(
            "Kraken's ticker answers nothing any more, only its stream goes on. ETH falls to -1.5 %. There is no "
            "dollar at Kraken, and an open order holds the coins."
        ),
        play=sell_the_loser,
    ),
    Step(
        name="alert",
        title="The owner is told, with the venue's own figures",
        story="The alert must carry what Kraken's ledger says of the fill.",
        play=check_sale_alert,
    ),
    Step(
        name="restart",
        title="kill -9, and nothing is forgotten or done twice",
        story="The bot is killed with SIGKILL and started again.",
        play=forget_nothing,
    ),
)
