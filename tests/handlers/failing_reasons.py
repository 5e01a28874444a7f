"""Why exits do not get through, by the sentence that says it."""

from dataclasses import replace
from decimal import Decimal

from engine.model.failing_reasons import LittleFree, NoPair, OfferProblem, PairOffer, UnknownHold
from engine.model.walk import BookProblem

D = Decimal
HOLD = UnknownHold(quantity=D("0.070"))


def an_offer(symbol, price=None, problem=None, **fields):
    return PairOffer(symbol=symbol, price=price and D(price), problem=problem, least=D(48500), **fields)


def no_pair(*offers, refused=("BTC/USD",)):
    return NoPair(why="Coinbase: no", refused=refused, offers=offers, currency="USD")


REASONS = {
    "0.07 of it is held, and no listed order holds it": HOLD,
    "0.07 of it is held, and the open orders cannot be listed: Kraken: no answer": replace(
        HOLD, error="Kraken: no answer"
    ),
    "the open orders cannot be listed: Kraken: no answer": UnknownHold(
        quantity=D(0), error="Kraken: no answer"
    ),
    "only 0.0100 BTC is free, the rest is held or locked": LittleFree(quantity=D("0.0100"), asset="BTC"),
    "only 0.0100 BTC is free, 0.07 of it is held, and no listed order holds it": LittleFree(
        quantity=D("0.0100"), asset="BTC", unknown_hold=HOLD
    ),
    "Coinbase: no; no sale is taken through BTC/USD, BTC/USDT": no_pair(refused=("BTC/USD", "BTC/USDT")),
    "Coinbase: no; BTC/USDC would bring 20000.1 USD a unit, less than 48500 is not taken": no_pair(
        an_offer("BTC/USDC", "20000.123")
    ),
    "Coinbase: no; BTC/EUR: no order book; BTC/GBP: no rate of GBP in USD": no_pair(
        an_offer("BTC/EUR", problem=OfferProblem.NO_BOOK), an_offer("BTC/GBP", problem=OfferProblem.NO_RATE)
    ),
    "Coinbase: no; BTC/EUR: two looks at its order book do not agree": no_pair(
        an_offer("BTC/EUR", problem=OfferProblem.UNCONFIRMED)
    ),
    "Coinbase: no; BTC/EUR: the venue sells at least 1 BTC": no_pair(
        an_offer("BTC/EUR", problem=OfferProblem.TOO_SMALL, detail="the venue sells at least 1 BTC")
    ),
    "Coinbase: no; BTC/EUR: the order book makes no sense": no_pair(
        an_offer("BTC/EUR", problem=BookProblem.BAD)
    ),
    "Coinbase: no; BTC/EUR: the order book does not cover the quantity": no_pair(
        an_offer("BTC/EUR", problem=BookProblem.SHALLOW)
    ),
    "Coinbase: no; BTC/EUR: nothing of the position can be sold": no_pair(
        an_offer("BTC/EUR", problem=BookProblem.NOTHING)
    ),
}
