"""One alert of each kind."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from engine.alerts.messages import (
    AccountsMoved,
    AlertUnreadable,
    AtStake,
    BrokerTrouble,
    ClosedElsewhere,
    CoinRenamed,
    DatabaseCopied,
    EntriesChanged,
    EntryEnd,
    EntryFilled,
    EntryGivenUp,
    EntryPending,
    ExistingGuarded,
    ExitFailing,
    ExitFilled,
    ExitParked,
    ExitStoodDown,
    FillSeen,
    FirstContact,
    GuardPaused,
    GuardReduced,
    GuardResumed,
    Moved,
    NewcomerWaiting,
    NotWatching,
    PanicInterrupted,
    PriceTrouble,
    RecordKind,
    RecordUnreadable,
    TargetReached,
    TradeUnattributed,
    Welcomed,
)
from engine.alerts.questions import Armed, Choice, ChoiceKind, Exclusion, PartLeftOut, PartReason, Standing
from engine.market.mark import PriceProblem
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction
from engine.model.orders import CancelledOrder, Side
from engine.model.price_event import PriceEvent
from engine.model.venues import Venue
from engine.users.roles import Role
from tests.handlers.values import NOW, ago, guard, offer, offer_line, position

_ABOUT = {"venue": Venue.KRAKEN, "symbol": "BTC/USD"}
_QUANTITY = Decimal("0.12")
_AT_STAKE = AtStake(
    symbol="BTC/USD",
    direction=Direction.LONG,
    quantity=_QUANTITY,
    currency="USD",
    price=Decimal(63500),
    at=ago(seconds=44),
    sells_at=Decimal(63360),
)

BOUGHT = EntryFilled(
    **_ABOUT,
    quantity=Decimal("0.00046663"),
    ordered=Decimal("0.00046663"),
    fill_price=Decimal(64010),
    currency="USD",
    fee=Decimal("0.119476"),
    fee_asset="USD",
    expected_price=Decimal(64000),
    usd=Decimal(30),
    stop=Decimal("-0.01"),
    target=Decimal("0.0109"),
    guarded=Decimal("0.00046663"),
    confirmed_at=ago(seconds=3),
    filled_at=ago(seconds=2),
    venue_order_id="OQCLML-BW3P3-BUCMWZ",
    client_order_id="6d1c7f0e-6f0b-5d0c-9b52-3c1f5f6e7a10",
)

EXIT = ExitFilled(
    **_ABOUT,
    direction=Direction.LONG,
    trigger_ratio=Decimal("-0.015"),
    threshold=Decimal("-0.01"),
    trigger_price=Decimal(63040),
    quantity=_QUANTITY,
    fill_price=Decimal(63020),
    currency="USD",
    fee=Decimal("19.66"),
    fee_asset="USD",
    realised=Decimal("-137.26"),
    entry=Decimal(64000),
    cancelled=(
        CancelledOrder(side=Side.SELL, quantity=Decimal("0.1"), price=Decimal(70000)),
        CancelledOrder(side=Side.SELL, quantity=Decimal("0.02"), price=None),
    ),
    left_over=Decimal("0.000001"),
    left_over_why="below the lot",
    triggered_at=NOW - timedelta(milliseconds=430),
    filled_at=NOW,
    venue_order_id="OABC12-XYZ",
    client_order_id="c-1",
)

EXAMPLES = {
    "exit_filled": EXIT,
    "exit_failing": ExitFailing(
        **_ABOUT,
        trigger_ratio=Decimal("-0.012"),
        threshold=Decimal("-0.01"),
        quantity=_QUANTITY,
        why="Kraken does not answer (timeout).",
        doing="The sale is tried again every 5 s.",
        since=ago(seconds=40),
        at_stake=replace(_AT_STAKE, price=Decimal(63232), sells_at=None),
    ),
    "exit_stood_down": ExitStoodDown(**_ABOUT, quantity=Decimal("0.5"), threshold=Decimal("-0.01")),
    "exit_parked": ExitParked(**_ABOUT, quantity=Decimal("0.00001"), why="below the venue's minimum"),
    "existing_guarded": ExistingGuarded(
        venue=Venue.KRAKEN,
        armed=Armed(
            guards=(guard(),),
            parts_left_out=(
                PartLeftOut(position=position(), quantity=Decimal("0.02"), why=PartReason.STAKED),
            ),
            left_out=(
                offer_line(Standing.WOULD_BE_SOLD_NOW),
                offer_line(Standing.ENTRY_UNKNOWN),
                offer_line(Standing.CANNOT_BE_GUARDED, excluded=Exclusion.DUST),
            ),
        ),
    ),
    "first_contact": FirstContact(offer=offer("first_contact")),
    "guard_reduced": GuardReduced(
        **_ABOUT, was=_QUANTITY, now=Decimal("0.05"), why=GuardReason.EXTERNAL_SALE
    ),
    "guard_paused": GuardPaused(
        **_ABOUT,
        guarded=_QUANTITY,
        seen=Decimal("0.24"),
        why=GuardReason.QUANTITY_CHANGED,
        offer=offer("paused"),
    ),
    "guard_resumed": GuardResumed(
        **_ABOUT, guarded=_QUANTITY, seen=Decimal("0.3"), threshold=Decimal("-0.01")
    ),
    "target_reached": TargetReached(
        **_ABOUT,
        quantity=_QUANTITY,
        target=Decimal("0.03"),
        price=Decimal(65930),
        stop=Decimal("64333.20"),
        currency="USD",
    ),
    "coin_renamed": CoinRenamed(
        **_ABOUT, quantity=_QUANTITY, became="XBT2", arrived=Decimal(300), offer=offer("renamed")
    ),
    "closed_elsewhere": ClosedElsewhere(
        **_ABOUT,
        quantity=_QUANTITY,
        fills=(FillSeen(side=Side.SELL, quantity=_QUANTITY, price=Decimal(65000), at=ago(minutes=3)),),
    ),
    "not_watching": NotWatching(
        since=ago(hours=2, minutes=20),
        until=NOW,
        moved=(Moved(**_ABOUT, before=Decimal("0.002"), after=Decimal("-0.0075")),),
    ),
    "price_trouble": PriceTrouble(
        **_ABOUT,
        what=PriceEvent.UNKNOWN,
        why=PriceProblem.NO_BID,
        since=ago(seconds=30),
        at_stake=(_AT_STAKE,),
    ),
    "broker_trouble": BrokerTrouble(
        venue=Venue.COINBASE, what="key_rejected", why="401 <Unauthorized>", since=ago(seconds=30)
    ),
    "order_untold": TradeUnattributed(
        venue=Venue.KRAKEN,
        asset="BTC",
        why="EGeneral:Internal error",
        since=ago(minutes=3),
        guarded=True,
    ),
    "alert_unreadable": AlertUnreadable(alert_id=17, lost="exit_filled", written_at=ago(minutes=3)),
    "record_unreadable": RecordUnreadable(
        record=RecordKind.GUARD,
        name="guard-2",
        symbol="ETH/USD",
        venue_label="Kraken",
        why="its quantity is 'many'",
    ),
    "entry_filled": BOUGHT,
    "entry_given_up": EntryGivenUp(
        **_ABOUT,
        usd=Decimal(30),
        why=EntryEnd.REFUSED,
        detail="EOrder:Insufficient funds",
        client_order_id="6d1c7f0e-6f0b-5d0c-9b52-3c1f5f6e7a10",
        confirmed_at=ago(seconds=3),
    ),
    "newcomer_waiting": NewcomerWaiting(
        newcomer_id=8_000_000_001,
        name="Ann <b>Lee</b>",
        role=Role.TRADER,
        approve_id="yes1",
        refuse_id="no1",
        at=ago(seconds=30),
        expires_at=NOW + timedelta(days=7),
    ),
    "welcomed": Welcomed(role=Role.VIEWER, at=ago(seconds=30)),
    "entry_pending": EntryPending(
        **_ABOUT,
        usd=Decimal(30),
        is_accepted=False,
        order_id="6d1c7f0e-6f0b-5d0c-9b52-3c1f5f6e7a10",
        confirmed_at=ago(seconds=60),
    ),
    "entries_changed": EntriesChanged(halted=True, at=ago(seconds=30)),
    "panic_interrupted": PanicInterrupted(
        at=ago(seconds=30),
        in_time=True,
        selling=("BTC/USD at Kraken", "ETH/USD at Kraken"),
        left=("AAPL at Alpaca",),
        unread=("Coinbase does not answer: 503 <Service Unavailable>",),
    ),
    "database_copied": DatabaseCopied(
        guarded=("BTC/USD at Kraken", "SOL/USD at Coinbase"),
        choice=Choice(kind=ChoiceKind.GUARD_HERE, confirmation_id="c1"),
        at=ago(seconds=30),
    ),
    "accounts_moved": AccountsMoved(
        venues=(Venue.KRAKEN, Venue.ALPACA), guarded=("BTC/USD", "SOL/USD"), at=ago(seconds=30)
    ),
}
