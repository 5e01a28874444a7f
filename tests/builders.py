"""Small plain values for tests, each with a default for everything a test does not care about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.accounts.fees import TakerFee
from engine.alerts.batches import Alert
from engine.alerts.kinds import CRITICAL, AlertState
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.market.mark import Mark, MarkBasis
from engine.model.holdings import AccountReport, Direction, Holding, MarginPosition, PositionKind
from engine.model.instruments import AssetClass, Instrument, TradingStatus
from engine.model.orders import Fill, Order, OrderStatus, Side, VenueOrderId
from engine.model.quotes import Level, OrderBook, Quote
from engine.model.venues import Account, Venue
from engine.orders.intents import Intent, IntentKind
from engine.orders.states import IntentState, client_order_id
from engine.portfolio.position import Position

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def ago(seconds):
    return NOW - timedelta(seconds=seconds)


def number(value):
    return None if value is None else Decimal(str(value))


def an_account(venue=Venue.KRAKEN, *, account_id=None, user_id=7):
    return Account(account_id=account_id or f"{venue.value}-1", user_id=user_id, venue=venue)


def an_instrument(
    symbol="BTC/USD",
    *,
    venue=Venue.KRAKEN,
    lot="0.0001",
    tick="0.1",
    minimum_quantity="0.0001",
    minimum_notional="0",
    asset_class=AssetClass.CRYPTO,
    status=TradingStatus.ONLINE,
):
    base, _, quote = symbol.partition("/")
    return Instrument(
        venue=venue,
        symbol=symbol,
        base=base,
        quote=quote,
        asset_class=asset_class,
        lot=number(lot),
        tick=number(tick),
        minimum_quantity=number(minimum_quantity),
        minimum_notional=number(minimum_notional),
        status=status,
    )


def a_holding(asset="BTC", free="1", *, held="0", locked="0", venue_entry=None, symbol=None):
    return Holding(
        asset=asset,
        free=number(free),
        held=number(held),
        locked=number(locked),
        venue_entry=number(venue_entry),
        symbol=symbol,
    )


def a_margin_position(
    symbol="BTC/USD", quantity="1", cost="100", *, direction=Direction.LONG, leverage=2, fee="0"
):
    return MarginPosition(
        symbol=symbol,
        direction=direction,
        quantity=number(quantity),
        cost=number(cost),
        fee=number(fee),
        leverage=leverage,
    )


def a_report(*holdings, venue=Venue.KRAKEN, equity=None, spendable=None, unrealized="0", margin=(), at=NOW):
    return AccountReport(
        account=an_account(venue),
        holdings=holdings,
        margin_positions=tuple(margin),
        equity_usd=number(equity),
        unrealized_usd=number(unrealized),
        spendable_usd=number(spendable),
        at=at,
    )


def a_quote(bid="100", ask="100", *, bid_quantity="50", ask_quantity="50", at=NOW, symbol="BTC/USD"):
    return Quote(
        symbol=symbol,
        bid=number(bid),
        ask=number(ask),
        bid_quantity=number(bid_quantity),
        ask_quantity=number(ask_quantity),
        at=at,
    )


def a_book(bids=(("100", "50"),), asks=(("100", "50"),), *, at=NOW, symbol="BTC/USD"):
    return OrderBook(symbol=symbol, bids=_levels(bids), asks=_levels(asks), at=at)


def _levels(pairs):
    return tuple(Level(price=number(price), quantity=number(quantity)) for price, quantity in pairs)


def a_mark(price="100", *, basis=MarkBasis.BID, at=NOW):
    return Mark(price=number(price), basis=basis, at=at)


def a_fill(text, *, at=NOW, trade_id=None, fee="0", fee_asset=None, margin=False, order="O-1"):
    """Read a fill in the notation of the trade: `buy 0.5 BTC @ 40000 USD`."""
    side, quantity, base, _, price, quote = text.split()
    return Fill(
        trade_id=trade_id or f"{text} {at.isoformat()}",
        venue_order_id=VenueOrderId(order),
        symbol=f"{base}/{quote}",
        base=base,
        quote=quote,
        side=Side(side),
        price=Decimal(price),
        quantity=Decimal(quantity),
        fee=number(fee),
        fee_asset=fee_asset or quote,
        at=at,
        margin=margin,
    )


def some_fills(*texts):
    """Read fills, oldest first, a minute apart and the last one now."""
    return [a_fill(text, at=ago(60 * age)) for age, text in zip(range(len(texts))[::-1], texts, strict=True)]


def a_guard(
    quantity="1",
    cost="100",
    *,
    asset="BTC",
    currency="USD",
    kind=PositionKind.SPOT,
    direction=Direction.LONG,
    threshold="-0.01",
    state=GuardState.ARMED,
    venue=Venue.KRAKEN,
    source=GuardSource.BOUGHT,
    venue_entry=None,
    guard_id="guard-1",
):
    return Guard(
        guard_id=guard_id,
        user_id=7,
        account_id=f"{venue.value}-1",
        venue=venue,
        kind=kind,
        direction=direction,
        asset=asset,
        symbol=f"{asset}/{currency}",
        quantity=number(quantity),
        cost=number(cost),
        currency=currency,
        threshold=number(threshold),
        source=source,
        state=state,
        created_at=NOW,
        venue_entry=number(venue_entry),
    )


def a_waiting_alert(number, message, *, at, chat_id=7, **changes):
    alert = Alert(
        alert_id=number,
        user_id=chat_id,
        chat_id=chat_id,
        message=message,
        critical=message.kind in CRITICAL,
        state=AlertState.WAITING,
        attempts=0,
        created_at=at,
    )
    return replace(alert, **changes)


def an_exit_intent(**changes):
    """An exit of guard-1 as it is once its first order has left; `changes` for what a test cares about."""
    values = {
        "intent_id": "intent-1",
        "user_id": 7,
        "account_id": "kraken-1",
        "venue": Venue.KRAKEN,
        "guard_id": "guard-1",
        "kind": IntentKind.EXIT,
        "symbol": "BTC/USD",
        "asset": "BTC",
        "side": Side.SELL,
        "quantity": number("1"),
        "state": IntentState.SENT,
        "attempt": 1,
        "client_order_id": client_order_id("intent-1", 1),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Intent(**values | changes)


def an_exit_order(filled="1", cost="90", fee="0.9", fee_asset="USD", fills=()):
    return Order(
        venue_order_id=VenueOrderId("O-1"),
        client_order_id=client_order_id("intent-1", 1),
        symbol="BTC/USD",
        side=Side.SELL,
        status=OrderStatus.FILLED,
        quantity=number("1"),
        filled_quantity=number(filled),
        cost=number(cost),
        fee=number(fee),
        fee_asset=fee_asset,
        fills=fills,
    )


def a_position(**changes):
    """Two coins, explained with a cost of 100 each, worth 90 each now."""
    values = {
        "account": an_account(),
        "kind": PositionKind.SPOT,
        "direction": Direction.LONG,
        "asset": "BTC",
        "instrument": an_instrument(minimum_quantity="0.01", minimum_notional="5"),
        "quantity": number("2"),
        "explained": number("2"),
        "cost": number("200"),
        "cost_currency": "USD",
        "mark": a_mark("90"),
        "quote_usd": number("1"),
        "taker": TakerFee(ratio=number("0.01"), is_own=True),
        "guard": None,
        "as_of": NOW,
    }
    return Position(**{**values, **changes})
