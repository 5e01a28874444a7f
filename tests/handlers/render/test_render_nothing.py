"""The sentences for why a command or a button changed nothing."""

import pytest

from engine.model.venues import Venue
from engine.offers.levels_kept import GuardedSeveralTimes, LevelObstacle, LevelsKept, NoGuard
from engine.offers.not_held import HeldSeveralTimes, HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import (
    BeingSold,
    GuardChanged,
    NotGuarded,
    Nothing,
    Outdated,
    Rejected,
    SaleBegun,
    TooManyInvites,
)
from handlers.render.nothing import nothing_text
from tests.handlers.values import guard

GUARD, SELL = Wanted.GUARD, Wanted.SELL
BOTH = (Venue.KRAKEN, Venue.ALPACA)


@pytest.mark.parametrize("why", [*Rejected, *Outdated])
def test_every_code_has_its_sentence(why):
    assert nothing_text(Nothing(why=why)).endswith(".")


@pytest.mark.parametrize(
    ("why", "text"),
    [
        (
            NotHeld(symbol="doge", venue=None, wanted=SELL),
            "You hold no DOGE at any of your brokers; nothing was sold. /positions shows what you hold.",
        ),
        (
            NotHeld(symbol=None, venue=Venue.KRAKEN, wanted=GUARD),
            "You hold no positions at Kraken; nothing was guarded. /positions shows what you hold.",
        ),
        (
            HoldingUnknown(symbol="sol", unread="Kraken was not read yet", wanted=GUARD),
            (
                "It is not known whether you hold SOL: Kraken was not read yet. "
                "Nothing was guarded; send /guard SOL again when that is over."
            ),
        ),
        (
            HoldingUnknown(symbol=None, unread="Kraken was not read yet", wanted=GUARD),
            (
                "It is not known whether you hold positions: Kraken was not read yet. "
                "Nothing was guarded; send /guard ALL again when that is over."
            ),
        ),
        (
            HoldingUnknown(symbol="SOL", unread="Kraken was not read yet", wanted=SELL),
            (
                "It is not known whether you hold SOL: Kraken was not read yet. "
                "Nothing was sold. If you cannot wait, sell in the broker's own app."
            ),
        ),
        (
            HeldSeveralTimes(symbol="BTC", venues=BOTH, positions=2),
            (
                "You hold BTC at Kraken and Alpaca; nothing was sold. "
                "Name one broker, or a part in %: 50% is half of each."
            ),
        ),
        (
            HeldSeveralTimes(symbol="BTC", venues=(Venue.KRAKEN,), positions=2),
            (
                "You hold BTC as 2 positions at Kraken; nothing was sold. "
                "Name one broker, or a part in %: 50% is half of each."
            ),
        ),
        (
            NotGuarded(symbol="eth", venue=Venue.KRAKEN),
            "ETH is not guarded at Kraken. /positions shows what is.",
        ),
        (BeingSold(guards=(guard(),)), "BTC/USD at Kraken is being sold; it was not unguarded."),
        (SaleBegun(symbol="ETH/USD"), "ETH/USD is being sold; it was not unguarded."),
        (
            HoldingUnknown(symbol="SOL", unread="Kraken was not read yet", wanted=Wanted.CHANGE),
            "It is not known whether you hold SOL: Kraken was not read yet. Nothing was changed.",
        ),
        (
            LevelsKept(symbol="BTC/USD", obstacle=LevelObstacle.PAUSED),
            (
                "The guard of BTC/USD is paused and waits for your answer; /guard asks again; "
                "nothing was changed."
            ),
        ),
        (
            LevelsKept(symbol="BTC/USD", obstacle=LevelObstacle.BEING_SOLD),
            "The guard of BTC/USD is selling it now; nothing was changed.",
        ),
        (
            LevelsKept(symbol="BTC/USD", obstacle=LevelObstacle.NO_PRICE),
            "BTC/USD has no price now, so a tighter stop might sell it at once; nothing was changed.",
        ),
        (
            LevelsKept(symbol="BTC/USD", obstacle=LevelObstacle.NOTHING_TO_TRAIL),
            "BTC/USD has no price now that a stop could trail; nothing was changed.",
        ),
        (
            LevelsKept(symbol="BTC/USD", obstacle=LevelObstacle.WOULD_SELL_NOW),
            (
                "BTC/USD has lost as much already and would be sold at once; nothing was changed. "
                "/close sells it."
            ),
        ),
        (NoGuard(symbol="BTC/USD"), "BTC/USD is not guarded, so nothing was changed; /guard guards it."),
        (
            GuardedSeveralTimes(venues=BOTH),
            "It is guarded more than once, at Kraken and Alpaca: name one. Nothing was changed.",
        ),
        (
            TooManyInvites(most=20),
            (
                "20 of your invites wait to be opened or answered; no more are made until that is over. "
                "Each ends after a day."
            ),
        ),
        (
            GuardChanged(symbol="ETH/USD"),
            "The guard of ETH/USD has changed meanwhile; it was left as it is.",
        ),
    ],
)
def test_the_figures_of_a_reason_stand_in_its_sentence(why, text):
    assert nothing_text(Nothing(why=why)) == text
