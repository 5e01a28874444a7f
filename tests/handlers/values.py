"""Engine values the chat tests show, with literal figures a reader can check."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from engine.accounts.fees import TABLE, FeeProfile, TakerFee
from engine.accounts.live_accounts import AccountStreamStatus
from engine.accounts.snapshot import BalanceSnapshot, CashLine, OpenPosition, UserBrokerState, combine
from engine.alerts.questions import Choice, ChoiceKind, Offer, OfferLine, Standing
from engine.brokers.venue_rules import Execution
from engine.entries.cost import TradeCost, cost_by_figures
from engine.entries.gates import Gate, GateName, GateVerdict
from engine.entries.plan import EntryPlan, EntryRequest, Refused
from engine.entries.route import LeftOut, Reason, Route, RouteChoice, RouteObstacle, RoutePreview
from engine.entries.sizing import Size, SizeBasis
from engine.entries.trade import TradeRequest
from engine.guards.guard import Guard, GuardSource
from engine.market.mark import Mark, MarkBasis
from engine.model.holdings import Direction, PositionKind
from engine.model.instruments import AssetClass, Instrument
from engine.model.venues import Account, Venue
from engine.nonce.store import NonceStatus
from engine.offers.buying_preview import BuyPreview
from engine.offers.levels import LevelsPreview
from engine.offers.levels_plan import LevelsPlan
from engine.offers.not_held import NotHeld, Wanted
from engine.offers.outcomes import Nothing
from engine.offers.paper_reset import ResetPreview
from engine.portfolio.portfolio import Portfolio, Unread
from engine.portfolio.position import Position
from engine.status import BrokerStatus, JobStatus, PriceAge, StatusReport, VenuePrices
from engine.users.roles import Role, User
from handlers.render.times import Reader

NOW = datetime(2026, 3, 7, 2, 30, 11, tzinfo=UTC)
NOT_HELD = Nothing(why=NotHeld(symbol="BTC", venue=None, wanted=Wanted.SELL))
READER = Reader(now=NOW)
OWNER = 1001


def ago(**span):
    return NOW - timedelta(**span)


def user(*, user_id=OWNER, role=Role.OWNER, time_zone="UTC"):
    return User(user_id=user_id, role=role, time_zone=time_zone)


def account(venue=Venue.KRAKEN):
    return Account(account_id=f"{venue}-1", user_id=OWNER, venue=venue)


def snapshot(available="1000", locked="7620", *, at=NOW, **more):
    free, held = Decimal(available), Decimal(locked)
    return BalanceSnapshot(
        total_equity_usd=free + held, available_usd=free, locked_in_positions_usd=held, as_of=at, **more
    )


def state(venue=Venue.KRAKEN, balance=None, *, error=None, positions=()):
    return UserBrokerState(
        broker=venue,
        user_id=OWNER,
        account_id=f"{venue}-1",
        balance=balance,
        open_positions=positions,
        last_updated=balance.as_of if balance else None,
        connected=error is None,
        error=error,
    )


def overview(*states, **more):
    return combine(states, now=NOW, stale_after_s=60, **more)


def three_brokers():
    foo = OpenPosition(kind=PositionKind.SPOT, asset="FOO", quantity=Decimal("12.50"))
    usdt = CashLine(currency="USDT", free=Decimal(100), rate_usd=Decimal("0.97"), value_usd=Decimal(97))
    kraken = snapshot(
        "1097.005",
        "7620",
        at=ago(seconds=3),
        held_by_orders_usd=Decimal(500),
        cash=(usdt,),
        unpriced=("FOO",),
    )
    return overview(
        state(Venue.KRAKEN, kraken, positions=(foo,)),
        state(Venue.COINBASE, snapshot("0", "40.5", at=ago(minutes=12)), error="timeout <after 10 s>"),
        state(Venue.ALPACA, None, error="no route to host"),
    )


def guard(quantity="0.12", cost="7680", **changes):
    values = {
        "guard_id": "g1",
        "user_id": OWNER,
        "account_id": "kraken-1",
        "venue": Venue.KRAKEN,
        "kind": PositionKind.SPOT,
        "direction": Direction.LONG,
        "asset": "BTC",
        "symbol": "BTC/USD",
        "quantity": Decimal(quantity),
        "cost": Decimal(cost),
        "currency": "USD",
        "threshold": Decimal("-0.01"),
        "source": GuardSource.EXISTING_COST,
        "created_at": ago(days=1),
    }
    return Guard(**values | changes)


def mark(price="63500", basis=MarkBasis.BID):
    return Mark(price=Decimal(price), basis=basis, at=ago(seconds=2))


def instrument(symbol="BTC/USD", **changes):
    base, _, quote = symbol.partition("/")
    values = {
        "venue": Venue.KRAKEN,
        "symbol": symbol,
        "base": base,
        "quote": quote,
        "lot": Decimal("0.0001"),
        "tick": Decimal("0.01"),
        "minimum_quantity": Decimal("0.0001"),
        "minimum_notional": Decimal(10),
    }
    return Instrument(**values | changes)


def taker(*, is_own=True):
    return TakerFee(ratio=Decimal("0.0026"), is_own=is_own)


#: A position without a known cost.
WITHOUT_COST = {"explained": Decimal(0), "cost": None, "cost_currency": None}


def position(**changes):
    """0.12 bitcoin bought at 64,000 each, of which as much is guarded; at a price of 63,500."""
    values = {
        "account": account(),
        "kind": PositionKind.SPOT,
        "direction": Direction.LONG,
        "asset": "BTC",
        "instrument": instrument(),
        "quantity": Decimal("0.12"),
        "explained": Decimal("0.12"),
        "cost": Decimal(7680),
        "cost_currency": "USD",
        "mark": mark(),
        "quote_usd": Decimal(1),
        "taker": taker(),
        "guard": guard(),
        "as_of": ago(seconds=3),
    }
    return Position(**values | changes)


def unread(venue=Venue.KRAKEN, as_of=None, error="timeout", **more):
    return Unread(account=account(venue), as_of=as_of, error=error, **more)


def portfolio(*positions, unread=()):
    return Portfolio(positions=positions, unread=unread, as_of=NOW)


def choice(kind=ChoiceKind.GUARD_FROM_COST, confirmation_id="abc123", subject=None):
    return Choice(kind=kind, confirmation_id=confirmation_id, subject=subject)


def offer_line(standing=Standing.ABOVE_THRESHOLD, **changes):
    values = {
        "position": position(guard=None),
        "standing": standing,
        "pnl_ratio": Decimal("0.0125"),
        "pnl": Decimal(93),
    }
    return OfferLine(**values | changes)


def offer(about="guard", lines=None, choices=None, **changes):
    values = {
        "about": about,
        "lines": (offer_line(),) if lines is None else lines,
        "choices": (choice(), choice(ChoiceKind.CANCEL, "no1")) if choices is None else choices,
        "threshold": Decimal("-0.01"),
        "as_of": ago(seconds=1),
        "expires_at": NOW + timedelta(minutes=10),
    }
    return Offer(**values | changes)


def request(usd="30", **changes):
    values = {"symbol": "BTC/USD", "base": "BTC", "usd": Decimal(usd)}
    return TradeRequest(**values | changes)


def left_out(venue, *reasons):
    return LeftOut(account=account(venue), cost=cost_by_figures(TABLE[venue]), reasons=reasons)


def size(usd="30", basis=SizeBasis.AMOUNT, *, share=None, equity="300"):
    return Size(
        usd=Decimal(usd),
        basis=basis,
        share=None if share is None else Decimal(share),
        equity_usd=Decimal(equity),
    )


def route(**changes):
    not_cheaper = Reason(
        obstacle=RouteObstacle.NOT_CHEAPER, limit=TABLE[Venue.ALPACA].round_trip, actual=Decimal("0.0062")
    )
    too_small = Reason(
        obstacle=RouteObstacle.EQUITY_TOO_SMALL, limit=Decimal(50), actual=Decimal("49.999"), unit="USD"
    )
    values = {
        "request": request(),
        "account": account(Venue.ALPACA),
        "instrument": instrument(venue=Venue.ALPACA),
        "cost": cost_by_figures(TABLE[Venue.ALPACA]),
        "choice": RouteChoice.CHEAPEST,
        "profit_target": Decimal("0.003"),
        "left_out": (
            left_out(Venue.KRAKEN, not_cheaper),
            left_out(Venue.COINBASE, too_small),
        ),
    }
    return Route(**values | changes)


def preview(decision=None, *, requested="BTC", symbol="BTC/USD", sized=None):
    return RoutePreview(
        requested=requested,
        symbol=symbol,
        size=sized or size(),
        decision=decision or route(),
        at=NOW,
    )


def gates(**changes):
    """Return what every gate says of a buy of $30 at Kraken, with some of them changed by name."""
    usual = {
        GateName.HALT: {},
        GateName.CASH: {
            "actual": "512.345",
            "limit": "30.6",
            "ratio": "0.02",
            "unit": "USD",
            "venue": Venue.KRAKEN,
        },
        GateName.EXPOSURE: {"actual": "130", "limit": "240", "ratio": "0.8", "unit": "USD"},
        GateName.POSITIONS: {"actual": "3", "limit": "8"},
        GateName.COOLDOWN: {"limit": "300", "unit": "s"},
        GateName.DAILY_LOSS: {},
        GateName.MINIMUM: {"actual": "30", "limit": "3.3521", "unit": "USD", "venue": Venue.KRAKEN},
        GateName.SPREAD: {"actual": "0.00099", "limit": "0.005", "venue": Venue.KRAKEN},
        GateName.HELD: {"actual": "0", "unit": "BTC"},
    }
    return tuple(gate(name, **facts | changes.get(name.name.lower(), {})) for name, facts in usual.items())


def gate(name, verdict=GateVerdict.PASS, **facts):
    figures = {
        key: Decimal(facts.pop(key)) for key in ("actual", "limit", "ratio", "reserved") if facts.get(key)
    }
    return Gate(name=name, verdict=verdict, **figures, **facts)


def entry_plan(**changes):
    bought = Execution(
        quantity=Decimal("0.00046663"),
        value=Decimal("29.8805"),
        total=Decimal("29.9999"),
        change=Decimal("0.00046663"),
    )
    cost = TradeCost(fees=TABLE[Venue.KRAKEN], round_trip=Decimal("0.0089"), execution=bought)
    values = {
        "size": size(basis=SizeBasis.USUAL, share="0.1"),
        "route": route(account=account(), cost=cost, profit_target=Decimal("0.0109")),
        "gates": gates(),
        "stop": Decimal("-0.01"),
        "at": NOW,
        "counts_until": NOW + timedelta(seconds=30),
    }
    return EntryPlan(**values | changes)


def buy_preview(**changes):
    values = {
        "plan": entry_plan(),
        "confirmation_id": "buy1",
        "expires_at": NOW + timedelta(seconds=60),
    }
    return BuyPreview(**values | changes)


def refused(**changes):
    values = {
        "request": EntryRequest(symbol="BTC/USD", base="BTC", asset_class=AssetClass.CRYPTO, size=None),
        "size": size(),
        "decision": route(),
        "gates": gates(),
        "at": NOW,
    }
    return Refused(**values | changes)


def status(**changes):
    values = {
        "at": NOW,
        "version": "0.1.0",
        "mode": "live",
        "started_at": ago(hours=3),
        "brokers": (
            BrokerStatus(
                account=account(),
                last_answer_at=ago(seconds=3),
                last_error=None,
                last_error_at=None,
                orders=AccountStreamStatus(has_stream=True, is_live=True),
            ),
        ),
        "jobs": (
            JobStatus(name="guard", every_s=5, last_run_at=ago(seconds=2), lag_s=0.003, last_error=None),
            JobStatus(name="snapshot", every_s=60, last_run_at=ago(seconds=40), lag_s=0.1, last_error=None),
        ),
        "nonces": (
            NonceStatus(
                fingerprint="3f9a1c20",
                last_nonce=1772850608123456789,
                last_used_at=ago(seconds=3),
                issued=12345,
                broker="Kraken",
            ),
        ),
        "prices": (PriceAge(venue_label="Kraken", symbol="BTC/USD", at=ago(seconds=2)),),
        "streams": (VenuePrices(venue_label="Kraken", has_stream=True, live=1),),
        "guards_armed": 1,
        "exits_in_flight": 0,
        "outbox_waiting": 0,
        "outbox_oldest_at": None,
        "database_revision": "0001",
        "database_bytes": 1_234_567,
    }
    return StatusReport(**values | changes)


def levels_preview(*, confirmation_id="level1", is_at_target=False, before=None, **changes):
    """A guard of 0.12 BTC as it is, and with other levels."""
    ours = guard(**(before or {}))
    plan = LevelsPlan(
        position=position(guard=ours),
        guard=ours,
        changed=replace(ours, **changes),
        fees=FeeProfile(taker=Decimal("0.0026"), spread=Decimal("0.001")),
        break_even=Decimal("64333.20"),
        is_at_target=is_at_target,
    )
    return LevelsPreview(
        plan=plan,
        confirmation_id=confirmation_id,
        as_of=NOW,
        expires_at=NOW + timedelta(seconds=60),
    )


def reset_preview(**changes):
    values = {
        "venues": (Venue.KRAKEN,),
        "usd": Decimal(500),
        "guards": (guard(),),
        "confirmation_id": "reset1",
        "expires_at": NOW + timedelta(seconds=60),
    }
    return ResetPreview(**values | changes)
